"""Values at the ends of what a way can give: of ranges and of months, the longest text, none at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.days import day_limit, opening_of
from privsynth.generate.rules.values.patterns import read_pattern
from privsynth.generate.rules.values.providers import WHOLE_LAWS, Scope, chooser, key_text
from privsynth.generate.rules.values.support import FROM_TO, levels_of, limits_of, support_of
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, Draw
from privsynth.generate.rules.vocabulary.time import Days
from privsynth.typing import Array

MONTHS, YEARS = 37, 29  # within which a month of each length ends, and a 29 February comes, on each day of the week
ENDS_OF_MONTHS = {28: "end of February", 29: "29 February", 30: "end of a month of 30 days", 31: "31st of a month"}


@dataclass(frozen=True, eq=False)
class Edge:
    """`values` gives the value for each row, and whether the row can have it."""

    name: str
    values: Callable[[Rows], tuple[Array, Array]] = field(repr=False)
    is_chance: bool = False  # whether a range may well be without it


def edges_of(
    rule: Draw, scope: Scope, column: Column, missing: Callable[[Rows], Any] | None = None
) -> tuple[Edge, ...]:
    """All that a column can have; every value is one that `rules check` lets pass."""
    support = support_of(rule, scope, column)
    edges = [_within(edge, support) for edge in _ends(rule, scope, column)]
    is_left_out = missing is not None and isinstance(rule, ColumnRule) and rule.missing != 0
    return (*edges, *([_left_out(column, missing)] if missing is not None and is_left_out else []))


def _ends(draw: Draw, scope: Scope, column: Column) -> Iterator[Edge]:
    name = draw.generator
    if name in FROM_TO and column.kind.is_numeric:
        low, high = limits_of(draw, scope.at(name))
        yield from _of_range(low, high, is_whole=name in WHOLE_LAWS)
    elif name == "date" and column.kind is Kind.DATE:
        assert draw.date is not None  # noqa: S101 - for the type checker; `generator` says so
        yield from _of_days(draw.date, scope.at("date"))
    elif name == "choice":
        yield from _of_levels(levels_of(draw), column)
    elif name == "pattern":
        yield from _of_texts(read_pattern(str(draw.pattern)).ends)
    elif name in ("when", "by", "mixture"):
        yield from _of_ways(draw, scope, column)


def _of_range(low: Callable[[Rows], Any], high: Callable[[Rows], Any], *, is_whole: bool) -> Iterator[Edge]:
    up, down = (np.ceil, np.floor) if is_whole else (np.asarray, np.asarray)
    yield Edge("lowest", lambda rows: _finite(up(_for_each(low, rows))), is_chance=True)
    yield Edge("highest", lambda rows: _finite(down(_for_each(high, rows))), is_chance=True)
    yield Edge("zero", lambda rows: (np.zeros(rows.count), _holds_zero(low, high, rows)), is_chance=True)


def _holds_zero(low: Callable[[Rows], Any], high: Callable[[Rows], Any], rows: Rows) -> Array:
    return np.asarray((_for_each(low, rows) < 0) & (_for_each(high, rows) > 0))


def _for_each(limit: Callable[[Rows], Any], rows: Rows) -> Array:
    return np.broadcast_to(np.asarray(limit(rows), dtype=float), (rows.count,))


def _finite(values: Array) -> tuple[Array, Array]:
    return values, np.isfinite(values)


def _of_days(days: Days, scope: Scope) -> Iterator[Edge]:
    low, high = day_limit(days.low, scope.at("low")), day_limit(days.high, scope.at("high"))
    step, opening = "m" if days.time else "D", opening_of(days)
    opens = np.timedelta64(opening.first if opening and days.time else 0, "m")

    def end(limit: Callable[[Rows], Array], share: float) -> Callable[[Rows], tuple[Array, Array]]:
        def values(rows: Rows) -> tuple[Array, Array]:
            first, last = low(rows).astype(f"datetime64[{step}]"), high(rows).astype(f"datetime64[{step}]")
            known = ~(np.isnat(first) | np.isnat(last))
            moments = limit(rows).astype(f"datetime64[{step}]")
            if opening is not None:
                shares = np.full(int(known.sum()), share)
                moments[known] = opening.between(first[known], last[known], shares, time=days.time)
            return moments.astype("datetime64[us]"), known

        return values

    def first_of(length: int) -> Callable[[Rows], tuple[Array, Array]]:
        def values(rows: Rows) -> tuple[Array, Array]:
            first, last = low(rows), high(rows)
            found = np.full(rows.count, np.datetime64("NaT"), dtype="datetime64[us]")
            for month in _months(first, length):
                day = (month + 1).astype("datetime64[D]") - 1
                moment = (day.astype("datetime64[m]") + opens).astype("datetime64[us]")
                good = ((day - month.astype("datetime64[D]")).astype(int) == length - 1) & (moment >= first)
                good &= (moment <= last) & np.isnat(found)
                if opening is not None:
                    good[good] = opening.holds(moment[good])
                found[good] = moment[good]
            return found, ~np.isnat(found)

        return values

    yield Edge("first day", end(low, 0.0))
    yield Edge("last day", end(high, float(np.nextafter(1.0, 0.0))))
    for length, name in ENDS_OF_MONTHS.items():
        yield Edge(name, first_of(length), is_chance=True)


def _months(first: Array, length: int) -> Iterator[Array]:
    """The months that may be so long, from that of each day on."""
    if length > 29:
        yield from (first.astype("datetime64[M]") + month for month in range(MONTHS))
    else:
        yield from ((first.astype("datetime64[Y]") + year).astype("datetime64[M]") + 1 for year in range(YEARS))


def _of_levels(levels: Iterable[Any], column: Column) -> Iterator[Edge]:
    known = [level for level in levels if level is not None]
    if len(known) < len(list(levels)):
        yield Edge("missing value", lambda rows: (column.kind.missing(rows.count), np.ones(rows.count, dtype=bool)))
    if column.kind.is_numeric:
        yield from (fixed_edge(name, float(pick(known))) for name, pick in (("lowest", min), ("highest", max)) if known)
    elif column.kind.dtype == "object":
        texts = [key_text(level) for level in known]
        yield from _of_texts((min(texts, key=len), max(texts, key=len))) if texts else ()


def _of_texts(ends: tuple[str, str]) -> Iterator[Edge]:
    shortest, longest = ends
    if len(shortest) < len(longest):
        yield fixed_edge("longest text", longest)
        yield fixed_edge("shortest text" if shortest else "empty text", shortest)


def fixed_edge(name: str, value: Any) -> Edge:
    """The same value in each row."""
    kind = float if isinstance(value, float) else object
    return Edge(name, lambda rows: (np.full(rows.count, value, dtype=kind), np.ones(rows.count, dtype=bool)))


def _of_ways(draw: Draw, scope: Scope, column: Column) -> Iterator[Edge]:
    """The ends of each way, in the rows that go this way."""
    choose = None if draw.mixture is not None else chooser(draw, scope)
    for at, (leading, way) in enumerate(draw.inner()):
        for edge in _ends(way, scope.at(*leading.split(".", 1)), column):
            yield replace(_only(edge, choose, at), name=f"{edge.name} ({leading})")


def _only(edge: Edge, choose: Callable[[Rows], Array] | None, at: int) -> Edge:
    if choose is None:
        return edge

    def values(rows: Rows) -> tuple[Array, Array]:
        found, possible = edge.values(rows)
        return found, possible & (choose(rows) == at)

    return replace(edge, values=values)


def _within(edge: Edge, support: Callable[[Array, Rows], Array] | None) -> Edge:
    """The edge where the way as a whole can give it."""
    if support is None:
        return edge

    def values(rows: Rows) -> tuple[Array, Array]:
        found, possible = edge.values(rows)
        return found, possible & (support(found, rows) | pd.isna(found))

    return replace(edge, values=values)


def _left_out(column: Column, missing: Callable[[Rows], Any]) -> Edge:
    return Edge("missing value", lambda rows: (column.kind.missing(rows.count), _for_each(missing, rows) > 0))
