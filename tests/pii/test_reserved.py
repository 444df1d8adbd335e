"""Ranges that nobody can hold, each with a neighbour that somebody could."""

from __future__ import annotations

import pytest

from privsynth.pii.reserved import is_reserved


@pytest.mark.parametrize(
    ("entity", "free", "held"),
    [
        ("EMAIL", "anna@example.com", "anna@example.co"),
        ("EMAIL", "anna@mail.example.org", "anna@notexample.org"),
        ("DOMAIN", "shop.invalid", "shop.com"),
        ("URL", "https://www.example.net/x", "https://www.example.net.com/x"),
        ("PHONE", "(202) 555-0143", "(202) 555-0243"),
        ("PHONE", "+1-202-555-0100 x12", "+1-202-554-0100"),
        ("PHONE", "07700 900123", "07700 800123"),
        ("PHONE", "+44 20 7946 0321", "+44 20 7947 0321"),
        ("PHONE", "0491 570 156", "0491 570 999"),
        ("US_SSN", "900-12-3456", "536-90-4399"),
        ("US_SSN", "000-12-3456", "912-70-3456"),
        ("UK_NINO", "QQ 12 34 56 C", "AB 12 34 56 C"),
        ("UK_NHS", "999 123 4561", "943 476 5870"),
        ("IPV4", "198.51.100.7", "198.51.101.7"),
        ("IPV6", "2001:DB8::1", "2001:db9::1"),
        ("MAC", "00-00-5E-00-53-AF", "00-00-5E-00-54-AF"),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4539988915720591"),
        ("CREDIT_CARD", "4539988915720592", "5213591727586604"),
        ("CREDIT_CARD", "9999 5232 5765 6145", "4539988915720591"),
        ("IBAN", "GB74XXXX00000022859153", "GB82 WEST 1234 5698 7654 32"),
        ("IBAN", "BE69999228591078", "BE68539007547034"),
        ("IBAN", "DE54000000002285910697", "DE89370400440532013000"),
        ("PHONE", "(02) 5550 1234", "(02) 5551 1234"),
        ("PHONE", "0171 3920012", "0171 3920112"),
        ("PHONE", "070-174 06 05", "070-174 06 04"),
        ("PHONE", "0980-319 225", "0980-318 225"),
        ("IMEI", "00-952325-765614-2", "49-015420-323751-8"),
        ("US_NPI", "9257656147", "1245319599"),
        ("US_EIN", "00-1234567", "12-1234567"),
        ("DE_TAX_ID", "01463758218", "36574261809"),
        ("IN_AADHAAR", "0232 5765 6147", "2341 2341 2346"),
        ("FI_HETU", "120724-9142", "120724-1142"),
        ("NO_FODSELSNUMMER", "23913011570", "23113011570"),
        ("IBAN", "GB00 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
    ],
)
def test_reserved_and_not(entity: str, free: str, held: str) -> None:
    assert is_reserved(entity, free)
    assert not is_reserved(entity, held)


def test_where_no_range_is_known_nothing_is_reserved() -> None:
    assert not is_reserved("PERSON", "Anna Larsen")
    assert not is_reserved("NO_SUCH_KIND", "x")
