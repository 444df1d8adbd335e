"""Texts of a pattern, such as `[A-Z]{2}-\\d{4}`: a small part of regular expressions, read by a parser of its own.

Allowed are literal characters, classes `[A-Z0-9_]`, `\\d` (digit), `\\l` and `\\u` (small and capital letter),
alternatives `(red|blue)`, and `{n}`, `{n,m}` and `?` after any of them. Every text is as likely as every other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from privsynth.errors import PolicyError
from privsynth.typing import Array

LONGEST = 200  # characters of one made text
DEEPEST = 10  # brackets inside one another
_SHORT = {"d": digits, "l": ascii_lowercase, "u": ascii_uppercase}
_SIGNS = "()[]{}|?*+"


@dataclass(frozen=True)
class TextPattern:
    """A choice between sequences; each item is a string of characters to choose from, or again such a choice."""

    choices: tuple[tuple[str | TextPattern, ...], ...]

    @cached_property
    def capacity(self) -> int:
        """How many texts there are (at most: two ways may lead to one text)."""
        return sum(map(_ways, self.choices))

    @cached_property
    def longest(self) -> int:
        """Characters of its longest text; an empty one counts as one, so that a heap of nothing is bounded too."""
        lengths = ([1 if isinstance(item, str) else item.longest for item in choice] for choice in self.choices)
        return max(1, *map(sum, lengths))

    @cached_property
    def expression(self) -> str:
        """The same texts as a regular expression of RE2, which takes time in proportion to the text."""
        return "(?:" + "|".join(map(_expression, self.choices)) + ")"

    def matches(self, texts: list[str]) -> Array:
        """Which of the texts are of the pattern."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pc.match_substring_regex(pa.array(texts, pa.string()), f"\\A{self.expression}\\z")
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)

    def draw(self, rows: int, rng: np.random.Generator) -> Array:
        if len(self.choices) == 1:
            return _sequence(self.choices[0], rows, rng)
        shares = np.array([_ways(choice) / self.capacity for choice in self.choices])
        which = rng.choice(len(shares), rows, p=shares / shares.sum())
        texts = np.full(rows, "", dtype=object)
        for at, choice in enumerate(self.choices):
            here = np.flatnonzero(which == at)
            texts[here] = _sequence(choice, len(here), rng)
        return texts

    def number(self, place: int) -> str:
        """The text with this number, from 0 up to, and without, `capacity`."""
        for choice in self.choices:
            if place < _ways(choice):
                return "".join(_unfold(choice, place))
            place -= _ways(choice)
        raise IndexError(place)


def _ways(choice: tuple[str | TextPattern, ...]) -> int:
    product = 1
    for item in choice:
        product *= len(item) if isinstance(item, str) else item.capacity
    return product


def _expression(choice: tuple[str | TextPattern, ...]) -> str:
    """One choice, with what stands several times in it written once."""
    runs = ((item, len(list(run))) for item, run in groupby(choice))
    return "".join(_one(item) + (f"{{{times}}}" if times > 1 else "") for item, times in runs)


def _one(item: str | TextPattern) -> str:
    return item.expression if isinstance(item, TextPattern) else "[" + "".join(f"\\x{{{ord(c):x}}}" for c in item) + "]"


def _sequence(choice: tuple[str | TextPattern, ...], rows: int, rng: np.random.Generator) -> Array:
    texts: Array = np.full(rows, "", dtype=object)
    for item in choice:
        texts = texts + (
            np.array(list(item), dtype=object)[rng.integers(0, len(item), rows)]
            if isinstance(item, str)
            else item.draw(rows, rng)
        )
    return texts


def _unfold(choice: tuple[str | TextPattern, ...], place: int) -> list[str]:
    parts = []
    for item in reversed(choice):
        place, at = divmod(place, len(item) if isinstance(item, str) else item.capacity)
        parts.append(item[at] if isinstance(item, str) else item.number(at))
    return parts[::-1]


def read_pattern(text: str) -> TextPattern:
    """The pattern of a text: every text that it allows."""
    reader = _PatternReader(text)
    pattern = reader.choices(0)
    if reader.at < len(text):
        raise reader.error("a bracket is closed that was not opened")
    if pattern.longest > LONGEST:
        raise PolicyError(
            f"a pattern makes texts of up to {pattern.longest} characters; at most {LONGEST} are allowed."
        )
    return pattern


class _PatternReader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        if not text or len(text) > LONGEST:
            raise PolicyError(f"a pattern has 1 to {LONGEST} characters.")

    def choices(self, depth: int) -> TextPattern:
        if depth > DEEPEST:
            raise self.error(f"more than {DEEPEST} brackets are open")
        read: list[tuple[str | TextPattern, ...]] = []
        items: list[str | TextPattern] = []
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                read.append(tuple(items))
                items = []
            else:
                items += self.repeated(self.item(depth))
        return TextPattern((*read, tuple(items)))

    def item(self, depth: int) -> str | TextPattern:
        sign = self.next()
        if sign == "(":
            bracket = self.choices(depth + 1)
            self.expect(")")
            return bracket
        if sign == "[":
            return self.members()
        if sign == "\\":
            return self.escaped()
        if sign in _SIGNS:
            raise self.error(f"'{sign}' cannot stand here; written as a character it is \\{sign}")
        return sign

    def members(self) -> str:
        """The characters between square brackets."""
        characters = ""
        while (sign := self.next()) != "]":
            first = self.escaped() if sign == "\\" else sign
            if (
                len(first) == 1
                and self.text[self.at : self.at + 1] == "-"
                and self.text[self.at + 1 : self.at + 2] not in ("]", "")
            ):
                self.at += 1
                last = self.next()
                if not first <= last or ord(last) - ord(first) > 255:
                    raise self.error("a range runs backwards, or is longer than 256")
                first = "".join(map(chr, range(ord(first), ord(last) + 1)))
            characters += first
        if not characters or characters[0] == "^":
            raise self.error("a class names the characters that may stand there; [] and [^...] are not known")
        return "".join(dict.fromkeys(characters))

    def escaped(self) -> str:
        sign = self.next()
        if sign.isalnum() and sign not in _SHORT:
            raise self.error("\\d, \\l and \\u are known, and \\ in front of a sign")
        return _SHORT.get(sign, sign)

    def repeated(self, item: str | TextPattern) -> list[str | TextPattern]:
        """The item as often as the braces after it say."""
        sign = self.text[self.at : self.at + 1]
        if sign == "?":
            self.at += 1
            return [TextPattern(((), (item,)))]
        if sign != "{":
            return [item]
        self.at += 1
        low = self.count()
        high = low
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1
            high = self.count()
        self.expect("}")
        if low > high or high * (1 if isinstance(item, str) else item.longest) > LONGEST:
            raise self.error(f"repetitions must rise, and make texts of up to {LONGEST} characters")
        return [item] * low if low == high else [TextPattern(tuple((item,) * times for times in range(low, high + 1)))]

    def count(self) -> int:
        begin = self.at
        while self.text[self.at : self.at + 1].isdecimal():
            self.at += 1
        if not 0 < self.at - begin <= 4:
            raise self.error("a number of repetitions is expected, such as {3} or {2,4}")
        return int(self.text[begin : self.at])

    def next(self) -> str:
        if self.at >= len(self.text):
            raise self.error("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def expect(self, sign: str) -> None:
        if self.text[self.at : self.at + 1] != sign:
            raise self.error(f"'{sign}' is expected")
        self.at += 1

    def error(self, problem: str) -> PolicyError:
        return PolicyError(
            f"pattern, character {max(self.at, 1)}: {problem}.",
            hint="known are characters, [A-Z0-9], \\d, \\l, \\u, (a|b), {n}, {n,m} and ?",
        )
