"""All that a column can be in any row, as far as its way says it: whatever no row can have is certainly not there.

Where a word is an expression, what it comes to differs from row to row, and nothing is known of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privsynth.dataset import Column, Kind
from privsynth.expressions.comparisons import Comparison, Constant, constants_chosen
from privsynth.expressions.rules import NOISE
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.states import names_of
from privsynth.generate.rules.values.providers import Scope, key_text
from privsynth.generate.rules.values.support import FROM_TO, Support, support_of
from privsynth.generate.rules.vocabulary.rulebook import Draw
from privsynth.spelling.dates import floored

BRANCHING = ("when", "by", "mixture")
DTYPES: dict[type, str] = {float: "float", str: "object", np.datetime64: "datetime64[us]"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Reach:
    """Where values lie, and by what they are known; None where nothing is."""

    levels: Sequence[Constant] | None = field(default=None, repr=False)  # all values, where they are listed
    low: Any = field(default=None, repr=False)
    high: Any = field(default=None, repr=False)
    fits: Support | None = field(default=None, repr=False)
    ways: tuple[Reach, ...] = field(default=(), repr=False)  # of which each row goes one

    def can_be(self, constant: Constant) -> bool:
        """Whether a row may have this value."""
        if self.ways:
            return any(way.can_be(constant) for way in self.ways)
        if self.levels is not None:
            return any(_is_same(level, constant) for level in self.levels)
        if self.fits is not None:
            row = Rows(1, {}, np.random.Generator(np.random.PCG64(0)))
            return bool(self.fits(np.array([constant], dtype=DTYPES[type(constant)]), row)[0])
        return self._ordered("<=", constant)[0] and self._ordered(">=", constant)[0]

    def outcomes(self, comparison: Comparison) -> tuple[bool, bool]:
        """Whether a comparison can be true, and whether it can be false; what is missing makes it neither."""
        constant, operator = comparison.constant, comparison.operator
        if operator not in ("=", "<>"):
            return self._ordered(operator, constant)
        is_other = self.levels is None or not all(_is_same(level, constant) for level in self.levels)
        return (self.can_be(constant), is_other) if operator == "=" else (is_other, self.can_be(constant))

    def _ordered(self, operator: str, constant: Constant) -> tuple[bool, bool]:
        if isinstance(constant, str):
            return True, True
        noise = NOISE * max(1.0, abs(constant)) if isinstance(constant, float) else np.timedelta64(0, "us")
        below = self.low is None or self.low < constant
        above = self.high is None or self.high > constant
        upto = self.low is None or self.low - noise <= constant
        from_ = self.high is None or self.high + noise >= constant
        return {"<": (below, from_), "<=": (upto, above), ">": (above, upto), ">=": (from_, below)}[operator]


def reach_of(draw: Draw, scope: Scope, column: Column) -> Reach:
    """What a way can give to a column."""
    if draw.generator in BRANCHING:
        return _together([reach_of(way, scope.at(*words.split(".", 1)), column) for words, way in draw.inner()])
    levels = _levels(draw, scope, column)
    if levels is not None:
        return _listed(levels)
    low, high = _ends(draw, column)
    return Reach(low=low, high=high, fits=support_of(draw, scope, column) if _is_fixed(draw) else None)


def _listed(levels: tuple[Constant, ...]) -> Reach:
    is_ordered = bool(levels) and not isinstance(levels[0], str)
    ends: tuple[Any, Any] = (min(levels), max(levels)) if is_ordered else (None, None)
    return Reach(levels=levels, low=ends[0], high=ends[1])


def _together(ways: Sequence[Reach]) -> Reach:
    """What one of several ways can give; a way without a value adds nothing."""
    some = [way for way in ways if way.levels != ()]
    levels = [way.levels for way in some]
    low, high = [way.low for way in some], [way.high for way in some]
    return Reach(
        levels=None if None in levels else tuple(dict.fromkeys(level for each in levels for level in each or ())),
        low=None if None in low or not low else min(low),
        high=None if None in high or not high else max(high),
        ways=tuple(ways),
    )


def _levels(draw: Draw, scope: Scope, column: Column) -> tuple[Constant, ...] | None:
    """The values of a way that lists them; those of no weight, too, for somebody wrote them down."""
    match draw.generator:
        case "constant":
            levels: Sequence[Any] | None = [draw.constant]
        case "choice":
            levels = list(draw.choice or ())
        case "sql":
            levels = constants_chosen(str(draw.sql))
        case "lookup":
            assert draw.lookup is not None  # noqa: S101 - for the type checker; `generator` says so
            levels = scope.book.lookups.levels(draw.lookup, scope.at("lookup").path)
        case "row":
            states = scope.book.rules.tables[scope.path[1]].states
            levels = names_of(states) if draw.row == "state" and states is not None else None
        case _:
            levels = None
    return (
        None if levels is None else tuple(dict.fromkeys(_stored(each, column) for each in levels if each is not None))
    )


def _stored(level: Any, column: Column) -> Constant:
    """A level as the column holds it."""
    if column.kind in (Kind.NUMBER, Kind.INTEGER):
        return _rounded(float(level), column)
    if column.kind is Kind.DATE:
        return _floored(level, column)
    return key_text(level)


def _rounded(number: float, column: Column) -> float:
    """Rounding keeps the order: nothing lies beyond an end as it is written."""
    return float(np.round(number, column.spelling.decimals if column.kind is Kind.NUMBER else 0))


def _floored(moment: Any, column: Column) -> np.datetime64:
    floor: np.datetime64 = floored(np.array([moment], dtype="datetime64[us]"), column.spelling.unit)[0]
    return floor


def _is_same(level: Constant, constant: Constant) -> bool:
    if isinstance(level, float) and isinstance(constant, float):
        return abs(level - constant) <= NOISE * max(1.0, abs(constant))
    return bool(level == constant)


def _is_fixed(draw: Draw) -> bool:
    """Whether what the way can give is known, and the same in every row."""
    if draw.generator in ("pattern", "sequence", "uuid"):
        return True
    law = getattr(draw, draw.generator)
    return draw.generator in (*FROM_TO, "date") and not any(isinstance(word, str) for _, word in law)


ENDS = ("low", "high")


def _ends(draw: Draw, column: Column) -> tuple[Any, Any]:
    law = getattr(draw, draw.generator)
    if draw.generator in FROM_TO and column.kind in (Kind.NUMBER, Kind.INTEGER):
        own = FROM_TO[draw.generator] if draw.histogram is None else (draw.histogram.edges[0], draw.histogram.edges[-1])
        least, most = (
            [
                _rounded(float(end), column)
                for end in (getattr(law, word), _own(law, each))
                if isinstance(end, int | float)
            ]
            for word, each in zip(ENDS, own, strict=True)
        )
        return max(least, default=None), min(most, default=None)
    if draw.date is not None and column.kind is Kind.DATE:
        low, high = (getattr(law, word) for word in ENDS)
        first, last = (_floored(end, column) if isinstance(end, dt.datetime) else None for end in (low, high))
        return first, last
    return None, None


def _own(law: Any, end: float | str | None) -> Any:
    """Where a law ends by itself: at a number, or at one of its words."""
    return getattr(law, end) if isinstance(end, str) else end
