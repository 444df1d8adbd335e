"""Cards and bank accounts with true check digits that nobody can hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.people.draws import Draws
from privsynth.people.ranges import Numbered, Space, digit_places, patterns, written
from privsynth.people.shapes import COMMON
from privsynth.pii.reserved import BANK_CODES, VOID_BANKS, VOID_ISSUER
from privsynth.typing import Array


def luhn(body: Array) -> Array:
    """The check digit for each row of digits."""
    doubled = body[:, ::-1].copy()
    doubled[:, ::2] *= 2
    sums: Array = (doubled - 9 * (doubled > 9)).sum(axis=1)
    return (10 - sums % 10) % 10


def digits_of(numbers: Array, head: str, free: int) -> Array:
    """A row of digits for each number, behind the same head."""
    return np.array([[*map(int, head), *map(int, f"{n:0{free}d}")] for n in numbers], dtype=np.int64).reshape(
        -1, len(head) + free
    )


def texts_of(rows: Array) -> Array:
    return np.array(["".join(map(str, row)) for row in rows], dtype=object)


# --- cards ---

TEST_CARDS = {
    16: (
        *("4111111111111111", "4012888888881881", "4242424242424242", "5555555555554444", "5105105105105100"),
        *("2223003122003222", "6011111111111117", "6011000990139424", "3530111333300000", "3566002020360505"),
    ),
    15: ("378282246310005", "371449635398431", "378734493671000"),
    14: ("30569309025904", "38520000023237"),
    13: ("4222222222222",),
}  # fmt: skip


def cards(values: Sequence[str], _: str) -> Space:
    """Published test numbers; where more different ones are needed, numbers of an issuer that cannot be.

    A card number that begins with 9 goes on with the numeric code of the country whose standards body gave it out (ISO/IEC 7812);
    ISO 3166 never gives a country one of the codes 900 to 999. The check digit (Luhn) is true.
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


@dataclass(frozen=True)
class PublishedCards:
    count: int
    spellings: tuple[str, ...]

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return written(np.array(TEST_CARDS[self.count], dtype=object)[numbers], self.spellings, draws)


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

_BRITISH = "GB99AAAA99999999999999"


def ibans(values: Sequence[str], _: str) -> Space:
    """True check digits (mod 97), in the countries and the shape of the real ones, at a bank that does not exist.

    The check digits within the account are true too in Belgium, France, Norway, Spain and Portugal; elsewhere those are drawn. For which countries
    it is certain that no bank has the code, and for which it is not, stands beside the codes in `pii.reserved`.
    """
    compact = [re.sub(r"\s", "", v).upper() for v in values]
    found = Counter(_form(v) for v in compact if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", v))
    kept = [(form, n) for form, n in found.most_common(12) if n >= min(COMMON, len(found) and len(values))] or [
        (_BRITISH, 1)
    ]
    gap = 4 if sum(" " in v.strip() for v in values) > len(values) / 2 else 0
    room = min(
        len(form) - 6 - BANK_CODES.get(form[:2], 4) for form, _ in kept
    )  # check digits of the account are not free
    return Numbered(10 ** min(room, 15), Ibans(tuple(form for form, _ in kept), tuple(float(n) for _, n in kept), gap))


def _form(value: str) -> str:
    """Country, and of the rest only which are letters and which digits."""
    return value[:2] + re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", value[2:]))


@dataclass(frozen=True)
class Ibans:
    forms: tuple[str, ...]
    weights: tuple[float, ...]
    gap: int

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        steps = np.cumsum(self.weights) / sum(self.weights)
        which = np.minimum(np.searchsorted(steps, draws.share("country"), side="right"), len(self.forms) - 1)
        more = draws.bits("more")
        made = np.empty(len(numbers), dtype=object)
        made[:] = [
            self._one(self.forms[at], int(bits) << 64 | int(n))
            for at, n, bits in zip(which, numbers, more, strict=True)
        ]
        return made

    def _one(self, form: str, number: int) -> str:
        country, size = form[:2], BANK_CODES.get(form[:2], 4)
        bank = VOID_BANKS.get(country) or form[4 : 4 + size].replace("9", "0").replace("A", "X")
        rest = []
        for kind in form[4 + size :]:
            number, place = divmod(number, 10 if kind == "9" else 26)
            rest.append("0123456789"[place] if kind == "9" else chr(65 + place))
        account = _NATIONAL.get(country, str)(bank + "".join(rest))
        text = f"{country}{98 - _mod97(account + country + '00'):02d}{account}"
        return " ".join(text[at : at + self.gap] for at in range(0, len(text), self.gap)) if self.gap else text


def _mod97(text: str) -> int:
    return int("".join(str(int(c, 36)) for c in text)) % 97


def _belgian(account: str) -> str:
    return f"{account[:10]}{int(account[:10]) % 97 or 97:02d}"


def _portuguese(account: str) -> str:
    return f"{account[:19]}{98 - int(account[:19] + '00') % 97:02d}"


def _spanish(account: str) -> str:
    """Two digits in the middle: for bank and branch, and for the account."""

    def check(text: str) -> str:
        rest = 11 - sum(int(c) * 2**at for at, c in enumerate(text)) % 11
        return str(rest if rest < 10 else 11 - rest)

    return account[:8] + check("00" + account[:8]) + check(account[10:]) + account[10:]


def _french(account: str) -> str:
    """The clé RIB: letters count as the digits of a telephone's keys do, from A = 1 to I = 9, J = 1, S = 2."""
    plain = "".join(
        c if c.isdigit() else str((ord(c) - 65) % 9 + 1 if c < "S" else (ord(c) - 83) % 9 + 2) for c in account[:21]
    )
    return f"{account[:21]}{97 - (89 * int(plain[:5]) + 15 * int(plain[5:10]) + 3 * int(plain[10:21])) % 97:02d}"


def _norwegian(account: str) -> str:
    """Mod 11; accounts that would need a ten have none, their neighbour does."""
    for body in (account[:10], account[:9] + str((int(account[9]) + 1) % 10)):
        check = -sum(int(c) * weight for c, weight in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if check < 10:
            break
    return body + str(check)


_NATIONAL: dict[str, Callable[[str], str]] = {
    "BE": _belgian,
    "NO": _norwegian,
    "PT": _portuguese,
    "ES": _spanish,
    "FR": _french,
    "MC": _french,
}
