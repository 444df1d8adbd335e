"""What the trees cost on large tables: CPU seconds and peak memory of fit and sample, each size in its own process.

python bench/scale.py 100000x15 1000000x15 1000000x32
python bench/scale.py 100000x15 --stream 10000000
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.tables import as_table, invented
from privsynth.dataset import Dataset, Table
from privsynth.generate.model import Model
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.statistics import ColumnStatistics, Statistics, Taken


def wide(rows: int, columns: int) -> Table:
    """People at work, side by side with more of them until there are enough columns."""
    parts: list[Table] = []
    while (left := columns - sum(len(part.columns) for part in parts)) > 0:
        part = invented(rows, np.random.default_rng(len(parts))).iloc[:, :left]
        parts.append(as_table(part.add_suffix(f" {len(parts)}"), "wide"))
    frame = pd.concat([part.frame for part in parts], axis=1)
    return Table("wide", tuple(column for part in parts for column in part.columns), frame)


def peak() -> float:
    """Gigabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure(rows: int, columns: int, stream: int) -> None:
    """Prints what one size costs. Making the table counts for the peak, and not for the seconds."""
    data = Dataset((wide(rows, columns),))
    statistics, model = _nothing_to_fabricate(data), Model(ModelOptions(), Policy().limits)
    few = data.replace_tables(data.root.take(np.arange(min(rows, 200))))
    Model(ModelOptions(), Policy().limits).fit(few, statistics, np.random.default_rng(0)).sample(
        10, np.random.default_rng(0)
    )  # imports are not counted
    made, before = peak(), time.process_time()
    model.fit(data, statistics, np.random.default_rng(1))
    fitted, held = time.process_time(), peak()
    del data
    if stream:
        drawn = sum(len(batch.root) for batch in model.batches(stream, np.random.default_rng(2)))
    else:
        drawn = len(model.sample(rows, np.random.default_rng(2)).root)
    fit, draw = fitted - before, time.process_time() - fitted
    print(f"{fit:.2f} {draw:.2f} {drawn} {made:.2f} {held:.2f} {peak():.2f}")


def _nothing_to_fabricate(data: Dataset) -> Statistics:
    columns: dict[str, ColumnStatistics] = {}
    return Statistics(tables={table.name: columns for table in data}, taken=Taken())


def in_own_process(rows: int, columns: int, stream: int) -> float:
    """CPU seconds of fit and draw together."""
    command = [sys.executable, __file__, f"{rows}x{columns}", "--here", "--stream", str(stream)]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=settings).stdout.split()  # noqa: S603  this file, and numbers
    fit, draw = float(said[0]), float(said[1])
    print(
        f"{rows:>9,} x {columns:<4} fit {fit:7.2f} s   {'stream' if stream else 'sample'} of {int(said[2]):,}"
        f" {draw:7.2f} s   "
        f"together {fit + draw:7.2f} s CPU   peak {said[5]} GB (fit {said[4]}, table alone {said[3]})",
        flush=True,
    )
    return fit + draw


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="+", help="rows x columns, such as 1000000x15")
    parser.add_argument(
        "--stream", type=int, default=0, metavar="ROWS", help="draw so many rows as a stream that is dropped"
    )
    parser.add_argument("--here", action="store_true", help="measure in this process, figures only")
    asked = parser.parse_args()
    sizes = [(int(rows), int(columns)) for rows, columns in (size.split("x") for size in asked.sizes)]
    if asked.here:
        measure(*sizes[0], asked.stream)
        return
    taken = {size: in_own_process(*size, asked.stream) for size in sizes}
    for rows, columns in sizes:
        if (rows * 10, columns) in taken:
            print(
                f"{columns} columns: {rows * 10:,} rows take {taken[rows * 10, columns] / taken[rows, columns]:.1f}"
                f" times as long as {rows:,}"
            )


if __name__ == "__main__":
    main()
