"""Can a classifier tell synthetic rows from real ones? (classifier two-sample test, Lopez-Paz & Oquab 2017)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured
from privsynth.measure.samples import in_turn
from privsynth.typing import Array

SIDE = 10_000  # rows a side
FEWEST = 50
PLENTY, PARTS = 4_000, 5  # rows a side from which halves teach enough, and the parts of fewer rows
LEVELS = 200  # levels of a category that the classifier may tell apart


def features(tables: Sequence[Table], names: Sequence[str]) -> tuple[list[Array], list[bool]]:
    """Each table as a matrix of numbers, and which columns of it are categories."""
    measured = [is_measured(tables[0], tables[1:], name) for name in names]
    columns = [
        _numbers(tables, name) if number else _codes(tables, name) for name, number in zip(names, measured, strict=True)
    ]
    ends = np.cumsum([len(table) for table in tables])[:-1]
    return np.split(np.column_stack(columns), ends), [not number for number in measured]


def detection_auc(
    real: Table, other: Table, names: Sequence[str], rng: np.random.Generator, *, side: int = SIDE
) -> float | None:
    """Area under the ROC curve, learnt on some parts and tested on the one left out, each in turn; .5: none is told.

    The parts are of people: who was learnt is not recognised in the test. Where rows are few there are more parts, so
    that nearly all of them teach: on halves of them a classifier sees too little of what is there.

    None where a side has too few rows for the answer to mean anything.
    """
    size = min(len(real), len(other), side)
    if size < FEWEST or not names:
        return None
    sides = [table.take(in_turn(table.people, rng)[0][:size]) for table in (real, other)]
    matrices, categories = features(sides, names)
    tests, seed = np.array_split(np.arange(size), 2 if size >= PLENTY else PARTS), int(rng.integers(2**31))
    return float(np.mean([_auc(matrices, test, categories, seed) for test in tests]))


def deviation(auc: float, rows: int) -> float:
    """How far such an area strays by chance, of so many rows a side (Hanley and McNeil 1982)."""
    auc = max(auc, 1 - auc)
    both = auc * (1 - auc) + (rows - 1) * (auc / (2 - auc) + 2 * auc**2 / (1 + auc) - 2 * auc**2)
    return float(np.sqrt(both) / rows)


def _auc(sides: Sequence[Array], test: Array, categories: list[bool], seed: int) -> float:
    """Of the rows of one part, the same of either side, by what all others teach."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from threadpoolctl import threadpool_limits

    few = len(sides[0]) < PLENTY  # there it costs little to look more closely
    model = HistGradientBoostingClassifier(
        max_iter=60 if few else 40,
        max_leaf_nodes=31 if few else 15,
        learning_rate=0.15,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):  # on so few rows a second thread mostly waits, and burns its core while it does
        taught = [np.delete(rows, test, axis=0) for rows in sides]
        model.fit(without_void(np.vstack(taught)), _answers(*taught))
        scores = model.predict_proba(np.vstack([rows[test] for rows in sides]))[:, 1]
    return float(roc_auc_score(_answers(test, test), scores))


def without_void(rows: Array) -> Array:
    """The rows to learn from with zeros in columns that hold no value at all: trees cannot cut such a column."""
    return np.asarray(np.where(np.isnan(rows).all(axis=0), 0.0, rows))


def _answers(left: Array, right: Array) -> Array:
    return np.concatenate([np.zeros(len(left)), np.ones(len(right))])


def _numbers(tables: Sequence[Table], name: str) -> Array:
    return np.concatenate([as_number(table.values(name)) for table in tables])


def _codes(tables: Sequence[Table], name: str) -> Array:
    """The most common levels by their rank, the rest together, missing as missing."""
    words = pd.Series(np.concatenate([table.text(name) for table in tables]), dtype=object)
    ranks = pd.Index(words.value_counts().index).get_indexer(pd.Index(words))
    return np.where(pd.isna(words), np.nan, np.minimum(ranks, LEVELS))
