"""Tails: the rows at the ends of each number, and how far it is spread.

Nothing is fitted to the real rows here, so all of them stand on one side: a small table has few rows at its ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured
from privsynth.measure.fidelity.kept import Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

TAILS = (0.05, 0.02, 0.01)
LUCKY, MORE = 12.0, 4.0  # rows of one side beyond all others, as logarithms (base 2) of the chance; more for two ends
TELLING = 10  # rows beyond an end
WIDEST = 0.25  # of the rows: more are no tail
WEIGHT = 0.5
FEWEST = 20  # rows of a side
MANY = 4.0  # standard deviations that chance hardly exceeds in one of many means


def tails_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each number the worst of: its spread, the rows at either end, and those beyond all rows of the other side."""
    for name in sides.names:
        if is_measured(sides.real, (sides.synthetic, sides.fresh), name):
            number = _Number.of(sides, name)
            if min(len(number.real), len(number.synthetic)) >= FEWEST:
                yield min(_looked_at(number), key=lambda kept: kept.at_most)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Number:
    """One number in all real rows and in all synthetic ones, and whose row each is."""

    name: str
    real: Array
    synthetic: Array
    people: tuple[Array, Array]

    @classmethod
    def of(cls, sides: ThreeSides, name: str) -> _Number:
        real, synthetic, fresh = (as_number(table.values(name)) for table in sides.tables)
        both = np.concatenate([real, fresh])
        people = np.concatenate([sides.real.people, sides.fresh.people + len(real)])
        known, here = np.isfinite(both), np.isfinite(synthetic)
        size = np.abs(np.concatenate([both[known], synthetic[here]])).max(initial=0) or 1.0  # squares stay finite
        return cls(
            name=name,
            real=both[known] / size,
            synthetic=synthetic[here] / size,
            people=(people[known], sides.synthetic.people[here]),
        )

    @property
    def turned(self) -> _Number:
        return _Number(name=self.name, real=-self.real, synthetic=-self.synthetic, people=self.people)

    def error(self, real: Array, synthetic: Array) -> float:
        """The standard error of the difference of two means, whoever has more to differ by; people are drawn whole."""
        variances = []
        for side, people in zip((real, synthetic), self.people, strict=True):
            of_people = np.bincount(people, weights=side - side.mean())
            variances.append(float((of_people**2).sum()) / len(side))
        return float(np.sqrt(max(variances) * (1 / len(real) + 1 / len(synthetic))))

    def kept(self, *, kept: float, noise: float, rows: int, words: str) -> Kept:
        return Kept(
            aspect="tails", where=(self.name,), kept=kept, fresh=1.0, noise=noise, rows=rows, words=words, weight=WEIGHT
        )


def _looked_at(number: _Number) -> Iterator[Kept]:
    yield _spread(number)
    yield from (*_end(number, "high"), *_end(number.turned, "low"))
    yield _beyond(number, real=True)
    yield _beyond(number, real=False)


def _spread(number: _Number) -> Kept:
    """How far values lie from the median of the real ones."""
    middle = float(np.median(number.real))
    kept, noise = _mean_kept(number, np.abs(number.real - middle), np.abs(number.synthetic - middle))
    rows = min(len(number.real), len(number.synthetic))
    words = f"{number.name} is spread {percent(kept)} as far as in the real rows"
    return number.kept(kept=kept, noise=noise, rows=rows, words=words)


def _mean_kept(number: _Number, real: Array, synthetic: Array) -> tuple[float, float]:
    """The synthetic mean as a part of the real one, and by how much chance may lower it."""
    mean = float(real.mean())
    if mean <= 0:
        return 1.0, 0.0
    return min(1.0, float(synthetic.mean()) / mean), MANY * number.error(real, synthetic) / mean


def _end(number: _Number, word: str) -> Iterator[Kept]:
    """The high end of a number; the low one, where all are turned round."""
    for tail in TAILS:
        edge = float(np.quantile(number.real, 1 - tail))
        beyond = [(side >= edge).astype(np.float64) for side in (number.real, number.synthetic)]
        real, synthetic = (float(side.mean()) for side in beyond)
        rows = round(real * min(len(number.real), len(number.synthetic)))
        if rows < TELLING or real > WIDEST:
            continue
        at = f"the {word} end of {number.name}, {percent(real)} of the real rows"
        kept = min(1.0, synthetic / real)
        noise = MANY * number.error(*beyond) / real
        yield number.kept(kept=kept, noise=noise, rows=rows, words=f"{at}: {percent(kept)} of it comes out")
        kept, noise = _mean_kept(number, *(np.maximum(side - edge, 0) for side in (number.real, number.synthetic)))
        words = f"{at}: it reaches {percent(kept)} as far on average"
        yield number.kept(kept=kept, noise=noise, rows=rows, words=words)


def _beyond(number: _Number, *, real: bool) -> Kept:
    """The rows of one side that lie beyond all rows of the other: the worst of either end, and of both together."""
    ours, theirs = (number.real, number.synthetic) if real else (number.synthetic, number.real)
    ends = [ours < theirs.min(), ours > theirs.max()]
    owners = number.people[0 if real else 1]
    odds = -np.log2(len(ours) / (len(ours) + len(theirs)))
    found = []
    for outside, parts, chance in ((ends[0], 1, LUCKY), (ends[1], 1, LUCKY), (ends[0] | ends[1], 2, LUCKY + MORE)):
        rows, tail = int(outside.sum()), max(1.0, parts * TAILS[0] * len(ours))
        each = rows / max(1, len(np.unique(owners[outside])))
        found.append((1 - min(1.0, rows / tail), float(chance / odds) * each / max(rows, tail)))
    kept, noise = min(found, key=lambda each: each[0] + each[1])
    low, high = (percent(float(end.mean())) for end in ends)
    rows_of = "the real rows" if real else "its rows"
    words = f"{number.name}: {low} of {rows_of} lie below every {'synthetic' if real else 'real'} one, {high} above"
    return number.kept(kept=kept, noise=noise, rows=len(ours), words=words)
