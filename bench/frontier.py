"""Fidelity against leakage for our engine and sdv's copula: means over seeds and both directions (train and hold-out exchanged).

    python bench/frontier.py TRAIN.csv HOLDOUT.csv TARGET [--seeds 4] [--engines trees copula] [--min-leaf N ...] [--judge JUDGE.py] [--python JUDGE_PYTHON]

The figures are explained in figures.py. With --judge an external script is also run, on one draft of each engine:
    JUDGE_PYTHON JUDGE.py TRAIN HOLDOUT SYNTHETIC TARGET      and its JSON is printed as it comes.
Several --min-leaf values walk along the privacy dial of the trees.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.figures import figures
from bench.tables import load
from privsynth.dataset import Table
from privsynth.generate.model.engine import Engine
from privsynth.generate.model.trees import Trees

K = 10


def makers(names: list[str], leaves: list[int]) -> dict[str, Callable[[], Engine]]:
    found: dict[str, Callable[[], Engine]] = {}
    if "trees" in names:
        found["trees"] = lambda: Trees(k=K)
        found |= {f"trees, min_leaf {leaf}": lambda leaf=leaf: Trees(k=K, min_leaf=leaf) for leaf in leaves}
    if "copula" in names:
        from privsynth.generate.model.sdv import Copula

        found["copula"] = lambda: Copula(k=K)
    return found


def one(make: Callable[[], Engine], train: Table, holdout: Table, target: str, seed: int) -> dict[str, float]:
    started = time.process_time()
    engine = make().fit(train, np.random.default_rng([seed, 0]))
    fitted = time.process_time()
    draft = engine.sample(len(train), np.random.default_rng([seed, 1]))
    drawn = time.process_time()
    return {**figures(train.frame, holdout.frame, draft, target), "fit s": fitted - started, "draw s": drawn - fitted}


def compare(made: dict[str, Callable[[], Engine]], train: Table, holdout: Table, target: str, seeds: int) -> pd.DataFrame:
    rows = {}
    for name, make in made.items():
        runs = [one(make, a, b, target, seed) for seed in range(seeds) for a, b in ((train, holdout), (holdout, train))]
        rows[name] = pd.DataFrame(runs).mean()
        print(f"{name}: {len(runs)} runs", file=sys.stderr)
    real = figures(train.frame, holdout.frame, train.frame, target)
    rows["the training rows"] = pd.Series(real)
    return pd.DataFrame(rows)


def judged(script: Path, python: str, make: Callable[[], Engine], paths: tuple[Path, Path], target: str) -> str:
    train = load(paths[0])
    draft = make().fit(train, np.random.default_rng([0, 0])).sample(len(train), np.random.default_rng([0, 1]))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "synthetic.csv"
        draft.to_csv(place, index=False)
        done = subprocess.run([python, str(script), *map(str, paths), str(place), target], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or f"the judge ended with {done.returncode}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("holdout", type=Path)
    parser.add_argument("target")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--engines", nargs="+", choices=["trees", "copula"], default=["trees", "copula"])
    parser.add_argument("--min-leaf", nargs="*", type=int, default=[])
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has what the judge needs")
    asked = parser.parse_args()
    made = makers(asked.engines, asked.min_leaf)
    print(compare(made, load(asked.train), load(asked.holdout), asked.target, asked.seeds).round(4).to_string())
    for name, make in made.items() if asked.judge else ():
        print(f"{name}: {judged(asked.judge, asked.python, make, (asked.train, asked.holdout), asked.target)}")


if __name__ == "__main__":
    main()
