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
LEVELS = 200  # levels of a category that the classifier may tell apart


def features(tables: Sequence[Table], names: Sequence[str]) -> tuple[list[Array], list[bool]]:
    """Each table as a matrix of numbers, and which columns of it are categories."""
    measured = [is_measured(tables[0], tables[1:], name) for name in names]
    columns = [
        _numbers(tables, name) if number else _codes(tables, name) for name, number in zip(names, measured, strict=True)
    ]
    ends = np.cumsum([len(table) for table in tables])[:-1]
    return np.split(np.column_stack(columns), ends), [not number for number in measured]


def detection_auc(real: Table, other: Table, names: Sequence[str], rng: np.random.Generator) -> float | None:
    """Area under the ROC curve, learnt on one half and tested on the other, both ways; .5: cannot be told apart.

    The halves are of people: who was learnt is not recognised in the test.

    None where a side has too few rows for the answer to mean anything.
    """
    size = min(len(real), len(other), SIDE)
    if size < FEWEST or not names:
        return None
    sides = [table.take(in_turn(table.people, rng)[0][:size]) for table in (real, other)]
    (left, right), categories = features(sides, names)
    half, seed = size // 2, int(rng.integers(2**31))
    return (
        _auc(left[:half], right[:half], left[half:], right[half:], categories, seed)
        + _auc(left[half:], right[half:], left[:half], right[:half], categories, seed)
    ) / 2


def _auc(left: Array, right: Array, new_left: Array, new_right: Array, categories: list[bool], seed: int) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=40,
        max_leaf_nodes=15,
        learning_rate=0.15,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):  # on so few rows a second thread mostly waits, and burns its core while it does
        model.fit(without_void(np.vstack([left, right])), _answers(left, right))
        scores = model.predict_proba(np.vstack([new_left, new_right]))[:, 1]
    return float(roc_auc_score(_answers(new_left, new_right), scores))


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
