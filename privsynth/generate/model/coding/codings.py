"""What of a column may ever come out again: values held by enough people, and curves that end before the extremes.

Numbers and dates are first read onto one axis of plain floats. A column then becomes one of two things:

    Classes   a list of levels, each held by at least `k` units; rows with other levels teach, but give nothing
    Curve     numbers: `atoms` (missing, and values held by many more rows than their neighbours) that come out as they
              are, and a rest: a lattice (a list of values, each held by `k` units) or a curve through ranks [k, n-k]

A unit is a row, or a person where the table names one: ten rows of one person are one unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind
from privsynth.errors import InputError
from privsynth.generate.model.coding.number_line import NumberLine, number_line_of
from privsynth.generate.model.coding.ranks import interpolated, middles, on_even_steps
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.coding.texture import Texture, texture_of
from privsynth.keeping import kept
from privsynth.typing import Array

FEW = 20  # so many distinct numbers are a list, not a scale
LISTED = 0.9  # share of rows on values of enough support that makes few distinct numbers a list
LATTICE = 0.98  # share of rows on values of enough support that makes a scale a lattice
SPIKED = 0.9  # the same, counting only values that stand out from their neighbours
STANDS_OUT = 3.0  # times the usual count of the values around it
HEAVY = 0.1  # share of rows that makes a value of a lattice a step of its own
MOST_ATOMS = 64
BETWEEN = 4  # steps between two neighbouring knots to which a training row's place is kept
REST, HIDDEN = -1, -2


@kept(version=2, derived={"lookup": lambda values: index_of(values["levels"])})
@dataclass(frozen=True, eq=False, kw_only=True)
class Classes:
    """Levels that may be emitted, as storage values; missing is one of them where enough units miss."""

    levels: Array
    lookup: pd.Index[Any]
    axis: NumberLine | None = None
    hidden_levels: int = 0
    hidden_rows: int = 0
    coarse_rows: int = 0  # dates between two steps of the axis, which come out on a step

    def encode(self, values: Array) -> Array:
        """The position of each value in `levels`; HIDDEN for what may not come out."""
        codes = self.lookup.get_indexer(index_of(self._plain(values)))
        return np.where(codes < 0, HIDDEN, codes).astype(np.int32)

    def decode(self, codes: Array) -> Array:
        if self.axis is not None:
            return self.axis.write(self.levels[codes] if len(self.levels) else np.full(len(codes), np.nan))
        return self.levels[codes] if len(self.levels) else np.full(len(codes), None, dtype=object)

    def _plain(self, values: Array) -> Array:
        return values if self.axis is None else self.axis.rounded(self.axis.read(values))


@kept(version=3)
@dataclass(frozen=True, eq=False, kw_only=True)
class Curve:
    """A scale: atoms that come out exactly, and a rest that is a lattice or a curve through protected knots."""

    axis: NumberLine
    atoms: Array  # floats; NaN stands for missing
    lattice: Array | None  # values of the rest, if it is a lattice
    knots: Array  # the rest as a curve: its value at evenly spaced positions from 0 to 1; empty: no rest may come out
    ordered: Array  # training only: the rest in order, to find the position of a value
    low: int = 0  # how many of `ordered` lie before the first knot, and after the last
    high: int = 0
    hidden_rows: int = 0
    coarse_rows: int = 0  # dates between two steps of the axis, which come out on a step
    texture: Texture | None = None  # what of the rest is round, or falls on certain days

    @property
    def has_rest(self) -> bool:
        return len(self.knots) > 0 if self.lattice is None else len(self.lattice) > 0

    def atom_of(self, numbers: Array) -> Array:
        """Which atom each number is; REST for the others, HIDDEN for what may not come out."""
        atom = np.full(len(numbers), REST if self.has_rest else HIDDEN, dtype=np.int32)
        exact = self.atoms[~np.isnan(self.atoms)]
        place = pd.Index(exact).get_indexer(pd.Index(numbers))
        atom[place >= 0] = place[place >= 0]
        missing = np.isnan(numbers)
        atom[missing] = len(exact) if len(exact) < len(self.atoms) else HIDDEN
        return atom

    def place_of(self, numbers: Array) -> Array:
        """Lattice: the position of the nearest value. Curve: the place from 0 to 1, extremes folded inwards."""
        if self.lattice is not None:
            return _nearest(self.lattice, numbers)
        inside = len(self.ordered) - 1 - self.low - self.high
        if inside <= 0:
            return np.full(len(numbers), 0.5)
        return folded((middles(self.ordered, numbers) - self.low) / inside)

    def value_at(self, place: Array) -> Array:
        if self.lattice is not None:
            return self.lattice[place.astype(np.int64)]
        if not len(place):
            return np.zeros(0)
        return self.axis.rounded(on_even_steps(place, self.knots))

    def drawn_at(self, place: Array, rng: np.random.Generator) -> Array:
        """The same for what is drawn: as round as the real numbers are, and on such days of the week."""
        return self.textured(self.value_at(place), rng)

    def textured(self, numbers: Array, rng: np.random.Generator) -> Array:
        """Numbers of the curve, which stay between its ends."""
        if self.texture is None or not len(self.knots):
            return numbers
        return self.texture.on(numbers, self.knots[0], self.knots[-1], rng)

    def position_of(self, numbers: Array) -> Array:
        """Where any number lies along the values that may come out, from 0 to 1: what a related column follows."""
        scale = self.lattice if self.lattice is not None else self.knots
        if not len(scale):
            return np.full(len(numbers), np.nan)
        return interpolated(numbers, scale, np.linspace(0, 1, len(scale)))

    def about(self, numbers: Array) -> Array:
        """The same to a few steps between neighbours: what is kept of a training row must not spell out its value."""
        steps = BETWEEN * max(len(self.knots if self.lattice is None else self.lattice) - 1, 1)
        return np.asarray(np.round(self.position_of(numbers) * steps) / steps)

    def listed(self) -> Array | None:
        """All values that may come out, in order, missing last; None: too many to be a list."""
        if self.lattice is None:
            return self.atoms if not len(self.knots) else None
        return np.sort(np.concatenate([self.atoms, self.lattice]))

    def without_rows(self) -> Curve:
        return replace(self, ordered=np.zeros(0))


Coding = Classes | Curve


def folded(place: Array) -> Array:
    """Places beyond the ends, back inwards as far as they lie out."""
    return np.asarray(np.clip(1 - np.abs(1 - np.abs(place)), 0, 1))


def learn_coding(column: Column, values: Array, k: int, units: Array | None = None) -> Coding:
    """How this column is coded, from its training values."""
    if column.kind.is_numeric or column.kind is Kind.DATE:
        axis = number_line_of(column, values)
        coding = _code_numbers(column.name, axis, values, k, units)
        return replace(coding, coarse_rows=axis.between_steps(values))
    return _code_classes(values, None, k, units)


def _code_classes(values: Array, axis: NumberLine | None, k: int, units: Array | None) -> Classes:
    codes, uniques = pd.factorize(values, sort=axis is not None, use_na_sentinel=False)
    held = support(codes, len(uniques), units)
    kept = held >= k
    levels = np.asarray(uniques)[kept]
    if axis is None:
        levels = np.array([None if pd.isna(level) else level for level in levels] or [], dtype=object)
    rows = np.bincount(codes, minlength=len(uniques))
    return Classes(
        levels=levels,
        lookup=index_of(levels),
        axis=axis,
        hidden_levels=int((~kept).sum()),
        hidden_rows=int(rows[~kept].sum()),
    )


def index_of(values: Array) -> pd.Index[Any]:
    """Text stays an object index: pandas 3 would make strings of it, and lose the missing ones."""
    return pd.Index(values, dtype=values.dtype)


def _code_numbers(name: str, axis: NumberLine, values: Array, k: int, units: Array | None) -> Coding:
    numbers = axis.rounded(axis.read(values))
    if np.isinf(numbers).any():
        raise InputError(
            f"column '{name}' holds {int(np.isinf(numbers).sum())} infinite values.",
            hint="replace them by missing values or by numbers",
            column=name,
        )
    codes, uniques = pd.factorize(numbers, sort=True)
    distinct = np.asarray(uniques, dtype=np.float64)
    held, rows = support(codes, len(distinct), units), np.bincount(codes[codes >= 0], minlength=len(distinct))
    enough = held >= k
    if len(distinct) <= FEW and rows[enough].sum() >= LISTED * rows.sum():
        return _code_classes(numbers, axis, k, units)
    return _code_scale(axis, numbers, distinct, rows=rows, enough=enough, k=k, units=units)


def _code_scale(
    axis: NumberLine, numbers: Array, distinct: Array, *, rows: Array, enough: Array, k: int, units: Array | None
) -> Curve:
    total = rows.sum()
    spikes = enough & (rows >= STANDS_OUT * _usual(rows))
    is_lattice = rows[enough].sum() >= LATTICE * total or rows[spikes].sum() >= SPIKED * total
    chosen = enough & (rows >= HEAVY * len(numbers)) if is_lattice else _heaviest(spikes, rows)
    missing = np.isnan(numbers)
    may_miss = support(np.where(missing, 0, -1), 1, units)[0] >= k
    atoms = np.concatenate([distinct[chosen], [np.nan] if may_miss else []])
    hidden = 0 if may_miss else int(missing.sum())
    empty = np.zeros(0)
    if is_lattice:
        return Curve(
            axis=axis, atoms=atoms, lattice=distinct[enough & ~chosen], knots=empty, ordered=empty, hidden_rows=hidden
        )
    rest = ~missing & ~np.isin(numbers, distinct[chosen])
    of_rest = None if units is None else units[rest]
    low, high, knots, ordered = _knots(axis, numbers[rest], of_rest, k)
    return Curve(
        axis=axis,
        atoms=atoms,
        lattice=None,
        knots=knots,
        ordered=ordered,
        low=low,
        high=high,
        hidden_rows=hidden + (0 if len(knots) else int(rest.sum())),
        texture=texture_of(axis, numbers[rest], k, of_rest),
    )


def _usual(rows: Array) -> Array:
    """The median count around each distinct value."""
    return pd.Series(rows).rolling(11, center=True, min_periods=1).median().to_numpy()


def _heaviest(spikes: Array, rows: Array) -> Array:
    if spikes.sum() <= MOST_ATOMS:
        return spikes
    limit = np.sort(rows[spikes])[-MOST_ATOMS]
    return np.asarray(spikes & (rows >= limit))


def _knots(axis: NumberLine, numbers: Array, units: Array | None, k: int) -> tuple[int, int, Array, Array]:
    """Local means at even steps between the k-th unit from below and the k-th from above."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    low, high = (k, k) if units is None else (_reach(units[order], k), _reach(units[order][::-1], k))
    if low > len(ordered) or (units is not None and len(np.unique(units)) < k) or len(ordered) < k:
        return 0, 0, np.zeros(0), ordered
    if len(ordered) < low + high + k:  # too few for a curve: one value in the middle of all
        middle = ordered[len(ordered) // 4 : len(ordered) - len(ordered) // 4]
        return len(ordered), len(ordered), np.full(2, axis.rounded(np.array([middle.mean()]))[0]), ordered
    last = len(ordered) - 1 - high
    places = np.linspace(low, last, max(2, (last - low) * 2 // k + 1))
    return low, high, _means(ordered[low : last + 1], places - low, max(2, k // 2)), ordered


def _means(ordered: Array, places: Array, width: int) -> Array:
    """The mean of so many neighbours around each place: no single row's number is kept."""
    first = np.clip(np.rint(places - (width - 1) / 2), 0, len(ordered) - width).astype(np.int64)
    return np.asarray(ordered[first[:, None] + np.arange(width)].mean(axis=1))


def _reach(units: Array, k: int) -> int:
    """How many rows from this end until k units have been seen."""
    first_seen = np.sort(np.unique(units, return_index=True)[1])
    return int(first_seen[k - 1]) + 1 if len(first_seen) >= k else len(units) + 1


def _nearest(grid: Array, numbers: Array) -> Array:
    if not len(grid):
        return np.zeros(len(numbers), dtype=np.int32)
    right = np.clip(np.searchsorted(grid, numbers), 1, max(len(grid) - 1, 1))
    right = np.minimum(right, len(grid) - 1)
    left = np.maximum(right - 1, 0)
    closer = np.abs(numbers - grid[left]) <= np.abs(grid[right] - numbers)
    return np.where(closer, left, right).astype(np.int32)
