"""Was this person in the source? Six attackers hold the synthetic table and other people's rows; the best one counts.

    nearest       how near is the nearest synthetic row (Hilprecht et al. 2019)
    calibrated    the same, over how far the person is from other people: isolated ones would never seem near
    difference    how much nearer the synthetic table is than other people (distance to closest record, both ways)
    density       how much denser synthetic rows are around the person than other people (DOMIAS, Breugel et al. 2023)
    classifier    how sure a classifier is that the row is synthetic, not of other people (LOGAN, Hayes et al. 2019)
    neighbours    how many synthetic rows lie as near as other people usually do (Monte Carlo, Hilprecht et al. 2019)

Scores are read at few false alarms (Carlini et al. 2022): an attack that is sure of a few people harms them, whatever
its average.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.distance.points import Points, between, nearest, nearest_and_within, nearest_few, place
from privsynth.measure.intervals import clopper_pearson
from privsynth.measure.samples import in_turn, some_rows
from privsynth.measure.significance import binomial_tail
from privsynth.typing import Array

SIDE = 10_000  # most rows of each part
AXES = 10  # principal axes of the density
NEIGHBOURS = 5  # what makes a person isolated: the mean distance to so many others (Meeus et al. 2023)
ISOLATED = 0.05  # the share of people that counts as isolated
FEWEST = 20  # people a side, below which nothing is said
CONFIDENCE = 0.95
BLOCK = 2**23  # distances held at one time


@dataclass(frozen=True, eq=False)
class Scores:
    """Each attack's scores of members and of others; higher says member."""

    members: Mapping[str, Array]
    others: Mapping[str, Array]
    far_members: Array  # which are isolated
    far_others: Array
    draws: int = 1  # beside how many drafts each of the others is scored, with folds
    alike: Array | None = None  # with folds: a number for each member, the same for people whose rows are equal


@dataclass(frozen=True, kw_only=True)
class Caught:
    """What the best attack catches at a share of false alarms."""

    attack: str
    share: float  # of the members
    lower: float  # one-sided bound, corrected for the number of attacks
    upper: float
    members: int
    others: int
    pvalue: float  # that so many members are caught by chance, corrected
    draws: int = 1

    @property
    def people_outside(self) -> int:
        return self.others // self.draws


def membership_scores(
    train: Table,
    control: Table,
    synthetic_table: Table,
    names: Sequence[str],
    rng: np.random.Generator,
    *,
    watch: Callable[[int, int], None] = lambda *_: None,
) -> Scores:
    """Half of the people of the control are who the attacker knows; the other half are the non-members."""
    places = place((train, control, synthetic_table), names)
    drawn = [some_rows(len(points), SIDE, rng) for points in places]
    members_points, strangers_points, synthetic = (p.take(rows) for p, rows in zip(places, drawn, strict=True))
    rows, turns = in_turn(control.people[drawn[1]], rng)
    known = turns < (turns.max(initial=-1) + 1) // 2
    reference, others = strangers_points.take(rows[known]), strangers_points.take(rows[~known])
    both = [members_points, others]
    strangers = [nearest(rows, reference) for rows in both]
    found = [nearest_and_within(rows, synthetic, float(np.median(strangers[1]))) for rows in both]
    apart = [near for near, _ in found]
    watch(1, 3)
    scores = {
        "nearest": [-near for near in apart],
        "calibrated": [-near / np.maximum(far, 1e-9) for near, far in zip(apart, strangers, strict=True)],
        "difference": [far - near for near, far in zip(apart, strangers, strict=True)],
        "density": density(both, synthetic, reference),
        "neighbours": [within for _, within in found],
    }
    watch(2, 3)
    scores["classifier"] = _classifier(both, synthetic, reference, rng)
    lonely = loneliness(both, reference)
    limit = float(np.quantile(np.concatenate(lonely), 1 - ISOLATED))
    members, non_members = ({name: side[at] for name, side in scores.items()} for at in (0, 1))
    return Scores(members, non_members, lonely[0] >= limit, lonely[1] >= limit)


def auc(members: Array, others: Array) -> float:
    """The chance that a member scores higher than somebody else; ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([members, others]))[: len(members)]
    return float((ranks.sum() - len(members) * (len(members) + 1) / 2) / max(1, len(members) * len(others)))


def _chance_of_kinds(alike: Array, caught: Array, accused: Array) -> float:
    """The same where people of equal rows are one kind: they are caught together, by one piece of luck."""
    kinds, draws = int(alike.max()) + 1, len(accused) // len(alike)
    in_turn = np.tile(alike, draws) + kinds * np.repeat(np.arange(draws), len(alike))
    hits, alarms = len(np.unique(alike[caught])), len(np.unique(in_turn[accused]))
    return binomial_tail(hits, hits + alarms, 1 / (1 + draws))


def caught_at(scores: Scores, false_alarms: float, *, isolated: bool) -> Caught | None:
    """The attack that catches most at that share of false alarms. None: too few people to say anything."""
    caught = [_caught(name, scores, false_alarms, isolated=isolated) for name in scores.members]
    return max((each for each in caught if each is not None), key=lambda each: (each.lower, each.share), default=None)


def _caught(name: str, scores: Scores, false_alarms: float, *, isolated: bool) -> Caught | None:
    members = scores.members[name][scores.far_members] if isolated else scores.members[name]
    others = scores.others[name][scores.far_others] if isolated else scores.others[name]
    if min(len(members), len(others)) < FEWEST:
        return None
    allowed = int(false_alarms * len(others))
    limit = np.sort(others)[len(others) - allowed - 1]  # so many others score above it
    hits, alarms, attacks = int((members > limit).sum()), int((others > limit).sum()), len(scores.members)
    lower, upper = clopper_pearson(hits, len(members), (1 - CONFIDENCE) / attacks)
    chance = binomial_tail(hits, hits + alarms, len(members) / (len(members) + len(others)))
    if scores.alike is not None:
        alike = scores.alike[scores.far_members] if isolated else scores.alike
        chance = max(chance, _chance_of_kinds(alike, members > limit, others > limit))
    return Caught(
        attack=name,
        share=hits / len(members),
        lower=lower,
        upper=upper,
        members=len(members),
        others=len(others),
        pvalue=min(1.0, attacks * chance),
        draws=scores.draws,
    )


def loneliness(sides: Sequence[Points], reference: Points) -> list[Array]:
    """The mean distance of each person to the nearest few of the people whom the attacker knows."""
    return [_mean_distance(side, reference, nearest_few(side, reference, NEIGHBOURS)) for side in sides]


def _mean_distance(side: Points, reference: Points, at: Array) -> Array:
    return np.asarray(np.mean([between(side, reference.take(at[:, rank])) for rank in range(at.shape[1])], axis=0))


def density(sides: Sequence[Points], synthetic: Points, reference: Points) -> list[Array]:
    """The log ratio of two kernel densities on the main axes of other people's rows."""
    axes = _main_axes(reference.dense)
    middle = reference.dense.mean(axis=0)
    flat = [(points.dense - middle) @ axes for points in (*sides, synthetic, reference)]
    *people, drawn, others = flat
    return [_log_density(rows, drawn) - _log_density(rows, others) for rows in people]


def _main_axes(dense: Array) -> Array:
    _, widths, axes = np.linalg.svd(dense - dense.mean(axis=0), full_matrices=False)
    kept = widths > 1e-6
    return np.asarray(axes[kept][:AXES].T)


def _log_density(rows: Array, among: Array) -> Array:
    """Gaussian kernels as wide as Scott's rule says (1992); up to a constant, which ranks nobody."""
    if not among.shape[1]:
        return np.zeros(len(rows))
    width = max(float(among.std(axis=0).mean()) * len(among) ** (-1 / (among.shape[1] + 4)), 1e-6)
    here, there = ((points / width).astype(np.float32) for points in (rows, among))
    densities, heights = np.empty(len(rows)), np.einsum("ij,ij->i", there, there) / 2
    step = max(1, BLOCK // len(among))
    for start in range(0, len(rows), step):
        some = here[start : start + step]
        close = (
            some @ there.T - heights
        )  # minus half of the squared distance, but for what is the same for all of a row
        top = close.max(axis=1, keepdims=True)
        total = np.exp(close - top).sum(axis=1)
        densities[start : start + step] = np.log(total) + top[:, 0] - np.einsum("ij,ij->i", some, some) / 2
    return densities


def _classifier(sides: Sequence[Points], synthetic: Points, reference: Points, rng: np.random.Generator) -> list[Array]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=15, early_stopping=False, random_state=int(rng.integers(2**31))
    )
    rows, answers = (
        np.vstack([synthetic.dense, reference.dense]),
        np.r_[np.ones(len(synthetic)), np.zeros(len(reference))],
    )
    with threadpool_limits(1):
        model.fit(rows, answers)
        return [model.decision_function(side.dense) for side in sides]
