"""A small shop by hand: customers with everything that names a person, and what they bought."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.spelling import Spelling
from privsynth.statistics import ColumnStatistics, Statistics, Taken

GIVEN = ["Ada", "Bruno", "Clara", "Dieter", "Edith", "Frank", "Greta", "Hugo", "Ida", "Jonas"]
FAMILY = ["Quill", "Marsh", "Stone", "Brook", "Field", "Wood", "Lake", "Hill", "Moor", "Glen", "Dale"]
WOMEN = {"Ada", "Clara", "Edith", "Greta", "Ida"}


def texts(values: Any) -> pd.Series[Any]:
    return pd.Series(list(values), dtype=object)


def customers(rows: int = 600) -> Table:
    rng = np.random.default_rng(11)
    first, last = rng.choice(GIVEN, rows), rng.choice(FAMILY, rows)
    towns = rng.choice(["Northam", "Southam", "Eastham", "Westham"], rows)
    frame = pd.DataFrame(
        {
            "customer_id": texts(f"{i * 7 % 99991:07d}" for i in range(1, rows + 1)),
            "first": texts(first),
            "last": texts(last),
            "sex": texts("F" if name in WOMEN else "M" for name in first),
            "email": texts(
                f"{a}.{b}{i}@shop.example".lower() for i, (a, b) in enumerate(zip(first, last, strict=True))
            ),
            "phone": texts(f"({200 + i % 700}) 664-{i % 10_000:04d}" if i % 9 else None for i in range(rows)),
            "street": texts(f"{1 + i % 90} {name} Street" for i, name in enumerate(last)),
            "town": texts(towns),
            "born": np.datetime64("1945-01-01", "us") + rng.integers(0, 22_000, rows).astype("timedelta64[D]"),
            "segment": texts(rng.choice(["plain", "plus", "gold"], rows, p=[0.6, 0.3, 0.1])),
            "income": np.where(rng.random(rows) < 0.1, np.nan, np.round(rng.lognormal(10.3, 0.5, rows), -2)),
            "joined": np.datetime64("2015-01-01", "us") + rng.integers(0, 3_000, rows).astype("timedelta64[D]"),
            "remark": texts("please ring twice at the blue door" if i % 3 else None for i in range(rows)),
        }
    )
    roles = [
        Column("customer_id", Kind.TEXT, role=Role.IDENTIFIER),
        Column("first", Kind.TEXT, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("last", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME"),
        Column("sex", Kind.CATEGORY, role=Role.QUASI, entity="GENDER"),
        Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
        Column("phone", Kind.TEXT, role=Role.DIRECT, entity="PHONE"),
        Column("street", Kind.TEXT, role=Role.DIRECT, entity="STREET_ADDRESS"),
        Column("town", Kind.CATEGORY, role=Role.QUASI, entity="CITY"),
        Column("born", Kind.DATE, role=Role.QUASI, entity="DATE_OF_BIRTH"),
        Column("segment", Kind.CATEGORY),
        Column("income", Kind.INTEGER, role=Role.SENSITIVE),
        Column("joined", Kind.DATE),
        Column("remark", Kind.TEXT, role=Role.FREE_TEXT),
    ]
    return Table("customers", tuple(roles), frame)


def orders(of: Table, each: int = 3) -> Table:
    rng = np.random.default_rng(12)
    owner = np.repeat(of.frame["customer_id"].to_numpy(), each)
    rows = len(owner)
    placed = np.repeat(of.frame["joined"].to_numpy(), each) + np.tile(np.arange(1, each + 1) * 10, len(of)).astype(
        "timedelta64[D]"
    )
    frame = pd.DataFrame(
        {
            "order_id": np.arange(5_001, 5_001 + rows, dtype=float),
            "customer_id": texts(owner),
            "placed": placed.astype("datetime64[us]"),
            "amount": np.round(rng.gamma(2, 40, rows), 2),
            "channel": texts(rng.choice(["web", "shop", "phone"], rows)),
        }
    )
    columns = (
        Column("order_id", Kind.INTEGER, role=Role.IDENTIFIER),
        Column("customer_id", Kind.TEXT, role=Role.IDENTIFIER),
        Column("placed", Kind.DATE),
        Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2)),
        Column("channel", Kind.CATEGORY),
    )
    return Table("orders", columns, frame, person="customer_id")


def shop(rows: int = 600) -> Dataset:
    first = customers(rows)
    return Dataset((first, orders(first)), (Relation("customers", "customer_id", "orders", "customer_id"),))


def taken_of(data: Dataset) -> Taken:
    """Every value of a column that names somebody."""
    empty = Taken(key=b"a key of the tests")
    known = {v for t in data for c in t.of_role(Role.IDENTIFIER, Role.DIRECT) for v in t.text(c.name) if v is not None}
    return Taken(empty.key, frozenset(map(empty.fingerprint, known)))


def profile_of(data: Dataset) -> Statistics:
    return Statistics({table.name: statistics(table) for table in data}, taken_of(data))


def statistics(table: Table) -> dict[str, ColumnStatistics]:
    return {c.name: _of_column(table, c.name) for c in table.columns}


def _of_column(table: Table, name: str) -> ColumnStatistics:
    values = table.frame[name]
    missing = float(values.isna().mean()) if len(values) else 0.0
    return ColumnStatistics(
        rows=len(values),
        missing=missing,
        distinct=int(values.nunique()),
        is_unique=bool(values.notna().any() and values.dropna().is_unique),
        levels={},
    )
