"""The order of the rows: told by a link to the source rows, or by cells that equal the source's at the same place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.order import _shifted, order_kept

WORD = (Column("word", Kind.CATEGORY),)


def words(rows: int, first: int = 0, role: Role = Role.PLAIN) -> Table:
    return Table("t", (replace(WORD[0], role=role),), frame(word=[f"w{first + n}" for n in range(rows)]))


@pytest.mark.parametrize(("train", "made", "is_told"), [(20, 20, True), (19, 20, False), (20, 19, False)])
def test_under_twenty_rows_an_order_says_nothing(train: int, made: int, is_told: bool) -> None:
    assert bool(order_kept(words(train), words(made))) is is_told


@pytest.mark.parametrize(("rows", "limit"), [(20, 1.0), (36, 1.0), (100, 0.6), (400, 0.3), (3_600, 0.1), (10_000, 0.1)])
def test_the_limit_of_a_linked_order_is_six_standard_deviations_and_no_less_than_a_tenth(
    rows: int, limit: float
) -> None:
    shuffled = np.random.default_rng(1).permutation(rows)
    for origin, correlation in ((np.arange(rows), 1.0), (np.arange(rows)[::-1], 1.0)):
        (found,) = order_kept(words(rows), replace(words(rows), origin=origin))
        assert found.measured == pytest.approx(correlation)
        assert found.limit == pytest.approx(limit)
        assert found.n == rows
    assert (order_kept(words(rows), replace(words(rows), origin=shuffled))[0].measured or 0) < limit


def test_cells_at_the_same_place_are_held_against_cells_at_other_places() -> None:
    (kept,) = order_kept(words(100), words(100))
    assert (kept.measured, kept.limit, kept.n, kept.passed) == (1.0, 0.02, 100, False)
    (moved,) = order_kept(words(100), words(100, first=1))
    assert (moved.measured, moved.passed) == (0.0, True)
    half = replace(words(100), frame=pd.concat([words(50).frame, words(50, first=900).frame], ignore_index=True))
    assert order_kept(words(100), half)[0].measured == pytest.approx(0.5)
    assert order_kept(words(100), words(30))[0].n == 30
    assert order_kept(words(30), words(100))[0].measured == 1.0


def test_few_levels_agree_by_chance_and_that_is_no_order() -> None:
    rng = np.random.default_rng(1)
    ours, theirs = (Table("t", WORD, frame(word=list(rng.choice(["a", "b"], 400)))) for _ in range(2))
    (found,) = order_kept(ours, theirs)
    assert found.passed
    assert (found.limit or 0) > 0.05


def test_invented_values_have_no_order() -> None:
    assert order_kept(words(50, role=Role.IDENTIFIER), words(50)) == []


def test_what_chance_gives_is_never_measured_at_the_same_place() -> None:
    cells = np.arange(20).reshape(-1, 1)
    assert not _shifted(cells, cells).any()


def test_equal_blocks_agree_at_the_same_place_and_that_is_no_order() -> None:
    rng = np.random.default_rng(4)
    days = np.tile(np.arange(40.0), 20)

    def panel() -> Table:
        columns = (Column("day", Kind.INTEGER), Column("weight", Kind.INTEGER))
        return Table("t", columns, frame(day=days, weight=np.round(rng.normal(70, 9, len(days)))))

    (found,) = order_kept(panel(), panel())
    assert found.passed
