"""Can what is known of a person be completed from the synthetic table? (Giomi et al. 2023)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.distance.gower import Space, nearest_rows, spaces
from privsynth.measure.distance.points import as_number
from privsynth.measure.samples import some_rows
from privsynth.typing import Array

TOLERANCE = 0.05  # a number counts as guessed within this share of the guess


def inference(
    train: Table,
    control: Table,
    synthetic: Table,
    *,
    known_columns: Sequence[str],
    sensitive: str,
    attacks: int,
    rng: np.random.Generator,
) -> Attacked:
    """Look each person up by the known columns, and read the secret off the nearest synthetic row; ties share it."""
    places = spaces((train, control, synthetic), known_columns)
    answers = _answers(train, control, synthetic, sensitive)
    drawn = [some_rows(len(table), attacks, rng) for table in (train, control)]
    won = [_right(places[at].take(rows), places[2], answers[at][rows], answers[2]) for at, rows in enumerate(drawn)]
    return Attacked(
        won[0],
        len(drawn[0]),
        control_successes=won[1],
        control_attacks=len(drawn[1]),
        guesses=_by_chance(answers[0][drawn[0]], answers[2]),
    )


def _answers(train: Table, control: Table, synthetic: Table, sensitive: str) -> list[Array]:
    """Numbers where the secret is one, else codes of the texts; missing is NaN, or a code of its own."""
    tables = (train, control, synthetic)
    if all(table.values(sensitive).dtype.kind in "fM" for table in tables):
        return [as_number(table.values(sensitive)) for table in tables]
    codes, _ = pd.factorize(np.concatenate([table.text(sensitive) for table in tables]), use_na_sentinel=False)
    return np.split(codes, np.cumsum([len(train), len(control)]))


def _right(people: Space, synthetic: Space, truth: Array, offered: Array) -> float:
    if not len(synthetic):
        return 0.0
    won = 0.0
    for rows, near in nearest_rows(people, synthetic):
        right = near & guessed(offered[None, :], truth[rows, None])
        won += float((right.sum(axis=1) / near.sum(axis=1)).sum())
    return won


def guessed(guess: Array, truth: Array) -> Array:
    """Where a guess is right: numbers nearly, all else exactly; missing is right for missing."""
    if truth.dtype.kind != "f":
        return np.asarray(guess == truth)
    near = np.abs(guess - truth) <= TOLERANCE * np.abs(guess)
    return np.asarray(near | (np.isnan(guess) & np.isnan(truth)))


def _by_chance(truth: Array, offered: Array) -> float:
    """Successes of somebody who names the secret of any synthetic row."""
    if not len(offered) or not len(truth):
        return 0.0
    some = offered[: max(1, min(len(offered), 2**22 // len(truth)))]
    return float(guessed(some[None, :], truth[:, None]).mean(axis=1).sum())
