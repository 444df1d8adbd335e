"""What tells whose a row is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.generate.model.tables.connected import units_of


def bank(accounts: int, entity: str | None = None) -> Dataset:
    """Two cards on each account; each two accounts are one client's. The last card hangs below no account."""
    number = np.array([f"a{at}" for at in range(accounts)], dtype=object)
    client = np.array([f"p{at // 2}" for at in range(accounts)], dtype=object)
    key = np.append(np.repeat(number, 2), np.array([None], dtype=object))
    above = Table(
        "account",
        (Column("id", Kind.CATEGORY, role=Role.IDENTIFIER), Column("client", Kind.CATEGORY)),
        pd.DataFrame({"id": number, "client": client}),
        person=entity,
    )
    below = Table("card", (Column("account", Kind.CATEGORY, role=Role.IDENTIFIER),), pd.DataFrame({"account": key}))
    return Dataset((above, below), (Relation("account", "id", "card", "account"),))


def test_siblings_are_of_one_unit_and_an_orphan_of_its_own() -> None:
    units = units_of(bank(200), "card", 10)
    assert units is not None
    assert units[:4].tolist() == [0, 0, 1, 1]
    assert len(np.unique(units)) == 201


def test_the_entity_of_the_parent_is_that_of_the_child() -> None:
    units = units_of(bank(200, "client"), "card", 10)
    assert units is not None
    assert len(np.unique(units)) == 101


def test_few_parents_are_groups_and_nobody() -> None:
    assert units_of(bank(20), "card", 10) is None
    assert units_of(bank(20), "account", 10) is None
