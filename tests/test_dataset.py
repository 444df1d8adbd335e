"""Tables, keys and the split by entity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import frame

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.errors import InputError
from privsynth.source import Source
from privsynth.spelling.normal import normal
from privsynth.statistics import Taken


def table(called: str, whose: str | None = None, **columns: list[object]) -> Table:
    data = frame(**columns)
    kinds = {c: Kind.INTEGER if data[c].dtype.kind == "f" else Kind.TEXT for c in data}
    return Table(called, tuple(Column(c, kinds[c]) for c in data), data, person=whose)


def family() -> Dataset:
    parents = table("people", id=[f"p{i}" for i in range(10)])
    children = table("visits", person=[f"p{i % 10}" for i in range(40)] + [None, "stranger"])
    return Dataset((parents, children), (Relation("people", "id", "visits", "person"),))


def test_no_repr_shows_a_cell() -> None:
    data = table("t", name=["Sentinel-77"])
    source = Source(Dataset((data,)), Dataset(()), None)  # type: ignore[arg-type]
    assert "Sentinel" not in repr(data) + repr(Dataset((data,))) + repr(source)
    assert "Sentinel" not in repr(Taken(b"k", frozenset({b"Sentinel"})))


def test_a_table_refuses_columns_that_are_not_those_of_its_frame() -> None:
    with pytest.raises(ValueError, match="same order"):
        Table("t", (Column("b", Kind.TEXT),), frame(a=["x"]))


def test_the_split_keeps_children_with_their_parents(rng: np.random.Generator) -> None:
    train, holdout = family().split(0.3, rng)
    assert (len(train["people"]), len(holdout["people"])) == (7, 3)
    for part, other in ((train, holdout), (holdout, train)):
        assert not set(part["visits"].frame["person"].dropna()) & set(other["people"].frame["id"])
    assert len(train["visits"]) + len(holdout["visits"]) == 42


def test_the_split_keeps_all_rows_of_an_entity_on_one_side(rng: np.random.Generator) -> None:
    data = Dataset((table("t", "who", who=[f"w{i % 20}" for i in range(100)] + [None] * 4),))
    train, holdout = data.split(0.5, rng)
    assert not set(train.root.frame["who"].dropna()) & set(holdout.root.frame["who"].dropna())
    assert len(train.root) + len(holdout.root) == 104


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_the_split_survives_few_rows(rows: int, rng: np.random.Generator) -> None:
    data = Dataset((Table("t", (Column("n", Kind.INTEGER),), pd.DataFrame({"n": np.zeros(rows)})),))
    train, holdout = data.split(0.2, rng)
    assert len(train.root) + len(holdout.root) == rows


def test_the_same_stream_splits_alike_and_the_input_is_untouched() -> None:
    data = family()
    before = data["visits"].frame.copy()
    parts = [data.split(0.3, np.random.default_rng(3))[1]["people"].frame["id"].tolist() for _ in range(2)]
    assert parts[0] == parts[1]
    pd.testing.assert_frame_equal(data["visits"].frame, before)


def test_the_root_is_nobodys_child_and_parents_come_first() -> None:
    data = family()
    turned = Dataset(data.tables[::-1], data.relations)
    assert turned.root.name == "people"
    assert [t.name for t in turned.parents_first()] == ["people", "visits"]


def test_refuses_keys_that_form_a_circle() -> None:
    a, b = table("a", id=["1"], b=["1"]), table("b", id=["1"], a=["1"])
    circle = Dataset((a, b), (Relation("a", "id", "b", "a"), Relation("b", "id", "a", "b")))
    with pytest.raises(InputError, match="circle"):
        circle.parents_first()


def test_take_keeps_the_origin_in_step() -> None:
    data = Table("t", (Column("n", Kind.INTEGER),), frame(n=[5.0, 6.0, 7.0]), origin=np.array([2, 0, 1]))
    assert data.take(np.array([2, 0])).origin.tolist() == [1, 2]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann.Lee@Example.com ", "annlee@example.com"),
        ("(212) 555-0101", "212.555.0101"),
        ("\uff21\uff22\uff23\uff11", "abc1"),
        ("a\u200bb", "ab"),
    ],
)
def test_spellings_of_one_value_have_one_normal_form(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_taken_knows_a_value_in_any_spelling_and_cannot_tell_it() -> None:
    taken = Taken(b"key")
    taken = Taken(b"key", frozenset({taken.fingerprint("Ann Lee")}))
    assert "ann lee" in taken
    assert "ANN-LEE" in taken
    assert "bob" not in taken
    assert "bob" not in Taken()


def test_identifiers_direct_and_free_text_are_invented_and_nothing_else() -> None:
    assert {role for role in Role if role.is_fabricated} == {Role.IDENTIFIER, Role.DIRECT, Role.FREE_TEXT}


def bank() -> Dataset:
    """Districts describe accounts and clients; clients share accounts through dispositions."""
    rng = np.random.default_rng(5)
    districts = table("district", id=[f"d{i}" for i in range(4)], size=[1, 2, 3, 4])
    accounts = table("account", id=[f"a{i}" for i in range(100)], district=[f"d{i % 4}" for i in range(100)])
    clients = table("client", id=[f"c{i}" for i in range(120)], district=[f"d{i % 4}" for i in range(120)])
    owned = rng.permutation(120)
    dispositions = table("disp", client=[f"c{i}" for i in owned], account=[f"a{i % 100}" for i in range(120)])
    relations = (
        Relation("district", "id", "account", "district"),
        Relation("district", "id", "client", "district"),
        Relation("client", "id", "disp", "client"),
        Relation("account", "id", "disp", "account"),
    )
    return Dataset((districts, accounts, clients, dispositions), relations)


def test_a_table_that_only_describes_others_is_a_look_up_and_no_root() -> None:
    assert bank().lookups == {"district"}
    assert bank().root.name == "account"
    assert family().lookups == set()
    person = replace(bank()["district"]["id"], role=Role.DIRECT)
    for column, lookups in ((person, set()), (replace(person, is_too_rare=True), {"district"})):
        assert bank().replace_tables(bank()["district"].with_columns(column)).lookups == lookups


def test_the_split_follows_every_key_and_leaves_look_ups_whole(rng: np.random.Generator) -> None:
    train, holdout = bank().split(0.3, rng)
    assert len(train["district"]) == len(holdout["district"]) == 4
    for part, other in ((train, holdout), (holdout, train)):
        assert not set(part["disp"].frame["client"]) & set(other["client"].frame["id"])
        assert not set(part["disp"].frame["account"]) & set(other["account"].frame["id"])
    assert 20 <= len(holdout["account"]) <= 40


@pytest.mark.parametrize(
    ("keys", "references", "rows"),
    [
        (["a", "b", "a", None], ["b", "a", None, "z"], [1, 0, -1, -1]),  # the first of two rows with one key
        ([1.0, 2.0], [2.0, np.nan], [1, -1]),
        ([1.0, 2.0, 2.5, np.inf], ["2", "n/a", None, "2.5"], [1, -1, -1, 2]),  # a number and its digits
        (["1", "2"], [2.0, 3.0], [1, -1]),
        ([], ["a"], [-1]),
        (["a"], [], []),
    ],
)
def test_a_row_of_the_parent_is_found_by_its_key(keys: list[object], references: list[object], rows: list[int]) -> None:
    data = Dataset((table("p", id=keys), table("c", of=references)), (Relation("p", "id", "c", "of"),))
    assert data.parent_rows(data.relations[0]).tolist() == rows
    assert data.key_columns("p") == {"id"}
    assert data.person_column("c") == "of"


def test_people_are_numbered_by_their_column_and_else_by_rows() -> None:
    people = table("t", "who", who=["b", None, "a", "b", None])
    assert people.people.tolist() == [0, 2, 1, 0, 3]
    assert people.number_of_people == 4
    assert table("t", who=["b", "b"]).people.tolist() == [0, 1]
    assert table("t", "who", who=[]).number_of_people == 0


def test_rows_below_a_parent_are_its_person_at_any_depth() -> None:
    people = table("people", id=["a", "b"])
    orders = table("orders", order=["1", "2", "3", "4"], id=["a", "a", "b", "stranger"])
    items = table("items", order=["4", "1", "2", "3", "x", "x", None])
    relations = tuple(
        Relation(parent=p, parent_key=key, child=c, child_key=key)
        for p, c, key in (("people", "orders", "id"), ("orders", "items", "order"))
    )
    data = Dataset((people, orders, items), relations)
    of_orders, of_items = data.people_of("orders").tolist(), data.people_of("items").tolist()
    assert [of_orders.index(code) for code in of_orders] == [0, 0, 2, 3]
    assert [of_items.index(code) for code in of_items] == [0, 1, 1, 3, 4, 4, 6]
