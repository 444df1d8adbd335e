"""Values that whoever holds the key can turn back: FF1 over their digits or letters, marks stay where they are.

The alphabet follows from the classes of characters that a value has; a result with fewer of them would be read back in
another alphabet, so it is encrypted again until it has them all. That is a permutation too, and turned back alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Self

import numpy as np

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.mask.tokens.forms import ANY, CLASSES, LOWER, NINE, UPPER, skeleton
from privsynth.generate.mask.tokens.packed import alike, packed, unpacked
from privsynth.generate.mask.tokens.shaped import each_once
from privsynth.keyring import Keyring
from privsynth.keyring.ff1 import FF1, LEAST_DOMAIN
from privsynth.people.shapes import MOST_DIGITS
from privsynth.typing import Array

KINDS = {NINE: digits, UPPER: ascii_uppercase, LOWER: ascii_lowercase}
MOST_TURNS = 100_000
Turn = Callable[[FF1, Array], Array]


@dataclass(frozen=True, eq=False)
class Encrypted:
    """FF1 of each value of one domain, and back."""

    domain: str
    key: bytes = field(repr=False)
    number: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def learn(cls, known: Array, ring: Keyring, domain: str, *, number: bool = False) -> Self:
        """Refuses what could not be encrypted safely, before anything is made."""
        if not ring.kept:
            raise PolicyError(
                f"column {domain}: encryption needs a kept key; one that is destroyed turns nothing back.",
                hint="name a key, or take tokens",
            )
        encrypted = cls(domain, ring.key(f"{domain}\x1fencrypted"), number)
        encrypted._sorted(np.asarray(known, dtype=object))
        return encrypted

    def of(self, values: Array) -> Array:
        """The encrypted values; missing ones stay missing."""
        return each_once(values, lambda known: self._turned(known, FF1.encrypt))

    def undo(self, values: Array) -> Array:
        """What the values were before."""
        return each_once(values, lambda known: self._turned(known, FF1.decrypt))

    def _turned(self, values: Array, turn: Turn) -> Array:
        texts = np.empty(len(values), dtype=object)
        for rows, matrix, kinds in self._sorted(values):
            texts[rows] = unpacked(self._walked(matrix, kinds, turn))
        return texts

    def _sorted(self, values: Array) -> list[tuple[Array, Array, bytes]]:
        """Rows, their texts, and the classes of their characters, for each skeleton; all must have room enough."""
        parts, odd = packed(values)
        groups = [group for rows, matrix in parts for group in _by_kinds(rows, matrix)]
        refused = len(odd) + sum(len(rows) for rows, matrix, kinds in groups if not self._has_room(matrix, kinds))
        if refused:
            raise BackendError(
                f"column {self.domain}: {refused:,} of {len(values):,} values cannot be encrypted: "
                f"their digits and letters spell fewer than {LEAST_DOMAIN:,} values, or are not plain ones.",
                hint="take tokens for this column",
            )
        return groups

    def _has_room(self, matrix: Array, kinds: bytes) -> bool:
        width = sum(c == ANY for c in skeleton(CLASSES[matrix[:1]])[0])
        digits_only = kinds == bytes([NINE]) and width == matrix.shape[1] <= MOST_DIGITS
        if self.number and (not digits_only or bool((matrix[:, 0] == 48).any())):
            return False
        return bool(width > 1 and len(_alphabet(kinds)) ** int(width) >= LEAST_DOMAIN)

    def _walked(self, matrix: Array, kinds: bytes, turn: Turn) -> Array:
        """Turned until the result has the same classes, and no zero in front of a number."""
        at = np.flatnonzero(skeleton(CLASSES[matrix[:1]])[0] == ANY)
        letters = np.frombuffer(_alphabet(kinds), dtype=np.uint8)
        places = np.zeros(256, dtype=np.int64)
        places[letters] = np.arange(len(letters))
        scheme = FF1(self.key, len(letters), self.domain.encode())
        made, out = matrix.copy(), np.arange(len(matrix))
        for _ in range(MOST_TURNS):
            step = made[out]
            step[:, at] = letters[turn(scheme, places[step[:, at]])]
            made[out] = step
            out = out[~self._is_whole(step[:, at], kinds)]
            if not len(out):
                break
        return made

    def _is_whole(self, texts: Array, kinds: bytes) -> Array:
        classes = CLASSES[texts]
        has_all = np.logical_and.reduce([(classes == kind).any(axis=1) for kind in kinds])
        return np.asarray(has_all & ((texts[:, 0] != 48) | (not self.number)))


def _alphabet(kinds: bytes) -> bytes:
    return "".join(KINDS[kind] for kind in kinds).encode()


def _by_kinds(rows: Array, matrix: Array) -> Iterator[tuple[Array, Array, bytes]]:
    classes = CLASSES[matrix]
    has_kind = [(classes == kind).any(axis=1)[:, None].astype(np.uint8) for kind in KINDS]
    for pattern, at in alike(np.concatenate([skeleton(classes), *has_kind], axis=1)):
        present = zip(KINDS, pattern[-len(KINDS) :], strict=True)
        yield rows[at], matrix[at], bytes(kind for kind, is_present in present if is_present)
