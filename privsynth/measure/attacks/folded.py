"""Real rows that drafts repeat, where each person stood outside once: of the engine that never saw his fold.

Two questions are answered against one control, the hits of each engine's drafts upon the people whom it never saw:

draft    does the draft hit more people than the drafts of such engines would?
engines  do engines hit the people whom they saw more often than those whom they did not?

The first is about this draft, the second about what makes such drafts: it counts many drafts, and so sees a leak that
is too small to be seen in one. Who was left out of which engine was drawn by lot. If that makes no difference, the
engine that left a person out might have been any, and the hits of his own fold are those of an engine drawn by lot:
from that follows an exact test (a permutation test, Fisher 1935) that holds however much the drafts of one engine are
alike.

So many drafts see what no hold-out of a few hundred people can: that an engine which learns from groups of k gives the
people of these groups a little more weight than others like them. That is what k means, and no leak. Hence two rules.
Only rows that tell of one person count: those that no other real row would hit by the same rule. And what is hit by
strangers' drafts too is allowed `WEIGHT` times as often; a row that no draft hits unless its maker saw it is allowed
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.attacks.agreement import (
    OFFSET,
    Agreed,
    Lone,
    closest,
    evidence,
    least_likely,
    lone_bits,
    lone_upon,
    most_told,
)
from privsynth.measure.attacks.copies import TAU, CopyHits
from privsynth.measure.distance.cells import alone, cell_keys, equal_rows
from privsynth.measure.distance.points import Points, nearest, place
from privsynth.measure.samples import joined, some_of
from privsynth.typing import Array

WEIGHT = 2.0  # honest trees on 90 small tables give their own people up to 1.8 times the weight of strangers
REACHED = (1e-4, 1e-3, 1e-2)  # shares of all scores, whose thresholds are tried
STEEPEST = 60.0  # of the exponents tried for the bound: from here on a person who is hit at all counts as impossible


@dataclass(frozen=True, eq=False)
class DraftHits:
    """Which rows each draft hits, the rows in the order of their folds."""

    draft: Array  # rows
    folds: Array  # rows x folds x draws
    own: Array  # the fold of each row
    people: Array  # who each row is of

    @property
    def outside(self) -> Array:
        """Hits of each row by the engine that never saw it: rows x draws."""
        return self.folds[np.arange(len(self.own)), self.own]

    def upon(self, rows: Array) -> DraftHits:
        """Hits upon some of the rows."""
        return DraftHits(self.draft[rows], self.folds[rows], self.own[rows], self.people[rows])


def compared(hits: DraftHits, per_row: float, rows: int) -> tuple[CopyHits, CopyHits]:
    """The draft, and the engines, beside their control.

    `rows` are all real rows, of which those that tell nobody apart are never hit; `per_row` of them there are for a
    drawn one.
    """
    _, folds, draws = hits.folds.shape
    control, of_control = int(hits.outside.sum()), rows * draws
    won, inside = int(hits.draft.sum()), int(hits.folds.sum()) - control
    draft = CopyHits(
        train=won,
        of_train=rows,
        holdout=control,
        of_holdout=of_control,
        scale=per_row,
        weight=WEIGHT,
    )
    engines = CopyHits(
        train=inside,
        of_train=rows * (folds - 1) * draws,
        holdout=control,
        of_holdout=of_control,
        scale=per_row * (folds - 1) / folds,
        exact=left_out_pvalue(hits),
        weight=WEIGHT,
    )
    return draft, engines


def left_out_pvalue(hits: DraftHits) -> float:
    """Chance of so few hits upon the people left out, if it were drawn by lot who is left out of which engine.

    Chernoff's bound, never below the exact chance and equal to it where nobody left out was hit: the expectation of
    exp(t (observed - hits)), at the t that makes it least. What was observed counts `WEIGHT` times.
    """
    people = np.unique(hits.people, return_inverse=True)[1]
    by_person = np.zeros((int(people.max(initial=-1)) + 1, hits.folds.shape[1]))
    np.add.at(by_person, people, hits.folds.sum(axis=2))
    observed = WEIGHT * float(hits.outside.sum())
    by_person = by_person[by_person.any(axis=1)]
    if not len(by_person):
        return 1.0
    least = by_person.min(axis=1, keepdims=True)  # taken out first: what is hit by all engines would vanish
    slopes, apart = np.r_[0.0, np.geomspace(1e-3, STEEPEST, 60)], observed - float(least.sum())
    logs = [np.log(np.exp(-slope * (by_person - least)).mean(axis=1)).sum() + slope * apart for slope in slopes]
    return float(np.exp(min(logs)))


@dataclass(frozen=True, eq=False)
class FoldedCopies:
    """Each rule's hits: those of the draft and those of the engines; and of whom the draft tells by itself."""

    equal: tuple[CopyHits, CopyHits]
    agreement: tuple[CopyHits, CopyHits]
    near: tuple[CopyHits, CopyHits]
    lone: Lone


@dataclass(frozen=True, eq=False)
class Folded:
    """All real rows, fold after fold, the draft, and what strangers to these rows drew."""

    outside: Sequence[Table]  # the rows of each fold
    draft: Table
    drafts: Sequence[Sequence[Table]]  # what the engine of each fold drew

    @property
    def real(self) -> Table:
        return joined(self.outside)

    @property
    def strangers(self) -> list[Table]:
        """What the engines drew, fold after fold."""
        return [table for fold in self.drafts for table in fold]

    @property
    def own(self) -> Array:
        """The fold of each real row."""
        return np.repeat(np.arange(len(self.outside)), [len(fold) for fold in self.outside])

    @property
    def people(self) -> Array:
        """Who each real row is of; nobody has rows in two folds."""
        starts = np.cumsum([0, *(fold.number_of_people for fold in self.outside)])
        return np.concatenate([fold.people + start for fold, start in zip(self.outside, starts, strict=False)])

    def some(self, most: int, rng: np.random.Generator) -> Folded:
        """At most so many real rows, as many of each fold as its share, and so many of each draft."""
        rows = sum(len(fold) for fold in self.outside)
        return Folded(
            [some_of(fold, max(1, most * len(fold) // rows), rng) if rows > most else fold for fold in self.outside],
            some_of(self.draft, most, rng),
            [[some_of(table, most, rng) for table in fold] for fold in self.drafts],
        )

    def hits(self, draft: Array, strangers: Sequence[Array], rows: Array | slice = slice(None)) -> DraftHits:
        """What each of them hits, put in order; `rows` are the real rows looked at, where not all are."""
        folds = len(self.outside)
        of_folds = np.stack(strangers, axis=1).reshape(len(draft), folds, len(strangers) // folds)
        return DraftHits(draft, of_folds, self.own[rows], self.people[rows])


def folded_copies(
    sides: Folded, names: Sequence[str], drafts: Sequence[Table], rng: np.random.Generator
) -> list[FoldedCopies]:
    """The tests of equal rows, of agreement in bits and of near rows, of each draft beside the same strangers.

    See `copies` and `agreement`, where some people are held out.
    """
    tables, first = (sides.real, *drafts, *sides.strangers), len(drafts)
    (real, *drawn), (rows, *places) = cell_keys(tables, names), place(tables, names)
    tau = float(np.quantile(to_others(rows, sides.own), TAU))
    rules = (
        ([equal_rows(real, made) for made in drawn], alone(real)),
        ([nearest(rows, made) <= tau for made in places], nearest(rows, rows, skip=np.arange(len(rows))) > tau),
    )
    people = sides.people
    told = evidence(sides.real, people, tables[1:], names, rng)
    own = np.zeros(int(people.max(initial=-1)) + 1, dtype=np.intp)
    own[people] = sides.own
    everybody = np.arange(len(rows))
    closer = [closest(rows, everybody, made, people) for made in places]

    def tested(number: int, draft: Table) -> FoldedCopies:
        per_row = len(real) / max(1, len(draft))
        equal, near = (
            compared(sides.hits(hit[number], hit[first:]).upon(once), per_row, len(real)) for hit, once in rules
        )
        beside = [
            _Beside(*kind, own, (closer[number], closer[first:]))
            for kind in zip(told[number], _by_kind(told[first:]), strict=True)
        ]
        per_person = len(own) / max(1, draft.number_of_people)
        tried = [pair for each in beside for pair in each.hits(per_person)]
        agreement = least_likely([draft for draft, _ in tried]), least_likely([engines for _, engines in tried])
        return FoldedCopies(equal, agreement, near, most_told([each.lone for each in beside]))

    return [tested(number, draft) for number, draft in enumerate(drafts)]


def _by_kind(drafts: Sequence[Sequence[Agreed]]) -> list[Sequence[Agreed]]:
    return [list(kind) for kind in zip(*drafts, strict=True)]


@dataclass(frozen=True, eq=False)
class _Beside:
    """What the draft tells of each person, beside what the drafts of all folds tell."""

    draft: Agreed
    strangers: Sequence[Agreed]  # fold after fold
    own: Array  # the fold of each person
    closer: tuple[Array, Sequence[Array]]  # by how many halvings the draft is nearer, and the strangers' drafts

    def hits(self, per_person: float) -> Iterator[tuple[CopyHits, CopyHits]]:
        """Above thresholds that so many of all drafts' scores reach; only of people whom no other would stand for."""
        people, folds = len(self.own), int(self.own.max()) + 1
        scores = np.stack([each.score for each in self.strangers], axis=1)
        for least in np.quantile(scores, [1 - share for share in REACHED]):
            once = OFFSET * self.draft.shared <= least
            hit = DraftHits(
                self.draft.score > least,
                (scores > least).reshape(people, folds, -1),
                self.own,
                np.arange(people),
            )
            yield compared(hit.upon(once), per_person, people)

    @property
    def lone(self) -> Lone:
        """By the tail of what drafts tell of people whom their maker never saw."""
        parts = ([getattr(each, part) for each in self.strangers] for part in ("told", "shared", "whole"))
        unseen, (ours, theirs) = Agreed(*map(self._unseen, parts)), self.closer
        bits = lone_bits(unseen, len(self.own))
        by_bits = Lone(int(self.draft.above(bits).sum()), int(self.draft.exposed(bits).sum()))
        return most_told([lone_upon(ours, self.draft, self._unseen(theirs), unseen), by_bits])

    def _unseen(self, drafts: Sequence[Array]) -> Array:
        """For each person those of the strangers' drafts whose maker never saw him."""
        draws = len(self.strangers) // (int(self.own.max()) + 1)
        those = self.own * draws + np.arange(draws)[:, None]
        return np.asarray(np.stack(drafts)[those, np.arange(len(self.own))].ravel())


def to_others(points: Points, own: Array) -> Array:
    """How far each row lies from the nearest row of another fold."""
    apart = np.empty(len(points))
    for fold in range(int(own.max(initial=-1)) + 1):
        apart[own == fold] = nearest(points.take(own == fold), points.take(own != fold))
    return apart
