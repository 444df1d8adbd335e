"""How many rows belong together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.measure.fidelity.counts import rows_each
from privsynth.measure.fidelity.kept import Kept

EIGHT, FOUR = [8] * 40, [4] * 20 + [8] * 20


def visits(each: list[int], role: Role = Role.IDENTIFIER, person: str | None = "id") -> Dataset:
    who = np.repeat(np.arange(len(each)), each).astype(float)
    frame = pd.DataFrame({"id": who, "x": np.arange(len(who), dtype=float)})
    columns = (Column("id", Kind.INTEGER, role=role), Column("x", Kind.NUMBER))
    return Dataset((Table("visits", columns, frame, person=person),))


def compared(real: Dataset, synthetic: Dataset, name: str = "visits") -> list[Kept]:
    return list(rows_each(real, synthetic, name, np.random.default_rng(0)))


def test_how_many_rows_a_person_has_is_compared() -> None:
    """Half of the people have eight rows and half four, where all real ones have eight."""
    mean, each, lone = compared(visits(EIGHT), visits(FOUR))
    assert (each.where, each.kept, each.rows, lone.kept) == (("id",), 0.5, 40, 1.0)
    assert each.fresh == pytest.approx(
        1 - np.sqrt(2 / np.pi * 0.25 * 0.75 * 2 / 40)
    )  # two bins, a quarter and the rest
    assert (mean.kept, mean.words) == (0.75, "one id has 6.00 rows on average, in the real rows 8.00")
    assert [same.kept for same in compared(visits(EIGHT), visits(EIGHT))] == [1.0, 1.0, 1.0]


def test_an_identifier_that_repeats_is_a_unit_though_nobody_said_so() -> None:
    once = [1] * 300
    _, each, _ = compared(*(visits(n, person=None) for n in (EIGHT, once)))
    assert each.kept < 0.2
    assert compared(*(visits(n, Role.PLAIN, person=None) for n in (EIGHT, once))) == []


@pytest.mark.parametrize(("with_one", "kept"), [(40, 1.0), (0, 0.0)])
def test_parents_without_a_child_count(with_one: int, kept: float) -> None:
    """80 real parents of whom 40 have a child; 80 synthetic ones, of whom 40 have one, or none has fewer than one."""

    def family(parents: int, with_child: list[int]) -> Dataset:
        keys = np.arange(parents, dtype=float)
        lead = Table("mothers", (Column("id", Kind.INTEGER, role=Role.IDENTIFIER),), pd.DataFrame({"id": keys}))
        child = visits(with_child, person=None)["visits"]
        return Dataset((lead, child), (Relation("mothers", "id", "visits", "id"),))

    real, synthetic = family(80, [1] * 40), family(80, [1] * with_one + [2] * 80 * (not with_one))
    _, each, _ = compared(real, synthetic)
    assert each.kept == pytest.approx(kept, abs=0.01)


def test_people_who_are_split_are_noticed_by_those_with_one_row() -> None:
    """One person in ten had one row; of each ten others one row was given to somebody new."""
    real = [1] * 100 + [5] * 900
    split = [1] * 190 + [5] * 810 + [4] * 90
    of_real, of_split = compared(visits(real), visits(real[::-1])), compared(visits(real), visits(split))
    assert [kept.is_lost for kept in of_real] == [False] * 3
    assert of_split[2].is_lost
    assert of_split[2].words == "17 % of id have one row, in the real rows 10 %"
