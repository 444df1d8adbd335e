"""What ties rows together: each depends on the row before, and what a person keeps stays the same in all of theirs.

Measured on the rows of one table as they follow each other in time, real, synthetic and fresh real ones alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.fidelity.kept import NOTICEABLE, SMALL_LOSS, SURE, Kept
from privsynth.measure.fidelity.sides import comparable
from privsynth.measure.turns import Followers, Turns, dependence, depending, followers, stays

MUCH, SOME, LITTLE = 0.85, 0.6, 0.25  # of the order is kept: what is left to study


@dataclass(frozen=True, kw_only=True)
class ColumnOrder:
    """How far one column depends on the row before, on each side; None: not known there."""

    name: str
    real: float
    synthetic: float | None
    fresh: float | None

    def kept(self, value: float | None) -> float:
        """The part of the real dependence that a side shows; what has turned round is lost."""
        return 0.0 if value is None else float(np.clip(value / self.real, 0.0, 1.0))


@dataclass(frozen=True, kw_only=True)
class SteadyColumns:
    """The columns that stay the same within a unit, and the share of units in which all of them do."""

    names: tuple[str, ...]
    real: float
    synthetic: float | None  # None: no unit has two rows
    fresh: float | None
    units: int  # of the synthetic rows, with two rows or more
    unit: str  # the column that says which rows belong together
    moved: SteadyColumns | None = None  # those of them that stay less than they should, where others do not

    @property
    def kept(self) -> float:
        """As a share of the units; where none has two rows, nothing of a unit can be seen."""
        return self.synthetic or 0.0

    @property
    def is_lost(self) -> bool:
        return self.kept < NOTICEABLE * self.meant

    @property
    def meant(self) -> float:
        """The share of real units."""
        return self.real if self.fresh is None else self.fresh

    @property
    def has_moved(self) -> bool:
        """Whether it is one of those that a loss of all is due to."""
        return self.kept < SMALL_LOSS["steady"] * self.meant

    @property
    def in_words(self) -> str:
        return self._told if self.moved is None else self.moved._told

    @property
    def _told(self) -> str:
        names, one = f"{', '.join(self.names[:3])}{' ...' * (len(self.names) > 3)}", len(self.names) == 1
        real = f"{names} {'stays' if one else 'stay'} the same within one {self.unit} ({self.real:.0%} of them)"
        if self.synthetic is None:
            return f"{real}; no synthetic {self.unit} has two rows"
        return f"{real}, in the synthetic rows within {self.synthetic:.0%} of {self.units:,}".replace("%", " %")


@dataclass(frozen=True, kw_only=True)
class OrderResult:
    """What ties the rows of a table together; `columns` are those that depend on the row before in the real rows."""

    table: str
    turns: Turns
    columns: tuple[ColumnOrder, ...]
    steady: SteadyColumns | None
    pairs: int  # of real rows that follow each other

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def real(self) -> float:
        """How strong the dependence is, on average over the columns."""
        return float(np.mean([abs(column.real) for column in self.columns]))

    @property
    def synthetic(self) -> float:
        """The same in the synthetic rows, where it points the same way."""
        return float(np.mean([(column.synthetic or 0.0) * np.sign(column.real) for column in self.columns]))

    @property
    def kept(self) -> float:
        return float(np.mean([column.kept(column.synthetic) for column in self.columns]))

    @property
    def is_lost(self) -> bool:
        """Whether the synthetic rows show noticeably less of the order than fresh real rows."""
        return bool(self.columns) and self.kept < NOTICEABLE * (1.0 if self.kept_fresh is None else self.kept_fresh)

    @property
    def in_words(self) -> str:
        """What the real rows show, and what the synthetic ones do."""
        unit, over = self.turns.unit, f"on average over {', '.join(self.names[:3])}{' ...' * (len(self.names) > 3)}"
        of_unit = f" of the same {unit}" if unit else ""
        if self.turns.time is None:
            real, lost = f"the real rows of one {unit} hang together", f"how one {unit} differs from another"
        else:
            real, lost = f"the real rows depend on the row before{of_unit}", "series, growth and gaps"
        less = "not" if self.kept < LITTLE else "less" if self.is_lost else "too"
        left = f": {lost} {self._left}" if self.is_lost else ""
        return f"{real} ({self.real:.2f} {over}), the synthetic ones do {less} ({self.synthetic:.2f}){left}"

    @property
    def _left(self) -> str:
        """What can still be studied, by how much is kept."""
        if self.kept < LITTLE:
            return "cannot be studied on this table"
        if self.kept < SOME:
            return "hardly show on this table"
        return "show much weaker on this table" if self.kept < MUCH else "show a little weaker on this table"

    @property
    def kept_fresh(self) -> float | None:
        """What fresh real rows keep; None where there are too few."""
        known = [column.kept(column.fresh) for column in self.columns if column.fresh is not None]
        return float(np.mean(known)) if known else None


def order_kept(result: OrderResult) -> Iterator[Kept]:
    """What ties rows together, as parts of all that is kept."""
    if result.columns:
        yield Kept(
            aspect="order",
            where=result.names,
            kept=result.kept,
            fresh=1.0 if result.kept_fresh is None else result.kept_fresh,
            noise=SURE / (float(np.sqrt(max(1, result.pairs))) * result.real),
            rows=result.pairs,
            words=result.in_words,
            weight=min(1.0, 0.5 + result.real),
        )
    if (steady := result.steady) is not None:
        yield Kept(
            aspect="steady",
            where=(steady.moved or steady).names,
            kept=steady.kept,
            fresh=steady.meant,
            noise=SURE * 0.5 / float(np.sqrt(max(1, steady.units))),
            rows=steady.units,
            words=steady.in_words,
        )


def compare_order(real: Table, synthetic: Table, fresh: Table, turns: Turns, rng: np.random.Generator) -> OrderResult:
    """On the columns that were learnt. A side that lacks the unit or the time shows no order at all.

    Without a time the rows of a unit are put in a random order: how they stand in a file says nothing.
    """
    shuffle = rng if turns.time is None else None
    sides = [_Side.of(table, turns, shuffle) for table in (real, synthetic, fresh)]
    learnt = [name for name in comparable(real, synthetic)[0] if name not in turns.keys]
    steady = _steady(sides, turns, learnt)
    rest = [name for name in learnt if steady is None or name not in steady.names]
    columns = tuple(
        _column(sides[1:], name, found) for name, found in depending(real, rest, turns, sides[0].pairs).items()
    )
    pairs = len(sides[0].pairs)
    return OrderResult(table=real.name, turns=turns, columns=columns, steady=steady, pairs=pairs)


@dataclass(frozen=True, eq=False)
class _Side:
    """One table and its rows that follow each other."""

    table: Table
    pairs: Followers

    @classmethod
    def of(cls, table: Table, turns: Turns, shuffle: np.random.Generator | None) -> _Side:
        has_keys = all(name in table for name in turns.keys)
        nobody = np.zeros(0, dtype=np.int64)
        return cls(table, followers(table, turns, shuffle) if has_keys else Followers(nobody, nobody))


def _column(others: Sequence[_Side], name: str, real: float) -> ColumnOrder:
    synthetic, fresh = (dependence(side.table, name, side.pairs) for side in others)
    return ColumnOrder(name=name, real=real, synthetic=synthetic, fresh=fresh)


def _steady(sides: Sequence[_Side], turns: Turns, names: Sequence[str]) -> SteadyColumns | None:
    if turns.unit is None:
        return None
    real = sides[0]
    steady = tuple(name for name in names if stays(real.table, name, real.pairs))
    if not steady:
        return None
    together = _steady_columns(sides, turns.unit, steady)
    moved = tuple(name for name in steady if _steady_columns(sides, turns.unit, (name,)).has_moved)
    return (
        replace(together, moved=_steady_columns(sides, turns.unit, moved)) if 0 < len(moved) < len(steady) else together
    )


def _steady_columns(sides: Sequence[_Side], unit: str, names: tuple[str, ...]) -> SteadyColumns:
    (kept, _), (kept_synthetic, units), (kept_fresh, _) = (_units_that_keep(side, unit, names) for side in sides)
    return SteadyColumns(
        unit=unit, names=names, real=kept or 0.0, synthetic=kept_synthetic, fresh=kept_fresh, units=units
    )


def _units_that_keep(side: _Side, unit: str, names: Sequence[str]) -> tuple[float | None, int]:
    """The share of units with two rows or more in which none of the columns changes, and how many units there are."""
    if not len(side.pairs):
        return None, 0
    changed = np.zeros(len(side.pairs), dtype=bool)
    for name in names:
        codes = pd.factorize(side.table.values(name))[0]
        changed |= codes[side.pairs.before] != codes[side.pairs.after]
    owners = pd.factorize(side.table.frame[unit].to_numpy()[side.pairs.after])[0]
    broken = np.bincount(owners, weights=changed)
    return float((broken == 0).mean()), len(broken)
