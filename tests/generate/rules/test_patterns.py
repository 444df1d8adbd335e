from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.errors import PolicyError
from privsynth.generate.rules.values.patterns import LONGEST, read_pattern


@pytest.mark.parametrize(
    ("text", "capacity", "same_as"),
    [
        (r"[A-C]{2}-\d{4}", 90_000, r"[A-C]{2}-\d{4}"),
        (r"(red|blue|x{1,3})?", 6, r"(red|blue|x{1,3})?"),
        (r"\u\l\.", 676, r"[A-Z][a-z]\."),
        (r"[a_-]\[", 3, r"[a_-]\["),
        (r"ab?c", 2, r"ab?c"),
        (r"^[A-Z]{2}\w$", 26 * 26 * 63, r"^[A-Z]{2}\w$"),
        (r"^a|b$", 2, r"^a|b$"),
        (r"a*b+", 9 * 8, r"a{0,8}b{1,8}"),
        (r"a*?b{2}?", 9, r"a{0,8}b{2}"),
        (r"x{2,}y{,3}", 9 * 4, r"x{2,10}y{0,3}"),
        (r"(?:a|b)(?P<tail>\d)(?<n>c)", 20, r"(?:a|b)(?P<tail>\d)c"),
        (r"[^ -Za-~]", 6, r"[\[-`]"),
        (r"\D\W\S", 85 * 32 * 94, r"[^0-9][^A-Za-z0-9_][^ ]"),
        (r"[\d\s]", 11, r"[0-9 ]"),
        (r"a.b$5^", 1, r"a\.b\$5\^"),
    ],
)
def test_makes_texts_of_the_shape_and_counts_them(text: str, capacity: int, same_as: str) -> None:
    shape = read_pattern(text)
    assert shape.capacity == capacity
    drawn = shape.draw(200, np.random.default_rng(1))
    assert all(re.fullmatch(same_as, value) for value in drawn)


def test_every_text_has_a_number_of_its_own() -> None:
    shape = read_pattern("(red|blue|x{1,3})?[12]")
    assert sorted(shape.numbers(np.arange(shape.capacity))) == sorted(
        f"{a}{b}" for a in ("", "red", "blue", "x", "xx", "xxx") for b in "12"
    )


def test_all_texts_are_equally_likely() -> None:
    values, counts = np.unique(
        read_pattern("a|[b-e]").draw(10_000, np.random.default_rng(1)).astype(str), return_counts=True
    )
    assert list(values) == list("abcde")
    assert counts.min() > 1_800


BROKEN = [
    "",
    "(",
    "a)",
    "a{",
    "a{3",
    "a{5,2}",
    "[z-a]",
    "[^",
    "[^ -~]",
    "[]",
    "[a",
    "*",
    "+a",
    "a*+",
    ".*",
    "a.{3}",
    r"\b",
    r"(?i)a",
    r"((\w+)+)+",
    r"(a*)*b{,99}" + "c{,99}",
    "a{9999}",
    "\\",
    "x" * 201,
    "(" * 11 + "a" + ")" * 11,
]
BOMBS = ["(a{200}){200}", "((a{0,50}){0,50}){0,50}", "((){200}){200}", "(((((|){200}){200}){200}){200}){200}"]


@pytest.mark.parametrize("text", BROKEN + BOMBS)
def test_refuses_what_it_cannot_read_or_what_would_explode(text: str) -> None:
    with pytest.raises(PolicyError):
        read_pattern(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("(?=a)b", "write out what may stand there"),
        ("a(?<!b)", "write out what may stand there"),
        (r"(a)\1", "make two columns"),
        (r"(?P<n>a)\k<n>", "make two columns"),
        (".+", "write a class"),
    ],
)
def test_what_is_refused_has_a_hint(text: str, hint: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_pattern(text)
    assert hint in error.value.hint


def test_what_takes_others_for_ever_costs_nothing() -> None:
    shape = read_pattern(r"^(([a-z]|[a-m])+\s?)+$")
    drawn = shape.draw(2_000, np.random.default_rng(1))
    assert all(set(value) <= set("abcdefghijklmnopqrstuvwxyz ") for value in drawn)


def test_a_shape_of_astronomic_size_can_be_drawn_from() -> None:
    drawn = read_pattern("([a-z]{100}|[A-Z]{100})[0-9]{80}").draw(3, np.random.default_rng(1))
    assert {len(value) for value in drawn} == {180}


@given(st.text(alphabet="ab[]{}()|?,-\\d0129", max_size=25))
def test_any_pattern_is_refused_or_bounded(text: str) -> None:
    try:
        shape = read_pattern(text)
    except PolicyError:
        return
    assert shape.longest <= LONGEST
    assert all(len(value) <= LONGEST for value in shape.draw(2, np.random.default_rng(1)))
