"""Columns of which nothing or little is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_rows import applied, column, learnt

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.erase import is_separator, part_left
from privsynth.mask_steps import Null, Partial, Redact


@pytest.mark.parametrize(
    ("kind", "values"), [(Kind.NUMBER, [1.5, None]), (Kind.DATE, ["2020-01-01", None]), (Kind.TEXT, ["a", None])]
)
def test_null_leaves_no_value_and_the_kind(kind: Kind, values: list[object]) -> None:
    table = column(kind, values)
    assert applied(table, Null()) == [None, None]
    assert learnt(table, Null()).column.kind is kind


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Kind.INTEGER, [1, None]),
        (Kind.DATE, ["2020-01-01", None]),
        (Kind.BOOLEAN, ["true", None]),
        (Kind.TEXT, ["a", None]),
    ],
)
def test_redact_makes_every_value_the_same_word_and_missing_ones_stay_missing(kind: Kind, values: list[object]) -> None:
    table = column(kind, values)
    assert applied(table, Redact(mark="gone")) == ["gone", None]
    assert learnt(table, Redact()).column.kind is Kind.CATEGORY


def test_redact_refuses_the_word_for_missing_values() -> None:
    with pytest.raises(PolicyError, match=r"policy.yaml:3:1 table t, column x: the mark is the word"):
        learnt(column(Kind.TEXT, ["a"]), Redact.model_construct(mark=""), place="policy.yaml:3:1 ")


@pytest.mark.parametrize(
    ("value", "first", "last", "left"),
    [
        ("4111 1111 1111 1234", 0, 4, "**** **** **** 1234"),
        ("(202) 555-0142", 0, 2, "(***) ***-**42"),
        ("ada@shop.example", 1, 0, "a**@****.*******"),
        ("Ada", 2, 0, "***"),  # two of three would be more than half
        ("Adam", 2, 0, "Ad**"),
        ("Adam", 1, 2, "****"),
        ("a", 1, 0, "*"),
        ("--", 1, 0, "--"),
        ("e\u0301te\u0301s", 1, 0, "e****" + "*"),  # an accent that stands alone is no mark between letters
        ("", 1, 0, ""),
    ],
)
def test_a_few_characters_stay_and_never_more_than_half(value: str, first: int, last: int, left: str) -> None:
    assert part_left(value, Partial(first=first, last=last)) == left


@given(st.text(max_size=30), st.integers(0, 5), st.integers(1, 5))
def test_no_more_than_what_was_asked_stays(value: str, first: int, last: int) -> None:
    left = part_left(value, Partial(first=first, last=last, mark="#"))
    same = sum(a == b and not is_separator(a) for a, b in zip(value, left, strict=True))
    assert same <= first + last


def test_partial_works_on_the_text_of_numbers_and_dates() -> None:
    assert applied(column(Kind.INTEGER, [123456, None]), Partial(last=2)) == ["****56", None]
    assert applied(column(Kind.DATE, ["2020-03-04", None]), Partial(first=4)) == ["2020-**-**", None]


def test_what_is_left_and_shared_by_too_few_is_counted_and_not_said() -> None:
    table = column(Kind.TEXT, ["abc111", "abc222", "xyz333"])
    (note,) = learnt(table, Partial(first=3), k=2).notes
    assert (
        note == "table t, column x: what is left of fewer than 11 values is shared by fewer than 2 people "
        "(fewer than 11 rows of 3)"
    )
    assert learnt(table, Partial(first=3), k=1).notes == ()
    assert "xyz" not in note


def test_one_person_with_two_rows_counts_once() -> None:
    assert learnt(column(Kind.TEXT, ["abc111", "abc222"]), Partial(first=3), k=2, people=[0, 0]).notes != ()
    assert learnt(column(Kind.TEXT, ["abc111", "abc222"]), Partial(first=3), k=2, people=[0, 1]).notes == ()


def test_no_row_and_only_missing_ones() -> None:
    for step in (Null(), Redact(), Partial(last=1)):
        assert applied(column(Kind.TEXT, []), step) == []
        assert applied(column(Kind.TEXT, [None, None]), step) == [None, None]
