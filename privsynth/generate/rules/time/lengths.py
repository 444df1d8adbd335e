"""Lengths of time and numbers from the laws of a rulebook, over the columns of the parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.vocabulary.rulebook import Draw
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.provider import Law
    from privsynth.generate.rules.values.providers import Scope

Counts = Callable[[Rows], Array]

LONGEST = 10**11  # seconds, about three thousand years


def number_law(draw: Draw, scope: Scope) -> Law:
    """A law of numbers; its expressions may name the parent's columns."""
    from privsynth.generate.rules.values.providers import TOP_ONLY, provider_of

    if draw.generator in TOP_ONLY:
        raise scope.error("a law of numbers is expected here, such as {exponential: {mean: 3}}.")
    provider = provider_of(draw, scope)
    if provider.kind is None or not provider.kind.is_numeric:
        raise scope.error("a law of numbers is expected here, such as {exponential: {mean: 3}}.")
    return provider.draw


def counts_of(draw: Draw, scope: Scope) -> Counts:
    """A law of how many."""
    law, place = number_law(draw, scope), scope.book.place(scope.path)

    def counts(rows: Rows) -> Array:
        numbers = law(rows)
        demand(numbers >= 0, f"{place}: a number is missing or below 0", "cut the law at  low: 0")
        return numbers

    return counts


def length_of(draw: Draw, unit: int, scope: Scope, *, whole: bool) -> Counts:
    """A length in whole seconds, or in whole units; `unit` is in seconds."""
    law, place = number_law(draw, scope), scope.book.place(scope.path)

    def seconds(rows: Rows) -> Array:
        units = law(rows)
        demand(units >= 0, f"{place}: a length of time is missing or below 0", "cut the law at  low: 0")
        demand(units * unit < LONGEST, f"{place}: a length of time is too long")
        return (np.rint(units) * unit if whole else np.rint(units * unit)).astype(np.int64)

    return seconds


def rate_of(value: float | str, scope: Scope) -> Counts:
    """A number that is not below 0, for each parent."""
    amount, place = scope.amount(value), scope.book.place(scope.path)
    if not isinstance(value, str) and value < 0:
        raise scope.error("this is below 0.")

    def rate(parents: Rows) -> Array:
        rates = np.broadcast_to(np.asarray(amount(parents), dtype=float), parents.count)
        demand(rates >= 0, f"{place}: this is missing or below 0")
        return rates

    return rate
