"""Cells of k people, and how they are spelt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bins import axis
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import customers, texts

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.groups.axes import axis_of
from privsynth.groups.generalise import labels, partition, width_lost
from privsynth.groups.scales import Axis


def groups(axes: list[Axis], k: int, people: np.ndarray | None = None) -> pd.Series:
    rows = len(axes[0].codes)
    cells = partition(axes, np.arange(rows) if people is None else people, k)
    frame = pd.DataFrame({at: labels(a, at, cells) for at, a in enumerate(axes)}).astype(object)
    frame["who"] = np.arange(rows) if people is None else people
    return frame.fillna("missing").groupby(list(range(len(axes))))["who"].nunique()


def test_six_people_by_hand() -> None:
    """Two towns of three: k = 3 cuts between them and no further."""
    ages, towns = axis([20.0, 30.0, 40.0, 20.0, 30.0, 40.0], Kind.INTEGER), axis(["A", "A", "A", "B", "B", "B"])
    cells = partition([ages, towns], np.arange(6), 3)
    assert list(labels(ages, 0, cells)) == ["*"] * 6
    assert list(labels(towns, 1, cells)) == ["A"] * 3 + ["B"] * 3


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.integers(1, 60), st.integers(0, 99))
def test_every_combination_is_shared_by_k_people(k: int, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.integers(0, rows, rows)
    axes = [
        axis(list(np.where(rng.random(rows) < 0.1, np.nan, rng.integers(0, 30, rows))), Kind.INTEGER),
        axis(list(rng.choice(["x", "y", "z"], rows))),
    ]
    if len(set(people)) >= k:
        assert groups(axes, k, people).min() >= k


def test_a_person_of_many_rows_counts_once() -> None:
    people = np.repeat([0, 1, 2, 3], 10)
    assert len(groups([axis([1.0] * 20 + [2.0] * 20, Kind.INTEGER)], 3, people)) == 1
    assert len(groups([axis([1.0] * 20 + [2.0] * 20, Kind.INTEGER)], 2, people)) == 2


def test_loses_less_than_the_textbook_mondrian() -> None:
    table = customers(1_500)
    axes = [axis_of(table, name, 3) for name in ("sex", "town", "born")]
    cells = partition(axes, np.arange(1_500), 11)
    ours = _penalty(axes, [np.flatnonzero(cells.of_row == cell) for cell in range(len(cells))])
    assert ours < _penalty(axes, _textbook(axes, 11))


def test_adult_at_k_11_loses_less_than_the_textbook(material) -> None:
    frame = pd.read_csv(material / "tables" / "adult.train.csv.gz", dtype=str, keep_default_na=False)
    names = ["age", "sex", "race", "marital_status", "education", "native_country"]
    table = Table(
        "adult",
        tuple(Column(n, Kind.CATEGORY if n != "age" else Kind.INTEGER, role=Role.QUASI) for n in names),
        frame[names].assign(age=frame["age"].astype(float)),
    )
    axes = [axis_of(table, name, 3) for name in names]
    cells = partition(axes, np.arange(len(table)), 11)
    assert np.bincount(cells.of_row).min() >= 11
    assert _penalty(axes, [np.flatnonzero(cells.of_row == cell) for cell in range(len(cells))]) < 0.9 * _penalty(
        axes, _textbook(axes, 11)
    )


def _penalty(axes: list[Axis], cells: list[np.ndarray]) -> float:
    """Normalised certainty penalty (Xu et al. 2006): the mean span of a row's cell, as a share of the column's."""
    codes = np.column_stack([a.codes for a in axes])
    spans = np.array([max(len(a.place) - 1, 1) for a in axes])
    return sum(((codes[rows].max(0) - codes[rows].min(0)) / spans).mean() * len(rows) for rows in cells) / len(codes)


def _textbook(axes: list[Axis], k: int) -> list[np.ndarray]:
    """The widest column is cut at its median, the next widest where that leaves fewer than k."""
    codes = np.column_stack([a.codes for a in axes])
    spans = np.array([max(len(a.place) - 1, 1) for a in axes])
    done, waiting = [], [np.arange(len(codes))]
    while waiting:
        rows = waiting.pop()
        here = codes[rows]
        for at in np.argsort(-(here.max(0) - here.min(0)) / spans):
            left = here[:, at] <= np.sort(here[:, at])[(len(rows) - 1) // 2]
            if left.sum() >= k and (~left).sum() >= k:
                waiting += [rows[left], rows[~left]]
                break
        else:
            done.append(rows)
    return done


@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.DATE, Kind.CATEGORY])
def test_a_column_of_nothing_says_nothing(kind: Kind) -> None:
    nothing = {Kind.INTEGER: np.nan, Kind.DATE: np.datetime64("NaT"), Kind.CATEGORY: None}[kind]
    empty = axis([nothing] * 6, kind)
    cells = partition([empty], np.arange(6), 2)
    assert list(labels(empty, 0, cells)) == [None] * 6
    assert width_lost([empty], cells) == 0


def test_fewer_rows_than_k_are_one_cell() -> None:
    assert len(partition([axis([1.0, 2.0], Kind.INTEGER)], np.arange(2), 5)) == 1
    assert texts(["x"]).dtype == object


def test_without_a_column_all_rows_are_one_cell() -> None:
    cells = partition([], np.arange(9), 2)
    assert len(cells) == 1
    assert width_lost([], cells) == 0
