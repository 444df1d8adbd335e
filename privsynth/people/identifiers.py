"""Cards and bank accounts with true check digits that nobody can hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.ranges import FreeValues, Numbered, digit_places, patterns, written
from privsynth.people.shapes import COMMON
from privsynth.pii.check_digits import iban, luhn, with_account_digits
from privsynth.pii.reserved import BANK_CODES, TEST_CARDS, VOID_BANKS, VOID_ISSUER
from privsynth.typing import Array


def digits_of(numbers: Array, head: str, free: int) -> Array:
    """A row of digits for each number, behind the same head."""
    return np.array([[*map(int, head), *map(int, f"{n:0{free}d}")] for n in numbers], dtype=np.int64).reshape(
        -1, len(head) + free
    )


def texts_of(rows: Array) -> Array:
    return np.array(["".join(map(str, row)) for row in rows], dtype=object)


# --- cards ---


def cards(values: Sequence[str], _: str) -> FreeValues:
    """Published test numbers; where more different ones are needed, numbers of an issuer that cannot be.

    The check digit (Luhn) is true. Why no issuer can have the number stands in `pii.reserved`.
    """
    spellings = patterns(values, lambda p: digit_places(p) in TEST_CARDS, "9999999999999999")
    count = digit_places(spellings[0])
    spellings = tuple(p for p in spellings if digit_places(p) == count)
    free = count - len(VOID_ISSUER) - 1
    return Numbered(
        len(TEST_CARDS[count]),
        PublishedCards(count, spellings),
        wider=Numbered(10**free, Luhn(VOID_ISSUER, free, spellings)),
    )


@kept(version=1)
@dataclass(frozen=True)
class PublishedCards:
    count: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(np.array(TEST_CARDS[self.count], dtype=object)[numbers], self.spellings, draws)


@kept(version=1)
@dataclass(frozen=True)
class Luhn:
    """Digits behind a head, with a true check digit. `salt` is counted in, but not written."""

    head: str
    free: int
    spellings: tuple[str, ...]
    salt: str = ""

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        body = digits_of(numbers, self.salt + self.head, self.free)
        return written(texts_of(np.column_stack([body, luhn(body)])[:, len(self.salt) :]), self.spellings, draws)


# --- bank accounts ---

# What stands behind country and check digits: so many letters, then so many digits. Where letters may be among the
# digits, there are none.
_ACCOUNTS: Mapping[str, tuple[int, int]] = {
    "NO": (0, 11),
    "BE": (0, 12),
    **dict.fromkeys(("DK", "FI"), (0, 14)),
    **dict.fromkeys(("MK", "SI"), (0, 15)),
    **dict.fromkeys(("AT", "EE", "LU"), (0, 16)),
    **dict.fromkeys(("CH", "HR", "LI"), (0, 17)),
    "DE": (0, 18),
    "IL": (0, 19),
    **dict.fromkeys(("CZ", "ES", "SA", "SE", "SK"), (0, 20)),
    "PT": (0, 21),
    "TR": (0, 22),
    **dict.fromkeys(("FR", "GR"), (0, 23)),
    "HU": (0, 24),
    "UA": (0, 25),
    "IT": (1, 22),
    "GE": (2, 16),
    "NL": (4, 10),
    "LV": (4, 13),
    **dict.fromkeys(("GB", "IE"), (4, 14)),
    **dict.fromkeys(("PK", "RO"), (4, 16)),
    "PS": (4, 21),
}
_ELSEWHERE = "GB"  # for a country without such numbers


def ibans(values: Sequence[str], home: str) -> FreeValues:
    """True check digits (mod 97), in the countries and the shape of the real ones, at a bank that does not exist.

    Where there are no real ones, they are those of the country of a locale. The check digits within the account are
    true too in Belgium, France, Norway, Spain and Portugal; elsewhere those are drawn. For which countries it is
    certain that no bank has the code stands beside the codes in `pii.reserved`.
    """
    compact = [re.sub(r"\s", "", v).upper() for v in values]
    forms = Counter(_form(v) for v in compact if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", v))
    kept = [(form, n) for form, n in forms.most_common(12) if n >= min(COMMON, len(forms) and len(values))] or [
        (_form_at(home), 1)
    ]
    gap = 4 if sum(" " in v.strip() for v in values) > len(values) / 2 else 0
    room = min(
        len(form) - 6 - BANK_CODES.get(form[:2], 4) for form, _ in kept
    )  # check digits of the account are not free
    return Numbered(10 ** min(room, 15), Ibans(tuple(form for form, _ in kept), tuple(float(n) for _, n in kept), gap))


def _form_at(locale: str) -> str:
    """The form of a country."""
    country = locale[-2:] if locale[-2:] in _ACCOUNTS else _ELSEWHERE
    letters, digits = _ACCOUNTS[country]
    return f"{country}99{'A' * letters}{'9' * digits}"


def _form(value: str) -> str:
    """Country, and of the rest only which are letters and which digits."""
    return value[:2] + re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", value[2:]))


@kept(version=1)
@dataclass(frozen=True)
class Ibans:
    forms: tuple[str, ...]
    weights: tuple[float, ...]
    gap: int

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        steps = np.cumsum(self.weights) / sum(self.weights)
        which = np.minimum(np.searchsorted(steps, draws.share("country"), side="right"), len(self.forms) - 1)
        more = draws.bits("more")
        texts = np.empty(len(numbers), dtype=object)
        texts[:] = [
            self._one(self.forms[at], int(bits) << 64 | int(n))
            for at, n, bits in zip(which, numbers, more, strict=True)
        ]
        return texts

    def _one(self, form: str, number: int) -> str:
        country, size = form[:2], BANK_CODES.get(form[:2], 4)
        bank = VOID_BANKS.get(country) or form[4 : 4 + size].replace("9", "0").replace("A", "X")
        rest = []
        for kind in form[4 + size :]:
            number, place = divmod(number, 10 if kind == "9" else 26)
            rest.append("0123456789"[place] if kind == "9" else chr(65 + place))
        account = with_account_digits(country, bank + "".join(rest))
        text = f"{country}{iban(country, account)}{account}"
        return " ".join(text[at : at + self.gap] for at in range(0, len(text), self.gap)) if self.gap else text
