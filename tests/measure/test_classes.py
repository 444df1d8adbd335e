"""Classical risk: published examples, figures by hand, and populations whose uniques are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.measure.classical.classes import (
    attackers,
    delta_presence,
    diversity,
    negative_binomial,
    pitman,
    population_uniques,
    recursive_diversity,
    suda,
    zayatz,
)


def test_contributions_to_the_suda_score_are_those_of_sdcmicros_tests() -> None:
    found = suda(pd.DataFrame({"a": [2, 1, 1], "b": [0, 3, 0], "c": [0, 6, 0]}))
    assert found.contributions == {"a": 50.0, "b": 37.5, "c": 37.5}
    assert found.scores.tolist() == [2.0, 4.0, 2.0]


def test_the_order_of_the_columns_does_not_matter_to_suda() -> None:
    frame = pd.DataFrame({"a": [2, 1, 1], "b": [0, 3, 0], "c": [0, 6, 0]})
    assert suda(frame[["c", "a", "b"]]).contributions == {"c": 37.5, "a": 50.0, "b": 37.5}


def test_a_unique_value_weighs_more_than_a_unique_pair() -> None:
    """Of four columns: size one weighs 3 x 2 x 1, size two 2 x 1, size three 1."""
    frame = pd.DataFrame({"a": [1, 0, 0, 0], "b": [0, 0, 1, 1], "c": [0, 0, 0, 1], "d": [0, 0, 0, 0]})
    found = suda(frame)
    assert found.scores[0] == 6.0
    assert found.scores[2] == 2.0  # b = 1 with c = 0, and not by either alone


def test_rows_that_share_everything_are_nobody_special() -> None:
    found = suda(pd.DataFrame({"a": [1, 1], "b": [2, 2]}))
    assert (found.scores.tolist(), found.dis) == ([0.0, 0.0], 0.0)


def test_the_chance_of_a_right_match_by_hand() -> None:
    """Three alone and one pair, a tenth sampled: .3 of right matches against 1.8 of wrong ones."""
    found = suda(pd.DataFrame({"a": [1, 2, 3, 4, 4]}), sampling=0.1)
    assert found.dis == pytest.approx(0.3 / 2.1)


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


def test_recursive_diversity_by_hand() -> None:
    """Counts 2, 1, 1: the commonest is rarer than 1.5 times the others together, but not rarer than once."""
    groups, secrets = np.zeros(4, dtype=int), np.array(["a", "a", "b", "c"])
    assert recursive_diversity(groups, secrets, 1.5, 2)
    assert not recursive_diversity(groups, secrets, 1.0, 2)
    assert not recursive_diversity(groups, secrets, 5.0, 4)


def test_closeness_of_the_published_salary_table() -> None:
    """Li et al. (2007): of nine salaries from 3k to 11k, the group {3k, 4k, 5k} lies .375 from the table, {6k, 8k, 11k} .167."""
    ranks = np.arange(9)
    first, second = np.where(ranks < 3, 0, 1 + ranks), np.where(np.isin(ranks, [3, 5, 8]), 0, 1 + ranks)
    apart = [_distance(groups, ranks) for groups in (first, second)]
    assert apart == [pytest.approx(0.375), pytest.approx(1 / 6)]


def _distance(groups: np.ndarray, ranks: np.ndarray) -> float:
    """Of the group numbered nought alone: its rows against all rows."""
    from privsynth.measure.classical.classes import apart

    mine = np.bincount(ranks[groups == 0], minlength=9) / (groups == 0).sum()
    return float(apart((mine - np.full(9, 1 / 9))[None, :], ordered=True)[0])


def test_attackers_by_hand() -> None:
    """Groups of 2 and 4 in the sample, 4 and 40 in the population: the largest risks are 1/2 and 1/4, matches expected .5 + .1."""
    found = attackers(np.array([2, 4]), np.array([4, 40]))
    assert (found.prosecutor, found.prosecutor_mean, found.journalist) == (0.5, 2 / 6, 0.25)
    assert found.marketer == pytest.approx(0.6 / 6)
    assert delta_presence(np.array([2, 4]), np.array([4, 40])) == (0.1, 0.5)


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
    """Half of the classes have one row, half two; of 20 people 10 are drawn: one of one is drawn with .5, one of two with 10/19."""
    assert zayatz(np.array([1, 1, 2, 2]), 12) == pytest.approx(
        2 * (0.5 * 0.5) / (0.5 * 0.5 + 0.5 * (2 * 6 * 6 / (12 * 11)))
    )
