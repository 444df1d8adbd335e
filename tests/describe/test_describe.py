"""Structure from all rows: roles, owners of rows, keys between tables."""

from __future__ import annotations

from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import describe
from privsynth.policy import Policy


def test_nothing_is_described_as_nothing() -> None:
    nothing = Dataset(())
    assert describe(nothing, Policy()) is nothing


def test_roles_and_relations_are_found_together() -> None:
    people = Table(
        "customers",
        (Column("customer_id", Kind.TEXT), Column("email", Kind.TEXT)),
        frame(customer_id=[f"{n:06d}" for n in range(60)], email=[f"p{n}@example.org" for n in range(60)]),
    )
    orders = Table(
        "orders",
        (Column("customer_id", Kind.TEXT), Column("amount", Kind.NUMBER)),
        frame(customer_id=[f"{n // 2:06d}" for n in range(120)], amount=[n / 4 for n in range(120)]),
    )
    data = describe(Dataset((people, orders)), Policy())
    assert data["customers"]["email"].role is Role.DIRECT
    assert data["orders"]["customer_id"].role is Role.IDENTIFIER
    assert [(r.parent, r.child) for r in data.relations] == [("customers", "orders")]
    assert any("100 % of 120 rows resolve" in note for note in data.notes)
