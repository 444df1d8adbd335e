"""Which columns say when a row was: dates of the row, and numbers whose name counts time. A birth is no such date."""

from __future__ import annotations

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.describe.units import Naming, names

COUNTED = (Kind.INTEGER, Kind.NUMBER, Kind.CATEGORY, Kind.ORDINAL)


def times_of(table: Table) -> list[Column]:
    """The columns that may say when each row was, dates first."""
    found = [column for column in table.columns if is_time(column)]
    return sorted(found, key=lambda column: column.kind is not Kind.DATE)


def is_time(column: Column) -> bool:
    if column.kind is Kind.DATE:
        return column.role is not Role.DIRECT and column.entity in (None, "DATE")
    return column.kind in COUNTED and names(column.name) is Naming.TIME
