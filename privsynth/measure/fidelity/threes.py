"""What three columns say together that no two of them say: whether one is as the other two have it.

Each column becomes a few contrasts, uncorrelated and of variance 1, between its commonest levels or its thirds. The
mean product of three of them is nothing unless the three hang together; over all contrasts of three columns the real
rows' products, laid over those of another sample, are what phi squared is for two (see `ties`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from privsynth.measure.fidelity.contrasts import contrasts_of
from privsynth.measure.fidelity.kept import Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.fidelity.ties import Tie
from privsynth.measure.samples import some_rows
from privsynth.typing import Array

ROWS, COLUMNS = 6_000, 24  # that are looked at
FEWEST = 100  # rows
LEAST = 0.03  # phi squared of three, below which it is not spoken of
REACH, MANY = 7.0, 5.0  # standard errors: one of thousands of threes, and one of those that are there
SHOWN = 20


def threes_kept(sides: ThreeSides, ties: Sequence[Tie], rng: np.random.Generator) -> Iterator[Kept]:
    """For three columns that say something together, more than any two of them do, how much of it is kept.

    Those are looked at first that say least two by two: what they say, nothing else would show.
    """
    if min(sides.size, len(sides.real)) < FEWEST:
        return
    contrasts = _Contrasts.of(sides, sorted(sides.names, key=lambda name: _told(ties, name)), rng)
    phis = {frozenset((tie.left, tie.right)): tie.fresh for tie in ties}
    found = [three for two in combinations(range(len(contrasts.names)), 2) for three in contrasts.with_a_third(two)]
    beyond = [three for three in found if three.is_real and three.fresh > _of_two(contrasts.named(three), phis)]
    for three in sorted(beyond, key=lambda three: -three.fresh)[:SHOWN]:
        yield _kept(contrasts, three)


def _told(ties: Sequence[Tie], name: str) -> float:
    return sum(tie.fresh for tie in ties if tie.is_real and name in (tie.left, tie.right))


def _of_two(names: Sequence[str], phis: Mapping[frozenset[str], float]) -> float:
    return max(phis.get(frozenset(two), 0.0) for two in combinations(names, 2))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Three:
    """Three columns by their places; the real rows' products, and how far those of the other two sides agree."""

    places: tuple[int, int, int]
    products: Array  # by the contrasts of each
    synthetic: float
    fresh: float
    error: float  # standard error, if they said nothing together

    @property
    def is_real(self) -> bool:
        return self.fresh >= max(LEAST, REACH * self.error)


@dataclass(frozen=True, eq=False)
class _Contrasts:
    """The contrasts of each column, on the three sides: rows by contrasts."""

    names: tuple[str, ...]
    sides: tuple[tuple[Array, ...], ...]  # by side, then by column

    @classmethod
    def of(cls, sides: ThreeSides, names: Sequence[str], rng: np.random.Generator) -> _Contrasts:
        rows = [some_rows(len(table), ROWS, rng) for table in sides.tables]
        found = {name: _contrasts(*sides.bins[name], rows) for name in names}
        several = [name for name in names if found[name]][:COLUMNS]
        return cls(tuple(several), tuple(tuple(found[name][side] for name in several) for side in range(len(rows))))

    def named(self, three: _Three) -> tuple[str, ...]:
        return tuple(self.names[place] for place in three.places)

    def with_a_third(self, two: tuple[int, int]) -> Iterator[_Three]:
        """Two columns with each that comes after them."""
        if two[1] + 1 == len(self.names):
            return
        products = [_product(side[two[0]], side[two[1]]).T @ np.hstack(side[two[1] + 1 :]) for side in self.sides]
        means = [product / len(side[0]) for product, side in zip(products, self.sides, strict=True)]
        ends = np.cumsum([side.shape[1] for side in self.sides[0][two[1] + 1 :]])[:-1]
        for place, blocks in enumerate(zip(*(np.split(mean, ends, axis=1) for mean in means), strict=True)):
            yield self._three((*two, two[1] + 1 + place), *blocks)

    def _three(self, places: tuple[int, int, int], real: Array, synthetic: Array, fresh: Array) -> _Three:
        error = float(np.sqrt((real**2).sum() / len(self.sides[1][0])))
        agreed = [float((real * other).sum()) for other in (synthetic, fresh)]
        return _Three(places=places, products=real, synthetic=agreed[0], fresh=agreed[1], error=error)

    def spread(self, three: _Three) -> float:
        """The standard error of what the synthetic rows show less what the fresh ones do."""
        one, two, third = three.places
        of_rows = [((_product(s[one], s[two]) @ three.products) * s[third]).sum(axis=1) for s in self.sides[1:]]
        return float(np.sqrt(sum(rows.var() / len(rows) for rows in of_rows)))


def _product(left: Array, right: Array) -> Array:
    """Of each row each contrast of the one with each of the other."""
    return np.asarray((left[:, :, None] * right[:, None, :]).reshape(len(left), -1))


def _contrasts(count: int, places: Sequence[Array], rows: Sequence[Array]) -> tuple[Array, ...]:
    """Of one binned column, on each side; none where the real rows are nearly all in one part."""
    values = contrasts_of(np.bincount(places[0], minlength=count) / len(places[0]))
    sides = [values[side[taken]] for side, taken in zip(places, rows, strict=True)]
    return tuple(side - side.mean(axis=0) for side in sides) if values.shape[1] else ()


def _kept(contrasts: _Contrasts, three: _Three) -> Kept:
    one, two, third = names = contrasts.named(three)
    kept = float(np.clip(three.synthetic / three.fresh, 0.0, 1.0))
    return Kept(
        aspect="threes",
        where=names,
        kept=kept,
        fresh=1.0,
        noise=MANY * max(three.error, contrasts.spread(three)) / three.fresh,
        rows=len(contrasts.sides[1][0]),
        words=f"{one}, {two} and {third}: {percent(kept)} of what two of them together say of the third is kept",
        weight=min(1.0, 0.2 + float(np.sqrt(three.fresh))),
    )
