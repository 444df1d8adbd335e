"""The parts of cloning, each with its truth worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shop import customers, shop, taken_of, texts

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.generate.clone.cells import between, other_of_cell, pair_in_cell
from privsynth.generate.clone.choose import Clones, choose_clones
from privsynth.generate.clone.dates import clone_shifts
from privsynth.generate.clone.distance import neighbour_gaps, shadows
from privsynth.generate.clone.keys import new_keys
from privsynth.generate.clone.levels import common_levels, with_common
from privsynth.generate.clone.numbers import decimals_of, scale_of
from privsynth.groups.generalise import Cells
from privsynth.statistics import Taken


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def words(*values: str | None) -> np.ndarray:
    return np.array(values, dtype=object)


def one(name: str, **columns: list[object]) -> Table:
    """A table of text columns; a column whose name ends in `id` is a key."""
    described = tuple(Column(c, Kind.TEXT, role=Role.IDENTIFIER if c.endswith("id") else Role.PLAIN) for c in columns)
    return Table(name, described, pd.DataFrame({c: texts(v) for c, v in columns.items()}))


# --- which rows ---


def test_each_source_row_is_used_once_before_any_is_used_twice() -> None:
    clones = choose_clones(Dataset((customers(10),)), 25, rng())
    counts = np.bincount(clones.tables["customers"].origin, minlength=10)
    assert sorted(counts) == [2] * 5 + [3] * 5
    assert clones.count == 25


def test_children_come_with_their_parent_in_each_of_its_clones() -> None:
    clones = choose_clones(shop(10), 20, rng())
    people, orders = clones.tables["customers"], clones.tables["orders"]
    assert len(orders) == 60
    owner = dict(zip(people.clone, people.origin, strict=True))
    assert all(owner[clone] == origin // 3 for clone, origin in zip(orders.clone, orders.origin, strict=True))


def test_rows_without_a_parent_stand_alone_and_are_counted() -> None:
    data = Dataset((one("p", id=["1", "2"]), one("c", p_id=["1", "9", None])), (Relation("p", "id", "c", "p_id"),))
    clones = choose_clones(data, 2, rng())
    assert clones.orphans == {"c": 2}
    assert len(clones.tables["c"]) == 3
    assert list(data.parent_rows(data.relations[0])) == [0, -1, -1]


def test_all_rows_of_a_person_are_one_clone() -> None:
    table = replace(one("t", who=["a", "a", "b", "b"]), person="who")
    made = choose_clones(Dataset((table,)), 8, rng())
    assert made.count == 4
    frame = pd.DataFrame(
        {"clone": made.tables["t"].clone, "who": table.frame["who"].to_numpy()[made.tables["t"].origin]}
    )
    assert (frame.groupby("clone")["who"].nunique() == 1).all()


# --- new keys ---


def test_new_keys_are_unique_and_lead_to_the_right_parent() -> None:
    data = shop(50)
    clones = choose_clones(data, 120, rng())
    keys, redirected = new_keys(data, clones, taken_of(data), rng())
    parents, children = keys["customers", "customer_id"], keys["orders", "customer_id"]
    assert len(set(parents)) == 120
    assert not set(parents) & set(data.root.frame["customer_id"])
    clone_of = dict(zip(parents, clones.tables["customers"].clone, strict=True))
    assert [clone_of[key] for key in children] == list(clones.tables["orders"].clone)
    assert redirected == 0
    assert len(set(keys["orders", "order_id"])) == 360


def test_a_reference_into_another_family_finds_a_clone_there() -> None:
    people = one("p", p_id=[f"p{i:02d}" for i in range(40)])
    things = one(
        "t",
        t_id=[f"t{i:02d}" for i in range(40)],
        p_id=[f"p{i:02d}" for i in range(40)],
        friend=[f"p{(i + 7) % 40:02d}" for i in range(40)],
    )
    data = Dataset((people, things), (Relation("p", "p_id", "t", "p_id"), Relation("p", "p_id", "t", "friend")))
    for rows, lost in ((40, False), (90, False), (10, True)):
        clones = choose_clones(data, rows, rng())
        keys, redirected = new_keys(data, clones, Taken(), rng())
        assert set(keys["t", "friend"]) <= set(keys["p", "p_id"])
        assert (redirected > 0) is lost
    source = dict(zip(keys["p", "p_id"], clones.tables["p"].origin, strict=True))
    whole = choose_clones(data, 40, rng())
    keys, _ = new_keys(data, whole, Taken(), rng())
    source = dict(zip(keys["p", "p_id"], whole.tables["p"].origin, strict=True))
    assert all(
        source[key] == (row + 7) % 40 for key, row in zip(keys["t", "friend"], whole.tables["t"].origin, strict=True)
    )


def test_a_missing_key_stays_missing() -> None:
    data = Dataset((one("t", id=["a1", None, "b2"]),))
    clones = choose_clones(data, 3, rng())
    keys, _ = new_keys(data, clones, Taken(), rng())
    assert [key is None for key in keys["t", "id"]] == [row == 1 for row in clones.tables["t"].origin]


# --- dates ---


def test_siblings_never_share_a_shift_and_nobody_stands_still() -> None:
    copies, sources = 60, 5
    clones = Clones({}, np.repeat(np.arange(copies), sources), np.tile(np.arange(sources), copies), {})
    days = clone_shifts(clones, 30, rng())
    assert (days != 0).all()
    assert np.abs(days).max() == 30
    assert all(len(set(days[clones.source == source])) == 60 for source in range(sources))


# --- numbers ---


def test_numbers_keep_zero_sign_grid_and_range() -> None:
    values = np.array([0.0] * 40 + list(range(-50_000, 50_500, 500)) + [np.nan])
    scale = scale_of(values, 0, 3)
    assert scale is not None
    assert scale.step == 500
    moved = scale.moved(values, 0.5, rng())
    assert (moved[:40] == 0).all()
    assert (np.sign(moved) == np.sign(values))[:-1].all()
    assert (moved[:-1] % 500 == 0).all()
    assert moved[:-1].max() < 50_000
    assert np.isnan(moved[-1])
    assert (moved[40:-1] != values[40:-1]).mean() > 0.8


def test_more_noise_moves_farther() -> None:
    values = rng().lognormal(8, 1, 2_000)
    scale = scale_of(values, 2, 3)
    assert scale is not None
    small, large = (np.abs(scale.moved(values, noise, rng()) - scale.within(values)).mean() for noise in (0.1, 2.0))
    assert small < large / 3


def test_each_number_has_as_many_decimals_as_the_one_it_was_moved_from() -> None:
    values = np.round(rng().lognormal(0, 0.5, 3_000), 2)
    values[:300] = np.round(rng(2).lognormal(0, 0.5, 300), 3)
    values[7] = 1.23456789012345
    scale = scale_of(values, 14, 3)
    assert scale is not None
    moved = scale.moved(values, 0.5, rng())
    shown = decimals_of(moved, 14)
    assert shown[7] == 3
    known = np.delete(np.arange(3_000), 7)
    inside = known[(values[known] > scale.low) & (values[known] < scale.high)]
    assert (shown[inside] == decimals_of(values[inside], 14)).mean() > 0.99
    assert (moved[inside] != values[inside]).mean() > 0.8
    assert scale.low <= moved.min() <= moved.max() <= scale.high


def test_decimals_that_fewer_than_k_rows_show_do_not_come_out() -> None:
    values = np.round(rng().normal(50, 10, 500), 1)
    values[:2] += 0.01
    scale = scale_of(values, 2, 3)
    assert scale is not None
    assert scale.finest == 1


def test_a_column_of_one_step_below_its_range_of_decimals_stays_in_the_range() -> None:
    values = np.r_[np.full(30, 1.0), np.round(np.linspace(1.21, 1.39, 60), 3), np.full(30, 2.0)]
    scale = scale_of(values, 3, 20)
    assert scale is not None
    moved = scale.moved(values, 3.0, rng())
    assert scale.low <= moved.min() <= moved.max() <= scale.high


def test_the_largest_number_never_comes_out() -> None:
    values = np.append(rng().normal(100, 10, 500), 9_999_999.0)
    scale = scale_of(values, 2, 3)
    assert scale is not None
    assert scale.moved(values, 5.0, rng()).max() < 200


@pytest.mark.parametrize("sign", [1, -1])
def test_the_dear_ones_of_a_skewed_column_stay_dear(sign: int) -> None:
    """One row in twenty is a journey: of many times the usual amount, and few of them are far apart."""
    usual, dear = rng().lognormal(4, 0.6, 9_500), rng().lognormal(6.2, 0.5, 500)
    values = sign * np.round(np.append(usual, dear), 2)
    scale = scale_of(values, 2, 11)
    assert scale is not None
    moved = scale.moved(values, 0.5, rng())
    for part in (slice(9_500), slice(9_500, None)):
        assert np.median(moved[part]) == pytest.approx(np.median(values[part]), rel=0.05)
    assert (np.abs(moved) <= 0.01).mean() < 0.001  # none collapses onto the last step before zero
    assert (moved != scale.within(values)).mean() > 0.95


def test_a_column_of_nothing_has_no_scale_and_a_constant_stays() -> None:
    assert scale_of(np.full(5, np.nan), 0, 3) is None
    scale = scale_of(np.full(9, 7.0), 0, 3)
    assert scale is not None
    assert scale.is_level
    assert (scale.within(np.full(9, 7.0)) == 7).all()


# --- levels ---


def test_rare_levels_give_way_to_common_ones_of_their_cell() -> None:
    values = words("a", "a", "b", "b", "lone", None)
    common = common_levels(values, 2)
    assert list(common) == [True, True, True, True, False, True]
    cells = np.array([0, 0, 1, 1, 1, 0])
    made, replaced = with_common(values, common, np.array([4] * 30 + [5, 0]), cell=cells, rng=rng())
    assert set(made[:30]) == {"b"}
    assert list(made[30:]) == [None, "a"]
    assert replaced == 30


def test_where_no_level_is_common_nothing_is_left() -> None:
    values = words("x", "y", "z")
    made, replaced = with_common(values, common_levels(values, 2), np.arange(3), cell=np.zeros(3, dtype=int), rng=rng())
    assert list(made) == [None] * 3
    assert replaced == 3


# --- cells ---


def cells() -> Cells:
    return Cells(np.array([0, 0, 0, 1, 1, 2]), np.zeros((3, 1), dtype=int), np.zeros((3, 1), dtype=int))


def test_donors_are_others_of_the_same_cell() -> None:
    rows = np.repeat(np.arange(6), 200)
    drawn = other_of_cell(cells(), rows, rng())
    assert (cells().of_row[drawn] == cells().of_row[rows]).all()
    assert (drawn != rows)[rows < 5].all()
    assert {int(d) for d in drawn[rows == 0]} == {1, 2}


def test_a_pair_of_a_cell_is_of_that_cell() -> None:
    first, second, share = pair_in_cell(cells(), rng())
    assert list(cells().of_row[first]) == [0, 1, 2] == list(cells().of_row[second])
    assert list(first != second) == [True, True, False]
    assert ((share >= 0) & (share < 1)).all()


def test_blends_lie_between_and_keep_what_came_first() -> None:
    days = np.array(["2020-01-01", "2020-03-01", "NaT"], dtype="datetime64[us]")
    later = np.array(["2020-01-11", "NaT", "2020-01-01"], dtype="datetime64[us]")
    made = between(days, later, np.array([0.5, 0.5, 0.5]))
    assert made[0] == np.datetime64("2020-01-06")
    assert made[1] == np.datetime64("2020-03-01")
    assert np.isnat(made[2])
    assert list(between(np.array([1.0, 4.0]), np.array([3.0, np.nan]), np.array([0.5, 0.5]))) == [2.0, 4.0]


# --- distance ---


def test_a_copy_is_a_shadow_and_a_stranger_is_not() -> None:
    everybody = customers(600)
    table, others = everybody.take(np.arange(300)), everybody.take(np.arange(300, 600))
    names = ["sex", "town", "segment", "income", "joined"]
    gaps = neighbour_gaps(table, names, rng())
    copy = replace(table, origin=np.arange(300))
    assert shadows(table, copy, names, gaps, copy.origin).all()
    stranger = replace(others, origin=np.arange(300))
    assert shadows(table, stranger, names, gaps, stranger.origin).mean() < 0.05


def test_a_copy_of_somebody_else_who_stands_alone_is_a_shadow_too() -> None:
    table = customers(300)
    names = ["sex", "town", "segment", "income", "joined"]
    gaps = neighbour_gaps(table, names, rng())
    alone = int(np.argmax(gaps))
    swapped = replace(table.take(np.full(300, alone)), origin=np.arange(300))
    assert shadows(table, swapped, names, gaps, swapped.origin).all()


@pytest.mark.parametrize("rows", [0, 1])
def test_distances_of_no_row_and_one_row(rows: int) -> None:
    table = customers(rows)
    assert len(neighbour_gaps(table, ["income"], rng())) == rows
