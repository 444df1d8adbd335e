"""One number, many independent random streams: each use of chance has a name of its own."""

from __future__ import annotations

import secrets
from hashlib import sha256

import numpy as np


class Seeds:
    """Named streams from one seed. The same seed and name give the same numbers, in whatever order they are asked."""

    def __init__(self, seed: int | None) -> None:
        self.seed = secrets.randbits(63) if seed is None else seed

    def stream(self, *name: str | int) -> np.random.Generator:
        """The stream of that name, from its beginning."""
        return np.random.Generator(np.random.Philox(seed_of(self.seed, *name)))


def seed_of(seed: int, *name: str | int) -> int:
    """A seed for one named part of the work, so that adding a part changes no other."""
    text = "\x1f".join(str(part) for part in (seed, *name))
    return int.from_bytes(sha256(text.encode()).digest()[:16], "big")


def child(rng: np.random.Generator, *names: str) -> list[np.random.Generator]:
    """One stream for each name, all drawn from `rng`: what one of them uses up does not move the others."""
    base = int(rng.integers(0, 2**63))
    return [np.random.Generator(np.random.Philox(seed_of(base, name))) for name in names]
