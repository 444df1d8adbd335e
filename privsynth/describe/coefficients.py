"""Which factor, constant and signs a formula between given columns has: the simplest that nearly all rows allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from privsynth.describe.formulas import FEWEST, NOISE, SHARE, Amounts, Formula
from privsynth.typing import Array

SAMPLE = 2_000  # rows that are looked at before all are
LONGEST = 60  # parts of a sum
DIGITS = 9  # of a constant that somebody chose; others are as they are
WRITTEN_AS = ((0.5, 0.5, False), (0.0, 1.0, True))  # places below and above that are written the same: rounded, cut off


def lines_between(numbers: Amounts, source: int, target: int) -> Iterator[Formula]:
    """The simplest lines, without a constant first; rounded, then cut off."""
    here, there = numbers.values[:, source], numbers.values[:, target]
    unit = float(numbers.units[target])
    known = np.flatnonzero(~(np.isnan(here) | np.isnan(there)))
    known = known[:: max(1, len(known) // SAMPLE)]
    here, there = here[known], there[known]
    ends = [(there - below * unit, there + above * unit, is_floor) for below, above, is_floor in WRITTEN_AS]
    bare = Formula(target=target, parts=(source,), powers=(1,))
    for low, high, is_floor in ends:
        factor = _common_factor(here, low, high)
        if factor is not None:
            yield replace(bare, factor=factor, is_floor=is_floor)
    for low, high, is_floor in ends:
        yield from _with_offset(here, low, high, replace(bare, is_floor=is_floor))


def _with_offset(here: Array, low: Array, high: Array, like: Formula) -> Iterator[Formula]:
    first, last = int(here.argmin()), int(here.argmax())
    span = here[last] - here[first]
    if span <= 0:
        return
    factor = _simplest((low[last] - high[first]) / span, (high[last] - low[first]) / span)
    if factor is None:
        return
    offset = _common_factor(np.ones(len(here)), low - factor * here, high - factor * here, may_divide=False)
    if offset:
        yield replace(like, factor=factor, offset=offset)


def product_of(
    numbers: Amounts, some: Array, target: int, parts: tuple[int, ...], powers: tuple[int, ...]
) -> Iterator[Formula]:
    bare = Formula(target=target, parts=parts, powers=powers)
    there, basis = some[:, target], bare.value([some[:, part] for part in parts])
    known = ~(np.isnan(there) | np.isnan(basis)) & (basis != 0)
    there, basis, unit = there[known], basis[known], float(numbers.units[target])
    if len(there) < FEWEST / 2:
        return
    for below, above, is_floor in WRITTEN_AS:
        factor = _common_factor(basis, there - below * unit, there + above * unit)
        if factor is not None:
            yield replace(bare, factor=factor, is_floor=is_floor)


def _common_factor(basis: Array, low: Array, high: Array, *, may_divide: bool = True) -> float | None:
    """The simplest number that takes nearly every `basis` between its two ends."""
    used = np.abs(basis) > 0
    with np.errstate(all="ignore"):
        ends = np.sort(np.stack([low[used] / basis[used], high[used] / basis[used]]), axis=0)
    slack = NOISE * np.abs(ends).max(axis=0, initial=0.0)
    lowest, highest = ends[0] - slack, ends[1] + slack
    if not len(lowest) or not np.isfinite(lowest).all() or not np.isfinite(highest).all():
        return None
    low_end, high_end, covered = _most_covered(lowest, highest)
    return _simplest(low_end, high_end, may_divide=may_divide) if covered >= SHARE * len(lowest) else None


def _most_covered(lowest: Array, highest: Array) -> tuple[float, float, int]:
    """Where most of the ranges overlap, and how many."""
    ends = np.concatenate([lowest, highest])
    steps = np.concatenate([np.ones(len(lowest), dtype=int), -np.ones(len(highest), dtype=int)])
    order = np.lexsort((-steps, ends))
    covered = np.cumsum(steps[order])
    top = int(covered.argmax())
    return float(ends[order[top]]), float(ends[order[top + 1]]), int(covered[top])


def _simplest(low: float, high: float, *, may_divide: bool = True) -> float | None:
    """The number of fewest digits between two, itself or as what one is divided by."""
    if not low <= high:
        return None
    if low <= 0 <= high:
        return 0.0
    middle = (low + high) / 2
    for digits in range(1, DIGITS + 1):
        if low <= _short(middle, digits) <= high:
            return _short(middle, digits)
        if may_divide and low <= 1 / _short(1 / middle, digits) <= high:
            return 1 / _short(1 / middle, digits)
    return middle


def _short(number: float, digits: int) -> float:
    return float(f"{number:.{digits - 1}e}")


def linear(rows: Array, units: Array) -> Iterator[tuple[int, Array, Array, float]]:
    """Columns that are a sum of columns before them, each with the sign 1 or -1, and a constant."""
    scale = np.sqrt((rows**2).mean(axis=0))
    basis = [np.full(len(rows), 1 / np.sqrt(len(rows)))]
    taken: list[int] = []
    for place in range(rows.shape[1]):
        column = rows[:, place] / max(scale[place], 1e-300)
        axes = np.stack(basis, axis=1)
        left = column - axes @ (axes.T @ column)
        left -= axes @ (axes.T @ left)
        if np.abs(left).max() * scale[place] > 0.05 * units[place] + 1e-9 * scale[place]:
            basis.append(left / np.linalg.norm(left))
            taken.append(place)
            continue
        found = _signed(rows, place, taken)
        if found is not None:
            yield place, *found


def _signed(rows: Array, place: int, taken: Sequence[int]) -> tuple[Array, Array, float] | None:
    if not taken:
        return None
    ones = np.ones((len(rows), 1))
    weights = np.linalg.lstsq(np.concatenate([ones, rows[:, list(taken)]], axis=1), rows[:, place], rcond=None)[0]
    whole = np.rint(weights[1:])
    used = np.flatnonzero(whole)
    if np.abs(weights[1:] - whole).max() > 1e-3 or np.abs(whole).max() != 1 or not 2 <= len(used) <= LONGEST:
        return None
    parts = np.asarray(taken)[used]
    offset = float(np.median(rows[:, place] - rows[:, parts] @ whole[used]))
    return parts, whole[used], 0.0 if abs(offset) < 1e-9 * np.abs(rows[:, place]).max() else _short(offset, 12)
