"""Whether any of many forms can stand in a text: all texts of a column at once, by both ends of the forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.typing import Array

SPREAD = np.uint64(0x9E3779B97F4A7C15)
BITS = 22  # of the table that is asked first


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
    first_steps: Grams  # from letter to letter: the same, however far all were moved on in the alphabet
    last_steps: Grams

    @classmethod
    def of(cls, forms: Iterable[str], width: int) -> Ends:
        raw = [form.encode("utf-8", "surrogatepass") for form in forms]
        steps = [_steps(np.frombuffer(each, dtype=np.uint8)).tobytes() for each in raw]
        return cls(*(Grams.of(part, wide) for part, wide in (*_both(raw, width), *_both(steps, width - 1))))


def _both(raw: Sequence[bytes], width: int) -> tuple[tuple[Iterator[bytes], int], tuple[Iterator[bytes], int]]:
    return ((each[:width] for each in raw), width), ((each[-width:] for each in raw), width)


def _steps(letters: Array) -> Array:
    """How far in the alphabet each letter stands behind the one before; where one of two is none, the second byte."""
    if not len(letters):
        return letters
    before, here = letters[:-1], letters[1:]
    are_letters = _is_letter(before) & _is_letter(here)
    return np.where(
        are_letters, (here.astype(np.int16) - before) % 26 + 128, np.where(_is_letter(here), 1, here)
    ).astype(np.uint8)


def _is_letter(letters: Array) -> Array:
    return (letters >= ord("a")) & (letters <= ord("z"))


def suspects(texts: Sequence[str], wanted: Sequence[Ends]) -> Array:
    """Which texts may hold a form, read either way and letter by letter. `texts` are letters and digits."""
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    owners = np.repeat(np.arange(len(raw)), [len(each) + 1 for each in raw])
    letters = np.frombuffer(b"\0".join([*raw, b""]), dtype=np.uint8)
    suspect = np.array([not text.isascii() for text in texts], dtype=bool)  # whose bytes cannot be read backwards
    has_letters = bool(_is_letter(letters).any())
    for spelt, whose in ((letters, owners), (letters[::-1], owners[::-1])):
        steps = _steps(spelt)
        for ends in wanted:
            suspect |= _holding((ends.first, ends.last), spelt, whose, len(raw))
            if has_letters:
                suspect |= _holding((ends.first_steps, ends.last_steps), steps, whose[1:], len(raw))
    return suspect


def _holding(ends: tuple[Grams, Grams], letters: Array, owners: Array, count: int) -> Array:
    both = np.ones(count, dtype=bool)
    for grams in ends:
        here = np.zeros(count, dtype=bool)
        here[owners[grams.places(letters)]] = True
        both &= here
    return both
