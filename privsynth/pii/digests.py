"""Digests without a key, whole and cut: whoever can guess a value can make the same, and so knows that it was meant."""

from __future__ import annotations

import hashlib
import re
from base64 import b32decode, b64decode
from binascii import Error
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from privsynth.pii.canonical import letters

SHORTEST = 8  # hex digits of a digest that was cut
ALGORITHMS: Mapping[str, int] = {  # and the hex digits that each gives
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "blake2b": 128,
}
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "trimmed": str.strip,
    "small letters": lambda value: value.strip().lower(),
    "capitals": lambda value: value.strip().upper(),
    "letters and digits alone": letters,
    "digits alone": lambda value: re.sub(r"\D", "", value),
}
OF_TWO = ("md5", "sha1", "sha256", "sha512")  # of two values together
BETWEEN = ("", " ", "|", ",", ";", ":", "-", "_")
_HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8,128}(?![0-9a-fA-F])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,88}={0,2}(?![A-Za-z0-9+/_-])")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,104}|[a-z2-7]{16,104})={0,6}(?![A-Za-z0-9])")
_UUID = re.compile(
    r"(?<![0-9a-fA-F])([0-9a-fA-F]{8})-([0-9a-fA-F]{4})-([0-9a-fA-F]{4})-([0-9a-fA-F]{4})-([0-9a-fA-F]{12})"
)
_DIGIT, _SMALL, _LARGE = (re.compile(each) for each in (r"\d", r"[a-z]", r"[A-Z]"))


def digests_in(text: str) -> set[str]:
    """What in a cell may be a digest, as small hex digits. Words and numbers are none: too few bits, or one sort."""
    spelt = {match.lower() for match in _HEX.findall(_UUID.sub(r"\1\2\3\4\5", text))}
    return {hexed for hexed in {*spelt, *_of_bytes(text)} if not hexed.isdecimal() and not hexed.isalpha()}


def _of_bytes(text: str) -> Iterator[str]:
    """The hex digits of what is base64 or base32. Each has digits among its letters, base64 both sizes of letters."""
    if len(text) < min(12, 16) or not _DIGIT.search(text):
        return
    for body in (match.rstrip("=") for match in _BASE64.findall(text)):
        if all(sort.search(body) for sort in (_DIGIT, _SMALL, _LARGE)):
            yield from _hexed(partial(b64decode, _filled(body, 4), b"-_" if _URL.search(body) else None))
    for body in (match.rstrip("=").upper() for match in _BASE32.findall(text)):
        if _DIGIT.search(body):
            yield from _hexed(partial(b32decode, _filled(body, 8)))


_URL = re.compile(r"[-_]")


def _filled(body: str, group: int) -> str:
    return body + "=" * (-len(body) % group)


def _hexed(decode: Callable[[], bytes]) -> Iterator[str]:
    try:
        yield decode().hex()
    except (Error, ValueError):
        return


@dataclass(frozen=True)
class Hashing:
    """How a digest was made of a value, or of two, and which end of it was kept."""

    of: str  # columns
    spelling: str
    algorithm: str
    end: str = "first"


@dataclass(frozen=True, eq=False)
class Sought:
    """Digests that a draft may hold, by their first and by their last digits."""

    heads: Mapping[str, tuple[str, ...]] = field(repr=False)
    tails: Mapping[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def of(cls, digests: Iterable[str]) -> Sought:
        heads, tails = dict[str, list[str]](), dict[str, list[str]]()
        for each in digests:
            heads.setdefault(each[:SHORTEST], []).append(each)
            tails.setdefault(each[-SHORTEST:], []).append(each)
        return cls(*({key: tuple(each) for key, each in ends.items()} for ends in (heads, tails)))

    def matches(self, values: Iterable[str], algorithm: str) -> Iterator[tuple[str, str]]:
        """The digests that are those of values, whole or cut, and which end it is."""
        heads, tails = self.heads, self.tails
        for value in values:
            hexed = digest(value.encode("utf-8", "surrogatepass"), algorithm)
            if hexed[:SHORTEST] in heads:
                yield from ((each, "first") for each in heads[hexed[:SHORTEST]] if hexed.startswith(each))
            if hexed[-SHORTEST:] in tails:
                yield from (
                    (each, "last") for each in tails[hexed[-SHORTEST:]] if hexed.endswith(each) and each != hexed
                )


def digest(raw: bytes, algorithm: str) -> str:
    """As small hex digits."""
    return str(getattr(hashlib, algorithm)(raw, usedforsecurity=False).hexdigest())


def spellings_of(values: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """The values in each spelling that somebody may have hashed, those that an earlier one gave too left out."""
    seen = set[str]()
    for name, spell in SPELLINGS.items():
        spelt = {spell(value) for value in values} - seen - {""}
        seen |= spelt
        if spelt:
            yield name, sorted(spelt)
