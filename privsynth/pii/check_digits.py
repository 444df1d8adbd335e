"""Check digits worked out, for numbers that are to have true ones. `checks` says whether a number has them.

Functions over arrays take a row of digits for each number: a hundred times faster than python-stdnum, which is called
where numbers are made one by one anyway.
"""

from __future__ import annotations

import numpy as np

from privsynth.typing import Array


def luhn(body: Array) -> Array:
    """Mod 10 (ISO/IEC 7812), for each row of digits."""
    doubled = body[:, ::-1].copy()
    doubled[:, ::2] *= 2
    sums: Array = (doubled - 9 * (doubled > 9)).sum(axis=1)
    return (10 - sums % 10) % 10


def mod_11_10(body: Array) -> Array:
    """ISO/IEC 7064, mod 11,10: German tax numbers."""
    product = np.full(len(body), 10)
    for digits in body.T:
        total = (digits + product) % 10
        product = 2 * np.where(total == 0, 10, total) % 11
    return (11 - product) % 10


def mod_11(body: Array) -> Array:
    """Weights that fall to 2, mod 11: numbers of the NHS. Where it gives 10, there is no such number."""
    weights = np.arange(body.shape[1] + 1, 1, -1)
    check: Array = (11 - (body * weights).sum(axis=1) % 11) % 11
    return check


def _symmetry(a: int, b: int) -> int:
    """One after the other of the ten symmetries of a pentagon: turns 0 to 4, flips 5 to 9."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


_TIMES = np.array([[_symmetry(a, b) for b in range(10)] for a in range(10)])
_INVERSE = np.array([0, 4, 3, 2, 1, 5, 6, 7, 8, 9])
_TURN = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])


def verhoeff(body: Array) -> Array:
    """Verhoeff's digit, which also notices two digits that changed places: Indian residents."""
    check, turned = np.zeros(len(body), dtype=np.int64), _TURN
    for digits in body.T[::-1]:
        check = _TIMES[check, turned[digits]]
        turned = _TURN[turned]
    digit: Array = _INVERSE[check]
    return digit


_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def finnish(digits: str) -> str:
    """The character behind day and number, mod 31."""
    return _HETU[int(digits) % 31]


def norwegian(body: str) -> str | None:
    """Both digits of a resident's number; None where it has none."""
    from stdnum.no.fodselsnummer import calc_check_digit1, calc_check_digit2

    first = calc_check_digit1(body)
    second = calc_check_digit2(body + first)
    return first + second if len(first + second) == 2 else None


def iban(country: str, account: str) -> str:
    """Mod 97 (ISO 13616)."""
    from stdnum.iban import calc_check_digits

    digits: str = calc_check_digits(f"{country}00{account}")
    return digits


def with_account_digits(country: str, account: str) -> str:
    """An account whose own check digits are true as well, in the countries whose rule is known."""
    match country:
        case "BE":
            return f"{account[:10]}{int(account[:10]) % 97 or 97:02d}"
        case "NO":
            return _norwegian_account(account)
        case "PT":
            return f"{account[:19]}{98 - int(account[:19] + '00') % 97:02d}"
        case "ES":
            return _spanish_account(account)
        case "FR" | "MC":
            return _french_account(account)
        case _:
            return account


def _spanish_account(account: str) -> str:
    """Two digits in the middle: for bank and branch, and for the account."""
    from stdnum.es.ccc import calc_check_digits

    return f"{account[:8]}{calc_check_digits(account)}{account[10:]}"


def _french_account(account: str) -> str:
    """The clé RIB: letters count as the digits of a telephone's keys do, from A = 1 to I = 9, J = 1, S = 2."""
    plain = "".join(
        c if c.isdigit() else str((ord(c) - 65) % 9 + 1 if c < "S" else (ord(c) - 83) % 9 + 2) for c in account[:21]
    )
    total = 89 * int(plain[:5]) + 15 * int(plain[5:10]) + 3 * int(plain[10:21])
    return f"{account[:21]}{97 - total % 97:02d}"


def _norwegian_account(account: str) -> str:
    """Mod 11; accounts that would need a ten have none, their neighbour does."""
    for body in (account[:10], account[:9] + str((int(account[9]) + 1) % 10)):
        check = -sum(int(c) * weight for c, weight in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if check < 10:
            break
    return body + str(check)
