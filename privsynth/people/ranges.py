"""Ranges of values, and how a number of a range is spelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.shapes import COMMON
from privsynth.typing import Array

ENOUGH = 2_000
USABLE = 0.8  # share of a range that may be used up before drawing from it takes too many attempts


class FreeValues(Protocol):
    """Values of one form, and how many of them are free."""

    @property
    def capacity(self) -> int: ...

    def with_room(self, rows: int) -> Self: ...

    def fill(self, draws: Draws) -> Array: ...


@kept(version=1)
@dataclass(frozen=True)
class Numbered:
    """A range of numbers, each written in one way; a wider range stands in where the first is too small."""

    size: int
    write: Callable[[Array, Draws], Array]  # plain values and a call, so that a fitted model can be kept
    known: int = 0  # how many values of the range the source holds
    wider: Numbered | None = None

    @property
    def is_in_use(self) -> bool:
        """Whether the source holds values of it, though nobody can have them."""
        return self.known > 0 or (self.wider is not None and self.wider.known > 0)

    @property
    def capacity(self) -> int:
        return max(int(self.size * USABLE) - self.known, 0)

    def with_room(self, rows: int) -> Numbered:
        return self if rows <= self.capacity or self.wider is None else self.wider.with_room(rows)

    def fill(self, draws: Draws) -> Array:
        return self.write(draws.below("number", self.size), draws)


def spelt(pattern: str, numbers: Array) -> Array:
    """Texts of digits, all of one length, laid into a pattern in which each 9 is a place for a digit."""
    width = len(pattern)
    letters = np.tile(np.frombuffer(pattern.encode("utf-32-le"), dtype=np.uint32), (len(numbers), 1))
    places = [at for at, c in enumerate(pattern) if c == "9"]
    if len(numbers):
        letters[:, places] = np.array(numbers, dtype=f"<U{len(places)}").view(np.uint32).reshape(len(numbers), -1)
    spelt_out: Array = (
        np.ascontiguousarray(letters).view(f"<U{width}").ravel().astype(object)
        if len(numbers)
        else np.empty(0, dtype=object)
    )
    return spelt_out


def joined(*parts: Array | str) -> Array:
    """Texts put together, row by row."""
    text: Any = ""
    for part in parts:
        text = text + part
    return np.asarray(text, dtype=object)


def padded(numbers: Array, width: int) -> Array:
    """Digits of a fixed length, zeros in front."""
    return np.array([f"{number:0{width}d}" for number in numbers], dtype=object)


def patterns(values: Sequence[str], fits: Callable[[str], bool], default: str) -> tuple[str, ...]:
    """The commonest spellings by marks and places of digits; letters are not kept."""
    spellings = Counter(re.sub(r"\d", "9", value.strip()) for value in values)
    plain = [
        (p, n)
        for p, n in spellings.most_common(20)
        if n >= min(COMMON, len(values)) and not re.search(r"[^\W\d_]", p) and fits(p)
    ]
    most = plain[0][1] if plain else 0
    return tuple(p for p, n in plain if n >= 0.2 * most)[:4] or (default,)


def written(texts: Array, spellings: tuple[str, ...], draws: Draws) -> Array:
    """Each text of digits in one of the spellings."""
    which = draws.below("spelling", len(spellings))
    spelt_out = np.empty(len(texts), dtype=object)
    for at, pattern in enumerate(spellings):
        rows = np.flatnonzero(which == at)
        spelt_out[rows] = spelt(pattern, texts[rows])
    return spelt_out


def some(values: Sequence[str]) -> Sequence[str]:
    """At most `ENOUGH` of the values, evenly spread: what most of them are like shows in these."""
    return values[:: -(-len(values) // ENOUGH)] if len(values) > ENOUGH else values


def digit_places(pattern: str) -> int:
    return pattern.count("9")


def numbers_only(value: str) -> str:
    return re.sub(r"\D", "", value)


def of_digits(count: int, default: str) -> Callable[[Sequence[str]], tuple[str, ...]]:
    return lambda values: patterns(values, lambda p: digit_places(p) == count, default)
