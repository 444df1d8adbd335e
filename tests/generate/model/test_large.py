"""Tables of more rows than a tree looks at: bounded work, and the same promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from behind import rows_behind

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.trees import forest
from privsynth.generate.model.trees.engine import Trees
from privsynth.generate.model.trees.targets import NumberTarget
from privsynth.spelling import Spelling


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> Trees:
    monkeypatch.setattr(forest, "GROWN_ON", 900)
    monkeypatch.setattr(forest, "MANY", 500)
    monkeypatch.setattr(forest, "FILLED_FROM", 1_500)
    x = rng.normal(size=8_000).round(3)
    columns = tuple(Column(name, Kind.NUMBER, spelling=Spelling(decimals=3)) for name in ("x", "y"))
    table = Table("t", columns, pd.DataFrame({"x": x, "y": (x**2 + rng.normal(0, 0.1, 8_000)).round(3)}))
    return Trees(k=10).fit(table, rng)


def test_leaves_are_filled_from_so_many_rows_and_no_more(fitted: Trees) -> None:
    step = fitted.targets_["y"]
    assert isinstance(step, NumberTarget)
    assert step.rest is not None
    behind = [rows_behind(fold.leaves) for fold in step.rest.forest.folds]
    assert [rows[0] for rows in behind] == [1_500, 1_500]
    assert all(rows.min() >= 10 for rows in behind)


def test_the_relation_is_kept(fitted: Trees, rng: np.random.Generator) -> None:
    made = fitted.sample(4_000, rng)
    assert np.corrcoef(made["x"] ** 2, made["y"])[0, 1] > 0.9
    assert made["x"].nunique() > 1_000
