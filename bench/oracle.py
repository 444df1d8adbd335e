"""Singling-out, linkability and inference risks of ours beside anonymeter's, on the same tables.

    python bench/oracle.py TRAIN.csv HOLDOUT.csv --python ANONYMETER_PYTHON [--rows 6000] [--attacks 1000] [--seeds 3]

The synthetic table is made of rows that neither side saw (the second part of TRAIN), with a share of training rows
copied into it. ANONYMETER_PYTHON is an interpreter of an environment of its own: python -m venv V && V/bin/pip install
anonymeter. It draws the people that it attacks by itself, so two runs differ by chance; the last column says whether
the two risks lie within .03 of each other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.frontier import as_markdown
from bench.tables import as_table
from privsynth.measure.attacks.inference import inference
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.attacks.singling_out import singling_out

LEAKS = (0.0, 0.05, 0.3)
WITHIN = 0.03
THEIRS = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
folder, attacks, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
np.random.seed(seed)
sides = ("train", "control", "made")
ori, control, syn = (pd.read_csv(f"{folder}/{name}.csv", keep_default_na=False) for name in sides)
tables = dict(ori=ori, syn=syn, control=control)
names = list(ori)
def single(mode):
    attack = SinglingOutEvaluator(**tables, n_attacks=attacks, n_cols=3, seed=seed, max_attempts=400_000)
    return attack.evaluate(mode=mode)
found = {"one column": single("univariate"), "three columns": single("multivariate")}
halves = (names[::2], names[1::2])
found["linking"] = LinkabilityEvaluator(**tables, n_attacks=attacks, aux_cols=halves).evaluate(n_jobs=1)
found["inference"] = InferenceEvaluator(
    **tables, n_attacks=len(ori), aux_cols=names[:-1], secret=names[-1], regression=False
).evaluate(n_jobs=1)
print(json.dumps({name: each.risk().value for name, each in found.items()}))
"""


def ours(parts: list[pd.DataFrame], attacks: int, seed: int) -> dict[str, float]:
    table = as_table(pd.concat(parts, ignore_index=True), "t")
    ends = np.cumsum([0, *map(len, parts)])
    train, control, synthetic = (table.take(np.arange(first, last)) for first, last in pairwise(ends))
    names, rng = [column.name for column in table.columns], np.random.default_rng(seed)
    risks = {
        attack: singling_out(train, control, synthetic, names, attacks=attacks, rng=rng, several=several)[0]
        for attack, several in (("one column", False), ("three columns", True))
    }
    risks["linking"] = linkability(train, control, synthetic, (names[::2], names[1::2]), attacks=attacks, rng=rng)
    risks["inference"] = inference(
        train, control, synthetic, known_columns=names[:-1], sensitive=names[-1], attacks=len(train), rng=rng
    )
    return {name: each.risk for name, each in risks.items()}


def theirs(parts: list[pd.DataFrame], attacks: int, seed: int, python: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        for name, part in zip(("train", "control", "made"), parts, strict=True):
            part.to_csv(Path(folder) / f"{name}.csv", index=False)
        done = subprocess.run(  # noqa: S603
            [python, "-c", THEIRS, folder, str(attacks), str(seed)], capture_output=True, text=True, check=True
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("holdout", type=Path)
    parser.add_argument("--python", required=True, help="interpreter that has anonymeter")
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--attacks", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    train, control = (pd.read_csv(path).fillna("?") for path in (asked.train, asked.holdout))
    real, fresh, control = train[: asked.rows], train[asked.rows : 2 * asked.rows], control[: asked.rows]
    rows = {}
    for leak in LEAKS:
        made = pd.concat([real[: round(leak * asked.rows)], fresh[round(leak * asked.rows) :]])
        both = [
            pd.DataFrame([f([real, control, made], asked.attacks, seed) for seed in range(asked.seeds)]).mean()
            for f in (ours, lambda parts, attacks, seed: theirs(parts, attacks, seed, asked.python))
        ]
        for what in both[0].index:
            apart = abs(both[0][what] - both[1][what])
            rows[f"{leak:.0%} copied, {what}"] = pd.Series(
                {
                    "ours": both[0][what],
                    "anonymeter": both[1][what],
                    "apart": apart,
                    "within .03": float(apart <= WITHIN),
                }
            )
    print(
        f"{asked.train.name}: {asked.rows} rows a side, {asked.attacks} attacks (inference: all rows), means of"
        f" {asked.seeds} runs\n"
    )
    print(as_markdown(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
