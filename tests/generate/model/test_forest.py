from __future__ import annotations

from typing import Any

import numpy as np
from behind import rows_behind

from privsynth.dataset import Column, Kind
from privsynth.generate.model.coding.codings import learn_coding
from privsynth.generate.model.trees.features import Aim
from privsynth.generate.model.trees.forest import Fold, Task, grow, spread
from privsynth.generate.model.trees.guide import ColumnsSoFar, best_penalty, normal, regress, share
from privsynth.generate.model.trees.shares import Shares
from privsynth.spelling import Spelling

Array = np.ndarray[Any, Any]


def made(**values: Array) -> ColumnsSoFar:
    state = ColumnsSoFar(
        {
            name: learn_coding(Column(name, Kind.NUMBER, spelling=Spelling(decimals=6)), column, 10)
            for name, column in values.items()
        }
    )
    state |= values
    return state


def levels_of(fold: Fold) -> Array:
    assert isinstance(fold.leaves, Shares)
    return fold.leaves.levels


def test_no_value_is_drawn_from_fewer_donors_than_asked(rng: np.random.Generator) -> None:
    state = made(x=rng.random(2000))
    aim = Aim(codes=(state["x"] > 0.5).astype(np.int64), size=2)
    task = Task(names=["x"], sizes={}, rows=np.arange(2000), aim=aim, gives=aim.codes, leaf=10, least=200, k=10)
    forest = grow(task, state, np.arange(2000) % 2, rng)
    assert all(rows_behind(fold.leaves).min() >= 200 for fold in forest.folds)


def test_donors_of_a_tree_are_rows_that_it_did_not_grow_on(rng: np.random.Generator) -> None:
    rows = np.arange(2000)
    task = Task(
        names=["x"], sizes={}, rows=rows, aim=Aim(numbers=rows[:, None] / 2000), gives=rows, leaf=20, least=10, k=10
    )
    forest = grow(task, made(x=rows / 2000), rows % 2, rng)
    assert [set(levels_of(fold) % 2) for fold in forest.folds] == [{1}, {0}]


def test_a_relation_is_learnt_and_noise_is_not(rng: np.random.Generator) -> None:
    state = made(x=rng.random(4000), noise=rng.random(4000))
    folds = np.arange(4000) % 2
    told = Task(
        names=["x", "noise"],
        sizes={},
        rows=np.arange(4000),
        aim=Aim(numbers=state["x"][:, None]),
        gives=state["x"],
        leaf=20,
        least=10,
        k=10,
        is_number=True,
    )
    drawn = grow(told, state, folds, rng).draw(state, np.arange(4000), rng)
    assert np.corrcoef(drawn, state["x"])[0, 1] > 0.95
    chance = Task(
        names=["noise"],
        sizes={},
        rows=np.arange(4000),
        aim=Aim(numbers=state["x"][:, None]),
        gives=state["x"],
        leaf=20,
        least=10,
        k=10,
        is_number=True,
    )
    assert all(fold.tree.node_count <= 5 for fold in grow(chance, state, folds, rng).folds)


def test_a_slope_inside_a_leaf_carries_a_tight_relation(rng: np.random.Generator) -> None:
    x = rng.random(1000)
    task = Task(
        names=["x"],
        sizes={},
        rows=np.arange(1000),
        aim=Aim(numbers=x[:, None]),
        gives=x,
        leaf=100,
        least=10,
        k=10,
        is_number=True,
        anchors=x,
    )
    drawn = grow(task, made(x=x), np.arange(1000) % 2, rng).draw(made(x=x), np.arange(1000), rng, x)
    assert np.abs(drawn - x).max() < 0.01


def test_donors_are_counted_by_unit(rng: np.random.Generator) -> None:
    units = np.arange(2000) // 20 * 2 + np.arange(2000) % 2  # ten rows each
    state = made(x=rng.random(2000))
    aim = Aim(numbers=state["x"][:, None])
    forest = grow(
        Task(names=["x"], sizes={}, rows=np.arange(2000), aim=aim, gives=units, leaf=20, least=15, k=10, units=units),
        state,
        units % 2,
        rng,
    )
    leaves = [fold.leaves for fold in forest.folds]
    assert min(some.count.min() for some in leaves) >= 15  # a level of each unit
    assert max(len(some.first) for some in leaves) > 3


def test_units_too_few_for_two_sides_give_together(rng: np.random.Generator) -> None:
    units = np.arange(400) % 12
    task = Task(
        names=["x"],
        sizes={},
        rows=np.arange(400),
        aim=Aim(numbers=rng.random(400)[:, None]),
        gives=units,
        leaf=20,
        least=10,
        k=10,
        units=units,
    )
    forest = grow(task, made(x=rng.random(400)), units % 2, rng)
    assert all(len(np.unique(levels_of(fold))) == 12 for fold in forest.folds)


def test_draws_spread_evenly_over_the_donors_of_a_group(rng: np.random.Generator) -> None:
    groups = rng.permutation(np.repeat([0, 1, 3], [40, 7, 1]))
    drawn = spread(groups, rng)
    assert ((drawn >= 0) & (drawn < 1)).all()
    assert np.bincount((drawn[groups == 0] * 20).astype(int), minlength=20).tolist() == [2] * 20
    assert (np.sort(drawn[groups == 1]) * 7).astype(int).tolist() == list(range(7))
    assert abs(np.corrcoef(np.arange(40), drawn[groups == 0])[0, 1]) < 0.5


def test_a_weighted_sum_of_many_columns_is_followed(rng: np.random.Generator) -> None:
    parts = {f"x{at}": rng.normal(size=1500) for at in range(12)}
    total = sum(parts.values()) / 12**0.5 + rng.normal(0, 0.1, 1500)
    place = (np.argsort(np.argsort(total)) + 0.5) / 1500
    task = Task(
        names=list(parts),
        sizes={},
        rows=np.arange(1500),
        aim=Aim(numbers=place[:, None]),
        gives=normal(place),
        leaf=20,
        least=10,
        k=10,
        is_number=True,
        score=normal(place),
    )
    forest = grow(task, made(**parts), np.arange(1500) % 2, rng)
    assert all(fold.beyond for fold in forest.folds)
    drawn = share(forest.draw(made(**parts), np.arange(1500), rng))
    assert np.corrcoef(drawn, place)[0, 1] > 0.97
    assert np.quantile(drawn, [0.1, 0.5, 0.9]).round(1).tolist() == [0.1, 0.5, 0.9]


def test_a_guide_is_left_out_where_it_tells_nothing(rng: np.random.Generator) -> None:
    place = rng.random(1000)
    state = made(noise=rng.random(1000))
    task = Task(
        names=["noise"],
        sizes={},
        rows=np.arange(1000),
        aim=Aim(numbers=place[:, None]),
        gives=place,
        leaf=20,
        least=10,
        k=10,
        is_number=True,
        score=normal(place),
    )
    assert all(fold.features.guide is None for fold in grow(task, state, np.arange(1000) % 2, rng).folds)


def test_the_penalty_grows_where_columns_tell_little(rng: np.random.Generator) -> None:
    table, weak = rng.normal(size=(120, 40)), rng.normal(size=(120, 1))
    assert best_penalty(table[:60], weak[:60], table[60:], weak[60:])[0] == 1.0
    exact = table[:, :1] * 2
    assert best_penalty(table[:60], exact[:60], table[60:], exact[60:])[0] == 0.001


def test_a_guide_of_classes_keeps_at_most_two_axes(rng: np.random.Generator) -> None:
    table = rng.normal(size=(3000, 3))
    codes = table.argmax(axis=1)
    said = regress(table, np.eye(3)[codes]).guide(0.01).says(table)
    assert said.shape == (3000, 2)
    assert max(np.corrcoef(said[:, 0], codes == level)[0, 1] ** 2 for level in range(3)) > 0.2


def test_scores_are_normal_and_missing_numbers_lie_in_the_middle(rng: np.random.Generator) -> None:
    values = np.exp(rng.normal(size=2000))
    values[:100] = np.nan
    score = made(x=values).score("x")
    assert (score[:100] == 0).all()
    assert abs(score[100:].mean()) < 0.02
    assert abs(score[100:].std() - 1) < 0.1
    np.testing.assert_allclose(share(normal(np.array([0.2, 0.7]))), [0.2, 0.7])
