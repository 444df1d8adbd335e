"""Values that can belong to nobody: ranges that their authorities keep free for examples, fiction and tests.

Sources: RFC 2606 and 6761 (names), RFC 5737 and 3849 (IP addresses), RFC 7042 (MAC), NANPA (555-0100 to 555-0199), Ofcom,
ACMA, Arcep, Bundesnetzagentur and PTS (telephone numbers for drama), SSA (areas never issued), NHS (999), HMRC (prefix QQ),
ISO/IEC 7812 with ISO 3166 (issuers of cards that cannot be), and for national numbers the authorities named beside their rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from privsynth.pii.checks import digits, luhn

EXAMPLE_DOMAINS = ("example.com", "example.org", "example.net")
EXAMPLE_ENDINGS = (".test", ".invalid", ".example", ".localhost")
DOCUMENTATION_NETS = ("192.0.2.", "198.51.100.", "203.0.113.")
DOCUMENTATION_NET6 = "2001:db8:"
DOCUMENTATION_MAC = "00005e0053"
TEST_CARDS = frozenset(
    (
        *(
            "4111111111111111",
            "4012888888881881",
            "4242424242424242",
            "4222222222222",
            "5555555555554444",
            "5105105105105100",
            "2223003122003222",
            "6011111111111117",
        ),
        *(
            "6011000990139424",
            "3530111333300000",
            "3566002020360505",
            "378282246310005",
            "371449635398431",
            "378734493671000",
            "30569309025904",
            "38520000023237",
        ),
    )
)

# A card number that begins with 9 goes on with the numeric code of a country; ISO 3166 gives none of them a code from 900 to 999.
VOID_ISSUER = "9999"

# Length of the code of the bank in an IBAN, with what stands before it. Codes that are no bank's: zeros in Germany (they begin with 1
# to 8) and Finland (none begins with 0), 990 to 999 in Belgium (kept by the National Bank for cheques). Elsewhere zeros, 0001 in Norway
# (0000 was the post's) and XXXX where a code is of letters (United Kingdom, Ireland, Netherlands and others): no list of banks that
# was seen holds them, but no authority says that it never will.
BANK_CODES = {
    **dict.fromkeys(("AT", "CH", "LI", "FR", "MC", "SI", "LT", "TR"), 5),
    **dict.fromkeys(("ES", "PT", "NO", "DK", "CZ", "SK", "RO", "BG", "NL", "LV", "GI"), 4),
    **dict.fromkeys(("SE", "FI", "HU", "GR", "LU", "CY", "RS", "BA", "BE"), 3),
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
VOID_BANKS = {"BE": "999", "NO": "0001"}

# Telephone numbers without country code and leading zero: the beginnings that nobody has.
_AMERICA = re.compile(r"(?:1|001)?[2-9]\d\d55501\d\d")
_DRAMA = re.compile(
    r"(?:0044|44|0)?(?:7700900|1632960|2079460|1134960|1144960|1154960|1164960|1174960|1184960|1214960|1314960|1414960|1514960|1614960|1914980|2896496|2920180|3069990|8081570)\d{3}"
    r"|(?:0061|61|0)?(?:491570(?:006|156|157|158|159|110)|[2378](?:5550|7010)\d{4})"
    r"|(?:0033|33|0)?(?:19900|26191|35301|46571|53649|63998)\d{4}"
    r"|(?:0049|49|0)?(?:(?:3023125|6990009|4066969|2214710|8999998)\d{3}|(?:17139200|176040690)\d{2})"
    r"|(?:0046|46|0)?(?:(?:8465004|3139006|4062804|9803192)\d{2}|7017406(?:0[5-9]|[1-9]\d))"
)


def is_reserved(entity: str, text: str) -> bool:
    """Whether a value of this kind lies in a range that nobody can hold. False where no range is known."""
    rule = _RULES.get(entity)
    return rule is not None and rule(text.strip())


def has_range(entity: str) -> bool:
    return entity in _RULES


def _domain(text: str) -> bool:
    name = text.casefold().rstrip(".")
    return name.endswith(EXAMPLE_ENDINGS) or any(
        name == known or name.endswith(f".{known}") for known in EXAMPLE_DOMAINS
    )


def _email(text: str) -> bool:
    return "@" in text and _domain(text.rsplit("@", 1)[1])


def _url(text: str) -> bool:
    host = re.match(r"(?:[a-z]+://)?([^/:?#\s]+)", text.casefold())
    return host is not None and _domain(host.group(1))


def _phone(text: str) -> bool:
    number = digits(re.sub(r"(?:x|ext).*", "", text, flags=re.IGNORECASE).replace("(0)", ""))
    return _AMERICA.fullmatch(number) is not None or _DRAMA.fullmatch(number) is not None


def _us_ssn(text: str) -> bool:
    """An area that is never issued; the groups of 9xx that taxpayer numbers use are out."""
    n = digits(text)
    if len(n) != 9:
        return False
    return n[:3] in ("000", "666") or (n[0] == "9" and int(n[3:5]) < 50) or n == "078051120"


def _card(text: str) -> bool:
    """A published test number, a number of an issuer that cannot be, or one whose check digit is wrong."""
    number = digits(text)
    return number in TEST_CARDS or (12 <= len(number) <= 19 and (number.startswith(VOID_ISSUER) or not luhn(number)))


def _iban(text: str) -> bool:
    """A bank that does not exist, or check digits that no IBAN has: they run from 02 to 98."""
    compact = re.sub(r"\W", "", text).upper()
    country, account = compact[:2], compact[4:]
    bank = account[: BANK_CODES.get(country, 4)]
    void = account.startswith(VOID_BANKS[country]) if country in VOID_BANKS else bool(bank) and not bank.strip("0X")
    return len(compact) > 4 and (void or compact[2:4] in ("00", "01", "99"))


def _norwegian(text: str) -> bool:
    """Skatteetaten's invented people have 80 added to their month."""
    n = digits(text)
    return len(n) == 11 and 81 <= int(n[2:4]) <= 92


def _ipv4(text: str) -> bool:
    """The documentation networks, and class E, which is routed nowhere."""
    head = text.split(".", 1)[0]
    return text.startswith(DOCUMENTATION_NETS) or (head.isdigit() and 240 <= int(head) <= 255)


def _mac(text: str) -> bool:
    """The range for documentation, and addresses marked as locally administered."""
    compact = re.sub(r"\W", "", text).casefold()
    return compact.startswith(DOCUMENTATION_MAC) or (len(compact) == 12 and compact[0] == "0" and compact[1] == "2")


_RULES: Mapping[str, Callable[[str], bool]] = {
    "EMAIL": _email,
    "DOMAIN": _domain,
    "URL": _url,
    "PHONE": _phone,
    "FAX": _phone,
    "US_SSN": _us_ssn,
    "UK_NINO": lambda text: text.upper().startswith("QQ"),
    "UK_NHS": lambda text: digits(text).startswith("999"),
    "IPV4": _ipv4,
    "IPV6": lambda text: text.casefold().startswith(DOCUMENTATION_NET6),
    "MAC": _mac,
    "CREDIT_CARD": _card,
    "IBAN": _iban,
    "IMEI": lambda text: digits(text).startswith("00"),  # GSMA: reporting body 00 is for devices under test
    "US_NPI": lambda text: len(digits(text)) == 10 and digits(text)[0] not in "12",  # CMS: numbers begin with 1 or 2
    "US_EIN": lambda text: digits(text).startswith("00"),  # IRS: no campus has this prefix
    "DE_TAX_ID": lambda text: digits(text).startswith("0"),  # BZSt: test numbers begin with 0
    "IN_AADHAAR": lambda text: len(digits(text)) == 12 and digits(text)[0] in "01",  # UIDAI: numbers begin with 2 to 9
    "FI_HETU": lambda text: (
        re.fullmatch(r"\d{6}[-+A-FU-Y]9\d\d[0-9A-Y]", text.upper()) is not None
    ),  # DVV: 900 to 999 are temporary
    "NO_FODSELSNUMMER": _norwegian,
}
