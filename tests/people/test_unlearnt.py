"""Columns invented without a look at the rows: whole, plain, and the same whatever the rows hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Domain, Kind, Role, Table
from privsynth.people.unlearnt import unlearnt

COLUMNS = (
    Column("id", Kind.TEXT, role=Role.IDENTIFIER),
    Column("number", Kind.INTEGER, role=Role.IDENTIFIER),
    Column("name", Kind.TEXT, role=Role.DIRECT, entity="PERSON"),
    Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("phone", Kind.TEXT, role=Role.DIRECT, entity="PHONE"),
    Column("ssn", Kind.TEXT, role=Role.DIRECT, entity="US_SSN"),
    Column("address", Kind.TEXT, role=Role.DIRECT, entity="STREET_ADDRESS"),
    Column("country", Kind.CATEGORY, role=Role.DIRECT, entity="COUNTRY", domain=Domain(levels=("Aland", "Bland"))),
    Column("seen", Kind.DATE, role=Role.DIRECT),
    Column("born", Kind.DATE, role=Role.DIRECT, domain=Domain(cuts=(0.0, 5.0, 10.0))),
    Column("remark", Kind.TEXT, role=Role.FREE_TEXT),
)


def table(*rows: list[Any]) -> Table:
    frame = pd.DataFrame({c.name: pd.Series([row[at] for row in rows], dtype=object) for at, c in enumerate(COLUMNS)})
    stored = {"number": "float64", "seen": "datetime64[us]", "born": "datetime64[us]"}
    return Table("t", COLUMNS, frame.astype(stored))


def made(of: Table, rows: int = 300) -> dict[str, Any]:
    return unlearnt(of).make(pd.DataFrame(index=pd.RangeIndex(rows)), rows, np.random.default_rng(1))


FULL = table(
    *(
        [
            f"K-{at}",
            at,
            "Ann Lee",
            f"a{at}@b.org",
            "1",
            "123-45-6789",
            "1 Road",
            "Aland",
            "2031-01-01",
            "2031-01-01",
            "text",
        ]
        for at in range(40)
    )
)
BARE = table([None] * len(COLUMNS))


def test_what_the_rows_hold_changes_nothing() -> None:
    one, other = made(FULL), made(BARE)
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)
    assert unlearnt(FULL).notes == unlearnt(BARE).notes


def test_every_row_has_a_value_of_its_kind() -> None:
    found = pd.DataFrame(made(BARE))
    assert not found.isna().any().any()
    assert found["number"].dtype == "float64"
    assert found["email"].str.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+").all()
    assert found["name"].str.contains(" ").all()
    assert set(found["country"]) == {"Aland", "Bland"}
    assert found["born"].between("1970-01-01", "1970-01-11").all()
    assert found["seen"].between("1970-01-01", "2019-12-31").all()


@pytest.mark.parametrize("name", ["id", "number", "email"])
def test_what_names_somebody_is_there_once(name: str) -> None:
    assert pd.Series(made(BARE, 3_000)[name]).is_unique


def test_it_says_which_columns_were_invented_so() -> None:
    assert "without a look at the rows" in unlearnt(BARE).notes[0]
    assert "'id', 'number'" in unlearnt(BARE).notes[0]
    assert unlearnt(Table("t", (Column("age", Kind.INTEGER),), pd.DataFrame({"age": [1.0]}))).notes == []
