"""What of a column may ever come out again: values held by enough people, and curves that end before the extremes.

Numbers and dates are first read onto one axis of plain floats. A column then becomes one of two things:

    Classes   a list of levels, each held by at least `k` units; rows with other levels teach, but give nothing
    Curve     numbers: `atoms` (missing, and values held by many more rows than their neighbours) that come out as they
              are, and a rest: a lattice (a list of values, each held by `k` units) or a curve through ranks [k, n-k]

A unit is a row, or a person where the table names one: ten rows of one person are one unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
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
    coarse_rows: int = 0  # values between two steps of the axis, which come out on a step

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


@kept(version=4)
@dataclass(frozen=True, eq=False, kw_only=True)
class Curve:
    """A scale: atoms that come out exactly, and a rest that is a lattice or a curve through protected knots.

    A place from 0 to 1 is a share of the rest. A value of a lattice takes up as much of it as rows hold it.
    """

    axis: NumberLine
    atoms: Array  # floats; NaN stands for missing
    lattice: Array | None  # values of the rest, if it is a lattice
    knots: Array  # the rest as a curve: its value at evenly spaced positions from 0 to 1; empty: no rest may come out
    ordered: Array  # training only: the rest in order, to find the position of a value
    low: int = 0  # how many of `ordered` lie before the first knot, and after the last
    high: int = 0
    hidden_rows: int = 0
    coarse_rows: int = 0  # values between two steps of the axis, which come out on a step
    texture: Texture | None = None  # what of the rest is round, or falls on certain days
    reach: Array = field(default_factory=lambda: np.zeros(0))  # of each value of the lattice: where its share ends

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

    @cached_property
    def scale(self) -> Array:
        """All numbers that are kept of the column, in order: each stands for many rows."""
        rest = self.knots if self.lattice is None else self.lattice
        return np.unique(np.concatenate([self.atoms[~np.isnan(self.atoms)], rest]))

    def place_of(self, numbers: Array) -> Array:
        """The place from 0 to 1. Lattice: the middle of the nearest value's share. Curve: extremes folded inwards."""
        if self.lattice is not None:
            nearest = _nearest(self.lattice, numbers)
            return self.reach[nearest] - self.widths[nearest] / 2
        inside = len(self.ordered) - 1 - self.low - self.high
        if inside <= 0:
            return np.full(len(numbers), 0.5)
        return folded((middles(self.ordered, numbers) - self.low) / inside)

    def width_of(self, numbers: Array) -> Array | None:
        """How much of the way from 0 to 1 the value of each number takes up, on a lattice."""
        return None if self.lattice is None else self.widths[_nearest(self.lattice, numbers)]

    @property
    def widths(self) -> Array:
        return np.diff(self.reach, prepend=0.0)

    def value_at(self, place: Array) -> Array:
        if not len(place):
            return np.zeros(0)
        if self.lattice is not None:
            return self.lattice[np.minimum(np.searchsorted(self.reach, place, "right"), len(self.lattice) - 1)]
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
        listed = rows[enough & ~chosen]
        return Curve(
            axis=axis,
            atoms=atoms,
            lattice=distinct[enough & ~chosen],
            knots=empty,
            ordered=empty,
            hidden_rows=hidden,
            reach=np.cumsum(listed) / max(int(listed.sum()), 1),
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
    """Means of k units each, at even steps between the k-th unit from below and the k-th from above."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    low, high = (k, k) if units is None else (_reach(units[order], k), _reach(units[order][::-1], k))
    if low > len(ordered) or (units is not None and len(np.unique(units)) < k) or len(ordered) < k:
        return 0, 0, np.zeros(0), ordered
    if len(ordered) < low + high + k:  # too few for a curve: one value in the middle of all
        middle = ordered[len(ordered) // 4 : len(ordered) - len(ordered) // 4]
        return len(ordered), len(ordered), np.full(2, axis.rounded(np.array([middle.mean()]))[0]), ordered
    last = len(ordered) - 1 - high
    within = None if units is None else units[order][low : last + 1]
    places = np.linspace(0, last - low, max(2, (last - low) // k + 1))
    return low, high, np.interp(places, *_means(ordered[low : last + 1], within, k)), ordered


def _means(ordered: Array, units: Array | None, k: int) -> tuple[Array, Array]:
    """The middle place and the mean of each k units in a row, no row in two of them: no few rows' numbers are kept."""
    part = np.arange(len(ordered)) * (len(ordered) // k) // len(ordered) if units is None else _of_k_units(units, k)
    count = np.bincount(part)
    means = np.bincount(part, weights=ordered) / count
    return np.cumsum(count) - (count + 1) / 2, means


def _of_k_units(units: Array, k: int) -> Array:
    """Parts one after another, each as short as k units make it; the last has what is left, too."""
    part, met = np.zeros(len(units), dtype=np.int64), set[int]()
    for row, unit in enumerate(units.tolist()):
        part[row] = part[row - 1] if row else 0
        if len(met) == k:
            part[row] += 1
            met = set()
        met.add(unit)
    is_short = part == part[-1]
    if len(met) < k and part[-1]:
        part[is_short] -= 1
    return part


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
