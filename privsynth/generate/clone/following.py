"""How a column of clones comes out of its other columns, so that what holds in every source row holds in theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.expressions import compile_expression
from privsynth.generate.clone.numbers import Scale
from privsynth.spelling.dates import floored, risen
from privsynth.typing import Array

Columns = Mapping[str, Array]


class Following(Protocol):
    """One column that follows others. `rows` are the source rows that its values were taken from."""

    @property
    def column(self) -> str: ...

    @property
    def needs(self) -> tuple[str, ...]: ...

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array: ...


@dataclass(frozen=True)
class Same:
    """A column that equals another in every row."""

    column: str
    source: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.source,)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  nothing drawn
        return clones[self.source]


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """A number or date that lies as far from another in every row that has both."""

    column: str
    base: str
    decimals: int
    distance: float | np.timedelta64 = field(repr=False)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.base,)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  nothing drawn
        own, base = clones[self.column], clones[self.base]
        away: Array = base + self.distance
        if away.dtype.kind == "f":
            away = np.round(away, self.decimals) + 0.0
        return np.where(pd.isna(own) | pd.isna(base), own, away)


@dataclass(frozen=True, kw_only=True)
class WorkedOut:
    """A number that a rule defines, to the decimals of its column.

    In the source enough rows may lack it although it could be worked out, or have it although it could not.
    """

    column: str
    expression: str = field(repr=False)
    kinds: Mapping[str, Kind]  # of what it needs
    decimals: int
    may_lack: bool
    may_have: bool

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  nothing drawn
        own, computed = clones[self.column], self.computed(clones)
        followed = np.where(np.isnan(computed) & self.may_have, own, computed)
        return np.where(np.isnan(own) & self.may_lack, np.nan, followed)

    def computed(self, columns: Columns) -> Array:
        frame = pd.DataFrame({name: columns[name] for name in self.kinds})
        values = compile_expression(self.expression, self.kinds).evaluate(frame)
        return np.round(np.asarray(values, dtype=np.float64), self.decimals) + 0.0


@dataclass(frozen=True, kw_only=True)
class Away:
    """A number that never lies on the wrong side of another: how far it lies away is what moves."""

    column: str
    base: str
    sign: int  # 1: above it, -1: below
    decimals: int
    own: Scale
    distances: Array = field(repr=False)  # of each source row
    scale: Scale
    noise: float

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.base,)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:
        distance = self.scale.within(self.distances[rows])
        moved = distance if self.scale.is_level else self.scale.moved(distance, self.noise, rng)
        away = self.own.within(clones[self.base] + self.sign * moved)
        numbers = np.where(np.isnan(away), clones[self.column], away)
        missing = np.isnan(clones[self.column])
        return np.where(missing, np.nan, np.round(numbers, self.decimals) + 0.0)


@dataclass(frozen=True, kw_only=True)
class OnItsSide:
    """A number or date brought up, or down, to another wherever it would lie on the wrong side of it."""

    column: str
    base: str
    sign: int
    unit: str  # of dates

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.base,)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  nothing drawn
        here, base = clones[self.column], clones[self.base]
        is_wrong = here < base if self.sign > 0 else here > base
        return np.where(is_wrong, self._written(base), here)

    def _written(self, base: Array) -> Array:
        if base.dtype.kind != "M":
            return base
        return (risen if self.sign > 0 else floored)(base, self.unit)


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A column of which one other decides the level, or two together: looked up in the source.

    Between the numbers and dates of the source the nearest one decides; what else is not there agrees among clones.
    """

    column: str
    needs: tuple[str, ...]
    deciding: tuple[Array, ...] = field(repr=False)  # of the source rows that may be looked up
    values: Array = field(repr=False)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  nothing drawn
        here, followed = [clones[name] for name in self.needs], clones[self.column].copy()
        at, group = _first_alike(self.deciding, here)
        if len(here) == 1 and here[0].dtype.kind in "fM":
            unknown = (at < 0) & ~pd.isna(here[0])
            at[unknown] = _nearest(self.deciding[0], here[0][unknown])
        first = np.unique(group, return_index=True)[1]
        followed = followed[first[group]]
        followed[at >= 0] = self.values[at[at >= 0]]
        return followed


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """A level that decides a quasi-identifier, common to a cell: another level, where it disagrees."""

    column: str
    decides: str
    levels: Array = field(repr=False)  # of the source rows whose level may be taken
    decided: Array = field(repr=False)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.decides,)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  drawn anew
        levels, wanted = clones[self.column].copy(), clones[self.decides]
        at, _ = _first_alike((self.levels, self.decided), (levels, wanted))
        return _drawn_beside(levels, np.flatnonzero(at < 0), wanted, self.levels, self.decided, rng)


@dataclass(frozen=True, kw_only=True)
class Unlike:
    """A column that never equals another: where it would, a level that stands beside the other one in the source."""

    column: str
    base: str
    levels: Array = field(repr=False)  # of the source rows whose level may be taken
    beside: Array = field(repr=False)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.base,)

    def follow(self, clones: Columns, rows: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002  drawn anew
        levels, base = clones[self.column].copy(), clones[self.base]
        equal = np.flatnonzero(~pd.isna(levels) & (levels == base))
        return _drawn_beside(levels, equal, base, self.levels, self.beside, rng)


def _drawn_beside(
    levels: Array, wrong: Array, wanted: Array, there: Array, beside: Array, rng: np.random.Generator
) -> Array:
    """The levels; in the wrong rows one of those that stand there beside what the row wants, where there is any."""
    codes = pd.factorize(np.concatenate([beside, wanted[wrong]]), use_na_sentinel=False)[0]
    known, here = codes[: len(beside)], codes[len(beside) :]
    order = np.argsort(known, kind="stable")
    low, high = (np.searchsorted(known[order], here, side=side) for side in ("left", "right"))
    drawn = low + (rng.random(len(wrong)) * (high - low)).astype(np.int64)
    levels[wrong[high > low]] = there[order[drawn[high > low]]]
    return levels


def _first_alike(there: Sequence[Array], here: Sequence[Array]) -> tuple[Array, Array]:
    """For each row here the first one there that holds the same in all these columns, or -1; and a number for these."""
    rows = len(there[0])
    codes = np.zeros(rows + len(here[0]), dtype=np.int64)
    for one, other in zip(there, here, strict=True):
        more, levels = pd.factorize(np.concatenate([one, other]), use_na_sentinel=False)
        codes = pd.factorize(codes * (len(levels) + 1) + more)[0]
    first = np.full(int(codes.max(initial=-1)) + 1, -1)
    first[codes[:rows][::-1]] = np.arange(rows)[::-1]
    return first[codes[rows:]], pd.factorize(codes[rows:])[0]


def _nearest(there: Array, here: Array) -> Array:
    """For each value here the row there with the nearest one; -1 where none is known."""
    known = np.flatnonzero(~pd.isna(there))
    if not len(known):
        return np.full(len(here), -1)
    order = known[np.argsort(there[known], kind="stable")]
    high = np.searchsorted(there[order], here).clip(max=len(order) - 1)
    low = np.maximum(high - 1, 0)
    is_lower = np.abs(here - there[order[low]]) <= np.abs(there[order[high]] - here)
    return np.asarray(order[np.where(is_lower, low, high)])
