"""The first part of an address names one person where its digits are no accident."""

from __future__ import annotations

from collections import Counter

import pytest

from privsynth.pii.handles import FirstParts, could_be_one, first_parts, sort_of


def test_first_parts_are_those_of_addresses_with_and_without_a_tag() -> None:
    assert first_parts("Ada.Quill2726+shop@x.example") == {"adaquill2726shop", "adaquill2726"}
    assert first_parts("no address") == first_parts("a@b@c") == set()


def test_what_two_addresses_share_or_is_short_or_of_one_kind_is_nobodys() -> None:
    mails = [
        "ada2726x@a.example",
        "ada2726x@b.example",
        "ada2726@a.example",
        "anna.long@a.example",
        "12345678@a.example",
    ]
    assert FirstParts.of(mails).known == set()
    assert FirstParts.of(["bo.marsh77@a.example", "BO.MARSH77@a.example"]).known == {"bomarsh77"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bo.Marsh77", True),
        ("corp.example/bo_marsh77", True),
        ("ask bomarsh77!", True),
        ("bo.marsh78", True),  # of the sort
        ("bo.marsh7", False),
        ("Bo Marsh 77", False),
        ("jbomarsh77", False),
    ],
)
def test_words_of_a_known_sort_are_found(text: str, found: bool) -> None:
    assert bool(set(FirstParts.of(["bo.marsh77@a.example"]).inside(text))) is found


def test_chance_grows_with_short_common_and_counted_numbers() -> None:
    sort = sort_of("bomarsh77")
    assert FirstParts.of(["bo.marsh77@a.example"]).expected(Counter({sort: 3})) == pytest.approx(0.03)
    years = [f"{stem}0000{n % 2 + 1985}@a.example" for n, stem in enumerate("abcdefghijklmnopqrst")]
    assert FirstParts.of(years).expected(Counter({sort_of("a00001985"): 1})) > 0.4
    counted = FirstParts.of(f"member{n:06d}@a.example" for n in range(1, 101))
    assert counted.expected(Counter({"member000000": 5})) == pytest.approx(5)


@pytest.mark.parametrize(("text", "is_like"), [("call xk42mnop7", True), ("a1@b2", False), ("no words", False)])
def test_what_is_written_like_one(text: str, is_like: bool) -> None:
    assert could_be_one(text) is is_like
