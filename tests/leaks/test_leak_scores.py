"""Scores rise with the leak (L15) and reach their end at a whole copy (L4)."""

from __future__ import annotations

from functools import cache

import numpy as np
import plants
import pytest
from honest import LEARNT, honest, people
from scipy.stats import spearmanr

from privsynth.dataset import Table
from privsynth.measure.attacks.agreement import agreement
from privsynth.measure.attacks.copies import equal_hits, near_hits
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.attacks.membership import caught_at, membership_scores
from privsynth.measure.attacks.singling_out import singling_out

ROWS = 1500
SHARES = (0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1)
TRAIN, CONTROL, HONEST = people(ROWS, 1), people(ROWS, 2), honest(ROWS, 3)
HALVES = (LEARNT[::2], LEARNT[1::2])


@cache
def leaky(share: float) -> Table:
    return plants.verbatim(share)(TRAIN, HONEST, np.random.default_rng(7))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def exact(made: Table) -> float:
    return equal_hits(TRAIN, CONTROL, made, LEARNT).excess


def near(made: Table) -> float:
    return near_hits(TRAIN, CONTROL, made, LEARNT, rng()).excess


def agreed(made: Table) -> float:
    return agreement(TRAIN, CONTROL, made, LEARNT, rng()).hits.excess


def isolated(made: Table) -> float:
    return agreement(TRAIN, CONTROL, made, LEARNT, rng()).lone.share


@cache
def recognised(made: Table) -> float:
    found = caught_at(membership_scores(TRAIN, CONTROL, made, LEARNT, rng()), 0.01, isolated=False)
    assert found is not None
    return found.share


def singled_out(made: Table) -> float:
    return singling_out(TRAIN, CONTROL, made, LEARNT, attacks=1000, rng=rng(), several=False)[0].risk


def linked(made: Table) -> float:
    return linkability(TRAIN, CONTROL, made, HALVES, attacks=ROWS, rng=rng()).risk


@pytest.mark.parametrize(
    "score", [exact, agreed, near, isolated, singled_out, linked, pytest.param(recognised, marks=pytest.mark.slow)]
)
def test_scores_rise_with_the_leak(score) -> None:  # type: ignore[no-untyped-def]
    assert spearmanr(SHARES, [score(leaky(share)) for share in SHARES]).statistic >= 0.95


@pytest.mark.parametrize("score", [exact, agreed, near, isolated, recognised, singled_out])
def test_a_whole_copy_scores_nearly_one(score) -> None:  # type: ignore[no-untyped-def]
    assert score(leaky(1)) >= 0.95


def test_the_share_of_recognised_members_follows_the_leak() -> None:
    found = [recognised(leaky(share)) for share in SHARES]
    assert np.corrcoef(SHARES, found)[0, 1] ** 2 >= 0.95
