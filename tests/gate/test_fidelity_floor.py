"""The fidelity floor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source, with_frame

from privsynth.dataset import Dataset, Kind, Table
from privsynth.describe import facts_of
from privsynth.gate.fidelity import Fidelity, asked_rows
from privsynth.policy import Policy
from privsynth.source import Source, WholeSource
from privsynth.verdict import Finding

TRAIN, HOLDOUT = people(1200, 1), people(600, 2)
MODEL = Policy(backend="model")


def judged(made: Table, policy: Policy = MODEL, holdout: Table | None = HOLDOUT) -> list[Finding]:
    return Fidelity(policy).measure(draft(made), source(TRAIN, holdout))


def by_key(made: Table, policy: Policy = MODEL) -> dict[str, Finding]:
    return {finding.key: finding for finding in judged(made, policy, None)}


def with_values(name: str, values: Any, rows: int = 1200) -> Table:
    """An honest draft but for one column."""
    made = honest(rows, 3)
    return with_frame(made, made.frame.assign(**{name: pd.Series(values, dtype=made.frame[name].dtype)}))


def noise(rows: int) -> Table:
    """The right columns and kinds, and nothing of the source in them."""
    rng, made = np.random.default_rng(1), honest(rows)
    words = {
        name: pd.Series([f"x{n}" for n in rng.integers(0, 9, rows)], dtype=object)
        for name in ("sex", "town", "job", "member")
    }
    return with_frame(
        made, made.frame.assign(**words, age=rng.integers(500, 900, rows).astype(float), income=-1.0, debt=-1.0)
    )


def test_an_honest_draft_is_as_good_as_a_fresh_sample() -> None:
    score, found, *others = judged(honest(1000, 3))
    assert all(finding.passed for finding in others)
    assert found.passed
    assert abs((found.measured or 0) - 1) < 0.05
    assert (score.measured, score.limit) != (None, found.limit)
    assert found.measured == pytest.approx((score.measured or 0) / (score.baseline or 1))
    assert "fresh real sample" in found.note


def test_noise_is_under_the_floor_and_the_worst_columns_are_named() -> None:
    _, found, *_ = judged(noise(1000))
    assert not found.passed
    assert "worst columns" in found.remedy


def test_a_higher_floor_is_stricter() -> None:
    _, found, *_ = judged(honest(1000, 3), MODEL.with_(limits={"fidelity_min": 1.0}))
    assert found.limit == 1.0


def test_without_a_hold_out_halves_of_the_source_are_the_measure() -> None:
    _, found, *_ = judged(honest(1000, 3), holdout=None)
    assert found.passed
    assert "one half of the source" in found.note


def test_each_destroyed_column_blocks_by_its_name() -> None:
    """One level for all, values without a tie to the rest, one number, nothing at all."""
    rng = np.random.default_rng(5)
    rows = honest(1200, 3)
    income = rng.permutation(rows.values("income"))
    for name, values, keys in (
        ("job", ["job 1"] * 1200, {"levels", "columns"}),
        ("age", [40.0] * 1200, {"levels", "columns"}),
        ("income", income, {"relations"}),
        ("town", [None] * 1200, {"levels"}),
    ):
        found = by_key(with_values(name, values))
        failed = {key: finding for key, finding in found.items() if not finding.passed}
        assert keys <= set(failed), name
        assert all(name in failed[key].where for key in keys)


def test_a_column_goes_lost_where_the_policy_says_that_it_may() -> None:
    lost = MODEL.with_(tables={"people": {"columns": {"town": {"may_be_lost": True}}}})
    found = by_key(with_values("town", [None] * 1200), lost)
    assert found["levels"].passed
    assert found["columns"].passed
    assert "town came out empty" in found["levels"].note


def test_half_of_a_small_table_passes_beside_the_other_half() -> None:
    """75 rows a side: whatever strays by chance is no loss."""
    for seed in range(12):
        table = people(150, 100 + seed)
        real, made = table.take(np.arange(75)), table.take(np.arange(75, 150))
        found = Fidelity(MODEL).measure(draft(made), source(real, None))
        assert [finding.key for finding in found if not finding.passed] == []


def test_the_same_files_give_the_same_figures_whatever_was_held_out() -> None:
    table, made = people(900, 4), honest(900, 5)
    data = Dataset((table,))
    facts = facts_of(data)
    sources = [
        replace(
            source(table.take(rows), table.take(np.setdiff1d(np.arange(900), rows))), whole=WholeSource(data, facts)
        )
        for rows in (np.arange(600), np.arange(300, 900))
    ]
    one, other = (Fidelity(MODEL).measure(draft(made), each) for each in sources)
    assert [(f.key, f.measured, f.baseline) for f in one] == [(f.key, f.measured, f.baseline) for f in other]
    alone = Fidelity(MODEL).measure(draft(made), source(table, None))
    assert [(f.key, f.measured, f.note) for f in one] == [(f.key, f.measured, f.note) for f in alone]


def test_a_generalised_column_of_a_mask_is_left_out() -> None:
    ages = pd.Series(["20-99"] * len(TRAIN), dtype=object)
    made = replace(
        TRAIN.with_columns(replace(TRAIN["age"], kind=Kind.CATEGORY)),
        frame=TRAIN.frame.assign(age=ages),
        origin=np.arange(len(TRAIN)),
    )
    _, found, *_ = judged(made, Policy(backend="mask"), holdout=None)
    assert found.passed
    assert "age" not in found.where
    assert "age" in found.note


def test_what_cannot_be_measured_is_said() -> None:
    (empty,) = judged(honest(0))
    assert empty.measured is None
    assert "not measurable" in empty.note
    nothing = Dataset(())
    (unread,) = Fidelity(Policy(backend="rules")).measure(
        draft(honest(50)), Source(nothing, nothing, source(TRAIN, None).statistics)
    )
    assert unread.measured is None
    assert unread.passed


def test_a_draft_without_the_tables_of_its_source_is_not_faithful() -> None:
    (found,) = judged(replace(honest(50), name="other"))
    assert not found.passed


@pytest.mark.parametrize(
    ("train", "holdout", "said"),
    [(49, 50, "fewer than 50 training, 50 held out"), (50, 49, "50 training, fewer than 50 held out")],
)
def test_small_counts_of_real_rows_are_not_counted_out(train: int, holdout: int, said: str) -> None:
    """How many real rows meet a condition is a count of people."""
    assert said in asked_rows(train, holdout)


def test_how_much_chance_could_hide_is_said_and_grows_where_rows_are_few() -> None:
    few = {f.key: f for f in Fidelity(MODEL).measure(draft(honest(60, 3)), source(people(60, 1), None))}["chance"]
    many = by_key(honest(1200, 3))["chance"]
    assert few.limit is None
    assert 0 <= (many.measured or 0) < 0.5
    values = [int(found.note.split("how often values are ")[1].split(" %")[0]) for found in (few, many)]
    assert values[0] > 3 * values[1]
    assert "not judged, for want of rows or of anything to see: " in few.note
    assert "what a model learns" in few.note
    assert "what a model learns" in many.note.split("not judged")[0]
