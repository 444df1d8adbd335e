"""Tables: columns typed first, then every distinct value; pre-filters never change what is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.pii.entities import entities
from privsynth.pii.forms import find_form_in_cell
from privsynth.pii.scan import ColumnScan, scan_table, scan_values


def table(**columns: list[str | None]) -> Table:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return Table("t", tuple(Column(name, Kind.TEXT) for name in columns), frame)


def scans(**columns: list[str | None]) -> dict[tuple[str, str], ColumnScan]:
    return {(scan.column, scan.entity): scan for scan in scan_table(table(**columns))}


def test_finds_columns_by_name_and_by_value() -> None:
    found = scans(
        email=[f"a{n}@example.com" for n in range(30)],
        c2=[f"192.0.2.{n}" for n in range(30)],
        colour=["red", "blue"] * 15,
    )
    assert set(found) == {("email", "EMAIL"), ("c2", "IPV4")}
    assert all(scan.confirmed and scan.hits == 30 and scan.role is Role.DIRECT for scan in found.values())


def test_one_address_in_a_column_of_codes_is_confirmed() -> None:
    found = scans(code=[f"X-{n}" for n in range(200)] + ["anna@example.com"])
    assert found["code", "EMAIL"].hits == 1
    assert found["code", "EMAIL"].confirmed


def test_numbers_that_pass_a_check_by_chance_are_not_confirmed() -> None:
    numbers = [str(n) for n in np.random.default_rng(1).integers(4 * 10**15, 5 * 10**15, 400)]
    confirmed = [scan for scan in scans(reference=numbers).values() if scan.confirmed]
    assert confirmed == []


def test_names_and_numbers_inside_of_texts_are_found() -> None:
    texts = [f"Order {n} was late and the customer was cross" for n in range(50)] + [
        "Please call Mrs. Larsen on (202) 555-0143 about the parcel"
    ]
    found = scans(notes=texts)
    assert found["notes", "PERSON"].confirmed
    assert found["notes", "PHONE"].hits == 1


def test_towns_codes_and_births_are_found_and_not_confirmed() -> None:
    found = scans(city=["Lyon", "Porto"] * 10, postcode=[str(n) for n in range(10_000, 10_020)])
    assert found
    assert not any(scan.confirmed for scan in found.values())


def test_what_many_share_is_not_reported() -> None:
    assert scans(sex=["male", "female"] * 20, country=["Peru", "Chad"] * 20, age=[str(n) for n in range(20, 60)]) == {}


def test_numbers_are_judged_by_their_column_alone() -> None:
    assert scan_values(["4111111111111111"], column="c1", kind=Kind.INTEGER) == {}
    assert "CREDIT_CARD" in scan_values(["4111111111111111"], column="c1", kind=Kind.TEXT)


def test_the_name_of_the_column_is_a_keyword_for_each_value() -> None:
    assert scan_values(["44051401359", "hello", "none"], column="pesel", kind=Kind.TEXT)["PL_PESEL"].confirmed == 1
    assert scan_values(["44051401359", "hello", "none"], column="ref", kind=Kind.TEXT) == {}


@pytest.mark.parametrize("name", [e.name for e in entities().values() if e.sure and e.has_shape])
def test_the_cheap_look_lets_every_sure_kind_pass(name: str) -> None:
    """Without the pre-filters the same kind would be found: the expression and the check alone."""
    entity = entities()[name]
    assert entity.holds(entity.canary)
    assert find_form_in_cell(entity.canary) is not None


def test_no_scan_holds_a_value() -> None:
    found = scan_table(table(email=[f"sentinel{n}@example.com" for n in range(30)]))
    assert "sentinel" not in repr(found)


def test_a_table_without_rows_or_values_gives_nothing() -> None:
    assert scan_table(table(email=[])) == []
    assert scan_table(table(email=[None, None])) == []
