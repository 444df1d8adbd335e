"""Declared rules, asked of the rows by the gate that never saw how they were made."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from honest import draft, honest, people, source

from privsynth.dataset import Bond, Column, Dataset, Kind, Relation, Rule, Table
from privsynth.gate.evidence.rules import asked
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


def test_a_rulebook_that_lets_some_rows_break_a_rule_is_held_to_its_rate() -> None:
    nothing = Source(Dataset(()), Dataset(()), source(TRAIN, None).statistics)

    def found(rows: int) -> Finding:
        made = replace(spoilt(rows), rules=(Rule("expect 1", "age >= 18", rate=0.9),))
        measured = Schema(Policy(backend="rules")).measure(draft(made), nothing)
        return next(finding for finding in measured if "rule" in finding.what)

    assert (found(50).as_measured, found(50).passed) == (0.1, True)
    assert (found(100).as_measured, found(100).passed) == (0.2, False)


def test_a_rule_may_speak_of_the_row_of_the_parent() -> None:
    above = Table("t", (Column("k", Kind.TEXT), Column("most", Kind.NUMBER)), frame_of(k=["a", "b"], most=[1.0, 5.0]))
    below = Table("c", (Column("k", Kind.TEXT), Column("x", Kind.NUMBER)), frame_of(k=["a", "b"], x=[3.0, 3.0]))
    rule = Rule("expect 1", "x <= parent.most", ties=(Bond("parent", (Relation("t", "k", "c", "k"),)),))
    data = Dataset((above, below))
    assert asked(rule, below, data).broken == 1


def frame_of(**columns: list[str] | list[float]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=type(values[0])) for name, values in columns.items()})
