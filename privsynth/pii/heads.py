"""Whether any of many forms can stand in a text: all texts of a column at once, by both ends of the forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.typing import Array

SPREAD = np.uint64(0x9E3779B97F4A7C15)
BITS = 22  # of the table that is asked first
_ROT13 = np.arange(256, dtype=np.uint8)
_ROT13[97:123] = (np.arange(26, dtype=np.uint8) + 13) % 26 + 97


@dataclass(frozen=True, eq=False)
class Grams:
    """Runs of so many bytes as sorted numbers, and a table that rules most others out."""

    width: int
    numbers: Array = field(repr=False)
    table: Array = field(repr=False)

    @classmethod
    def of(cls, parts: Iterable[bytes], width: int) -> Grams:
        heads = {part for part in parts if len(part) == width}
        numbers = np.array(sorted(int.from_bytes(head, "big") for head in heads), dtype=np.uint64)
        table = np.zeros(1 << BITS, dtype=bool)
        table[_slots(numbers)] = True
        return cls(width, numbers, table)

    def places(self, letters: Array) -> Array:
        """Where in a row of bytes one of them begins."""
        if len(letters) < self.width or not len(self.numbers):
            return np.empty(0, dtype=np.intp)
        count = len(letters) - self.width + 1
        grams = np.zeros(count, dtype=np.uint64)
        for at in range(self.width):
            grams = grams << np.uint64(8) | letters[at : at + count].astype(np.uint64)
        likely = np.flatnonzero(self.table[_slots(grams)])
        found = np.minimum(np.searchsorted(self.numbers, grams[likely]), len(self.numbers) - 1)
        return np.asarray(likely[self.numbers[found] == grams[likely]])


def _slots(numbers: Array) -> Array:
    return np.asarray((numbers * SPREAD) >> np.uint64(64 - BITS))


@dataclass(frozen=True, eq=False)
class Ends:
    """The first and the last bytes of forms: a text that holds one of them whole holds both."""

    first: Grams
    last: Grams

    @classmethod
    def of(cls, forms: Iterable[str], width: int) -> Ends:
        raw = [form.encode("utf-8", "surrogatepass") for form in forms]
        return cls(Grams.of((each[:width] for each in raw), width), Grams.of((each[-width:] for each in raw), width))


def suspects(texts: Sequence[str], wanted: Sequence[Ends]) -> Array:
    """Which texts may hold a form, read either way and letter by letter. `texts` are letters and digits."""
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    owners = np.repeat(np.arange(len(raw)), [len(each) + 1 for each in raw])
    letters = np.frombuffer(b"\0".join([*raw, b""]), dtype=np.uint8)
    suspect = np.array([not text.isascii() for text in texts], dtype=bool)  # whose bytes cannot be read backwards
    spellings = (letters, _ROT13[letters]) if (letters >= ord("a")).any() else (letters,)
    for ends in wanted:
        for spelt in spellings:
            suspect |= _holding(ends, spelt, owners, len(raw)) | _holding(ends, spelt[::-1], owners[::-1], len(raw))
    return suspect


def _holding(ends: Ends, letters: Array, owners: Array, count: int) -> Array:
    both = np.ones(count, dtype=bool)
    for grams in (ends.first, ends.last):
        here = np.zeros(count, dtype=bool)
        here[owners[grams.places(letters)]] = True
        both &= here
    return both
