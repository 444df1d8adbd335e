"""Whole numbers that were given to rows, told from numbers that were measured or counted, by the numbers alone.

Whoever gives out numbers gives none twice; what is measured comes back as soon as rows are many. How often it would
have come back by chance is known from how densely the numbers lie: the problem of the birthdays, for any density.
"""

from __future__ import annotations

import re

import numpy as np

from privsynth.pii.shapes import Shape
from privsynth.typing import Array

FEWEST_ROWS = 20  # below, nothing is said of how numbers lie
EXPECTED = 7.0  # pairs of equal numbers that chance would show: exp(-7) < 0.001 that it shows none
FEWEST_SPARSE = 100  # rows from which on an even spread is told from a bell
EVEN = 1.36  # largest distance from an even spread, times the root of the rows (Kolmogorov: 5 % lie beyond)
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_DAY = re.compile(r"(?:1[6-9]|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\Z")


def counts_rows(shape: Shape, *, in_any_order: bool) -> bool:
    """1, 2, 3, ... in the order of the rows, and no years; in another order they are ranks."""
    numbers = _numbers(shape)
    if shape.distinct != shape.rows or numbers is None:
        return False
    return bool((np.diff(np.sort(numbers) if in_any_order else numbers) == 1).all())


def labels_rows(shape: Shape) -> bool:
    """Another number in each row, whichever: where the name says that these are the labels of rows."""
    return shape.distinct == shape.rows and _numbers(shape) is not None


def numbers_rows(shape: Shape, *, is_measure: bool) -> bool:
    """Whether (nearly) each row has another number, and that is no chance. `is_measure`: the name says that it counts.

    A complete count in another order than that of the rows is one of ranks.
    """
    numbers = _numbers(shape)
    if numbers is None or numbers.min() < 0 or _is_ranking(numbers, shape.rows):
        return False
    again = shape.rows - shape.distinct
    if again <= 0.02 * shape.rows and again * 10 <= (expected := expected_pairs(numbers)) and expected >= EXPECTED:
        return True
    return not is_measure and again == 0 and (_is_drawn(shape) or _is_spread(shape, numbers))


def expected_pairs(numbers: Array) -> float:
    """Pairs of equal numbers among as many draws from a smooth density like that of these different ones.

    The density at a number is taken from its neighbours: half the root of all on either side.
    """
    ordered = np.sort(numbers)
    last = len(ordered) - 1
    near = max(2, int(np.sqrt(len(ordered)) / 2))
    places = np.arange(len(ordered))
    low, high = np.maximum(places - near, 0), np.minimum(places + near, last)
    return float(((high - low) / (ordered[high] - ordered[low])).sum() / 2)


def _numbers(shape: Shape) -> Array | None:
    """The different numbers in the order of the rows, unless they are few, years, days or no whole numbers."""
    if shape.distinct < FEWEST_ROWS or not all(map(_WHOLE.match, shape.known)):
        return None
    numbers = np.array([float(value) for value in shape.known])
    is_year = numbers.min() >= 1500 and numbers.max() <= 2100
    return None if is_year or shape.share(_DAY) >= 0.99 else numbers


def _is_ranking(numbers: Array, rows: int) -> bool:
    """From the first to the last, with or without ties."""
    return bool(numbers.min() <= 1 and numbers.max() - numbers.min() < rows)


def _is_drawn(shape: Shape) -> bool:
    """Long numbers of one length over all first digits: amounts and times begin with few, or differ in length."""
    if shape.rows < 50:
        return False
    lengths = np.bincount(shape.sizes)
    first = np.array([sum(value.startswith(digit) for value in shape.sample) for digit in "123456789"])
    same = int(lengths.argmax()) >= 8 and lengths.max() >= 0.95 * len(shape.sample)
    return bool(same and (first >= 0.05 * len(shape.sample)).sum() >= 8)


def _is_spread(shape: Shape, numbers: Array) -> bool:
    """Of one length, spread evenly from end to end, and neither times nor a series with its ups and downs."""
    if _is_time(numbers) or shape.rows < FEWEST_SPARSE or np.bincount(shape.sizes).max() < 0.95 * len(shape.sample):
        return False
    ordered = np.sort(numbers)
    even = np.linspace(0.0, 1.0, len(ordered))
    away = np.abs((ordered - ordered[0]) / (ordered[-1] - ordered[0]) - even).max()
    return bool(away * np.sqrt(len(ordered)) <= EVEN and not _is_series(numbers))


def _is_time(numbers: Array) -> bool:
    """Seconds since 1970, whole or in thousandths and smaller parts, of this century."""
    return any(numbers.min() >= part * 1e9 and numbers.max() <= part * 2.1e9 for part in (1, 1e3, 1e6, 1e9))


def _is_series(numbers: Array) -> bool:
    steps = np.diff(numbers)
    if (steps > 0).all() or (steps < 0).all():
        return False
    return abs(float(np.corrcoef(np.argsort(np.argsort(numbers)), np.arange(len(numbers)))[0, 1])) > 0.9
