"""Rows that follow each other, and how far each depends on the row before: worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.turns import (
    FEWEST,
    Followers,
    Turns,
    dependence,
    depending,
    differing,
    followers,
    is_a_time,
    is_steady,
    is_telling,
    known_turns,
)
from privsynth.statistics import Fact

NOTHING = None


def visits() -> Table:
    frame = pd.DataFrame(
        {
            "who": [2.0, 1.0, 2.0, 1.0, np.nan, 1.0],
            "visit": [3.0, 2.0, 1.0, 1.0, 1.0, np.nan],
            "ward": pd.Series(["a", "b", "a", "b", "c", NOTHING], dtype=object),
        }
    )
    kinds = {"who": Kind.INTEGER, "visit": Kind.INTEGER, "ward": Kind.CATEGORY}
    return Table("t", tuple(Column(name, kind) for name, kind in kinds.items()), frame)


def series(values: np.ndarray, kind: Kind = Kind.NUMBER) -> Table:
    frame = pd.DataFrame({"t": np.arange(len(values), dtype=float), "x": values})
    return Table("t", (Column("t", Kind.INTEGER), Column("x", kind)), frame)


def lag(values: np.ndarray, kind: Kind = Kind.NUMBER) -> float | None:
    table = series(values, kind)
    return dependence(table, "x", followers(table, Turns(None, "t")))


def test_a_row_follows_the_one_before_it_of_the_same_person_in_time() -> None:
    """Person 1: row 3 then 1 (row 5 has no time). Person 2: row 2 then 0. Row 4 is nobody's."""
    pairs = followers(visits(), Turns("who", "visit"))
    assert sorted(zip(pairs.before.tolist(), pairs.after.tolist(), strict=True)) == [(2, 0), (3, 1)]


def test_without_a_unit_all_rows_follow_each_other() -> None:
    pairs = followers(visits(), Turns(None, "visit"))
    assert len(pairs) == 4


def test_in_a_random_order_each_row_still_follows_one_of_its_person() -> None:
    table = visits()
    pairs = followers(table, Turns("who", None), np.random.default_rng(0))
    who = table.values("who")
    assert len(pairs) == 3
    assert (who[pairs.before] == who[pairs.after]).all()


def test_a_table_without_rows_has_no_followers() -> None:
    table = visits()
    assert len(followers(table.take(np.arange(0)), Turns("who", "visit"))) == 0
    assert len(followers(table.take(np.array([4])), Turns("who", "visit"))) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.arange(100.0), 1.0),  # always more
        (np.tile([0.0, 1.0], 50), -1.0),  # up and down
        (np.random.default_rng(0).normal(size=4_000), 0.0),
        (np.exp(np.arange(100.0) / 3), 1.0),  # ranks: a huge last value weighs no more than another
    ],
)
def test_numbers_depend_on_the_row_before_by_their_ranks(values: np.ndarray, expected: float) -> None:
    assert lag(values) == pytest.approx(expected, abs=0.04)


def test_levels_depend_by_how_much_more_often_than_by_chance_they_stay() -> None:
    """Blocks of ten: 9 of 10 stay where chance would let half: (.9 - .5) / .5."""
    words = np.repeat(np.array(["a", "b"] * 50, dtype=object), 10)
    assert lag(words, Kind.CATEGORY) == pytest.approx(0.8, abs=0.01)


def test_nothing_is_said_of_few_rows_or_of_what_never_changes() -> None:
    assert lag(np.arange(float(FEWEST))) is None
    assert lag(np.ones(100)) is None
    assert lag(np.full(100, np.nan)) is None
    assert lag(np.full(100, None, dtype=object), Kind.CATEGORY) is None


def test_a_weak_dependence_is_not_spoken_of_however_many_rows_show_it() -> None:
    assert not is_telling(0.1, 1_000_000)
    assert not is_telling(0.5, 20)
    assert not is_telling(None, 1_000)
    assert is_telling(-0.5, 1_000)


def test_steady_is_what_chance_would_have_changed() -> None:
    who = np.repeat(np.arange(50), 4)
    pairs = Followers(np.flatnonzero(who[1:] == who[:-1]), np.flatnonzero(who[1:] == who[:-1]) + 1)
    sex, coin = who % 2, np.arange(200) % 2
    assert differing(sex) == pytest.approx(0.5)
    assert is_steady(sex, pairs, differing(sex))
    assert not is_steady(coin, pairs, differing(coin))
    assert not is_steady(np.zeros(200, dtype=int), pairs, 0.0)


def is_time(table: Table, turns: Turns) -> bool:
    return is_a_time(table, "x", turns, followers(table, turns))


def test_a_column_that_rises_with_the_time_is_the_time_in_other_words() -> None:
    table = series(np.arange(50.0) ** 3)
    assert is_time(table, Turns(None, "t"))
    assert not is_time(series(np.tile([1.0, 2.0], 25)), Turns(None, "t"))
    assert not is_time(table, Turns("x", None))


def two_units(steps: list[float]) -> Table:
    """Ten units of five rows, whose dates are scattered; `steps` is a column that each unit has alike."""
    days = np.concatenate([start + np.arange(5.0) for start in np.random.default_rng(1).permutation(10) * 1000])
    frame = pd.DataFrame(
        {"who": np.repeat(np.arange(10.0), 5), "t": days, "x": np.tile(np.array(steps, dtype=float), 10)}
    )
    return Table("t", tuple(Column(name, Kind.INTEGER) for name in frame), frame)


def test_a_count_that_rises_in_each_unit_is_a_time_although_units_begin_at_other_dates() -> None:
    turns = Turns("who", "t")
    assert is_time(two_units([1, 2, 3, 4, 5]), turns)
    assert not is_time(two_units([1, 2, 3, 3, 5]), turns)
    counted = two_units([1, 2, 3, 4, 5])
    assert depending(counted, ["x"], turns, followers(counted, turns)) == {}
    other = two_units([1, 2, 3, 3, 5])
    assert list(depending(other, ["x"], turns, followers(other, turns))) == ["x"]


def test_what_is_known_of_a_table_comes_before_whose_its_rows_are() -> None:
    facts = [
        Fact("order", table="a", columns=("x", "y"), share=1.0, words=""),
        Fact("panel", table="a", columns=("firm", "year"), share=1.0, words=""),
        Fact("series", table="b", columns=("day",), share=1.0, words=""),
    ]
    assert known_turns(facts, "a", "person") == Turns("firm", "year")
    assert known_turns(facts, "b", None) == Turns(None, "day")
    assert known_turns(facts, "c", "person") == Turns("person", None)
    assert known_turns(facts, "c", None) is None
