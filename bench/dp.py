"""What differential privacy costs on Adult, and whether the claimed epsilon withstands an attack on the mechanism.

    python bench/dp.py fidelity TRAIN.csv HOLDOUT.csv [--epsilon 3 1] [--mechanism pairs mst aim]
                       [--judge JUDGE.py --python JUDGE_PYTHON]
    python bench/dp.py audit [--epsilon 2] [--delta 0.01] [--runs 1000] [--games 20]

The levels and ends below were written by hand from the census form's public categories and in round numbers, by
somebody who had seen the table: none was computed from its rows, but where the steps are fine may owe something to
knowing it. For rows that are secret that would be a leak. Each fit runs in a process of its own, so that its peak of
memory is its own. CPU seconds are of fit and draw, imports included.

`audit` plays the neighbouring-table game: one isolated person is in the table, or not; the attacker sees everything
that OpenDP released and guesses. The largest epsilon that the attacker's success proves (Clopper-Pearson, 95 %) must
stay below the claim, and must pass it for a broken copy of the mechanism whose noise is four times too small. A
thousand runs can prove an epsilon of about 4 at most, and say nothing of a small delta: the game is played at epsilon 2
and delta 0.01, where they suffice.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.tables import load
from privsynth.dataset import Domain, Table
from privsynth.generate.model.dp.cost import Cost
from privsynth.generate.model.dp.engine import Private
from privsynth.generate.model.dp.noise import count_with_noise, rho_of
from privsynth.measure.intervals import clopper_pearson
from privsynth.options import ModelOptions
from privsynth.policy import Policy

COUNTRIES = """
United-States Cambodia England Puerto-Rico Canada Germany Outlying-US(Guam-USVI-etc) India Japan Greece South China
Cuba Iran Honduras Philippines Italy Poland Jamaica Vietnam Mexico Portugal Ireland France Dominican-Republic Laos
Ecuador Taiwan Haiti Columbia Hungary Guatemala Nicaragua Scotland Thailand Yugoslavia El-Salvador Trinadad&Tobago
Peru Hong Holand-Netherlands ?
"""
LEVELS = {
    "workclass": "Private Self-emp-not-inc Self-emp-inc Federal-gov Local-gov State-gov Without-pay Never-worked ?",
    "education": (
        "Bachelors Some-college 11th HS-grad Prof-school Assoc-acdm Assoc-voc 9th 7th-8th 12th Masters"
        " 1st-4th 10th Doctorate 5th-6th Preschool"
    ),
    "marital_status": (
        "Married-civ-spouse Divorced Never-married Separated Widowed Married-spouse-absent Married-AF-spouse"
    ),
    "occupation": (
        "Tech-support Craft-repair Other-service Sales Exec-managerial Prof-specialty Handlers-cleaners"
        " Machine-op-inspct Adm-clerical Farming-fishing Transport-moving Priv-house-serv Protective-serv"
        " Armed-Forces ?"
    ),
    "relationship": "Wife Own-child Husband Not-in-family Other-relative Unmarried",
    "race": "White Asian-Pac-Islander Amer-Indian-Eskimo Other Black",
    "sex": "Female Male",
    "native_country": COUNTRIES,
    "income": ">50K <=50K",
}
CUTS = {
    "age": [17, 20, *range(22, 60, 2), 60, 65, 70, 75, 80, 90],
    "fnlwgt": [0, *range(20_000, 400_000, 20_000), 400_000, 450_000, 500_000, 600_000, 800_000, 1_500_000],
    "education_num": [*range(1, 18)],
    "capital_gain": [
        0,
        1,
        1_000,
        *range(2_000, 8_000, 500),
        8_000,
        10_000,
        12_500,
        15_000,
        20_000,
        30_000,
        99_999,
        100_000,
    ],
    "capital_loss": [0, 1, 500, 1_000, *range(1_250, 2_500, 125), 2_500, 3_000, 4_500],
    "hours_per_week": [
        1,
        5,
        10,
        15,
        20,
        21,
        25,
        26,
        30,
        31,
        35,
        36,
        38,
        40,
        41,
        45,
        46,
        48,
        50,
        51,
        55,
        56,
        60,
        61,
        65,
        70,
        71,
        80,
        81,
        99,
    ],
}


def declared(table: Table) -> Table:
    """The table with what the census form says that its columns may hold."""
    domains = {name: Domain(levels=tuple(words.split())) for name, words in LEVELS.items()}
    domains |= {name: Domain(cuts=tuple(map(float, cuts))) for name, cuts in CUTS.items()}
    return table.with_columns(*(replace(column, domain=domains[column.name]) for column in table.columns))


def one(train: Path, epsilon: float, mechanism: str, out: Path) -> dict[str, Any]:
    """One fit and draw of as many rows as there are, written to a file."""
    table, limits = declared(load(train)), Policy().limits
    started = time.process_time()
    engine = Private(ModelOptions(engine="dp", epsilon=epsilon, mechanism=mechanism), limits=limits).fit(
        table, np.random.default_rng(0)
    )
    made = engine.sample(len(table), np.random.default_rng(1))
    seconds = time.process_time() - started
    whole = {c.name: made[c.name].astype("int64") if c.kind.is_numeric else made[c.name] for c in table.columns}
    made.assign(**whole).to_csv(out, index=False)
    return {
        "cpu s": round(seconds, 1),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rho": engine.rho_,
    }


def fidelity(options: argparse.Namespace) -> None:
    for mechanism in options.mechanism:
        for epsilon in options.epsilon:
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "made.csv"
                command = [
                    sys.executable,
                    __file__,
                    "one",
                    str(options.train),
                    "--epsilon",
                    str(epsilon),
                    "--mechanism",
                    mechanism,
                    "--out",
                    str(out),
                ]
                told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603  ourselves
                judged = _judged(options, out)
            print(json.dumps({"mechanism": mechanism, "epsilon": epsilon, **told, **judged}), flush=True)


def _judged(options: argparse.Namespace, synthetic: Path) -> dict[str, Any]:
    if options.judge is None:
        from bench.figures import figures

        train, holdout, draft = load(options.train).frame, load(options.holdout).frame, load(synthetic).frame
        return {name: round(value, 4) for name, value in figures(train, holdout, draft, train.columns[-1]).items()}
    command = [
        options.python,
        str(options.judge),
        str(options.train),
        str(options.holdout),
        str(synthetic),
        load(options.train).columns[-1].name,
    ]
    figures: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603  asked for
    return figures


def seen(with_target: bool, rho: float) -> float:
    """What the attacker looks at: how much the released tables hold where only the target would be."""
    codes = {"a": np.zeros(20, dtype=np.int64), "b": np.zeros(20, dtype=np.int64)}
    if with_target:
        codes = {name: np.append(values, 1) for name, values in codes.items()}
    both = {"a": np.arange(2), "b": np.arange(2)}
    told = count_with_noise(codes, {"a": 2, "b": 2}, rho=rho, contributions=1, mechanism="pairs", group=lambda _: both)
    tables = [*told.singles.values(), *told.pairs.values()]
    return float(sum(t.counts.flat[-1] / t.sigma**2 for t in tables))


def proven(absent: np.ndarray[Any, Any], present: np.ndarray[Any, Any], delta: float) -> float:
    """The largest epsilon that these outcomes prove: the threshold is chosen on one half, the bound is of the other."""
    half = len(absent) // 2
    points = np.quantile(np.concatenate([absent[:half], present[:half]]), np.linspace(0.05, 0.95, 37))
    best = max(points, key=lambda at: _bound(absent[:half], present[:half], at, delta))
    return _bound(absent[half:], present[half:], best, delta)


def _bound(absent: np.ndarray[Any, Any], present: np.ndarray[Any, Any], at: float, delta: float) -> float:
    """Both ways: the target is guessed present above the threshold, absent below it. Two bounds share the 5 %."""
    sides = ((present > at, absent > at), (absent <= at, present <= at))
    found = [0.0]
    for hits, alarms in sides:
        low = clopper_pearson(int(hits.sum()), len(hits), 0.05 / 2)[0]
        high = clopper_pearson(int(alarms.sum()), len(alarms), 0.05 / 2)[1]
        found.append(float(np.log(max(low - delta, 1e-12) / high)))
    return max(found)


def audit(options: argparse.Namespace) -> None:
    for epsilon in options.epsilon:
        for name, factor in (("as claimed", 1.0), ("noise / 4", 16.0)):
            rho = rho_of(Cost(epsilon, options.delta)) * factor
            bounds, started = [], time.process_time()
            for _ in range(options.games):
                absent, present = (
                    np.array([seen(there, rho) for _ in range(options.runs // 2)]) for there in (False, True)
                )
                bounds.append(proven(absent, present, options.delta))
            above = sum(bound > epsilon for bound in bounds)
            told = {
                "mechanism": name,
                "claimed": epsilon,
                "delta": options.delta,
                "runs": options.runs,
                "largest proven": round(max(bounds), 3),
                "least proven": round(min(bounds), 3),
            }
            print(
                json.dumps(
                    {
                        **told,
                        "games above the claim": f"{above}/{len(bounds)}",
                        "cpu s": round(time.process_time() - started),
                    }
                ),
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("fidelity", "one", "audit"):
        asked = verbs.add_parser(verb)
        asked.add_argument("--epsilon", type=float, nargs="+", default=[2.0] if verb == "audit" else [3.0, 1.0])
        if verb != "audit":
            asked.add_argument("train", type=Path)
            asked.add_argument("--mechanism", nargs="+", default=["pairs", "mst", "aim"])
        if verb == "fidelity":
            asked.add_argument("holdout", type=Path)
            asked.add_argument("--judge", type=Path)
            asked.add_argument("--python", default=sys.executable)
        if verb == "one":
            asked.add_argument("--out", type=Path, required=True)
        if verb == "audit":
            asked.add_argument("--delta", type=float, default=0.01)
            asked.add_argument("--runs", type=int, default=1000)
            asked.add_argument("--games", type=int, default=20)
    options = parser.parse_args()
    if options.verb == "one":
        print(json.dumps(one(options.train, options.epsilon[0], options.mechanism[0], options.out)))
    else:
        {"fidelity": fidelity, "audit": audit}[options.verb](options)


if __name__ == "__main__":
    main()
