from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from privsynth.generate.model.coding.ranks import coarse, interpolated, middles, on_even_steps, ranks, sorted_within

NUMBERS = st.lists(st.one_of(st.integers(-3, 3).map(float), st.just(float("nan"))), max_size=30).map(
    lambda found: np.array(found, dtype=np.float64)
)


@given(NUMBERS)
def test_ranks_are_those_of_pandas(values: np.ndarray) -> None:
    np.testing.assert_array_equal(ranks(values), pd.Series(values, dtype=np.float64).rank().to_numpy())


def test_a_value_lies_in_the_middle_of_its_equals_or_between_its_neighbours() -> None:
    assert middles(np.array([1.0, 2, 2, 2, 5]), np.array([2.0, 1, 3, 9, 2, 0])).tolist() == [2, 0, 3.5, 4.5, 2, -0.5]
    assert middles(np.array([1.0]), np.zeros(0)).tolist() == []


@given(NUMBERS, st.integers(1, 6))
def test_interpolation_is_that_of_numpy(values: np.ndarray, steps: int) -> None:
    scale, heights = np.arange(steps) * 0.7 - 1, np.arange(steps) ** 2.0
    np.testing.assert_array_equal(interpolated(values, scale, heights), np.interp(values, scale, heights))


def test_even_steps_are_interpolated_without_a_search() -> None:
    place, heights = np.array([0, 0.25, 0.5, 0.9, 1]), np.array([1.0, 2, 4])
    np.testing.assert_allclose(on_even_steps(place, heights), np.interp(place, [0, 0.5, 1], heights))
    assert on_even_steps(place, np.array([3.0])).tolist() == [3.0] * 5


def test_the_order_is_by_group_then_by_the_keys() -> None:
    groups, key, second = np.array([1, 0, 1, 0, 1]), np.array([5.0, 2, 3, 1, 3]), np.array([0.0, 0, 2, 0, 1])
    assert sorted_within(groups, 2, key, second).tolist() == [3, 1, 4, 2, 0]
    assert sorted_within(groups, 2**16 + 1, key, second).tolist() == [3, 1, 4, 2, 0]
    assert sorted_within(groups, 2, key).tolist()[:2] == [3, 1]


def test_coarse_features_keep_values_that_are_there_and_their_order(rng: np.random.Generator) -> None:
    features = rng.normal(size=(3000, 2)).astype(np.float32)
    features[:, 1] = features[:, 1] > 0
    made = coarse(features, 50)
    assert set(made[:, 0]) <= set(features[:, 0])
    assert 45 <= len(np.unique(made[:, 0])) <= 50
    assert (np.diff(made[np.argsort(features[:, 0]), 0]) >= 0).all()
    np.testing.assert_array_equal(made[:, 1], features[:, 1])
