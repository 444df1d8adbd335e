"""Whether a table shares half of its rows, or of its cells, with one of which the ledger holds a sketch."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, comb, log

import numpy as np

from privsynth.lineage.sketch import Parts, Sketch, counts_of
from privsynth.source import SharedRows
from privsynth.typing import Array

HALF = 0.5
CERTAIN = log(1e-7)  # the chance that strangers of one population are taken for kin, of which each set of columns tries
LIKE = 0.6  # columns whose looks differ by more than this are not taken for one another
SAME_NAME = 0.1  # by which columns of one name look more alike
BEYOND = 0.35  # sets of columns in which so much is shared are looked at for which columns agree
GOES = (
    0.2  # so much of the agreement goes when a column is shuffled; of a column in which three of four agree, a quarter
)
SURELY = log(1e-3)  # the chance that strangers are as near to each other in one set of columns
UNCLEAR = 0.8  # so much agreement with a shuffled column: such a set of columns cannot tell
COVERED = 0.45  # of the columns of the narrower table must agree row by row: half of them, if their number is odd
SHUFFLES = 2


def shared(earlier: Sketch, here: Sketch, parts: Parts, key: bytes) -> SharedRows | None:
    """What the table at hand shares with the earlier one, if that is half of the rows of either, or of the cells.

    Of two samples of one population, however often their rows repeat, the counts differ by chi-square (Pearson 1900);
    shared rows differ by nothing. That a set of columns agrees by design (each number once, each shop on each day) is
    seen by shuffling one column: agreement that stays is not that of rows.
    """
    match = matched(earlier, here)
    known = [number for number, columns in enumerate(earlier.sets) if all(c in match for c in columns)]
    if not known:
        return None
    sets = {number: [match[c] for c in earlier.sets[number]] for number in known}
    measured = _Measured(earlier, here, sets, parts, key)
    sizes = dict.fromkeys(ceil(len(known) / part) for part in (1, 2, 4, 8, 16))
    chosen = (order[:size] for size in sizes for order in measured.orders())
    return next((found for numbers in chosen if (found := measured.of(numbers)) is not None), None)


def matched(earlier: Sketch, here: Sketch) -> dict[int, int]:
    """Which column of the table at hand holds what an earlier one held, by the look of its values, not by its name."""
    from scipy.optimize import linear_sum_assignment

    apart = np.abs(earlier.looks[:, None, :] - here.looks[None, :, :]).sum(axis=2) / (4 * 255)
    apart = apart - SAME_NAME * (np.array(earlier.names)[:, None] == np.array(here.names)[None, :])
    pairs = zip(*linear_sum_assignment(apart), strict=True)
    return {int(left): int(right) for left, right in pairs if apart[left, right] <= LIKE}


class _Measured:
    """The counts of the table at hand beside those of an earlier one."""

    def __init__(self, earlier: Sketch, here: Sketch, sets: dict[int, list[int]], parts: Parts, key: bytes) -> None:
        self.earlier, self.here, self.sets, self.parts, self.key = earlier, here, sets, parts, key
        self.smaller, self.both = min(earlier.rows, here.rows), earlier.rows + here.rows
        self.cells = max(2.0, earlier.cells, here.cells)
        counts = self._counts(list(sets))
        self.apart = {number: self._apart(number, counts[number]) for number in sets}
        self.chance = {number: _log_chance(*apart) for number, apart in self.apart.items()}

    def _counts(self, numbers: Sequence[int], shuffled: int | None = None, seed: int = 0) -> dict[int, Array]:
        """For each set the counts of the rows at hand, with one of its columns shuffled, if asked for."""
        buckets = self.earlier.counts.shape[1]
        counts = {number: np.zeros(buckets, dtype=np.int64) for number in numbers}
        rng = np.random.default_rng(seed)
        for part in self.parts():
            columns = [column.cells for column in part.columns]
            order = rng.permutation(len(part))
            for number in numbers:
                cells = [columns[c] for c in self.sets[number]]
                if shuffled is not None:
                    cells[shuffled] = cells[shuffled][order]
                counts[number] += counts_of(cells, number, buckets, self.key)
        return counts

    def _apart(self, number: int, counts: Array) -> tuple[float, int]:
        """Pearson's chi-square of the two rows of counts, and its degrees of freedom."""
        ratio = np.sqrt(self.here.rows / self.earlier.rows)
        total = counts + self.earlier.counts[number]
        live = total > 0
        differ = (self.earlier.counts[number] * ratio - counts / ratio)[live] ** 2 / total[live]
        return float(differ.sum()), max(1, int(live.sum()) - 1)

    def _kept(self, apart: tuple[float, float]) -> float:
        """Rows that both hold, as a share of the smaller table: each pair takes its part off chi-square."""
        return (1 - apart[0] / apart[1]) * self.both / 2 / self.smaller

    def orders(self) -> tuple[list[int], list[int]]:
        """The sets of columns, first those which strangers are least likely to be as near to each other in, or those
        in which most is shared."""
        return (
            sorted(self.sets, key=lambda number: self.chance[number]),
            sorted(self.sets, key=lambda number: self.apart[number][0] / self.apart[number][1]),
        )

    def of(self, numbers: Sequence[int]) -> SharedRows | None:
        """What is shared by these sets of columns, which are the ones that share most."""
        apart, freedoms = np.sum([self.apart[n] for n in numbers], axis=0)
        ratio, freedom = float(apart / freedoms), min(float(freedoms), self.cells - 1)
        rows = self._kept((ratio, 1))
        spread = np.sqrt(2 / freedom) * self.both / 2 / self.smaller
        tried = log(2 * comb(len(self.sets), len(numbers)))  # by two orders
        if rows + 2 * spread < HALF or _log_chance(ratio * freedom, freedom) + tried > CERTAIN:
            return None
        columns, narrower = self._columns(self._agreeing() or list(numbers)), min(self.earlier.useful, self.here.useful)
        if columns < max(COVERED * narrower, min(2, narrower)):
            return None
        return SharedRows(
            rows=float(np.clip(rows, 0, 1)),
            columns=columns,
            of_columns=narrower,
            is_larger=self.here.rows > self.earlier.rows,
        )

    def _agreeing(self) -> list[int]:
        """The sets of columns in which surely much is shared; of a small part of a table no single one may be sure."""
        return [n for n in self.sets if self._kept(self.apart[n]) >= BEYOND and self.chance[n] < SURELY]

    def _columns(self, numbers: Sequence[int]) -> int:
        """How many columns agree row by row: much of the agreement of their sets goes when they are shuffled."""
        if max(len(self.sets[number]) for number in numbers) == 1:
            return 1
        parts: dict[int, list[tuple[float, float]]] = {}
        for place in range(max(len(self.sets[number]) for number in numbers)):
            of_size = [number for number in numbers if len(self.sets[number]) > place]
            shuffles = [self._counts(of_size, place, seed) for seed in range(SHUFFLES)]
            for number in of_size:
                stays = float(np.mean([self._kept(self._apart(number, counts[number])) for counts in shuffles]))
                if stays <= UNCLEAR:
                    kept = self._kept(self.apart[number])
                    goes = (kept - max(0.0, stays)) / max(BEYOND, kept)
                    parts.setdefault(self.sets[number][place], []).append((goes, self.apart[number][1]))
        return sum(self._goes(of_column) for of_column in parts.values())

    def _goes(self, parts: Sequence[tuple[float, float]]) -> bool:
        """Whether agreement goes with a column, by more than chance (of buckets, of rows) would have it."""
        goes, freedom = np.array(parts).T
        spread = np.sqrt((1 + 1 / SHUFFLES) * 2 / freedom.sum()) * self.both / 2 / self.smaller
        return bool(np.average(goes, weights=freedom) - np.hypot(spread, self.smaller**-0.5) >= GOES)


def _log_chance(apart: float, freedom: float) -> float:
    from scipy.stats import chi2

    return float(chi2.logcdf(apart, freedom)) if apart > 0 else -np.inf
