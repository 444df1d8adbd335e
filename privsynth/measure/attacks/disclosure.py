"""Does the synthetic table tell secrets of people in the source that it cannot tell of others?

excess    what is learnt from the synthetic table guesses the secret of training rows more often than that of others
DiSCO     real rows whose quasi-identifiers the synthetic table has, all with one secret: theirs (Raab et al. 2024)
repU      quasi-identifiers that are unique in the source and unique in the synthetic table (Raab et al. 2024)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.attacks.inference import guessed
from privsynth.measure.attacks.votes import Ballots, ballots, votes
from privsynth.measure.classical.groups import shared_groups
from privsynth.measure.distance.cells import distinct_rows
from privsynth.measure.distance.points import as_number, nearest_at, place
from privsynth.measure.fidelity.detection import features
from privsynth.measure.intervals import wilson
from privsynth.measure.samples import some_of, some_rows
from privsynth.typing import Array

SIDE = 20_000  # most rows that teach, and most of each side that are attacked
POLLED, VOTERS = 2_000, 10_000  # most people of each side whose secret is voted on, and most rows that vote
CLASSES = 100  # most common answers that a model is taught
TAUGHT = 100_000  # synthetic rows that teach trees, over all secrets
FEWEST_TAUGHT = 10_000  # and for each of them, however many there are


@dataclass(frozen=True, kw_only=True)
class Excess:
    """How much better the secrets of training rows are guessed than those of others, by the surest attacker."""

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


@dataclass(frozen=True, eq=False, kw_only=True)
class Knowledge:
    """What is known of everybody, made ready once for all secrets that are guessed from it."""

    train: Table = field(repr=False)
    control: Table = field(repr=False)
    synthetic: Table = field(repr=False)
    taught: Array = field(repr=False)  # the synthetic rows, as a classifier takes them
    categories: list[bool]
    asked: Sequence[Array] = field(repr=False)  # the people of either side, those of whom the same is known once
    which: Sequence[Array] = field(repr=False)  # of those each person is
    nearest: Sequence[Array] = field(repr=False)  # the synthetic row that is most like each of those
    polled: Sequence[Array] = field(repr=False)  # rows of the three tables that take part in a vote
    ballots: Sequence[Ballots] = field(repr=False)  # theirs

    @property
    def tables(self) -> tuple[Table, Table, Table]:
        return self.train, self.control, self.synthetic


def knowledge(
    train: Table, control: Table, synthetic: Table, known_columns: Sequence[str], rng: np.random.Generator
) -> Knowledge:
    """At most `SIDE` people of either side and as many synthetic rows, by these columns."""
    tables = [some_of(table, SIDE, rng) for table in (train, control, synthetic)]
    rows, categories = features(tables, known_columns)
    *people, targets = place(tables, known_columns)
    alike = [
        distinct_rows(np.hstack([seen, side.numbers, side.codes])) for seen, side in zip(rows[:2], people, strict=True)
    ]
    polled = [some_rows(len(table), most, rng) for table, most in zip(tables, (POLLED, POLLED, VOTERS), strict=True)]
    return Knowledge(
        train=tables[0],
        control=tables[1],
        synthetic=tables[2],
        taught=rows[2],
        categories=categories,
        asked=[seen[first] for seen, (first, _) in zip(rows, alike, strict=False)],
        which=[which for _, which in alike],
        nearest=[nearest_at(side.take(first), targets)[0] for side, (first, _) in zip(people, alike, strict=True)],
        polled=polled,
        ballots=ballots([table.take(some) for table, some in zip(tables, polled, strict=True)], known_columns),
    )


def guessing(known: Knowledge, *, sensitive: str, rng: np.random.Generator, secrets: int = 1) -> dict[str, Attacked]:
    """The secret is told from the synthetic table in three ways: by boosted trees, the nearest row, and a vote.

    In none where there is nothing to learn. Either side of real people may be empty.
    """
    if not len(known.synthetic):
        return {}
    answers, number = _answers(known.tables, sensitive)
    tried = _guesses(known, answers[2], number=number, rng=rng, taught=max(FEWEST_TAUGHT, TAUGHT // secrets))
    if not tried:
        return {}
    asked = [truth[rows] for truth, rows in zip(answers, known.polled, strict=True)]
    won = {model: _won(guesses, answers, number=number) for model, guesses in tried}
    return won | {"rarity-weighted votes": _won(_elected(known.ballots, asked[2]), asked, number=number)}


def largest_excess(tried: Sequence[tuple[str, Attacked]], *, secrets: int = 1) -> Excess | None:
    """The one that is surest, by the model that tells it.

    `secrets` is how many secrets are tried in all: the interval is widened for them and for the models.
    """
    by_model = [
        _excess(model, attacked, tests=len(tried) * secrets)
        for model, attacked in tried
        if attacked.attacks and attacked.control_attacks
    ]
    return max(by_model, key=lambda each: each.interval[0], default=None)


def _answers(tables: Sequence[Table], sensitive: str) -> tuple[list[Array], bool]:
    ends = np.cumsum([len(table) for table in tables])[:-1]
    if all(table.values(sensitive).dtype.kind in "fM" for table in tables):
        return [as_number(table.values(sensitive)) for table in tables], True
    return np.split(
        pd.factorize(np.concatenate([table.text(sensitive) for table in tables]), use_na_sentinel=False)[0], ends
    ), False


def _guesses(
    known: Knowledge, answers: Array, *, number: bool, rng: np.random.Generator, taught: int
) -> list[tuple[str, list[Array]]]:
    usable = np.flatnonzero(
        ~np.isnan(answers) if number else np.isin(answers, pd.Series(answers).value_counts().index[:CLASSES])
    )
    if len(np.unique(answers[usable])) < 2:
        return []
    some = usable[some_rows(len(usable), taught, rng)]
    boosted = _boosted(known.categories, number, int(rng.integers(2**31)), known.taught[some], answers[some])
    told = {
        "boosted trees": [boosted.predict(side) if len(side) else answers[:0] for side in known.asked],
        "nearest row": [answers[near] for near in known.nearest],
    }
    return [
        (model, [guess[which] for guess, which in zip(guesses, known.which, strict=True)])
        for model, guesses in told.items()
    ]


def _elected(polled: Sequence[Ballots], answers: Array) -> list[Array]:
    """What the synthetic rows elect for each person of either side."""
    values, chosen = np.unique(answers, return_inverse=True)
    return [values[votes(side, polled[2], chosen)] for side in polled[:2]]


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


def _won(guesses: list[Array], answers: list[Array], *, number: bool) -> Attacked:
    right = [
        guessed(guess.astype(float) if number else guess, truth)
        for guess, truth in zip(guesses, answers[:2], strict=True)
    ]
    won, lost = (int(side.sum()) for side in right)
    return Attacked(won, len(right[0]), control_successes=lost, control_attacks=len(right[1]))


def _excess(model: str, attacked: Attacked, *, tests: int) -> Excess:
    return Excess(
        model=model,
        train=attacked.successes / attacked.attacks,
        control=attacked.control_successes / attacked.control_attacks,
        of_train=attacked.attacks,
        of_control=attacked.control_attacks,
        tests=tests,
    )


@dataclass(frozen=True)
class Disclosed:
    """Shares of the real rows: disclosive ones, and what chance gives; replicated uniques."""

    disco: float
    chance: float  # of naming a secret right by its frequency
    rep_u: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Combinations:
    """Which combination of the known columns each row holds, numbered alike in both tables."""

    real: Table = field(repr=False)
    synthetic: Table = field(repr=False)
    real_keys: Array = field(repr=False)
    synthetic_keys: Array = field(repr=False)

    @property
    def size(self) -> int:
        return int(max(self.real_keys.max(), self.synthetic_keys.max())) + 1

    def unique_in_both(self) -> float:
        """The share of the real rows that are alone in the source and in the synthetic table."""
        once = [np.bincount(keys, minlength=self.size) == 1 for keys in (self.real_keys, self.synthetic_keys)]
        return float((once[0] & once[1]).sum() / len(self.real))


def combinations(real: Table, synthetic: Table, known_columns: Sequence[str]) -> Combinations | None:
    """Counted as texts. None where there is no row."""
    if not len(real) or not len(synthetic) or not known_columns:
        return None
    keys = shared_groups(real, synthetic, known_columns)
    return Combinations(real=real, synthetic=synthetic, real_keys=keys[0], synthetic_keys=keys[1])


def disclosed(known: Combinations, sensitive: str) -> Disclosed:
    """Of one secret beside these combinations."""
    real_secrets, synthetic_secrets = shared_groups(known.real, known.synthetic, [sensitive])
    pairs = pd.DataFrame({"key": known.synthetic_keys, "secret": synthetic_secrets}).drop_duplicates()
    only = pairs.drop_duplicates("key", keep=False).set_index("key")["secret"]
    revealed = only.reindex(np.arange(known.size)).to_numpy(dtype=float)
    shares = np.bincount(real_secrets) / len(real_secrets)
    return Disclosed(
        float((revealed[known.real_keys] == real_secrets).mean()), float((shares**2).sum()), known.unique_in_both()
    )
