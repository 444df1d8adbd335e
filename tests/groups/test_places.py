"""The grid of places: enough people in each cell, nothing of those who are alone, and points no nearer than chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.groups.places import NOWHERE, PlaceGrid, place_grid
from privsynth.typing import Array

K = 10
FIVE = (5, 5)


def clusters(rng: np.random.Generator, rows: int) -> Array:
    centres, spread = rng.uniform([35, -10], [60, 30], (8, 2)), rng.lognormal(-2, 1, 8)
    at = rng.integers(0, 8, rows)
    return np.round(centres[at] + rng.normal(size=(rows, 2)) * spread[at][:, None], 5)


def grid_of(points: Array, units: Array | None = None, *, decimals: tuple[int, int] = FIVE) -> PlaceGrid:
    grid = place_grid(points[:, 0], points[:, 1], k=K, decimals=decimals, units=units)
    assert grid is not None
    return grid


def nearest(points: Array, to: Array) -> Array:
    return np.array([np.sqrt(np.square(to - point).sum(axis=1)).min() for point in points])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 400), st.integers(1, 4))
def test_each_cell_holds_k_people(seed: int, rows: int, visits: int) -> None:
    rng = np.random.default_rng(seed)
    points, units = clusters(rng, rows), rng.integers(0, rows // visits, rows)
    if (grid := place_grid(points[:, 0], points[:, 1], k=K, decimals=FIVE, units=units)) is None:
        assert len(np.unique(units)) < K
        return
    for low, high in zip(grid.low, grid.high, strict=True):
        inside = ((points >= low) & (points <= high)).all(axis=1)
        assert len(np.unique(units[inside])) >= K


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 400))
def test_a_point_is_drawn_inside_its_cell(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    points = clusters(rng, rows)
    grid = grid_of(points)
    cells = grid.cells_of(points[:, 0], points[:, 1])
    drawn = np.stack(grid.drawn(cells, rng), axis=1)
    assert (cells >= 0).all()
    assert (drawn >= grid.low[cells] - 1e-5).all()
    assert (drawn <= grid.high[cells] + 1e-5).all()


def test_few_people_far_from_all_others_are_nowhere_on_the_map(rng: np.random.Generator) -> None:
    points = np.concatenate([rng.normal([48, 11], 0.2, (600, 2)), [[10.0, 100.0], [10.1, 100.1], [-40.0, -70.0]]])
    grid = grid_of(points)
    drawn = np.stack(grid.drawn(grid.cells_of(points[:, 0], points[:, 1]), rng), axis=1)
    assert grid.people >= 3
    assert nearest(points[600:], drawn).min() > 20


def test_points_are_no_nearer_to_real_ones_than_those_of_a_fresh_sample(rng: np.random.Generator) -> None:
    real, fresh = rng.uniform(40, 44, (1_500, 2)), rng.uniform(40, 44, (1_500, 2))
    grid = grid_of(real)
    drawn = np.stack(grid.drawn(grid.cells_of(real[:, 0], real[:, 1]), rng), axis=1)
    ratio = np.quantile(nearest(drawn, real), [0.01, 0.05, 0.5]) / np.quantile(nearest(fresh, real), [0.01, 0.05, 0.5])
    assert (ratio > 0.75).all()


@pytest.mark.parametrize(("people", "comes_out"), [(K, True), (K - 1, False)])
def test_a_point_comes_out_as_it_is_only_if_k_people_share_it(
    rng: np.random.Generator, people: int, comes_out: bool
) -> None:
    centre = np.tile([[48.13743, 11.57549]], (people, 1))
    points = np.concatenate([centre, rng.uniform([47, 10], [49, 13], (400, 2))])
    grid = grid_of(points)
    cells = grid.cells_of(points[:people, 0], points[:people, 1])
    drawn = np.stack(grid.drawn(np.repeat(cells, 20), rng), axis=1)
    assert grid.spots == comes_out
    assert bool((drawn == centre[0]).all(axis=1).any()) == comes_out


def test_visits_of_one_person_make_no_place(rng: np.random.Generator) -> None:
    points = np.concatenate([np.tile([[48.13743, 11.57549]], (50, 1)), rng.uniform([40, 0], [42, 3], (200, 2))])
    grid = grid_of(points, np.concatenate([np.zeros(50), np.arange(1, 201)]))
    assert grid.spots == 0
    assert grid.high[:, 0].max() < 45


def test_a_missing_place_stays_missing(rng: np.random.Generator) -> None:
    points = clusters(rng, 100)
    points[3, 0], points[4] = np.nan, np.nan
    grid = grid_of(points)
    cells = grid.cells_of(points[:, 0], points[:, 1])
    latitude, longitude = grid.drawn(cells, rng)
    assert np.flatnonzero(cells == NOWHERE).tolist() == [3, 4]
    assert np.flatnonzero(np.isnan(latitude)).tolist() == np.flatnonzero(np.isnan(longitude)).tolist() == [3, 4]


def test_fewer_than_k_people_have_no_grid(rng: np.random.Generator) -> None:
    points = clusters(rng, K - 1)
    assert place_grid(points[:, 0], points[:, 1], k=K, decimals=FIVE) is None
    assert place_grid(np.zeros(0), np.zeros(0), k=K, decimals=FIVE) is None
    assert place_grid(np.full(50, np.nan), np.full(50, np.nan), k=K, decimals=FIVE) is None


def test_those_beside_shared_points_only_count_to_the_nearest() -> None:
    points = np.array([[48.1, 11.5]] * 30 + [[50.2, 8.6]] * 30 + [[50.0, 8.5]] * 4)
    grid = grid_of(points, decimals=(1, 1))
    cells = grid.cells_of(points[:, 0], points[:, 1])
    assert (len(grid), grid.spots, grid.people) == (2, 2, 4)
    assert set(cells[60:]) == set(cells[30:60])


def test_a_dense_heap_among_few_others_is_cut_out_of_a_large_cell(rng: np.random.Generator) -> None:
    points = np.concatenate([rng.normal([50, 10], 0.001, (300, 2)), rng.uniform([40, 0], [60, 20], (60, 2))])
    grid = grid_of(points)
    drawn = np.stack(grid.drawn(grid.cells_of(points[:, 0], points[:, 1]), rng), axis=1)
    assert (np.abs(drawn - [50, 10]).max(axis=1) < 0.01).sum() > 250


def test_cells_are_few_however_many_rows() -> None:
    rng = np.random.default_rng(1)
    assert len(grid_of(rng.uniform(0, 50, (60_000, 2)))) <= 4_096


def test_centres_of_countries_in_all_digits_of_a_float_end_in_cells(rng: np.random.Generator) -> None:
    """A side may shrink to nothing while the other is as wide as the world, and rounding must not divide nobody."""
    countries = np.stack([rng.integers(-40, 70, 90), rng.integers(-120, 150, 90)], axis=1) * 1.0
    countries[::3] /= 3.0
    points = np.round(countries[rng.permutation(np.repeat(np.arange(90), 12))[:700]], 15)
    grid = grid_of(points, decimals=(15, 15))
    assert (grid.cells_of(points[:, 0], points[:, 1]) >= 0).all()
    for low, high in zip(grid.low, grid.high, strict=True):
        assert ((points >= low) & (points <= high)).all(axis=1).sum() >= K
