"""The gate tracing: the nearest-row attack decides over rows that are somebody's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Dataset, Kind, Role, Table
from privsynth.gate.tracing import Tracing
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Finding

TRAIN = people(800, 1)
MASK, CLONE, MODEL = (Policy(backend=name) for name in ("mask", "clone", "model"))


def masked(years: int, *, towns: bool) -> Table:
    """The training rows in another order, ages in ranges, towns kept or blanked."""
    order = np.random.default_rng(2).permutation(len(TRAIN))
    rows = TRAIN.take(order)
    floor = (rows.frame["age"] // years * years).astype(int)
    ages = pd.Series([f"{age}-{age + years - 1}" for age in floor], dtype=object)
    town = rows.frame["town"] if towns else pd.Series(["*"] * len(rows), dtype=object)
    words = [replace(rows[name], kind=Kind.CATEGORY) for name in ("age", "town")]
    return replace(rows.with_columns(*words), frame=rows.frame.assign(age=ages, town=town), origin=order)


def judged(made: Table, policy: Policy = MASK) -> list[Finding]:
    return Tracing(policy).measure(draft(made), source(TRAIN, None))


def failures(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.passed]


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_rows_generalised_into_large_groups_lead_nowhere(policy: Policy) -> None:
    found = judged(masked(100, towns=False), policy)
    assert failures(found) == []
    attack = next(f for f in found if "quasi-identifiers (people)" in f.what and "nearest" in f.what)
    assert attack.limit == 0.2
    assert attack.interval is not None
    assert attack.baseline == pytest.approx(1 / 800)


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_kept_quasi_identifiers_fail(policy: Policy) -> None:
    order = np.random.default_rng(2).permutation(len(TRAIN))
    found = judged(replace(TRAIN.take(order), origin=order), policy)
    assert failures(found) == ["rows whose source is the nearest by quasi-identifiers (people)"]


def test_narrow_ranges_lead_back_to_fewer_people_than_exact_ages() -> None:
    wide, narrow = (
        next(f.measured for f in judged(masked(years, towns=True)) if "nearest by quasi" in f.what) for years in (20, 5)
    )
    assert wide is not None
    assert narrow is not None
    assert wide < narrow


def test_rows_of_a_model_are_reported_without_a_limit() -> None:
    found = judged(honest(500), MODEL)
    assert all(finding.limit is None for finding in found)
    assert [finding.measured for finding in found] == [0]
    assert "nobody's" in found[0].note


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_rows_that_do_not_say_whose_they_are_cannot_be_judged(policy: Policy) -> None:
    with pytest.raises(ValueError, match="source row"):
        judged(honest(500), policy)


def test_without_quasi_identifiers_that_is_said() -> None:
    plain = TRAIN.with_columns(*(replace(column, role=Role.PLAIN) for column in TRAIN.of_role(Role.QUASI)))
    order = np.random.default_rng(2).permutation(len(TRAIN))
    made = replace(plain.take(order), origin=order)
    found = Tracing(MASK).measure(draft(made), source(plain, None))
    assert [finding.limit for finding in found] == [None, None]
    assert "all kept columns" in found[0].what
    assert found[1].key == "joined_by_what_is_kept"


def test_where_figures_may_not_be_told_how_many_rows_lead_back_is_told_in_words_without_a_count() -> None:
    order = np.random.default_rng(2).permutation(len(TRAIN))
    by_all = [f for f in judged(replace(TRAIN.take(order), origin=order)) if f.key == "nearest_by_all_columns"]
    assert [finding.band for finding in by_all] == ["nearly all rows"]
    nameless = masked(100, towns=False).without(TRAIN.frame.columns.difference(["age", "town"]))
    assert {f.roughly for f in judged(nameless) if f.key.startswith("nearest")} == {"at most 20 % of the rows"}


def test_where_people_are_known_by_all_kept_columns_that_attack_is_made_once() -> None:
    names = ["age", "sex", "town"]
    few = Table("people", tuple(TRAIN[name] for name in names), TRAIN.frame[names])
    found, _ = Tracing(MASK).measure(draft(replace(few, origin=np.arange(len(few)))), source(few, None))
    assert "by quasi-identifiers" in found.what
    assert found.limit == 0.2


def test_where_no_row_was_made_nobody_can_be_linked() -> None:
    (found,) = judged(TRAIN.take(np.arange(0)))
    assert (found.measured, found.limit, found.passed) == (0, None, True)


def test_without_real_data_nobody_can_be_linked() -> None:
    nothing = Dataset(())
    (found,) = Tracing(Policy(backend="rules")).measure(
        draft(honest(50)), Source(nothing, nothing, source(TRAIN, None).statistics)
    )
    assert found.passed


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([5, 10, 20, 50, 100]), st.booleans(), st.floats(0, 0.2))
def test_a_stricter_limit_never_turns_a_refusal_into_a_pass(years: int, towns: bool, most: float) -> None:
    made = masked(years, towns=towns)
    assert set(failures(judged(made))) <= set(failures(judged(made, MASK.with_(limits={"tracing_max": most}))))
