"""Clones as a whole: new entities, wired through, each nobody's shadow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from quick import slow
from shop import customers, profile_of, shop, taken_of, texts

from privsynth.dataset import Dataset, Kind, Role, Table
from privsynth.generate.clone import Clone
from privsynth.options import CloneOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source

POLICY = Policy(backend={"kind": "clone"})
LIMITS = POLICY.limits


def cloned(data: Dataset, rows: int | None = None, seed: int = 2, **options: float) -> Dataset:
    return (
        Clone(CloneOptions(**options), LIMITS)
        .fit(data, profile_of(data), np.random.default_rng(1))
        .sample(rows, np.random.default_rng(seed))
    )


@pytest.fixture(scope="module")
def source() -> Dataset:
    return shop(600)


@pytest.fixture(scope="module")
def result(source: Dataset) -> Dataset:
    return cloned(source, 900)


def test_as_many_rows_as_asked_with_the_columns_and_kinds_of_the_source(source: Dataset, result: Dataset) -> None:
    assert len(result.root) == 900
    assert len(result["orders"]) == 2_700
    for before, after in zip(source, result, strict=True):
        assert [(c.name, c.kind, c.role) for c in after.columns] == [(c.name, c.kind, c.role) for c in before.columns]
        assert list(after.frame.dtypes) == list(before.frame.dtypes)


def test_as_many_rows_as_the_source_when_none_is_asked(source: Dataset) -> None:
    assert len(cloned(source).root) == 600


def test_every_order_has_its_customer_and_every_customer_his_orders(result: Dataset) -> None:
    people, orders = result.root.frame, result["orders"].frame
    assert people["customer_id"].is_unique
    assert orders["order_id"].is_unique
    assert (orders["customer_id"].value_counts().reindex(people["customer_id"]) == 3).all()


def test_the_source_row_of_each_clone_is_told_to_the_gates(source: Dataset, result: Dataset) -> None:
    for table in result:
        assert table.origin is not None
        assert len(table.origin) == len(table)
        assert table.origin.max() < len(source[table.name])
    assert np.bincount(result.root.origin).max() == 2


def test_no_identifying_value_of_the_source_is_left(source: Dataset, result: Dataset) -> None:
    taken = taken_of(source)
    for table in result:
        for column in table.of_role(Role.IDENTIFIER, Role.DIRECT, Role.FREE_TEXT):
            assert column.fabricated
            if column.entity not in ("FIRST_NAME", "LAST_NAME"):
                assert not any(text in taken for text in table.text(column.name) if text is not None)


def test_dates_of_a_clone_move_together(source: Dataset, result: Dataset) -> None:
    people, orders = result.root, result["orders"]
    moved = people.frame["joined"].to_numpy() - source.root.values("joined")[people.origin]
    days = pd.Series(moved / np.timedelta64(1, "D"), index=people.frame["customer_id"])
    assert (days != 0).all()
    assert days.abs().max() <= 182
    theirs = (orders.frame["placed"].to_numpy() - source["orders"].values("placed")[orders.origin]) / np.timedelta64(
        1, "D"
    )
    assert (days.reindex(orders.frame["customer_id"]).to_numpy() == theirs).all()


def test_siblings_move_by_different_days(source: Dataset) -> None:
    people = cloned(source, 1_800).root
    days = (people.frame["joined"].to_numpy() - source.root.values("joined")[people.origin]) / np.timedelta64(1, "D")
    assert pd.DataFrame({"origin": people.origin, "days": days}).groupby("origin")["days"].nunique().eq(3).all()


def test_the_span_of_shifts_follows_its_option(source: Dataset) -> None:
    people = cloned(source, max_shift_days=3).root
    days = (people.frame["joined"].to_numpy() - source.root.values("joined")[people.origin]) / np.timedelta64(1, "D")
    assert set(days) == {-3, -2, -1, 1, 2, 3}


def test_each_combination_of_quasi_identifiers_stands_for_k_people(result: Dataset) -> None:
    frame = result.root.frame[["sex", "town", "born"]].assign(origin=result.root.origin)
    assert frame.groupby(["sex", "town", "born"])["origin"].nunique().min() >= LIMITS.k


def test_fewer_clones_than_sources_still_hide_among_k(source: Dataset) -> None:
    made = cloned(source, 200).root
    frame = made.frame[["sex", "town", "born"]].assign(origin=made.origin)
    assert frame.groupby(["sex", "town", "born"])["origin"].nunique().min() >= LIMITS.k


def test_the_source_is_not_the_nearest_row(source: Dataset, result: Dataset) -> None:
    from privsynth.gate.tracing import Tracing

    found = Tracing(POLICY).measure(Draft(result, {}), Source(source, Dataset(()), profile_of(source)))
    assert all(finding.passed for finding in found)


@pytest.mark.parametrize("seed", [3, slow(4), slow(5)])
def test_no_copies_beyond_what_strangers_make(seed: int) -> None:
    from privsynth.gate.copies import Copies

    data = shop(1_500)
    train, holdout = data.split(0.2, np.random.default_rng(seed))
    made = (
        Clone(CloneOptions(), LIMITS)
        .fit(train, profile_of(train), np.random.default_rng(1))
        .sample(1_500, np.random.default_rng(seed))
    )
    found = Copies(POLICY).measure(Draft(made, {}), Source(train, holdout, profile_of(train)))
    assert all(finding.passed for finding in found)


def test_numbers_keep_their_grid_and_levels_their_shares(source: Dataset, result: Dataset) -> None:
    incomes = result.root.frame["income"]
    assert (incomes.dropna() % 100 == 0).all()
    assert incomes.isna().mean() == pytest.approx(source.root.frame["income"].isna().mean(), abs=0.03)
    assert incomes.max() < source.root.frame["income"].max()
    shares = [t.frame["segment"].value_counts(normalize=True) for t in (source.root, result.root)]
    assert (shares[0] - shares[1]).abs().max() < 0.05


def test_a_level_of_one_row_is_never_cloned() -> None:
    table = customers(120)
    table = replace(
        table,
        frame=table.frame.assign(
            segment=texts(["hermit"] + ["plain"] * 119),
            town=texts(["Lonelyham"] + ["Northam", "Southam"] * 59 + ["Southam"]),
        ),
    )
    made = cloned(Dataset((table,)), 600)
    assert set(made.root.frame["segment"]) == {"plain"}
    assert "Lonelyham" not in set(made.root.frame["town"])
    assert not any("hermit" in note or "Lonely" in note for note in made.notes)


def test_rows_that_belong_to_one_person_stay_one_persons() -> None:
    data = shop(60)
    orders = Dataset((data["orders"],))
    made = cloned(orders, 360).root.frame
    assert made.groupby("customer_id").size().eq(3).all()
    assert made["customer_id"].nunique() == 120


def test_the_same_stream_gives_the_same_clones(source: Dataset) -> None:
    first, second, other = (cloned(source, 100, seed=seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first.root.frame, second.root.frame)
    assert not first.root.frame.equals(other.root.frame)


def test_two_clones_are_never_equal(result: Dataset) -> None:
    assert not result.root.frame.drop(columns="customer_id").duplicated().any()


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_few_sources_and_few_clones(rows: int) -> None:
    data = Dataset((customers(3),))
    assert len(cloned(data, rows).root) == rows
    assert len(cloned(Dataset((customers(0),)), 0).root) == 0


def test_empty_columns_stay_empty() -> None:
    table = customers(40)
    blank = table.frame.assign(
        income=np.nan, segment=texts([None] * 40), joined=np.full(40, np.datetime64("NaT"), dtype="datetime64[us]")
    )
    made = cloned(Dataset((replace(table, frame=blank),))).root.frame
    assert made[["income", "segment", "joined"]].isna().all(axis=None)


def test_the_inflation_is_told(source: Dataset, result: Dataset) -> None:
    assert any("900 clones of 600 source people: the effective sample is about 600" in note for note in result.notes)
    recipe = Clone(CloneOptions(), LIMITS).fit(source, profile_of(source), np.random.default_rng(1)).recipe
    assert recipe.backend == "clone"


def test_the_source_is_left_as_it_was(source: Dataset) -> None:
    before = source.root.frame.copy(deep=True)
    cloned(source, 50)
    pd.testing.assert_frame_equal(source.root.frame, before)


@pytest.mark.slow
def test_berka_stays_whole(material) -> None:
    from privsynth.dataset import Column, Relation

    folder = material / "tables" / "berka"
    ids = {
        "account": ["account_id"],
        "client": ["client_id"],
        "disp": ["disp_id", "client_id", "account_id"],
        "card": ["card_id", "disp_id"],
    }
    tables = []
    for name, keys in ids.items():
        frame = pd.read_csv(folder / f"{name}.csv.gz", dtype=str, keep_default_na=False, sep=None, engine="python")
        columns = tuple(Column(c, Kind.TEXT, role=Role.IDENTIFIER if c in keys else Role.PLAIN) for c in frame.columns)
        tables.append(Table(name, columns, frame.astype(object)))
    relations = (
        Relation("client", "client_id", "disp", "client_id"),
        Relation("account", "account_id", "disp", "account_id"),
        Relation("disp", "disp_id", "card", "disp_id"),
    )
    data = Dataset(tuple(tables), relations)
    made = cloned(data, 900)
    for relation in relations:
        children, parents = (
            made[relation.child].frame[relation.child_key],
            made[relation.parent].frame[relation.parent_key],
        )
        assert children.isin(set(parents)).all()
        assert not set(parents) & set(data[relation.parent].frame[relation.parent_key])
