"""Places in running texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.pii.texts import scan_text


def found(text: str, entity: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in scan_text(text) if hit.entity == entity]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("write to j.doe@example.com, please", "EMAIL", "j.doe@example.com"),
        ("write to john@corp.local now", "EMAIL", "john@corp.local"),
        ("write to a@b.example now", "EMAIL", "a@b.example"),
        ("write to john\uff20server.internal now", "EMAIL", "john\uff20server.internal"),
        ("see https://example.com/a?b=1.", "URL", "https://example.com/a?b=1"),
        ("our site shop.example.org is down", "DOMAIN", "shop.example.org"),
        ("from 192.0.2.7 again", "IPV4", "192.0.2.7"),
        ("from 2001:db8::8a2e:370:7334 again", "IPV6", "2001:db8::8a2e:370:7334"),
        ("card 4111 1111 1111 1111 was charged", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("card 4111-1111-1111-1111 was charged", "CREDIT_CARD", "4111-1111-1111-1111"),
        ("card 2223003122003222 was charged", "CREDIT_CARD", "2223003122003222"),
        ("card 3530111333300000 was charged", "CREDIT_CARD", "3530111333300000"),
        ("transfer to GB82 WEST 1234 5698 7654 32 please", "IBAN", "GB82 WEST 1234 5698 7654 32"),
        ("His social security number is 536-90-4399", "US_SSN", "536-90-4399"),
        ("ssn 536904399 on file", "US_SSN", "536904399"),
        ("call me at (96) 627-277 today", "PHONE", "(96) 627-277"),
        ("call +44 20 7946 0321 today", "PHONE", "+44 20 7946 0321"),
        ("Mobile: 041-412-293", "PHONE", "041-412-293"),
        ("Desk: 986.291.2294x751", "PHONE", "986.291.2294x751"),
        ("Fax: 202-555-0187", "FAX", "202-555-0187"),
        ("on 1998-06-28 14:48:14 it rained", "DATE", "1998-06-28 14:48:14"),
        ("on 29 March 2017 it rained", "DATE", "29 March 2017"),
        ("on March 3rd, 2019 it rained", "DATE", "March 3rd, 2019"),
        ("on 12/1/1977 it rained", "DATE", "12/1/1977"),
        ("on 03/25/00 it rained", "DATE", "03/25/00"),
        ("she moved in 1965.", "DATE", "1965"),
        ("see you on Tuesday then", "DATE", "Tuesday"),
        ("She was born on 12/27/1986.", "DATE_OF_BIRTH", "12/27/1986"),
        ("a 50 year old man", "AGE", "50"),
        ("a 93 years old man", "AGE_OVER_89", "93"),
        ("Please correct it to Mrs. Amy Kupcova", "PERSON", "Amy Kupcova"),
        ("Please correct it to Mrs. Amy Kupcova", "TITLE", "Mrs."),
        ("My name is Patricia Larsen", "PERSON", "Patricia Larsen"),
        ("said Honoré to the boss", "PERSON", "Honoré"),
        ("here's Arne's address", "PERSON", "Arne"),
        ("They moved to Sheffield in spring", "CITY", "Sheffield"),
        ("glad that Poland is moving", "COUNTRY", "Poland"),
        ("the Norwegian government", "NATIONALITY", "Norwegian"),
        ("I work for Geoscape", "ORGANIZATION", "Geoscape"),
        ("Brightwater Logistics Ltd sent it", "ORGANIZATION", "Brightwater Logistics Ltd"),
        ("The station is on Ziegelgasse 26", "STREET_ADDRESS", "Ziegelgasse 26"),
        ("I stay at 12 Mill Lane", "STREET_ADDRESS", "12 Mill Lane"),
        ("ZIP: 11164", "POSTCODE", "11164"),
        ("the key is AKIAIOSFODNN7EXAMPLE there", "AWS_KEY", "AKIAIOSFODNN7EXAMPLE"),
        ("My driver's license number is 481195160", "DRIVER_LICENSE", "481195160"),
        ("Passport number 123456789 was lost", "US_PASSPORT", "123456789"),
        ("pesel 44051401359 w aktach", "PL_PESEL", "44051401359"),
    ],
)
def test_is_found(text: str, entity: str, value: str) -> None:
    assert found(text, entity) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "How do I check my balance on my credit card?",
        "Capitalized words like Wisdom and Discipline are often mistaken with names.",
        "CAN I SPEAK TO A REAL PERSON?!?!",
        "3... 2... 1... liftoff!",
        "The total is 1,234,567.89 and the rate 0.125",
        "order 1234567890 has 12 items",
        "version 10.2.1 of file report.md",
        "pi is 3.14159 and e is 2.71828",
        "ratio 16:9, score 3-2, page 10/20",
    ],
)
def test_nothing_is_found_in_clean_texts(text: str) -> None:
    assert scan_text(text) == []


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_places_lie_inside_the_text_in_order_and_apart(text: str) -> None:
    hits = scan_text(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(one.end <= two.start for one, two in pairwise(hits))


def test_a_long_hostile_text_is_read_in_reasonable_work() -> None:
    for text in (
        "a" * 20_000,
        "1 " * 10_000,
        "A b " * 5_000,
        "@" * 20_000,
        "1-" * 10_000,
        "Aa " * 6_000,
        ". " * 9_000,
        "12 Aa " * 3_000,
    ):
        scan_text(text)
