"""Dates that move together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_rows import applied, column, learnt, seeds_of, told

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.mask_steps import Shift
from privsynth.people.shifts import shifts


def test_shifts_are_uniform_and_never_nothing() -> None:
    drawn = shifts(seeds_of(range(20_000)), 3)
    assert sorted(set(drawn.tolist())) == [-3, -2, -1, 1, 2, 3]
    assert min(np.bincount(drawn + 3)[[0, 1, 2, 4, 5, 6]]) > 20_000 / 6 * 0.9


def test_whole_weeks_keep_the_weekday() -> None:
    drawn = shifts(seeds_of(range(5_000)), 20, weekday=True)
    assert sorted(set(drawn.tolist())) == [-14, -7, 7, 14]


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 3)), min_size=1, max_size=30), st.booleans())
def test_order_and_intervals_of_an_entity_stay(rows: list[tuple[int, int]], weekday: bool) -> None:
    days = np.array([day for day, _ in rows]).astype("datetime64[D]").astype("datetime64[us]") + np.timedelta64(5, "h")
    table = column(Kind.DATE, days.tolist())
    seeds = seeds_of([entity for _, entity in rows])
    moved = learnt(table, Shift(days=30, weekday=weekday)).apply(table, seeds) - days
    for entity in set(seeds.tolist()):
        assert len(set(moved[seeds == entity].tolist())) == 1
    steps = moved.astype("timedelta64[h]").astype(int)
    assert (steps % 24 == 0).all()
    assert (steps != 0).all()
    assert (np.abs(steps) <= 30 * 24).all()


def test_all_columns_of_a_row_move_alike() -> None:
    one, two = column(Kind.DATE, ["2020-01-01"], name="a"), column(Kind.DATE, ["2020-01-01"], name="b")
    assert told(learnt(one, Shift(), name="a"), one, [9]) == told(learnt(two, Shift(), name="b"), two, [9])


def test_time_of_day_and_missing_stay() -> None:
    made = applied(column(Kind.DATE, ["2020-01-01T13:14:15", None]), Shift(days=1), seeds=[1, 2])
    assert made[0].endswith("T13:14:15.000000")
    assert made[1] is None


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-02"])
def test_dates_that_stand_for_no_end_stay_and_are_counted(day: str) -> None:
    """A move would make a date of them that somebody takes for one."""
    table = column(Kind.DATE, [day, "2020-01-01", None])
    fitted = learnt(table, Shift())
    assert "stand for no date, were left as they are (fewer than 11 rows)" in fitted.notes[0]
    made = list(fitted.apply(table, seeds_of(range(3))))
    assert made[0] == table.values("x")[0]
    assert made[1] != table.values("x")[1]
    assert learnt(column(Kind.DATE, ["2020-01-01"]), Shift()).notes == ()


def test_only_dates_move() -> None:
    with pytest.raises(PolicyError, match="shift does not work on a column of kind integer"):
        learnt(column(Kind.INTEGER, [1]), Shift())
    assert applied(column(Kind.DATE, []), Shift()) == []
    assert applied(column(Kind.DATE, [None]), Shift()) == [None]
