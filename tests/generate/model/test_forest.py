from __future__ import annotations

import numpy as np

from privsynth.generate.model.features import Aim
from privsynth.generate.model.forest import Task, grow


def test_no_value_is_drawn_from_fewer_donors_than_asked(rng: np.random.Generator) -> None:
    state = {"x": rng.random(2000)}
    aim = Aim(codes=(state["x"] > 0.5).astype(np.int64), size=2)
    task = Task(["x"], {}, np.arange(2000), aim, aim.codes, leaf=10, least=200)
    forest = grow(task, state, np.arange(2000) % 2, rng)
    assert all(fold.leaves.count.min() >= 200 for fold in forest.folds)


def test_donors_of_a_tree_are_rows_that_it_did_not_grow_on(rng: np.random.Generator) -> None:
    rows = np.arange(2000)
    task = Task(["x"], {}, rows, Aim(numbers=rows[:, None] / 2000), rows, leaf=20, least=10)
    forest = grow(task, {"x": rows / 2000}, rows % 2, rng)
    assert [set(fold.leaves.donors % 2) for fold in forest.folds] == [{1}, {0}]


def test_a_relation_is_learnt_and_noise_is_not(rng: np.random.Generator) -> None:
    state = {"x": rng.random(4000), "noise": rng.random(4000)}
    folds = np.arange(4000) % 2
    told = Task(["x", "noise"], {}, np.arange(4000), Aim(numbers=state["x"][:, None]), state["x"], leaf=20, least=10, smooth=True)
    drawn = grow(told, state, folds, rng).draw(state, np.arange(4000), rng)
    assert np.corrcoef(drawn, state["x"])[0, 1] > 0.95
    chance = Task(["noise"], {}, np.arange(4000), Aim(numbers=state["x"][:, None]), state["x"], leaf=20, least=10)
    assert all(np.unique(fold.leaves.count).size <= 3 for fold in grow(chance, state, folds, rng).folds)


def test_a_slope_inside_a_leaf_carries_a_tight_relation(rng: np.random.Generator) -> None:
    x = rng.random(1000)
    task = Task(["x"], {}, np.arange(1000), Aim(numbers=x[:, None]), x, leaf=100, least=10, smooth=True, anchors=x)
    drawn = grow(task, {"x": x}, np.arange(1000) % 2, rng).draw({"x": x}, np.arange(1000), rng, x)
    assert np.abs(drawn - x).max() < 0.01


def test_donors_are_counted_by_unit(rng: np.random.Generator) -> None:
    units = np.arange(2000) // 20 * 2 + np.arange(2000) % 2  # ten rows each
    state = {"x": rng.random(2000)}
    aim = Aim(numbers=state["x"][:, None])
    forest = grow(Task(["x"], {}, np.arange(2000), aim, units, leaf=20, least=15, units=units), state, units % 2, rng)
    drawn = [fold.leaves for fold in forest.folds]
    assert min(len(np.unique(some.donors[f : f + c])) for some in drawn for f, c in zip(some.first, some.count, strict=True)) >= 15
    assert max(len(some.first) for some in drawn) > 3


def test_units_too_few_for_two_sides_give_together(rng: np.random.Generator) -> None:
    units = np.arange(400) % 12
    task = Task(["x"], {}, np.arange(400), Aim(numbers=rng.random(400)[:, None]), units, leaf=20, least=10, units=units)
    forest = grow(task, {"x": rng.random(400)}, units % 2, rng)
    assert all(len(np.unique(fold.leaves.donors)) == 12 for fold in forest.folds)
