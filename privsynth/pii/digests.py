"""Digests without a key, whole and cut: whoever can guess a value can make the same, and so knows that it was meant."""

from __future__ import annotations

import hashlib
import re
from base64 import b32decode, b64decode
from binascii import Error
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from typing import Any

from privsynth.pii.canonical import letters, numbers

SHORTEST = 8  # hex digits of a digest that was cut
LEAST_DIGITS = 7  # of a telephone number behind a plus
NEAR = 256  # hex digits at each end of a run, in which a digest is looked for that others are glued to
ALGORITHMS: Mapping[str, int] = {  # and the hex digits that each gives
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha512_256": 64,
    "sha3_256": 64,
    "sha3_512": 128,
    "blake2s": 64,
    "blake2b": 128,
}
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "trimmed": str.strip,
    "small letters": lambda value: value.strip().lower(),
    "capitals": lambda value: value.strip().upper(),
    "letters and digits alone": letters,
    "digits alone": lambda value: re.sub(r"\D", "", value),
    "a plus and digits": lambda value: f"+{digits}" if len(digits := re.sub(r"\D", "", value)) >= LEAST_DIGITS else "",
    "the national number": lambda value: min(numbers(value), key=len) if value.lstrip().startswith(("+", "00")) else "",
    "with a line end": "{}\n".format,
}
OF_TWO = ("md5", "sha1", "sha256", "sha512")  # of two values together
GLUED = ("glued first", "glued last")  # to other hex digits
ENDS = ("first", "last", *GLUED)  # of a digest, and whether the run of hex digits is nothing else
BETWEEN = ("", " ", "|", ",", ";", ":", "-", "_")
_HEX = re.compile(r"[0-9a-fA-F]{8,}")
_IN_BYTES = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{2}(?:[ :.-][0-9a-fA-F]{2}){3,}(?![0-9a-fA-F])")
_NO_HEX = re.compile(r"[^0-9a-fA-F]")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,88}={0,2}(?![A-Za-z0-9+/_-])")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,104}|[a-z2-7]{16,104})={0,6}(?![A-Za-z0-9])")
_UUID = re.compile(
    r"(?<![0-9a-fA-F])([0-9a-fA-F]{8})-([0-9a-fA-F]{4})-([0-9a-fA-F]{4})-([0-9a-fA-F]{4})-([0-9a-fA-F]{12})"
)
_DIGIT, _SMALL, _LARGE = (re.compile(each) for each in (r"\d", r"[a-z]", r"[A-Z]"))


def digests_in(text: str) -> set[str]:
    """What in a cell may be a digest, as small hex digits. Words and numbers are none: too few bits, or one sort."""
    together = _IN_BYTES.sub(lambda match: _NO_HEX.sub("", match.group()), _UUID.sub(r"\1\2\3\4\5", text))
    spelt = {match.lower() for match in _HEX.findall(together)}
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
    end: str = "first"  # one of `ENDS`


@dataclass(frozen=True)
class Match:
    """What a run of hex digits has of a digest, and which end of the digest that is."""

    run: str = field(repr=False)
    end: str
    found: str = field(repr=False)

    def end_of(self, digits: int) -> str:
        """So many digits of it, from the end of the digest on."""
        return self.found[-digits:] if self.end.endswith("last") else self.found[:digits]


@dataclass(frozen=True, eq=False)
class Sought:
    """Runs of hex digits that a draft holds, by each eight digits in them, and where these stand."""

    places: Mapping[str, tuple[tuple[str, int], ...]] = field(repr=False)

    @classmethod
    def of(cls, runs: Iterable[str]) -> Sought:
        places = dict[str, list[tuple[str, int]]]()
        for run in runs:
            for at in _starts(run):
                places.setdefault(run[at : at + SHORTEST], []).append((run, at))
        return cls({key: tuple(each) for key, each in places.items()})

    def matches(self, values: Iterable[str], algorithm: str) -> Iterator[Match]:
        """Where a digest of one of the values stands in a run, whole or cut, alone or glued to other digits."""
        places = self.places
        for value in values:
            hexed = digest(value.encode("utf-8", "surrogatepass"), algorithm)
            for run, at in places.get(hexed[:SHORTEST], ()):
                found = _shared(run[at:], hexed)
                yield Match(run, "first" if found == run else "glued first", found)
            for run, at in places.get(hexed[-SHORTEST:], ()):
                found = _shared(run[: at + SHORTEST][::-1], hexed[::-1])[::-1]
                if found != hexed:
                    yield Match(run, "last" if found == run else "glued last", found)


def _shared(first: str, second: str) -> str:
    """With what both begin."""
    both = zip(first, second, strict=False)
    return first[: next((at for at, (a, b) in enumerate(both) if a != b), min(len(first), len(second)))]


def _starts(run: str) -> Iterable[int]:
    """Where eight digits begin, as far as a digest can be glued there."""
    count = len(run) - SHORTEST + 1
    return range(count) if count <= 2 * NEAR else chain(range(NEAR), range(count - NEAR, count))


def windows(length: int, digits: int) -> int:
    """In how many places of a run so many digits of a digest could stand."""
    return min(max(0, length - digits + 1), 2 * NEAR)


def digest(raw: bytes, algorithm: str) -> str:
    """As small hex digits."""
    return str(_maker(algorithm)(raw, usedforsecurity=False).hexdigest())


@cache
def _maker(algorithm: str) -> Callable[..., Any]:
    """By its own name, where it has one: that is quicker."""
    return getattr(hashlib, algorithm, None) or partial(hashlib.new, algorithm)


def spellings_of(values: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """The values in each spelling that somebody may have hashed, those that an earlier one gave too left out."""
    seen = set[str]()
    for name, spell in SPELLINGS.items():
        spelt = {spell(value) for value in values} - seen - {""}
        seen |= spelt
        if spelt:
            yield name, sorted(spelt)
