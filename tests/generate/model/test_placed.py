"""Latitude and longitude come out of any engine as one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe import facts_of
from privsynth.generate.model import Model
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.engine import frame_of
from privsynth.generate.model.saved import files_of, model_of
from privsynth.generate.model.trees.engine import Trees
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.recipe import TableRecipe
from privsynth.spelling import Spelling
from privsynth.statistics import Fact, Statistics, Taken

K, ROWS = 10, 800
TOWNS = np.array([[48.1, 11.5], [52.5, 13.4], [50.9, 6.9]])
PLACE = Fact("place", table="t", columns=("lat", "lon"), share=1.0, words="lat and lon are one place")


class Independent:
    """An engine that draws each column by itself."""

    notes: Sequence[str] = ()
    recipe = TableRecipe(engine="independent")

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Any = None
    ) -> Independent:
        self.seen_ = {column.name: table.values(column.name) for column in table.columns}
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        return frame_of({name: values[rng.integers(0, len(values), rows)] for name, values in self.seen_.items()}, rows)


def towns(rng: np.random.Generator) -> Table:
    at = rng.integers(0, 3, ROWS)
    points = np.round(TOWNS[at] + rng.normal(size=(ROWS, 2)) * 0.05, 4)
    points[rng.random(ROWS) < 0.1] = np.nan
    points[0] = [-33.1234, 151.1234]
    rent = np.round(np.array([20.0, 15.0, 12.0])[at] + rng.normal(size=ROWS), 2)
    columns = (
        Column("lat", Kind.NUMBER, spelling=Spelling(decimals=4)),
        Column("rent", Kind.NUMBER, spelling=Spelling(decimals=2)),
        Column("lon", Kind.NUMBER, spelling=Spelling(decimals=4)),
    )
    return Table("t", columns, pd.DataFrame({"lat": points[:, 0], "rent": rent, "lon": points[:, 1]}))


def astray(frame: pd.DataFrame) -> float:
    """The share of points that lie near no town."""
    points = frame[["lat", "lon"]].dropna().to_numpy()
    away = np.sqrt(np.square(points[:, None] - TOWNS).sum(axis=2)).min(axis=1)
    return float((away > 0.5).mean())


def drawn(table: Table, make: Any, *, follows: bool) -> tuple[pd.DataFrame, Constrained]:
    facts = facts_of(Dataset((table,)))
    engine = Constrained(make, k=K, facts=facts, follows=follows).fit(table, np.random.default_rng(1))
    return engine.sample(ROWS, np.random.default_rng(2)), engine


def test_an_engine_that_knows_nothing_between_columns_still_puts_points_where_people_are(
    rng: np.random.Generator,
) -> None:
    table = towns(rng)
    bare = Independent().fit(table, rng).sample(ROWS, rng)
    placed, engine = drawn(table, Independent, follows=True)
    assert astray(bare) > 0.4
    assert astray(placed) < 0.03
    assert list(placed) == ["lat", "rent", "lon"]
    assert (placed["lat"].isna() == placed["lon"].isna()).all()
    assert 0.05 < placed["lat"].isna().mean() < 0.15
    assert engine.recipe.details["constraints"] == {"learnt as one place": ["lat and lon"]}


def test_trees_keep_what_depends_on_the_place(rng: np.random.Generator) -> None:
    table = towns(rng)
    synthetic, _ = drawn(table, lambda: Trees(k=K), follows=False)
    assert astray(synthetic) < 0.03
    near = np.abs(synthetic["lat"] - TOWNS[0, 0]) < 0.5
    assert abs(synthetic["rent"][near].mean() - 20) < 0.5


def test_points_are_written_to_the_decimals_of_their_columns_and_whoever_is_alone_is_not_told(
    rng: np.random.Generator,
) -> None:
    synthetic, engine = drawn(towns(rng), lambda: Trees(k=K), follows=False)
    points = synthetic[["lat", "lon"]].dropna().to_numpy()
    np.testing.assert_array_equal(points, np.round(points, 4))
    assert points[:, 0].min() > 0
    assert any("are one place, learnt as one of" in note and "fewer than 11 people" in note for note in engine.notes)


def test_a_place_that_is_given_is_not_learnt(rng: np.random.Generator) -> None:
    table = towns(rng)
    engine = Constrained(lambda: Trees(k=K), k=K, facts=[PLACE]).fit(table, rng, given=["lat"])
    given = pd.DataFrame({"lat": table.values("lat")})
    assert list(engine.sample(ROWS, rng, given)) == ["rent", "lon"]


def test_too_few_people_for_a_grid_are_learnt_as_before(rng: np.random.Generator) -> None:
    table = towns(rng)
    few = replace(table, frame=table.frame.iloc[: K - 1].reset_index(drop=True))
    engine = Constrained(lambda: Trees(k=K), k=K, facts=[PLACE]).fit(few, rng)
    assert engine.constraints_.places == ()
    assert list(engine.sample(5, rng)) == ["lat", "rent", "lon"]


def test_a_kept_model_draws_the_same_places(rng: np.random.Generator) -> None:
    dataset = Dataset((towns(rng),))
    facts = facts_of(dataset)
    statistics = Statistics({"t": {}}, Taken(), facts)
    model = Model(ModelOptions(), Policy().limits).fit(dataset, statistics, np.random.default_rng(1))
    again = model_of(files_of(model), Taken())
    one, other = (each.sample(50, np.random.default_rng(3))["t"].frame for each in (model, again))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_no_real_point_stands_in_what_is_learnt(rng: np.random.Generator) -> None:
    table = towns(rng)
    _, engine = drawn(table, lambda: Trees(k=K), follows=False)
    grid = engine.constraints_.places[0].grid
    learnt = {tuple(point) for corner in (grid.low, grid.high, grid.centres) for point in corner.tolist()}
    real = {tuple(point) for point in table.frame[["lat", "lon"]].to_numpy().tolist()}
    assert len(learnt) > 100
    assert not learnt & real
