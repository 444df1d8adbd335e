"""Declared rules, asked of the rows by the gate that never saw how they were made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from honest import draft, honest, people, source

from privsynth.dataset import Dataset, Kind, Rule, Table
from privsynth.gate.schema import Schema
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Finding

RULES = (Rule("adults", "age >= 18"), Rule("solvent", "debt <= income"))
TRAIN, HONEST = replace(people(600, 1), rules=RULES), honest(500, 3)


def judged(made: Table, kind: str = "model", real: Source | None = None) -> list[Finding]:
    found = Schema(Policy(backend=kind)).measure(draft(made), real or source(TRAIN, people(100, 2)))
    return [finding for finding in found if "rule" in finding.what]


def spoilt(rows: int) -> Table:
    frame = HONEST.frame.copy()
    frame.loc[: rows - 1, "age"] = 17.0
    return replace(HONEST, frame=frame)


def test_rows_that_keep_the_rules_pass() -> None:
    found = judged(HONEST)
    assert [(finding.what, finding.measured, finding.limit) for finding in found] == [
        ("rows that break rule 'adults' (people)", 0, 0),
        ("rows that break rule 'solvent' (people)", 0, 0),
    ]
    assert found[1].where == ("debt", "income")


@pytest.mark.parametrize("kind", ["model", "rules"])
def test_one_row_that_breaks_a_rule_fails(kind: str) -> None:
    broken = judged(spoilt(1), kind)[0]
    assert (broken.measured, broken.passed) == (1, False)


@pytest.mark.parametrize("kind", ["mask", "clone"])
def test_rows_of_real_people_are_reported_beside_the_source(kind: str) -> None:
    frame = TRAIN.frame.copy()
    frame.loc[:59, "age"] = 16.0  # 60 of 600
    real = source(replace(TRAIN, frame=frame), people(100, 2))
    found = judged(spoilt(5), kind, real)[0]
    assert (found.measured, found.baseline, found.limit, found.passed) == (0.01, 0.1, None, True)


def test_a_generalised_column_is_said_to_be_unmeasured() -> None:
    column = replace(HONEST["age"], kind=Kind.CATEGORY)
    made = replace(HONEST.with_columns(column), frame=HONEST.frame.assign(age="20-29").astype({"age": object}))
    assert judged(made, "mask")[0].measured is None


def test_without_a_source_the_policy_says_the_rules() -> None:
    policy = Policy(backend="rules", tables={"people": {"rules": [{"name": "adults", "expect": "age >= 18"}]}})
    nothing = Source(Dataset(()), Dataset(()), source(TRAIN, None).statistics)
    found = [finding for finding in Schema(policy).measure(draft(spoilt(2)), nothing) if "rule" in finding.what]
    assert [finding.measured for finding in found] == [2]


@pytest.mark.parametrize("kind", ["model", "mask"])
def test_where_no_row_was_made_no_rule_is_broken(kind: str) -> None:
    empty = judged(HONEST.take(range(0)), kind)  # type: ignore[arg-type]
    assert [(finding.measured, finding.passed, finding.n) for finding in empty] == [(0, True, 0)] * 2
