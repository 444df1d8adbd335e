"""Values that can belong to nobody: ranges that their authorities keep free for examples, fiction and tests.

Ranges that are beginnings of a number stand in `entities.toml`, telephone numbers in `drama`, all others here: for what
finds a value and for what invents one. Sources: RFC 2606 and 6761 (names), RFC 5737 and 3849 (IP addresses), SSA (areas
never issued), ISO/IEC 7812 with ISO 3166 (issuers of cards that cannot be).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from privsynth.pii.checks import digits, luhn
from privsynth.pii.drama import is_fiction
from privsynth.pii.entities import Entity, entities

EXAMPLE_DOMAINS = ("example.com", "example.org", "example.net")
EXAMPLE_ENDINGS = (".example", ".test", ".invalid")
DOCUMENTATION_NETS = ("192.0.2.", "198.51.100.", "203.0.113.")
CLASS_E = 240  # first byte of the networks from there on, which are routed nowhere
DOCUMENTATION_NET6 = "2001:db8:"

SSN_AREA, SSN_GROUPS = "9", "01234"  # an area that is never issued, with groups that no taxpayer number (ITIN) has
TEMPORARY = 900  # individual numbers of Finland from there on are never given to a resident for good
INVENTED_MONTH = 80  # added to the month of the people whom Norway's tax administration invents

# Published numbers of cards, by their length.
TEST_CARDS = {
    16: (
        "4111111111111111",
        "4012888888881881",
        "4242424242424242",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "6011111111111117",
        "6011000990139424",
        "3530111333300000",
        "3566002020360505",
    ),
    15: ("378282246310005", "371449635398431", "378734493671000"),
    14: ("30569309025904", "38520000023237"),
    13: ("4222222222222",),
}

# A card number that begins with 9 goes on with a numeric country code; ISO 3166 gives none a code from 900 to 999.
VOID_ISSUER = "9999"

# Length of the code of the bank in an IBAN, with what stands before it. Codes that are no bank's: zeros in Germany
# (they begin with 1 to 8) and Finland (none begins with 0), 990 to 999 in Belgium (for the National Bank's cheques).
# Elsewhere zeros, 0001 in Norway (0000 was the post's), nines in Brazil (zeros are a bank's) and XXXX where a code is
# of letters (United Kingdom, Ireland, Netherlands and others): no list of banks that was seen holds them, but no
# authority says that it never will.
BANK_CODES = {
    **dict.fromkeys(("AT", "CH", "LI", "FR", "MC", "SI", "LT", "TR"), 5),
    **dict.fromkeys(("ES", "PT", "NO", "DK", "CZ", "SK", "RO", "BG", "NL", "LV", "GI"), 4),
    **dict.fromkeys(("SE", "FI", "HU", "GR", "LU", "CY", "RS", "BA", "BE"), 3),
    "BR": 8,
    "DE": 8,
    "PL": 8,
    "IT": 6,
    "SM": 6,
    "HR": 7,
    "EE": 2,
    "UA": 6,
    "GB": 10,
    "IE": 10,
}
VOID_BANKS = {"BE": "999", "BR": "99999999", "NO": "0001"}


def is_reserved(entity: str, text: str) -> bool:
    """Whether a value of this kind lies in a range that nobody can hold. False where no range is known."""
    kind = entities().get(entity)
    if kind is None:
        return False
    if kind.reserved:
        return _RULES[kind.reserved](text.strip())
    return bool(kind.void) and _begins_void(kind, text)


def has_range(kind: Entity) -> bool:
    """Whether a range is known that nobody can hold."""
    return bool(kind.reserved or kind.void)


def _begins_void(kind: Entity, text: str) -> bool:
    compact = re.sub(r"\W", "", text).upper()
    return compact.startswith(kind.void) and kind.size[0] <= len(compact) <= kind.size[1]


def void(entity: str) -> tuple[str, ...]:
    """The beginnings of a kind under which no value is ever given out."""
    return entities()[entity].void


def _domain(text: str) -> bool:
    name = text.casefold().rstrip(".")
    return name.endswith((*EXAMPLE_ENDINGS, ".localhost")) or any(
        name == example or name.endswith(f".{example}") for example in EXAMPLE_DOMAINS
    )


def _email(text: str) -> bool:
    return "@" in text and _domain(text.rsplit("@", 1)[1])


def _url(text: str) -> bool:
    host = re.match(r"(?:[a-z]+://)?([^/:?#\s]+)", text.casefold())
    return host is not None and _domain(host.group(1))


def _phone(text: str) -> bool:
    return is_fiction(digits(re.sub(r"(?:x|ext).*", "", text, flags=re.IGNORECASE).replace("(0)", "")))


def _us_ssn(text: str) -> bool:
    """Also areas that are never issued whatever the group, and a number that was printed in wallets."""
    n = digits(text)
    if len(n) != 9:
        return False
    return n[:3] in ("000", "666") or (n[0] == SSN_AREA and n[3] in SSN_GROUPS) or n == "078051120"


def _card(text: str) -> bool:
    """A published test number, a number of an issuer that cannot be, or one whose check digit is wrong."""
    number = digits(text)
    void = 12 <= len(number) <= 19 and (number.startswith(VOID_ISSUER) or not luhn(number))
    return void or number in TEST_CARDS.get(len(number), ())


def _iban(text: str) -> bool:
    """A bank that does not exist, or check digits that no IBAN has: they run from 02 to 98."""
    compact = re.sub(r"\W", "", text).upper()
    country, account = compact[:2], compact[4:]
    bank = account[: BANK_CODES.get(country, 4)]
    void = account.startswith(VOID_BANKS[country]) if country in VOID_BANKS else bool(bank) and not bank.strip("0X")
    return len(compact) > 4 and (void or compact[2:4] in ("00", "01", "99"))


def _finnish(text: str) -> bool:
    match = re.fullmatch(r"\d{6}[-+A-FU-Y](\d{3})[0-9A-Y]", text.upper())
    return match is not None and int(match.group(1)) >= TEMPORARY


def _norwegian(text: str) -> bool:
    n = digits(text)
    return len(n) == 11 and 1 <= int(n[2:4]) - INVENTED_MONTH <= 12


def _ipv4(text: str) -> bool:
    """The documentation networks, and class E."""
    head = text.split(".", 1)[0]
    return text.startswith(DOCUMENTATION_NETS) or (head.isdigit() and CLASS_E <= int(head) <= 255)


def _ipv6(text: str) -> bool:
    return text.casefold().startswith(DOCUMENTATION_NET6)


_RULES: Mapping[str, Callable[[str], bool]] = {
    "card": _card,
    "domain": _domain,
    "email": _email,
    "finnish": _finnish,
    "iban": _iban,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "norwegian": _norwegian,
    "phone": _phone,
    "ssn": _us_ssn,
    "url": _url,
}
