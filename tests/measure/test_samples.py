"""Rows in a random order of their people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.measure.attacks.membership import caught_at, membership_scores
from privsynth.measure.samples import in_turn

PEOPLE = np.array([0, 1, 0, 2, 1, 2, 2, 3])


def test_rows_of_one_person_stand_together_in_turn() -> None:
    rows, turns = in_turn(PEOPLE, np.random.default_rng(0))
    assert sorted(rows) == list(range(8))
    assert list(turns) == sorted(turns)
    assert {int(person): len(set(turns[PEOPLE[rows] == person])) for person in range(4)} == {0: 1, 1: 1, 2: 1, 3: 1}


def test_where_each_row_is_a_person_the_order_is_that_of_a_permutation() -> None:
    rows, turns = in_turn(np.arange(50), np.random.default_rng(1))
    assert (rows == np.random.default_rng(1).permutation(50)).all()
    assert (turns == np.arange(50)).all()


def test_rows_of_a_single_person_are_taken_alone() -> None:
    _, turns = in_turn(np.zeros(6, dtype=int), np.random.default_rng(2))
    assert list(turns) == [0, 1, 2, 3, 4, 5]


def test_no_row_has_no_turn() -> None:
    rows, turns = in_turn(np.zeros(0, dtype=int), np.random.default_rng(3))
    assert (len(rows), len(turns)) == (0, 0)


def steady_people(count: int, rng: np.random.Generator) -> Table:
    """Eight rows for each person, who is much the same in all of them."""
    who = np.repeat(np.arange(count), 8)
    numbers = {name: rng.normal(size=count)[who] + rng.normal(0, 0.05, len(who)) for name in "abc"}
    columns = (Column("id", Kind.INTEGER, role=Role.IDENTIFIER), *(Column(name, Kind.NUMBER) for name in "abc"))
    return Table("t", columns, pd.DataFrame({"id": who.astype(float), **numbers}), person="id")


def test_held_out_people_are_no_strangers_to_themselves() -> None:
    """Were their rows cut in two, half of them would lie beside the attacker's strangers, and members would not."""
    train, control, made = (steady_people(100, np.random.default_rng(seed)) for seed in (1, 2, 3))
    by_person, by_row = (
        caught_at(membership_scores(train, side, made, ["a", "b", "c"], np.random.default_rng(0)), 0.01, isolated=False)
        for side in (control, replace(control, person=None))
    )
    assert by_person is not None
    assert by_row is not None
    assert by_person.lower < 0.05 < by_row.lower
