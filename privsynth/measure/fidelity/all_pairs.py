"""What all columns say of each other, summed over every two of them that say something in the real rows.

Where few rows stand behind it chance could explain that any one tie came out weak. It cannot explain that all did: so
they are looked at together. What two columns say of each other are the mean products of their contrasts. Those of one
half of the real rows weigh those of the synthetic rows and of the other half alike, and the other way round, so that
picking what is there favours neither. Only rows in which both are known count: values that are missing together would
hide what the others say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privsynth.measure.fidelity.contrasts import contrasts_of
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.samples import some_rows
from privsynth.typing import Array

ROWS, COLUMNS = 10_000, 200  # that are looked at
FEWEST = 30  # rows that have both
SEEN = 2.0  # standard errors of a product, below which it says nothing
STRONG = 0.3  # a stronger product counts no more: what is lost of it is seen by itself
REACH = 5.0  # standard errors of the sum, below which there is nothing to keep
NAMED = 3  # columns


def all_pairs_kept(sides: ThreeSides, names: Sequence[str], rng: np.random.Generator) -> Iterator[Kept]:
    """How much of it is kept. `names`: the columns that are asked."""
    asked = [names[place] for place in some_rows(len(names), COLUMNS, rng)]
    columns = [column for name in asked if (column := _Contrasted.of(sides, name)).values.shape[1]]
    if len(columns) < 2:
        return
    taken = [some_rows(len(table), ROWS, rng) for table in sides.tables]
    real, synthetic, fresh = (
        _Products.of([column.on(side)[rows] for column in columns], sides.tables[side].people[rows])
        for side, rows in enumerate(taken)
    )
    owners = np.repeat(np.arange(len(columns)), [column.values.shape[1] for column in columns])
    compared = _Weighed(real, synthetic, fresh, owners)
    if compared.is_real:
        yield _kept(compared, [column.name for column in columns])


@dataclass(frozen=True, eq=False)
class _Contrasted:
    """The contrasts of each bin, by the shares of the real rows that are known; the last bin, missing, has none."""

    name: str
    values: Array
    bins: Sequence[Array]  # of each row, by side

    @classmethod
    def of(cls, sides: ThreeSides, name: str) -> _Contrasted:
        count, bins = sides.bins[name]
        known = np.bincount(bins[0], minlength=count)[:-1]
        values = contrasts_of(known / max(1, known.sum()))
        return cls(name, np.vstack([values, np.full((1, values.shape[1]), np.nan)]), bins)

    def on(self, side: int) -> Array:
        return np.asarray(self.values[self.bins[side]])


@dataclass(frozen=True, eq=False)
class _Products:
    contrasts: Array  # rows by contrasts, of mean 0; 0 where missing
    both: Array  # how many rows have both, contrasts by contrasts
    people: Array

    @classmethod
    def of(cls, columns: Sequence[Array], people: Array) -> _Products:
        values = np.hstack(columns)
        known = (~np.isnan(values)).astype(np.float64)
        means = np.nansum(values, axis=0) / np.maximum(1, known.sum(axis=0))
        return cls(np.nan_to_num(values - means), known.T @ known, np.unique(people, return_inverse=True)[1])

    @cached_property
    def products(self) -> Array:
        return np.asarray(self.contrasts.T @ self.contrasts / np.maximum(1, self.both))

    @cached_property
    def weights(self) -> Array:
        is_seen = np.abs(self.products) * np.sqrt(self.both) >= SEEN
        return np.where(is_seen, np.clip(self.products, -STRONG, STRONG), 0.0)

    def variance(self, weights: Array) -> float:
        """Of the sum of its products by these weights; a person's rows are one draw (clusters; Kish 1965)."""
        of_rows = ((self.contrasts @ (weights / np.maximum(1, self.both))) * self.contrasts).sum(axis=1)
        return float((np.bincount(self.people, weights=of_rows - of_rows.mean()) ** 2).sum())


@dataclass(frozen=True, eq=False)
class _Weighed:
    real: _Products
    synthetic: _Products
    fresh: _Products
    owners: Array  # of each contrast its column, by place

    @cached_property
    def weights(self) -> tuple[Array, Array]:
        """By the real rows, and by the fresh ones; a column says nothing of itself."""
        counted = (self.owners[:, None] != self.owners) & (np.minimum(self.real.both, self.fresh.both) >= FEWEST)
        return self.real.weights * counted, self.fresh.weights * counted

    @cached_property
    def mean(self) -> Array:
        """Of the two weights."""
        return np.asarray((self.weights[0] + self.weights[1]) / 2)

    @cached_property
    def left(self) -> Array:
        """By contrast: what the synthetic rows show of what it says."""
        return np.asarray((self.mean * self.synthetic.products).sum(axis=1))

    @cached_property
    def there(self) -> Array:
        """The same of real rows that each other's weigh."""
        of_real, of_fresh = self.weights
        return np.asarray((of_real * self.fresh.products + of_fresh * self.real.products).sum(axis=1) / 2)

    @property
    def is_real(self) -> bool:
        return bool(self.there.sum() > REACH * np.sqrt(self._variance_there))

    @property
    def noise(self) -> float:
        """Standard error of what is left, as a share of what is there."""
        variance = self.synthetic.variance(self.mean) + self._variance_there
        return float(np.sqrt(variance) / self.there.sum())

    @cached_property
    def _variance_there(self) -> float:
        """Of the mean of the two sums, in each of which one of two sides was drawn anew."""
        of_real, of_fresh = self.weights
        return (self.real.variance(of_fresh) + self.fresh.variance(of_real)) / 4

    def columns(self) -> Array:
        """Those that say something, by place; those that lost most first."""
        lost = np.bincount(self.owners, weights=self.there - self.left)
        says = np.bincount(self.owners, weights=np.abs(self.mean).sum(axis=1)) > 0
        return np.asarray([place for place in np.argsort(-lost, kind="stable") if says[place]])

    def pairs(self) -> int:
        at, to = np.nonzero(self.mean)
        one, two = self.owners[at], self.owners[to]
        return len(np.unique((one * len(self.owners) + two)[one < two]))


def _kept(compared: _Weighed, names: Sequence[str]) -> Kept:
    kept = float(np.clip(compared.left.sum() / compared.there.sum(), 0.0, 1.0))
    where = tuple(names[place] for place in compared.columns())
    return Kept(
        aspect="all_pairs",
        where=where,
        kept=kept,
        fresh=1.0,
        noise=SURE * compared.noise,
        rows=min(len(side.people) for side in (compared.real, compared.synthetic, compared.fresh)),
        words=f"{percent(kept)} of what {len(where):,} columns say of each other, over {compared.pairs():,} pairs, is "
        f"kept; most is lost of {_listed(where[:NAMED])}",
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
