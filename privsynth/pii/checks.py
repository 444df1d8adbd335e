"""Check digits and other proofs: those of python-stdnum, and the few that it does not have."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from privsynth.pii.names import known

Check = Callable[[str], bool]


@cache
def check_named(name: str) -> Check:
    """`pl.pesel` is a module of python-stdnum, `ours.card` a function of this file."""
    if name.startswith("ours."):
        ours: Check = _OURS[name.removeprefix("ours.")]
        return ours
    valid: Check = import_module(f"stdnum.{name}").is_valid

    def passes(text: str) -> bool:
        try:
            return bool(valid(text))
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
        ):  # some modules trip over parts of a number that they do not know
            return False

    return passes


def digits(text: str) -> str:
    """The ASCII digits alone."""
    return "".join(c for c in text if "0" <= c <= "9")


def luhn(number: str) -> bool:
    """Mod 10 (ISO/IEC 7812): one wrong digit is always noticed."""
    total = 0
    for place, c in enumerate(reversed(number)):
        value = (ord(c) - 48) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_VALUES = {place: str(place - 55) for place in range(65, 91)}  # A counts as 10, Z as 35


def iban(text: str) -> bool:
    """Mod 97 and the length of the country. The account inside is not checked: banks break the rules of their own."""
    from stdnum import iban as standard

    compact = text.replace(" ", "").replace("-", "").upper()
    if not (compact.isascii() and compact.isalnum()) or int((compact[4:] + compact[:4]).translate(_VALUES)) % 97 != 1:
        return False
    return bool(standard.is_valid(compact, check_country=False))


# Prefixes that are given out and the lengths that they are issued in (ISO/IEC 7812 and the rules of the schemes).
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|095|[689]\d)\d{11}(?:\d{2})?"  # Diners
    r"|(?:6011|64[4-9]\d|65\d{2})\d{12,15}"  # Discover
    r"|35\d{14,17}|(?:2131|1800)\d{11}"  # JCB: 3528 to 3589 in use, the whole block is its own
    r"|62\d{14,17}|81\d{14}"  # UnionPay
    r"|220[0-5]\d{12,15}"  # Mir, Borica
    r"|(?:50|5[6-9]|6\d)\d{10,17}|0604\d{8,15}"  # Maestro and others of its kind
    r"|(?:82\d{2}|8600|9051|9112|9417|9704|9792|9860)\d{12}"  # RuPay, Uzcard, ArCa, Belkart, Elcart, Napas, Troy, Humo
)


def issued(number: str) -> bool:
    """Whether a scheme gives out cards that begin so and are so long."""
    return _ISSUERS.fullmatch(number) is not None and len(set(number)) > 1


def card(text: str) -> bool:
    number = digits(text)
    return issued(number) and luhn(number)


def us_ssn(text: str) -> bool:
    """Numbers that were or could be issued: no area 000, 666 or 9xx, no group 00, no serial 0000."""
    n = digits(text)
    return n[:3] not in ("000", "666") and n[0] != "9" and n[3:5] != "00" and n[5:] != "0000" and len(set(n)) > 1


def clabe(text: str) -> bool:
    n = digits(text)
    total = sum(int(d) * w % 10 for d, w in zip(n[:17], (3, 7, 1) * 6, strict=False))
    return (10 - total % 10) % 10 == int(n[17])


def de_rvnr(text: str) -> bool:
    """German pension insurance: the letter counts as two digits, weights as published, sums of digits mod 10."""
    t = text.replace(" ", "").upper()
    expanded = f"{t[:8]}{ord(t[8]) - 64:02d}{t[9:11]}"
    total = sum(
        sum(map(int, str(int(d) * w))) for d, w in zip(expanded, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    )
    return 1 <= int(t[2:4]) % 50 <= 31 and 0 <= int(t[4:6]) <= 12 and total % 10 == int(t[11])


def de_kvnr(text: str) -> bool:
    """German health insurance: the letter counts as two digits, weights 1 and 2 in turn, sums of digits mod 10."""
    expanded = f"{ord(text[0].upper()) - 64:02d}{text[1:9]}"
    total = sum(sum(map(int, str(int(d) * w))) for d, w in zip(expanded, (1, 2) * 5, strict=True))
    return total % 10 == int(text[9])


def de_document(text: str) -> bool:
    """German identity card and passport: weights 7, 3, 1; at least one digit. Without check digit the letter tells."""
    t = text.upper()
    if not any(c.isdigit() for c in t) or not t[0].isalpha():
        return False
    if len(t) == 9:
        return True
    total = sum((int(c) if c.isdigit() else ord(c) - 55) * w for c, w in zip(t[:9], (7, 3, 1) * 3, strict=True))
    return total % 10 == int(t[9])


def snils(text: str) -> bool:
    """Russian pension number: weighted sum mod 101, of which 100 counts as 0."""
    n = digits(text)
    return sum(int(d) * w for d, w in zip(n[:9], range(9, 0, -1), strict=True)) % 101 % 100 == int(n[9:])


def hu_tax(text: str) -> bool:
    """Hungarian tax identifier of a person: weights 1 to 9, mod 11."""
    n = digits(text)
    return sum(int(d) * w for d, w in zip(n[:9], range(1, 10), strict=True)) % 11 == int(n[9])


_TAIWAN = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def tw_id(text: str) -> bool:
    first = _TAIWAN[text[0].upper()]
    parts = [first // 10, first % 10, *map(int, text[1:])]
    return sum(d * w for d, w in zip(parts, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def hk_id(text: str) -> bool:
    t = re.sub(r"\W", "", text).upper()
    body, last = t[:-1].rjust(8), t[-1]
    total = sum((36 if c == " " else int(c, 36)) * w for c, w in zip(body, range(9, 1, -1), strict=True))
    return (total + (10 if last == "A" else int(last, 36))) % 11 == 0


_SINGAPORE = {
    "S": ("JZIHGFEDCBA", 0),
    "T": ("JZIHGFEDCBA", 4),
    "F": ("XWUTRQPNMLK", 0),
    "G": ("XWUTRQPNMLK", 4),
    "M": ("XWUTRQPNJLK", 3),
}


def sg_nric(text: str) -> bool:
    t = text.upper()
    letters, offset = _SINGAPORE[t[0]]
    total = sum(int(d) * w for d, w in zip(t[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)) + offset
    place = total % 11
    return letters[10 - place if t[0] == "M" else place] == t[8]


def au_medicare(text: str) -> bool:
    n = digits(text)
    return sum(int(d) * w for d, w in zip(n[:8], (1, 3, 7, 9, 1, 3, 7, 9), strict=True)) % 10 == int(n[8])


def npi(text: str) -> bool:
    return luhn("80840" + digits(text))


def dea(text: str) -> bool:
    n = text[2:]
    return (int(n[0]) + int(n[2]) + int(n[4]) + 2 * (int(n[1]) + int(n[3]) + int(n[5]))) % 10 == int(n[6])


def iccid(text: str) -> bool:
    n = digits(text)
    return len(n) == 18 or luhn(n)


def vin(text: str) -> bool:
    """Vehicle identification: letters have published values, weighted sum mod 11, X stands for 10."""
    t = text.upper()
    if t.isdigit() or t.isalpha():
        return False
    values = {
        **{str(n): n for n in range(10)},
        **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)),
    }
    total = sum(values[c] * w for c, w in zip(t, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    return "0123456789X"[total % 11] == t[8]


def ups(text: str) -> bool:
    """Parcels: in running use the last digit is not always kept to, so only the shape with some digits is asked."""
    t = re.sub(r"\W", "", text)
    return sum(c.isdigit() for c in t) >= 6


def ipv6(text: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address

    try:
        IPv6Address(text.split("/", 1)[0].split("%", 1)[0])
    except AddressValueError:
        return False
    return sum(c.isalnum() for c in text) >= 3 or text == "::1"


def domain(text: str) -> bool:
    """A known ending of the domain name system, or one that is reserved for private and example use."""
    first, spelt = text.split(".", 1)[0], text.rsplit(".", 1)[-1]
    if len(first) == 1 and text.count(".") == 1 and spelt.istitle():
        return False  # an abbreviation: H.No, S.Coop
    last = spelt.casefold()
    return last in known("private_endings") or (last not in known("file_endings") and last in endings())


@cache
def endings() -> frozenset[str]:
    """Top-level domains, from the list that ships with tldextract: nothing is fetched and nothing is cached on disk."""
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return frozenset(part.rsplit(".", 1)[-1] for part in extract.tlds)


def high_entropy(text: str) -> bool:
    """Letters and digits mixed so evenly that nobody would type them: at least 3.5 bits for each character."""
    from math import log2

    counts = [text.count(c) for c in set(text)]
    bits = -sum(n / len(text) * log2(n / len(text)) for n in counts)
    return bits >= 3.5 and any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


_OURS: dict[str, Check] = {
    "card": card,
    "iban": iban,
    "us_ssn": us_ssn,
    "clabe": clabe,
    "de_rvnr": de_rvnr,
    "de_kvnr": de_kvnr,
    "de_document": de_document,
    "snils": snils,
    "hu_tax": hu_tax,
    "tw_id": tw_id,
    "hk_id": hk_id,
    "sg_nric": sg_nric,
    "au_medicare": au_medicare,
    "npi": npi,
    "dea": dea,
    "iccid": iccid,
    "vin": vin,
    "ups": ups,
    "ipv6": ipv6,
    "domain": domain,
    "high_entropy": high_entropy,
}
