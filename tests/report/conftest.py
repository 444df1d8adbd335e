"""One small run, made by hand: a draft, its verdicts and its facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.manifest import Facts
from privsynth.policy import Policy
from privsynth.recipe import Recipe, TableRecipe
from privsynth.release import Draft, Reports
from privsynth.report import render_reports
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import GATES, Finding, Verdict

STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """Everything that `render_reports` takes."""

    draft: Draft
    verdicts: tuple[Verdict, ...]
    source: Source
    policy: Policy
    facts: Facts

    def reports(self) -> Reports:
        return render_reports(self.draft, self.verdicts, self.source, self.policy, self.facts)

    def but(self, **changes: Any) -> Run:
        return replace(self, **changes)

    def with_verdict(self, gate: str, *findings: Finding, error: str = "") -> Run:
        """The same run with one gate's verdict exchanged."""
        changed = Verdict(gate, self.draft.digest, findings, error)
        return self.but(verdicts=tuple(changed if verdict.gate == gate else verdict for verdict in self.verdicts))


def people(rows: int, seed: int, names: tuple[str, ...] = ("customer", "age", "segment", "joined")) -> Table:
    rng = np.random.default_rng(seed)
    identifier, age, segment, joined = names
    frame = pd.DataFrame(
        {
            identifier: pd.Series([f"QX{seed}-{row:05d}" for row in range(rows)], dtype=object),
            age: rng.integers(18, 90, rows).astype("float64"),
            segment: pd.Series(rng.choice(["gold", "silver", "basic"], rows), dtype=object),
            joined: (np.datetime64("2015-01-01") + rng.integers(0, 3000, rows)).astype("datetime64[us]"),
        }
    )
    columns = (
        Column(identifier, Kind.TEXT, role=Role.IDENTIFIER, reason="no value occurs twice"),
        Column(age, Kind.INTEGER, role=Role.QUASI, entity="AGE", reason="the name of the column", confidence=0.9),
        Column(segment, Kind.CATEGORY, declared=True),
        Column(joined, Kind.DATE),
    )
    return Table("customers", columns, frame)


def passed(draft: Draft) -> tuple[Verdict, ...]:
    """Gates that are content."""
    findings = {
        "schema": (
            Finding("columns", 0, what="columns that are missing, extra or out of order", limit=0, note="as declared"),
        ),
        "pii": (
            Finding("not_invented", 0, what="columns with confirmed personal data", limit=0, n=4),
            Finding(
                "rare_words",
                0.002,
                what="rare strings that equal real ones",
                limit=0.01,
                limit_name="overlap_other",
                where=("segment",),
                baseline=0.001,
                interval=(0.0005, 0.004),
                n=900,
            ),
        ),
        "copies": (
            Finding(
                "equal",
                0.001,
                what="rows equal to a training row, beyond chance (customers)",
                table="customers",
                limit=0.005,
                limit_name="copy_max",
                baseline=0.0005,
                n=600,
            ),
            Finding("detectable_leak", 0.012, what="minimum detectable leak (customers)", table="customers", n=600),
        ),
        "tracing": (
            Finding(
                "smallest_group",
                1,
                what="smallest group on the quasi-identifiers (customers)",
                table="customers",
                where=("age",),
                note="reported only",
            ),
        ),
        "claim": (Finding("claims", 0, what="claims of differential privacy", note="none is made"),),
        "budget": (
            Finding(
                "rows",
                0.5,
                what="rows of all releases from this source, as a multiple of its rows",
                limit=10,
                limit_name="rows_ratio",
                n=600,
            ),
        ),
        "fidelity": (
            Finding(
                "relative",
                0.98,
                what="fidelity as a share of what a fresh real sample reaches (customers)",
                table="customers",
                limit=0.7,
                limit_name="fidelity_min",
                good="high",
                where=("age", "segment"),
            ),
        ),
    }
    reported = (Finding("unread", 0.5, what="what no test here looks at"),)
    return tuple(Verdict(gate, draft.digest, findings.get(gate, reported)) for gate in GATES if gate != "artefacts")


def make_run(real: Table, made: Table, policy: Policy | None = None, recipe: Recipe | None = None) -> Run:
    invented = [replace(column, fabricated=True) for column in made.columns if column.role.is_fabricated]
    draft = Draft(
        Dataset((made.with_columns(*invented),)),
        {f"{made.name}.csv": made.frame.to_csv(index=False).encode("utf-8", "backslashreplace")},
        len(made),
    )
    half = np.arange(len(real)) % 2 == 0
    source = Source(Dataset((real.take(half),)), Dataset((real.take(~half),)), Statistics({}, Taken()))
    facts = Facts(
        run_id="0123456789abcdef",
        started=STARTED,
        finished=STARTED + timedelta(seconds=4),
        recipe=recipe
        or Recipe(
            backend="model",
            tables={made.name: TableRecipe(engine="trees", licence="Apache-2.0", parameters={"k": 10})},
            details={"rows": {made.name: len(real) // 2}},
        ),
        notes=("customers.csv: read as utf-8, delimiter ','",),
        seed=7,
        seconds={"generate": 0.25},
        versions={"privsynth": "0.1.0", "numpy": "2.0"},
    )
    return Run(draft, passed(draft), source, policy or Policy(seed=7, backend="model"), facts)


@pytest.fixture(scope="session")
def run() -> Run:
    return make_run(people(600, 1), people(300, 2))


@pytest.fixture(scope="session")
def refused(run: Run) -> Run:
    found = Finding(
        "equal",
        0.04,
        what="rows equal to a training row, beyond chance (customers)",
        table="customers",
        limit=0.005,
        limit_name="copy_max",
        where=("age", "segment"),
        n=300,
        remedy="a larger leaf",
    )
    return run.with_verdict("copies", found)


@pytest.fixture(scope="session")
def reports(run: Run) -> Reports:
    return run.reports()


@pytest.fixture(scope="session")
def refusal_reports(refused: Run) -> Reports:
    return refused.reports()


@pytest.fixture
def build() -> Callable[..., Run]:
    return make_run
