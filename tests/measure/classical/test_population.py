"""Attackers and population uniques: figures by hand, and populations whose uniques are known."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.measure.classical.population import (
    attackers,
    negative_binomial,
    pitman,
    population_uniques,
    zayatz,
)


def test_attackers_by_hand() -> None:
    """Groups of 2 and 4 in the sample, 4 and 40 outside: largest risks 1/2 and 1/4, matches expected .5 + .1."""
    found = attackers(np.array([2, 4]), np.array([4, 40]))
    assert (found.prosecutor, found.prosecutor_mean, found.journalist) == (0.5, 2 / 6, 0.25)
    assert found.marketer == pytest.approx(0.6 / 6)


def population(seed: int, people: int = 200_000) -> np.ndarray:
    """Classes of very different sizes, as combinations of quasi-identifiers make them."""
    rng = np.random.default_rng(seed)
    return rng.choice(60_000, people, p=(weights := rng.pareto(1.1, 60_000) + 0.05) / weights.sum())


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
def test_estimates_are_near_the_truth_of_known_populations(share: float) -> None:
    everybody = population(1)
    truth = float((np.bincount(everybody)[everybody] == 1).mean())
    drawn = np.random.default_rng(2).choice(everybody, round(share * len(everybody)), replace=False)
    sizes = np.unique(drawn, return_counts=True)[1]
    found = population_uniques(sizes, len(everybody))
    assert found.model == ("Pitman" if share <= 0.1 else found.model)
    assert truth / 3 < found.share < truth * 3


def test_of_the_whole_population_uniques_are_counted() -> None:
    assert population_uniques(np.array([1, 1, 2]), 4).share == 0.5


def test_without_a_unique_in_the_sample_none_is_expected() -> None:
    sizes = np.array([2, 3, 5])
    assert zayatz(sizes, 1000) == 0.0
    assert pitman(sizes, 1000) is None
    assert negative_binomial(sizes, 1000) is None
    assert population_uniques(sizes, 1000).share == 0.0


def test_zayatz_by_hand() -> None:
    """Half of the classes have one row, half two; of 20 people 10 are drawn: one of one with .5, of two with 10/19."""
    assert zayatz(np.array([1, 1, 2, 2]), 12) == pytest.approx(
        2 * (0.5 * 0.5) / (0.5 * 0.5 + 0.5 * (2 * 6 * 6 / (12 * 11)))
    )
