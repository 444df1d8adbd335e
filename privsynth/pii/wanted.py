"""Real values to look for in any text: whole, inside of it, and whatever they may be disguised as."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property

import numpy as np

from privsynth.pii.canonical import INTERNATIONAL, TITLES, letters, numbers, runs, words
from privsynth.pii.density import Density
from privsynth.pii.disguises import HALF_WAY, decoded, turned, undisguised
from privsynth.pii.handles import FirstParts
from privsynth.pii.heads import Ends, suspects
from privsynth.typing import Array

_ADDRESS = re.compile(r"\S+@\S+|\w+://\S+|www\.\S+")
_LONGER_ADDRESS = re.compile(r"(?<![\w.+-])\w[\w.+-]*[._-]([^\W\d_]+@[\w.-]+)")  # one word is its last of several
_BETWEEN_NAMES = re.compile(rf"(?i)(?<![^\W_])(?:[^\W\d_]|{'|'.join(sorted(TITLES))})(?![^\W_])")  # no part of one
MOST_WORDS = 6  # of a name
HEAD = 8  # letters by which a run of words is given up early
MOVED = 8  # letters of a value, so many that no other is the same but for their place in the alphabet
LEAST = 6  # letters and digits of what is looked for
MOST_RUNS = 40  # runs of letters and digits of one value, such as a UUID
LONGEST_PHONE = 17  # digits, with what is dialled before the country code


@dataclass(frozen=True)
class Sight:
    """A real value in a text: its form, whether it is the whole text, whether a disguise had to come off, or a code;
    and whether it is the first part of an address, which others may have."""

    form: str
    _: KW_ONLY
    is_whole: bool
    is_disguised: bool
    is_coded: bool = False
    is_handle: bool = False


@dataclass(frozen=True, eq=False)
class Wanted:
    """The forms of values that may stand nowhere, and of whole names, which other people have too."""

    forms: frozenset[str] = field(repr=False)
    names: frozenset[str] = field(repr=False, default=frozenset())
    handles: FirstParts = field(repr=False, default=FirstParts())

    def sights(self, text: str, tried: Tried, *, is_number: bool = False) -> set[Sight]:
        """What stands in a text. `tried` counts the numbers that are looked up.

        The cell of a column of numbers has too few digits for a code of anything; backwards it may be another number.
        """
        sights, plains = self._read(text, tried, is_number=is_number)
        return sights if is_number else sights | self._moved_on([*plains], {sight.form for sight in sights})

    def count(self, text: str, tried: Tried, *, is_number: bool = False) -> None:
        """The numbers that are looked up in a text. Letters that are moved on leave them as they are."""
        self._read(text, tried, is_number=is_number)

    def _read(self, text: str, tried: Tried, *, is_number: bool) -> tuple[set[Sight], set[str]]:
        """What stands in a text and in those that it may stand for; and these, itself among them."""
        seen, under_codes, codes = set[str](), set[str](), set[str]() if is_number else decoded(text)
        sights = {*self._sights(text, seen, is_disguised=False)}
        plains = {text[::-1]} - {text} if is_number else undisguised(text)
        for plain in plains:
            is_coded = plain in codes
            found = self._sights(plain, under_codes if is_coded else seen, is_disguised=True)
            sights |= {replace(sight, is_coded=is_coded) for sight in found}
        for number in seen:
            tried.add(number, self.lengths[len(number)], is_coded=False)
        for number in under_codes:
            tried.add(number, self.lengths[len(number)], is_coded=True)
        return sights, plains | {text}

    def _moved_on(self, texts: Sequence[str], known: set[str]) -> set[Sight]:
        """What stands in texts whose letters were moved on in the alphabet: any short word may become another.

        `known` stands in them as it is, in signs that do not move, such as letters of full width.
        """
        likely = np.flatnonzero(suspects([letters(text) for text in texts], self._quick)).tolist()
        each = (
            (places, self._sights(plain, None, is_disguised=True))
            for at in likely
            for places, plain in turned(texts[at])
        )
        return {
            sight
            for places, sights in each
            for sight in sights
            if sight.form not in known and (_is_long(sight.form) or (places == HALF_WAY and not sight.is_handle))
        }

    def suspects(self, texts: Sequence[str], *, are_numbers: bool = False) -> Array:
        """Which texts can hold something at all; a quick look at all of them, which misses none."""
        if not (self.forms or self.names or self.handles.known):
            return np.zeros(len(texts), dtype=bool)
        if are_numbers:
            return suspects([letters(text) for text in texts], self._quick[:1])
        suspect = suspects([letters(text) for text in texts], self._quick)
        if self.names:
            suspect |= np.array([_BETWEEN_NAMES.search(text) is not None for text in texts], dtype=bool)
        codes = [(at, plain) for at, text in enumerate(texts) for plain in decoded(text)]
        found = suspects([letters(plain) for _, plain in codes], self._quick)
        suspect[[at for (at, _), is_one in zip(codes, found, strict=True) if is_one]] = True
        return suspect

    @cached_property
    def _quick(self) -> tuple[Ends, Ends]:
        return Ends.of(self.forms | self.handles.known, HEAD), Ends.of(self.names, LEAST)

    def _sights(self, text: str, tried: set[str] | None, *, is_disguised: bool) -> Iterator[Sight]:
        """An address that ends like another one (anna.long@x, where long@x is wanted) is that of a namesake."""
        whole = letters(text)
        if whole in self.forms and not whole.isdecimal():
            yield Sight(whole, is_whole=True, is_disguised=is_disguised)
            return
        others = {letters(end) for end in _LONGER_ADDRESS.findall(text)} if "@" in text else set[str]()
        for form, spelt in self._inside(runs(text), tried):
            if form not in others:
                yield Sight(form, is_whole=spelt == whole, is_disguised=is_disguised)
        if self.names:
            yield from (
                Sight(name, is_whole=is_whole, is_disguised=is_disguised) for name, is_whole in self._named(text)
            )
        for part in self.handles.inside(text):
            if part in self.handles.known:
                yield Sight(part, is_whole=part == whole, is_disguised=is_disguised, is_handle=True)

    def _inside(self, parts: Sequence[str], tried: set[str] | None) -> Iterator[tuple[str, str]]:
        """Neighbouring runs that are, as one, a form that is wanted; and how they were spelt. `tried`: the numbers that
        are looked up, or none."""
        for first in range(len(parts)):
            joined = ""
            for part in parts[first : first + MOST_RUNS]:
                joined += part
                if len(joined) > self._longest:
                    break
                if joined.isdecimal():
                    yield from self._numbers(joined, tried) if tried is not None else ()
                elif joined in self.forms:
                    yield joined, joined
                elif len(joined) >= HEAD and joined[:HEAD] not in self._heads:
                    break

    def _named(self, text: str) -> Iterator[tuple[str, bool]]:
        """Words that are a whole name. An address is not read as words: namesakes have such ones too."""
        spelt = words(_ADDRESS.sub(" . ", text))
        for first in range(len(spelt) - 1):
            for last in range(first + 2, min(first + MOST_WORDS, len(spelt)) + 1):
                name = "".join(spelt[first:last])
                if name in self.names and len(name) >= LEAST:
                    yield name, last - first == len(spelt)

    def _numbers(self, digits: str, tried: set[str]) -> Iterator[tuple[str, str]]:
        """A number as it stands and, as a telephone number, without zeros in front and without its country code."""
        if len(digits) not in self.lengths and len(digits) < INTERNATIONAL:
            return
        for form in {digits, *(numbers(digits) if len(digits) <= LONGEST_PHONE else ())}:
            if len(form) in self.lengths:
                tried.add(form)
            if form in self.forms:
                yield form, digits

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.forms), default=0) + 4  # zeros and a country code may stand before it

    @cached_property
    def _heads(self) -> frozenset[str]:
        return frozenset(form[:HEAD] for form in self.forms)

    @cached_property
    def lengths(self) -> Mapping[int, Density]:
        """How densely the wanted numbers lie, by how many digits they have."""
        by_length: dict[int, list[int]] = {}
        for form in self.forms:
            if form.isdecimal():
                by_length.setdefault(len(form), []).append(int(form))
        return {length: Density.of(each, length) for length, each in by_length.items()}


def _is_long(form: str) -> bool:
    return sum(map(str.isalpha, form)) >= MOVED


@dataclass(frozen=True)
class Tried:
    """The numbers that were looked up, and those of them among the wanted ones: by how many digits they have, and
    whether a code had to come off, as it has to of hardly any number."""

    every: Counter[tuple[int, bool]] = field(default_factory=Counter)
    near: Counter[tuple[int, bool]] = field(default_factory=Counter)

    def add(self, number: str, density: Density, *, is_coded: bool) -> None:
        self.every[len(number), is_coded] += 1
        self.near[len(number), is_coded] += density.low <= int(number) <= density.high
