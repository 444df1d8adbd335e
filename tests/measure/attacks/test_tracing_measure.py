"""Rank-1 tracing on a handful of rows, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.tracing import trace

REAL = Table(
    "t",
    (Column("age", Kind.INTEGER), Column("town", Kind.CATEGORY)),
    frame(age=[31, 33, 38, 52], town=["a", "a", "b", "b"]),
)
PEOPLE = np.arange(4)


def masked(age: list[str], town: list[str], origin: list[int]) -> Table:
    columns = (Column("age", Kind.CATEGORY), Column("town", Kind.CATEGORY))
    return Table("t", columns, frame(age=age, town=town), origin=np.array(origin))


def test_a_range_fits_everybody_whose_value_lies_in_it(rng: np.random.Generator) -> None:
    made = masked(["30-39", "30-39", "30-39", "50-59"], ["a", "a", "b", "b"], [0, 1, 2, 3])
    # candidates: {0, 1}, {0, 1}, {2}, {3}
    assert trace(REAL, made, ["age", "town"], PEOPLE, rng).share == pytest.approx((0.5 + 0.5 + 1 + 1) / 4)
    # by age alone: {0, 1, 2} three times, {3}
    assert trace(REAL, made, ["age"], PEOPLE, rng).share == pytest.approx((3 * (1 / 3) + 1) / 4)


def test_a_blanked_column_tells_only_who_was_blanked(rng: np.random.Generator) -> None:
    made = masked(["*", "*", "*", "*"], ["*", "*", "*", "*"], [3, 0, 2, 1])
    linked = trace(REAL, made, ["age", "town"], PEOPLE, rng)
    assert linked.share == pytest.approx(1 / 4)
    assert linked.guess == pytest.approx(1 / 4)


def test_unchanged_rows_lead_back_to_their_people(rng: np.random.Generator) -> None:
    made = replace(REAL.take(np.array([2, 0, 3, 1])), origin=np.array([2, 0, 3, 1]))
    assert trace(REAL, made, ["age", "town"], PEOPLE, rng).share == 1.0


def test_a_moved_number_leads_to_the_nearest_person(rng: np.random.Generator) -> None:
    made = replace(REAL, frame=frame(age=[32.4, 33.2, 40, 50], town=["a", "a", "b", "b"]), origin=PEOPLE)
    # 32.4 is nearer to 33 than to 31: the first attack misses
    assert trace(REAL, made, ["age"], PEOPLE, rng).share == pytest.approx(3 / 4)


def test_any_row_of_the_right_person_counts(rng: np.random.Generator) -> None:
    made = masked(["30-39", "30-39", "30-39", "50-59"], ["a", "a", "b", "b"], [0, 1, 2, 3])
    assert trace(REAL, made, ["age", "town"], np.array([0, 0, 1, 1]), rng).share == 1.0


def test_rows_without_an_origin_cannot_be_attacked(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="origin"):
        trace(REAL, REAL, ["age"], PEOPLE, rng)
