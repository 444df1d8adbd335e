"""From one text of a form to another by key: walks through the form by permutation, or draws from a very large one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from privsynth.errors import BackendError
from privsynth.generate.mask.tokens.check_digits import VALID
from privsynth.generate.mask.tokens.forms import MOST_RANKED, TokenForm
from privsynth.generate.mask.tokens.packed import unpacked
from privsynth.generate.mask.tokens.sorter import Sorter
from privsynth.keyring import macs, plain
from privsynth.keyring.ff1 import permuted
from privsynth.typing import Array

CHUNK = 65_536
LEAST_BITS = 20
MOST_TURNS = 100_000  # a text of the form comes up by then, if one in 10,000 is of it
SPARSE = 10_000  # turns in which each value that is tried must arrive


class Endless(BackendError):  # noqa: N818 - it reads as what it is
    """A walk that does not arrive."""

    def __init__(self) -> None:
        super().__init__(
            "a value's shape has hardly any text on its side of the column's check: no token was found.",
            hint="take opaque tokens for that column",
        )


@dataclass(frozen=True, eq=False)
class Walker:
    """The key of one domain, and what tells its forms apart."""

    key: bytes = field(repr=False)
    sorter: Sorter = field(repr=False)

    def walked(
        self, form: TokenForm, numbers: Array, attempt: int = 0, *, back: bool = False, most: int = MOST_TURNS
    ) -> Array:
        """The permutation, taken again where it leads out of the form."""
        parts = [
            self._walk(form, numbers[at : at + CHUNK], attempt, back=back, most=most)
            for at in range(0, len(numbers), CHUNK)
        ]
        return np.concatenate(parts) if parts else numbers

    def _walk(self, form: TokenForm, numbers: Array, attempt: int, *, back: bool, most: int) -> Array:
        bits, tweak = (
            max(LEAST_BITS, (form.size - 1).bit_length()),
            form.name + attempt.to_bytes(2, "big") * bool(attempt),
        )
        made, out = numbers, np.arange(len(numbers))
        for _ in range(most):
            step = permuted(self.key, tweak, bits, made[out], back=back)
            made = step if len(out) == len(made) else _placed(made, out, step)
            out = out[~self._is_in(form, step)]
            if not len(out):
                return made
        raise Endless

    def _is_in(self, form: TokenForm, numbers: Array) -> Array:
        inside = numbers < np.uint64(form.size)
        if not form.closed:
            rows = np.flatnonzero(inside)
            for at, matrix in form.spell(numbers[rows]):
                inside[rows[at]] = self.sorter.is_of(form, self.repaired(form, matrix))
        return np.asarray(inside)

    def repaired(self, form: TokenForm, matrix: Array) -> Array:
        """With the check digits that follow from the others."""
        check = self.sorter.check
        return check.repair(matrix) if check is not None and form.flags and (form.flags - 1) & VALID else matrix

    def spelt(self, form: TokenForm, numbers: Array) -> Array:
        made = np.empty(len(numbers), dtype=object)
        for rows, matrix in form.spell(numbers):
            made[rows] = unpacked(self.repaired(form, matrix))
        return made

    def drawn(self, form: TokenForm, values: Array, attempt: int) -> Array:
        """Texts of a large form, from the HMAC of each value."""
        texts = plain(values)
        made, out = np.empty(len(values), dtype=object), np.arange(len(values))
        for turn in range(MOST_TURNS):
            matrix = self.repaired(
                form,
                self._fill(form, [texts[row] for row in out], attempt.to_bytes(2, "big") + turn.to_bytes(4, "big")),
            )
            made[out] = unpacked(matrix)
            if form.closed:
                return made
            out = out[~self.sorter.is_of(form, matrix)]
            if not len(out):
                return made
        raise Endless

    def _fill(self, form: TokenForm, texts: list[bytes], count: bytes) -> Array:
        """Eight places from each 64 bits: no letter is favoured by more than 2^-16."""
        places = form.boxes[0].places
        made, words = np.empty((len(texts), len(places)), dtype=np.uint8), np.empty((len(texts), 0), dtype=np.uint64)
        for at, letters in enumerate(places):
            if at % 32 == 0:
                words = _words(self.key, form.name + count + bytes([at]), texts)
            word = words[:, at % 32 // 8]
            made[:, at] = np.frombuffer(letters, dtype=np.uint8)[word % np.uint64(len(letters))]
            word //= np.uint64(len(letters))
        return made

    def turns_of(self, form: TokenForm, numbers: Array) -> int:
        total, limit = 0, np.uint64(min(form.size, MOST_RANKED))
        bits = max(LEAST_BITS, min(62, (form.size - 1).bit_length()))
        for _ in range(SPARSE):
            total += len(numbers)
            numbers = permuted(self.key, form.name, bits, numbers)
            inside = numbers < limit
            if not form.is_drawn:
                inside = self._is_in(form, numbers)
            else:
                inside[inside] = self.sorter.is_of(form, self.repaired(form, form.boxes[0].spell(numbers[inside])))
            numbers = numbers[~inside]
            if not len(numbers):
                return total
        raise Endless


def _placed(numbers: Array, rows: Array, values: Array) -> Array:
    found = numbers.copy()
    found[rows] = values
    return found


def _words(key: bytes, head: bytes, texts: list[bytes]) -> Array:
    return np.frombuffer(b"".join(macs(key, head, texts)), dtype=">u8").reshape(-1, 4).astype(np.uint64)
