"""Can what is known of a person be completed from the synthetic table? (Giomi et al. 2023)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.distance.gower import Space, nearest_pairs, spaces
from privsynth.measure.distance.points import as_number
from privsynth.measure.samples import some_rows
from privsynth.typing import Array

TOLERANCE = 0.05  # a number counts as guessed within this share of the guess
CLOSE = 1e-9  # wider than any rounding of where that share ends


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
    return look_up(train, control, synthetic, known_columns=known_columns, attacks=attacks, rng=rng).reads(sensitive)


@dataclass(frozen=True, eq=False)
class Found:
    """Which synthetic rows are nearest to each of some people, as groups of rows that are alike in what is known."""

    table: Table = field(repr=False)  # of the people attacked
    people: Array = field(repr=False)  # of each pair
    groups: Array = field(repr=False)

    def wins(self, truth: Array, offered: Array, group_of: Array) -> float:
        """How many people's secret is read, where each of their nearest rows is taken as likely."""
        if not len(offered):
            return 0.0
        distinct, ranks = np.unique(offered, return_inverse=True, equal_nan=True)
        first, last = _fitting(truth, distinct)
        width = len(distinct) + 1
        keys = np.sort(group_of * width + ranks)
        upto = [np.searchsorted(keys, self.groups * width + ends[self.people]) for ends in (first, last)]
        right = np.bincount(self.people, upto[1] - upto[0], minlength=len(truth))
        near = np.bincount(self.people, np.bincount(group_of)[self.groups], minlength=len(truth))
        return float((right / np.maximum(near, 1)).sum())


@dataclass(frozen=True, eq=False)
class LookUp:
    """People looked up by what is known of them: done once for all secrets that are read with the same knowledge."""

    train: Found
    control: Found
    synthetic: Table = field(repr=False)
    group_of: Array = field(repr=False)  # of each synthetic row

    def reads(self, sensitive: str) -> Attacked:
        """The secret of each person as it stands in the nearest rows."""
        truth, control, offered = _answers(self.train.table, self.control.table, self.synthetic, sensitive)
        return Attacked(
            self.train.wins(truth, offered, self.group_of),
            len(truth),
            control_successes=self.control.wins(control, offered, self.group_of),
            control_attacks=len(control),
            guesses=_by_chance(truth, offered),
        )


def look_up(
    train: Table,
    control: Table,
    synthetic: Table,
    *,
    known_columns: Sequence[str],
    attacks: int,
    rng: np.random.Generator,
) -> LookUp:
    """At most so many people of each side, by the known columns."""
    attacked = [table.take(some_rows(len(table), attacks, rng)) for table in (train, control)]
    *people, targets = spaces((*attacked, synthetic), known_columns)
    alike, group_of = targets.distinct()
    train_found, control_found = (
        Found(table, *_nearest(side, alike)) for table, side in zip(attacked, people, strict=True)
    )
    return LookUp(train_found, control_found, synthetic, group_of)


def _nearest(people: Space, targets: Space) -> tuple[Array, Array]:
    """Pairs of people and the groups nearest to them; who are alike are looked up once."""
    if not len(targets):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    alike, which = people.distinct()
    asked, near = nearest_pairs(alike, targets)
    first = np.searchsorted(asked, np.arange(len(alike) + 1))
    counts = np.diff(first)[which]
    starts = np.repeat(first[which] - np.cumsum(counts) + counts, counts)
    return np.repeat(np.arange(len(which)), counts), near[starts + np.arange(len(starts))]


def _answers(train: Table, control: Table, synthetic: Table, sensitive: str) -> list[Array]:
    """Numbers where the secret is one, else codes of the texts; missing is NaN, or a code of its own."""
    tables = (train, control, synthetic)
    if all(table.values(sensitive).dtype.kind in "fM" for table in tables):
        return [as_number(table.values(sensitive)) for table in tables]
    codes, _ = pd.factorize(np.concatenate([table.text(sensitive) for table in tables]), use_na_sentinel=False)
    return np.split(codes, np.cumsum([len(train), len(control)]))


def guessed(guess: Array, truth: Array) -> Array:
    """Where a guess is right: numbers nearly, all else exactly; missing is right for missing."""
    if truth.dtype.kind != "f":
        return np.asarray(guess == truth)
    near = np.abs(guess - truth) <= TOLERANCE * np.abs(guess)
    return np.asarray(near | (np.isnan(guess) & np.isnan(truth)))


def _fitting(truth: Array, distinct: Array) -> tuple[Array, Array]:
    """From which to before which of the sorted distinct answers each truth would be guessed right."""
    if truth.dtype.kind != "f":
        return np.searchsorted(distinct, truth), np.searchsorted(distinct, truth, side="right")
    low, high = np.sort([truth / (1 + TOLERANCE + CLOSE), truth / (1 - TOLERANCE - CLOSE)], axis=0)
    first, last = np.searchsorted(distinct, low), np.searchsorted(distinct, high, side="right")
    for _ in range(2):  # what this took in beyond the share
        first += (first < last) & ~guessed(distinct[np.minimum(first, len(distinct) - 1)], truth)
        last -= (first < last) & ~guessed(distinct[np.maximum(last - 1, 0)], truth)
    return first, last


def _by_chance(truth: Array, offered: Array) -> float:
    """Successes of somebody who names the secret of any synthetic row."""
    if not len(offered) or not len(truth):
        return 0.0
    distinct, counts = np.unique(offered, return_counts=True, equal_nan=True)
    first, last = _fitting(truth, distinct)
    upto = np.concatenate([[0], np.cumsum(counts)])
    return float((upto[last] - upto[first]).sum() / len(offered))
