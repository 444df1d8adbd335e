"""Which values are fingerprinted, and that nobody can read or try them."""

from __future__ import annotations

from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import take_fingerprints
from privsynth.spelling import Spelling

TABLE = Table(
    "t",
    (
        Column("id", Kind.INTEGER, role=Role.IDENTIFIER, spelling=Spelling(thousands=",")),
        Column("given", Kind.TEXT, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("family", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME"),
        Column("town", Kind.CATEGORY, role=Role.QUASI),
    ),
    frame(id=[12345.0, 67890.0], given=["Ann", "Bob"], family=["Lee", None], town=["Aa", "Bb"]),
)


def test_identifying_values_and_whole_names_are_taken_in_any_spelling() -> None:
    taken = take_fingerprints(Dataset((TABLE,)))
    assert all(value in taken for value in ("12,345", "12345", "67890", "Ann", "lee", "Ann Lee", "ANN-LEE"))


def test_other_columns_and_names_of_no_row_are_not() -> None:
    taken = take_fingerprints(Dataset((TABLE,)))
    assert not any(value in taken for value in ("Aa", "Bob Lee", "Carl", "12346"))


def test_the_key_is_fresh_and_no_value_shows() -> None:
    first, second = take_fingerprints(Dataset((TABLE,))), take_fingerprints(Dataset((TABLE,)))
    assert first.prints.isdisjoint(second.prints)
    assert "Ann" not in repr(first)


def test_nothing_is_taken_of_nothing() -> None:
    assert "Ann" not in take_fingerprints(Dataset(()))


def test_a_key_that_is_spelt_with_a_point_is_taken_without_it_too() -> None:
    column = Column("id", Kind.NUMBER, role=Role.IDENTIFIER, spelling=Spelling(decimals=1))
    taken = take_fingerprints(Dataset((Table("t", (column,), frame(id=[17.0, None])),)))
    assert all(value in taken for value in ("17.0", "17"))
    assert "18" not in taken
