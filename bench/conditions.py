"""Rows of a group beside free rows: fit and draw of each in CPU seconds, and whether the condition holds.

python bench/conditions.py [TABLE.csv --where CONDITION] [--rows N] [--made N]
Without a table, one is invented, and about 1 % of it meets the condition.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.tables import as_table, invented, load
from privsynth.dataset import Dataset, Table
from privsynth.expressions.aim import rows_meeting
from privsynth.generate.model import Model
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

GROUP = "grade = 'E' and age > 75"  # about 1 % of the invented table


def made(table: Table, rows: int, where: str | None) -> tuple[float, pd.DataFrame]:
    """CPU seconds of fit and draw together, and the rows."""
    data, rng = Dataset((table,)), np.random.default_rng(1)
    started = time.process_time()
    model = Model(ModelOptions(where=where), Policy().limits).fit(data, Statistics({table.name: {}}, Taken()), rng)
    drawn = model.sample(rows, rng)
    return time.process_time() - started, drawn.root.frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", nargs="?", type=Path)
    parser.add_argument("--where", default=GROUP, help="the condition, for the table that is named")
    parser.add_argument("--rows", type=int, default=25_000, help="rows of the invented table, where no file is named")
    parser.add_argument("--made", type=int, default=10_000, help="rows to make")
    asked = parser.parse_args()
    table = load(asked.table) if asked.table else as_table(invented(asked.rows, np.random.default_rng(0)), "invented")
    made(table.take(np.arange(min(500, len(table)))), 10, None)  # imports are not counted
    print(
        f"{table.name}: {len(table)} rows x {len(table.columns)} columns;"
        f" {rows_meeting(table, asked.where).mean():.2%} meet the condition"
    )
    free, _ = made(table, asked.made, None)
    held, frame = made(table, asked.made, asked.where)
    kept = int(rows_meeting(Table("made", table.columns, frame), asked.where).sum())
    print(f"free rows        {free:6.2f} s CPU, fit and draw of {asked.made:,}")
    print(f"rows of a group  {held:6.2f} s CPU, {kept:,} of {len(frame):,} meet the condition")
    print(f"ratio            {held / free:6.2f}")


if __name__ == "__main__":
    main()
