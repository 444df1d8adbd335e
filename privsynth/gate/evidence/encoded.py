"""Real values behind a plain code: a hash without a key, or base64, is as good as the value itself."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error
from collections.abc import Iterable, Iterator

import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.gate.evidence.overlap import Named
from privsynth.spelling.normal import normal

_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,4096}={0,2}")
_HASHES = ("md5", "sha1", "sha256")
_HASH_LENGTHS = (22, 24, 27, 28, 43, 44)  # of base64, with and without the signs that fill it up


def encoded_hits(made: Table, named: Named, spelt: Iterable[str]) -> dict[str, int]:
    """For each column the distinct draft values that are codes of real ones. `spelt`: the real values as written."""
    candidates = {c.name: _candidates(made, c.name) for c in made.columns if c.kind in (Kind.TEXT, Kind.CATEGORY)}
    hashes = (
        _hashes(spelt)
        if any(_is_hash(value) for values in candidates.values() for value in values)
        else frozenset[str]()
    )
    return {
        name: sum(_is_code(value, hashes, named) for value in values) for name, values in candidates.items() if values
    }


def _candidates(made: Table, name: str) -> list[str]:
    known = pd.unique(made.frame[name].dropna())
    return [value for value in (value.strip() for value in known) if _HEX.fullmatch(value) or _BASE64.fullmatch(value)]


def _is_hash(value: str) -> bool:
    return _HEX.fullmatch(value) is not None or len(value) in _HASH_LENGTHS


def _hashes(spelt: Iterable[str]) -> frozenset[str]:
    return frozenset(
        code
        for value in spelt
        for way in {value, value.strip(), value.strip().lower(), value.strip().upper(), normal(value)}
        for code in _codes(way)
    )


def _codes(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogatepass")
    for name in _HASHES:
        digest = hashlib.new(name, raw, usedforsecurity=False).digest()
        yield digest.hex()
        yield b64encode(digest).decode().rstrip("=")


def _is_code(value: str, hashes: frozenset[str], named: Named) -> bool:
    return (
        value.lower() in hashes or value.rstrip("=").translate(_TO_PLAIN) in hashes or _decoded(value) in named.anywhere
    )


_TO_PLAIN = str.maketrans("-_", "+/")


def _decoded(value: str) -> str | None:
    """What base64 hides, in the common form."""
    padded = value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4)
    try:
        raw = urlsafe_b64decode(padded) if set(value) & {"-", "_"} else b64decode(padded, validate=True)
        return normal(raw.decode("utf-8"))
    except (Error, ValueError):
        return None
