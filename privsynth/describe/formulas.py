"""Which columns of numbers are worked out from others: sums, products, quotients and constant multiples of them.

Few rows rule nearly everything out, a sample most of the rest, and what is left is counted on all rows and compared
with chance: each number that goes in must matter in many more rows than the formula fails in.
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
PROBES = 24  # rows that rule out most
GATES = ((0, 1, 2), (3, 4, 5), (6, 7, 8))  # probes of which one group must show no contradiction: odd rows are few
WIDE = 100  # columns from which on only the first group is asked, and no squares
EXCUSED = 3  # probes that may contradict
HALF = 0.501  # of the last place is lost when a number is rounded
TOLD = 4  # probes that must agree, and not by being zero
MORE = 200  # rows that are asked after the probes
ASKED = 40_000  # pairs of columns times such rows
TELLING = 0.05  # of them must agree, and not by being zero
UNLIKE = 0.15  # of the rows that tell may contradict
BARELY = 5.0  # places: where most odd rows are not further off, it is the formula that is none
SAMPLE = 2_000  # rows that are looked at before all are
LOOSELY = 0.9  # of the sample
ALONG = 0.8  # correlation of what lies on a line, however coarse
DISTINCT = 5  # values of a column that a line through another one is no chance of
CANDIDATES = 500  # of one form, at most
LONGEST = 60  # parts of a sum
DIGITS = 9  # of a constant that somebody chose; others are as they are
POWERS = ((1, 1), (1, -1), (-1, 1), (1, -2), (-2, 1), (1, 2), (2, 1))  # of two numbers whose product is a third
ALONE = (2, -1)  # of one
WRITTEN_AS = ((0.5, 0.5, False), (0.0, 1.0, True))  # places below and above that are written the same: rounded, cut off


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


def formulas_of(numbers: Amounts, gaps: Amounts) -> list[Formula]:
    """The formulas between the columns, best first, none that follows from others.

    `gaps` are further columns that are none of the table, such as the days between two dates: they are numbered on, and
    only multiples of them are looked for.
    """
    if len(numbers.values) < FEWEST or not numbers.values.shape[1]:
        return []
    search = _Search(numbers)
    lines = list(search.lines(gaps))
    doubles = _doubles(lines, numbers)
    wanted = [place for place in range(search.width) if place not in doubles and search.varies[place]]
    several = [*search.pairs_added(wanted), *search.products(wanted), *search.blocks(wanted), *search.sums(wanted)]
    return _independent([*(line for line in lines if not _is_shift(line, numbers.units)), *several])


def _is_shift(line: Formula, units: Array) -> bool:
    """A copy, or a constant difference between columns of the same decimals: facts of their own."""
    source = line.parts[0]
    is_plain = line.factor == line.share == 1.0 and not line.is_floor and source < len(units)
    return is_plain and (not line.offset or units[source] == units[line.target])


def _doubles(lines: Iterable[Formula], numbers: Amounts) -> set[int]:
    """Columns that say no more than another one, which stays."""
    doubles = set[int]()
    for line in lines:
        if line.share == 1.0 and line.parts[0] not in doubles and _is_exact(line, numbers):
            doubles.add(line.target)
    return doubles


def _is_exact(formula: Formula, numbers: Amounts) -> bool:
    """Whether the source could be worked out from the target as well: one of both is enough to look at."""
    source = formula.parts[0]
    if formula.is_floor or source >= numbers.values.shape[1]:
        return False
    return bool(numbers.units[formula.target] <= abs(formula.factor) * numbers.units[source] * 1.001)


def _independent(formulas: Iterable[Formula]) -> list[Formula]:
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


class _Search:
    """The numbers of one table, and the rows that are asked first."""

    def __init__(self, numbers: Amounts) -> None:
        self.numbers, self.width = numbers, numbers.values.shape[1]
        self.some = _some(numbers.values)
        self.probes = np.concatenate([_probes(self.some), np.arange(min(len(self.some), self._more()))])
        self.distinct = np.array([len(np.unique(column[~np.isnan(column)])) for column in self.some.T])
        self.varies = self.distinct > 1

    def _more(self) -> int:
        return int(np.clip(ASKED // max(1, self.width), PROBES, MORE)) // 2 * 2

    def lines(self, gaps: Amounts) -> Iterator[Formula]:
        """Columns that are a constant times another, or that and a constant more."""
        wide = _side_by_side(self.numbers, gaps)
        some = _some(wide.values)[:: max(1, self.width // 10)]
        targets = np.flatnonzero(self.distinct >= DISTINCT)
        seen = set[int]()
        for source in range(some.shape[1]):
            if source in seen:
                continue
            others = [target for target in targets if target != source and target not in seen]
            for target in _straight(some, source, np.array(others, dtype=int), wide.units):
                ways = self._both_ways(wide, source, int(target))
                seen |= {way.target for way in ways[:1]}
                yield from ways

    def _both_ways(self, wide: Amounts, source: int, target: int) -> list[Formula]:
        """First that one of two columns follows which uses each of its places where the other would not."""
        there = _best(_lines(wide, source, target), wide)
        if there is None or source >= self.width:
            return [] if there is None else [there]
        back = _best(_lines(wide, target, source), wide)
        if back is None or back.share < there.share:
            return [there]
        return [there, back] if _is_exact(there, wide) else [back, there]

    def pairs_added(self, wanted: Sequence[int]) -> Iterator[Formula]:
        """`c = a + b`; with the same numbers `a = c - b`."""
        probes, units = self.some[self.probes][:, wanted], self.numbers.units[wanted]
        size = np.abs(probes)
        for at in range(len(wanted) - 1):
            rest = np.arange(at + 1, len(wanted))
            sums = probes[:, [at]] + probes[:, rest]
            coarse = HALF * units.max() + NOISE * np.fmax(size, size[:, [at]])
            pairs = self._agreeing(sums, probes, coarse)
            for left, right in pairs[:CANDIDATES]:
                parts = (at, int(rest[left]))
                if int(right) not in parts:
                    names = (wanted[right], wanted[parts[0]], wanted[parts[1]])
                    yield from self._checked(_added(*names))

    def products(self, wanted: Sequence[int]) -> Iterator[Formula]:
        """`c = f * a^p * b^q`, told by how logarithms change from one row to another, so that no `f` need be known."""
        rows = self.some[self.probes][:, wanted]
        with np.errstate(all="ignore"):
            size = np.where(rows == 0, np.nan, np.abs(rows))
            slack = self.numbers.units[wanted] / size
            logs = np.where(slack > 1, np.nan, np.log(size))
        steps = logs[1::2] - logs[: len(logs) // 2 * 2 : 2]
        within = 1.02 * HALF * (slack[1::2] + slack[: len(logs) // 2 * 2 : 2]) + 1e-9
        usable = np.flatnonzero(self.distinct[wanted] >= DISTINCT - 2)
        for at in map(int, usable):
            rest = usable[usable > at]
            for powers in POWERS if len(wanted) <= WIDE else POWERS[:3]:
                grown = powers[0] * steps[:, [at]] + powers[1] * steps[:, rest]
                pairs = self._agreeing(grown, steps, within)
                yield from self._multiplied(wanted, at, rest, pairs, powers)
            for power in ALONE:
                pairs = self._agreeing(power * steps[:, [at]], steps, within)
                yield from self._multiplied(wanted, at, None, pairs, (power,))

    def _multiplied(
        self, wanted: Sequence[int], at: int, rest: Array | None, pairs: Array, powers: tuple[int, ...]
    ) -> Iterator[Formula]:
        for left, right in pairs[:CANDIDATES]:
            parts = (at,) if rest is None else (at, int(rest[left]))
            if right in parts or self.distinct[wanted[right]] < DISTINCT:
                continue
            names = tuple(wanted[part] for part in parts)
            formula = _best(_product(self.numbers, self.some, wanted[right], names, powers), self.numbers)
            if formula is not None:
                yield formula

    def blocks(self, wanted: Sequence[int]) -> Iterator[Formula]:
        """Totals of three and more columns that stand side by side, such as months."""
        probes, units = self.some[self.probes][:, wanted], self.numbers.units[wanted]
        known = np.cumsum(np.pad(np.isnan(probes), ((0, 0), (1, 0))), axis=1)
        whole = np.cumsum(np.pad(np.nan_to_num(probes), ((0, 0), (1, 0))), axis=1)
        for start in range(len(wanted) - 3):
            ends = np.arange(start + 3, min(len(wanted), start + LONGEST) + 1)
            sums = np.where(known[:, ends] > known[:, [start]], np.nan, whole[:, ends] - whole[:, [start]])
            within = HALF * units.max() + NOISE * np.abs(whole).max(axis=1, keepdims=True) + np.zeros_like(probes)
            for left, right in self._agreeing(sums, probes, within)[:CANDIDATES]:
                block = wanted[start : int(ends[left])]
                if wanted[right] not in block:
                    yield from self._checked(_added(wanted[right], *block))

    def sums(self, wanted: Sequence[int]) -> Iterator[Formula]:
        """Totals of any columns: those that are linear in smaller ones, each taken once and with its sign."""
        some = self.some[:, wanted]
        dense = np.isnan(some).mean(axis=0) <= 0.5
        places = np.asarray(wanted, dtype=int)[dense]
        rows = some[:, dense][~np.isnan(some[:, dense]).any(axis=1)]
        if len(rows) < max(FEWEST, 2 * len(places) + 10):
            return
        order = np.argsort(np.abs(rows).mean(axis=0), kind="stable")
        for target, parts, weights, offset in _linear(rows[:, order], self.numbers.units[places[order]]):
            signs = tuple(int(weight) for weight in weights)
            names = tuple(int(places[order[part]]) for part in parts)
            formula = Formula(target=int(places[order[target]]), parts=names, signs=signs, offset=offset)
            yield from self._checked(formula)

    def _checked(self, formula: Formula) -> Iterator[Formula]:
        best = _best([formula], self.numbers)
        if best is not None:
            yield best

    def _agreeing(self, left: Array, right: Array, within: Array) -> Array:
        """Pairs of a column of either side that agree in the probes, all but a few; those of fewest odd rows first."""
        gates = GATES if right.shape[1] <= WIDE else GATES[:1]
        width = right.shape[1]
        found = [self._through(left, right, within, gate) for gate in gates if max(gate) < len(left)]
        codes = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
        if not len(codes):
            return np.zeros((0, 2), dtype=np.int64)
        half = PROBES // 2
        for rows, excused in ((slice(half), EXCUSED), (slice(half, 2 * PROBES), None), (slice(half, None), None)):
            one, two = codes // width, codes % width
            against, agree = _compared(left[rows], right[rows], within[rows], one, two)
            told = TOLD - 1 if excused is not None else int(TELLING * len(left[rows]))
            good = (against <= (UNLIKE * (against + agree) if excused is None else excused)) & (agree >= told)
            codes = codes[good][np.argsort(against[good], kind="stable")]
        return np.stack([codes // width, codes % width], axis=1)

    @staticmethod
    def _through(left: Array, right: Array, within: Array, gate: Sequence[int]) -> Array:
        first, *others = gate
        near = np.abs(left[first][:, None] - right[first][None, :]) <= within[first][None, :]
        one, two = np.nonzero(near & ((left[first][:, None] != 0) | (right[first][None, :] != 0)))
        for row in others:
            keep = ~(np.abs(left[row, one] - right[row, two]) > within[row, two])
            one, two = one[keep], two[keep]
        return np.asarray(one.astype(np.int64) * right.shape[1] + two)


def _compared(left: Array, right: Array, within: Array, one: Array, two: Array) -> tuple[Array, Array]:
    """In how many rows two columns differ, and in how many they agree and are not both zero."""
    against, agree = np.zeros(len(one), dtype=int), np.zeros(len(one), dtype=int)
    for a, b, close in zip(left, right, within, strict=True):
        here, there = a[one], b[two]
        apart = np.abs(here - there)
        is_near = apart <= close[two]
        against += ~is_near & ~np.isnan(apart)
        agree += is_near & ((here != 0) | (there != 0))
    return against, agree


def _added(target: int, *parts: int) -> Formula:
    return Formula(target=target, parts=parts, signs=(1,) * len(parts))


def _side_by_side(one: Amounts, two: Amounts) -> Amounts:
    return Amounts(np.concatenate([one.values, two.values], axis=1), np.concatenate([one.units, two.units]))


def _some(values: Array) -> Array:
    """Rows from everywhere, in an order of no meaning."""
    rng = np.random.default_rng(len(values))
    return np.asarray(values[rng.permutation(len(values))[:SAMPLE]])


def _probes(values: Array) -> Array:
    """Rows that say most: known and not zero where the rows before said least."""
    telling = (~np.isnan(values) & (values != 0)).astype(float)
    seen, chosen = np.zeros(values.shape[1]), list[int]()
    for _ in range(min(PROBES, len(values))):
        worth = telling @ (1.0 / (1.0 + seen) ** 2)
        worth[chosen] = -1.0
        chosen.append(int(worth.argmax()))
        seen += telling[chosen[-1]]
    return np.array(chosen, dtype=int)


def _straight(values: Array, source: int, targets: Array, units: Array) -> Array:
    """The targets that lie on a line over the source, in all rows of the sample but a few."""
    here = values[:, source]
    known = np.flatnonzero(~np.isnan(here))
    if len(known) < FEWEST or not len(targets) or len(np.unique(here[known])) < DISTINCT:
        return targets[:0]
    order = known[np.argsort(here[known], kind="stable")]
    hopeful = np.zeros(len(targets), dtype=bool)
    for low, high in ((order[0], order[-1]), (order[len(order) // 20], order[-1 - len(order) // 20])):
        span = here[high] - here[low]
        if span <= 0:
            continue
        slope = (values[high, targets] - values[low, targets]) / span
        level = values[low, targets] - slope * here[low]
        apart = np.abs(values[:, targets] - level - slope * here[:, None])
        within = 3 * units[targets] + NOISE * np.abs(values[:, targets])
        both = (apart <= within).sum(axis=0)
        hopeful |= both >= np.maximum(LOOSELY * (~np.isnan(apart)).sum(axis=0), FEWEST / 2)
    return np.array([target for target in targets[hopeful] if _goes_along(here, values[:, target])], dtype=int)


def _goes_along(one: Array, two: Array) -> bool:
    both = ~(np.isnan(one) | np.isnan(two))
    one, two = one[both] - one[both].mean(), two[both] - two[both].mean()
    spread = float(np.sqrt((one**2).sum() * (two**2).sum()))
    return spread > 0 and abs(float((one * two).sum())) >= ALONG * spread


def _lines(numbers: Amounts, source: int, target: int) -> Iterator[Formula]:
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


def _product(
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


def _linear(rows: Array, units: Array) -> Iterator[tuple[int, Array, Array, float]]:
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


def _best(candidates: Iterable[Formula], numbers: Amounts) -> Formula | None:
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
