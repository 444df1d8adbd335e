"""Reading and describing beside pandas.read_csv, which reads the same file and describes nothing.

    python bench/reading.py [100000x20 100x5000]

Prints processor seconds and the ratio. The columns are of all kinds in turn: keys, names, dates written in
two ways, amounts with marks and units, measures with exponents, classes, codes, texts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from privsynth.describe import describe
from privsynth.policy import Policy
from privsynth.read import read_files

SIZES = ("100000x20", "100x5000")


def main() -> None:
    for size in sys.argv[1:] or SIZES:
        rows, width = map(int, size.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.csv"
            invented(rows, width).to_csv(path, index=False)
            pandas = seconds(lambda path=path: pd.read_csv(path, low_memory=False))
            ours = seconds(lambda path=path: describe(read_files([path], Policy()), Policy()))
        print(f"{size:>12}: {ours:6.1f} s, pandas.read_csv {pandas:5.2f} s, ratio {ours / pandas:5.1f}")


def seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def invented(rows: int, width: int) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    makers = [keys, names, dates, written_dates, amounts, shares, measures, tiny, classes, codes, texts, moments]
    columns = {
        f"{maker.__name__}_{at}": maker(rows, rng) for at in range(width) for maker in [makers[at % len(makers)]]
    }
    return pd.DataFrame(columns)


def keys(rows: int, rng: np.random.Generator) -> object:
    return rng.permutation(rows) + 1_000_000


def names(rows: int, rng: np.random.Generator) -> object:
    return rng.choice(
        [f"{first} {last}" for first in ("Ann", "Bob", "Eva", "Max") for last in ("Hall", "Berg", "Silva")], rows
    )


def dates(rows: int, rng: np.random.Generator) -> object:
    return (np.datetime64("2020-01-01") + rng.integers(0, 2000, rows)).astype(str)


def written_dates(rows: int, rng: np.random.Generator) -> object:
    return pd.to_datetime(dates(rows, rng)).strftime("%d %B %Y")


def amounts(rows: int, rng: np.random.Generator) -> object:
    return [f"${value:,.2f}" for value in rng.lognormal(7, 1, rows)]


def shares(rows: int, rng: np.random.Generator) -> object:
    return [f"{value:.1f} %" for value in rng.uniform(0, 100, rows)]


def measures(rows: int, rng: np.random.Generator) -> object:
    return rng.normal(0, 1, rows)


def tiny(rows: int, rng: np.random.Generator) -> object:
    return rng.lognormal(-9, 2, rows)


def classes(rows: int, rng: np.random.Generator) -> object:
    return rng.choice(list("ABCDE"), rows)


def codes(rows: int, rng: np.random.Generator) -> object:
    return [
        f"{letter}{number:06d}"
        for letter, number in zip(rng.choice(list("KLM"), rows), rng.integers(0, 10**6, rows), strict=True)
    ]


def texts(rows: int, rng: np.random.Generator) -> object:
    words = ["the", "patient", "was", "seen", "again", "after", "a", "week", "with", "pain"]
    return [" ".join(row) for row in rng.choice(words, (rows, 9))]


def moments(rows: int, rng: np.random.Generator) -> object:
    return pd.to_datetime(rng.integers(1.5e9, 1.7e9, rows), unit="s").strftime("%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    main()
