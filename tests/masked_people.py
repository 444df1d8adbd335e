"""A few people as they are and as they become, and what is written about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table

COLUMNS = (
    Column("customer_id", Kind.TEXT, role=Role.IDENTIFIER),
    Column("first", Kind.TEXT, role=Role.DIRECT, entity="FIRST_NAME"),
    Column("last", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME"),
    Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("phone", Kind.TEXT, role=Role.DIRECT, entity="PHONE"),
)
REAL = (
    ("C-0017", "Adaira", "Quillfeather", "adaira.q@shop.com", "(202) 555-7123"),
    ("17", "Bo", "Li", "bo@li.com", "+44 7911 123456"),
    ("C-0019", "Will", "Stonebridge", "w@stone.com", None),
)
MADE = (
    ("X-9931", "Eva", "Lundgren", "eva.l@example.com", "(202) 555-0142"),
    ("58", "Jo", "Ek", "jo.ek@example.com", "+44 7700 900123"),
    ("Z-1111", "Tom", "Raybourne", "t@example.com", None),
)
SAYS = Column("says", Kind.TEXT, role=Role.FREE_TEXT)


def real_people(*says: str | None) -> Table:
    return _table(REAL, says, fabricated=False)


def made_people(*says: str | None) -> Table:
    return _table(MADE, says, fabricated=True)


def _table(rows: tuple[tuple[Any, ...], ...], says: tuple[str | None, ...], *, fabricated: bool) -> Table:
    columns = [replace(column, fabricated=fabricated) for column in COLUMNS]
    cells = {column.name: pd.Series([row[at] for row in rows], dtype=object) for at, column in enumerate(columns)}
    if says:
        cells, columns = cells | {"says": pd.Series(says, dtype=object)}, [*columns, SAYS]
    return Table("people", tuple(columns), pd.DataFrame(cells))


def seeds() -> np.ndarray[Any, Any]:
    return np.array([5, 6, 7], dtype=np.uint64)
