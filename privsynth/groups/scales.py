"""A column as bins in an order: how a run of bins is spelt, how wide it is, and where new values fall."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from privsynth.groups.rare import BLANK
from privsynth.typing import Array

LISTED = 2  # levels named in the label of a group; a list of names would read like a text that names people
BY_RANK = 0.25  # share of the way between two levels that is the rows between them; the rest is the levels between
MISSING = 0.5  # how far from the lowest value the missing ones lie: half the width of the column
PERIODS = (1, 3, 12, 120)  # months, quarters, years, decades, in months


@dataclass(frozen=True, eq=False)
class Axis(ABC):
    """Bins 0, 1, ... of one column. `place`: how far apart they lie, from 0 to 1; `words`: those that hold values."""

    name: str
    codes: Array = field(repr=False)  # the bin of each row that was learnt from
    place: Array = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    gap: bool = False  # whether the first bin is the missing values
    merged: tuple[bool, bool] = (False, False)  # whether the first and the last bin stand for all beyond them too
    spelt: bool = field(default=False, kw_only=True)  # whether values are looked up as a file spells them

    @abstractmethod
    def positions(self, values: Array) -> Array:
        """Where values fall among `words`: a bin, half a step between two for a new value, NaN for nowhere."""

    @abstractmethod
    def spell(self, low: int, high: int) -> str:
        """The word for a run of `words`, both ends included."""

    def label(self, low: int, high: int) -> str | None:
        """The word for a run of bins; everything is '*', nothing but missing values is missing."""
        if (low, high) == (0, self.last) and high > 0:
            return BLANK
        if not self.gap:
            return self.spell(low, high)
        if high == 0:
            return None
        word = self.spell(max(low - 1, 0), high - 1)
        return word if low or word == BLANK else f"{word}/missing"

    def widths(self, low: Array, high: Array) -> Array:
        """What is lost where all bins of a run are told as one: 0 nothing, 1 everything."""
        return np.asarray(self.place[high] - self.place[low])

    def encode(self, values: Array) -> Array:
        """The bin of each value of any rows: below all bins -0.5, between two of them a half, NaN where none can be."""
        at = self.positions(values)
        at = np.where(pd.isna(values), -1.0 if self.gap else np.nan, np.where(at < 0, -2.0, at))
        return np.asarray(np.maximum(at + self.gap, -0.5))

    def fits(self, codes: Array, low: Array, high: Array) -> Array:
        """Whether the label of a run of bins is true of a value; an end that is told as open takes what lies beyond."""
        first, last = self.told(low, high)
        several = last > np.maximum(first, int(self.gap))
        bottom = np.where((first <= int(self.gap)) & several, -0.5, first)
        top = np.where((last == self.last) & several, self.last + 0.5, last)
        inside = np.where(self.gap & (codes == 0), first == 0, (codes >= bottom) & (codes <= top))
        return np.asarray(inside | ((first == 0) & (last == self.last) & (self.last > 0)))

    def told(self, low: Array, high: Array) -> tuple[Array, Array]:
        """The run of bins that the label of a run speaks of."""
        return low, high

    def cover(self, codes: Array) -> tuple[Array, Array]:
        """The shortest run of bins whose label is true of each value; beyond an end two bins, whose label is open."""
        first = int(self.gap)
        low = np.where(codes < 0, first, np.where(codes > self.last, max(self.last - 1, first), np.floor(codes)))
        high = np.where(codes < 0, min(first + 1, self.last), np.where(codes > self.last, self.last, np.ceil(codes)))
        return low.astype(np.int64), high.astype(np.int64)

    @property
    def last(self) -> int:
        return len(self.place) - 1

    @cached_property
    def entropy(self) -> float:
        """How much the column tells, in nats: what tells little is cheap to keep."""
        share = np.bincount(self.codes) / max(len(self.codes), 1)
        return float(-(share[share > 0] * np.log(share[share > 0])).sum())

    def without_rows(self) -> Self:
        """The axis alone, which tells nothing of single rows."""
        return replace(self, codes=np.empty(0, dtype=np.int64))


def binned(codes: Array, place: Array) -> tuple[Array, Array, bool]:
    """Codes, places from 0 to 1, and whether missing values (code -1) got a bin of their own, before all others."""
    gap = bool((codes < 0).any()) or not len(place)
    span = float(place[-1] - place[0]) if len(place) > 1 else 0.0
    even = (place - place[0]) / span if span > 0 else np.zeros(len(place))
    if gap:
        even = np.concatenate([[0.0], (even + MISSING) / (1 + MISSING) if span > 0 else even + 1.0])
    return (codes + gap).astype(np.int64), even, gap


def mixed_place(codes: Array, bins: int) -> Array:
    """Bins in even steps, drawn apart where many rows lie between."""
    share = np.bincount(codes[codes >= 0], minlength=bins) / max(int((codes >= 0).sum()), 1)
    rank = np.cumsum(share) - share / 2
    steps = np.arange(bins) / max(bins - 1, 1)
    span = rank[-1] - rank[0] if bins > 1 else 0.0
    return np.asarray(BY_RANK * (rank - rank[0]) / span + (1 - BY_RANK) * steps if span > 0 else steps)


@dataclass(frozen=True, eq=False)
class _Ordered(Axis):
    """Values in an order, told from one to another; the ends are open, so that no extreme is told."""

    ends: tuple[str, str] = ("or less", "or more")

    def spell(self, low: int, high: int) -> str:
        last = len(self.words) - 1
        if high == last and (low < high or self.merged[1]):
            return BLANK if low == 0 else guarded(f"{self.words[low]} {self.ends[1]}")
        if low == 0 and (low < high or self.merged[0]):
            return guarded(f"{self.words[high]} {self.ends[0]}")
        return self.words[low] if low == high else guarded(f"{self.words[low]} to {self.words[high]}")


@dataclass(frozen=True, eq=False)
class Numbers(_Ordered):
    """Each number a bin."""

    known: Array = field(default_factory=lambda: np.empty(0), repr=False)

    def positions(self, values: Array) -> Array:
        return _among(self.known, values, self.merged)


def _among(known: Array, values: Array, merged: tuple[bool, bool]) -> Array:
    """The index of each value, or half before the next one; beyond an end that stands for all beyond it, that end."""
    if not len(known):
        return np.full(len(values), np.nan)
    at = np.searchsorted(known, values).astype(float)
    at -= 0.5 * (known[np.minimum(at.astype(np.int64), len(known) - 1)] != values)
    return np.asarray(np.clip(at, 0.0 if merged[0] else -np.inf, len(known) - 1.0 if merged[1] else np.inf))


@dataclass(frozen=True, eq=False)
class Ranges(Axis):
    """Numbers between edges: from one (included) to below the next."""

    edges: Array = field(default_factory=lambda: np.empty(0), repr=False)

    def positions(self, values: Array) -> Array:
        return np.searchsorted(self.edges, values, side="right").astype(float)

    def spell(self, low: int, high: int) -> str:
        edges = self.words  # bin 0 lies below the first edge
        if low == 0:
            return guarded(f"under {edges[high]}") if high < len(edges) else BLANK
        return guarded(f"{edges[low - 1]} or more" if high == len(edges) else f"{edges[low - 1]} to <{edges[high]}")


def guarded(text: str) -> str:
    """A range that starts with a minus would look like a formula."""
    return f"({text})" if text.startswith("-") else text


@dataclass(frozen=True, eq=False)
class Everything(Axis):
    """Values of which nothing may be told but that they are there: so few that each end would be somebody's."""

    @classmethod
    def of(cls, name: str, codes: Array) -> Everything:
        made, place, gap = binned(np.minimum(codes, 0), np.zeros(1))
        return cls(name, made, place, (BLANK,), gap)

    def positions(self, values: Array) -> Array:
        return np.zeros(len(values))

    def spell(self, low: int, high: int) -> str:  # noqa: ARG002  there is one word
        return BLANK


@dataclass(frozen=True, eq=False)
class Periods(_Ordered):
    """Months, quarters, years or decades; a run that is a longer period has that one's name."""

    start: int = 0  # the first period that is told, counted from 1970
    months: int = 1

    def positions(self, values: Array) -> Array:
        at = periods(values, self.months) - float(self.start)
        last = len(self.words) - 1.0
        return np.clip(at, 0.0 if self.merged[0] else -0.5, last if self.merged[1] else last + 0.5)

    def spell(self, low: int, high: int) -> str:
        if low == 0 or high == len(self.words) - 1:
            return super().spell(low, high)  # at an end, which stays open
        first, size = (self.start + low) * self.months, (high - low + 1) * self.months
        return period(first // size, size) if size in PERIODS and first % size == 0 else super().spell(low, high)


def periods(values: Array, months: int) -> Array:
    """How many periods since 1970 (decades: since 1970, whose years begin with 197)."""
    return np.asarray(values.astype("datetime64[M]").astype(np.int64) // months)


def period(at: int, months: int) -> str:
    month = np.datetime64(at * months, "M")
    if months == 1:
        return str(month)
    year = str(month.astype("datetime64[Y]"))
    return {3: f"{year}-Q{at % 4 + 1}", 12: year, 120: f"{year}s"}[months]


@dataclass(frozen=True, eq=False)
class Levels(Axis):
    """Words without an order; the last stands for all rare ones, where there are any, and for those not seen."""

    rest: bool = False

    def positions(self, values: Array) -> Array:
        levels = pd.Index(self.words[: len(self.words) - self.rest], dtype=object)
        at = levels.get_indexer(pd.Index(values, dtype=object)).astype(float)
        return np.where(at < 0, len(self.words) - 1.0 if self.rest else np.nan, at)

    def spell(self, low: int, high: int) -> str:
        run = self.words[low : high + 1]
        return guarded("|".join(run) if len(run) <= LISTED else f"{'|'.join(run[:LISTED])}|+{len(run) - LISTED}")


@dataclass(frozen=True, eq=False)
class Grades(_Ordered):
    """Words in an order; beyond its ends the rare ones."""

    below: tuple[str, ...] = field(default=(), repr=False)
    above: tuple[str, ...] = field(default=(), repr=False)

    def positions(self, values: Array) -> Array:
        every = pd.Index([*self.below, *self.words, *self.above], dtype=object)
        at = every.get_indexer(pd.Index(values, dtype=object)).astype(float)
        return np.where(at < 0, np.nan, np.clip(at - len(self.below), 0, max(len(self.words) - 1, 0)))
