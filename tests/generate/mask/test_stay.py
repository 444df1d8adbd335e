"""Columns whose values stay, all or nearly all."""

from __future__ import annotations

import pytest
from masked_rows import applied, column, learnt, renamed, told

from privsynth.dataset import Kind
from privsynth.mask_steps import Blur, Keep


def test_keep_keeps_everything_and_counts_what_few_share() -> None:
    table = column(Kind.CATEGORY, ["a", "a", "b", None])
    assert applied(table, Keep()) == ["a", "a", "b", None]
    assert learnt(table, Keep()).notes == (
        "table t, column x: kept as it is, as was asked; "
        "fewer than 11 rows hold a value that fewer than 2 people share",
    )
    assert learnt(column(Kind.CATEGORY, ["a", "a", None]), Keep()).notes == ()


def test_blur_hides_levels_that_few_people_hold() -> None:
    table = column(Kind.CATEGORY, ["a", "a", "b", None])
    assert applied(table, Blur()) == ["a", "a", "*", None]
    assert applied(table, Blur(), people=[0, 0, 1, 2]) == ["*", "*", "*", None]  # one person's two rows are one person


def test_a_level_that_was_not_seen_is_rare() -> None:
    fitted = learnt(column(Kind.CATEGORY, ["a", "a", "b"]), Blur())
    assert told(fitted, column(Kind.CATEGORY, ["a", "new", None])) == ["a", "*", None]


def test_blur_draws_the_ends_of_numbers_in_until_enough_people_lie_there() -> None:
    table = column(Kind.NUMBER, [1, 2, 3, 4, 50, None])
    assert applied(table, Blur()) == [2, 2, 3, 4, 4, None]
    assert learnt(table, Blur()).notes == (
        "table t, column x: numbers at the ends were drawn in until 2 people share each (fewer than 11 rows)",
    )
    assert applied(column(Kind.NUMBER, [1, 2, 3, 4, 50, 60]), Blur(), people=[0, 1, 2, 3, 4, 4]) == [2, 2, 3, 4, 4, 4]


def test_blur_draws_the_ends_of_dates_in() -> None:
    table = column(Kind.DATE, ["1901-01-01", "1980-05-05", "1990-01-01", "2000-01-01", None])
    assert applied(table, Blur()) == ["1980-05-05", "1980-05-05", "1990-01-01", "1990-01-01", None]


def test_so_few_people_that_both_ends_are_theirs_get_the_middle() -> None:
    assert applied(column(Kind.INTEGER, [1, 3, 9]), Blur()) == [3, 3, 3]
    assert applied(column(Kind.INTEGER, [1, 4]), Blur()) == [2, 2]  # of 2.5, an integer
    assert applied(column(Kind.DATE, ["2020-01-01", "2020-01-03"]), Blur()) == ["2020-01-02", "2020-01-02"]


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.INTEGER])
def test_a_constant_one_row_no_row_and_missing_ones(kind: Kind) -> None:
    assert applied(column(kind, [7, 7, 7]), Blur()) == [7, 7, 7]
    assert applied(column(kind, [7]), Blur()) == [None]  # one person alone hides in nothing
    assert applied(column(kind, []), Blur()) == []
    assert applied(column(kind, [None, None]), Blur()) == [None, None]


def test_where_nobody_was_seen_nothing_is_let_through() -> None:
    empty = column(Kind.NUMBER, [None])
    assert told(learnt(empty, Blur()), renamed(empty, column(Kind.NUMBER, [5.0]))) == [None]


def test_unseen_numbers_stay_within_the_ends() -> None:
    fitted = learnt(column(Kind.NUMBER, [1, 2, 3, 4, 5]), Blur())
    assert told(fitted, column(Kind.NUMBER, [-9, 3, 99, None])) == [2, 3, 4, None]
