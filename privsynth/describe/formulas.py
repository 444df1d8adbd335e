"""What a formula between columns of numbers is, in which rows it holds, and which ones follow from others.

All rows are counted and compared with chance: each number that goes in must matter in many more rows than the formula
fails in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from privsynth.typing import Array

FEWEST = 30  # rows in which all is known
CHANCE = 20.0  # rows that chance would have to break, for each number that goes in
SHARE = 0.95  # of the rows in which a formula must hold
TENTH = 0.1  # of what chance would break may be broken
NOISE = 1e-12  # what adding and multiplying fractions loses, as a share
BARELY = 5.0  # places: where most odd rows are not further off, it is the formula that is none


@dataclass(frozen=True, eq=False)
class Amounts:
    """Columns of numbers, missing ones as NaN, and the last place to which each is written."""

    values: Array  # rows x columns
    units: Array


@dataclass(frozen=True, kw_only=True)
class Formula:
    """`target = offset + factor * parts`: added up with their signs, or multiplied with their powers."""

    target: int
    parts: tuple[int, ...]
    powers: tuple[int, ...] = ()  # empty: a sum
    signs: tuple[int, ...] = ()
    factor: float = 1.0
    offset: float = 0.0
    is_floor: bool = False  # cut off rather than rounded
    share: float = field(default=0.0, compare=False)
    is_closed: bool = field(default=False, compare=False)  # nothing is ever lost by rounding

    @property
    def columns(self) -> frozenset[int]:
        return frozenset((self.target, *self.parts))

    def value(self, numbers: Sequence[Array]) -> Array:
        """What comes out of the parts, before it is rounded."""
        if not self.powers:
            return np.asarray(self.offset + sum(sign * part for sign, part in zip(self.signs, numbers, strict=True)))
        with np.errstate(all="ignore"):
            product = np.asarray(
                np.prod([part ** float(power) for part, power in zip(numbers, self.powers, strict=True)], axis=0)
            )
            value = self.offset + self.factor * product
        return np.where(np.isfinite(value), value, np.nan)


def best_of(candidates: Iterable[Formula], numbers: Amounts) -> Formula | None:
    """The first that holds everywhere, or else the one that holds in most rows; none that chance explains."""
    best: Formula | None = None
    for formula in candidates:
        counted = _counted(formula, numbers)
        if counted is not None and (best is None or counted.share > best.share):
            best = counted
        if best is not None and best.share == 1.0:
            break
    return best


def _counted(formula: Formula, numbers: Amounts) -> Formula | None:
    there = numbers.values[:, formula.target]
    parts = [numbers.values[:, part] for part in formula.parts]
    rows = np.flatnonzero(~np.isnan(there + sum(parts)))
    if len(rows) < FEWEST or formula.factor == 0.0:
        return None
    there, parts = there[rows], [part[rows] for part in parts]
    unit, is_closed = float(numbers.units[formula.target]), _is_closed(formula, numbers.units)
    share = _fits(formula, there, parts, unit)
    if share < SHARE or (share < 1 and not is_closed and _fits(formula, there, parts, BARELY * unit) > (1 + share) / 2):
        return None
    for at, part in enumerate(parts):
        by_chance = np.mean(
            [_fits(formula, there, [*parts[:at], moved, *parts[at + 1 :]], unit) for moved in _moved(part)]
        )
        if (share - by_chance) * len(rows) < CHANCE or 1 - share > TENTH * (1 - by_chance):
            return None
    return replace(formula, share=share, is_closed=is_closed)


def _is_closed(formula: Formula, units: Array) -> bool:
    """Whether whatever goes in, all places of what comes out are written."""
    if formula.is_floor or any(power < 0 for power in formula.powers) or max(formula.parts) >= len(units):
        return False
    places, unit = units[list(formula.parts)], float(units[formula.target])
    steps = (
        [formula.factor * float(np.prod(places ** np.array(formula.powers, dtype=float)))] if formula.powers else places
    )
    whole = [step / unit for step in (*steps, formula.offset)]
    return min(whole[:-1]) > 0.5 and all(abs(each - round(each)) < 1e-6 for each in whole)


def _moved(part: Array) -> Iterator[Array]:
    """The same numbers in rows of others."""
    for share in (0.37, 0.61):
        yield np.roll(part, max(1, round(share * len(part))))


def _fits(formula: Formula, there: Array, parts: Sequence[Array], unit: float) -> float:
    """In which share of the rows it comes out, to the last place."""
    value = formula.value(parts)
    apart = there - value
    inner = np.abs(value - formula.offset) if formula.powers else np.maximum.reduce([np.abs(part) for part in parts])
    noise = NOISE * (np.maximum(np.abs(there), inner) + abs(formula.offset))
    if formula.is_floor:
        return float(((apart <= noise) & (apart > -unit + noise)).mean())
    return float((np.abs(apart) <= unit / 2 + noise).mean())


def independent(formulas: Iterable[Formula]) -> list[Formula]:
    """Without those that others say together: sums of sums, and quotients of products.

    Of several ways to say the same one that says something of another column than those before.
    """
    kept: list[Formula] = []
    known: list[Formula] = []  # with those left out: what follows from them is nothing new
    ranked = sorted(formulas, key=_rank)
    for formula in ranked:
        taken = {other.target for other in kept if other.powers}  # a sum can be solved for any of its columns
        way = next((way for way in ranked if _is_as_good(way, formula) and way.target not in taken), formula)
        is_said = any(_says_it(other, formula) for other in kept)
        if not is_said and not any(_is_spanned(way, known, weights) for weights in (_as_sum, _as_product)):
            kept.append(way)
        known.append(formula)
    return kept


def _says_it(one: Formula, other: Formula) -> bool:
    """The same columns; or, where there are odd rows, the same column from others: the odd rows will be the same."""
    return one.columns == other.columns or (other.share < 1.0 and one.target == other.target)


def _is_as_good(one: Formula, other: Formula) -> bool:
    same = (one.columns, one.share, one.is_closed)
    return same == (other.columns, other.share, other.is_closed)


def _rank(formula: Formula) -> tuple[object, ...]:
    """What is exact comes before what is rounded, few parts before many, what stands behind its parts before others."""
    is_plain = formula.factor == 1.0 and not formula.offset and not formula.is_floor
    steep = sum(map(abs, formula.powers))
    return (
        formula.share < 1.0,
        not formula.is_closed,
        len(formula.parts),
        not is_plain,
        -formula.target,
        steep,
        -formula.share,
    )


Weights = dict[int, float]


def _as_sum(formula: Formula) -> Weights | None:
    if formula.powers not in ((), (1,)):
        return None
    weights = formula.signs or (formula.factor,)
    return {formula.target: -1.0} | dict(zip(formula.parts, map(float, weights), strict=True))


def _as_product(formula: Formula) -> Weights | None:
    if not formula.powers or formula.offset:
        return None
    return {formula.target: -1.0} | dict(zip(formula.parts, map(float, formula.powers), strict=True))


def _is_spanned(formula: Formula, kept: Sequence[Formula], weights: Callable[[Formula], Weights | None]) -> bool:
    """Whether it follows from those that are kept, all of them read in one way."""
    mine = weights(formula)
    if mine is None:
        return False
    others = [each for other in kept if (each := weights(other)) is not None]
    names = sorted({name for each in (mine, *others) for name in each})
    rows = np.array([[each.get(name, 0.0) for name in names] for each in (*others, mine)])
    return bool(np.linalg.matrix_rank(rows) == (np.linalg.matrix_rank(rows[:-1]) if others else 0))
