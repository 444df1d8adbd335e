"""Where the numbers of leaves lie, told of k people at a time."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.generate.model.trees.bands import BETWEEN, EVEN, learn_bands


def test_twenty_five_numbers_are_two_bands_with_their_means_and_spreads() -> None:
    numbers = np.arange(25.0)[::-1]
    found = learn_bands(numbers, np.zeros(25, dtype=np.int64), None, units=None, k=10)
    assert found.weights.tolist() == [13, 12]
    assert found.middles.tolist() == [6, 18.5]
    assert found.spreads.tolist() == pytest.approx([np.arange(13).std(), np.arange(12).std()])
    assert (found.first.tolist(), found.count.tolist()) == ([0], [2])


def test_fewer_than_twice_k_are_one_band(rng: np.random.Generator) -> None:
    found = learn_bands(rng.random(19), np.zeros(19, dtype=np.int64), None, units=None, k=10)
    assert found.weights.tolist() == [19]


def test_a_band_is_of_ten_persons_whole(rng: np.random.Generator) -> None:
    units = np.repeat(np.arange(20), 5)
    found = learn_bands(units + rng.random(100), np.zeros(100, dtype=np.int64), None, units=units, k=10)
    assert found.weights.tolist() == [50, 50]
    one = learn_bands(rng.random(100), np.zeros(100, dtype=np.int64), None, units=units % 19, k=10)
    assert one.weights.tolist() == [100]


def test_what_follows_another_column_keeps_its_slope_and_no_pair(rng: np.random.Generator) -> None:
    x = rng.normal(size=40)
    found = learn_bands(3 * x + 1, np.zeros(40, dtype=np.int64), None, units=None, k=10, anchors=x)
    assert found.slopes.tolist() == pytest.approx([3])
    assert found.centres.tolist() == pytest.approx([x.mean()])
    assert found.middles.tolist() == pytest.approx(np.full(4, 3 * x.mean() + 1))
    drawn = found.draw(np.zeros(3, dtype=np.int64), np.array([0.1, 0.5, 0.9]), np.array([0.0, 2.0, np.nan]))
    assert drawn.tolist() == pytest.approx([1, 7, 3 * x.mean() + 1])


def test_a_slope_of_too_few_pairs_is_none(rng: np.random.Generator) -> None:
    x = np.where(np.arange(40) < 9, rng.normal(size=40), np.nan)
    found = learn_bands(np.arange(40.0), np.zeros(40, dtype=np.int64), None, units=None, k=10, anchors=x)
    assert (found.slopes.tolist(), found.centres.tolist()) == ([0], [0])


def test_what_is_drawn_has_the_mean_and_the_spread_of_the_numbers(rng: np.random.Generator) -> None:
    numbers, leaves = rng.normal(5, 2, 4_000), np.zeros(4_000, dtype=np.int64)
    found = learn_bands(numbers, leaves, None, units=None, k=10)
    drawn = found.draw(leaves, (np.arange(4_000) + 0.5) / 4_000, None)
    assert drawn.mean() == pytest.approx(numbers.mean(), abs=0.01)
    assert drawn.std() == pytest.approx(numbers.std(), abs=0.02)


def test_a_band_of_one_value_of_a_list_stays_on_it() -> None:
    places, widths = np.repeat([0.25, 0.75], 20), np.full(40, 0.5)
    found = learn_bands(places, np.zeros(40, dtype=np.int64), None, units=None, k=10, widths=widths)
    assert found.kinds.tolist() == [EVEN] * 4
    drawn = found.draw(np.zeros(100, dtype=np.int64), (np.arange(100) + 0.5) / 100, None)
    assert ((drawn > 0) & (drawn < 1)).all()
    assert (drawn < 0.5).sum() == 50
    assert found.laws.shape[0] == 3 * BETWEEN + 1
