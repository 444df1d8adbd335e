"""Texts of a pattern, such as `[A-Z]{2}-\\d{4}`: plain regular expressions, read by a parser of its own.

Known are literal characters, classes `[A-Z0-9_]` and `[^0-9]`, `\\d \\w \\s` and their opposites `\\D \\W \\S`, `\\l`
and `\\u` (small and capital letter), groups and alternatives `(red|blue)`, `(?:...)`, `(?P<name>...)`, repetitions `?`,
`{n}`, `{n,m}`, `{,m}`, and with a bound of ours `*`, `+` and `{n,}`; `^` and `$` at the ends. A dot is a dot. Every way
through the pattern is as likely as every other, and a text costs no more than its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from privsynth.errors import PolicyError
from privsynth.generate.rules.values.lettering import drawn_letters
from privsynth.typing import Array

LONGEST = 200  # characters of one made text
MOST = 2**62  # no number of a text is larger
DEEPEST = 10  # brackets inside one another
MORE = 8  # how often a repetition without an end goes beyond its least
PRINTED = "".join(map(chr, range(32, 127)))  # what the opposite of a class is taken from
_SHORT = {
    "d": digits,
    "w": ascii_uppercase + ascii_lowercase + digits + "_",
    "s": " ",
    "l": ascii_lowercase,
    "u": ascii_uppercase,
}
_SHORT |= {sign.upper(): "".join(c for c in PRINTED if c not in _SHORT[sign]) for sign in "dws"}
_LOOKING = ("(?=", "(?!", "(?<=", "(?<!")
_NAMED = re.compile(r"\(\?(?::|P?<[A-Za-z_]\w*>)")
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
    def ends(self) -> tuple[str, str]:
        """One of its shortest texts, and one of its longest."""
        sides = [
            ["".join(item[0] if isinstance(item, str) else item.ends[at] for item in choice) for choice in self.choices]
            for at in (0, 1)
        ]
        return min(sides[0], key=len), max(sides[1], key=len)

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
            if len(here):
                texts[here] = _sequence(choice, len(here), rng)
        return texts

    def numbers(self, places: Array) -> Array:
        """The texts with these numbers, from 0 up to, and without, `capacity`."""
        texts, rest = np.full(len(places), "", dtype=object), places
        todo = np.arange(len(places))
        for choice in self.choices:
            ways = _ways(choice)
            here = rest < ways
            texts[todo[here]] = _unfold(choice, rest[here])
            todo, rest = todo[~here], rest[~here] - min(ways, MOST)
        return texts


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
    """Characters that stand side by side are drawn as one text."""
    texts: list[Array] = []
    for is_letter, run in groupby(choice, key=lambda item: isinstance(item, str)):
        if is_letter:
            texts.append(drawn_letters([item for item in run if isinstance(item, str)], rows, rng))
        else:
            texts += [item.draw(rows, rng) for item in run if isinstance(item, TextPattern)]
    return sum(texts[1:], start=texts[0]) if texts else np.full(rows, "", dtype=object)


def _unfold(choice: tuple[str | TextPattern, ...], places: Array) -> Array:
    texts = np.full(len(places), "", dtype=object)
    for item in reversed(choice):
        places, at = np.divmod(places, min(len(item) if isinstance(item, str) else item.capacity, MOST))
        texts = (np.array([*item], dtype=object)[at] if isinstance(item, str) else item.numbers(at)) + texts
    return texts


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
            elif not self.is_anchor(depth, begins=not items):
                items += self.repeated(self.item(depth))
        return TextPattern((*read, tuple(items)))

    def is_anchor(self, depth: int, *, begins: bool) -> bool:
        """Passes over `^` and `$` at the ends of the whole: a text is made from its beginning to its end anyhow."""
        sign, following = self.text[self.at], self.text[self.at + 1 : self.at + 2]
        if depth or not ((sign == "^" and begins) or (sign == "$" and following in ("", "|"))):
            return False
        self.at += 1
        return True

    def open(self) -> None:
        """What may stand behind a bracket: a name or ?: say nothing of the texts."""
        self.at -= 1
        if self.text.startswith(_LOOKING, self.at):
            raise self.error("looking ahead and back is not known", "write out what may stand there, as (a|b) or [...]")
        if head := _NAMED.match(self.text, self.at):
            self.at = head.end()
        elif self.text.startswith("(?", self.at):
            raise self.error("of the groups with a question mark (?:...) and (?P<name>...) are known")
        else:
            self.at += 1

    def item(self, depth: int) -> str | TextPattern:
        sign = self.next()
        if sign == "(":
            self.open()
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
        """The characters between square brackets, or all others."""
        characters = ""
        is_opposite = self.text[self.at : self.at + 1] == "^"
        self.at += is_opposite
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
        if is_opposite and characters:
            characters = "".join(sign for sign in PRINTED if sign not in characters)
        if not characters:
            raise self.error("a class names the characters that may stand there, or those that may not")
        return "".join(dict.fromkeys(characters))

    def escaped(self) -> str:
        sign = self.next()
        if sign in "123456789k":
            raise self.error(
                "a group cannot be repeated by its number or name", "make two columns and join them with sql"
            )
        if sign.isalnum() and sign not in _SHORT:
            raise self.error("\\d, \\w, \\s, \\l and \\u are known, and \\ in front of a sign")
        return _SHORT.get(sign, sign)

    def repeated(self, item: str | TextPattern) -> list[str | TextPattern]:
        """The item as often as what stands after it says."""
        is_dot = self.text[self.at - 1] == "." and self.text[self.at - 2 : self.at - 1] != "\\"
        bounds = self.bounds()
        if bounds is None:
            return [item]
        if is_dot:
            raise self.error("a dot stands for itself", "write a class for any character, such as \\w or [ -~]")
        self.at += self.text[self.at : self.at + 1] == "?"  # lazy: the same texts
        low, high = bounds
        if low > high or high * (1 if isinstance(item, str) else item.longest) > LONGEST:
            raise self.error(f"repetitions must rise, and make texts of up to {LONGEST} characters")
        if low == high:
            return [item] * low
        return [TextPattern(tuple((item,) * times for times in range(low, high + 1)))]

    def bounds(self) -> tuple[int, int] | None:
        """How often something stands there; a repetition without an end has one here."""
        sign = self.text[self.at : self.at + 1]
        if sign not in ("?", "*", "+", "{"):
            return None
        self.at += 1
        if sign != "{":
            return {"?": (0, 1), "*": (0, MORE), "+": (1, MORE)}[sign]
        low = 0 if self.text[self.at : self.at + 1] == "," else self.count()
        high = low
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1
            high = low + MORE if self.text[self.at : self.at + 1] == "}" else self.count()
        self.expect("}")
        return low, high

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

    def error(self, problem: str, hint: str = "") -> PolicyError:
        known = "known are characters, [A-Z0-9], [^a], \\d, \\w, \\s, \\l, \\u, (a|b), {n}, {n,m}, ?, * and +"
        return PolicyError(f"pattern, character {max(self.at, 1)}: {problem}.", hint=hint or known)
