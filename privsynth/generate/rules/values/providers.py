"""From the words of a rulebook to what makes the values: one provider for each way to draw."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

import numpy as np

from privsynth.dataset import Kind
from privsynth.errors import BackendError, PolicyError
from privsynth.expressions import Expression, compile_condition, compile_expression
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.columns import column_of_time
from privsynth.generate.rules.values import laws, numbers
from privsynth.generate.rules.values.days import day_limit, day_provider
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.values.patterns import read_pattern
from privsynth.generate.rules.values.points import point_provider
from privsynth.generate.rules.values.provider import Law, Provider, counted, joined
from privsynth.generate.rules.values.templates import template_provider
from privsynth.generate.rules.vocabulary.basics import MOST
from privsynth.generate.rules.vocabulary.rulebook import Draw, Sequence
from privsynth.typing import Array

WHOLE = ("sequence", "uuid", "person", "total", "deal")  # made otherwise than by a provider
TOP_ONLY = (*WHOLE, "reference", "lookup", "point", "before", "running")  # they are whole columns, never a part of one
WHOLE_LAWS = ("whole", "poisson", "binomial", "geometric", "zipf")
ROUNDS = 100  # in which what lies outside of low and high is drawn again
TRIED = 1_000  # numbers of a law that are looked at before the run
CANDIDATES = 4_096  # values drawn a round, at least


@dataclass(frozen=True)
class Scope:
    """Where in the rulebook we are, and which columns an expression may name here."""

    book: Book = field(repr=False)
    path: tuple[str, ...]
    kinds: Mapping[str, Kind] = field(repr=False)
    _: KW_ONLY
    rules: list[Expression] = field(default_factory=list, repr=False)  # all expressions met on the way
    given: Mapping[str, Provider] = field(default_factory=dict, repr=False)  # what a row has from its process
    links: Collection[str] = field(default=(), repr=False)  # names under which columns of other rows are seen

    def at(self, *words: str) -> Scope:
        return replace(self, path=(*self.path, *words))

    def error(self, message: str, hint: str = "") -> PolicyError:
        return self.book.error(self.path, message, hint)

    def expression(
        self, text: str, check: Callable[[str, Mapping[str, Kind]], Expression] = compile_expression
    ) -> Expression:
        try:
            rule = check(text, self.kinds)
        except PolicyError as problem:
            raise self.error(problem.message, problem.hint) from None
        self.rules.append(rule)
        return rule

    def column(self, name: str) -> Expression:
        """A column as an expression."""
        link, dot, column = name.partition(".")
        words = [link, column] if dot and link in self.links else [name]
        return self.expression(".".join('"' + word.replace('"', '""') + '"' for word in words))

    def try_out(self, draw: Law) -> None:
        """One row of a way that names no column: what is wrong with its numbers is told with its place."""
        try:
            draw(Rows(1, {}, np.random.Generator(np.random.PCG64(0))))
        except BackendError as problem:
            raise self.error(re.sub(r"(, in)? 1 row(?=\.)|^1 of 1 ", "", problem.message), problem.hint) from None

    def amount(self, value: float | str | None, default: float | None = None) -> Callable[[Rows], Any]:
        """A number, or an expression that gives one for each row."""
        if not isinstance(value, str):
            fixed = default if value is None else float(value)
            return lambda _: fixed
        rule = self.expression(value)
        if not rule.kind.is_numeric:
            raise self.error("a number is expected here, or an expression that gives one.")
        return lambda rows: rule.evaluate(rows.frame(rule.columns))


def provider_of(draw: Draw, scope: Scope) -> Provider:
    """What makes the values of this way to draw."""
    name = draw.generator
    words, inside = getattr(draw, name), scope.at(name)
    match name:
        case "when" | "by" | "mixture":
            return _branching(draw, scope)
        case "row" | "before" | "running" | "business_day" | "local" | "utc":
            return column_of_time(draw, scope)
        case _ if name in _ways():
            return _ways()[name](words, inside)
        case _:
            return _law(name, words, inside)


def _ways() -> dict[str, Callable[[Any, Scope], Provider]]:
    """All that is neither a law nor made of other ways."""
    return {
        "constant": lambda value, scope: _choice([value], [1.0], scope),
        "choice": _listed,
        "pattern": _pattern,
        "template": template_provider,
        "lookup": lambda rule, scope: scope.book.lookups.column(rule, scope.path),
        "point": point_provider,
        "date": day_provider,
        "sql": lambda text, scope: _derived(scope.expression(text)),
    }


def _listed(choice: list[Any] | dict[Any, float], scope: Scope) -> Provider:
    weights = list(choice.values()) if isinstance(choice, dict) else [1.0] * len(choice)
    return _choice(list(choice), weights, scope)


def _choice(values: list[Any], weights: list[float], scope: Scope) -> Provider:
    kinds = {_kind_of(value) for value in values if value is not None}
    if kinds == {Kind.INTEGER, Kind.NUMBER}:
        kinds = {Kind.NUMBER}
    if len(kinds) > 1:
        raise scope.error("values of several kinds stand together; put texts in quotation marks.")
    kind = next(iter(kinds), None)
    stored = _stored(values, kind)
    shares = np.asarray(weights, dtype=float) / sum(weights)
    capacity = int((shares > 0).sum())

    def distinct(rows: int, rng: np.random.Generator) -> Array:
        return stored[rng.choice(len(stored), rows, replace=False, p=shares)]

    timed = any(value.time() != dt.time() for value in values if isinstance(value, dt.datetime))
    decimals = max((_decimals(value) for value in values if isinstance(value, float)), default=0)
    return Provider(
        kind,
        lambda rows: stored[rows.rng.choice(len(stored), rows.count, p=shares)],
        capacity=capacity,
        distinct=distinct,
        decimals=decimals,
        has_time=timed,
    )


def _kind_of(value: Any) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int | float):
        return Kind.INTEGER if float(value).is_integer() else Kind.NUMBER
    return Kind.DATE if isinstance(value, dt.datetime) else Kind.CATEGORY


def _stored(values: list[Any], kind: Kind | None) -> Array:
    """In the storage type of the kind; truth values are 'true' and 'false'."""
    if kind is not None and kind.is_numeric:
        return np.array([np.nan if value is None else float(value) for value in values])
    if kind is Kind.DATE:
        return np.array([np.datetime64("NaT") if value is None else value for value in values], dtype="datetime64[us]")
    texts = np.empty(len(values), dtype=object)
    texts[:] = [value if value is None else key_text(value) for value in values]
    return texts


def key_text(value: Any) -> str:
    """A value of the rulebook as text: true, 5, 2.5, gold."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _decimals(value: float) -> int:
    text = np.format_float_positional(value, trim="-")
    return len(text.partition(".")[2])


def _pattern(text: str, scope: Scope) -> Provider:
    try:
        pattern = read_pattern(text)
    except PolicyError as problem:
        raise scope.error(problem.message, problem.hint) from None

    return Provider(
        Kind.TEXT,
        lambda rows: pattern.draw(rows.count, rows.rng),
        capacity=pattern.capacity,
        distinct=counted(pattern.capacity, pattern.numbers),
        invented=True,
    )


def _derived(rule: Expression) -> Provider:
    decimals = 2 if rule.kind is Kind.NUMBER else 0
    return Provider(
        rule.kind,
        lambda rows: rule.evaluate(rows.frame(rule.columns)),
        decimals=decimals,
        has_time=rule.has_time,
        certain=True,
    )


def _branching(draw: Draw, scope: Scope) -> Provider:
    """Several ways side by side; which one makes a row, a condition, a column or chance decides."""
    met = len(scope.rules)
    parts = []
    for words, inner in draw.inner():
        if inner.generator in TOP_ONLY:
            raise scope.at(*words.split(".", 1)).error(
                f"{inner.generator} makes a whole column and cannot be a part of one."
            )
        parts.append(provider_of(inner, scope.at(*words.split(".", 1))))
    try:
        provider = joined(parts, chooser(draw, scope))
    except PolicyError as problem:
        raise scope.error(problem.message, problem.hint) from None
    if draw.low is None and draw.high is None:
        return provider
    provider = _within(provider, draw, scope)
    if len(scope.rules) == met:
        scope.try_out(provider.draw)
    return provider


def chooser(draw: Draw, scope: Scope) -> Callable[[Rows], Array]:
    """For each row the place of the way that makes it; -1 for none."""
    if draw.when is not None:
        rule = scope.at("when").expression(draw.when, compile_condition)
        return lambda rows: np.where(rule.holds(rows.frame(rule.columns)), 0, 1)
    if draw.mixture is not None:
        weights = np.array([part.weight for part in draw.mixture], dtype=float)
        return lambda rows: rows.rng.choice(len(weights), rows.count, p=weights / weights.sum())
    return _by(str(draw.by), [key_text(key) for key in draw.of or {}], draw.otherwise is not None, scope.at("by"))


def _by(column: str, keys: list[str], otherwise: bool, scope: Scope) -> Callable[[Rows], Array]:
    rule = scope.column(column)
    if rule.kind is Kind.DATE:
        raise scope.error("a date cannot choose between ways; use 'when' with a comparison.")
    choices = [*(["else"] if otherwise else []), *keys]  # `inner` yields the else first
    order = {key: at for at, key in enumerate(choices)}

    def choose(rows: Rows) -> Array:
        import pandas as pd

        codes, levels = pd.factorize(rows.values[column])
        places = [
            order.get(key_text(float(level)) if rule.kind.is_numeric else str(level), 0 if otherwise else -1)
            for level in levels
        ]
        return np.array([*places, 0 if otherwise else -1])[codes]

    return choose


def _within(provider: Provider, draw: Draw, scope: Scope) -> Provider:
    """Several ways between two limits: rows outside are drawn again, by the same way or another as chance has it."""
    low, high = (_bound(getattr(draw, word), provider.kind, scope.at(word)) for word in ("low", "high"))

    def cut(rows: Rows) -> Array:
        values, limits = provider.draw(rows), (low(rows), high(rows))
        demand(~(limits[0] > limits[1]), "low is above high")
        outside = np.flatnonzero((values < limits[0]) | (values > limits[1]))
        for _ in range(ROUNDS):
            if not len(outside):
                return values
            again = np.repeat(outside, max(1, CANDIDATES // len(outside)))  # few rows get many tries at once
            drawn = provider.draw(rows.take(again))
            good = ~((drawn < limits[0][again]) | (drawn > limits[1][again])).reshape(len(outside), -1)
            first = np.arange(0, len(again), good.shape[1]) + good.argmax(axis=1)
            values[outside] = drawn[first]
            outside = outside[~good.any(axis=1)]
        raise BackendError(
            f"{len(outside)} of {rows.count} values did not fall between low and high in {ROUNDS} rounds.",
            hint="bring the ways nearer to low and high",
        )

    return replace(provider, draw=cut, capacity=None, distinct=None)


def _bound(value: Any, kind: Kind | None, scope: Scope) -> Callable[[Rows], Array]:
    """A limit for each row; without one, an infinite number or no day, beyond which nothing lies."""
    if kind is Kind.DATE:
        if value is None:
            return lambda rows: np.full(rows.count, np.datetime64("NaT", "us"))
        return day_limit(value, scope)
    if kind is None or not kind.is_numeric or isinstance(value, dt.datetime):
        raise scope.error("low and high are for numbers and dates, each with its own.")
    amount = scope.amount(value, -np.inf if scope.path[-1] == "low" else np.inf)
    return lambda rows: np.broadcast_to(np.asarray(amount(rows), dtype=float), rows.count)


def _law(name: str, parameters: Any, scope: Scope) -> Provider:
    """A distribution. One whose parameters are fixed is tried before anything is made."""
    if isinstance(parameters, Sequence):
        raise scope.error("sequence makes a whole column and cannot be a part of one.")
    words = ("low", "high") if name == "histogram" else type(parameters).model_fields
    amounts = {word: scope.at(word).amount(getattr(parameters, word)) for word in words}
    law = _histogram(parameters) if name == "histogram" else _laws()[name]

    def draw(rows: Rows) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):  # what becomes infinite is told where it is stored
            return law({word: amount(rows) for word, amount in amounts.items()}, rows.count, rows.rng)

    if not any(isinstance(getattr(parameters, word), str) for word in amounts):
        scope.try_out(draw)
        _check_size(draw, numbers.WHOLE if name in WHOLE_LAWS else MOST, scope)
    whole = name in WHOLE_LAWS
    provider = Provider(Kind.INTEGER if whole else Kind.NUMBER, draw, decimals=0 if whole else 2)
    if name == "whole" and not isinstance(parameters.low, str) and not isinstance(parameters.high, str):
        first, size = int(np.ceil(parameters.low)), int(np.floor(parameters.high) - np.ceil(parameters.low)) + 1
        return replace(provider, capacity=size, distinct=counted(size, lambda places: first + places.astype(float)))
    return provider


def _check_size(draw: Law, most: float, scope: Scope) -> None:
    """A law with so long a tail that its numbers are none any more."""
    drawn = draw(Rows(TRIED, {}, np.random.Generator(np.random.PCG64(0))))
    if not (np.abs(drawn) <= most).all():
        raise scope.error(f"this law gives numbers beyond {most:.3g}.", "cut it at low and high, or shorten its tail")


def _laws() -> dict[str, Callable[[Mapping[str, Any], int, np.random.Generator], Array]]:
    return {
        "uniform": lambda p, n, rng: numbers.uniform(p["low"], p["high"], n, rng),
        "whole": lambda p, n, rng: numbers.whole(p["low"], p["high"], n, rng),
        "normal": lambda p, n, rng: numbers.normal(p["mean"], p["sd"], (p["low"], p["high"]), n, rng),
        "lognormal": lambda p, n, rng: numbers.lognormal(p["median"], p["sigma"], (p["low"], p["high"]), n, rng),
        "exponential": lambda p, n, rng: numbers.exponential(p["mean"], (p["low"], p["high"]), n, rng),
        "poisson": laws.poisson,
        "zipf": laws.zipf,
        **{name: law.draw for name, law in laws.LAWS.items()},
    }


def _histogram(table: Any) -> Callable[[Mapping[str, Any], int, np.random.Generator], Array]:
    edges, weights = np.asarray(table.edges, dtype=float), np.asarray(table.weights, dtype=float)
    return lambda limits, rows, rng: laws.histogram(edges, weights, limits, rows, rng)
