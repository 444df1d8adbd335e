"""Which columns of numbers are worked out from others: sums, products, quotients and constant multiples of them.

Few rows rule nearly everything out, a sample most of the rest, and what is left is counted on all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from privsynth.describe.coefficients import LONGEST, SAMPLE, linear, lines_between, product_of
from privsynth.describe.formulas import FEWEST, NOISE, Amounts, Formula, best_of, independent
from privsynth.typing import Array

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
LOOSELY = 0.9  # of the sample
ALONG = 0.8  # correlation of what lies on a line, however coarse
DISTINCT = 5  # values of a column that a line through another one is no chance of
CANDIDATES = 500  # of one form, at most
POWERS = ((1, 1), (1, -1), (-1, 1), (1, -2), (-2, 1), (1, 2), (2, 1))  # of two numbers whose product is a third
ALONE = (2, -1)  # of one


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
    return independent([*(line for line in lines if not _is_shift(line, numbers.units)), *several])


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
        there = best_of(lines_between(wide, source, target), wide)
        if there is None or source >= self.width:
            return [] if there is None else [there]
        back = best_of(lines_between(wide, target, source), wide)
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
            formula = best_of(product_of(self.numbers, self.some, wanted[right], names, powers), self.numbers)
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
        for target, parts, weights, offset in linear(rows[:, order], self.numbers.units[places[order]]):
            signs = tuple(int(weight) for weight in weights)
            names = tuple(int(places[order[part]]) for part in parts)
            formula = Formula(target=int(places[order[target]]), parts=names, signs=signs, offset=offset)
            yield from self._checked(formula)

    def _checked(self, formula: Formula) -> Iterator[Formula]:
        best = best_of([formula], self.numbers)
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
