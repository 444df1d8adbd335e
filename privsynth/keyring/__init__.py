"""The masking key: where it comes from, and all that may be derived from it.

By default 32 bytes from the system's generator that are never stored: when the process ends nobody can make the same
tokens again. A kept key makes runs agree, and makes the result pseudonymised data that its holder can link.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np

from privsynth.errors import MissingExtra, PolicyError, PrivsynthError
from privsynth.keyring.files import KEY_BYTES, MOST_BYTES, read_private
from privsynth.options import KeyedOptions
from privsynth.typing import Array

SERVICE = "privsynth"  # the name under which a keyring holds our keys
PADS = 0x36, 0x5C  # RFC 2104


@dataclass(frozen=True, eq=False)
class Keyring:
    """One master key; each domain (a column, or columns tied by a key) has a key of its own, derived from it."""

    master: InitVar[bytes]
    key_id: str  # says which key was used, and nothing else of it
    kept: bool = True  # whether the key outlives the run
    where: str = "given by the program"  # from what kind of place; never which
    _master: bytearray = field(init=False, repr=False)

    def __post_init__(self, master: bytes) -> None:
        object.__setattr__(self, "_master", bytearray(master))

    @classmethod
    def for_options(cls, options: KeyedOptions) -> Self:
        """The key that a policy asks for; one of this run alone where it asks for none."""
        if options.key_file is not None:
            return cls.from_file(options.key_file)
        if options.key_env is not None:
            return cls.from_env(options.key_env)
        if options.keyring is not None:
            return cls.from_keyring(options.keyring)
        return cls.ephemeral()

    @classmethod
    def ephemeral(cls) -> Self:
        return cls(
            secrets.token_bytes(KEY_BYTES), "ephemeral", kept=False, where="made for this run, destroyed with it"
        )

    @classmethod
    def from_file(cls, path: Path) -> Self:
        return cls._kept(read_private(path), "file")

    @classmethod
    def from_env(cls, name: str) -> Self:
        """The key that an environment variable spells as hex or base64."""
        variable = f"the environment variable {name}"
        hint = f'make a key with: export {name}="$(head -c 32 /dev/urandom | base64)"'
        text = os.environ.get(name)
        if text is None:
            raise PolicyError(f"{variable}, which should hold the masking key, is not set.", hint=hint)
        return cls._kept(_decoded(text, source=variable, hint=hint), "environment variable")

    @classmethod
    def from_keyring(cls, name: str) -> Self:
        """The key that the system's keyring holds for the service privsynth under this name, as hex or base64."""
        entry = f"the keyring's entry {name}"
        hint = f"make one with: head -c 32 /dev/urandom | base64 | keyring set {SERVICE} {name}"
        text = _from_system(name)
        if text is None:
            raise PolicyError(f"{entry} for the service {SERVICE} does not exist.", hint=hint)
        return cls._kept(_decoded(text, source=entry, hint=hint), "keyring")

    @classmethod
    def _kept(cls, master: bytes, where: str) -> Self:
        return cls(master, key_id(master), where=where)

    @property
    def is_destroyed(self) -> bool:
        return not self._master

    def destroy(self) -> None:
        """Overwrite the key in memory, and refuse every later use. Copies made by the interpreter are out of reach."""
        for place in range(len(self._master)):
            self._master[place] = 0
        self._master.clear()

    def key(self, domain: str) -> bytes:
        """The key of one domain, by HKDF-SHA256 (RFC 5869): who has it learns nothing of the others."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        if self.is_destroyed:
            raise PrivsynthError(
                "the masking key was destroyed: nothing more can be made with it.", hint="start another run"
            )
        info = f"privsynth/v1/{domain}".encode()
        derived: bytes = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._master)
        return derived

    def tokens(self, domain: str, values: Iterable[str]) -> list[bytes]:
        """HMAC-SHA256 of each value under the key of its domain: equal only for equal values of one domain."""
        return macs(self.key(domain), domain.encode() + b"\x1f", plain(list(values)))

    def seeds(self, domain: str, values: Iterable[str]) -> Array:
        """One 64-bit number for each value, to invent from."""
        return np.frombuffer(b"".join(self.tokens(domain, values)), dtype=">u8")[::4].astype(np.uint64)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a masking key is never pickled: fit with it, and pickle what was fitted")


def key_id(master: bytes) -> str:
    return hmac.digest(master, b"privsynth/v1/key id", "sha256").hex()[:16]


def plain(values: Sequence[str] | Array) -> list[bytes]:
    """One spelling of each text in bytes: a letter with its accent is one letter."""
    if "".join(values).isascii():
        return [value.encode() for value in values]
    return [unicodedata.normalize("NFKC", value).encode("utf-8", "surrogatepass") for value in values]


def macs(key: bytes, head: bytes, texts: Iterable[bytes]) -> list[bytes]:
    """HMAC-SHA256 of `head + text` for each text.

    What depends on the key and the head alone is hashed once and copied: more than twice as fast as hmac.digest, and as
    fast on one core as SHA-256 in numpy is on two.
    """
    from hashlib import sha256

    padded = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in padded)) for pad in PADS)
    inner.update(head)
    begin, end, digests = inner.copy, outer.copy, list[bytes]()
    for text in texts:
        first, second = begin(), end()
        first.update(text)
        second.update(first.digest())
        digests.append(second.digest())
    return digests


def _decoded(text: str, *, source: str, hint: str) -> bytes:
    """The bytes that hex or base64 stand for; messages never repeat the text itself."""
    compact = "".join(text.split())
    is_hex = re.fullmatch("(?:[0-9a-fA-F]{2})+", compact)
    try:
        key = bytes.fromhex(compact) if is_hex else base64.b64decode(_standard(compact), validate=True)
    except (binascii.Error, ValueError):
        raise PolicyError(f"{source} holds neither hex nor base64.", hint=hint) from None
    if not KEY_BYTES <= len(key) <= MOST_BYTES:
        raise PolicyError(f"{source} holds {len(key)} bytes; {KEY_BYTES} to {MOST_BYTES} are allowed.", hint=hint)
    if not any(key):
        raise PolicyError(f"{source} holds nothing but zeros: it was never filled.", hint=hint)
    return key


def _standard(text: str) -> str:
    """Base64 in the alphabet of URLs, or without its padding, is base64 too."""
    return (text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).translate(str.maketrans("-_", "+/"))


def _from_system(name: str) -> str | None:
    try:
        system: Any = import_module("keyring")
    except ImportError:
        raise MissingExtra("a key from the system's keyring", "keyring") from None
    try:
        password: str | None = system.get_password(SERVICE, name)
    except system.errors.KeyringError:
        raise PolicyError(
            "the system's keyring cannot be opened.",
            hint="unlock it, or keep the key in a file: privsynth key new FILE",
        ) from None
    return password
