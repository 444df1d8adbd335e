"""Ranges end at round numbers with k people next to them on both sides."""

from __future__ import annotations

import numpy as np

from privsynth.generate.rules.infer.edges import coarser, settled
from privsynth.generate.rules.infer.holders import Holders

K = 5


def edges(wishes: list[float], values: list[float], people: list[int] | None = None) -> list[float]:
    crowd = Holders(np.array(people or range(len(values))), K)
    return settled([(wish, coarser(0.1, 100)) for wish in wishes], np.array(values, dtype=float), crowd)


def test_a_wish_among_many_stays_where_it_is() -> None:
    assert edges([1.5], [1.4] * K + [1.5] * K) == [1.5]


def test_a_wish_where_one_person_stands_alone_moves_to_a_rounder_number() -> None:
    assert edges([7.3], [0.0] * K + [7.3] + [13.0] * K) == [10]


def test_what_settles_nowhere_is_left_out() -> None:
    assert edges([7.3], [0.0] * (2 * K) + [7.3]) == []


def test_many_rows_of_one_person_are_one() -> None:
    values = [1.4] * K + [1.5] * K
    assert edges([1.5], values, [*range(K), *[99] * K]) == []


def test_wishes_that_settle_at_one_number_by_different_units_are_one_edge() -> None:
    values = [0.2] * K + [0.3] * K + [0.31] * K + [0.4] * K
    crowd = Holders(np.arange(len(values)), K)
    found = settled([(0.3, [0.1]), (0.3, [0.3]), (0.31, [0.3])], np.array(values), crowd)
    assert 0.1 * 3 != 0.3, "machine numbers would tell them apart"
    assert found == [0.3]


def test_units_go_up_by_one_two_and_five() -> None:
    assert [*coarser(0.5, 10)] == [0.5, 1, 2, 5, 10]
