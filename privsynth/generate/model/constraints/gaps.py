"""A number or date as its distance from another, learnt in its place: the order of the two then holds in every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.coding.codings import Curve, learn_coding
from privsynth.generate.model.coding.number_line import NumberLine, number_line_of, shared_line
from privsynth.generate.model.coding.texture import Texture
from privsynth.generate.model.tables.connected import MARK
from privsynth.keeping import kept
from privsynth.spelling import Spelling
from privsynth.typing import Array

Columns = Mapping[str, Array]

DROWNING = 2.0  # times as far as a column do the distances stray that are not learnt in its place
SHARED_BY = 0.05  # of the rows have one value, which is learnt as such where a distance would blur it


@kept(version=2)
@dataclass(frozen=True, eq=False, kw_only=True)
class Gap:
    """A number or date that lies `sign` times a learnt distance from another; the engine learns the distance instead.

    Where the other one is missing, the distance from a middle value is learnt instead. Values that very many share at
    different distances, as the last day of a study, are learnt as such (`shared`, with a `mark` of each row's).
    """

    column: str
    base: str
    distance: Column = field(repr=False)
    sign: int
    axis: NumberLine  # on which both are read
    own: NumberLine  # on which the column is written
    least: float  # the shortest distance; minus infinity where real rows break the order
    center: float = field(repr=False)
    ends: tuple[float, float] = field(repr=False)  # between which the column may lie
    texture: Texture | None = None  # of the column itself
    settled: Array = field(default_factory=lambda: np.zeros(0), repr=False)  # distances that are not moved for it
    mark: Column | None = field(default=None, repr=False)
    shared: Array = field(default_factory=lambda: np.zeros(0), repr=False)  # on the shared axis

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.base, *(column.name for column in self.learnt))

    @property
    def learnt(self) -> tuple[Column, ...]:
        return (self.distance,) if self.mark is None else (self.mark, self.distance)

    def taught(self, columns: Columns) -> dict[str, Array]:
        """The distance in each training row, and which shared value it has."""
        here = self.axis.read(columns[self.column])
        distance = {self.distance.name: self._distances(here, self.axis.read(columns[self.base]))}
        if self.mark is None:
            return distance
        which = pd.Index(self.shared).get_indexer(pd.Index(here))
        return {self.mark.name: which.astype(str).astype(object), **distance}

    def drawn(self, columns: Columns, rng: np.random.Generator) -> Array:
        """The column: shared values where they keep the order, and others as round and on such days as real ones."""
        values = self._textured(self.restored(columns), columns, rng)
        if self.mark is None:
            return values
        marks = columns[self.mark.name]
        for which, shared in enumerate(self.shared):
            here = (marks == str(which)) & ~(self.sign * (shared - self._nearest(columns)) < 0)
            values = np.where(here, self.axis.write(np.full(len(values), shared)), values)
        return values

    def _textured(self, values: Array, columns: Columns, rng: np.random.Generator) -> Array:
        if self.texture is None:
            return values
        nearest = self.own.read(self._written(self._nearest(columns)))
        nearest = np.where(np.isnan(nearest), -self.sign * np.inf, nearest)
        low, high = (nearest, np.inf) if self.sign > 0 else (-np.inf, nearest)
        moved = self.own.write(self.texture.on(self.own.read(values), low, high, rng))
        return np.where(np.isin(columns[self.distance.name], self.settled) | pd.isna(values), values, moved)

    def _nearest(self, columns: Columns) -> Array:
        """How near the column may come to the other, on the shared axis; missing where nothing holds it."""
        return self.axis.read(columns[self.base]) + self.sign * (np.nan if np.isinf(self.least) else self.least)

    def _distances(self, here: Array, base: Array) -> Array:
        return self._rounded(np.where(np.isnan(base), here - self.center, self.sign * (here - base)))

    def restored(self, columns: Columns) -> Array:
        base, distance = self.axis.read(columns[self.base]), np.asarray(columns[self.distance.name], dtype=np.float64)
        away = base + self.sign * np.maximum(distance, self.least)
        return self._written(np.where(np.isnan(base), self.center + distance, away))

    def outside(self, columns: Columns) -> Array:
        """Beyond what may come out of this column: drawn again, or else drawn in."""
        here = self.axis.read(columns[self.column])
        return np.asarray((here < self.ends[0]) | (here > self.ends[1]))

    def drawn_in(self, columns: Columns) -> Array:
        """As near to what may come out as the order allows."""
        here, base = self.axis.read(columns[self.column]), self.axis.read(columns[self.base])
        inside = np.clip(here, *self.ends)
        least = 0.0 if np.isinf(self.least) else self.least
        kept = np.maximum(inside, base + least) if self.sign > 0 else np.minimum(inside, base - least)
        return self._written(np.where(np.isnan(base), inside, kept))

    def _written(self, numbers: Array) -> Array:
        """From the shared axis to the column's own storage."""
        if not self.axis.step_us:
            numbers = self._rounded(numbers)
            return numbers if self.own == self.axis else self.own.snapped(numbers, up=self.sign > 0)
        dates = self.axis.write(numbers)
        is_finer = not self.axis.unit and (self.own.unit or self.own.step_us > self.axis.step_us)
        return self.own.snapped(dates, up=self.sign > 0) if is_finer else dates

    def _rounded(self, numbers: Array) -> Array:
        return self.axis.rounded(numbers)


def gap_of(
    table: Table, column: str, base: str, *, low: str, strict: bool, constant: bool, k: int, units: Array | None
) -> Gap | None:
    """The distance to learn instead of a column; None for a list of few values, where nothing else may come out.

    None too for a small part of a large whole: what strays in a distance as large as the whole would drown the part.
    """
    values, other = table.values(column), table.values(base)
    coding = learn_coding(table[column], values, k, units)
    if not constant and not (isinstance(coding, Curve) and coding.lattice is None and coding.has_rest):
        return None
    axes = number_line_of(table[column], values), number_line_of(table[base], other)
    axis = shared_line(*axes)
    here, there = axis.read(values), axis.read(other)
    if not constant and _spread(there - here) > DROWNING * _spread(here[~np.isnan(there)]):
        return None
    sign = -1 if column == low else 1
    least = (1.0 if axis.step_us else 10.0**-axis.decimals) if strict else 0.0
    if constant or bool((sign * (here - there) < least - 1e-12).any()):
        least = -np.inf
    center = float(axis.rounded(np.array([_middle_of(there, k, units)]))[0])
    if axis.step_us:
        center = float(np.rint(center))
    kind = Kind.NUMBER if axis.decimals else Kind.INTEGER
    high = base if column == low else column
    distance = Column(f"{MARK}{high} less {low}", kind, spelling=Spelling(decimals=axis.decimals))
    gap = Gap(
        column=column,
        base=base,
        distance=distance,
        sign=sign,
        axis=axis,
        own=axes[0],
        least=least,
        center=center,
        ends=_ends(coding, axis, axes[0]),
    )
    return gap if constant or not isinstance(coding, Curve) else _with_texture(gap, coding, table, k, units)


def _spread(numbers: Array) -> float:
    """How far numbers lie from their median, on average."""
    present = numbers[~np.isnan(numbers)]
    return float(np.abs(present - np.median(present)).mean()) if len(present) else 0.0


def _middle_of(numbers: Array, k: int, units: Array | None) -> float:
    """The mean of the middle half of numbers, if these are of many people: a median would be the number of one."""
    present = np.flatnonzero(~np.isnan(numbers))
    inner = present[np.argsort(numbers[present], kind="stable")][len(present) // 4 : len(present) - len(present) // 4]
    held = len(inner) if units is None else len(np.unique(units[inner]))
    return float(numbers[inner].mean()) if held >= k else 0.0


def _with_texture(gap: Gap, coding: Curve, table: Table, k: int, units: Array | None) -> Gap:
    """What of the column itself is kept beside the distance, where most distances are not shared themselves."""
    distances = gap.taught({name: table.values(name) for name in (gap.column, gap.base)})[gap.distance.name]
    here = gap.axis.read(table.values(gap.column))
    atoms, least = gap.axis.read(gap.own.write(coding.atoms)), max(1, SHARED_BY * len(table))
    shared = [atom for atom in atoms if (here == atom).sum() >= least and _is_shared(distances[here == atom])]
    if shared:
        mark = Column(f"{MARK}{gap.column} is one that many share", Kind.CATEGORY)
        gap = replace(gap, mark=mark, shared=np.array(shared))
    apart = learn_coding(gap.distance, distances, k, units)
    if isinstance(apart, Curve) and apart.lattice is None and apart.has_rest:
        gap = replace(gap, texture=coding.texture, settled=apart.atoms[~np.isnan(apart.atoms)])
    return gap


def _is_shared(distances: Array) -> bool:
    """Whether rows have the same value at many distances: not because they have the same distance from the same."""
    return bool(np.unique(distances, return_counts=True)[1].max() <= len(distances) / 2)


def _ends(coding: object, axis: NumberLine, own: NumberLine) -> tuple[float, float]:
    """The least and the largest value that may come out, on the shared axis."""
    if not isinstance(coding, Curve) or coding.lattice is not None:
        return -np.inf, np.inf
    atoms = coding.atoms[~np.isnan(coding.atoms)]
    values = axis.read(own.write(np.concatenate([atoms, coding.knots])))
    return float(values.min()), float(values.max())
