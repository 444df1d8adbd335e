"""First parts of addresses, such as ada.quill2726: with digits they name one person, wherever they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from privsynth.pii.canonical import forms_of, letters, runs
from privsynth.pii.density import ENOUGH, Density

LEAST = 8  # letters and digits, of which there are both
_ADDRESS = re.compile(r"\s*([^\s@]+)@[^\s@]+\s*")
_DIGIT = re.compile(r"\d")
_NO_DIGIT = re.compile(r"\D")


def first_parts(address: str) -> set[str]:
    """The forms of what stands before the at-sign, with its tag and without."""
    match = _ADDRESS.fullmatch(address)
    return forms_of(f"{match[1]}@") if match else set()  # with the sign, which a tag stands before


@dataclass(frozen=True, eq=False)
class FirstParts:
    """The first parts that one address alone has, of letters and digits; and how often others of their sort meet them.

    Of a sort are those of the same letters: another Ada Quill may have ada.quill85 as well, at another host.
    """

    known: frozenset[str] = field(repr=False, default=frozenset())

    @classmethod
    def of(cls, addresses: Iterable[str]) -> FirstParts:
        counts = Counter(part for address in set(map(str.lower, addresses)) for part in first_parts(address))
        return cls(frozenset(part for part, count in counts.items() if count == 1 and _is_one(part)))

    def expected(self, sorts: Counter[str]) -> float:
        """How many words of these sorts are known ones by chance."""
        return sum(count * min(1.0, self._shares[sort]) for sort, count in sorts.items())

    def inside(self, text: str) -> Iterator[str]:
        """Parts of a text that are of a known sort: letters and digits with marks between them, and no space."""
        if not self.known:
            return
        for word in text.split():
            parts = runs(word)
            for first in range(len(parts)):
                joined = ""
                for part in parts[first:]:
                    joined += part
                    if len(joined) > self._longest:
                        break
                    if len(joined) >= LEAST and sort_of(joined) in self._shares:
                        yield joined

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.known), default=0)

    @cached_property
    def _shares(self) -> Mapping[str, float]:
        """By sort: of the numbers that may stand in it, how many do. Numbers that are common, as years are, are met
        more often; so are those that were given out one after another."""
        numbers: dict[str, list[str]] = {}
        for part in self.known:
            numbers.setdefault(sort_of(part), []).append(_NO_DIGIT.sub("", part))
        alike = _alike(number for each in numbers.values() for number in each)
        return {
            sort: max(Density.of([*map(int, each)], len(each[0])).share, len(each) * alike.get(len(each[0]), 0.0))
            for sort, each in numbers.items()
        }


def could_be_one(text: str) -> bool:
    """Whether a word of it is written like one, whoever's."""
    return any(_is_one(letters(part)) for word in text.split() for part in word.split("@"))


def _is_one(part: str) -> bool:
    return len(part) >= LEAST and any(map(str.isdecimal, part)) and any(map(str.isalpha, part))


def sort_of(part: str) -> str:
    return _DIGIT.sub("0", part)


def _alike(numbers: Iterable[str]) -> Mapping[int, float]:
    """By how many digits they have: how often two of the numbers are equal, where there are enough to tell."""
    by_length: dict[int, Counter[str]] = {}
    for number in numbers:
        by_length.setdefault(len(number), Counter())[number] += 1
    return {
        length: sum(count * (count - 1) for count in counts.values()) / (counts.total() * (counts.total() - 1))
        for length, counts in by_length.items()
        if counts.total() >= ENOUGH
    }
