"""The form of a value: which characters may stand where, so that its token can be another value of the same form.

Forms cut up all texts: each belongs to exactly one. A permutation inside each form is therefore one over all texts,
and two values never share a token though nothing is remembered. A form follows from the value itself as far as can be,
so that other rows, files and runs find the same one; what must be learnt from many values is kept in `Forms`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import accumulate
from math import prod
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from privsynth.people.shapes import OPAQUE
from privsynth.typing import Array

MOST_RANKED = 1 << 62  # larger forms are drawn from, not permuted: two of a million draws meet once in 10^7 runs
TURNS = 3  # more changes between digits and letters in a word are chance, as in hexadecimal numbers, and not a format
NINE, UPPER, LOWER, ANY = b"9Aax"
ALPHABETS = {NINE: digits.encode(), UPPER: ascii_uppercase.encode(), LOWER: ascii_lowercase.encode()}
_HEX = digits + "abcdef"
HEX_LOWER, HEX_UPPER, ALL_LOWER, ALL_UPPER, ALL = 1, 2, 5, 6, 7  # small letters, capitals, beyond f: the sum of 1, 2, 4
MIXES = {
    0: _HEX,
    HEX_LOWER: _HEX,
    HEX_UPPER: _HEX.upper(),
    ALL_LOWER: digits + ascii_lowercase,
    ALL_UPPER: digits + ascii_uppercase,
    ALL: digits + ascii_uppercase + ascii_lowercase,
}


def _classes() -> Array:
    found = np.arange(256, dtype=np.uint8)
    for kind, letters in ALPHABETS.items():
        found[list(letters)] = kind
    return found


CLASSES = _classes()
_ALNUM = np.isin(CLASSES, list(ALPHABETS))
_BEYOND = np.isin(np.arange(256), list((ascii_lowercase[6:] + ascii_uppercase[6:]).encode()))


@dataclass(frozen=True)
class Box:
    """All texts of one length: for each place the characters that may stand there."""

    places: tuple[bytes, ...] = field(repr=False)

    @cached_property
    def size(self) -> int:
        return prod(map(len, self.places))

    def holds(self, matrix: Array) -> Array:
        """Which texts have only characters of their places."""
        found: Array = np.logical_and.reduce(
            [np.isin(matrix[:, at], np.frombuffer(letters, dtype=np.uint8)) for at, letters in enumerate(self.places)]
        )
        return found

    def rank(self, matrix: Array) -> Array:
        """The number of each text among all of the box."""
        found = np.zeros(len(matrix), dtype=np.uint64)
        for at, letters in enumerate(self.places):
            if len(letters) > 1:
                found *= np.uint64(len(letters))
                found += _positions(letters)[matrix[:, at]]
        return found

    def spell(self, numbers: Array) -> Array:
        """The texts of these numbers."""
        made = np.empty((len(numbers), len(self.places)), dtype=np.uint8)
        for at in reversed(range(len(self.places))):
            letters = np.frombuffer(self.places[at], dtype=np.uint8)
            if len(letters) == 1:
                made[:, at] = letters[0]
                continue
            rest = numbers // np.uint64(len(letters))
            made[:, at] = letters[(numbers - rest * np.uint64(len(letters))).astype(np.uint8)]
            numbers = rest
        return made


def _positions(letters: bytes) -> Array:
    table = np.zeros(256, dtype=np.uint64)
    table[list(letters)] = np.arange(len(letters))
    return table


@dataclass(frozen=True)
class TokenForm:
    """One set of texts that stay among themselves: a box, or boxes of several lengths where one is too small."""

    boxes: tuple[Box, ...]
    closed: bool = True  # every text of the boxes is of this form; else some are not, and are passed over
    flags: int = 0  # what a check said of the values (see `checked`)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return (0, *accumulate(box.size for box in self.boxes))

    @property
    def size(self) -> int:
        return self.starts[-1]

    @property
    def is_drawn(self) -> bool:
        return self.size > MOST_RANKED

    @cached_property
    def name(self) -> bytes:
        """16 bytes that no other form has: the tweak of its permutation."""
        text = b"\x1e".join(b"\x1f".join(box.places) for box in self.boxes)
        return sha256(bytes([self.flags]) + text).digest()[:16]

    def spell(self, numbers: Array) -> Iterator[tuple[Array, Array]]:
        """Positions and texts, length by length."""
        for start, box in zip(self.starts, self.boxes, strict=False):
            if len(self.boxes) > 1:
                rows = np.flatnonzero((numbers >= np.uint64(start)) & (numbers < np.uint64(start + box.size)))
            else:
                rows = np.arange(len(numbers))
            if len(rows):
                yield rows, box.spell(numbers[rows] - np.uint64(start))


ODD = TokenForm((Box((ascii_uppercase.encode(), *(OPAQUE.encode(),) * 15)),))  # what has no form of its own: 78 bits
ODD_NUMBER = TokenForm((Box((digits[1:].encode(), *(digits.encode(),) * 14)),))


@dataclass(frozen=True, kw_only=True)
class RunFormat:
    """Texts that differ in the length of one run of digits (or letters): what precedes it, its class, what follows."""

    prefix: bytes  # kept as it is
    head: bytes  # classes of what lies between the prefix and the run
    kind: int
    tail: bytes
    whole: bool = False  # whole numbers: no zero in front

    def box(self, run: int) -> Box:
        letters = ALPHABETS[self.kind]
        first = letters[1:] if self.whole and run > 1 else letters
        fixed = tuple(bytes([c]) for c in self.prefix)
        return Box((*fixed, *map(_letters, self.head), first, *(letters,) * (run - 1), *map(_letters, self.tail)))

    def room(self, run: int) -> int:
        return self.box(run).size

    def form(self, run: int) -> TokenForm:
        return TokenForm(tuple(self.box(length) for length in range(1, run + 1)))


def _letters(kind: int) -> bytes:
    return ALPHABETS.get(kind, bytes([kind]))


def is_mixed(classes: Array) -> Array:
    """Rows whose words change too often between digits and letters, or from small letters to capitals."""
    before, after = classes[:, :-1], classes[:, 1:]
    turn = (before != after) & _ALNUM[before] & _ALNUM[after] & ~((before == UPPER) & (after == LOWER))
    return np.asarray(turn.sum(axis=1) > TURNS)


def skeleton(classes: Array) -> Array:
    return np.where(_ALNUM[classes], np.uint8(ANY), classes)


def mix_of(matrix: Array, classes: Array) -> Array:
    """For each row the smallest alphabet of `MIXES` that has all its characters."""
    lower, upper, beyond = (classes == LOWER).any(axis=1), (classes == UPPER).any(axis=1), _BEYOND[matrix].any(axis=1)
    return np.where(lower & upper, ALL, lower + 2 * upper + 4 * beyond).astype(np.uint8)


def joined(mixes: Array) -> int:
    """One alphabet for all."""
    found = int(np.bitwise_or.reduce(mixes))
    return ALL if found & 3 == 3 else found


def mixed_form(pattern: bytes, mix: int, *, closed: bool) -> TokenForm:
    return TokenForm((Box(tuple(MIXES[mix].encode() if c == ANY else bytes([c]) for c in pattern)),), closed=closed)


def run_format_of(pattern: bytes, prefix: bytes | None, *, whole: bool) -> tuple[RunFormat, int]:
    """The format of a pattern of classes, and the length of its run: the last digits, or else the last letters."""
    kind = NINE if NINE in pattern else max(UPPER, LOWER, key=pattern.rfind)
    end = pattern.rfind(kind) + 1
    start = end - len(pattern[:end]) + len(pattern[:end].rstrip(bytes([kind])))
    kept = prefix or b""
    head, tail = pattern[len(kept) : start], pattern[end:]
    return RunFormat(prefix=kept, head=head, kind=kind, tail=tail, whole=whole), end - start


def prefix_length(pattern: bytes) -> int:
    """How many characters stand before the first digit, where letters are among them and digits follow."""
    at = pattern.find(NINE)
    return at if at > 0 and any(c in (UPPER, LOWER) for c in pattern[:at]) else 0
