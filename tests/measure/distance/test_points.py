"""Distances of Gower's type, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import frame
from honest import LEARNT, people

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.distance.points import (
    Points,
    between,
    is_within,
    nearest,
    nearest_and_within,
    nearest_few,
    place,
)

COLUMNS = (Column("n", Kind.NUMBER), Column("w", Kind.CATEGORY))


def table(n: list[float | None], w: list[str | None]) -> Table:
    return Table("t", COLUMNS, frame(n=n, w=w))


def test_distance_counts_a_number_over_its_range_and_a_category_by_half() -> None:
    real = table([float(x) for x in range(101)], ["a"] * 101)  # p99 - p1 = 98
    made = table([49.0, 49.0], ["a", "b"])
    ours, theirs = place([real, made], ["n", "w"])
    rows = ours.take(np.array([0, 49]))
    assert between(rows, theirs.take(np.array([0, 1]))) == pytest.approx([49 / 98, 0.5])
    assert nearest(theirs, ours) == pytest.approx([0.0, 0.5])


def test_a_missing_number_lies_in_the_middle_and_half_a_step_aside() -> None:
    real = table([0.0, 1.0, 2.0, None], ["a"] * 4)  # p99 - p1 = 1.96
    (points,) = place([real], ["n", "w"])
    rows = between(points.take(np.array([3, 3, 3])), points.take(np.array([0, 1, 3])))
    assert rows == pytest.approx([np.hypot(0.5, 1 / 1.96), 0.5, 0.0])


def test_a_row_is_not_its_own_neighbour_when_told_so() -> None:
    real = table([0.0, 10.0, 11.0], ["a", "a", "a"])
    (points,) = place([real], ["n", "w"])
    assert nearest(points, points).tolist() == [0, 0, 0]
    found = nearest(points, points, skip=np.arange(3))
    assert found.argmax() == 0
    assert found[1] == pytest.approx(found[2])


def test_nothing_is_near_an_empty_table_or_a_lone_row() -> None:
    real = table([1.0], ["a"])
    (points,) = place([real], ["n", "w"])
    assert np.isinf(nearest(points, points, skip=np.array([0]))).all()
    assert np.isinf(nearest(points, points.take(np.arange(0)))).all()
    assert len(nearest(points.take(np.arange(0)), points)) == 0


def test_the_search_agrees_with_comparing_every_pair() -> None:
    left, right = place([people(200, 1), people(150, 2)], LEARNT)
    pairs = np.stack([between(left.take(np.full(len(right), row)), right) for row in range(len(left))])
    assert nearest(left, right) == pytest.approx(pairs.min(axis=1), abs=2e-3)


def test_categories_of_thousands_of_levels_still_find_an_equal_row() -> None:
    words = [f"w{n}" for n in range(3000)]
    real = Table("t", COLUMNS, pd.DataFrame({"n": np.zeros(3000), "w": pd.Series(words, dtype=object)}))
    ours, theirs = place([real, real.take(np.arange(0, 3000, 7))], ["n", "w"])
    assert nearest(theirs, ours).max() == 0
    assert nearest(theirs, ours, skip=np.arange(0, 3000, 7)).min() == pytest.approx(0.5)


def test_a_constant_column_and_dates_do_no_harm() -> None:
    days = pd.Series(np.array(["2020-01-01", "2020-01-11", "NaT"], dtype="datetime64[us]"))
    real = Table("t", (Column("d", Kind.DATE), Column("n", Kind.NUMBER)), pd.DataFrame({"d": days, "n": [5.0] * 3}))
    (points,) = place([real], ["d", "n"])
    assert np.isfinite(nearest(points, points, skip=np.arange(3))).all()


def heaps(rows: int, seed: int) -> Points:
    """Dense heaps, a few rows far from all, equal rows, gaps."""
    draws = np.random.default_rng(seed)
    numbers = np.round(draws.choice([0.0, 5.0, 9.0], rows) + draws.gamma(0.3, 1.0, rows), 2)
    words = [f"w{each}" for each in draws.integers(0, 5, rows)]
    gaps = [None if each < 0.1 else value for each, value in zip(draws.random(rows), numbers.tolist(), strict=True)]
    return place([table(gaps, words)], ["n", "w"])[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("radius", [0.0, 0.01, 0.2, 0.6, 9.0])
def test_who_is_within_a_radius_is_whose_nearest_is(radius: float) -> None:
    left, right = heaps(700, 1), heaps(900, 2)
    assert is_within(left, right, radius).tolist() == (nearest(left, right) <= radius).tolist()


def test_what_is_counted_within_a_radius_is_what_lies_there() -> None:
    left, right = heaps(50, 1), heaps(80, 2)
    near, counts = nearest_and_within(left, right, 0.3)
    pairs = np.stack([between(left.take(np.full(len(right), row)), right) for row in range(len(left))])
    assert near == pytest.approx(nearest(left, right))
    assert counts.tolist() == (pairs <= 0.3).sum(axis=1).tolist()


def test_nobody_is_within_an_empty_table() -> None:
    none = heaps(9, 1).take(slice(0, 0))
    assert is_within(heaps(3, 1), none, 1.0).tolist() == [False] * 3
    assert nearest_and_within(heaps(3, 1), none, 1.0)[1].tolist() == [0] * 3


def test_the_nearest_few_are_those_of_all_pairs() -> None:
    left, right = heaps(40, 1), heaps(60, 2)
    pairs = np.stack([between(left.take(np.full(len(right), row)), right) for row in range(len(left))])
    few = np.sort(np.take_along_axis(pairs, nearest_few(left, right, 5), axis=1), axis=1)
    assert few == pytest.approx(np.sort(pairs, axis=1)[:, :5])
    assert nearest_few(left, right.take(slice(0, 2)), 5).shape == (40, 2)
