"""The column by which a leak is seen comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from honest import LEARNT, honest, people

from privsynth.dataset import Table
from privsynth.ways.carriers import carriers

TRAIN, HOLDOUT = people(600, 1), people(300, 2)


def with_copied(name: str) -> Table:
    """An honest draft in which one column, with the digits that only a person has, came out row by row."""
    made = honest(600)
    return replace(made, frame=made.frame.assign(**{name: TRAIN.frame[name].to_numpy()}))


@pytest.mark.parametrize("name", ["income", "debt"])
def test_a_column_that_was_copied_is_the_one_that_singles_out(name: str) -> None:
    assert carriers("singling_out", "one_column", (TRAIN, HOLDOUT, with_copied(name)), LEARNT)[0] == name


@pytest.mark.parametrize(
    ("gate", "key"),
    [
        ("copies", "equal"),
        ("copies", "agreement"),
        ("copies", "near"),
        ("copies", "isolated"),
        ("linkability", "linking"),
        ("membership", "x"),
    ],
)
def test_every_column_is_ranked_once_and_always_alike(gate: str, key: str) -> None:
    tables = (TRAIN, HOLDOUT, honest(600))
    found = carriers(gate, key, tables, LEARNT)
    assert sorted(found) == sorted(LEARNT)
    assert found == carriers(gate, key, tables, LEARNT)


def test_without_a_control_the_column_of_most_values_comes_first() -> None:
    nobody = HOLDOUT.take(np.array([], dtype=np.int64))
    assert carriers("membership", "x", (TRAIN, nobody, honest(600)), LEARNT)[0] == "income"
