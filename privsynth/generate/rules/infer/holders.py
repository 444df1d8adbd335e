"""How many people stand behind what a book says, and what is rounded so that none of them shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor, log10

import numpy as np

from privsynth.typing import Array

WHOLE = 10_000  # weights are out of so many


@dataclass(frozen=True, eq=False)
class Holders:
    """Whose rows these are, and how many people must share what is written down."""

    people: Array = field(repr=False)  # the number of the person of each row
    k: int
    span: tuple[float, float] = (-np.inf, np.inf)  # beyond which no range may reach

    def __len__(self) -> int:
        return len(self.people)

    def take(self, rows: Array) -> Holders:
        return Holders(self.people[rows], self.k, self.span)

    def span_of(self, values: Array) -> tuple[float, float]:
        """The k-th smallest value and the k-th largest."""
        order = np.argsort(values, kind="stable")
        return self._blocks(values, order)[0], self._blocks(values, order[::-1])[0]

    def sizes(self, codes: Array, states: int) -> Array:
        """How many different people are in each state."""
        span = int(self.people.max(initial=0)) + 1
        pairs = np.unique(codes.astype(np.int64) * span + self.people)
        return np.bincount(pairs // span, minlength=states)

    @property
    def size(self) -> int:
        return len(np.unique(self.people))

    def shows(self, rows: Array) -> bool:
        """Whether enough people stand behind these rows (a mask)."""
        return len(np.unique(self.people[rows])) >= self.k

    def tells_apart(self, rows: Array) -> bool:
        """Whether enough people stand behind these rows (a mask), and behind all others."""
        return self.shows(rows) and self.shows(~rows)

    def ends(self, values: Array) -> tuple[float, float]:
        """About where the values of these people end, though nobody's own tells it.

        Beyond the k-th smallest they are taken to reach as far as from there to the 2k-th, and so at the other end.
        """
        order = np.argsort(values, kind="stable")
        low, high = self._blocks(values, order), self._blocks(values, order[::-1])
        first, last = self.span
        return max(first, 2 * low[0] - low[1]), min(last, 2 * high[0] - high[1])

    def _blocks(self, values: Array, order: Array) -> tuple[float, float]:
        """The values up to which k people are met, and 2k."""
        _, first = np.unique(self.people[order], return_index=True)
        met = np.sort(first)
        return tuple(float(values[order[met[min(many, len(met)) - 1]]]) for many in (self.k, 2 * self.k))  # type: ignore[return-value]


def rounded(value: float, digits: int = 2) -> float:
    """A number of so many significant digits."""
    return 0.0 if value == 0 or not np.isfinite(value) else round(value, digits - 1 - floor(log10(abs(value))))


def proportions(counts: Array) -> list[int]:
    """Whole weights of two significant digits, out of ten thousand; what is there has at least one."""
    shares = np.asarray(counts, dtype=float) / max(1.0, float(np.sum(counts)))
    return [max(1, int(rounded(share * WHOLE))) if share > 0 else 0 for share in shares]


def at_most(off: float, rows: int, k: int) -> str:
    """A share of the rows in words: whole percents, upwards, and none that fewer than k rows would be."""
    step = max(0.01, k / max(1, rows))
    return f"at most {min(1.0, max(1, ceil(off / step - 1e-9)) * step):.0%}"


def share(value: float) -> float:
    """A share of two significant digits, and no finer than weights are."""
    return round(rounded(value), 4)
