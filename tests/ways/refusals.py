"""Runs that are refused, one for each gate and kind of way out, and the ways out followed word for word."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from command import privsynth

MOST = 8  # commands that are pasted one after another
SAMPLE = Path(__file__).parents[2] / "sample_data"
KEPT_KEY = "KEPT_KEY"  # the variable that holds it: with a key that is kept a run repeats
STRICT = ("--set", "limits.alpha=0.9")  # what chance does counts as well


def numbers(rows: int = 1_200, columns: int = 12, seed: int = 0) -> pd.DataFrame:
    """Numbers that hang together closely, with a group and a secret."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=rows)
    found = {f"n{at}": np.round(base * rng.normal() + 0.3 * rng.normal(size=rows), 3) for at in range(columns)}
    return pd.DataFrame(
        {
            **found,
            "group": rng.choice(["north", "south"], rows),
            "diagnosis": rng.choice([f"kind {at}" for at in range(9)], rows),
        }
    )


def letters(rows: int = 900, seed: int = 0) -> pd.DataFrame:
    """Who wrote each of them, out of five, in a column whose name has a dot, as R writes them."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "written.by": rng.choice([f"k.meyer{mark}@mailbox.org" for mark in range(5)], rows),
            "age": rng.integers(18, 90, rows),
            "score": np.round(rng.normal(size=rows), 2),
        }
    )


def customers(rows: int = 900) -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "customers.csv", dtype=str).head(rows)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One run that is refused: the gate, what the first way out says, and whether a release must come of it."""

    name: str
    gate: str
    table: pd.DataFrame = field(repr=False)
    options: Sequence[str]
    says: str  # stands in the first command that is advised
    is_slow: bool = True


SECRET = ("--set", "tables.table.columns.diagnosis.role=sensitive")

REFUSED = (
    Refused(
        name="personal data",
        gate="pii",
        table=letters(),
        options=("--set", 'tables.table.columns."written.by".role=plain'),
        says='tables.table.columns."written.by".role=direct',
        is_slow=False,
    ),
    Refused(
        name="copies",
        gate="copies",
        table=numbers(columns=3),
        options=("--set", "limits.copy_max=0", "--set", "backend.min_leaf=10", *STRICT),
        says="--set backend.min_leaf=20",
    ),
    Refused(
        name="membership",
        gate="membership",
        table=numbers(800, 30),
        options=("--set", "limits.mia_all=0.02", "--set", "holdout=0.5"),
        says="--set backend.min_leaf=",
    ),
    Refused(
        name="singling out and linking",
        gate="singling_out",
        table=numbers(seed=3),
        options=("--set", "limits.anon_risk=0", "--set", "backend.min_leaf=10", *STRICT),
        says="--set backend.min_leaf=20",
    ),
    Refused(
        name="a secret",
        gate="attribute",
        table=numbers(),
        options=(*SECRET, "--set", "limits.attr_max=0", "--set", "backend.min_leaf=10", *STRICT),
        says="--set backend.min_leaf=20",
    ),
    Refused(
        name="the budget of rows",
        gate="budget",
        table=customers(),
        options=("--set", "limits.rows_ratio=0.5"),
        says="--rows 450",
        is_slow=False,
    ),
    Refused(
        name="the budget of attempts",
        gate="fidelity",
        table=customers(),
        options=("--set", "limits.attempts_max=1", "--set", "limits.column_min=0.9"),
        says="--backend mask",
    ),
    Refused(
        name="a hold-out too small",
        gate="copies",
        table=customers(),
        options=("--set", "holdout=0.05"),
        says="",
    ),
    Refused(
        name="too few rows",
        gate="copies",
        table=customers(60),
        options=(),
        says="--backend mask",
        is_slow=False,
    ),
    Refused(
        name="fidelity, a large leaf",
        gate="fidelity",
        table=customers(),
        options=("--set", "backend.min_leaf=100", "--set", "limits.fidelity_min=0.93"),
        says="--set backend.min_leaf=50",
    ),
    Refused(
        name="tracing of mask",
        gate="tracing",
        table=customers(),
        options=("--backend", "mask", "--set", "limits.tracing_max=0.015"),
        says="--set backend.k=8",
    ),
    Refused(
        name="tracing of clone",
        gate="tracing",
        table=customers(),
        options=("--backend", "clone", "--set", f"backend.key_env={KEPT_KEY}", "--set", "limits.tracing_max=0.1"),
        says="--set limits.k=",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command as it was typed, the code that it ended with, and what stood in the way."""

    typed: str
    code: int
    failed: tuple[str, ...]
    advised: tuple[str, ...]
    no_way: str


def follow(refused: Refused, folder: Path) -> list[Step]:
    """Paste what is advised first until there is a release, or nothing is advised; each command as it is printed."""
    refused.table.to_csv(folder / "table.csv", index=False)
    typed = shlex.join(["privsynth", "run", "table.csv", "--out", "out", "--seed", "1", *refused.options])
    steps = list[Step]()
    while typed and len(steps) < MOST:
        steps.append(step(typed, folder))
        typed = next(iter(steps[-1].advised), "")
    return steps


def step(typed: str, folder: Path) -> Step:
    ran = privsynth(*shlex.split(typed)[1:], folder=folder)
    lines = [line.strip() for line in ran.stderr.splitlines()]
    said: Mapping[str, tuple[str, ...]] = {
        verb: tuple(line.removeprefix(verb).strip() for line in lines if line.startswith(f"{verb} "))
        for verb in ("failed", "try", "no way")
    }
    return Step(
        typed=typed,
        code=ran.returncode,
        failed=said["failed"],
        advised=said["try"],
        no_way=next(iter(said["no way"]), ""),
    )
