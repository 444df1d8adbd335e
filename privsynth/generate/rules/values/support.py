"""Which values a way to draw can give: the range that a law implies, the levels of a choice, the texts of a pattern.

Asked of rows that somebody else made. Parameters may be expressions, so that what is allowed differs from row to row;
where one is unknown, because a value is missing, everything is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind
from privsynth.expressions.rules import NOISE
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.days import day_limit, opening_of
from privsynth.generate.rules.values.folk import PARTS
from privsynth.generate.rules.values.patterns import read_pattern
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.values.providers import WHOLE_LAWS, Scope, chooser, key_text, provider_of
from privsynth.generate.rules.vocabulary import rulebook as words
from privsynth.generate.rules.vocabulary.basics import RuleModel
from privsynth.generate.rules.vocabulary.rulebook import Draw
from privsynth.generate.rules.vocabulary.time import Days
from privsynth.pii.entities import entities
from privsynth.pii.reserved import has_range, is_reserved
from privsynth.spelling.dates import floored
from privsynth.typing import Array

Support = Callable[[Array, Rows], Array]  # for each value whether the way can give it in its row; any for a missing one
Amount = float | str | None  # a number, or a word of the law that has one

FROM_TO: Mapping[str, tuple[Amount, Amount]] = {  # where a law ends by itself
    "uniform": (None, None),
    "whole": (None, None),
    "normal": (None, None),
    "student_t": (None, None),
    "triangular": (None, None),
    "histogram": (None, None),
    "lognormal": (0.0, None),
    "exponential": (0.0, None),
    "gamma": (0.0, None),
    "weibull": (0.0, None),
    "beta": (0.0, 1.0),
    "pareto": ("least", None),
    "poisson": (0.0, None),
    "binomial": (0.0, "trials"),
    "geometric": (1.0, None),
    "zipf": (1.0, None),
}
SURE = (  # ways that leave nothing out unless an expression of theirs does
    *("constant", "choice", "pattern", "sequence", "uuid", "person", "reference", "date", "when", "by", "mixture"),
    *FROM_TO,
)
DERIVED = ("sql", "template", "before", "running", "business_day", "local", "utc")  # ways that leave nothing to chance
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def support_of(draw: Draw, scope: Scope, column: Column) -> Support | None:
    """The values that a way can give to a column; None where nothing is known of them."""
    match draw.generator:
        case "constant" | "choice":
            return _levels(levels_of(draw), column)
        case "pattern" | "sequence" | "uuid":
            return _texts(_spelling(draw))
        case "person":
            assert draw.person is not None  # noqa: S101 - as below
            return _nobodys(draw.person) if is_of_nobody(draw.person, scope.book.rules.inferred) else None
        case "date":
            assert draw.date is not None  # noqa: S101 - for the type checker; `generator` says so
            return _days(draw.date, scope.at("date"), column)
        case "when" | "by":
            return _both(_one_of(draw, scope, column), _bounds(draw, scope, column))
        case "mixture":
            return _both(_any_of(draw, scope, column), _bounds(draw, scope, column))
        case name if name in DERIVED:
            return _derived(provider_of(draw, scope), column)
        case name if name in FROM_TO:
            return _cut(draw, scope.at(name), column)
        case _:
            return None


def may_be_missing(draw: Draw) -> bool:
    """Whether the way by itself can leave a value out: it says so, or an expression may come to nothing."""
    levels = [draw.constant] if draw.generator == "constant" else list(draw.choice or ())
    law = getattr(draw, draw.generator)
    if draw.reference is not None:
        return draw.reference.missing != 0
    if draw.row is not None:
        return draw.row in ("until", "value")
    is_computed = draw.generator not in SURE or (
        isinstance(law, RuleModel)
        and not isinstance(law, words.Person | words.Sequence | words.Draw)
        and any(isinstance(getattr(law, word), str) for word in type(law).model_fields)
    )
    is_open = draw.by is not None and draw.otherwise is None
    return None in levels or is_computed or is_open or any(may_be_missing(inner) for _, inner in draw.inner())


def levels_of(draw: Draw) -> list[Any]:
    """The values that can come."""
    if draw.generator == "constant":
        return [draw.constant]
    if isinstance(draw.choice, dict):
        return [level for level, weight in draw.choice.items() if weight > 0]
    return draw.choice or []


def is_of_nobody(person: words.Person, inferred: words.Inferred | None) -> bool:
    """Whether values of this part lie in ranges that belong to nobody; the people of a book's own rows do not."""
    kind = entities().get(PARTS[person.part][0])
    return inferred is None and kind is not None and has_range(kind)


def _nobodys(person: words.Person) -> Support:
    kind = PARTS[person.part][0]
    return _texts(lambda distinct: np.array([is_reserved(kind, text) for text in distinct]))


def _levels(levels: Iterable[Any], column: Column) -> Support:
    known = [level for level in levels if level is not None]
    if column.kind.is_numeric:
        numbers = np.sort(np.array([float(level) for level in known if isinstance(level, int | float)]))
        return lambda values, _: _is_near(values, numbers)
    if column.kind is Kind.DATE:
        moments = floored(np.array(known, dtype="datetime64[us]"), column.spelling.unit)
        return lambda values, _: np.isin(values, moments)
    texts = {key_text(level) for level in known}
    return _texts(lambda distinct: np.array([text in texts for text in distinct]))


def _is_near(values: Array, numbers: Array) -> Array:
    """Whether each value is one of the numbers, which rise, but for what decimal fractions lose."""
    if not len(numbers):
        return np.zeros(len(values), dtype=bool)
    above = np.searchsorted(numbers, values).clip(1, len(numbers) - 1) if len(numbers) > 1 else np.zeros(1, dtype=int)
    distance = np.minimum(np.abs(numbers[above] - values), np.abs(numbers[above - 1] - values))
    return np.asarray(distance <= NOISE * np.maximum(1.0, np.abs(values)))


def _texts(matches: Callable[[list[str]], Array]) -> Support:
    """Texts that are looked at once each."""

    def fits(values: Array, _: Rows) -> Array:
        codes, distinct = pd.factorize(values)
        texts = [key_text(float(text)) if isinstance(text, float) else str(text) for text in distinct]
        good = np.asarray(matches(texts), dtype=bool) if texts else np.zeros(0, dtype=bool)
        return np.append(good, True)[codes]

    return fits


def _spelling(draw: Draw) -> Callable[[list[str]], Array]:
    """Which texts are of a pattern, keys of a sequence, or UUIDs."""
    if draw.pattern is not None:
        return read_pattern(draw.pattern).matches
    if draw.sequence is not None:
        return _keys(draw.sequence)
    return lambda texts: np.array([_UUID.fullmatch(text.lower()) is not None for text in texts])


def _keys(keys: words.Sequence) -> Callable[[list[str]], Array]:
    """Numbers of a sequence, with what stands around them; how long it is nobody knows."""
    form = re.compile(rf"{re.escape(keys.prefix)}(\d{{{max(1, keys.width)},30}}){re.escape(keys.suffix)}")

    def is_key(text: str) -> bool:
        found = form.fullmatch(text)
        beyond = int(found.group(1)) - keys.start if found else -1
        return beyond >= 0 and beyond % keys.step == 0

    return lambda texts: np.array([is_key(text) for text in texts])


def _days(days: Days, scope: Scope, column: Column) -> Support:
    low, high = day_limit(days.low, scope.at("low")), day_limit(days.high, scope.at("high"))
    step, opening = "m" if days.time else "D", opening_of(days)

    def fits(values: Array, rows: Rows) -> Array:
        first, last = (floored(floored(limit(rows), step), column.spelling.unit) for limit in (low, high))
        inside = ~(values < first) & ~(values > last)  # a missing limit is neither below nor above
        return inside if opening is None else inside & opening.holds(values)

    return fits


def _derived(provider: Provider, column: Column) -> Support:
    """What is worked out is worked out again; what is unknown can be anything."""

    def fits(values: Array, rows: Rows) -> Array:
        expected = _drawn(provider, rows)
        if provider.kind is not None and provider.kind.is_numeric:
            return _is_equal(_numbers(values), expected, _half(column))
        if provider.kind is Kind.DATE:
            expected = floored(expected, column.spelling.unit)
        return np.asarray((values == expected) | pd.isna(expected))

    return fits


def _drawn(provider: Provider, rows: Rows) -> Array:
    """What looks at other rows of one parent finds them side by side."""
    if not provider.across or rows.owner is None:
        return provider.draw(rows)
    order = np.argsort(rows.owner, kind="stable")
    drawn = provider.draw(rows.take(order))
    expected = np.empty_like(drawn)
    expected[order] = drawn
    return expected


def _is_equal(values: Array, expected: Array, within: float) -> Array:
    noise = within + NOISE * np.maximum(1.0, np.abs(expected))
    return np.asarray(~(np.abs(values - expected) > noise))


def _one_of(draw: Draw, scope: Scope, column: Column) -> Support | None:
    """Each row by the way that a condition or a column gives it; where none does, it has no value."""
    ways = [support_of(inner, scope.at(*leading.split(".", 1)), column) for leading, inner in draw.inner()]
    if all(way is None for way in ways):
        return None
    choose = chooser(draw, scope)

    def fits(values: Array, rows: Rows) -> Array:
        which = choose(rows)
        good = pd.isna(values)
        for at, way in enumerate(ways):
            here = np.flatnonzero(which == at)
            good[here] = True if way is None else way(values[here], rows.take(here))
        return good

    return fits


def _any_of(draw: Draw, scope: Scope, column: Column) -> Support | None:
    found = [support_of(inner, scope.at(*leading.split(".", 1)), column) for leading, inner in draw.inner()]
    ways = [way for way in found if way is not None]
    if len(ways) < len(found):
        return None
    return lambda values, rows: np.logical_or.reduce([way(values, rows) for way in ways])


def _both(first: Support | None, second: Support | None) -> Support | None:
    if first is None or second is None:
        return first or second
    return lambda values, rows: first(values, rows) & second(values, rows)


def _bounds(draw: Draw, scope: Scope, column: Column) -> Support | None:
    """`low` and `high` beside several ways."""
    if draw.low is None and draw.high is None:
        return None
    if column.kind is Kind.DATE:
        limits = [None if end is None else day_limit(end, scope.at(word)) for word, end in _ends(draw)]
        return lambda values, rows: (
            ~np.logical_or.reduce(
                [
                    (values < limit(rows)) if at == 0 else (values > limit(rows))
                    for at, limit in enumerate(limits)
                    if limit
                ]
            )
        )
    low, high = (scope.at(word).amount(end, default) for (word, end), default in zip(_ends(draw), _WIDE, strict=True))
    return _between(low, high, _half(column))


_WIDE = (-np.inf, np.inf)


def _ends(draw: Any) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return ("low", draw.low), ("high", draw.high)


def _cut(draw: Draw, scope: Scope, column: Column) -> Support:
    """Between the ends at which a law is cut, and those that it has by itself."""
    is_whole = draw.generator in WHOLE_LAWS
    between = _between(*limits_of(draw, scope), NOISE if is_whole else _half(column))
    if not is_whole:
        return between
    return lambda values, rows: between(values, rows) & _is_equal(_numbers(values), np.rint(_numbers(values)), 0.0)


def limits_of(draw: Draw, scope: Scope) -> tuple[Callable[[Rows], Any], Callable[[Rows], Any]]:
    """The least and the greatest number that a law can give; infinite where it has no end."""
    law = getattr(draw, draw.generator)
    own = FROM_TO[draw.generator] if draw.histogram is None else (draw.histogram.edges[0], draw.histogram.edges[-1])
    asked = [scope.at(word).amount(end, default) for (word, end), default in zip(_ends(law), _WIDE, strict=True)]
    least, most = (_own_end(end, law, scope, default) for end, default in zip(own, _WIDE, strict=True))
    return lambda rows: np.fmax(asked[0](rows), least(rows)), lambda rows: np.fmin(asked[1](rows), most(rows))


def _own_end(end: Amount, law: Any, scope: Scope, default: float) -> Callable[[Rows], Any]:
    return scope.at(end).amount(getattr(law, end)) if isinstance(end, str) else scope.amount(end, default)


def _between(low: Callable[[Rows], Any], high: Callable[[Rows], Any], within: float) -> Support:
    """Both ends belong to it; what is written with few decimals may be rounded beyond them."""

    def fits(values: Array, rows: Rows) -> Array:
        numbers = _numbers(values)
        noise = within + NOISE * np.maximum(1.0, np.abs(numbers))
        return np.asarray(~(numbers < low(rows) - noise) & ~(numbers > high(rows) + noise) & ~np.isnan(numbers))

    return fits


def _numbers(values: Array) -> Array:
    """Of texts the numbers that they spell; what spells none is missing."""
    return values if values.dtype.kind == "f" else np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), float)


def _half(column: Column) -> float:
    """Half a unit of the last decimal that is written."""
    if column.kind.is_numeric:
        return float(0.5 * 10.0 ** -(column.spelling.decimals if column.kind is Kind.NUMBER else 0))
    return 0.005  # numbers as text have at most two decimals
