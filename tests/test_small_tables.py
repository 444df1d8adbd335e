"""Tables too small for a hold-out: released by evidence from folds, or refused before anything is fitted."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from privsynth.api import synthesize
from privsynth.dataset import Dataset
from privsynth.describe.split import DRAWS, FOLDS, division
from privsynth.engines import EngineName
from privsynth.errors import ExitCode, PolicyError
from privsynth.policy import Policy
from privsynth.read.frames import read_frame
from privsynth.statistics import Statistics


def flowers(rows: int, seed: int = 1) -> pd.DataFrame:
    """Three kinds that differ in length and width."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, rows)
    length = np.round(rng.normal(4 + kind, 0.6), 2)
    names = np.array(["red", "white", "blue"])[kind]
    return pd.DataFrame({"length": length, "width": np.round(length / 2 + rng.normal(0, 0.3, rows), 2), "kind": names})


class Untouched:
    """A backend that must not be asked for anything."""

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        raise AssertionError("nothing may be fitted")

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        raise AssertionError("nothing may be drawn")


class Copier:
    """Gives back the rows that it was shown."""

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        self.rows = dataset
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        root = self.rows.root
        return self.rows.replace_tables(root.take(rng.integers(0, len(root), rows or len(root))))


class Uncopied(Copier):
    def __deepcopy__(self, memo: object) -> Self:
        raise TypeError("a secret")


def failed(outcome: Any) -> set[str]:
    return {finding.key for verdict in outcome.result.verdicts for finding in verdict.failures}


def test_an_honest_draft_of_160_rows_is_released_and_its_manifest_tells_of_folds() -> None:
    outcome = synthesize(flowers(160), seed=1)
    assert outcome.status == "released", failed(outcome)
    split = outcome.manifest["split"]
    assert (sum(split["holdout"].values()), sum(split["train"].values())) == (0, 160)
    assert split["folds"] == {"people": [160 // FOLDS] * FOLDS, "drafts": DRAWS}
    assert "folds" in outcome.report["method"]["control"]


def test_a_maker_that_gives_rows_back_is_refused_on_160_rows() -> None:
    assert {"equal", "near"} <= failed(synthesize(flowers(160), backend=Copier(), seed=1))


@pytest.mark.parametrize(("rows", "asked"), [(149, {}), (300, {"holdout": 0.2}), (60, {})])
def test_too_few_people_are_refused_before_anything_is_fitted(rows: int, asked: dict[str, Any]) -> None:
    outcome = synthesize(flowers(rows), backend=Untouched(), seed=1, **asked)
    assert outcome.result.exit_code is ExitCode.BLOCKED
    assert failed(outcome) == {"held_out"}
    assert outcome.result.reasons == ("gate 'copies' failed",)


def test_all_that_is_certain_to_refuse_is_named_at_once() -> None:
    outcome = synthesize(flowers(160), seed=1, profile="gdpr-strict")  # a thousand people, and runs that are counted
    assert failed(outcome) == {"held_out", "attempts"}
    assert any("state directory" in sentence for sentence in outcome.result.advice.by_hand)


def test_a_backend_that_cannot_be_copied_is_told_why_it_must_be() -> None:
    with pytest.raises(PolicyError, match="fitted once for each fold") as told:
        synthesize(flowers(160), backend=Uncopied(), seed=1)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("rows", "asked", "quick", "folds"),
    [(1_200, {}, True, FOLDS), (1_200, {}, False, 0), (1_200, {"holdout": 0.5}, True, 0), (1_500, {}, True, 0)],
)
def test_quick_engines_have_folds_where_a_hold_out_would_take_nearly_half_of_the_people(
    rows: int, asked: dict[str, Any], quick: bool, folds: int
) -> None:
    data, policy = read_frame(flowers(rows), Policy()), Policy(**asked)
    assert division(data, policy, is_quick=quick).folds == folds


@pytest.mark.parametrize("engine", ["trees", "copula"])
def test_whether_it_is_quick_stands_in_the_record_of_an_engine(engine: EngineName) -> None:
    assert Policy(backend={"kind": "model", "engine": engine}).is_quick == (engine == "trees")
