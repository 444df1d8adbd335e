"""Which one or two columns a column follows most, so that what belongs together is drawn together.

A network of Bayes, built greedily (Chow and Liu 1968; two parents as in PrivBayes, Zhang et al. 2017): the next column
is the one that the columns before it tell most about. What is told counts only where enough rows tell it, less what so
many shares would seem to tell by chance (Schwarz 1978).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.generate.rules.infer.coding import ColumnStates
from privsynth.typing import Array

ROWS = 50_000  # that are looked at
PARTNERS = 5  # the best columns alone that are tried in pairs
CELLS = 2_000_000  # combinations of states, at most
LEAST = 0.002  # of information (in nats) for which a column is worth a branch
MORE = 1.03  # times that a second column must tell more than one alone


@dataclass(frozen=True)
class Follower:
    """A column, the columns it follows, and what they tell of it: the share of its uncertainty."""

    name: str
    parents: tuple[str, ...] = ()
    share: float = 0.0


def followings(
    own: Mapping[str, ColumnStates],
    outside: Mapping[str, ColumnStates],
    needs: Mapping[str, Collection[str]],
    forced: Mapping[str, tuple[str, ...]],
    k: int,
) -> list[Follower]:
    """The columns in an order in which each follows earlier ones; `needs` must come before, `forced` are followed."""
    return _Greedy({**own, **outside}, needs, forced, k).run(list(own), list(outside))


def told_by(states: ColumnStates, parents: Sequence[ColumnStates], k: int) -> float:
    """What the parents tell of a column, in nats, less what chance would seem to tell."""
    cells = parents[0].codes.astype(np.int64)
    count = parents[0].count
    for parent in parents[1:]:
        cells, count = cells * parent.count + parent.codes, count * parent.count
    if count * states.count > CELLS:
        return 0.0
    return _told(states.codes, states.count, cells, count, k)


def _told(codes: Array, states: int, cells: Array, count: int, k: int) -> float:
    rows = len(codes)
    joint = np.bincount(cells * states + codes, minlength=count * states).reshape(count, states)
    joint = joint[joint.any(axis=1)]
    of_cell, shares = joint.sum(axis=1), joint.sum(axis=0) / rows
    kept = joint >= k
    rest = of_cell - np.where(kept, joint, 0).sum(axis=1)  # what too few share in a cell is told as one
    of_rest = 1 - (kept * shares).sum(axis=1)
    gain = _gain(joint, of_cell[:, None] * shares)[kept].sum() + _gain(rest, of_cell * of_rest).sum()
    parameters = np.maximum(kept.sum(axis=1) + (rest > 0) - 1, 0).sum() - (np.count_nonzero(shares) - 1)
    return float(gain / rows - max(0, parameters) * np.log(rows) / (2 * rows))


def _gain(there: Array, expected: Array) -> Array:
    """What is known of rows that are there, beside as many as chance would put there."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(there > 0, there * np.log(there / expected), 0.0))


def _uncertainty(states: ColumnStates) -> float:
    shares = np.bincount(states.codes) / len(states.codes)
    return float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())


class _Greedy:
    def __init__(
        self,
        states: Mapping[str, ColumnStates],
        needs: Mapping[str, Collection[str]],
        forced: Mapping[str, tuple[str, ...]],
        k: int,
    ) -> None:
        rows = len(next(iter(states.values())).codes) if states else 0
        every = slice(None, None, max(1, rows // ROWS))
        self.states = {name: _thinned(each, every) for name, each in states.items()}
        self.needs, self.forced = needs, forced
        self.k = max(2, round(k * min(1.0, ROWS / max(1, rows))))
        self.alone: dict[str, dict[str, float]] = {name: {} for name in states}
        self.best: dict[str, tuple[float, tuple[str, ...]]] = dict.fromkeys(states, (0.0, ()))

    def run(self, own: list[str], outside: list[str]) -> list[Follower]:
        left, placed = list(own), list[str]()
        for name in outside:
            self._tell(left, name)
        out = []
        while left:
            free = [name for name in left if self._is_free(name, left)]
            name = max(free, key=lambda name: (self._worth(name, left, placed or outside), -own.index(name)))
            left.remove(name)
            placed.append(name)
            out.append(self._following(name))
            self._tell(left, name)
        return out

    def _is_free(self, name: str, left: list[str]) -> bool:
        before = {*self.needs.get(name, ()), *self.forced.get(name, ())} - {name}
        return not before & set(left)

    def _worth(self, name: str, left: list[str], placed: Sequence[str]) -> float:
        """The first column is the one that tells most of all others; the next ones are those of which most is told."""
        if placed:
            return self.best[name][0]
        return sum(told_by(self.states[other], [self.states[name]], self.k) for other in left if other != name)

    def _following(self, name: str) -> Follower:
        told, parents = self.best[name]
        if name in self.forced:
            parents = self.forced[name]
            told = told_by(self.states[name], [self.states[parent] for parent in parents], self.k)
        whole = _uncertainty(self.states[name])
        return Follower(name, parents, min(1.0, max(0.0, told / whole)) if whole > 0 else 0.0)

    def _tell(self, left: list[str], placed: str) -> None:
        """What a column that has its place tells of those that have none, alone and beside the best others."""
        for name in left:
            states = self.states[name]
            told = told_by(states, [self.states[placed]], self.k)
            if told < LEAST:
                continue
            partners = sorted(self.alone[name], key=lambda other: -self.alone[name][other])[:PARTNERS]
            self.alone[name][placed] = told
            self._keep(name, told, (placed,))
            for other in partners:
                pair = (other, placed)
                both = told_by(states, [self.states[each] for each in pair], self.k)
                if both > MORE * max(told, self.alone[name][other]):
                    self._keep(name, both, pair)

    def _keep(self, name: str, told: float, parents: tuple[str, ...]) -> None:
        if told > self.best[name][0]:
            self.best[name] = (told, parents)


def _thinned(states: ColumnStates, every: slice) -> ColumnStates:
    return ColumnStates(states.name, states.codes[every], levels=states.levels, cuts=states.cuts, sql=states.sql)
