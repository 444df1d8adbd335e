"""Does the synthetic table tell secrets of people in the source that it cannot tell of others?

excess    a model trained on the synthetic table guesses the secret of training rows more often than that of others
DiSCO     real rows whose quasi-identifiers the synthetic table has, all with one secret: theirs (Raab et al. 2024)
repU      quasi-identifiers that are unique in the source and unique in the synthetic table (Raab et al. 2024)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.inference import guessed
from privsynth.measure.classical.groups import shared_groups
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.detection import features
from privsynth.measure.intervals import wilson
from privsynth.measure.samples import some_of
from privsynth.typing import Array

SIDE = 20_000  # most rows that teach, and most of each side that are attacked
CLASSES = 100  # most common answers that a model is taught
NEIGHBOURS = 1


@dataclass(frozen=True, kw_only=True)
class Excess:
    """How much better the secrets of training rows are guessed than those of others, by the better of two models."""

    model: str
    train: float  # share guessed right
    control: float
    of_train: int
    of_control: int
    tests: int = 1  # how many such differences are looked at together

    @property
    def value(self) -> float:
        return self.train - self.control

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the difference."""
        return self.bounds(0.025)

    def bounds(self, alpha: float) -> tuple[float, float]:
        """Of a difference of two shares, by Wilson's intervals of each (Newcombe 1998).

        On each side wrong in a share `alpha`, over all differences that are looked at.
        """
        from scipy.stats import norm

        z = float(norm.ppf(1 - alpha / self.tests))
        (low_one, high_one), (low_two, high_two) = (
            wilson(share * n, n, z) for share, n in ((self.train, self.of_train), (self.control, self.of_control))
        )
        low, high = (
            hypot(self.train - low_one, high_two - self.control),
            hypot(high_one - self.train, self.control - low_two),
        )
        return self.value - low, self.value + high


def attribute_excess(
    train: Table,
    control: Table,
    synthetic: Table,
    *,
    known_columns: Sequence[str],
    sensitive: str,
    rng: np.random.Generator,
    secrets: int = 1,
) -> Excess | None:
    """Two models learn the secret from the synthetic table: boosted trees and the nearest row. None: nothing to learn.

    `secrets` is how many secrets are tried in all: the interval is widened for them and for the models.
    """
    tables = [some_of(table, SIDE, rng) for table in (train, control, synthetic)]
    rows, categories = features(tables, known_columns)
    if not all(map(len, rows)):
        return None
    answers, number = _answers(tables, sensitive)
    tried = _guesses(rows, categories, answers[2], number, rng)
    by_model = [_excess(name, guesses, answers, number=number, tests=len(tried) * secrets) for name, guesses in tried]
    return max(by_model, key=lambda each: each.interval[0], default=None)


def _answers(tables: Sequence[Table], sensitive: str) -> tuple[list[Array], bool]:
    ends = np.cumsum([len(table) for table in tables])[:-1]
    if all(table.values(sensitive).dtype.kind in "fM" for table in tables):
        return [as_number(table.values(sensitive)) for table in tables], True
    return np.split(
        pd.factorize(np.concatenate([table.text(sensitive) for table in tables]), use_na_sentinel=False)[0], ends
    ), False


def _guesses(
    rows: list[Array], categories: list[bool], taught: Array, number: bool, rng: np.random.Generator
) -> list[tuple[str, list[Array]]]:
    usable = ~np.isnan(taught) if number else np.isin(taught, pd.Series(taught).value_counts().index[:CLASSES])
    if len(np.unique(taught[usable])) < 2:
        return []
    boosted = _boosted(categories, number, int(rng.integers(2**31)), rows[2][usable], taught[usable])
    closest = _closest(rows, categories, rows[2][usable], taught[usable])
    return [("boosted trees", [boosted.predict(side) for side in rows[:2]]), ("nearest row", closest)]


def _boosted(categories: list[bool], number: bool, seed: int, rows: Array, answers: Array) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    kind = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
    rounds = (
        60 if number else max(5, 120 // len(np.unique(answers)))
    )  # a classifier grows one tree for each class and round
    model = kind(
        max_iter=rounds,
        max_leaf_nodes=31,
        min_samples_leaf=5,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):
        return model.fit(rows, answers)


def _closest(rows: list[Array], categories: list[bool], among: Array, answers: Array) -> list[Array]:
    """The answer of the nearest synthetic row: numbers by their rank, categories equal or not."""
    from sklearn.neighbors import NearestNeighbors

    flat = _flat([*rows[:2], among], categories)
    finder = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(flat[2])
    return [answers[finder.kneighbors(side, return_distance=False)[:, 0]] for side in flat[:2]]


def _flat(sides: Sequence[Array], categories: list[bool]) -> list[Array]:
    """One axis for each number and for each of a category's common levels."""
    every = np.vstack(sides)
    columns = [
        part
        for column, category in zip(every.T, categories, strict=True)
        for part in (_levels(column) if category else [_ranks(column)])
    ]
    return np.split(np.column_stack(columns), np.cumsum([len(side) for side in sides])[:-1])


def _levels(column: Array) -> list[Array]:
    common = pd.Series(column).value_counts(dropna=False).index[:30]
    return [(np.isnan(column) if pd.isna(level) else column == level) * 0.5 for level in common]


def _ranks(column: Array) -> Array:
    return pd.Series(column).rank(pct=True).fillna(0.5).to_numpy()


def _excess(model: str, guesses: list[Array], answers: list[Array], *, number: bool, tests: int) -> Excess:
    right = [
        guessed(guess.astype(float) if number else guess, truth)
        for guess, truth in zip(guesses, answers[:2], strict=True)
    ]
    return Excess(
        model=model,
        train=float(right[0].mean()),
        control=float(right[1].mean()),
        of_train=len(right[0]),
        of_control=len(right[1]),
        tests=tests,
    )


@dataclass(frozen=True)
class Disclosed:
    """Shares of the real rows: disclosive ones, and what chance gives; replicated uniques."""

    disco: float
    chance: float  # of naming a secret right by its frequency
    rep_u: float


def disclosed(real: Table, synthetic: Table, known_columns: Sequence[str], sensitive: str) -> Disclosed | None:
    """Counted over combinations of the known columns, as texts. None where there is no row."""
    if not len(real) or not len(synthetic) or not known_columns:
        return None
    keys, secrets = shared_groups(real, synthetic, known_columns), shared_groups(real, synthetic, [sensitive])
    (real_keys, synthetic_keys), (real_secrets, synthetic_secrets) = keys, secrets
    size = int(max(part.max() for part in keys)) + 1
    pairs = pd.DataFrame({"key": synthetic_keys, "secret": synthetic_secrets}).drop_duplicates()
    only = pairs.groupby("key")["secret"].agg(["size", "first"])
    revealed = only[only["size"] == 1]["first"].reindex(np.arange(size)).to_numpy(dtype=float)
    real_count, synthetic_count = np.bincount(real_keys, minlength=size), np.bincount(synthetic_keys, minlength=size)
    shares = np.bincount(real_secrets) / len(real_secrets)
    return Disclosed(
        float((revealed[real_keys] == real_secrets).mean()),
        float((shares**2).sum()),
        float(((real_count == 1) & (synthetic_count == 1)).sum() / len(real)),
    )
