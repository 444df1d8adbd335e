"""Expectations: rows that break one are drawn again, within a budget; a soft one is broken by its share of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from privsynth.errors import BackendError
from privsynth.generate.rules.making.columns import Making, Streams
from privsynth.generate.rules.making.placing import Placing
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.redrawing import LATE, Apart, Expectation, Mending
from privsynth.generate.rules.planning.turns import Turn, column_of
from privsynth.generate.rules.values.correlation import Correlated
from privsynth.typing import Array

ROUNDS = 50
IDLE = 5  # rounds without one row mended, after which the rest is given up
CANDIDATES = 32_768  # rows drawn a round, at least: few bad rows get many tries at once


@dataclass(frozen=True, eq=False, kw_only=True)
class _Again:
    """One table's rows under mending: what must hold by now, and the columns that are drawn again."""

    making: Making
    ripe: Sequence[Expectation]
    apart: Sequence[Apart]
    anew: Sequence[str]
    moving: Mapping[str, frozenset[Turn]]  # correlated ones among these, with what follows from each
    streams: Streams = field(repr=False)

    def broken(self, rows: Rows) -> Array:
        """Which of the rows break which expectation."""
        failing = [each.rule.fails(rows.frame(each.rule.columns)) for each in self.ripe]
        return np.column_stack(failing) if failing else np.zeros((rows.count, 0), dtype=bool)

    def alike(self, apart: Apart) -> Array:
        """Which rows are like one before them."""
        frame = self.making.rows("").frame(apart.columns)
        return np.asarray(frame.duplicated() & frame.notna().all(axis=1))

    def repeated(self) -> Array:
        """Which rows are like one before them in any of the ways in which they must not be."""
        none = np.zeros(self.making.count, dtype=bool)
        return np.asarray(np.any([none, *(self.alike(each) for each in self.apart)], axis=0))

    def like_others(self, wrong: Array, view: Rows) -> Array:
        """Which candidates for these rows are like a row that stays."""
        stays = np.setdiff1d(np.arange(self.making.count), wrong)
        like = np.zeros(view.count, dtype=bool)
        for each in self.apart:
            frames = [self.making.rows("").take(stays).frame(each.columns), view.frame(each.columns)]
            codes = pd.concat(frames).groupby(list(each.columns)).ngroup().to_numpy()  # -1 where one is missing
            like |= (codes[len(stays) :] >= 0) & np.isin(codes[len(stays) :], codes[: len(stays)])
        return like

    def wanted(self, broken: Array) -> Array:
        """For each row and expectation whether it is to be broken: never a hard one, a soft one by its share.

        Rows that break it already come first.
        """
        wanted = np.zeros(broken.shape, dtype=bool)
        for at, expectation in enumerate(self.ripe):
            many = round((1 - expectation.rate) * self.making.count)
            if many:
                drawn = self.making.streams(f"expect {expectation.at}").permutation(self.making.count)
                wanted[drawn[np.argsort(~broken[drawn, at], kind="stable")][:many], at] = True
        return wanted

    def seen(self, which: Array, values: Mapping[str, Array]) -> Rows:
        """Some rows with other values for some columns."""
        rows = self.making.rows("").take(which)
        return rows.over(values, rows.rng)

    def spared(self, rows: Array, wanted: Array) -> dict[str, Array]:
        """In which of the rows a correlated column is none of those that what is broken there speaks of.

        Drawn again, it would no longer follow its law: where others are high, it is.
        """
        wrong = self.broken(self.making.rows("").take(rows)) != wanted[rows]
        table = self.making.plan.name
        speaks = {
            name: [bool({column_of(table, name), *after} & each.named) for each in self.ripe]
            for name, after in self.moving.items()
        }
        return {name: wrong.any(axis=1) & ~wrong[:, each].any(axis=1) for name, each in speaks.items()}

    def drawn(
        self,
        which: Array,
        names: Sequence[str],
        given: Mapping[str, Array] | None = None,
        spared: Mapping[str, Array] | None = None,
    ) -> dict[str, Array]:
        """New values of some columns in some rows, beside those that are given, and old ones where they are spared."""
        rows, values, spared = self.making.rows("").take(which), dict(given or {}), spared or {}
        drawn: dict[str, Array] = {}
        for name in names:
            seen = rows.over(values, self.streams(f"column {name}"))
            group = self.making.plan.groups.get(name)
            is_tied = group is not None and (group.is_one or len({*group.columns} & {*names}) > 1)
            if group is not None and is_tied and name not in drawn:
                drawn |= self.making.drawn_together(group, seen, self.streams)
            values[name] = self.making.redrawn(name, seen, drawn.get(name))
            if name in self.making.pins.columns:
                values[name] = self.making.pins.keep(self.making.plan.columns[name], values[name], seen, which)
            if name in spared:
                values[name] = np.where(spared[name], rows.values[name], values[name])
        return values

    def once(self, wrong: Array, wanted: Array, spared: Mapping[str, Array]) -> Array:
        """Several candidates for each wrong row; the first good one takes its place. What is still wrong comes back."""
        tries = max(1, CANDIDATES // len(wrong))
        again = np.repeat(wrong, tries)
        values = self.drawn(again, self.anew, spared={name: np.repeat(each, tries) for name, each in spared.items()})
        view = self.seen(again, values)
        good = (self.broken(view) == wanted[again]).all(axis=1) & ~self.like_others(wrong, view)
        good = good.reshape(len(wrong), tries)
        is_mended, first = good.any(axis=1), good.argmax(axis=1)
        chosen = (np.arange(len(wrong)) * tries + first)[is_mended]
        for name in self.anew:
            self.making.put(name, values[name][chosen], wrong[is_mended])
        return np.asarray(wrong[~is_mended])

    def report(self, wanted: Array) -> None:
        """An error for what should hold and does not; a note for what should now and then be broken and is not."""
        broken = self.broken(self.making.rows(""))
        table, count = self.making.plan.name, self.making.count
        for each in self.apart:
            repeated = int(self.alike(each).sum())
            if repeated:
                tried = "even after many new draws" if self.anew else "and none of them can be drawn again"
                raise BackendError(
                    f"{each.place}: {' and '.join(each.columns)} of table {table} must not be alike in two rows;"
                    f" {repeated} of {count} rows repeat another {tried}.",
                    hint="widen the columns' rules, or ask for fewer rows",
                )
        for at, expectation in enumerate(self.ripe):
            bad = int((broken[:, at] & ~wanted[:, at]).sum())
            if bad:
                fixed = "and none of the columns it names can be drawn again"
                tried = "even after many new draws" if self.anew else fixed
                raise BackendError(
                    f"{expectation.place}: this expectation of table {table} is broken"
                    f" by {bad} of {count} rows {tried}.",
                    hint="bring the columns' rules closer to the expectation, or give it a rate below 1",
                )
            short = int((wanted[:, at] & ~broken[:, at]).sum())
            if short:
                self.making.notes.append(
                    f"table {table}: expectation {expectation.at + 1} was to be broken"
                    f" by {int(wanted[:, at].sum())} of {count} rows; {short} of them keep it"
                )


def mend(making: Making, when: str) -> None:
    """Draw rows again until all that is ripe holds as it should; otherwise an error that says how many do not."""
    if not making.count:
        return
    plan = making.plan.mending[when]
    again = "again, late" if when == LATE else "again"
    streams = cache(lambda words: making.streams(f"{words} {again}"))
    anew = [turn.name for turn in plan.anew]
    mending = _Again(making=making, ripe=plan.ripe, apart=plan.apart, anew=anew, moving=plan.moving, streams=streams)
    broken = mending.broken(making.rows(""))
    wanted = mending.wanted(broken)
    wrong = np.flatnonzero((broken != wanted).any(axis=1) | mending.repeated())
    wrong = _tried(mending, wrong, wanted)
    if len(wrong) and (lost := making.pins.release(wrong, anew)):
        elsewhere = making.pins.elsewhere(lost, making.rows(""))
        wrong = _tried(mending, np.union1d(wrong, elsewhere), wanted)
        if len(wrong) and making.pins.release(wrong, anew):
            wrong = _tried(mending, wrong, wanted)
        making.pins.thin_out()
    if len(wrong):
        mending.report(wanted)
    elif (broken != wanted).any():
        _placed(mending, plan, wanted)


def _placed(mending: _Again, plan: Mending, wanted: Array) -> None:
    """Bring correlated columns of which rows were drawn again back to their ranks."""

    def fits(which: Array, given: Mapping[str, Array], names: Sequence[str]) -> tuple[dict[str, Array], Array]:
        values = mending.drawn(which, names, given)
        good = mending.broken(mending.seen(which, values)) == wanted[which]
        return values, np.asarray(good.all(axis=1))

    moving = {name: [turn.name for turn in plan.anew if turn in after] for name, after in plan.moving.items()}
    groups = mending.making.plan.groups
    for group in dict.fromkeys(groups[name] for name in moving):
        if isinstance(group, Correlated):
            mine = {name: after for name, after in moving.items() if groups[name] is group}
            rng = mending.streams(f"correlate {' '.join(mine)}")
            Placing(making=mending.making, group=group, moving=mine, fits=fits, rng=rng).place()


def _tried(mending: _Again, wrong: Array, wanted: Array) -> Array:
    """What is still wrong when the budget is spent."""
    idle = rounds = 0
    while mending.anew and len(wrong) and idle < IDLE and rounds < ROUNDS:
        spared = {} if idle else mending.spared(wrong, wanted)
        left = np.union1d(mending.once(wrong, wanted, spared), np.flatnonzero(mending.repeated()))
        idle, rounds = (idle + 1 if len(left) == len(wrong) else 0), rounds + 1
        wrong = left
    return wrong
