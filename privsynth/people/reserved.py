"""Numbers and addresses that can belong to nobody: kept free by their authorities for examples, fiction and tests.

Sources: RFC 2606 (names), RFC 5737 and 3849 (IP addresses), RFC 7042 (MAC), SSA (areas never issued), NHS (numbers from 999 for
tests), HMRC (prefix QQ); of telephone numbers in `phones`, of cards and bank accounts in `identifiers`,
of other numbers in `nationals`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import digits

import numpy as np

from privsynth.people.draws import Draws
from privsynth.people.identifiers import cards, ibans
from privsynth.people.machines import domain, ipv4, ipv6, mac, url, uuid
from privsynth.people.nationals import aadhaars, eins, finnish, german_tax_ids, imeis, norwegian, npis
from privsynth.people.phones import phone
from privsynth.people.ranges import Numbered, Space, of_digits, written
from privsynth.people.shapes import Shape, Shapes
from privsynth.typing import Array


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
    return _from_places(
        values, 9, "999-99-9999", ("9", digits, digits, "01234", digits[1:], digits, digits, digits, digits[1:])
    )


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


_MAKERS: dict[str, Callable[[Sequence[str], str], Space]] = {
    "US_SSN": _us_ssn,
    "US_ITIN": _us_itin,
    "UK_NINO": _uk_nino,
    "UK_NHS": _uk_nhs,
    "CREDIT_CARD": cards,
    "IBAN": ibans,
    "IMEI": imeis,
    "US_NPI": npis,
    "US_EIN": eins,
    "DE_TAX_ID": german_tax_ids,
    "IN_AADHAAR": aadhaars,
    "FI_HETU": finnish,
    "NO_FODSELSNUMMER": norwegian,
    "PHONE": phone,
    "IPV4": ipv4,
    "IPV6": ipv6,
    "MAC": mac,
    "UUID": uuid,
    "URL": url,
    "DOMAIN": domain,
}
