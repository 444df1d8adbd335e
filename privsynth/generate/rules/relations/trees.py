"""A table that refers to itself: who stands above whom. Each row stands below an earlier one, so there is no circle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.errors import BackendError
from privsynth.typing import Array


@dataclass(frozen=True)
class TreeShape:
    """Of the rows of one parent at most so many have nobody above them; and how far and how wide it goes below."""

    roots: int
    depth: int | None = None  # levels, the roots included
    span: int | None = None  # rows right below one

    def above(self, size: Array, rng: np.random.Generator) -> Array:
        """For each row the one above it, or -1; so many rows stand together for each parent."""
        self.check(size)
        start = np.repeat(np.cumsum(size) - size, size)
        place = np.arange(size.sum()) - start
        if self.depth is None and self.span is None:
            above = np.floor(rng.random(len(place)) * place).astype(np.int64)
        else:
            above = self._level_by_level(size, place, rng)
        return np.where(place < self.roots, -1, start + above)

    def check(self, size: Array) -> None:
        """Whether so many rows find a place within depth and span."""
        if self.depth is None or (self.span is None and self.depth > 1):
            return
        span = self.span or 0
        room = min(self.roots * sum(span**level for level in range(self.depth)), 2**62)
        over = int((size > room).sum())
        if over:
            raise BackendError(
                f"{self.depth} levels below {self.roots} with at most {span} rows right below one hold {room} rows;"
                f" up to {int(size.max())} are asked for.",
                hint="raise 'depth', 'span' or 'roots', or ask for fewer rows",
            )

    def _width(self, size: Array) -> Array:
        """How many rows stand below one: as few as the depth allows, and half the span where that is more."""
        width = np.full(len(size), 1 if self.span is None else (self.span + 1) // 2, dtype=np.int64)
        if self.depth is not None and self.depth > 1:
            width = np.maximum(width, np.ceil((size / self.roots) ** (1 / (self.depth - 1))).astype(np.int64))
        return width if self.span is None else np.minimum(width, self.span)

    def _level_by_level(self, size: Array, place: Array, rng: np.random.Generator) -> Array:
        """Each level is as wide as the one above allows; its rows are put below that one's at random."""
        width, start = self._width(size), np.cumsum(size) - size
        above = np.zeros(len(place), dtype=np.int64)
        first, many = np.zeros(len(size), dtype=np.int64), np.minimum(self.roots, size)
        while (first + many < size).any():
            below = np.minimum(size - first - many, many * width)
            rows = np.repeat(start + first + many, below) + counted(below)
            above[rows] = np.repeat(first, below) + self._spread(many, below, width, rng)
            first, many = first + many, below
        return above

    def _spread(self, many: Array, below: Array, width: Array, rng: np.random.Generator) -> Array:
        """For each row of a level which of those above it; none has more than the span below it."""
        if self.span is None:
            chance = rng.random(int(below.sum()))
            return np.asarray(np.floor(chance * np.repeat(many, below)), dtype=np.int64)
        places = many * np.minimum(self.span, 4 * width + 4)  # under each as many places as it may come to
        which = np.repeat(np.arange(len(many)), places)
        order = np.lexsort((rng.random(len(which)), which))
        taken = order[counted(places) < np.repeat(below, places)]
        return np.asarray(counted(places)[taken] % many[which[taken]])


def levels_of(above: Array) -> list[Array]:
    """The rows level by level: first those with nobody above them, then those right below these, and so on."""
    level = np.zeros(len(above), dtype=np.int64)
    higher = above.copy()
    while (climbing := higher >= 0).any():
        level[climbing] += 1
        higher[climbing] = above[higher[climbing]]
    order = np.argsort(level, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(level[order])) + 1) if len(above) else []


def counted(sizes: Array) -> Array:
    """0, 1, 2, ... for each of the sizes."""
    return np.asarray(np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes))
