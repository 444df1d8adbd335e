"""The engine that tries the others: whom it takes, whom it leaves out, and what it says of it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import BackendError
from privsynth.generate.model import choose as engines
from privsynth.generate.model.choose import auto
from privsynth.generate.model.choose.auto import Auto, Candidate, Trial, best, candidates, foresee, planned
from privsynth.generate.model.engine import Size
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.recipe import TableRecipe
from privsynth.report.method import _flat
from privsynth.stages import Estimate

LIMITS = Policy().limits
AUTO = ModelOptions(engine="auto")


def people(rows: int, rng: np.random.Generator) -> Table:
    city = rng.choice(np.array(["north", "south", "west"], dtype=object), rows, p=[0.5, 0.3, 0.2])
    income = np.round(np.exp(rng.normal(7 + (city == "north"), 0.4)), 2)
    rent = np.round(income * rng.normal(0.3, 0.02, rows), 2)
    columns = (Column("city", Kind.CATEGORY), Column("income", Kind.NUMBER), Column("rent", Kind.NUMBER))
    return Table("people", columns, pd.DataFrame({"city": city, "income": income, "rent": rent}))


class Double:
    """An engine that does as it is told: copies, shuffles each column by itself, or refuses."""

    def __init__(self, how: str) -> None:
        self.how, self.notes, self.recipe = how, [], TableRecipe(engine=how, licence="ours")

    def fit(self, table: Table, rng: np.random.Generator, *, given: Any = (), units: Any = None) -> Self:
        if self.how == "refuse":
            raise BackendError("this engine makes single tables only.")
        self.table_, self.given_, self.units_ = table, tuple(given), units
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        frame = self.table_.frame.drop(columns=list(self.given_))
        if self.how == "copy":
            return frame.iloc[rng.integers(0, len(frame), rows)].reset_index(drop=True)
        drawn = {name: frame[name].to_numpy()[rng.integers(0, len(frame), rows)] for name in frame}
        return pd.DataFrame(
            {
                name: values if values.dtype == object else np.round(values * rng.normal(1, 0.05, rows), 2)
                for name, values in drawn.items()
            }
        )


def with_doubles(monkeypatch: pytest.MonkeyPatch, **how: str) -> list[Double]:
    """Doubles for all engines that are named, in that order; they cost a second each. Those made are returned."""
    made: list[Double] = []

    def engine_for(options: ModelOptions, **_: Any) -> Double:
        made.append(Double(how[options.engine]))
        return made[-1]

    field = [Candidate(name, ModelOptions(engine=name)) for name in how]  # type: ignore[arg-type]
    monkeypatch.setattr(engines, "engine_for", engine_for)
    monkeypatch.setattr(auto, "candidates", lambda _: field)
    monkeypatch.setattr(auto, "estimate", lambda *_: Estimate(1.0, 1))
    return made


def fitted(table: Table, seed: int = 0, **more: Any) -> Auto:
    return Auto(AUTO, k=10, limits=LIMITS).fit(table, np.random.default_rng(seed), **more)


def test_an_engine_that_copies_is_out_however_faithful_it_is(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_doubles(monkeypatch, copula="copy", tvae="shuffle")
    chosen = fitted(people(1500, rng))
    assert chosen.recipe.details["chosen"] == "tvae"
    copied, shuffled = chosen.tried_
    assert copied.score is not None
    assert shuffled.score is not None
    assert copied.score > shuffled.score
    assert "copies rows beyond chance" in str(copied)


def test_an_engine_that_refuses_is_out_with_its_own_reason(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_doubles(monkeypatch, copula="refuse", tvae="shuffle")
    chosen = fitted(people(800, rng))
    assert chosen.recipe.details["chosen"] == "tvae"
    assert chosen.recipe.details["tried"]["copula"] == "not tried: this engine makes single tables only"  # type: ignore[index]


def test_trials_see_a_part_by_unit_and_the_last_fit_sees_all(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = with_doubles(monkeypatch, tvae="shuffle")
    table, units = people(1200, rng), np.repeat(np.arange(400), 3)
    chosen = fitted(table, units=units, given=["city"])
    trial, last = made
    assert len(last.table_) == 1200
    assert len(trial.table_) == 840  # 280 of 400 people, three rows each
    assert np.bincount(trial.units_).tolist() == [3] * 280
    assert list(chosen.sample(5, rng, table.frame[["city"]][:5])) == ["income", "rent"]


def test_trees_win_over_rows_whose_columns_have_nothing_to_do_with_each_other(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engines.engine_for
    with_doubles(monkeypatch, tvae="shuffle", trees="trees")
    monkeypatch.setattr(
        engines,
        "engine_for",
        lambda options, **more: Double("shuffle") if options.engine == "tvae" else real(options, **more),
    )
    chosen = fitted(people(1500, rng))
    assert chosen.recipe.details["chosen"] == "trees"
    assert chosen.recipe.engine == "auto"
    assert chosen.recipe.licence == "Apache-2.0"
    assert "trees scored" in chosen.notes[0]


def test_the_same_seed_chooses_and_makes_the_same(rng: np.random.Generator) -> None:
    table, options = people(600, rng), ModelOptions(engine="auto", no_busl=True)
    one, two = (Auto(options, k=10, limits=LIMITS).fit(table, np.random.default_rng(3)) for _ in range(2))
    assert [(trial.candidate.name, trial.score) for trial in one.tried_] == [
        (trial.candidate.name, trial.score) for trial in two.tried_
    ]
    pd.testing.assert_frame_equal(one.sample(300, np.random.default_rng(1)), two.sample(300, np.random.default_rng(1)))


def test_too_few_rows_to_compare_are_learnt_by_the_default(rng: np.random.Generator) -> None:
    chosen = fitted(people(150, rng))
    assert chosen.recipe.details["chosen"] == "trees"
    assert "nothing could be compared" in chosen.notes[0]
    assert all(trial.score is None for trial in chosen.tried_)


def test_a_tie_goes_to_the_earlier_and_a_lead_to_the_better() -> None:
    first, second, third = (
        Trial(candidate=Candidate(name, AUTO), score=score)
        for name, score in (("trees", 0.900), ("copula", 0.904), ("tvae", 0.500))
    )
    assert best([first, second, third]) is first
    better = Trial(candidate=Candidate("ctgan", AUTO), score=0.906)
    assert best([first, second, better]) is second
    assert best([Trial(candidate=Candidate("trees", AUTO), score=0.99, is_out=True, why_not="it copies")]) is None


def test_what_does_not_fit_the_budget_is_skipped_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"trees": 2.0, "copula": 10.0, "tvae": 100.0, "ctgan": 1000.0}
    monkeypatch.setattr(auto, "estimate", lambda size, options: Estimate(seconds[options.engine], 10))
    monkeypatch.setattr(auto, "memory_left", lambda: 100)
    plan = {candidate.name: why_not for candidate, _, why_not in planned(candidates(AUTO), Size(1000, 5), 60)}
    assert [name for name, why_not in plan.items() if not why_not] == [
        "trees",
        "trees, min_leaf 50",
        "trees, min_leaf 100",
        "copula",
    ]
    assert plan["ctgan"].startswith("it needs about 33 min; 44 s of 60 s were left")
    assert foresee(Size(1000, 5), ModelOptions(engine="auto", seconds=60)).seconds == pytest.approx(
        2 * 3 + 10 + 0.4 + 2
    )


def test_the_first_candidate_is_tried_on_any_budget_and_memory_is_minded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        auto, "estimate", lambda size, options: Estimate(500.0, 10 if options.engine == "trees" else 10**10)
    )
    monkeypatch.setattr(auto, "memory_left", lambda: 100)
    plan = [(candidate.name, why_not) for candidate, _, why_not in planned(candidates(AUTO), Size(1000, 5), 60)]
    assert plan[0] == ("trees", "")
    assert plan[1][1].startswith("it needs about 17 min")
    assert "it would need 10.0 GB of memory" in dict(plan)["copula"]


@pytest.mark.parametrize(("asked", "reason"), [({"min_leaf": 80}, "min_leaf"), ({"no_busl": True}, "licence")])
def test_what_others_cannot_keep_leaves_them_out(asked: dict[str, Any], reason: str) -> None:
    field = candidates(ModelOptions(engine="auto", **asked))
    assert {candidate.options.engine for candidate in field if not candidate.barred} == {"trees"}
    assert all(reason in candidate.barred for candidate in field if candidate.options.engine != "trees")
    assert {candidate.options.min_leaf for candidate in field if candidate.options.engine == "trees"} >= {
        asked.get("min_leaf")
    }


def test_the_report_says_in_words_who_was_tried(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    with_doubles(monkeypatch, copula="refuse", tvae="shuffle")
    lines = dict(_flat({"tables": {"people": fitted(people(600, rng)).recipe.record()}}))
    assert lines["people.chosen"] == "tvae"
    assert lines["people.tried.copula"].startswith("not tried")
    assert lines["people.tried.tvae"].startswith("score 0.")
    assert "on rows that it had not seen" in lines["people.why"]
