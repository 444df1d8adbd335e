"""One number, many independent random streams: each use of chance has a name of its own."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

import numpy as np


class Seeds:
    """Named streams from one seed. The same seed and name give the same numbers, in whatever order they are asked.

    With a `secret`, what is drawn for the rows hangs on it as well: who knows or guesses the seed can draw nothing
    again, and so undo nothing that was done by these draws.
    """

    def __init__(self, seed: int | None, *, secret: bytes | None = None) -> None:
        self.seed = secrets.randbits(63) if seed is None else seed
        self._secret = secret

    @property
    def is_secret(self) -> bool:
        """Whether the seed alone draws nothing of the rows."""
        return self._secret is not None

    def stream(self, *name: str | int) -> np.random.Generator:
        """The stream of that name, from its beginning, by the seed alone: for what touches no released value."""
        return np.random.Generator(np.random.Philox(seed_of(self.seed, *name)))

    def chance(self, *name: str | int) -> np.random.Generator:
        """The stream of that name, from its beginning, by the secret too if there is one: for what rows are made of."""
        if self._secret is None:
            return self.stream(*name)
        mac = hmac.digest(self._secret, _named(self.seed, *name), "sha256")
        return np.random.Generator(np.random.Philox(int.from_bytes(mac[:16], "big")))


def seed_of(seed: int, *name: str | int) -> int:
    """A seed for one named part of the work, so that adding a part changes no other."""
    return int.from_bytes(sha256(_named(seed, *name)).digest()[:16], "big")


def _named(seed: int, *name: str | int) -> bytes:
    return "\x1f".join(str(part) for part in (seed, *name)).encode()


def child(rng: np.random.Generator, *names: str) -> list[np.random.Generator]:
    """One stream for each name, all drawn from `rng`: what one of them uses up does not move the others."""
    base = int(rng.integers(0, 2**63))
    return [np.random.Generator(np.random.Philox(seed_of(base, name))) for name in names]
