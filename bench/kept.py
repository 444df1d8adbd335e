"""What can be read out of a kept model of amounts by somebody who knows the code: python bench/kept.py

For tables of six amounts each: how many pairs and rows that are put together from the file (tests/reconstruct.py) are a
real person's to a thousandth, how many are an outsider's, and how much more often the nearest person is one inside, in
standard deviations of chance. The last line is the same attack on rows that a model must not hold.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests"), str(HERE / "tests" / "generate" / "model")]

from reconstruct import beyond_chance, boxes_told, hits, pairs_told, rows_told  # noqa: E402
from test_reconstruction import KINDS, read_back  # noqa: E402


def line(name: str, told: list[pd.DataFrame], inside: pd.DataFrame, outside: pd.DataFrame) -> str:
    told = [rows for rows in told if len(rows)]
    count, found, by_chance = (
        sum(parts)
        for parts in (map(len, told), (hits(rows, inside) for rows in told), (hits(rows, outside) for rows in told))
    )
    beyond = max((beyond_chance(rows, inside, outside) for rows in told), default=0.0)
    return f"| {name} | {count} | {found} | {by_chance} | {beyond:.1f} |"


def main() -> None:
    print("| read | put together | a person's inside | an outsider's | nearest inside, sd |\n|---|--:|--:|--:|--:|")
    for kind, make in KINDS.items():
        rng = np.random.default_rng(8)
        inside, outside = make(rng), make(rng)
        trees = read_back(inside)
        pairs = [pd.DataFrame(of, columns=[leader, name]) for name, (leader, of) in pairs_told(trees).items()]
        print(line(f"{kind}: pairs", pairs, inside, outside))
        print(line(f"{kind}: rows of pairs", [rows_told(trees)], inside, outside))
        print(line(f"{kind}: ways to leaves", list(boxes_told(trees)), inside, outside))
    leaked = inside.iloc[:300] * (1 + rng.uniform(-0.00025, 0.00025, (300, 6)))
    print(line("rows, were they kept", [leaked], inside, outside))


if __name__ == "__main__":
    main()
