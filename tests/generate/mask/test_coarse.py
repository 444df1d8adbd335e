"""Periods, ranges, beginnings and groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_rows import applied, column, learnt, told

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.mask_steps import Bucket, Generalise, Step


@pytest.mark.parametrize(
    ("to", "made"),
    [
        ("year", ["1984", "0987", None]),
        ("quarter", ["1984-Q2", "0987-Q4", None]),
        ("month", ["1984-06", "0987-12", None]),
        ("decade", ["1980s", "0980s", None]),
    ],
)
def test_dates_become_periods(to: Any, made: list[str | None]) -> None:
    table = column(Kind.DATE, ["1984-06-30T23:59:59", "0987-12-31", None])
    assert applied(table, Generalise(to=to)) == made
    assert learnt(table, Generalise(to=to)).column.kind is Kind.CATEGORY


@pytest.mark.parametrize(
    ("width", "values", "made"),
    [
        (10, [30, 39.99, 40, -1, 0, None], ["30 to <40", "30 to <40", "40 to <50", "(-10 to <0)", "0 to <10", None]),
        (0.1, [0.3, 0.31, -0.1], ["0.3 to <0.4", "0.3 to <0.4", "(-0.1 to <0)"]),
        (2.5, [4.9, 5.0], ["2.5 to <5", "5 to <7.5"]),
        (1e6, [2_500_000], ["2000000 to <3000000"]),
    ],
)
def test_numbers_become_ranges_that_begin_at_multiples(width: float, values: list[float], made: list[str]) -> None:
    assert applied(column(Kind.NUMBER, values), Generalise(width=width)) == made


@given(st.floats(-1e9, 1e9), st.sampled_from([0.1, 0.25, 1.0, 7.0, 10.0, 1000.0]))
def test_each_number_lies_in_its_range(value: float, width: float) -> None:
    (made,) = applied(column(Kind.NUMBER, [value]), Generalise(width=width))
    low, high = (float(part) for part in made.strip("()").split(" to <"))
    assert low - 1e-6 <= value < high + 1e-6
    assert high - low == pytest.approx(width)


def test_codes_keep_their_beginning() -> None:
    table = column(Kind.TEXT, ["94110", "941", "94", None])
    assert applied(table, Generalise(prefix=3)) == ["941**", "941", "94", None]
    assert any("stays whole" in note for note in learnt(table, Generalise(prefix=3)).notes)
    assert applied(column(Kind.INTEGER, [10115, None]), Generalise(prefix=2)) == ["10***", None]


def test_levels_become_their_group_and_others_are_counted() -> None:
    table = column(Kind.CATEGORY, ["apple", "pear", "leek", "stone", None])
    step = Generalise(hierarchy={"fruit": ["apple", "pear"], "green": ["leek"]}, other="else")
    assert applied(table, step) == ["fruit", "fruit", "green", "else", None]
    assert learnt(table, step, k=1).notes == (
        "table t, column x: the hierarchy does not name the values of fewer than 11 rows; they share one word",
    )


def test_a_value_in_two_groups_is_refused() -> None:
    with pytest.raises(PolicyError, match="two groups"):
        learnt(column(Kind.CATEGORY, ["a"]), Generalise(hierarchy={"one": ["a"], "two": ["a"]}))


def test_a_coarse_word_of_too_few_people_is_counted_and_not_said() -> None:
    notes = learnt(column(Kind.DATE, ["1984-01-01", "1985-01-01", "1985-02-02"]), Generalise(to="year"), k=2).notes
    assert notes == (
        "table t, column x: fewer than 11 of the coarser values are shared by fewer than 2 people (fewer than 11 rows)",
    )


@pytest.mark.parametrize(
    ("kind", "values", "step"),
    [
        (Kind.NUMBER, [1.0], Generalise(to="year")),
        (Kind.DATE, ["2020-01-01"], Generalise(width=2)),
        (Kind.NUMBER, [1.5], Generalise(prefix=2)),
        (Kind.DATE, ["2020-01-01"], Generalise(hierarchy={"a": ["b"]})),
        (Kind.TEXT, ["a"], Bucket()),
        (Kind.DATE, ["2020-01-01"], Bucket()),
    ],
)
def test_a_step_that_does_not_fit_the_kind_says_what_fits(kind: Kind, values: list[Any], step: Step) -> None:
    with pytest.raises(PolicyError) as error:
        learnt(column(kind, values), step, place="policy.yaml:9:3 ")
    assert error.value.message.startswith("policy.yaml:9:3 table t, column x: ")
    assert f"kind {kind}" in error.value.message
    assert "fits" in error.value.hint
    assert error.value.column == "x"


def test_declared_edges_hold_their_lower_edge_and_are_open_outside() -> None:
    table = column(Kind.NUMBER, [-5, 0, 9.99, 10, 25, None])
    assert applied(table, Bucket(edges=[0, 10, 20])) == [
        "under 0",
        "0 to <10",
        "0 to <10",
        "10 to <20",
        "20 or more",
        None,
    ]
    assert applied(column(Kind.NUMBER, [-5]), Bucket(edges=[-10, 10])) == ["(-10 to <10)"]
    assert applied(column(Kind.NUMBER, [-5]), Bucket(edges=[-10])) == ["(-10 or more)"]


def test_learnt_edges_make_ranges_of_about_equally_many_rows(rng: np.random.Generator) -> None:
    table = column(Kind.NUMBER, rng.lognormal(3, 1, 2000).round(2).tolist(), decimals=2)
    made = applied(table, Bucket(count=4))
    counts = [made.count(word) for word in set(made)]
    assert len(counts) == 4
    assert min(counts) > 400


def test_no_learnt_edge_is_somebodys_number(rng: np.random.Generator) -> None:
    values = np.unique(rng.integers(0, 100_000, 3000)).astype(float)
    fitted = learnt(column(Kind.INTEGER, values.tolist()), Bucket(count=20), k_rare=5)
    assert len(fitted.edges) >= 18  # type: ignore[attr-defined]
    assert not set(fitted.edges) & set(values.tolist())  # type: ignore[attr-defined]


def test_fewer_ranges_than_asked_are_said() -> None:
    table = column(Kind.INTEGER, [1] * 30 + [2] * 30)
    assert set(applied(table, Bucket(count=5), k_rare=5)) <= {"under 2", "2 or more"}
    assert any("were asked" in note for note in learnt(table, Bucket(count=5), k_rare=5).notes)


def test_constant_missing_one_row_and_unseen_rows() -> None:
    assert applied(column(Kind.NUMBER, [5, 5]), Bucket()) == ["*", "*"]
    assert applied(column(Kind.NUMBER, [None]), Bucket()) == [None]
    assert applied(column(Kind.NUMBER, [5.0]), Bucket(edges=[1])) == ["1 or more"]
    assert told(learnt(column(Kind.NUMBER, []), Bucket(edges=[1])), column(Kind.NUMBER, [-1e9, None])) == [
        "under 1",
        None,
    ]
    assert applied(column(Kind.NUMBER, []), Generalise(width=1)) == []


def test_notes_and_errors_hold_no_value() -> None:
    table = column(Kind.CATEGORY, ["Quillfeather", "Oddname"])
    assert "Quill" not in str(learnt(table, Generalise(prefix=1)).notes) + repr(
        learnt(table, Generalise(hierarchy={"a": ["Oddname"]}))
    )
