"""How densely some numbers lie among all of their length, and how many others meet them by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 20  # numbers that show how far they spread
CLOSE = 0.2  # share of all numbers between them: others of the same sort meet them


@dataclass(frozen=True)
class Density:
    """How many numbers of so many digits are wanted, and from where to where they lie."""

    count: int
    low: int
    high: int
    digits: int

    @classmethod
    def of(cls, values: Sequence[int], digits: int) -> Density:
        if len(values) < ENOUGH:
            return cls(len(values), 0, 10**digits - 1, digits)
        return cls(len(values), min(values), max(values), digits)

    @property
    def share(self) -> float:
        """Of the numbers between the least and the largest."""
        return self.count / (self.high - self.low + 1)

    def expected(self, every: int, near: int, hits: int) -> float:
        """How many of the numbers looked up are wanted ones by chance.

        Of any numbers as many as there are wanted ones among all of that length. A column that holds others in between
        is of their sort and meets more: a hit for so many of those. Where the wanted ones lie close together, as
        numbers do that were given out one after another, each that lies there is of their sort.
        """
        if self.share > CLOSE:
            return every * self.count / 10.0**self.digits + near * self.share
        return every * self.count / 10.0**self.digits + (near - hits) * self.share / (1 - self.share)
