"""Columns that have to do with time: one provider for each word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.earlier import before_provider, running_provider
from privsynth.generate.rules.time.workdays import Workdays
from privsynth.generate.rules.time.zones import local_provider, universal_provider
from privsynth.generate.rules.values.days import day_limit
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, Draw
from privsynth.generate.rules.vocabulary.time import BusinessDay
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

FURTHEST = 10_000  # business days
FIRST, LAST = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")


def column_of_time(draw: Draw, scope: Scope) -> Provider:
    """What makes the values of one of these words."""
    if draw.before is not None:
        return before_provider(draw.before, scope.at("before"))
    if draw.running is not None:
        decimals = draw.decimals if isinstance(draw, ColumnRule) else None
        return running_provider(draw.running, decimals, scope.at("running"))
    if draw.business_day is not None:
        return business_day_provider(draw.business_day, scope.at("business_day"))
    if draw.local is not None:
        return local_provider(draw.local, scope.at("local"))
    if draw.utc is not None:
        return universal_provider(draw.utc, scope.at("utc"))
    return _given(str(draw.row), scope.at("row"))


def business_day_provider(rule: BusinessDay, scope: Scope) -> Provider:
    start, number = day_limit(rule.after, scope.at("after")), scope.at("days").amount(rule.days)
    workdays = Workdays(country=rule.of)

    def draw(rows: Rows) -> Array:
        first = start(rows).astype("datetime64[D]")
        steps = np.broadcast_to(np.asarray(number(rows), dtype=float), rows.count)
        days = Kind.DATE.missing(rows.count)
        known = ~(np.isnat(first) | np.isnan(steps))
        demand(np.abs(steps[known]) <= FURTHEST, f"more than {FURTHEST:,} business days away")
        found = workdays.shifted(first[known], np.rint(steps[known]).astype(np.int64))
        demand((found >= FIRST) & (found <= LAST), "a business day lies before the year 1 or after the year 9999")
        days[known] = found
        return days

    return Provider(Kind.DATE, draw, certain=True)


def _given(part: str, scope: Scope) -> Provider:
    """What the row has from the process that it comes from."""
    if part not in scope.given:
        known = ", ".join(scope.given) or "nothing: only rows of a process, such as 'states', are given something"
        raise scope.error("a row of this table is not given that.", f"it is given {known}")
    return scope.given[part]
