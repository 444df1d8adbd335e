"""The fidelity floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import draft, honest, people, source, with_frame

from privsynth.dataset import Dataset, Kind, Table
from privsynth.gate.fidelity import Fidelity, _asked
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Finding

TRAIN, HOLDOUT = people(1200, 1), people(600, 2)
MODEL = Policy(backend="model")


def judged(made: Table, policy: Policy = MODEL, holdout: Table | None = HOLDOUT) -> list[Finding]:
    return Fidelity(policy).measure(draft(made), source(TRAIN, holdout))


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
    score, found = judged(honest(1000, 3))
    assert found.passed
    assert abs((found.measured or 0) - 1) < 0.05
    assert (score.measured, score.limit) != (None, found.limit)
    assert found.measured == pytest.approx((score.measured or 0) / (score.baseline or 1))
    assert "fresh real sample" in found.note


def test_noise_is_under_the_floor_and_the_worst_columns_are_named() -> None:
    _, found = judged(noise(1000))
    assert not found.passed
    assert "worst columns" in found.remedy


def test_a_higher_floor_is_stricter() -> None:
    _, found = judged(honest(1000, 3), MODEL.with_(limits={"fidelity_min": 1.0}))
    assert found.limit == 1.0


def test_without_a_hold_out_halves_of_the_source_are_the_measure() -> None:
    _, found = judged(honest(1000, 3), holdout=None)
    assert found.passed
    assert "one half of the source" in found.note


def test_a_generalised_column_of_a_mask_is_left_out() -> None:
    ages = pd.Series(["20-99"] * len(TRAIN), dtype=object)
    made = replace(
        TRAIN.with_columns(replace(TRAIN["age"], kind=Kind.CATEGORY)),
        frame=TRAIN.frame.assign(age=ages),
        origin=np.arange(len(TRAIN)),
    )
    _, found = judged(made, Policy(backend="mask"), holdout=None)
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
    assert said in _asked(people(train, 1), people(holdout, 2))
