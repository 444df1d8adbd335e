"""Means of groups of nearest people."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masked_rows import applied, column, learnt, told

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps import nearest
from privsynth.mask_steps import Microaggregate


def test_nearest_numbers_get_their_mean() -> None:
    table = column(Kind.NUMBER, [1, 10, 2, 11, 3, None], decimals=1)
    assert applied(table, Microaggregate(size=2)) == [2, 10.5, 2, 10.5, 2, None]
    assert learnt(table, Microaggregate(size=2)).notes == (
        "table t, column x: 2 groups of at least 2 people; each value became its group's mean",
    )
    assert applied(table, Microaggregate(), k=5) == [5.4] * 5 + [None]


def test_dates_become_days() -> None:
    table = column(Kind.DATE, ["2020-01-01T10:00", "2020-01-03T18:00", "2021-01-01", "2021-01-02", None])
    assert applied(table, Microaggregate(size=2)) == [
        "2020-01-02",
        "2020-01-02",
        "2021-01-01",
        "2021-01-01",
        None,
    ]  # the mean is a moment of that day


def test_integers_stay_integers() -> None:
    assert applied(column(Kind.INTEGER, [1, 2, 3, 3]), Microaggregate(size=4)) == [2, 2, 2, 2]


def test_a_person_with_many_rows_counts_once() -> None:
    table = column(Kind.NUMBER, [1, 2, 3, 50, 60])
    assert len(set(applied(table, Microaggregate(size=2), people=[0, 0, 0, 1, 2]))) == 1
    assert len(set(applied(table, Microaggregate(size=2), people=[0, 1, 0, 2, 3]))) == 2


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=11), st.integers(2, 4))
def test_no_partition_has_less_spread(values: list[int], size: int) -> None:
    """Against all partitions into runs of distinct values with enough rows each."""
    made = told(
        learnt(table := column(Kind.NUMBER, [float(v) for v in values], decimals=9), Microaggregate(size=size)), table
    )
    if len(values) < size:
        assert made == [None] * len(values)
        return
    assert all(made.count(mean) >= size for mean in made)
    assert np.sum(made) == pytest.approx(sum(values), abs=1e-6)
    assert sum((a - b) ** 2 for a, b in zip(values, made, strict=True)) <= _least(sorted(values), size) + 1e-6


def _least(values: list[int], size: int) -> float:
    places = [at for at in range(1, len(values)) if values[at] != values[at - 1]]
    best = float("inf")
    for count in range(len(places) + 1):
        for cuts in combinations(places, count):
            parts = [values[a:b] for a, b in zip((0, *cuts), (*cuts, len(values)), strict=True)]
            if min(map(len, parts)) >= size:
                best = min(best, sum(float(np.var(part)) * len(part) for part in parts))
    return best


def test_many_values_are_cut_one_group_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "EXACT", 3)
    table = column(Kind.NUMBER, [1, 2, 3, 4, 5, 6, 7])
    assert applied(table, Microaggregate(size=3)) == [2, 2, 2, 6, 6, 6, 6] or applied(
        table, Microaggregate(size=3)
    ) == [2, 2, 2, 5, 5, 5, 5]
    made = applied(column(Kind.NUMBER, [float(n) for n in range(1000)], decimals=1), Microaggregate(size=7))
    assert all(made.count(mean) >= 7 for mean in set(made))
    assert np.mean(made) == pytest.approx(499.5, abs=0.1)


def test_unseen_values_fall_to_the_nearest_group() -> None:
    fitted = learnt(column(Kind.NUMBER, [1, 3, 11, 13]), Microaggregate(size=2))
    assert told(fitted, column(Kind.NUMBER, [-99, 6.9, 7.1, 99, None])) == [2, 2, 12, 12, None]


def test_too_few_people_leave_no_value() -> None:
    table = column(Kind.NUMBER, [1, 2])
    assert applied(table, Microaggregate(size=3)) == [None, None]
    assert learnt(table, Microaggregate(size=3)).notes == (
        "table t, column x: fewer than 3 people have a value, too few for a group: no value is left",
    )
    assert applied(column(Kind.DATE, ["2020-01-01"]), Microaggregate()) == [None]


def test_constant_missing_and_no_rows() -> None:
    assert applied(column(Kind.NUMBER, [7, 7, 7]), Microaggregate()) == [7, 7, 7]
    assert applied(column(Kind.NUMBER, [None]), Microaggregate()) == [None]
    assert applied(column(Kind.NUMBER, []), Microaggregate()) == []
    with pytest.raises(PolicyError, match="microaggregate does not work on a column of kind text"):
        learnt(column(Kind.TEXT, ["a"]), Microaggregate())
