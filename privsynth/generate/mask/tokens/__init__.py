"""Keys and identifiers become keyed tokens of the same shape: equal values get equal tokens, different ones never.

Columns that refer to each other are one domain, so that joins hold; nothing else can be joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from privsynth.generate.mask.tokens.packed import unpacked
from privsynth.generate.mask.tokens.shaped import each_once
from privsynth.keyring import Keyring, macs, plain
from privsynth.typing import Array

CHUNK = 16_384  # values at a time: what is worked on stays in the processor's cache
BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PAIRS = np.frombuffer(b"".join(bytes([one, other]) for one in BASE32 for other in BASE32), dtype=np.uint16)


@dataclass(frozen=True, eq=False)
class Opaque:
    """Tokens of 128 bits of HMAC-SHA256, which say nothing of the value, not even its length."""

    domain: str
    key: bytes = field(repr=False)
    notes: tuple[str, ...] = ()

    @classmethod
    def learn(cls, ring: Keyring, domain: str) -> Self:
        return cls(domain, ring.key(domain))

    def of(self, values: Array) -> Array:
        """The token of each value; a missing one stays missing."""
        return each_once(values, self._words)

    def _words(self, values: Array) -> Array:
        parts = [self._part(values[at : at + CHUNK]) for at in range(0, len(values), CHUNK)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=object)

    def _part(self, values: Array) -> Array:
        digests = np.frombuffer(b"".join(macs(self.key, self.domain.encode() + b"\x1f", plain(values))), dtype=np.uint8)
        return unpacked(_base32(digests.reshape(-1, 32)[:, :16]))


def _base32(content: Array) -> Array:
    """16 bytes a row as 26 letters (RFC 4648), two at a time: 5 bytes are 8 letters, the last letter has 3 bits."""
    groups = np.zeros((len(content), 4, 8), dtype=np.uint8)
    groups[:, :3, 3:], groups[:, 3, 3] = content[:, :15].reshape(-1, 3, 5), content[:, 15]
    numbers = groups.view(">u8")[:, :, 0].astype(np.int64)
    letters = np.empty((len(content), 4, 4), dtype=np.uint16)
    for pair in range(4):
        letters[:, :, pair] = PAIRS[(numbers >> (30 - 10 * pair)) & 1023]
    return letters.reshape(-1, 16).view(np.uint8)[:, :26]
