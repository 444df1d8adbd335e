"""A telephone number has many spellings and is one number; another number is another, even by one digit."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.realvalues import (
    forms,
    is_telling,
    names_somebody,
    real_column,
    text_columns,
)
from privsynth.pii.canonical import numbers
from privsynth.pii.whole_names import name_pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+1 202-555-0123", "(202) 555-0123"),
        ("12025550123", "2025550123"),
        ("001-202-555-0123x44", "202.555.0123"),
        ("+44 (0)7700 900123", "07700 900123"),
        ("0044 7700 900123", "+447700900123"),
        ("+34 612 345 678", "612345678"),
        ("+45 12 34 56 78", "12345678"),
        ("+49 151 2345678", "0151 / 2345678"),
    ],
)
def test_spellings_of_one_number_share_a_form(one: str, other: str) -> None:
    assert numbers(one) & numbers(other)
    assert forms([one], "PHONE") & forms([other], "PHONE")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(202) 555-0123", "(302) 555-0123"),
        ("+1 202-555-0123", "+1 302-555-0123"),
        ("07700 900123", "07800 900123"),
        ("+34 612345678", "+34 712345678"),
    ],
)
def test_one_other_digit_is_another_number(one: str, other: str) -> None:
    assert not numbers(one) & numbers(other)


def test_what_is_no_number_stays_as_it_is() -> None:
    assert numbers("n/a") == {"na"}
    assert forms(["A-1"], None) == {"a1"}


@pytest.mark.parametrize(
    ("form", "tells"),
    [
        ("abc1234", False),
        ("abcd1234", True),
        ("12345678", False),
        ("123456789", True),
        ("abcdefghijk", False),
        ("abcdefghijkl", True),
        ("", False),
    ],
)
def test_only_long_values_tell_a_person_wherever_they_stand(form: str, tells: bool) -> None:
    assert is_telling(form) is tells


def column(values: list[str | None], role: Role = Role.DIRECT, entity: str | None = "EMAIL") -> tuple[Column, Table]:
    made = Column("c", Kind.TEXT, role=role, entity=entity)
    return made, Table("t", (made,), frame(c=values))


@pytest.mark.parametrize(
    ("values", "role", "entity", "names"),
    [
        (["a"], Role.IDENTIFIER, None, True),
        (["abcdef"], Role.DIRECT, "EMAIL", True),
        (["abcde"], Role.DIRECT, "EMAIL", False),
        (["a", "abcdef", "abcdef"], Role.DIRECT, "EMAIL", False),  # by the median of the distinct values
        (["a", "abcdef", "abcdefg"], Role.DIRECT, "EMAIL", True),
        ([None], Role.DIRECT, "EMAIL", True),
        (["abcdefghijkl"], Role.DIRECT, "CITY", False),
        (["abcdefghijkl"], Role.DIRECT, "LAST_NAME", False),
        (["abcdefghijkl"], Role.QUASI, "EMAIL", False),
    ],
)
def test_one_value_is_too_many_where_it_cannot_be_shared(
    values: list[str | None], role: Role, entity: str | None, names: bool
) -> None:
    assert names_somebody(*column(values, role, entity)) is names


def test_rare_forms_belong_to_one_side_alone() -> None:
    real = real_column(np.array(["A", "a ", "b", "c", None], dtype=object), np.array(["c", "d"], dtype=object))
    assert (real.rows_train, real.rows_holdout) == (5, 2)
    assert real.rare(2) == ({"b"}, {"d"})  # two rows spell a; c is on both sides
    assert real.rare(3) == ({"a", "b"}, {"d"})
    assert real.rare(1) == (set(), set())


def test_whole_names_are_joined_from_their_parts_or_taken_from_one_column() -> None:
    parts = (
        Column("f", Kind.CATEGORY, entity="FIRST_NAME"),
        Column("l", Kind.CATEGORY, entity="LAST_NAME"),
        Column("w", Kind.TEXT, entity="PERSON"),
    )
    table = Table("t", parts, frame(f=["Ada", None, "Bo"], l=["Quill", "Marsh", None], w=["x", "y", "z"]))
    assert name_pairs(table).tolist() == ["Ada Quill", None, None]
    alone = Table("t", parts[1:], table.frame[["l", "w"]])
    assert name_pairs(alone).tolist() == ["x", "y", "z"]
    assert name_pairs(Table("t", parts[:1], table.frame[["f"]])).tolist() == []


@pytest.mark.parametrize(
    ("spelt", "forms_"),
    [
        ("123456", {"123456"}),
        ("1234567", {"1234567"}),
        ("2025550123", {"2025550123"}),
        ("+12025550123", {"12025550123", "2025550123"}),
        ("12025550123", {"12025550123", "2025550123"}),
        ("02025550123", {"2025550123"}),
        ("0012025550123", {"12025550123", "2025550123"}),
        ("2025550123 ext. 7", {"2025550123"}),
    ],
)
def test_a_number_is_known_with_and_without_its_country(spelt: str, forms_: set[str]) -> None:
    assert numbers(spelt) == forms_


def test_kinds_of_text_are_words() -> None:
    kinds = (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL, Kind.NUMBER, Kind.DATE, Kind.BOOLEAN)
    columns = tuple(Column(kind.value, kind) for kind in kinds)
    assert [c.kind for c in text_columns(Table("t", columns, frame(**{c.name: [None] for c in columns})))] == [
        Kind.TEXT,
        Kind.CATEGORY,
        Kind.ORDINAL,
    ]


def test_of_two_given_names_the_first_counts() -> None:
    parts = (
        Column("f", Kind.CATEGORY, entity="FIRST_NAME"),
        Column("m", Kind.CATEGORY, entity="FIRST_NAME"),
        Column("l", Kind.CATEGORY, entity="LAST_NAME"),
    )
    assert name_pairs(Table("t", parts, frame(f=["Ada"], m=["May"], l=["Quill"]))).tolist() == ["Ada Quill"]
