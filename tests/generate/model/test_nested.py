"""Columns whose levels belong to those of a coarser one, on codes written out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.saved.codec import Reader, Writer, pack, unpack
from privsynth.generate.model.trees.engine import Trees
from privsynth.generate.model.trees.lookup import Listing, Lookup, find_lookups
from privsynth.generate.model.trees.nested import Nest, find_nests, rows_of_units
from privsynth.generate.model.trees.targets import NestedTarget

TOWNS = np.tile(np.arange(24), 20)  # the first half in state 0, the others in state 1


def listings(state: np.ndarray, town: np.ndarray = TOWNS) -> dict[str, Listing]:
    return {"state": Listing(state, int(state.max()) + 1, None), "town": Listing(town, int(town.max()) + 1, None)}


def looked_up(columns: dict[str, Listing]) -> dict[str, Lookup]:
    return find_lookups(columns, ["state", "town"], (), 10, None)


def nests(
    columns: dict[str, Listing],
    lookups: dict[str, Lookup],
    names: Sequence[str] = ("state", "town"),
    given: Sequence[str] = (),
) -> dict[str, Nest]:
    return find_nests(columns, lookups, names=names, given=given, least=10, units=None)


def test_a_column_of_many_levels_is_nested_in_what_it_determines(rng: np.random.Generator) -> None:
    columns = listings(TOWNS // 12)
    lookups = looked_up(columns)
    nest = nests(columns, lookups)["town"]
    assert nest.parent == "state"
    assert nest.belongs.tolist() == [0] * 12 + [1] * 12
    drawn = nest.draw(np.array([0, 1] * 200), rng)
    assert (drawn // 12).tolist() == [0, 1] * 200
    assert set(drawn) == set(range(24))


def test_a_row_that_belongs_nowhere_gets_any_level(rng: np.random.Generator) -> None:
    columns = listings(TOWNS // 12)
    nest = nests(columns, looked_up(columns))["town"]
    assert set(nest.draw(np.full(2_000, -2), rng)) == set(range(24))


def test_few_levels_are_not_nested_unless_the_coarser_column_is_given() -> None:
    town = np.tile(np.arange(6), 20)
    columns = listings(town // 3, town)
    assert nests(columns, looked_up(columns)) == {}
    assert nests(columns, {}, ["town"], ["state"])["town"].parent == "state"


def test_a_coarser_level_without_one_of_its_own_makes_no_nest() -> None:
    state = np.append(TOWNS // 12, [2, 2])
    columns = listings(state, np.append(TOWNS, [-2, -2]))
    assert nests(columns, looked_up(columns)) == {}


@pytest.mark.parametrize(("units", "rows"), [(None, 10), (np.array([0, 0, 0, 1]), 30)])
def test_donors_of_ten_persons_are_as_many_rows_as_ten_of_the_largest_have(units: np.ndarray | None, rows: int) -> None:
    assert rows_of_units(10, np.zeros(4, dtype=np.int64), units) == rows


def places(rng: np.random.Generator, rows: int = 4_000) -> Table:
    """In each state the first town is of the old, the others are of anybody."""
    town = rng.integers(0, 40, rows)
    age = np.where(town % 10 == 0, rng.normal(70, 4, rows), rng.normal(40, 8, rows)).round()
    frame = {
        "town": np.array([f"t{v:02d}" for v in town], dtype=object),
        "state": np.array([f"s{v // 10}" for v in town], dtype=object),
        "region": np.array([f"r{v // 20}" for v in town], dtype=object),
        "age": age,
    }
    kinds = {"town": Kind.CATEGORY, "state": Kind.CATEGORY, "region": Kind.CATEGORY, "age": Kind.INTEGER}
    return Table("t", tuple(Column(name, kind) for name, kind in kinds.items()), pd.DataFrame(frame))


def test_a_chain_holds_and_what_tells_towns_of_one_state_apart_is_kept(rng: np.random.Generator) -> None:
    table = places(rng)
    trees = Trees(k=10).fit(table, rng)
    assert isinstance(trees.targets_["town"], NestedTarget)
    drawn = trees.sample(4_000, rng)
    number = drawn["town"].str[1:].astype(int)
    assert (drawn["state"] == "s" + (number // 10).astype(str)).all()
    assert (drawn["region"] == "r" + (number // 20).astype(str)).all()
    old = number % 10 == 0
    assert drawn["age"][old].mean() > 60
    assert drawn["age"][~old].mean() < 45
    assert 0.07 < old.mean() < 0.13


def test_a_given_state_is_kept(rng: np.random.Generator) -> None:
    table = places(rng)
    trees = Trees(k=10).fit(table, rng, given=["state"])
    given = pd.DataFrame({"state": np.full(500, "s2", dtype=object)})
    drawn = trees.sample(500, rng, given)
    assert set(drawn["town"].str[1]) == {"2"}
    assert drawn["town"].nunique() == 10
    assert set(drawn["region"]) == {"r1"}


def test_donors_are_of_enough_persons(rng: np.random.Generator) -> None:
    table, units = places(rng, 2_000), np.arange(2_000) // 4
    trees = Trees(k=10).fit(table, rng, units=units)
    nested = trees.targets_["town"]
    assert isinstance(nested, NestedTarget)
    assert nested.least >= 40


def test_every_link_of_a_chain_is_nested_in_the_next(rng: np.random.Generator) -> None:
    town = rng.integers(0, 900, 9_000)
    values = {"town": town, "county": town // 15, "state": town // 30, "region": town // 300}
    frame = pd.DataFrame({n: np.array([f"{n[0]}{v:03d}" for v in at], dtype=object) for n, at in values.items()})
    trees = Trees(k=2).fit(Table("t", tuple(Column(n, Kind.CATEGORY) for n in values), frame), rng)
    parents = {n: step.nest.parent for n, step in trees.targets_.items() if isinstance(step, NestedTarget)}
    assert parents == {"town": "county", "county": "state", "state": "region"}
    assert next(iter(trees.targets_)) == "region"


def test_what_is_nested_draws_the_same_rows_from_a_file(rng: np.random.Generator) -> None:
    trees = Trees(k=10).fit(places(rng, 1_500), rng)
    writer = Writer()
    written = json.loads(json.dumps(writer.write(trees)))
    again = Reader(unpack(pack(writer.arrays))).read(written)
    one, other = (each.sample(300, np.random.default_rng(1)) for each in (trees, again))
    pd.testing.assert_frame_equal(one, other)
