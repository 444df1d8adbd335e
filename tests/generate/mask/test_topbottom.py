"""Ends that are declared, or that enough people share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_rows import applied, column, learnt, told

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.mask_steps import TopBottom


def test_declared_ends_are_the_ends() -> None:
    table = column(Kind.INTEGER, [1, 5, 95, None])
    assert applied(table, TopBottom(low=3, high=90)) == [3, 5, 90, None]
    assert applied(
        column(Kind.DATE, ["1901-01-01", "2020-12-31T15:00", None]), TopBottom(low="1930-01-01", high="2020-12-31")
    ) == [
        "1930-01-01",
        "2020-12-31",
        None,
    ]


def test_an_end_that_was_not_said_is_shared_by_enough_people() -> None:
    assert applied(column(Kind.NUMBER, [1, 2, 3, 4, 50]), TopBottom(high=45)) == [2, 2, 3, 4, 45]
    assert applied(column(Kind.NUMBER, [1, 2, 3, 4, 50, 51]), TopBottom(), people=[0, 1, 2, 3, 4, 4]) == [
        2,
        2,
        3,
        4,
        4,
        4,
    ]


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=40), st.integers(1, 5))
def test_enough_people_lie_at_each_learnt_end(values: list[int], k_rare: int) -> None:
    made = applied(column(Kind.NUMBER, values, decimals=6), TopBottom(), k_rare=k_rare)
    if len(values) >= k_rare:
        assert made.count(min(made)) >= k_rare
        assert made.count(max(made)) >= k_rare


def test_what_was_moved_is_counted_and_an_end_of_few_is_said() -> None:
    notes = learnt(column(Kind.NUMBER, [1, 2, 3, 4, 50]), TopBottom(low=0, high=45)).notes
    assert notes == (
        "table t, column x: fewer than 11 rows lay beyond the high end and became it",
        "table t, column x: fewer than 2 people share the high end",
    )


@pytest.mark.parametrize(
    ("kind", "values", "step", "said"),
    [
        (Kind.NUMBER, [1.0, 2.0], TopBottom(low=5, high=3), "low and high cross."),
        (Kind.NUMBER, [1.0, 2.0, 3.0, 4.0], TopBottom(low=50), "low and high cross with the end that the rows give."),
        (Kind.NUMBER, [1.0], TopBottom(low="abc"), "low must be a number"),
        (Kind.DATE, ["2020-01-01"], TopBottom(low=5), "low must be a date written YYYY-MM-DD"),
        (Kind.DATE, ["2020-01-01"], TopBottom(high="2020-13-77"), "high must be a date written YYYY-MM-DD"),
        (Kind.TEXT, ["a"], TopBottom(), "does not work on a column of kind text"),
    ],
)
def test_what_cannot_be_done_is_refused(kind: Kind, values: list[Any], step: TopBottom, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        learnt(column(kind, values), step)


def test_unseen_and_missing_rows_one_row_and_no_row() -> None:
    fitted = learnt(column(Kind.NUMBER, [1, 2, 3, 4, 50]), TopBottom())
    assert told(fitted, column(Kind.NUMBER, [-100, 100, None])) == [2, 4, None]
    assert applied(column(Kind.NUMBER, [5]), TopBottom(low=0, high=3)) == [3]
    assert applied(column(Kind.DATE, []), TopBottom()) == []
    assert applied(column(Kind.DATE, [None]), TopBottom()) == [None]
