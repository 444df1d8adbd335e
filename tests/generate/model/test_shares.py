"""How often levels come in leaves, told of k people at a time: worked out by hand for a tree of two leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from behind import rows_behind

from privsynth.generate.model.trees.shares import Shares, learn_shares
from privsynth.generate.model.trees.splits import Splits

Array = np.ndarray[Any, Any]
TWO = Splits(np.array([1, -1, -1]), np.array([2, -1, -1]), np.zeros(3, dtype=np.int64), np.array([0.5, 0, 0]))


def shares(left: dict[int, int], right: dict[int, int], units: Array | None = None) -> Shares:
    """Of two leaves that hold each level so often."""
    gives = [np.repeat(list(leaf), list(leaf.values())) for leaf in (left, right)]
    leaves = np.repeat([1, 2], [len(part) for part in gives])
    return learn_shares(np.concatenate(gives), leaves, TWO, units=units, k=10)


def told(found: Shares) -> list[dict[int, float]]:
    parts = [slice(first, first + count) for first, count in zip(found.first[1:], found.count[1:], strict=True)]
    return [dict(zip(found.levels[at].tolist(), found.weights[at].round(9).tolist(), strict=True)) for at in parts]


def test_what_ten_people_hold_is_told_as_it_is() -> None:
    assert told(shares({0: 12, 1: 15}, {1: 30})) == [{0: 12.0, 1: 15.0}, {1: 30.0}]


def test_a_level_of_three_and_of_seven_is_told_as_five_in_both_leaves() -> None:
    found = shares({0: 22, 1: 3}, {0: 18, 1: 7})
    assert told(found) == [{0: 20.0, 1: 5.0}, {0: 20.0, 1: 5.0}]
    assert told(found) == told(shares({0: 20, 1: 5}, {0: 20, 1: 5}))  # nobody can tell which of the two it was
    assert rows_behind(found).tolist() == [50, 25, 25]


def test_rare_levels_share_what_they_are_together_as_they_come_in_both_leaves() -> None:
    """Twelve and eight others: the twelve are told, the eight are too few and there is no other leaf of such.

    Thirteen people of both leaves hold the one level; seven hold the other, which are too few: told is half of k.
    """
    first, second = told(shares({0: 30, 1: 9, 2: 3}, {0: 30, 1: 4, 2: 4}))
    assert first == pytest.approx({0: 30, 1: 12 * 13 / 18, 2: 12 * 5 / 18})
    assert second == pytest.approx({0: 33, 1: 5 * 13 / 18, 2: 5 * 5 / 18})


def test_a_level_that_is_not_in_a_leaf_does_not_come_there() -> None:
    assert [sorted(leaf) for leaf in told(shares({0: 20, 1: 2}, {0: 20, 2: 2}))] == [[0, 1], [0, 2]]


def test_ten_rows_of_one_person_are_one_person() -> None:
    units = np.concatenate([np.arange(20), np.full(10, 20), np.arange(21, 41), np.full(2, 41)])
    left, right = told(shares({0: 20, 1: 10}, {0: 20, 1: 2}, units))
    assert left[1] == right[1]
    assert left[1] not in (10, 2)


def test_levels_are_drawn_as_often_as_they_are_told() -> None:
    found = shares({0: 30, 1: 10}, {1: 20})
    nodes, evenly = np.repeat([1, 2], 40), np.tile((np.arange(40) + 0.5) / 40, 2)
    drawn = found.draw(nodes, evenly)
    assert np.bincount(drawn[:40]).tolist() == [30, 10]
    assert set(drawn[40:]) == {1}
