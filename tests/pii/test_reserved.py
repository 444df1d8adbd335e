"""Ranges that nobody can hold, each with a neighbour that somebody could."""

from __future__ import annotations

import pytest

from privsynth.pii.reserved import has_range, is_reserved


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
        ("IBAN", "GB00 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
    ],
)
def test_reserved_and_not(entity: str, free: str, held: str) -> None:
    assert is_reserved(entity, free)
    assert not is_reserved(entity, held)


def test_where_no_range_is_known_nothing_is_reserved() -> None:
    assert not has_range("PERSON")
    assert not is_reserved("PERSON", "Anna Larsen")
    assert not is_reserved("NO_SUCH_KIND", "x")
