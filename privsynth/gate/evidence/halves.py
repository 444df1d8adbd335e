"""Real values cut in two: the beginning in one column of the draft, the rest in another column of the same row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.gate.evidence.disguised import CHANCE, READ
from privsynth.measure.significance import poisson_tail
from privsynth.pii.canonical import letters
from privsynth.pii.wanted import Wanted
from privsynth.typing import Array

BASE = 0x9E3779B97F4A7C15  # odd: no power of it is nothing
PART = 2  # letters: a shorter part tells nothing that the other one does not
_WORD = 2**64 - 1


@dataclass(frozen=True, eq=False)
class Halves:
    """The cells of one column as what each may be a part of: a number and a length for each distinct form."""

    rows: Array = field(repr=False)  # which form each row has; -1 where it can be no part
    forms: list[str] = field(repr=False)
    numbers: Array = field(repr=False)
    lengths: Array = field(repr=False)

    @classmethod
    def of(cls, texts: Array, longest: int) -> Halves:
        codes, cells = pd.factorize(np.asarray(texts, dtype=object))
        forms = [letters(cell) for cell in cells]
        lengths = np.array([len(_bytes(form)) for form in forms], dtype=np.int64)
        fits = np.append((lengths >= PART) & (lengths <= longest - PART), False)
        return cls(np.where(fits[codes], codes, -1), forms, _numbers(forms), lengths)

    @property
    def is_empty(self) -> bool:
        return not bool((self.rows >= 0).any())

    def where(self, is_one: list[bool]) -> Array:
        """The rows as they are where their form is one of these, -1 elsewhere."""
        return np.where(np.append(np.array(is_one, dtype=bool), False)[self.rows], self.rows, -1)

    @cached_property
    def powers(self) -> Array:
        """By what the number of a form grows when this one is put behind it."""
        return np.array([pow(BASE, int(length), _WORD + 1) for length in self.lengths], dtype=np.uint64)


def _bytes(form: str) -> bytes:
    return form.encode("utf-8", "surrogatepass")


def _numbers(forms: Iterable[str]) -> Array:
    """Each form as a number of 64 bits, such that the number of two forms in a row follows from theirs."""
    return np.array([_number(_bytes(form)) for form in forms], dtype=np.uint64)


def _number(raw: bytes) -> int:
    value = 0
    for byte in raw:
        value = value * BASE + byte + 1 & _WORD
    return value


@dataclass(frozen=True, eq=False)
class Uncut:
    """The real values that two parts may make, as sorted numbers by their length."""

    wanted: Wanted = field(repr=False)
    _known: dict[int, tuple[frozenset[str], frozenset[str]]] = field(repr=False, default_factory=dict)
    _looked_at: dict[tuple[Halves, int], Array] = field(repr=False, default_factory=dict)

    @cached_property
    def by_length(self) -> Mapping[int, Array]:
        lengths: dict[int, list[str]] = {}
        for form in self.wanted.forms:
            lengths.setdefault(len(_bytes(form)), []).append(form)
        return {length: np.sort(_numbers(forms)) for length, forms in lengths.items()}

    @property
    def longest(self) -> int:
        return max(self.by_length, default=0)

    def made_by(self, first: Halves, second: Halves, alpha: float) -> set[str]:
        """The values that two columns make together; numbers only where they are more than chance gives."""
        left, right = _together(self.beginning(first), self.ending(second), len(second.forms))
        lengths = first.lengths[left] + second.lengths[right]
        joined = first.numbers[left] * second.powers[right] + second.numbers[right]
        made = set[str]()
        for length in np.intersect1d(lengths, list(self.by_length)).tolist():
            here = np.flatnonzero(lengths == length)
            same = here[_among(joined[here], self.by_length[length])].tolist()
            forms = {first.forms[left[at]] + second.forms[right[at]] for at in same} & self.wanted.forms
            numbers = {form for form in forms if form.isdecimal()}
            expected = self.wanted.lengths[length].share * _tried(first, second, length) if numbers else 0.0
            is_chance = poisson_tail(len(numbers), expected) >= alpha / len(self.by_length)
            made |= forms - numbers if is_chance else forms
        return made

    def beginning(self, halves: Halves) -> Array:
        """The forms of the rows with which a real value begins; -1 elsewhere."""
        return self._rows(halves, 0)

    def ending(self, halves: Halves) -> Array:
        return self._rows(halves, 1)

    def _rows(self, halves: Halves, end: int) -> Array:
        if (halves, end) not in self._looked_at:
            is_one = [form in self._parts(len(form))[end] for form in halves.forms]
            self._looked_at[halves, end] = halves.where(is_one)
        return self._looked_at[halves, end]

    def _parts(self, length: int) -> tuple[frozenset[str], frozenset[str]]:
        """The first and the last letters of all real values, so many of them."""
        if length not in self._known:
            forms = [form for form in self.wanted.forms if 0 < length < len(form)]
            firsts, lasts = frozenset(form[:length] for form in forms), frozenset(form[-length:] for form in forms)
            self._known[length] = firsts, lasts
        return self._known[length]


def _together(first: Array, second: Array, base: int) -> tuple[Array, Array]:
    """The distinct pairs of forms that stand in one row."""
    both = (first >= 0) & (second >= 0)
    pairs = np.unique(first[both].astype(np.int64) * max(1, base) + second[both])
    return pairs // max(1, base), pairs % max(1, base)


def _tried(first: Halves, second: Halves, length: int) -> int:
    """All distinct pairs that are so long, whether or not a real value begins or ends like them."""
    left, right = _together(first.rows, second.rows, len(second.forms))
    return int(np.count_nonzero(first.lengths[left] + second.lengths[right] == length))


def _among(values: Array, ordered: Array) -> Array:
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[at] == values)


def split_hits(made: Table, train: Table, wanted: Wanted) -> dict[str, int]:
    """For each pair of draft columns the distinct real values that they make, one after the other.

    What two columns of the source make as well, such as a year and a number in it, is how a key is written and no leak.
    """
    uncut = Uncut(wanted)
    halves = _halves(made, uncut.longest)
    pairs = list(permutations(halves, 2))
    hits = {(a, b): len(uncut.made_by(halves[a], halves[b], CHANCE / max(1, len(pairs)))) for a, b in pairs}
    found = [(pair, count) for pair, count in hits.items() if count and not _is_how_it_is_written(uncut, train, pair)]
    return {" and ".join(pair): count for pair, count in found}


def _is_how_it_is_written(uncut: Uncut, train: Table, pair: tuple[str, str]) -> bool:
    others = [column.name for column in train.columns if column.name not in pair]
    own = _halves(train.without(others), uncut.longest)
    return own.keys() >= set(pair) and bool(uncut.made_by(own[pair[0]], own[pair[1]], 1.0))


def _halves(table: Table, longest: int) -> dict[str, Halves]:
    names = [c.name for c in table.columns if c.kind in READ or c.kind in (Kind.INTEGER, Kind.NUMBER)]
    halves = {name: Halves.of(table.text(name), longest) for name in names}
    return {name: each for name, each in halves.items() if not each.is_empty}
