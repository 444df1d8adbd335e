"""Draws numbers by formulas of our own. Parameters may differ by row; a missing one gives a missing value."""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.errors import BackendError
from privsynth.typing import Array

Values = Array | float

WHOLE = 2**53  # up to here a float tells each whole number from the next


def uniform(low: Values, high: Values, rows: int, rng: np.random.Generator) -> Array:
    _demand(low <= high, low, high, "low is above high")
    return np.asarray(low + (np.asarray(high) - low) * rng.random(rows))


def whole(low: Values, high: Values, rows: int, rng: np.random.Generator) -> Array:
    """Whole numbers from low to high; limits that are not whole are drawn inwards."""
    first, last = np.ceil(low), np.floor(high)
    beyond = f"low or high is beyond {WHOLE:,}, up to which whole numbers are exact"
    _demand(np.maximum(np.abs(first), np.abs(last)) <= WHOLE, first, last, beyond)
    _demand(first <= last, first, last, "no whole number lies between low and high")
    return np.asarray(np.minimum(first + np.floor((last - first + 1) * rng.random(rows)), last))


def normal(
    mean: Values, sd: Values, cut: tuple[Values | None, Values | None], rows: int, rng: np.random.Generator
) -> Array:
    _demand(np.asarray(sd) >= 0, sd, sd, "sd is below 0")
    if all(edge is None for edge in cut):
        return np.asarray(mean + sd * rng.standard_normal(rows))
    low, high = _limits(cut)
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = mean + sd * _cut_standard((low - mean) / sd, (high - mean) / sd, rows, rng)
    numbers = np.where((np.asarray(sd) == 0) & ~np.isnan(mean + sd), mean, numbers)
    return np.asarray(np.clip(numbers, low, high))


def lognormal(
    median: Values, sigma: Values, cut: tuple[Values | None, Values | None], rows: int, rng: np.random.Generator
) -> Array:
    _demand(np.asarray(median) > 0, median, median, "median is not above 0")
    logs = tuple(None if edge is None else _log(edge) for edge in cut)
    numbers = np.exp(normal(np.log(median), sigma, (logs[0], logs[1]), rows, rng))
    low, high = _limits(cut)
    return np.asarray(np.clip(numbers, low, high))


def exponential(mean: Values, cut: tuple[Values | None, Values | None], rows: int, rng: np.random.Generator) -> Array:
    """By the inverse of the distribution, between the shares that lie below the two cuts."""
    _demand(np.asarray(mean) > 0, mean, mean, "mean is not above 0")
    low, high = _limits(cut)
    low = np.maximum(low, 0.0)
    _demand(low < high, low, high, "low is not below high")
    below, above = -np.expm1(-low / mean), -np.expm1(-high / mean)
    _demand(below < above, below, above, "nearly nothing lies between low and high")
    numbers = -mean * np.log1p(-(below + (above - below) * rng.random(rows)))
    return np.asarray(np.clip(numbers, low, high))


def histogram_share(edges: Array, upto: Array, values: Array) -> Array:
    """The share of an empirical table that lies below each value."""
    return np.asarray(np.interp(values, edges, upto))


def _cut_standard(low: Array, high: Array, rows: int, rng: np.random.Generator) -> Array:
    """Standard normal numbers between two limits, worked out in the tail that is nearer, where shares are exact."""
    from scipy.special import ndtr, ndtri

    turned = np.asarray(low) > 0
    a, b = ndtr(np.where(turned, -high, low)), ndtr(np.where(turned, -low, high))
    has_limits = ~(np.isnan(low) | np.isnan(high))
    _demand((a < b) | ~has_limits, low, high, "nearly nothing lies between low and high")
    numbers = ndtri(a + (b - a) * rng.random(rows))
    return np.asarray(np.where(turned, -numbers, numbers))


def _limits(cut: tuple[Values | None, Values | None]) -> tuple[Array, Array]:
    low = np.asarray(-np.inf if cut[0] is None else cut[0], dtype=float)
    high = np.asarray(np.inf if cut[1] is None else cut[1], dtype=float)
    _demand(low <= high, low, high, "low is above high")
    return low, high


def _log(edge: Values) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(edge, 0.0)))


def _demand(good: Any, one: Values, other: Values, problem: str) -> None:
    """Refuse parameters that make no sense; missing ones are no fault."""
    is_missing = np.isnan(np.asarray(one, dtype=float)) | np.isnan(np.asarray(other, dtype=float))
    demand(np.asarray(good) | is_missing, problem)


def demand(good: Array, problem: str, hint: str = "") -> None:
    """Refuse limits and parameters that are wrong, and say in how many rows they are."""
    bad = int((~good).sum())
    if bad:
        place = f", in {bad} row{'s' if bad != 1 else ''}" if np.ndim(good) else ""
        raise BackendError(f"{problem}{place}.", hint=hint)
