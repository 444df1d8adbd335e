"""The gate over groups: how many people share each row's quasi-identifiers, and what a group tells of its members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.gate import classical
from privsynth.gate.classical import Classical
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Finding

TRAIN, HOLDOUT = people(800, 1), people(200, 2)
MASK, CLONE, MODEL = (Policy(backend=name) for name in ("mask", "clone", "model"))
STRICT = Policy(backend="clone", profile="gdpr-strict", state="s")  # asks for two different secrets in a group


def masked(years: int, *, towns: bool) -> Table:
    """The training rows in another order, ages in ranges, towns kept or blanked."""
    order = np.random.default_rng(2).permutation(len(TRAIN))
    rows = TRAIN.take(order)
    floor = (rows.frame["age"] // years * years).astype(int)
    ages = pd.Series([f"{age}-{age + years - 1}" for age in floor], dtype=object)
    town = rows.frame["town"] if towns else pd.Series(["*"] * len(rows), dtype=object)
    words = [replace(rows[name], kind=Kind.CATEGORY) for name in ("age", "town")]
    return replace(rows.with_columns(*words), frame=rows.frame.assign(age=ages, town=town), origin=order)


def judged(made: Table, policy: Policy = MASK, train: Table = TRAIN, holdout: Table | None = None) -> list[Finding]:
    return Classical(policy).measure(draft(made), source(train, holdout))


def failures(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.passed]


def about(found: list[Finding], words: str) -> Finding:
    (one,) = (finding for finding in found if words in finding.what)
    return one


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_rows_generalised_into_large_groups_pass(policy: Policy) -> None:
    found = judged(masked(100, towns=False), policy)
    assert failures(found) == []
    assert (found[0].measured or 0) >= 5


def blanked(share: float) -> Table:
    """Large groups, but for a share of the rows of which no quasi-identifier is left."""
    made = masked(100, towns=False)
    gone = np.arange(len(made)) < share * len(made)
    return replace(
        made, frame=made.frame.assign(**{name: made.frame[name].mask(gone, "*") for name in ("age", "sex", "town")})
    )


def test_more_suppressed_rows_than_the_plan_allows_fail() -> None:
    words = "rows without any quasi-identifier left"
    assert about(judged(blanked(0.04)), words).passed
    found = about(judged(blanked(0.06)), words)
    assert (round(found.measured or 0, 2), found.limit, found.passed) == (0.06, 0.05, False)
    more = Policy(backend={"kind": "mask", "suppress_max": 0.1})
    assert about(judged(blanked(0.06), more), words).passed


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_kept_quasi_identifiers_fail(policy: Policy) -> None:
    order = np.random.default_rng(2).permutation(len(TRAIN))
    assert failures(judged(replace(TRAIN.take(order), origin=order), policy)) == [
        "smallest group on the quasi-identifiers (people)",
        "largest re-identification risk (people)",
        "average re-identification risk (people)",
        "people whose risk exceeds 0.2 (people)",
    ]


def test_rows_of_a_model_are_reported_without_a_limit() -> None:
    found = judged(honest(500), MODEL)
    assert all(finding.limit is None for finding in found)
    assert found[0].measured == 1
    assert "nobody's" in found[0].note
    assert "nobody's" not in judged(masked(50, towns=True))[0].note


@pytest.mark.parametrize("policy", [MASK, CLONE])
def test_rows_that_do_not_say_whose_they_are_cannot_be_judged(policy: Policy) -> None:
    with pytest.raises(ValueError, match="source row"):
        judged(honest(500), policy)
    assert judged(honest(0), policy)  # no row is nobody's


def test_clones_of_one_person_are_no_crowd() -> None:
    ten = np.repeat(np.arange(80), 10)
    assert judged(replace(TRAIN.take(ten), origin=ten), CLONE)[0].measured == 1  # ten rows, one person


def test_without_quasi_identifiers_that_is_said() -> None:
    plain = TRAIN.with_columns(*(replace(column, role=Role.PLAIN) for column in TRAIN.of_role(Role.QUASI)))
    order = np.random.default_rng(2).permutation(len(TRAIN))
    (found,) = judged(replace(plain.take(order), origin=order), MASK, plain)
    assert "no column has the role quasi" in found.note
    assert (found.measured, found.limit) == (None, None)


def test_where_every_quasi_identifier_is_blank_that_is_said() -> None:
    gaps = {name: pd.Series([None] * len(TRAIN), dtype=object) for name in ("sex", "town")}
    blank = replace(TRAIN, frame=TRAIN.frame.assign(**gaps, age=np.nan), origin=np.arange(len(TRAIN)))
    (found,) = judged(blank)
    assert "no row has one left" in found.note


def test_without_real_data_there_is_no_group() -> None:
    nothing = Dataset(())
    (found,) = Classical(Policy(backend="rules")).measure(
        draft(honest(50)), Source(nothing, nothing, source(TRAIN, None).statistics)
    )
    assert found.passed


# six people by hand: two groups, of four (north) and of two (south); the two of the south share their secret
COLUMNS = (Column("place", Kind.CATEGORY, role=Role.QUASI), Column("ill", Kind.CATEGORY, role=Role.SENSITIVE))


def six(secrets: list[str] | None = None) -> Table:
    words: dict[str, Any] = {"place": ["n", "n", "n", "n", "s", "s"], "ill": secrets or ["a", "b", "a", "b", "c", "c"]}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in words.items()})
    return Table("t", COLUMNS, frame, origin=np.arange(6))


def test_the_figures_of_six_people_by_hand() -> None:
    found = judged(six(), MASK, six())
    assert about(found, "smallest group").measured == 2
    assert about(found, "smallest group").n == 6
    assert about(found, "largest re-identification").measured == pytest.approx(1 / 2)
    assert about(found, "average re-identification").measured == pytest.approx(2 / 6)
    assert about(found, "people whose risk").measured == pytest.approx(1)  # 1/4 and 1/2 are both above 0.2
    assert about(found, "people whose risk").limit == 0
    assert about(found, "average").limit == 0.2  # none of its own in this profile: that of the largest
    assert about(found, "largest re").limit == 0.2
    assert about(found, "fewest different values of ill").measured == 1
    assert about(found, "fewest different values of ill").limit is None
    assert about(found, "matches to be expected").measured == pytest.approx(2 / 6)  # two groups, each of its own people
    assert "2 groups of the draft" in about(found, "matches to be expected").note


def test_a_group_that_shares_its_secret_fails_where_the_profile_asks_for_two() -> None:
    shared, mixed = judged(six(), STRICT, six()), judged(six(["a", "b", "a", "b", "c", "d"]), STRICT, six())
    assert [about(found, "fewest different").passed for found in (shared, mixed)] == [False, True]
    assert about(shared, "fewest different").limit == 2
    assert about(shared, "average").limit == 0.05


def test_a_secret_that_the_draft_lacks_or_by_which_people_are_known_is_not_counted() -> None:
    bare = replace(six(), columns=COLUMNS[:1], frame=six().frame[["place"]])
    assert not [finding for finding in judged(bare, MASK, six()) if "fewest" in finding.what]


def test_people_who_may_be_alone_in_their_population_fail_where_its_size_is_known() -> None:
    order = np.arange(len(TRAIN))
    kept = replace(TRAIN, origin=order)
    large, small = (STRICT.with_(population=size) for size in (10**6, 1))
    rare, sure = about(judged(kept, large), "population"), about(judged(kept, small), "population")
    assert rare.limit == sure.limit == 0.05
    assert (rare.measured or 0) < (
        sure.measured or 0
    )  # a population is at least as large as the sample: there all uniques are alone
    assert not sure.passed
    assert not [finding for finding in judged(kept, STRICT) if "population" in finding.what]
    assert about(judged(honest(300), MODEL.with_(population=1000)), "population").limit is None


def test_what_is_reported_stands_beside_held_out_people() -> None:
    found = judged(honest(300), MODEL, TRAIN, HOLDOUT)
    special = about(found, "SUDA")
    assert special.baseline is not None
    assert special.n == 200
    assert 0 <= (special.measured or 0) <= 1
    assert not [finding for finding in judged(honest(300), MODEL) if "SUDA" in finding.what]
    assert not [finding for finding in judged(honest(0), MODEL, TRAIN, HOLDOUT) if "SUDA" in finding.what]


def test_groups_are_told_apart_by_all_their_columns() -> None:
    """Nobody in the source is (0, x): not the (2, y) either, whose two numbers could come to the same."""
    columns = (Column("place", Kind.CATEGORY, role=Role.QUASI), Column("sex", Kind.CATEGORY, role=Role.QUASI))

    def rows(places: str, sexes: str) -> Table:
        words = {"place": list(places), "sex": list(sexes)}
        return Table(
            "t",
            columns,
            pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in words.items()}),
            origin=np.zeros(len(places), dtype=int),
        )

    found = about(judged(rows("00", "xx"), MASK, rows("01233", "yyyyx")), "matches")
    assert found.measured == 0
    assert "no group of the draft" in found.note
    found = about(judged(rows("0013", "xyyx"), MASK, rows("01233", "yyyyx")), "matches")
    assert found.measured == pytest.approx(3 / 4)
    assert "3 groups of the draft" in found.note


def test_blank_rows_are_no_group_of_the_population(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[list[int]] = []
    real = classical.population_uniques

    def seen(given: Any, population: int) -> Any:
        sizes.append(list(given))
        return real(given, population)

    monkeypatch.setattr(classical, "population_uniques", seen)
    blank = replace(six(), frame=six().frame.assign(place=pd.Series([None, None, "n", "n", "s", "n"], dtype=object)))
    judged(blank, MASK.with_(population=100), six())
    assert [sorted(given) for given in sizes] == [[1, 3]]


def test_groups_that_the_source_does_not_have_match_nobody() -> None:
    strange = replace(six(), frame=six().frame.assign(place=pd.Series(["x"] * 6, dtype=object)))
    found = about(judged(strange, MASK, six()), "matches")
    assert found.measured == 0
    assert "no group" in found.note


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([5, 20, 100]), st.booleans(), st.integers(5, 60), st.floats(0.001, 0.2))
def test_a_stricter_limit_never_turns_a_refusal_into_a_pass(years: int, towns: bool, k: int, risk: float) -> None:
    made = masked(years, towns=towns)
    strict = MASK.with_(limits={"k": k, "risk_max": risk})
    assert set(plain(failures(judged(made)))) <= set(plain(failures(judged(made, strict))))


def plain(said: list[str]) -> Iterator[str]:
    return (what.split(" exceeds")[0] for what in said)
