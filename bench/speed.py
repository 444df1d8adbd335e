"""Fit and sample of the trees beside sdv's Gaussian copula, in one run: CPU seconds of each, and the ratio.

python bench/speed.py [TABLE.csv] [--rows N]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.tables import as_table, invented, load
from privsynth.dataset import Table
from privsynth.errors import MissingExtra
from privsynth.generate.model.engine import Engine
from privsynth.generate.model.trees.engine import Trees

K = 10


def seconds(engine: Engine, table: Table) -> tuple[float, float]:
    """CPU seconds of fit and of drawing as many rows."""
    started = time.process_time()
    engine.fit(table, np.random.default_rng(1))
    fitted = time.process_time()
    engine.sample(len(table), np.random.default_rng(2))
    return fitted - started, time.process_time() - fitted


def measure(name: str, engine: Engine, warm: Engine, table: Table) -> float:
    """The total of one engine; a small table goes first, so that imports are not counted."""
    seconds(warm, table.take(np.arange(min(200, len(table)))))
    fit, draw = seconds(engine, table)
    print(f"{name:8} fit {fit:8.2f} s   sample {draw:8.2f} s   together {fit + draw:8.2f} s CPU")
    return fit + draw


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=25_000, help="rows of the invented table, where no file is named")
    asked = parser.parse_args()
    table = load(asked.table) if asked.table else as_table(invented(asked.rows, np.random.default_rng(0)), "invented")
    print(f"{table.name}: {len(table)} rows x {len(table.columns)} columns")
    trees = measure("trees", Trees(k=K), Trees(k=K), table)
    try:
        from privsynth.generate.model.sdv.engine import Sdv

        copula = measure("copula", Sdv(k=K), Sdv(k=K), table)
        print(f"trees take {trees / copula:.2f} of the copula's time")
    except MissingExtra as missing:
        print(missing)


if __name__ == "__main__":
    main()
