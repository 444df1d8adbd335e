"""Two columns of one kind: whether they say the same person or place of a row, or another one.

The teacher of a pupil is nobody else's name for the pupil, and the town of birth is not where somebody lives. How often
two columns agree beyond chance is learnt; where no row may be asked, they are two people's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.people.makers import Maker
from privsynth.people.writers import FirstName, Initials, LastName, Postcode, Region, Town, WholeName
from privsynth.pii.entities import Trait, has
from privsynth.spelling.normal import normal
from privsynth.typing import Array

OF_ONE = (WholeName, FirstName, LastName, Initials, Town, Postcode, Region)  # the same in all columns of a row
SAME = 0.05  # of the rows differ: the two columns say the same


def told_apart(makers: Sequence[Maker], texts: Mapping[str, Array]) -> tuple[Maker, ...]:
    """The makers; those of a second column of a kind know whose it is, and in which share of the rows."""
    kinds = dict.fromkeys(_kind(maker) for maker in makers if isinstance(maker.write, OF_ONE))
    others = {
        name: other
        for kind in kinds
        for name, other in _others([maker for maker in makers if _kind(maker) == kind], texts).items()
    }
    return tuple(
        replace(m, other=others[m.column.name][0], apart=others[m.column.name][1]) if m.column.name in others else m
        for m in makers
    )


def _kind(maker: Maker) -> tuple[str | None, bool]:
    return maker.entity, maker.steady


def _others(makers: Sequence[Maker], texts: Mapping[str, Array]) -> dict[str, tuple[int, float]]:
    """For each column but the row's own the number of the other one, and the share of the rows that are another's.

    The names that differ most are the row's own, as those of teachers come back; of places those that differ least.
    """
    sign = 1 if has(makers[0].entity, Trait.OF_A_PLACE) else -1
    own, *rest = sorted(makers, key=lambda maker: sign * maker.distinct)
    found = {own.column.name: (0, 0.0)}
    for number, maker in enumerate(rest, start=1):
        away = {name: _apart(texts[name], texts[maker.column.name]) for name in found}
        nearest = min(away, key=lambda name: away[name])
        same = away[nearest] <= SAME
        found[maker.column.name] = found[nearest] if same else (number, away[own.column.name])
    return {name: other for name, other in found.items() if other[0]}


def _apart(one: Array, two: Array) -> float:
    """The share of the rows that are of two, of whom some have the same value by chance; all, where none tells."""
    both = ~(pd.isna(one) | pd.isna(two))
    if not both.any():
        return 1.0
    codes, known = pd.factorize(np.concatenate([_normal(one[both]), _normal(two[both])]))
    left, right = np.split(codes, 2)
    shares = [np.bincount(side, minlength=len(known)) / len(side) for side in (left, right)]
    by_chance = float((shares[0] * shares[1]).sum())
    return min(1.0, float((left != right).mean()) / (1 - by_chance)) if by_chance < 1 else 0.0


def _normal(values: Array) -> Array:
    codes, distinct = pd.factorize(values)
    return np.array([normal(value) for value in distinct], dtype=object)[codes]
