"""What the gates look at: nothing that a backend says takes a column, a table or a person out of the comparison."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.gate.evidence import scope
from privsynth.gate.evidence.scope import (
    RiskLimits,
    attacked_tables,
    held_out_people,
    keeps_people,
    known_columns,
    learnt_columns,
    no_source,
    nobody_attacked,
    not_applicable,
    quasi_identifiers,
    risk_findings,
    shared_tables,
)
from privsynth.measure.attacks.attack import Attacked
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding

COLUMNS = (
    Column("id", Kind.TEXT, role=Role.IDENTIFIER),
    Column("name", Kind.TEXT, role=Role.DIRECT),
    Column("age", Kind.INTEGER, role=Role.QUASI),
    Column("town", Kind.CATEGORY, role=Role.QUASI),
    Column("pay", Kind.NUMBER, role=Role.SENSITIVE),
    Column("size", Kind.NUMBER),
)


def table(rows: int, name: str = "t", person: str | None = None) -> Table:
    made = frame(
        id=[f"i{n // 2}" for n in range(rows)],
        name=[f"n{n}" for n in range(rows)],
        age=[float(n) for n in range(rows)],
        town=["a"] * rows,
        pay=[1.0] * rows,
        size=[2.0] * rows,
    )
    return Table(name, COLUMNS, made.astype({"age": float, "pay": float, "size": float}), person=person)


def real(train: int, holdout: int | None) -> Source:
    held = Dataset(()) if holdout is None else Dataset((table(holdout),))
    return Source(Dataset((table(train),)), held, Statistics({}, Taken()))


def draft(*tables: Table) -> Draft:
    return Draft(Dataset(tables), {})


def test_only_what_the_source_calls_invented_is_left_out() -> None:
    made = table(3).with_columns(*(replace(column, fabricated=True, role=Role.IDENTIFIER) for column in COLUMNS))
    assert learnt_columns(table(3), made) == ["age", "town", "pay", "size"]
    assert quasi_identifiers(table(3), made) == ["age", "town"]
    few = Table("t", COLUMNS[3:5], made.frame[["town", "pay"]])
    assert learnt_columns(table(3), few) == ["town", "pay"]
    assert quasi_identifiers(table(3), few) == ["town"]


def test_a_secret_is_guessed_from_the_quasi_identifiers_or_else_from_everything() -> None:
    assert known_columns(table(3), table(3), "pay") == ["age", "town"]
    assert known_columns(table(3), table(3), "age") == ["town"]
    plain = table(3).with_columns(
        *(replace(column, role=Role.PLAIN) for column in COLUMNS if column.role is Role.QUASI)
    )
    assert known_columns(plain, plain, "pay") == ["age", "town", "size"]


def test_people_are_counted_by_their_entity_and_else_by_rows() -> None:
    tables = table(6), table(6, person="id"), table(0, person="id")
    assert tuple(each.number_of_people for each in tables) == (6, 3, 0)
    assert table(4).people.tolist() == [0, 1, 2, 3]
    assert table(4, person="id").people.tolist() == [0, 0, 1, 1]
    assert held_out_people(real(10, 7)) == 7
    assert held_out_people(real(10, None)) == 0


def test_tables_of_all_three_sides_are_compared_by_name() -> None:
    ((train, holdout, made),) = shared_tables(draft(table(5), table(4, "other")), real(9, None))
    assert (len(train), len(holdout), len(made)) == (9, 0, 5)
    assert holdout.columns == train.columns
    ((_, held, _),) = shared_tables(draft(table(5)), real(9, 3))
    assert len(held) == 3


@pytest.mark.parametrize(
    ("train", "holdout", "made", "is_attacked"),
    [(50, 50, 1, True), (49, 50, 1, False), (50, 49, 1, False), (50, 50, 0, False), (60, 60, 9, True)],
)
def test_tables_with_enough_people_on_both_sides_are_attacked(
    train: int, holdout: int, made: int, is_attacked: bool
) -> None:
    assert bool(list(attacked_tables(draft(table(made)), real(train, holdout)))) is is_attacked


def test_tables_whole_on_both_sides_and_tables_without_a_learnt_column_are_not_attacked() -> None:
    named = Table("t", COLUMNS[:2], table(9).frame[["id", "name"]])
    assert not list(attacked_tables(draft(named), real(60, 60)))
    looked_up = real(60, 60)
    looked_up.train.__dict__["lookups"] = frozenset({"t"})
    assert not list(attacked_tables(draft(table(9)), looked_up))


@pytest.mark.parametrize(("backend", "keeps"), [("mask", True), ("clone", True), ("model", False), ("rules", False)])
def test_mask_and_clone_keep_people(backend: str, keeps: bool) -> None:
    assert keeps_people(Policy(backend=backend)) is keeps
    aside = not_applicable(backend, "guessing")
    assert (aside is not None) is keeps
    if aside:
        assert (aside.what, aside.measured, aside.limit) == ("guessing", None, None)


def test_where_nothing_real_was_read_that_is_said_and_passes() -> None:
    assert no_source().passed
    assert no_source().empty


def test_too_few_people_are_missing_evidence_and_no_row_is_none() -> None:
    few, none = nobody_attacked("guessing", draft(table(5))), nobody_attacked("guessing", draft(table(0)))
    assert (few.measured, few.limit, few.passed, few.evidence) == (0, 1, False, True)
    assert (none.measured, none.limit, none.passed) == (0, None, True)


def findings(attacked: Attacked, limits: RiskLimits, tests: int = 1) -> list[Finding]:
    return list(
        risk_findings(
            "guess", "guessing", attacked, limits, table="t", where=["age"], note="n", remedy="r", tests=tests
        )
    )


def held(point: float, lower: float | None = None, upper: float | None = None) -> RiskLimits:
    changed = {"anon_risk": point, "anon_lower_uni": lower, "anon_upper_uni": upper, "alpha": 0.01}
    limits = Policy().limits.model_copy(update=changed)
    return RiskLimits(limits, "anon_risk", lower="anon_lower_uni", upper="anon_upper_uni")


WON = Attacked(300, 1_000, control_successes=100, control_attacks=1_000)  # the residual risk is 0.2 / 0.9


def test_a_risk_beyond_chance_stands_beside_its_limit_its_control_and_its_interval() -> None:
    (one,) = findings(WON, held(0.05))
    assert one.measured == pytest.approx(WON.risk)
    assert (one.limit, one.passed, one.n, one.where, one.remedy) == (0.05, False, 1_000, ("age",), "r")
    assert one.baseline == pytest.approx(WON.control.value)
    assert one.interval == WON.interval
    assert "chance" not in one.note


def test_the_ends_of_the_interval_are_held_against_their_own_limits() -> None:
    risk, proven, open_ = findings(WON, held(0.9, 0.1, 0.2))
    assert (risk.passed, proven.passed, open_.passed) == (True, False, False)
    assert (proven.measured, open_.measured) == WON.interval
    assert (proven.limit, open_.limit) == (0.1, 0.2)
    assert [each.what for each in findings(WON, held(0.9, None, 0.2))] == [
        "guessing (t)",
        "guessing (t), not ruled out",
    ]
    assert [each.what for each in findings(WON, held(0.9, 0.0, None))] == ["guessing (t)", "guessing (t), proven"]


def test_a_risk_that_chance_explains_is_none_but_is_not_ruled_out() -> None:
    lucky = Attacked(12, 200, control_successes=10, control_attacks=200)
    risk, proven, open_ = findings(lucky, held(0.0, 0.0, 0.01))
    assert (risk.measured, proven.measured) == (0, 0)
    assert (risk.passed, proven.passed, open_.passed) == (True, True, False)
    assert "which chance explains" in risk.note


def test_many_attacks_need_more_proof_each() -> None:
    """Beyond chance at 1 %, and not at a thousandth of that."""
    some = Attacked(52, 500, control_successes=29, control_attacks=500)
    assert some.is_beyond_chance(0.01)
    assert (findings(some, held(0.0))[0].measured or 0) > 0
    assert findings(some, held(0.0), tests=1_000)[0].measured == 0
    assert (findings(some, held(0.0), tests=0)[0].measured or 0) > 0


def test_nobody_takes_the_frame_of_another_table() -> None:
    assert scope.table_or_empty(Dataset(()), table(4)).frame.equals(pd.DataFrame(table(4).frame.iloc[:0]))
    assert len(scope.table_or_empty(Dataset((table(2),)), table(4))) == 2
    assert np.array_equal(table(0).people, np.arange(0))


def test_that_no_secret_was_attacked_is_a_sentence_by_itself() -> None:
    """Where figures are not told, the note is not told either."""
    plain = replace(table(3), columns=tuple(replace(column, role=Role.PLAIN) for column in table(3).columns))
    without = Source(Dataset((plain,)), Dataset(()), Statistics({}, Taken()))
    assert scope.no_secrets(without, "so").what == "no column has the role sensitive: declare one to have it attacked"
