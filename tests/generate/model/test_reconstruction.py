"""Nobody is read out of a kept model: what can be put together from its numbers meets people inside as by chance."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reconstruct import beyond_chance, boxes_told, hits, pairs_told, rows_told

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.generate.model import Model
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.saved import files_of, model_of
from privsynth.generate.model.trees.engine import Trees
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Statistics, Taken

Array = np.ndarray[Any, Any]
AMOUNTS = [f"amount {at}" for at in range(6)]
ROWS = 2_000


def of_one_wealth(noise: float, rng: np.random.Generator) -> pd.DataFrame:
    """Six amounts to the cent: hardly any row is near another one in all of them."""
    wealth = rng.normal(10, 1, ROWS)
    return rounded([wealth + rng.normal(0, noise + at / 20, ROWS) for at in range(len(AMOUNTS))])


def bent(rng: np.random.Generator) -> pd.DataFrame:
    """The same, each as far from the middle as the one before, to one side: many leaves follow a bend."""
    logs = [rng.normal(10, 1, ROWS)]
    for _ in AMOUNTS[1:]:
        logs.append(10 + 2 * (np.abs(logs[-1] - 10) - 0.8) + rng.normal(0, 0.05, ROWS))
    return rounded(logs)


def rounded(logs: list[Array]) -> pd.DataFrame:
    return pd.DataFrame({name: np.round(np.exp(log), 2) for name, log in zip(AMOUNTS, logs, strict=True)})


KINDS = {"tight": partial(of_one_wealth, 0.1), "loose": partial(of_one_wealth, 0.8), "bent": bent}


def read_back(frame: pd.DataFrame) -> Trees:
    """The engine as it comes out of the files of a model that was fitted on these rows."""
    columns = tuple(Column(name, Kind.NUMBER, spelling=Spelling(decimals=2)) for name in frame)
    data = Dataset((Table("people", columns, frame),))
    model = Model(ModelOptions(), Policy().limits).fit(
        data, Statistics(tables={}, facts=(), taken=Taken()), np.random.default_rng(1)
    )
    engine = model_of(files_of(model), Taken()).engines_["people"]
    trees = engine.engine_ if isinstance(engine, Constrained) else engine
    assert isinstance(trees, Trees)
    return trees


@pytest.fixture(scope="module", params=list(KINDS))
def half(request: pytest.FixtureRequest) -> tuple[Trees, pd.DataFrame, pd.DataFrame]:
    """A kept model of some people, these people, and as many others like them."""
    rng = np.random.default_rng(8)
    inside, outside = KINDS[request.param](rng), KINDS[request.param](rng)
    return read_back(inside), inside, outside


def check_nobody(told: list[pd.DataFrame], inside: pd.DataFrame, outside: pd.DataFrame) -> None:
    found, by_chance = (sum(hits(rows, people) for rows in told) for people in (inside, outside))
    assert found <= by_chance + 4 * (by_chance + 1) ** 0.5
    assert max(beyond_chance(rows, inside, outside) for rows in told) < 4


def test_pairs_that_are_told_are_nobodys(half: tuple[Trees, pd.DataFrame, pd.DataFrame]) -> None:
    trees, inside, outside = half
    told = [pd.DataFrame(pairs, columns=[leader, name]) for name, (leader, pairs) in pairs_told(trees).items()]
    if told:
        check_nobody(told, inside, outside)


def test_rows_of_six_numbers_that_are_put_together_are_nobodys(half: tuple[Trees, pd.DataFrame, pd.DataFrame]) -> None:
    trees, inside, outside = half
    check_nobody([rows_told(trees)], inside, outside)


def test_the_way_to_a_leaf_and_what_it_tells_are_nobodys(half: tuple[Trees, pd.DataFrame, pd.DataFrame]) -> None:
    trees, inside, outside = half
    told = list(boxes_told(trees))
    assert max(len(rows.columns) for rows in told) == 6
    check_nobody(told, inside, outside)


def test_there_are_pairs_and_rows_to_put_together() -> None:
    trees = read_back(of_one_wealth(0.8, np.random.default_rng(3)))
    assert sum(len(pairs) for _, pairs in pairs_told(trees).values()) > 500
    assert list(rows_told(trees)) == AMOUNTS


def test_rows_that_were_kept_would_be_found(half: tuple[Trees, pd.DataFrame, pd.DataFrame]) -> None:
    """The same attack on what a model must not hold: rows to a quarter of a thousandth."""
    _, inside, outside = half
    leaked = inside.iloc[:300] * (1 + np.random.default_rng(2).uniform(-0.00025, 0.00025, (300, 6)))
    assert hits(leaked, inside) == 300
    assert hits(leaked, outside) == 0
    assert beyond_chance(leaked, inside, outside) > 15
