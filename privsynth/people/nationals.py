"""National and other numbers of which a range is never given out, with true check digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.people.draws import Draws
from privsynth.people.identifiers import Luhn, digits_of, texts_of
from privsynth.people.ranges import Numbered, Space, of_digits, written
from privsynth.typing import Array


def imeis(values: Sequence[str], _: str) -> Space:
    """Devices under test begin with 00, which is no reporting body's."""
    return Numbered(10**12, Luhn("00", 12, of_digits(15, "999999999999999")(values)))


def npis(values: Sequence[str], _: str) -> Space:
    """Providers' numbers in the USA begin with 1 or 2; these begin with 9. The check digit counts 80840 in front."""
    return Numbered(10**8, Luhn("9", 8, of_digits(10, "9999999999")(values), "80840"))


def eins(values: Sequence[str], _: str) -> Space:
    """Employers' numbers in the USA never begin with 00. They have no check digit."""
    return Numbered(10**7, Headed("00", 7, of_digits(9, "99-9999999")(values)))


@dataclass(frozen=True)
class Headed:
    """Digits behind a head."""

    head: str
    free: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(texts_of(digits_of(numbers, self.head, self.free)), self.spellings, draws)


def german_tax_ids(values: Sequence[str], _: str) -> Space:
    """The tax administration's test numbers begin with 0; one of the other digits comes twice, as in all such numbers."""
    return Numbered(10**6, GermanTaxIds(of_digits(11, "99999999999")(values)))


@dataclass(frozen=True)
class GermanTaxIds:
    spellings: tuple[str, ...]

    def __call__(self, _: Array, draws: Draws) -> Array:
        order = np.argsort(np.column_stack([draws.share(f"place {at}") for at in range(9)]), axis=1) + 1
        order[:, 8] = order[:, 0]  # of the nine digits one is missing, and one is there twice
        body = np.column_stack([np.zeros(len(order), dtype=np.int64), order])
        product = np.full(len(body), 10)
        for at in range(10):  # ISO/IEC 7064, mod 11,10
            total = (body[:, at] + product) % 10
            product = 2 * np.where(total == 0, 10, total) % 11
        return written(texts_of(np.column_stack([body, (11 - product) % 10])), self.spellings, draws)


def aadhaars(values: Sequence[str], _: str) -> Space:
    """Numbers of Indian residents never begin with 0 or 1; these begin with 0. The check digit (Verhoeff) is true."""
    return Numbered(10**10, Aadhaars(of_digits(12, "9999 9999 9999")(values)))


def _symmetry(a: int, b: int) -> int:
    """One after the other of the ten symmetries of a pentagon: turns 0 to 4, flips 5 to 9."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


_TIMES = np.array([[_symmetry(a, b) for b in range(10)] for a in range(10)])
_INVERSE = np.array([0, 4, 3, 2, 1, 5, 6, 7, 8, 9])
_TURN = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])


@dataclass(frozen=True)
class Aadhaars:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        body = digits_of(numbers, "0", 10)
        check, turned = np.zeros(len(body), dtype=np.int64), _TURN
        for at in reversed(range(11)):
            check = _TIMES[check, turned[body[:, at]]]
            turned = _TURN[turned]
        return written(texts_of(np.column_stack([body, _INVERSE[check]])), self.spellings, draws)


_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def finnish(_: Sequence[str], __: str) -> Space:
    """Individual numbers from 900 on are never given to a resident for good. The check character (mod 31) is true."""
    return Numbered(90 * 365 * 100, Finnish())


@dataclass(frozen=True)
class Finnish:
    def __call__(self, numbers: Array, _: Draws) -> Array:
        days = np.datetime64("1910-01-01") + (numbers // 100).astype("timedelta64[D]")
        parts = [str(day) for day in days]
        made = np.empty(len(numbers), dtype=object)
        made[:] = [_hetu(f"{d[8:]}{d[5:7]}{d[2:4]}", 900 + int(n) % 100) for d, n in zip(parts, numbers, strict=True)]
        return made


def _hetu(day: str, number: int) -> str:
    return f"{day}-{number}{_HETU[int(f'{day}{number}') % 31]}"


def norwegian(values: Sequence[str], _: str) -> Space:
    """The tax administration's invented people have 80 added to their month. Both check digits (mod 11) are true."""
    return Numbered(90 * 365 * 500, Norwegian(of_digits(11, "99999999999")(values)))


@dataclass(frozen=True)
class Norwegian:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        days = np.datetime64("1910-01-01") + (numbers // 500).astype("timedelta64[D]")
        texts = [_fodselsnummer(str(day), int(n) % 500) for day, n in zip(days, numbers, strict=True)]
        return written(np.array(texts, dtype=object), self.spellings, draws)


def _fodselsnummer(day: str, number: int) -> str:
    """Some numbers of a day have no check digits: the next one stands in."""
    while True:
        body = [*map(int, f"{day[8:]}{int(day[5:7]) + 80}{day[2:4]}{number:03d}")]
        first = -sum(d * w for d, w in zip(body, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        second = -sum(d * w for d, w in zip([*body, first], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if first < 10 and second < 10:
            return "".join(map(str, [*body, first, second]))
        number = (number + 1) % 500
