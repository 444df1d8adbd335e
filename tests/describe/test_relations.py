"""Which keys are found, which are not, and what a declared one must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.describe.relations import with_relations
from privsynth.errors import InputError, PolicyError
from privsynth.policy import Policy
from privsynth.policy_names import refuse_unknown_names

POLICY = Policy()


def table(name: str, **columns: list[Any]) -> Table:
    values = frame(**columns)
    return Table(
        name, tuple(Column(c, Kind.INTEGER if values[c].dtype == float else Kind.TEXT) for c in values), values
    )


def linked(*tables: Table, policy: Policy = POLICY) -> Dataset:
    return with_relations(Dataset(tables), policy.relations)


CUSTOMERS = table("customers", customer_id=["a", "b", "c"], town=["x", "y", "x"])


def test_a_reference_of_the_same_name_is_found_noted_and_becomes_a_key() -> None:
    data = linked(CUSTOMERS, table("orders", order_id=["1", "2", "3"], customer_id=["a", "a", "c"]))
    assert data.relations == (Relation("customers", "customer_id", "orders", "customer_id"),)
    assert data.notes == ("orders.customer_id -> customers.customer_id, 100 % of 3 rows resolve",)
    assert data["orders"]["customer_id"].role is data["customers"]["customer_id"].role is Role.IDENTIFIER
    assert data["orders"]["customer_id"].reason == "refers to customers.customer_id"
    assert data["orders"]["order_id"].role is Role.PLAIN


@pytest.mark.parametrize("name", ["customer_id", "CustomerId", "customers_id", "customer"])
def test_the_table_name_with_the_key_name_is_found(name: str) -> None:
    parent = table("customers", id=["a", "b", "c"])
    data = linked(parent, table("orders", **{name: ["a", "b", "a"]}))
    assert [r.child_key for r in data.relations] == ([name] if name != "customer" else [])


def test_a_prefix_before_the_key_name_is_found() -> None:
    data = linked(
        table("account", account_id=["a", "b"]), table("moves", from_account_id=["a", "a"], to_account_id=["b", "a"])
    )
    assert [r.child_key for r in data.relations] == ["from_account_id", "to_account_id"]


def test_equal_values_under_unrelated_names_are_no_key() -> None:
    assert linked(CUSTOMERS, table("orders", grade=["a", "b", "a"])).relations == ()


def test_names_that_say_nothing_are_no_key() -> None:
    assert linked(table("one", id=["1", "2"]), table("two", id=["1", "2"])).relations == ()


def test_values_that_are_not_all_keys_are_no_reference_and_a_few_strays_are_counted() -> None:
    parent = table("customers", customer_id=[f"{n}" for n in range(1000)])
    most = linked(parent, table("orders", customer_id=[f"{n}" for n in range(995)] + ["x"] * 5 + [None] * 2))
    assert most.notes == (
        "orders.customer_id -> customers.customer_id, 99.50 % of 1,000 rows resolve; "
        "5 rows refer to no row; 2 rows have no reference",
    )
    assert linked(parent, table("orders", customer_id=["1"] * 98 + ["x"] * 2)).relations == ()


def test_a_column_that_repeats_is_no_key() -> None:
    assert linked(table("customers", customer_id=["a", "a"]), table("orders", customer_id=["a"])).relations == ()


def test_of_two_tables_with_one_key_the_one_named_after_it_is_the_parent() -> None:
    loans = table("loans", loan_id=["1", "2"], customer_id=["a", "c"])
    for tables in ((CUSTOMERS, loans), (loans, CUSTOMERS)):
        (relation,) = linked(*tables).relations
        assert (relation.parent, relation.child) == ("customers", "loans")


def test_one_row_each_on_both_sides_still_has_one_direction() -> None:
    cards = table("cards", card_id=["1", "2", "3"], customer_id=["c", "b", "a"])
    (relation,) = linked(CUSTOMERS, cards).relations
    assert relation.parent == "customers"


def test_a_declared_role_is_left_alone() -> None:
    orders = table("orders", customer_id=["a", "b"])
    said = orders.with_columns(replace(orders["customer_id"], declared=True))
    assert linked(CUSTOMERS, said).relations == ()


def declared(**changes: str) -> Policy:
    relation = {"parent": "customers", "parent_key": "customer_id", "child": "orders", "child_key": "buyer", **changes}
    return Policy(relations=[relation])


ORDERS = table("orders", buyer=["a", "b"], customer_id=["a", "b"])


def test_a_declared_relation_replaces_the_search() -> None:
    assert [r.child_key for r in linked(CUSTOMERS, ORDERS, policy=declared()).relations] == ["buyer"]


@pytest.mark.parametrize(
    "wrong", [{"parent": "clients"}, {"child": "nothing"}, {"parent_key": "id"}, {"child_key": "seller"}]
)
def test_a_declared_relation_of_unknown_names_is_refused_with_the_known_ones(wrong: dict[str, str]) -> None:
    with pytest.raises(PolicyError, match=f'"{next(iter(wrong.values()))}" is not in') as error:
        refuse_unknown_names(Dataset((CUSTOMERS, ORDERS)), declared(**wrong))
    assert error.value.hint


def test_a_declared_key_that_repeats_or_is_missing_is_refused_with_counts_and_without_values() -> None:
    with pytest.raises(InputError, match="2 rows repeat another row's value and 1 have none") as error:
        linked(table("customers", customer_id=["Zeno", "Zeno", "Zeno", None]), ORDERS, policy=declared())
    assert "Zeno" not in str(error.value)


def test_a_circle_is_refused() -> None:
    left, right = table("left", id=["a"], other=["b"]), table("right", id=["b"], other=["a"])
    circle = [
        {"parent": up, "parent_key": "id", "child": down, "child_key": "other"}
        for up, down in (("left", "right"), ("right", "left"))
    ]
    with pytest.raises(InputError, match="circle"):
        linked(left, right, policy=Policy(relations=circle))


def test_a_declared_relation_against_a_declared_role_is_a_contradiction() -> None:
    said = ORDERS.with_columns(replace(ORDERS["buyer"], declared=True, role=Role.QUASI))
    with pytest.raises(PolicyError, match="declared as quasi"):
        linked(CUSTOMERS, said, policy=declared())


def test_one_table_is_left_as_it_is() -> None:
    data = Dataset((CUSTOMERS,))
    assert with_relations(data, []) is data


def test_all_seven_tables_of_a_bank_find_their_keys(material: Path) -> None:
    tables = []
    for file in sorted((material / "tables" / "berka").glob("*.csv.gz")):
        raw = pd.read_csv(file, sep=None, engine="python", dtype=str)
        words = pd.DataFrame(
            {name: pd.Series(np.where(raw[name].isna(), None, raw[name]), dtype=object) for name in raw}
        )
        tables.append(Table(file.name.split(".")[0], tuple(Column(name, Kind.TEXT) for name in words), words))
    found = {(r.child, r.child_key, r.parent) for r in linked(*tables).relations}
    assert found == {
        ("account", "district_id", "district"),
        ("client", "district_id", "district"),
        ("disp", "client_id", "client"),
        ("disp", "account_id", "account"),
        ("card", "disp_id", "disp"),
        ("loan", "account_id", "account"),
        ("order", "account_id", "account"),
    }
