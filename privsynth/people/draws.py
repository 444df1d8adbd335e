"""All chance of one invented row comes from one number, so that a person can be invented again from a key alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from privsynth.measure.mixing import STEP, mixed
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Draws:
    """Independent draws for many rows at once: each depends on the row's seed, the name of the draw and the attempt."""

    seeds: Array = field(repr=False)  # uint64, one a row
    attempt: int = 0

    def __len__(self) -> int:
        return len(self.seeds)

    def named(self, name: str) -> Draws:
        """The same rows with another stream: what is drawn for one column says nothing of another."""
        return Draws(mix(self.seeds ^ _number(name)), self.attempt)

    def bits(self, name: str) -> Array:
        return mix(self.seeds ^ _number(f"{name}\x1f{self.attempt}"))

    def below(self, name: str, ceiling: int | Array) -> Array:
        """Whole numbers from 0 up to, and without, `ceiling`; the modulo's bias is below 2^-30 for all our lists."""
        top = np.maximum(np.asarray(ceiling, dtype=np.uint64), np.uint64(1))
        return (self.bits(name) % top).astype(np.int64)

    def share(self, name: str) -> Array:
        """Uniform on [0, 1)."""
        return (self.bits(name) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def pick(self, name: str, words: Array) -> Array:
        return words[self.below(name, len(words))]


def mix(numbers: Array) -> Array:
    """One round of splitmix64."""
    return mixed(numbers + STEP)


def fresh_seeds(rows: int, rng: np.random.Generator) -> Array:
    return rng.integers(0, 2**64, rows, dtype=np.uint64)


def _number(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))
