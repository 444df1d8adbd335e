"""Rows in parts: the same as all at once, whatever came before; keys that resolve and stay unique over all parts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.generate.model import Model
from privsynth.generate.model.tables import shards
from privsynth.generate.model.tables.connected import Reference, deal
from privsynth.generate.model.tables.shards import in_shards, led_by, rows_of_a_shard, together
from tests.generate.model.test_model import fitted, shop


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 200)
    monkeypatch.setattr(shards, "FEWEST", 40)


@pytest.fixture
def people(rng: np.random.Generator) -> Model:
    columns = (Column("id", Kind.CATEGORY, role=Role.IDENTIFIER), Column("x", Kind.NUMBER), Column("y", Kind.CATEGORY))
    x = rng.random(300).round(3)
    ids = np.array([f"{i:03d}" for i in range(300)], dtype=object)
    frame = pd.DataFrame({"id": ids, "x": x, "y": np.where(x > 0.5, "b", "a").astype(object)})
    return fitted(Dataset((Table("people", columns, frame),)))


def drawn(model: Model, rows: int | None, seed: int = 4) -> Iterator[Dataset]:
    return model.batches(rows, np.random.default_rng(seed))


def test_shards_cover_all_rows_once() -> None:
    made = list(in_shards(10, 4, np.random.default_rng(0)))
    assert [(shard.number, shard.start, shard.stop) for shard in made] == [(0, 0, 4), (1, 4, 8), (2, 8, 10)]
    assert sum(shard.part(7) for shard in made) == 7
    assert [shard.rows for shard in in_shards(0, 4, np.random.default_rng(0))] == [0]


def test_the_chance_of_a_shard_hangs_on_the_seed_and_its_number_alone() -> None:
    few, many = (list(in_shards(rows, 10, np.random.default_rng(7))) for rows in (20, 90))
    assert few[1].stream("a").random() == many[1].stream("a").random()
    assert few[0].stream("a").random() != few[1].stream("a").random()
    assert few[0].common("a").random() == few[1].common("a").random()


def test_batches_are_the_rows_of_a_sample(people: Model) -> None:
    parts = list(drawn(people, 500))
    assert [len(part.root) for part in parts] == [200, 200, 100]
    whole = people.sample(500, np.random.default_rng(4))
    pd.testing.assert_frame_equal(pd.concat([part.root.frame for part in parts], ignore_index=True), whole.root.frame)
    assert together(drawn(people, 0)).root.frame.empty


def test_more_rows_leave_the_learnt_values_of_the_first_shards_as_they_are(people: Model) -> None:
    short, long = (people.sample(rows, np.random.default_rng(4)).root.frame for rows in (400, 1000))
    pd.testing.assert_frame_equal(short[["x", "y"]], long[["x", "y"]].head(400))


def test_shards_differ(people: Model) -> None:
    first, second = list(drawn(people, 400))
    assert not first.root.frame["x"].equals(second.root.frame["x"])


def test_an_identifier_is_unique_over_all_shards_and_has_one_shape(people: Model) -> None:
    ids = people.sample(2_000, np.random.default_rng(4)).root.frame["id"]
    assert ids.is_unique
    assert ids.str.len().nunique() == 1  # three digits are too few for all: the first shard knows it already


def test_children_come_with_their_parents_and_refer_to_what_is_there(rng: np.random.Generator) -> None:
    model = fitted(shop(rng))
    parts = list(drawn(model, 400))
    assert len(parts) > 3
    assert len(parts[0]["shop"]) == 20
    assert not any(len(part["shop"]) for part in parts[1:])
    for part in parts:
        assert set(part["order"].frame["customer"]) <= set(part["customer"].frame["id"])
        assert set(part["order"].frame["shop"]) <= set(parts[0]["shop"].frame["no"])
    whole = model.sample(400, np.random.default_rng(4))
    assert whole["customer"].frame["id"].is_unique
    assert len(whole["order"]) == sum(len(part["order"]) for part in parts)
    assert len(whole["order"]) == pytest.approx(len(shop(np.random.default_rng(0))["order"]), rel=0.25)


def test_tables_that_refer_back_into_the_family_are_not_split(rng: np.random.Generator) -> None:
    plans = dict(fitted(shop(rng)).plans_)
    assert led_by("customer", plans) == {"customer", "order"}
    assert led_by("shop", plans) == frozenset()  # orders are the customers', and name shops
    assert rows_of_a_shard("shop", (), plans, 20) == 20


def test_shares_of_references_give_each_parent_the_same_weight() -> None:
    reference = Reference(shop(np.random.default_rng(0)).relations[1], np.repeat([10, 100], 50), 0.0)
    keys = np.arange(20.0)
    parts = [
        deal(reference, keys, 110, np.random.default_rng(at), share=0.1, weigh=np.random.default_rng(1))
        for at in range(10)
    ]
    weights = np.random.default_rng(1).choice(np.sort(reference.tally), 20)
    counts = np.bincount(np.concatenate(parts).astype(int), minlength=20)
    assert counts[weights == 100].min() > 2 * counts[weights == 10].max()
