"""Rows two tables below their person are that person's: no group of them is large because one person has many rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.api import synthesize
from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.generate import Backend
from privsynth.generate.clone import Clone
from privsynth.generate.mask import Mask
from privsynth.options import CloneOptions, MaskOptions
from privsynth.policy import Policy
from privsynth.statistics import Statistics, Taken

PEOPLE, ROWS = 80, 6  # of each person; alone they would make a group of five
LIMITS = Policy().limits
SHOWN = ["age", "height"]


def shop() -> Dataset:
    person = np.repeat(np.arange(PEOPLE), ROWS)
    customers = _table("customers", {"customer": range(PEOPLE)})
    orders = _table("orders", {"order": range(PEOPLE), "customer": range(PEOPLE)})
    told = {"age": 20 + person, "height": 140 + 7 * person % 83}
    items = _table("items", {"item": range(PEOPLE * ROWS), "order": person}, told)
    relations = (
        Relation(parent="customers", parent_key="customer", child="orders", child_key="customer"),
        Relation(parent="orders", parent_key="order", child="items", child_key="order"),
    )
    return Dataset((customers, orders, items), relations)


def _table(name: str, keys: dict[str, Any], told: dict[str, Any] | None = None) -> Table:
    columns = [Column(key, Kind.TEXT, role=Role.IDENTIFIER) for key in keys]
    columns += [Column(column, Kind.INTEGER, role=Role.QUASI) for column in told or {}]
    texts = {key: pd.Series([f"{key}-{value:04d}" for value in values], dtype=object) for key, values in keys.items()}
    numbers = {column: np.asarray(values, dtype=np.float64) for column, values in (told or {}).items()}
    return Table(name, tuple(columns), pd.DataFrame({**texts, **numbers}))


@pytest.mark.parametrize("backend", [Mask(MaskOptions(), LIMITS), Clone(CloneOptions(), LIMITS)], ids=["mask", "clone"])
def test_each_group_below_is_shared_by_k_people(backend: Backend) -> None:
    data = shop()
    statistics = Statistics(tables={table.name: {} for table in data}, taken=Taken())
    rows = PEOPLE if isinstance(backend, Clone) else None
    items = backend.fit(data, statistics, np.random.default_rng(1)).sample(rows, np.random.default_rng(2))["items"]
    whose = np.repeat(np.arange(PEOPLE), ROWS)[items.origin]
    people = pd.DataFrame(items.frame[SHOWN].astype(str)).assign(whose=whose).groupby(SHOWN)["whose"].nunique()
    assert people.min() >= LIMITS.k


def test_the_gate_counts_them_as_people_too() -> None:
    frames = {table.name: table.frame for table in shop()}
    token = {"mask": "token"}
    shown = {column: {"mask": "keep", "role": "quasi"} for column in SHOWN}
    plan = {
        "customers": {"customer": token},
        "orders": {"order": token, "customer": token},
        "items": {"item": token, "order": token, **shown},
    }
    policy = Policy(
        seed=1,
        backend={"kind": "mask"},
        tables={name: {"columns": columns} for name, columns in plan.items()},
        relations=[vars(relation) for relation in shop().relations],
    )
    outcome = synthesize(frames, policy)
    smallest = [f for f in outcome.verdicts["classical"].findings if f.key == "smallest_group" and f.table == "items"]
    assert [finding.measured for finding in smallest] == [1]
    assert not outcome.released
