"""The masking key: where it comes from, and the only things that may be made of it.

By default 32 bytes from the system's generator that are never stored: when the process ends nobody can make the same
tokens again. A kept key makes runs agree, and makes the result pseudonymised data that its holder can link.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from privsynth.errors import PolicyError

Array = np.ndarray[Any, Any]

KEY_BYTES = 32
MOST_BYTES = 4096
HINT = "make one with: (umask 077; head -c 32 /dev/urandom > FILE)"


@dataclass(frozen=True, eq=False)
class Keyring:
    """One master key; each domain (a column, or columns that refer to each other) has a key of its own, derived from it."""

    master: bytes = field(repr=False)
    key_id: str  # says which key was used, and nothing else of it

    @classmethod
    def ephemeral(cls) -> Keyring:
        return cls(secrets.token_bytes(KEY_BYTES), "ephemeral")

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        master = _read_private(path)
        return cls(master, hmac.digest(master, b"privsynth/v1/key id", "sha256").hex()[:16])

    def tokens(self, domain: str, values: Iterable[str]) -> list[bytes]:
        """HMAC-SHA256 of each value under the key of its domain: equal only for equal values of one domain."""
        key, head = self._key(domain), domain.encode() + b"\x1f"
        return [hmac.digest(key, head + unicodedata.normalize("NFKC", value).encode("utf-8", "surrogatepass"), "sha256") for value in values]

    def seeds(self, domain: str, values: Iterable[str]) -> Array:
        """One 64-bit number for each value, to invent from."""
        return np.array([int.from_bytes(token[:8], "big") for token in self.tokens(domain, values)], dtype=np.uint64)

    def _key(self, domain: str) -> bytes:
        return _derive(self.master, domain)


def _derive(master: bytes, domain: str) -> bytes:
    """HKDF-SHA256 (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made: bytes = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"privsynth/v1/{domain}".encode()).derive(master)
    return made


def _read_private(path: Path) -> bytes:
    """The key in a file that only its owner can read; a link, a device or a readable-by-others file is refused."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise PolicyError(f"the key file {path.name} cannot be opened: {error.strerror}.", hint=HINT) from None
    try:
        _check_private(os.fstat(handle), path.name)
        content = os.read(handle, MOST_BYTES + 1)
    finally:
        os.close(handle)
    if not KEY_BYTES <= len(content) <= MOST_BYTES:
        raise PolicyError(f"the key file {path.name} holds {len(content)} bytes; {KEY_BYTES} to {MOST_BYTES} are allowed.", hint=HINT)
    return content


def _check_private(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PolicyError(f"the key file {name} is not a plain file.", hint=HINT)
    if status.st_mode & 0o177:
        raise PolicyError(f"the key file {name} has mode {stat.S_IMODE(status.st_mode):04o}; 0600 is needed.", hint=f"chmod 600 {name}")
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise PolicyError(f"the key file {name} belongs to another user.", hint=HINT)
