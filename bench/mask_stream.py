"""How long a stream of many rows takes through `privsynth mask -`, with all gates, and how much memory.

    python bench/mask_stream.py 2000000

The table is invented: a key, a name, an e-mail, a year of birth, a town, an amount and a day.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

FIRST = ["Anna", "Ben", "Carla", "David", "Eva", "Finn", "Greta", "Hugo", "Ida", "Jonas"]
FIRST += ["Kim", "Lea", "Max", "Nina", "Otto", "Paula", "Quirin", "Rosa", "Sven", "Tina"]
LAST = [
    "Meyer",
    "Schulz",
    "Huber",
    "Klein",
    "Wolf",
    "Braun",
    "Lang",
    "Vogel",
    "Fuchs",
    "Keller",
    "Roth",
    "Beck",
    "Busch",
    "Horn",
    "Kuhn",
]
TOWNS = ["Berlin", "Hamburg", "Bremen", "Kiel", "Ulm"]
BLOCK = 200_000


def write_table(path: Path, rows: int) -> None:
    rng = np.random.default_rng(0)
    for start in range(0, rows, BLOCK):
        size = min(BLOCK, rows - start)
        number, first, last = np.arange(start, start + size), rng.choice(FIRST, size), rng.choice(LAST, size)
        columns = {
            "customer_id": [f"C{n:08d}" for n in number],
            "name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "email": [
                f"{a.lower()}.{b.lower()}{n}@mail-{n % 97}.com" for a, b, n in zip(first, last, number, strict=True)
            ],
            "birth_year": rng.integers(1940, 2005, size),
            "city": rng.choice(TOWNS, size),
            "amount": np.round(rng.gamma(2, 50, size), 2),
            "visited": (np.datetime64("2020-01-01") + rng.integers(0, 1500, size)).astype(str),
        }
        pd.DataFrame(columns).to_csv(path, mode="a", header=not start, index=False)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "in.csv", Path(folder) / "out.csv"
        write_table(table, rows)
        started = time.perf_counter()
        with table.open("rb") as source, out.open("wb") as target:
            subprocess.run(
                [sys.executable, "-m", "privsynth", "mask", "-", "-q"],
                stdin=source,
                stdout=target,
                check=True,
                cwd=folder,
            )
        seconds, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        with out.open(newline="") as made:
            keys = len({row[0] for row in csv.reader(made)}) - 1
        size = table.stat().st_size / 1e6
    sys.stdout.write(
        f"{rows:,} rows x 7, {size:,.0f} MB: {seconds:,.0f} s, {used.ru_utime:,.0f} s of processor time,"
        f" {used.ru_maxrss / 1e6:.2f} GB; {keys:,} keys\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
