"""Numbers and addresses that can belong to nobody: kept free by their authorities for examples, fiction and tests.

Sources: RFC 2606 (names), RFC 5737 and 3849 (IP addresses), RFC 7042 (MAC), NANPA (555-0100 to 555-0199), Ofcom, ACMA,
Arcep, Bundesnetzagentur and PTS (telephone numbers for drama), SSA (areas never issued), NHS (numbers from 999 for tests).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase, digits
from typing import Any

import numpy as np

from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.fabricate.machines import domain, ipv4, ipv6, mac, url, uuid
from privsynth.generate.fabricate.phones import phone
from privsynth.generate.fabricate.ranges import Numbered, Space, digit_places, of_digits, patterns, written
from privsynth.generate.fabricate.shapes import Shape, Shapes, learn_shapes

Array = np.ndarray[Any, Any]


def reserved_space(entity: str, values: Sequence[str], locale: str) -> Space | None:
    """The reserved range for this kind of personal data, spelt as these different values are; None where there is none."""
    maker = _MAKERS.get(entity)
    return None if maker is None else maker(values, locale)


def _from_places(values: Sequence[str], count: int, default: str, places: Sequence[str]) -> Shapes:
    """All spellings of one number whose digits are limited place by place."""
    found = of_digits(count, default)(values)
    shapes = []
    for pattern in found:
        left = iter(places)
        shapes.append(Shape(tuple(next(left) if c == "9" else c for c in pattern)))
    return Shapes(tuple(shapes), (1.0,) * len(shapes))


def _us_ssn(values: Sequence[str], _: str) -> Space:
    """Area 900-999 was never issued; its groups 01-49 are no taxpayer numbers (ITIN) either."""
    return _from_places(values, 9, "999-99-9999", ("9", digits, digits, "01234", digits[1:], digits, digits, digits, digits[1:]))


def _us_itin(values: Sequence[str], locale: str) -> Space:
    return _us_ssn(values, locale)


def _uk_nino(values: Sequence[str], _: str) -> Space:
    gap = " " if sum(" " in v for v in values) > len(values) / 2 else ""
    pairs = [place for _ in range(3) for place in (*((gap,) if gap else ()), digits, digits)]
    return Shapes((Shape(("Q", "Q", *pairs, *((gap,) if gap else ()), "ABCD")),), (1.0,))


def _uk_nhs(values: Sequence[str], _: str) -> Space:
    """Numbers from 999 with a true check digit (mod 11)."""
    return Numbered(10**6, NhsNumbers(of_digits(10, "999 999 9999")(values)))


@dataclass(frozen=True)
class NhsNumbers:
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        nine = np.array([[9, 9, 9, *map(int, f"{n:06d}")] for n in numbers], dtype=np.int64).reshape(-1, 9)
        check = (11 - (nine * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11
        nine[check == 10, 8] = (nine[check == 10, 8] + 1) % 10  # no number ends so; its neighbour does
        check = (11 - (nine * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11
        texts = np.array(["".join(map(str, row)) for row in np.column_stack([nine, check % 10])], dtype=object)
        return written(texts, self.spellings, draws)


def luhn(body: Array) -> Array:
    """The check digit for each row of digits."""
    doubled = body[:, ::-1].copy()
    doubled[:, ::2] *= 2
    sums: Array = (doubled - 9 * (doubled > 9)).sum(axis=1)
    return (10 - sums % 10) % 10


TEST_CARDS = {
    16: (
        *("4111111111111111", "4012888888881881", "4242424242424242", "5555555555554444", "5105105105105100"),
        *("2223003122003222", "6011111111111117", "6011000990139424", "3530111333300000", "3566002020360505"),
    ),
    15: ("378282246310005", "371449635398431", "378734493671000"),
    14: ("30569309025904", "38520000023237"),
    13: ("4222222222222",),
}  # fmt: skip


def _card(values: Sequence[str], _: str) -> Space:
    """Published test numbers; where more different ones are needed, numbers whose check digit is wrong."""
    spellings = patterns(values, lambda p: digit_places(p) in TEST_CARDS, "9999999999999999")
    count = digit_places(spellings[0])
    spellings = tuple(p for p in spellings if digit_places(p) == count)
    return Numbered(len(TEST_CARDS[count]), PublishedCards(count, spellings), wider=Numbered(10 ** (count - 2), WrongCards(count, spellings)))


@dataclass(frozen=True)
class PublishedCards:
    count: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(np.array(TEST_CARDS[self.count], dtype=object)[numbers], self.spellings, draws)


@dataclass(frozen=True)
class WrongCards:
    count: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        body = np.array([[4, *map(int, f"{n:0{self.count - 2}d}")] for n in numbers], dtype=np.int64).reshape(-1, self.count - 1)
        check = (luhn(body) + 1 + draws.below("wrong", 9)) % 10
        texts = np.array(["".join(map(str, row)) for row in np.column_stack([body, check])], dtype=object)
        return written(texts, self.spellings, draws)


def _iban(values: Sequence[str], _: str) -> Space:
    """The shape of the real ones with check digits 00, which no IBAN has (they run from 02 to 98)."""
    compact = [v for v in values if re.fullmatch(r"[A-Za-z]{2}\d{2}[ A-Za-z0-9]{10,40}", v)]
    shapes = learn_shapes(compact) if compact else Shapes((Shape((*"GB", *"00", *(ascii_uppercase,) * 4, *(digits,) * 14)),), (1.0,))
    if len(shapes.shapes[0].places) < 15:
        return _iban([], "")
    return replace(shapes, shapes=tuple(replace(s, places=(*s.places[:2], "0", "0", *s.places[4:])) for s in shapes.shapes))


_MAKERS: dict[str, Callable[[Sequence[str], str], Space]] = {
    "US_SSN": _us_ssn,
    "US_ITIN": _us_itin,
    "UK_NINO": _uk_nino,
    "UK_NHS": _uk_nhs,
    "CREDIT_CARD": _card,
    "IBAN": _iban,
    "PHONE": phone,
    "IPV4": ipv4,
    "IPV6": ipv6,
    "MAC": mac,
    "UUID": uuid,
    "URL": url,
    "DOMAIN": domain,
}
