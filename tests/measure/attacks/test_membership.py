"""Membership: who is caught in a whole copy, in none, and as the leak grows; and the bounds beside it."""

from __future__ import annotations

import numpy as np
import pytest
from honest import LEARNT, honest, most_isolated, people, planted
from scipy.stats import spearmanr

from privsynth.dataset import Table
from privsynth.measure.attacks.membership import Caught, auc, caught_at, membership_scores
from privsynth.measure.intervals import clopper_pearson

TRAIN, CONTROL, HONEST = people(1500, 1), people(1500, 2), honest(1500, 3)
ATTACKS = {"nearest", "calibrated", "difference", "density", "classifier", "neighbours"}


def caught(made: Table, *, isolated: bool = False, train: Table = TRAIN, control: Table = CONTROL) -> Caught:
    found = caught_at(
        membership_scores(train, control, made, LEARNT, np.random.default_rng(0)), 0.01, isolated=isolated
    )
    assert found is not None
    return found


def leaky(share: float) -> Table:
    return planted(HONEST, TRAIN, np.arange(round(share * len(HONEST)))) if share else HONEST


def test_members_of_a_whole_copy_are_all_recognised() -> None:
    assert caught(TRAIN).share > 0.99
    assert caught(TRAIN).lower > 0.98


def test_nobody_is_recognised_in_an_independent_table() -> None:
    found = caught(HONEST)
    assert found.lower < 0.02
    assert found.pvalue > 0.01


def test_with_training_and_control_exchanged_the_leak_is_gone() -> None:
    assert caught(leaky(0.5), train=CONTROL, control=TRAIN).lower < 0.02


@pytest.mark.slow
def test_what_is_caught_rises_with_the_leak() -> None:
    shares = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 1)
    found = [caught(leaky(share)).share for share in shares]
    assert spearmanr(shares, found).statistic >= 0.95
    assert np.corrcoef(shares, found)[0, 1] ** 2 >= 0.95


def test_isolated_people_are_looked_at_by_themselves() -> None:
    """Only the loneliest are copied: among all they drown, among the lonely they show."""
    from privsynth.measure.distance.points import nearest, place

    (points,) = place((TRAIN,), LEARNT)
    lonely = np.argsort(-nearest(points, points, skip=np.arange(len(points))))[:60]
    made = planted(HONEST, TRAIN, lonely)
    assert most_isolated(TRAIN) in lonely
    assert caught(made, isolated=True).share > 0.3
    assert caught(made, isolated=True).pvalue < 0.001


def test_each_attack_alone_sees_a_whole_copy() -> None:
    scores = membership_scores(TRAIN, CONTROL, TRAIN, LEARNT, np.random.default_rng(0))
    areas = {name: auc(scores.members[name], scores.others[name]) for name in scores.members}
    assert set(areas) == ATTACKS
    assert all(area > 0.55 for area in areas.values()), areas


def test_too_few_people_give_no_answer() -> None:
    scores = membership_scores(TRAIN, CONTROL.take(np.arange(30)), HONEST, LEARNT, np.random.default_rng(0))
    assert caught_at(scores, 0.01, isolated=False) is None


def test_the_area_counts_ties_half() -> None:
    assert auc(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0.5
    assert auc(np.array([2.0, 3.0]), np.array([1.0])) == 1.0


def test_the_bounds_are_clopper_and_pearsons() -> None:
    assert clopper_pearson(0, 10, 0.05) == (0.0, pytest.approx(1 - 0.05 ** (1 / 10)))
    assert clopper_pearson(10, 10, 0.05) == (pytest.approx(0.05 ** (1 / 10)), 1.0)
