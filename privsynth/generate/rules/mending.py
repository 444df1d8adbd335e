"""Expectations: rows that break one are drawn again, within a budget; a soft one is broken by its share of the rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from privsynth.errors import BackendError
from privsynth.generate.rules.correlation import Correlated
from privsynth.generate.rules.making import Making, finished, stored
from privsynth.generate.rules.ordering import above, below
from privsynth.generate.rules.plan import Expectation, TablePlan
from privsynth.generate.rules.rows import Over, Rows
from privsynth.typing import Array

ROUNDS = 50
IDLE = 5  # rounds without one row mended, after which the rest is given up
CANDIDATES = 32_768  # rows drawn a round, at least: few bad rows get many tries at once


def redrawn(plan: TablePlan, made: Collection[str]) -> list[str]:
    """The columns, of those made so far, that are made anew for a row that breaks an expectation, in order.

    Those that an expectation speaks of, what they rest upon and what rests upon them; but nothing from which a
    key or a person follows.
    """
    named = set().union(*(expectation.columns for expectation in plan.expectations if is_ripe(expectation, plan, made)))
    fixed = {name for name in made if plan.columns[name].is_fixed}
    kept = above(plan.needs, fixed)
    loose = above(plan.needs, named) - kept
    for group in plan.correlated.values():
        loose = loose - {*group.columns} if kept.intersection(group.columns) else loose
        loose = loose | {*group.columns} if loose.intersection(group.columns) else loose
    chance = {name for name in loose if not plan.columns[name].is_certain}
    anew = below(plan.needs, chance) if chance else set()
    return [name for name in plan.order if name in anew and name in made]


def is_ripe(expectation: Expectation, plan: TablePlan, made: Collection[str]) -> bool:
    """Whether all columns that it speaks of are made."""
    return all(name in made or name not in plan.columns for name in expectation.columns)


def mend(making: Making) -> None:
    """Draw rows again until all expectations hold as they should; otherwise an error that says how many do not.

    Those that speak of columns which are not made yet are left for later.
    """
    plan = making.plan
    if not plan.expectations or not making.count:
        return
    broken = _broken(plan, making.rows(""))
    wanted = _wanted(making, broken)
    anew = redrawn(plan, making.values.keys())
    again = "again" if set(making.values) == set(plan.stages[0]) else "again, late"
    streams = {name: making.streams(f"column {name} {again}") for name in anew}
    wrong = np.flatnonzero((broken != wanted).any(axis=1))
    idle = rounds = 0
    while anew and len(wrong) and idle < IDLE and rounds < ROUNDS:
        left = _round(making, wrong, wanted, anew, streams)
        idle, rounds = (idle + 1 if len(left) == len(wrong) else 0), rounds + 1
        wrong = left
    if len(wrong):
        _report(making, wanted, anew)


def _wanted(making: Making, broken: Array) -> Array:
    """For each row and expectation whether it is to be broken: never a hard one, a soft one by its share.

    Rows that break it already come first.
    """
    wanted = np.zeros(broken.shape, dtype=bool)
    for at, expectation in enumerate(making.plan.expectations):
        many = round((1 - expectation.rate) * making.count) * is_ripe(expectation, making.plan, making.values.keys())
        if many:
            drawn = making.streams(f"expect {at}").permutation(making.count)
            wanted[drawn[np.argsort(~broken[drawn, at], kind="stable")][:many], at] = True
    return wanted


def _broken(plan: TablePlan, rows: Rows) -> Array:
    made = set(rows.values)
    return np.column_stack(
        [
            expectation.rule.fails(rows.frame(expectation.rule.columns))
            if is_ripe(expectation, plan, made)
            else np.zeros(rows.count, dtype=bool)
            for expectation in plan.expectations
        ]
    )


def _round(
    making: Making, wrong: Array, wanted: Array, anew: list[str], streams: dict[str, np.random.Generator]
) -> Array:
    """Several candidates for each wrong row; the first good one takes its place. What is still wrong comes back."""
    tries = max(1, CANDIDATES // len(wrong))
    again = np.repeat(wrong, tries)
    rows = making.rows("").take(again)
    values: dict[str, Array] = {}
    drawn: dict[str, Array] = {}
    view = rows
    for name in anew:
        column = making.plan.columns[name]
        assert column.provider is not None  # noqa: S101 - for the type checker: others are never drawn again
        view = replace(rows, values=Over(values, rows.values), rng=streams[name])
        if name in making.plan.correlated and name not in drawn:
            drawn |= _drawn_together(making.plan.correlated[name], making, view, streams)
        values[name] = finished(column, drawn[name] if name in drawn else column.provider.draw(view), view)
    good = (_broken(making.plan, view) == wanted[again]).all(axis=1).reshape(len(wrong), tries)
    is_mended, first = good.any(axis=1), good.argmax(axis=1)
    chosen = (np.arange(len(wrong)) * tries + first)[is_mended]
    for name in anew:
        whole = making.values[name].copy()
        whole[wrong[is_mended]] = values[name][chosen]
        making.values[name] = whole
    return np.asarray(wrong[~is_mended])


def _drawn_together(
    group: Correlated, making: Making, rows: Rows, streams: dict[str, np.random.Generator]
) -> dict[str, Array]:
    """Correlated columns of many candidates, correlated among those."""
    plans = [making.plan.columns[name] for name in group.columns]
    drawn = {
        plan.name: stored(plan.provider.draw(replace(rows, rng=streams[plan.name])), plan)
        for plan in plans
        if plan.provider is not None
    }
    return group.placed(drawn, lambda words: streams[words.removeprefix("correlate ")])


def _report(making: Making, wanted: Array, anew: list[str]) -> None:
    """An error for what should hold and does not; a note for what should now and then be broken and is not."""
    broken = _broken(making.plan, making.rows(""))
    for at, expectation in enumerate(making.plan.expectations):
        bad = int((broken[:, at] & ~wanted[:, at]).sum())
        if bad:
            tried = "even after many new draws" if anew else "and none of the columns it names can be drawn again"
            raise BackendError(
                f"{expectation.place}: this expectation of table {making.plan.name} is broken"
                f" by {bad} of {making.count} rows {tried}.",
                hint="bring the columns' rules closer to the expectation, or give it a rate below 1",
            )
        short = int((wanted[:, at] & ~broken[:, at]).sum())
        if short:
            making.notes.append(
                f"table {making.plan.name}: expectation {at + 1} was to be broken"
                f" by {int(wanted[:, at].sum())} of {making.count} rows; {short} of them keep it"
            )
