"""Fidelity against leakage for our engine and sdv's: means over seeds and both directions (train and hold-out swapped).

    python bench/frontier.py TRAIN.csv HOLDOUT.csv TARGET [--seeds 4] [--engines trees copula ctgan tvae copulagan]
                             [--min-leaf N,N,...]
                             [--judge JUDGE.py] [--python JUDGE_PYTHON] [--judge-seeds 1]
    python bench/frontier.py --invented money|spikes|survey [--seeds 4] ...

The figures are explained in figures.py. With --judge an external script is also run, on the drafts of as many seeds of
each engine:
    JUDGE_PYTHON JUDGE.py TRAIN HOLDOUT SYNTHETIC TARGET
The means of the figures in its JSON are printed, and what the accuracy lacks to its maximum (qa_max - qa_accuracy)
where it names both. With --seeds 0 nothing but the judge is run.
Several --min-leaf values walk along the privacy dial of the trees. For Adult and bank, figures of MOSTLY AI stand
beside ours: they were recorded earlier by another judge on the same halves, and are not measured here.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.figures import figures
from bench.tables import OTHER_KINDS, as_table, load
from privsynth.dataset import Table
from privsynth.generate.model.engine import Engine
from privsynth.generate.model.trees.engine import Trees

K = 10
PEERS = ("copula", "ctgan", "tvae", "copulagan")
RECORDED = {  # MOSTLY AI TabularARGN with its defaults, one draw, by table
    "adult": {"qa": 0.969, "c2st": 0.596, "tstr": 0.913, "mia": 0.505, "fit s": 316.0},
    "bank": {"qa": 0.967, "c2st": 0.622, "tstr": 0.906, "mia": 0.503, "fit s": 465.0},
}


def makers(names: list[str], leaves: list[int]) -> dict[str, Callable[[], Engine]]:
    engines: dict[str, Callable[[], Engine]] = {}
    if "trees" in names:
        engines["trees"] = lambda: Trees(k=K)
        engines |= {f"trees, min_leaf {leaf}": partial(Trees, k=K, min_leaf=leaf) for leaf in leaves}
    if set(names) & set(PEERS):
        from privsynth.generate.model.sdv.engine import Sdv

        engines |= {name: partial(Sdv, name, k=K) for name in PEERS if name in names}
    return engines


def one(make: Callable[[], Engine], train: Table, holdout: Table, target: str, seed: int) -> dict[str, float]:
    started = time.process_time()
    engine = make().fit(train, np.random.default_rng([seed, 0]))
    fitted = time.process_time()
    draft = engine.sample(len(train), np.random.default_rng([seed, 1]))
    drawn = time.process_time()
    return {**figures(train.frame, holdout.frame, draft, target), "fit s": fitted - started, "draw s": drawn - fitted}


def compare(
    made: dict[str, Callable[[], Engine]], train: Table, holdout: Table, target: str, seeds: int
) -> pd.DataFrame:
    rows = {}
    for name, make in made.items():
        make().fit(
            train.take(np.arange(min(200, len(train)))), np.random.default_rng(0)
        )  # so that imports are not counted
        runs = [one(make, a, b, target, seed) for seed in range(seeds) for a, b in ((train, holdout), (holdout, train))]
        rows[name] = pd.DataFrame(runs).mean()
        print(f"{name}: {len(runs)} runs", file=sys.stderr)
    real = figures(train.frame, holdout.frame, train.frame, target)
    rows["the training rows"] = pd.Series(real)
    if train.name in RECORDED:
        rows["MOSTLY AI (recorded, not measured here)"] = pd.Series(RECORDED[train.name])
    return pd.DataFrame(rows)


def as_markdown(figures: pd.DataFrame) -> str:
    """One line for each engine, one column for each figure: as a document can quote it."""
    lines = [["", *figures.index], ["---", *["--:"] * len(figures.index)]]
    lines += [
        [name, *("" if pd.isna(x) else f"{x:.4f}".rstrip("0").rstrip(".") for x in figures[name])] for name in figures
    ]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def halves(table: Table) -> tuple[Table, Table]:
    at = np.arange(len(table))
    return table.take(at[::2]), table.take(at[1::2])


def leaves_of(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def judged(
    script: Path,
    python: str,
    made: dict[str, Callable[[], Engine]],
    parts: tuple[Table, Table],
    target: str,
    seeds: int,
) -> pd.DataFrame:
    """The judge's figures by engine: means over the seeds, and what the accuracy lacks to its maximum."""
    rows = {}
    for name, make in made.items():
        rows[name] = pd.DataFrame([_judged(script, python, make, parts, target, seed) for seed in range(seeds)]).mean()
        if {"qa_max", "qa_accuracy"} <= set(rows[name].index):
            rows[name]["qa_lacks"] = rows[name]["qa_max"] - rows[name]["qa_accuracy"]
        print(f"{name}: judged {seeds} times", file=sys.stderr)
    if parts[0].name in RECORDED:
        recorded = RECORDED[parts[0].name]
        names = {"qa": "qa_accuracy", "c2st": "c2st_auc", "tstr": "tstr_auc", "mia": "mia_auc"}
        rows["MOSTLY AI (recorded)"] = pd.Series({there: recorded[here] for here, there in names.items()})
    return pd.DataFrame(rows)


def _judged(
    script: Path, python: str, make: Callable[[], Engine], parts: tuple[Table, Table], target: str, seed: int
) -> dict[str, float]:
    train = parts[0]
    draft = make().fit(train, np.random.default_rng([seed, 0])).sample(len(train), np.random.default_rng([seed, 1]))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.csv" for name in ("train", "holdout", "synthetic")]
        for frame, path in zip((train.frame, parts[1].frame, draft), paths, strict=True):
            frame.to_csv(path, index=False)
        done = subprocess.run(  # noqa: S603
            [python, str(script), *map(str, paths), target], capture_output=True, text=True, check=False
        )
    if done.returncode or not done.stdout.strip():
        raise SystemExit(f"the judge ended with {done.returncode}")
    return {
        name: float(value)
        for name, value in json.loads(done.stdout.strip().splitlines()[-1]).items()
        if isinstance(value, int | float)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="?")
    parser.add_argument("holdout", type=Path, nargs="?")
    parser.add_argument("target", nargs="?")
    parser.add_argument("--invented", choices=list(OTHER_KINDS), help="a table made here instead of files")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--engines", nargs="+", choices=["trees", *PEERS], default=["trees", "copula"])
    parser.add_argument("--min-leaf", type=leaves_of, default=[], help="as in 12,24,50")
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--judge-seeds", type=int, default=1)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has what the judge needs")
    asked = parser.parse_args()
    if asked.invented:
        parts, target = (
            halves(as_table(OTHER_KINDS[asked.invented](np.random.default_rng(0)), asked.invented)),
            "target",
        )
    elif asked.target:
        parts, target = (load(asked.train), load(asked.holdout)), asked.target
    else:
        parser.error("name TRAIN, HOLDOUT and TARGET, or --invented")
    made = makers(asked.engines, asked.min_leaf)
    print(
        f"{parts[0].name}: {len(parts[0])} rows x {len(parts[0].columns)} columns, {asked.seeds} seeds, both"
        " directions\n"
    )
    if asked.seeds:
        print(as_markdown(compare(made, *parts, target, asked.seeds)))
    if asked.judge:
        print(f"\nThe judge, {asked.judge_seeds} seeds, one direction\n")
        print(as_markdown(judged(asked.judge, asked.python, made, parts, target, asked.judge_seeds)))


if __name__ == "__main__":
    main()
