"""Whole datasets: who learns what, what is invented, and keys that resolve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.generate.model import Model
from privsynth.generate.model.tables.connected import Brood, Reference, deal, parents_of_children, plan_of
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.statistics import ColumnStatistics, Statistics, Taken

LIMITS = Policy().limits


def profile_of(data: Dataset) -> Statistics:
    def column(values: pd.Series) -> ColumnStatistics:
        return ColumnStatistics(
            rows=len(values),
            missing=float(values.isna().mean()) if len(values) else 0.0,
            distinct=values.nunique(),
            is_unique=values.is_unique,
            levels={},
        )

    nobody = Taken(b"key")
    words = {
        str(value)
        for t in data
        for c in t.columns
        if c.role.is_fabricated
        for value in t.text(c.name)
        if value is not None
    }
    taken = replace(nobody, prints=frozenset(map(nobody.fingerprint, words)))
    return Statistics({t.name: {c.name: column(t.frame[c.name]) for c in t.columns} for t in data}, taken)


def fitted(data: Dataset, seed: int = 0, **options: Any) -> Model:
    return Model(ModelOptions(**options), LIMITS).fit(data, profile_of(data), np.random.default_rng(seed))


def shop(rng: np.random.Generator, customers: int = 400) -> Dataset:
    ids = np.array([f"C{i:05d}" for i in range(customers)], dtype=object)
    segment = rng.choice(np.array(["home", "trade"], dtype=object), customers, p=[0.7, 0.3])
    orders = np.where(segment == "trade", rng.integers(4, 9, customers), rng.integers(0, 3, customers))
    at = np.repeat(np.arange(customers), orders)
    amount = np.round(np.where(segment[at] == "trade", 1000, 50) * rng.gamma(4, 0.25, len(at)), 2)
    customer = Table(
        "customer",
        (Column("id", Kind.CATEGORY, role=Role.IDENTIFIER), Column("segment", Kind.CATEGORY)),
        pd.DataFrame({"id": ids, "segment": segment}),
    )
    shops = Table("shop", (Column("no", Kind.INTEGER, role=Role.IDENTIFIER), Column("size", Kind.CATEGORY)), _shops())
    order = Table(
        "order",
        (Column("customer", Kind.CATEGORY), Column("shop", Kind.INTEGER), Column("amount", Kind.NUMBER)),
        pd.DataFrame({"customer": ids[at], "shop": rng.integers(100, 120, len(at)).astype(float), "amount": amount}),
    )
    relations = (Relation("customer", "id", "order", "customer"), Relation("shop", "no", "order", "shop"))
    return Dataset((customer, shops, order), relations)


def _shops() -> pd.DataFrame:
    return pd.DataFrame({"no": np.arange(100.0, 120.0), "size": np.array(["small", "large"] * 10, dtype=object)})


def test_identifying_columns_are_invented_and_marked(rng: np.random.Generator) -> None:
    mail = np.array([f"real{i}@company.test" for i in range(200)], dtype=object)
    columns = (
        Column("mail", Kind.CATEGORY, role=Role.DIRECT, entity="EMAIL"),
        Column("note", Kind.TEXT, role=Role.FREE_TEXT),
        Column("x", Kind.NUMBER),
    )
    frame = pd.DataFrame(
        {"mail": mail, "note": np.array([f"said {i}" for i in range(200)], dtype=object), "x": rng.random(200)}
    )
    made = fitted(Dataset((Table("t", columns, frame),))).sample(300, rng).tables[0]
    assert [column.fabricated for column in made.columns] == [True, True, False]
    assert not set(made.values("mail")) & set(mail)
    assert not set(made.frame["note"].dropna()) & set(frame["note"])
    assert len(made) == 300


def test_every_reference_resolves_and_children_follow_their_parents(rng: np.random.Generator) -> None:
    data = shop(rng)
    made = fitted(data).sample(None, rng)
    customer, order = made["customer"].frame, made["order"].frame
    assert set(order["customer"]) <= set(customer["id"])
    assert set(order["shop"]) <= set(made["shop"].frame["no"])
    assert customer["id"].is_unique
    assert not set(customer["id"]) & set(data["customer"].frame["id"])
    joined = order.merge(customer, left_on="customer", right_on="id")
    amounts = joined.groupby("segment")["amount"].median()
    assert amounts["trade"] > 10 * amounts["home"]
    counts = order.groupby("customer").size().reindex(customer["id"], fill_value=0).to_numpy()
    assert counts[customer["segment"] == "trade"].min() >= 4
    assert counts[customer["segment"] == "home"].max() <= 2
    assert len(order) == pytest.approx(len(data["order"]), rel=0.15)


def test_rows_count_the_root_and_the_rest_follows(rng: np.random.Generator) -> None:
    data = shop(rng)
    made = fitted(data).sample(100, rng)
    assert len(made["customer"]) == 100
    assert len(made["shop"]) == 5
    assert len(made["order"]) == pytest.approx(len(data["order"]) / 4, rel=0.3)


def test_no_row_asked_no_row_made(rng: np.random.Generator) -> None:
    made = fitted(shop(rng)).sample(0, rng)
    assert [len(table) for table in made] == [0, 0, 0]


def test_same_generator_same_dataset_and_the_input_is_untouched(rng: np.random.Generator) -> None:
    data = shop(rng, 100)
    before = [table.frame.copy() for table in data]
    one, two = (fitted(data).sample(None, np.random.default_rng(5)) for _ in range(2))
    for left, right, kept, table in zip(one, two, before, data, strict=True):
        pd.testing.assert_frame_equal(left.frame, right.frame)
        pd.testing.assert_frame_equal(table.frame, kept)


def test_columns_order_and_kinds_are_those_of_the_source(rng: np.random.Generator) -> None:
    data = shop(rng, 100)
    made = fitted(data).sample(None, rng)
    for real, table in zip(data, made, strict=True):
        assert [replace(column, fabricated=False) for column in table.columns] == list(real.columns)
        assert list(table.frame.dtypes) == list(real.frame.dtypes)


def test_a_table_may_refer_to_itself(rng: np.random.Generator) -> None:
    boss = np.r_[np.full(20, np.nan), rng.integers(0, 20, 80).astype(float)]
    columns = (
        Column("no", Kind.INTEGER, role=Role.IDENTIFIER),
        Column("boss", Kind.INTEGER),
        Column("grade", Kind.CATEGORY),
    )
    frame = pd.DataFrame(
        {"no": np.arange(100.0), "boss": boss, "grade": rng.choice(np.array(["a", "b"], dtype=object), 100)}
    )
    data = Dataset((Table("staff", columns, frame),), (Relation("staff", "no", "staff", "boss"),))
    made = fitted(data).sample(200, rng)["staff"].frame
    assert set(made["boss"].dropna()) <= set(made["no"])
    assert made["boss"].isna().mean() == pytest.approx(0.2, abs=0.1)


def test_children_without_a_parent_stay_without_one(rng: np.random.Generator) -> None:
    data = shop(rng)
    frame = data["order"].frame.copy()
    frame.loc[:99, "customer"] = None
    made = fitted(data.replace_tables(replace(data["order"], frame=frame))).sample(None, rng)
    assert made["order"].frame["customer"].isna().sum() == 100


def test_the_surplus_of_the_largest_families_goes_to_several(rng: np.random.Generator) -> None:
    data = shop(rng)
    plan = replace(plan_of(data, "order", 10), brood=Brood(mean=3.0, beyond=1.0, top=0.5))
    at = parents_of_children(np.array([1.0, 2.0, 3.0, np.nan]), plan, lonely=1)
    assert np.bincount(at[at >= 0]).tolist() == [1, 2, 5, 5]
    assert (at == -1).sum() == 1


def test_dealt_references_come_as_often_as_in_the_source(rng: np.random.Generator) -> None:
    reference = Reference(Relation("p", "k", "c", "k"), np.repeat([0, 2], 50), 0.0)
    dealt = deal(reference, np.arange(100.0), 100, rng)
    assert len(dealt) == 100
    assert np.bincount(dealt.astype(int), minlength=100).max() <= 3


def test_no_parent_is_dealt_fewer_than_none(rng: np.random.Generator) -> None:
    reference = Reference(Relation("p", "k", "c", "k"), np.repeat([0, 8], [5, 95]), 0.0)
    assert len(deal(reference, np.arange(100.0), 3, rng)) == 3


def test_the_recipe_says_what_ran_and_holds_no_value(rng: np.random.Generator) -> None:
    recipe = fitted(shop(rng, 100), min_leaf=50).recipe
    assert recipe.tables["customer"].engine == "trees"
    assert recipe.record()["tables"]["customer"]["parameters"]["min_leaf"] == 50  # type: ignore[index]
    assert "trade" not in str(recipe)


def test_berka_hangs_together(material: Path, rng: np.random.Generator) -> None:
    data = berka(material / "tables" / "berka")
    made = fitted(data).sample(None, rng)
    for relation in data.relations:
        assert (
            made[relation.child].frame[relation.child_key].isin(made[relation.parent].frame[relation.parent_key]).all()
        )
    for name, share in (
        ("client", 0.15),
        ("account", 0.15),
        ("disp", 0.15),
        ("card", 0.25),
        ("loan", 0.25),
        ("order", 0.15),
    ):
        assert len(made[name]) == pytest.approx(len(data[name]), rel=share)
    assert not set(made["client"].frame["birth_number"]) & set(data["client"].frame["birth_number"])


def berka(folder: Path) -> Dataset:
    def table(name: str) -> Table:
        frame = pd.read_csv(folder / f"{name}.csv.gz")
        columns, values = [], {}
        for title in frame:
            number = pd.api.types.is_numeric_dtype(frame[title])
            role = Role.IDENTIFIER if title.endswith("_id") or title in ("birth_number", "account_to") else Role.PLAIN
            columns.append(Column(title, Kind.INTEGER if number else Kind.CATEGORY, role=role))
            values[title] = (
                frame[title].astype("float64")
                if number
                else frame[title].astype(object).where(frame[title].notna(), None)
            )
        return Table(name, tuple(columns), pd.DataFrame(values))

    pairs = [
        ("district", "client"),
        ("district", "account"),
        ("client", "disp"),
        ("account", "disp"),
        ("disp", "card"),
        ("account", "loan"),
        ("account", "order"),
    ]
    return Dataset(
        tuple(table(name) for name in ("district", "client", "account", "disp", "card", "loan", "order")),
        tuple(Relation(parent, f"{parent}_id", child, f"{parent}_id") for parent, child in pairs),
    )
