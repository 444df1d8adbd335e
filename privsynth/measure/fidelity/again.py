"""Rows of one person say the same again: chance goes further among them than among as many rows of different people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array


def said_again(sides: ThreeSides, kept: Iterable[Kept]) -> Iterator[Kept]:
    """The same with the noise of rows that come by whole people (the design effect; Kish 1965)."""
    sizes = np.bincount(sides.real.people).astype(np.float64)
    others = float((sizes**2).sum() / sizes.sum()) - 1  # rows of the person of a random row, besides it
    alike = _alike(sides) if others > 0 else {}
    for each in kept:
        both = float(np.prod([alike.get(name, 0.0) for name in each.where]))
        yield replace(each, noise=each.noise * float(np.sqrt(1 + others * both)))


def _alike(sides: ThreeSides) -> Mapping[str, float]:
    """For each column how far two rows of one person agree in its bin, beyond chance."""
    order = np.argsort(sides.real.people, kind="stable")
    same = np.flatnonzero(np.diff(sides.real.people[order]) == 0)
    before, after = order[same], order[same + 1]
    return {name: _agreement(places[0], before, after) for name, (_, places) in sides.bins.items()}


def _agreement(places: Array, before: Array, after: Array) -> float:
    chance = float(((np.bincount(places) / len(places)) ** 2).sum())
    agreed = float((places[before] == places[after]).mean())
    return float(np.clip((agreed - chance) / (1 - chance), 0, 1)) if chance < 1 else 0.0
