"""The linkage gate: groups and the nearest-row attack decide over rows that are somebody's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Dataset, Kind, Role, Source, Table
from privsynth.gate.linkage import Linkage
from privsynth.policy import Policy
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
    return Linkage(policy).measure(draft(made), source(TRAIN, None))


def failures(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.passed]


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_rows_generalised_into_large_groups_pass(policy: Policy) -> None:
    found = judged(masked(100, towns=False), policy)
    assert failures(found) == []
    assert (found[0].measured or 0) >= 5
    attack = next(f for f in found if "quasi-identifiers (people)" in f.what and "nearest" in f.what)
    assert attack.limit == 0.2
    assert attack.interval is not None
    assert attack.baseline == pytest.approx(1 / 800)


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_kept_quasi_identifiers_fail_on_groups_and_on_the_attack(policy: Policy) -> None:
    order = np.random.default_rng(2).permutation(len(TRAIN))
    found = judged(replace(TRAIN.take(order), origin=order), policy)
    assert failures(found) == [
        "smallest group on the quasi-identifiers (people)",
        "largest re-identification risk (people)",
        "average re-identification risk (people)",
        "people whose risk exceeds 0.2 (people)",
        "rows whose source is the nearest by quasi-identifiers (people)",
    ]


def test_narrow_ranges_lead_back_to_fewer_people_than_exact_ages() -> None:
    wide, narrow = (next(f.measured for f in judged(masked(years, towns=True)) if "nearest by quasi" in f.what) for years in (20, 5))
    assert wide is not None
    assert narrow is not None
    assert wide < narrow


def test_rows_of_a_model_are_reported_without_a_limit() -> None:
    found = judged(honest(500), MODEL)
    assert all(finding.limit is None for finding in found)
    assert found[0].measured == 1


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_rows_that_do_not_say_whose_they_are_cannot_be_judged(policy: Policy) -> None:
    with pytest.raises(ValueError, match="source row"):
        judged(honest(500), policy)


def test_clones_of_one_person_are_no_crowd() -> None:
    ten = np.repeat(np.arange(80), 10)
    found = judged(replace(TRAIN.take(ten), origin=ten), CLONE)
    assert found[0].measured == 1  # ten rows, one person


def test_without_quasi_identifiers_that_is_said() -> None:
    plain = TRAIN.with_columns(*(replace(column, role=Role.PLAIN) for column in TRAIN.of_role(Role.QUASI)))
    order = np.random.default_rng(2).permutation(len(TRAIN))
    made = replace(plain.take(order), origin=order)
    found = Linkage(MASK).measure(draft(made), source(plain, None))
    assert "no column has the role quasi" in found[0].note
    assert found[0].measured is None
    assert [finding.limit for finding in found] == [None, None]
    assert "all kept columns" in found[1].what


def test_without_real_data_nobody_can_be_linked() -> None:
    nothing = Dataset(())
    (found,) = Linkage(Policy(backend="rules")).measure(draft(honest(50)), Source(nothing, nothing, source(TRAIN, None).profile))
    assert found.passed


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([5, 10, 20, 50, 100]), st.booleans(), st.integers(5, 60), st.floats(0.001, 0.2), st.floats(0, 0.2))
def test_a_stricter_limit_never_turns_a_refusal_into_a_pass(years: int, towns: bool, k: int, risk: float, linkage: float) -> None:
    made = masked(years, towns=towns)
    strict = MASK.with_(limits={"k": k, "risk_max": risk, "linkage_max": linkage})
    assert {what.split(" exceeds")[0] for what in failures(judged(made))} <= {what.split(" exceeds")[0] for what in failures(judged(made, strict))}
