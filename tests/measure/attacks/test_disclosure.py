"""Secrets told: by a model that overfits, and by combinations that the draft repeats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from honest import honest, people, planted

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.disclosure import (
    Excess,
    Knowledge,
    combinations,
    disclosed,
    guessing,
    knowledge,
    largest_excess,
)

KNOWN = ["age", "sex", "town"]


def excess_of(known: Knowledge, **asked: Any) -> Excess | None:
    return largest_excess(list(guessing(known, **asked).items()))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_secrets_of_a_copy_are_told_better_than_those_of_others() -> None:
    train, control = people(1500, 1), people(1500, 2)
    known = knowledge(train, control, train, [*KNOWN, "debt", "joined"], rng())
    found = excess_of(known, sensitive="job", rng=rng())
    assert found is not None
    assert found.value > 0.3
    assert found.interval[0] > 0.25


def test_what_is_known_of_the_population_is_no_excess() -> None:
    train, control = people(1500, 11), people(1500, 12)
    known = knowledge(train, control, honest(1500, 13), KNOWN, rng())
    for secret in ("job", "income"):
        found = excess_of(known, sensitive=secret, rng=rng())
        assert found is not None
        assert found.interval[0] <= 0


def test_a_secret_memorised_as_a_function_of_the_known_columns_is_an_excess() -> None:
    train, control = people(1500, 1), people(1500, 2)
    made = planted(honest(1500, 3), train, np.arange(1500), columns=["age", "debt", "joined", "job"])
    known = knowledge(train, control, made, ["age", "debt", "joined"], rng())
    found = excess_of(known, sensitive="job", rng=rng())
    assert found is not None
    assert found.interval[0] > 0


def test_a_draft_of_one_secret_teaches_nothing() -> None:
    train = people(200, 1)
    made = honest(200, 3)
    same = Table(made.name, made.columns, made.frame.assign(job=pd.Series(["none"] * 200, dtype=object)))
    assert excess_of(knowledge(train, people(200, 2), same, KNOWN, rng()), sensitive="job", rng=rng()) is None


def small(town: list[str], ill: list[str]) -> Table:
    frame = pd.DataFrame({"town": pd.Series(town, dtype=object), "ill": pd.Series(ill, dtype=object)})
    return Table("t", (Column("town", Kind.CATEGORY), Column("ill", Kind.CATEGORY)), frame)


def test_disclosive_rows_and_replicated_uniques_by_hand() -> None:
    """In the draft a is always ill, b mixed, c well. Of the real rows both a's are ill (2 disclosed), c too (wrong)."""
    real = small(["a", "a", "b", "c", "d"], ["yes", "yes", "no", "yes", "no"])
    made = small(["a", "a", "b", "b", "c"], ["yes", "yes", "yes", "no", "no"])
    known = combinations(real, made, ["town"])
    assert known is not None
    found = disclosed(known, "ill")
    assert found.disco == pytest.approx(2 / 5)
    assert found.chance == pytest.approx(0.6**2 + 0.4**2)
    assert found.rep_u == pytest.approx(1 / 5)  # c alone is unique on both sides
