"""Diversity of secrets: published examples, and figures by hand."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.measure.classical.diversity import apart, diversity


def test_diversity_of_the_published_hospital_table() -> None:
    """Machanavajjhala et al. (2007), their 3-diverse table: groups of four rows, of which one has two secrets equal."""
    groups = np.repeat([0, 1, 2], 4)
    secrets = np.array(
        ["heart", "viral", "viral", "cancer", "cancer", "heart", "viral", "viral", "heart", "viral", "cancer", "cancer"]
    )
    found = diversity(groups, secrets)
    assert found is not None
    assert found.distinct == 3
    assert found.entropy == pytest.approx(np.exp(-(0.25 * np.log(0.25) * 2 + 0.5 * np.log(0.5))))


def test_a_group_of_one_secret_is_found() -> None:
    found = diversity(np.array([0, 0, 1, 1]), np.array(["a", "a", "a", "b"]))
    assert found is not None
    assert (found.distinct, found.entropy) == (1, 1.0)


def test_closeness_of_the_published_salary_table() -> None:
    """Li et al. (2007): of nine salaries from 3k to 11k, the group {3k, 4k, 5k} lies .375 away, {6k, 8k, 11k} .167."""
    ranks = np.arange(9)
    first, second = np.where(ranks < 3, 0, 1 + ranks), np.where(np.isin(ranks, [3, 5, 8]), 0, 1 + ranks)
    distances = [_distance(groups, ranks) for groups in (first, second)]
    assert distances == [pytest.approx(0.375), pytest.approx(1 / 6)]


def _distance(groups: np.ndarray, ranks: np.ndarray) -> float:
    """Of the group numbered nought alone: its rows against all rows."""
    mine = np.bincount(ranks[groups == 0], minlength=9) / (groups == 0).sum()
    return float(apart((mine - np.full(9, 1 / 9))[None, :], ordered=True)[0])
