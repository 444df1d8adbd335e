"""Do two halves of a person's record lead to the same synthetic row? (Giomi et al. 2023)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.attacks.attack import Attacked
from privsynth.measure.distance.gower import Space, nearest_rows, spaces
from privsynth.measure.samples import some_rows
from privsynth.typing import Array


def linkability(
    train: Table,
    control: Table,
    synthetic: Table,
    halves: tuple[Sequence[str], Sequence[str]],
    *,
    attacks: int,
    rng: np.random.Generator,
) -> Attacked:
    """Somebody holds two files on the same people, each with a half of the columns, and joins them over the draft.

    An attack on a person succeeds where the synthetic row nearest to one half is also the nearest to the other. Among
    equally near rows the attacker picks one by chance; what counts is how often that succeeds.
    """
    sides = [spaces((train, control, synthetic), half) for half in halves]
    drawn = [some_rows(len(table), attacks, rng) for table in (train, control)]
    won = [
        _links([side[at].take(rows) for side in sides], [side[2] for side in sides]) for at, rows in enumerate(drawn)
    ]
    return Attacked(
        won[0],
        len(drawn[0]),
        control_successes=won[1],
        control_attacks=len(drawn[1]),
        guesses=len(drawn[0]) / max(1, len(synthetic)),
    )


def _links(people: list[Space], synthetic: list[Space]) -> float:
    if not len(synthetic[0]):
        return 0.0
    won = 0.0
    for (_, left), (_, right) in zip(
        nearest_rows(people[0], synthetic[0]), nearest_rows(people[1], synthetic[1]), strict=True
    ):
        won += float((_counts(left & right) / (_counts(left) * _counts(right))).sum())
    return won


def _counts(mask: Array) -> Array:
    """How many of each row are true; row by row, numpy counts bits and does not add."""
    return np.array([np.count_nonzero(row) for row in mask])
