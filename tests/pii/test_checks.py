"""Check digits of our own, on numbers worked out by hand or published as examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.pii.checks import check_named, digits, luhn


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("card", "4111111111111111", "4111111111111112"),
        ("card", "378282246310005", "378282246310006"),
        ("card", "2223003122003222", "2223003122003223"),
        ("card", "30569309025904", "30569309025905"),
        ("us_ssn", "078-05-1120", "000-12-3456"),
        ("us_ssn", "536-90-4399", "666-12-3456"),
        ("us_ssn", "536-90-4399", "900-12-3456"),
        ("us_ssn", "536-90-4399", "536-00-4399"),
        ("clabe", "032180000118359719", "032180000118359718"),
        ("de_rvnr", "15070649C103", "15070649C104"),
        ("de_kvnr", "A123456780", "A123456781"),
        ("snils", "112-233-445 95", "112-233-445 96"),
        ("hu_tax", "8000000008", "8000000009"),
        ("tw_id", "A123456789", "A123456788"),
        ("hk_id", "G123456(A)", "G123456(1)"),
        ("sg_nric", "S0000001I", "S0000001J"),
        ("au_medicare", "2123456701", "2123456711"),
        ("npi", "1234567893", "1234567894"),
        ("dea", "AB1234563", "AB1234564"),
        ("vin", "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
        ("ipv6", "2001:db8::1", "2001:db8::1::2"),
        ("domain", "shop.example.com", "readme.md"),
        ("domain", "john.server.internal", "e.g"),
        ("iccid", "89014103211118510720", "89014103211118510721"),
        ("high_entropy", "wJalrXUtnFEMI7K9MDENGbPxRfiCYZ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ],
)
def test_accepts_the_right_number_and_refuses_the_wrong_one(check: str, good: str, bad: str) -> None:
    assert check_named(f"ours.{check}")(good)
    assert not check_named(f"ours.{check}")(bad)


@given(st.text("0123456789", min_size=2, max_size=19), st.integers(0, 18), st.integers(1, 9))
def test_luhn_sees_every_single_wrong_digit(number: str, at: int, by: int) -> None:
    at %= len(number)
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert not (luhn(number) and luhn(wrong))


@given(st.text(max_size=30))
def test_no_text_makes_a_check_of_stdnum_fail(text: str) -> None:
    for name in ("cn.ric", "iban", "us.ssn", "mx.curp", "in_.gstin"):
        assert check_named(name)(text) in (True, False)


def test_digits_are_ascii_digits() -> None:
    assert digits("a1-2\u0663") == "12"
