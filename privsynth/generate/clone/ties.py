"""Which columns of clones follow others: what holds between them in every source row, a column at a time.

Quasi-identifiers are common to a whole cell, so they follow other quasi-identifiers only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.expressions import names_in
from privsynth.expressions.rules import Definition, ways_to_work_out
from privsynth.generate.clone.following import (
    Away,
    Beyond,
    Decided,
    Deciding,
    Following,
    OnItsSide,
    Same,
    Unlike,
    WorkedOut,
)
from privsynth.generate.clone.levels import common_levels
from privsynth.generate.clone.numbers import Scale, scale_of
from privsynth.measure.distance.points import as_number
from privsynth.statistics import Fact
from privsynth.typing import Array

# What has one way to hold comes before what has several.
ORDER = ("equal", "constant_difference", "arithmetic", "one_to_one", "dependency", "joint", "order", "unequal")


def ties_of(
    table: Table,
    facts: Sequence[Fact],
    scales: Mapping[str, Scale | None],
    quasi: Collection[str],
    *,
    k_rare: int,
    noise: float,
) -> tuple[Following, ...]:
    """What follows, in an order in which each finds what it needs."""
    ties = _Ties(table=table, scales=scales, quasi=quasi, k_rare=k_rare, noise=noise)
    for fact in sorted((fact for fact in facts if fact.kind in ORDER), key=lambda fact: ORDER.index(fact.kind)):
        ties.tie(fact)
    return ties.in_order()


@dataclass(frozen=True, kw_only=True)
class _Ties:
    """Which columns follow so far. What a column follows may follow others, never in a circle."""

    table: Table
    scales: Mapping[str, Scale | None]
    quasi: Collection[str]
    k_rare: int
    noise: float
    following: dict[str, list[Following]] = field(default_factory=dict)

    def tie(self, fact: Fact) -> None:
        match fact.kind:
            case "arithmetic":
                self._work_out(fact.expect)
            case "equal":
                _ = any(self._same(*pair) for pair in permutations(fact.columns[::-1]))
            case "constant_difference":
                _ = any(self._beyond(*pair) for pair in permutations(fact.columns[::-1]))
            case "unequal":
                _ = any(self._unlike(*pair) for pair in permutations(fact.columns[::-1]))
            case "order":
                low, high = fact.columns
                _ = self._order(high, low, 1) or self._order(low, high, -1)
            case "one_to_one":
                ways = [*permutations(fact.columns)]
                _ = any(self._decide((one,), two) for one, two in ways) or any(self._redraw(*pair) for pair in ways)
            case _:
                *needs, column = fact.columns
                _ = self._decide(needs, column) or (len(needs) == 1 and self._redraw(needs[0], column))

    def in_order(self) -> tuple[Following, ...]:
        ordered, waiting = list[Following](), dict(self.following)
        while waiting:
            ready = [name for name in waiting if not any(set(step.needs) & waiting.keys() for step in waiting[name])]
            ordered += [step for name in ready for step in waiting.pop(name)]
        return tuple(ordered)

    def _work_out(self, expect: str) -> None:
        decimals = {name: self.table[name].spelling.decimals for name in names_in(expect)}
        for way in ways_to_work_out(expect, decimals):
            is_time = self.table[way.column].kind is Kind.TIME  # a sum may lie beyond the end of the day
            if not is_time and self._is_free(way.column, names_in(way.expression)):
                self.following[way.column] = [self._worked_out(way)]
                return

    def _worked_out(self, way: Definition) -> WorkedOut:
        """Missing as in the source, if enough rows are that way."""
        kinds = {name: self.table[name].kind for name in names_in(way.expression)}
        step = WorkedOut(
            column=way.column,
            expression=way.expression,
            kinds=kinds,
            decimals=self.table[way.column].spelling.decimals,
            may_lack=False,
            may_have=False,
        )
        lacks = np.isnan(self.table.values(way.column))
        unknown = np.isnan(step.computed({name: self.table.values(name) for name in kinds}))
        may_lack, may_have = (int(rows.sum()) >= self.k_rare for rows in (lacks & ~unknown, unknown & ~lacks))
        return replace(step, may_lack=may_lack, may_have=may_have)

    def _same(self, column: str, source: str) -> bool:
        return self._follows(Same(column, source))

    def _beyond(self, column: str, base: str) -> bool:
        gaps = self.table.values(column) - self.table.values(base)
        gaps = gaps[~pd.isna(gaps)]
        if not len(gaps):
            return False
        decimals = self.table[column].spelling.decimals
        return self._follows(
            Beyond(column=column, base=base, decimals=decimals, distance=np.sort(gaps)[len(gaps) // 2])
        )

    def _unlike(self, column: str, base: str) -> bool:
        """By levels that enough rows hold, each beside the other column's level of its row."""
        levels = self.table.values(column)
        rows = common_levels(levels, self.k_rare) & ~pd.isna(levels)
        beside = self.table.values(base)[rows]
        taken = self._drawn_in(column, levels[rows])
        apart = taken != beside  # a number drawn in from the ends may have come to equal the other one
        return self._follows(Unlike(column=column, base=base, levels=taken[apart], beside=beside[apart]))

    def _follows(self, step: Following) -> bool:
        if not self._is_free(step.column, step.needs):
            return False
        self.following[step.column] = [step]
        return True

    def _order(self, column: str, base: str, sign: int) -> bool:
        """By its distance, if it is a number that keeps no other distance yet; and never on the wrong side."""
        steps = self.following.get(column, [])
        is_bound = not all(isinstance(step, Away | OnItsSide) for step in steps)
        if is_bound or not self._is_free(column, (base,), tied=True):
            return False
        away = None if steps or column in self.quasi else self._away(column, base, sign)
        side = OnItsSide(column=column, base=base, sign=sign, unit=self.table[column].spelling.unit)
        self.following[column] = [*steps, side] if away is None else [away, side]
        return True

    def _away(self, column: str, base: str, sign: int) -> Away | None:
        own = self.scales.get(column)
        if own is None or own.is_level:
            return None
        distances = sign * (as_number(self.table.values(column)) - as_number(self.table.values(base)))
        decimals = self.table[column].spelling.decimals
        scale = scale_of(distances, decimals, self.k_rare)
        if scale is None:
            return None
        return Away(
            column=column,
            base=base,
            sign=sign,
            decimals=own.finest,
            own=own,
            distances=distances,
            scale=scale,
            noise=self.noise,
        )

    def _decide(self, needs: Sequence[str], column: str) -> bool:
        """By levels that enough rows hold, or that stand beside one that enough rows hold."""
        if self.table[column].kind is Kind.DATE:
            return False
        followed, deciding = self.table.values(column), [self.table.values(name) for name in needs]
        rows = common_levels(followed, self.k_rare)
        if self.table[column].kind.is_numeric:
            rows |= np.all([common_levels(values, self.k_rare) for values in deciding], axis=0)
        if not rows.any():
            return False
        return self._follows(
            Decided(
                column=column,
                needs=tuple(needs),
                deciding=tuple(values[rows] for values in deciding),
                values=self._drawn_in(column, followed[rows]),
            )
        )

    def _drawn_in(self, column: str, values: Array) -> Array:
        scale = self.scales.get(column)
        return values if scale is None else np.round(scale.within(values), self.table[column].spelling.decimals) + 0.0

    def _redraw(self, column: str, decides: str) -> bool:
        """A column that decides a quasi-identifier, which cannot follow it."""
        if _is_measured(self.table[column]):
            return False
        levels = self.table.values(column)
        rows = common_levels(levels, self.k_rare)
        decided = self.table.values(decides)[rows]
        return self._follows(Deciding(column=column, decides=decides, levels=levels[rows], decided=decided))

    def _is_free(self, column: str, needs: Sequence[str], *, tied: bool = False) -> bool:
        is_bound = column in self.following and not tied
        is_apart = column in self.quasi and not set(needs) <= set(self.quasi)
        return not is_bound and not is_apart and column not in self._below(needs)

    def _below(self, names: Sequence[str]) -> set[str]:
        """What these columns follow, and they themselves."""
        below, todo = set[str](), list(names)
        while todo:
            name = todo.pop()
            if name not in below:
                below.add(name)
                todo += [need for step in self.following.get(name, []) for need in step.needs]
        return below


def _is_measured(column: Column) -> bool:
    return column.kind.is_numeric or column.kind is Kind.DATE
