"""National and other numbers of which a range is never given out, with true check digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import digits

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.identifiers import Luhn, digits_of, texts_of
from privsynth.people.ranges import FreeValues, Numbered, of_digits, written
from privsynth.people.shapes import CodeShape, CodeShapes
from privsynth.pii.check_digits import finnish as finnish_character
from privsynth.pii.check_digits import mod_11, mod_11_10, verhoeff
from privsynth.pii.check_digits import norwegian as norwegian_digits
from privsynth.pii.reserved import INVENTED_MONTH, SSN_AREA, SSN_GROUPS, TEMPORARY, void
from privsynth.typing import Array


def us_ssns(values: Sequence[str], _: str) -> FreeValues:
    """An area that was never issued, with groups that no taxpayer number (ITIN) has. Neither has a check digit."""
    group = (SSN_GROUPS, digits[1:])
    places = (SSN_AREA, digits, digits, *group, digits, digits, digits, digits[1:])
    return _from_places(of_digits(9, "999-99-9999")(values), places)


def _from_places(spellings: tuple[str, ...], places: tuple[str, ...]) -> CodeShapes:
    """All spellings of one number whose digits are limited place by place."""
    shapes = []
    for spelling in spellings:
        left = iter(places)
        shapes.append(CodeShape(tuple(next(left) if c == "9" else c for c in spelling)))
    return CodeShapes(tuple(shapes), (1.0,) * len(shapes))


def uk_ninos(values: Sequence[str], _: str) -> FreeValues:
    """British national insurance has no check digit; a letter from A to D ends the number."""
    gap = (" ",) if sum(" " in v for v in values) > len(values) / 2 else ()
    pairs = [place for _ in range(3) for place in (*gap, digits, digits)]
    return CodeShapes((CodeShape((*void("UK_NINO")[0], *pairs, *gap, "ABCD")),), (1.0,))


def nhs_numbers(values: Sequence[str], _: str) -> FreeValues:
    return Numbered(10**6, NhsNumbers(of_digits(10, "999 999 9999")(values)))


@kept(version=1)
@dataclass(frozen=True)
class NhsNumbers:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        body = digits_of(numbers, void("UK_NHS")[0], 6)
        missing = mod_11(body) == 10
        body[missing, 8] = (body[missing, 8] + 1) % 10  # no number ends so; its neighbour does
        return written(texts_of(np.column_stack([body, mod_11(body) % 10])), self.spellings, draws)


def imeis(values: Sequence[str], _: str) -> FreeValues:
    """Devices under test begin with 00, which is no reporting body's."""
    return Numbered(10**12, Luhn(void("IMEI")[0], 12, of_digits(15, "999999999999999")(values)))


def npis(values: Sequence[str], _: str) -> FreeValues:
    """Providers' numbers in the USA begin with 1 or 2; these begin with 9. The check digit counts 80840 in front."""
    return Numbered(10**8, Luhn(void("US_NPI")[0], 8, of_digits(10, "9999999999")(values), "80840"))


def eins(values: Sequence[str], _: str) -> FreeValues:
    """Employers' numbers in the USA never begin with 00. They have no check digit."""
    return Numbered(10**7, Headed(void("US_EIN")[0], 7, of_digits(9, "99-9999999")(values)))


@kept(version=1)
@dataclass(frozen=True)
class Headed:
    """Digits behind a head."""

    head: str
    free: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(texts_of(digits_of(numbers, self.head, self.free)), self.spellings, draws)


def german_tax_ids(values: Sequence[str], _: str) -> FreeValues:
    """The tax administration's test numbers begin with 0; as in all such numbers, one digit comes twice."""
    return Numbered(10**6, GermanTaxIds(of_digits(11, "99999999999")(values)))


@kept(version=1)
@dataclass(frozen=True)
class GermanTaxIds:
    spellings: tuple[str, ...]

    def __call__(self, _: Array, draws: Draws) -> Array:
        order = np.argsort(np.column_stack([draws.share(f"place {at}") for at in range(9)]), axis=1) + 1
        order[:, 8] = order[:, 0]  # of the nine digits one is missing, and one is there twice
        body = np.column_stack([np.full(len(order), int(void("DE_TAX_ID")[0])), order])
        return written(texts_of(np.column_stack([body, mod_11_10(body)])), self.spellings, draws)


def aadhaars(values: Sequence[str], _: str) -> FreeValues:
    """Numbers of Indian residents never begin with 0 or 1; these begin with 0. The check digit (Verhoeff) is true."""
    return Numbered(10**10, Aadhaars(of_digits(12, "9999 9999 9999")(values)))


@kept(version=1)
@dataclass(frozen=True)
class Aadhaars:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        body = digits_of(numbers, void("IN_AADHAAR")[0], 10)
        return written(texts_of(np.column_stack([body, verhoeff(body)])), self.spellings, draws)


def finnish(_: Sequence[str], __: str) -> FreeValues:
    """Individual numbers from 900 on are never given to a resident for good. The check character (mod 31) is true."""
    return Numbered(90 * 365 * 100, Finnish())


@kept(version=1)
@dataclass(frozen=True)
class Finnish:
    def __call__(self, numbers: Array, _: Draws) -> Array:
        days = np.datetime64("1910-01-01") + (numbers // 100).astype("timedelta64[D]")
        parts = [str(day) for day in days]
        texts = np.empty(len(numbers), dtype=object)
        texts[:] = [
            _hetu(f"{d[8:]}{d[5:7]}{d[2:4]}", TEMPORARY + int(n) % 100) for d, n in zip(parts, numbers, strict=True)
        ]
        return texts


def _hetu(day: str, number: int) -> str:
    return f"{day}-{number}{finnish_character(f'{day}{number}')}"


def norwegian(values: Sequence[str], _: str) -> FreeValues:
    """The tax administration's invented people have 80 added to their month. Both check digits (mod 11) are true."""
    return Numbered(90 * 365 * 500, Norwegian(of_digits(11, "99999999999")(values)))


@kept(version=1)
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
        body = f"{day[8:]}{int(day[5:7]) + INVENTED_MONTH}{day[2:4]}{number:03d}"
        if (check := norwegian_digits(body)) is not None:
            return body + check
        number = (number + 1) % 500
