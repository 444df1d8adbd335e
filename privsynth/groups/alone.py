"""Which parts of a cell may stand alone: enough people, enough different secrets, spread as in the whole table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from privsynth.measure.classical.diversity import BLOCK, STEPS, apart
from privsynth.typing import Array

ROUNDING = 1e-12
LOOKED_UP = 2**22  # keys in one list


@dataclass(frozen=True, eq=False, kw_only=True)
class Runs:
    """The bins of one axis that hold rows, part by part in order."""

    part: Array = field(repr=False)
    code: Array = field(repr=False)
    count: Array = field(repr=False)  # rows
    first: Array = field(repr=False)  # of each part
    last: Array = field(repr=False)
    of_row: Array = field(repr=False)  # part * bins + code of each row
    keys: Array = field(repr=False)  # the same of each run

    @classmethod
    def of(cls, part: Array, code: Array, bins: int, parts: int) -> Self:
        """Sorting numbers is the fastest way to count them in parts, and needs no table of all parts and bins."""
        of_row = part * bins + code
        ordered = np.sort(of_row)
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        keys = ordered[starts]
        first = np.searchsorted(keys, np.arange(parts) * bins)
        return cls(
            part=keys // bins,
            code=keys % bins,
            count=np.diff(np.append(starts, len(ordered))),
            first=first,
            last=np.append(first[1:], len(keys)) - 1,
            of_row=of_row,
            keys=keys,
        )

    def sums(self, numbers: Array) -> tuple[Array, Array]:
        """For each run: what lies up to it in its part, and in its whole part."""
        running = np.cumsum(numbers, axis=0)
        before = np.concatenate([np.zeros_like(running[:1]), running])[self.first]
        return running - before[self.part], (running[self.last] - before)[self.part]

    @cached_property
    def at(self) -> Array:
        """The run of each row: looked up where all keys fit in a list, which is several times faster than searching."""
        if len(self.keys) and int(self.keys[-1]) < LOOKED_UP:
            places = np.zeros(int(self.keys[-1]) + 1, dtype=np.int64)
            places[self.keys] = np.arange(len(self.keys))
            return np.asarray(places[self.of_row])
        return np.searchsorted(self.keys, self.of_row)


@dataclass(frozen=True, eq=False)
class Secret:
    """A sensitive column as numbers, as the gate reads it, and how it is spread over the whole table."""

    codes: Array = field(repr=False)
    spread: Array = field(repr=False)
    steps: Array = field(repr=False)  # codes as t-closeness tells them apart
    ordered: bool = False

    @classmethod
    def of(cls, codes: Array, *, ordered: bool) -> Self:
        steps = (
            codes * STEPS // (int(codes.max()) + 1) if ordered and len(codes) and int(codes.max()) >= STEPS else codes
        )
        return cls(codes, np.bincount(steps) / max(len(steps), 1), steps, ordered)

    def take(self, rows: Array) -> Self:
        return replace(self, codes=self.codes[rows], steps=self.steps[rows])


@dataclass(frozen=True, eq=False, kw_only=True)
class Protection:
    """Who stands behind the rows, and what each part must have: k people, l different secrets, distance at most t."""

    k: int
    rows: int
    people: Array | None = field(default=None, repr=False)  # None: each row is one
    secrets: tuple[Secret, ...] = ()
    l: int | None = None  # noqa: E741  its name everywhere
    t: float | None = None

    @classmethod
    def of(
        cls,
        people: Array,
        k: int,
        secrets: Sequence[Secret] = (),
        l: int | None = None,  # noqa: E741
        t: float | None = None,
    ) -> Self:
        distinct, codes = np.unique(people, return_inverse=True)
        several = len(distinct) < len(people)
        return cls(k=k, rows=len(people), people=codes.ravel() if several else None, secrets=tuple(secrets), l=l, t=t)

    def take(self, rows: Array) -> Protection:
        return replace(
            self,
            rows=len(rows),
            people=None if self.people is None else self.people[rows],
            secrets=tuple(secret.take(rows) for secret in self.secrets),
        )

    def sorted_by(self, part: Array) -> ProtectionByPart:
        """Ready to count in these parts; what is counted twice is sorted once."""
        return ProtectionByPart(
            self,
            None if self.people is None else Several.of(part, self.people),
            tuple(Several.of(part, secret.codes) for secret in self.secrets)
            if self.l is not None and self.l > 1
            else (),
        )


@dataclass(frozen=True, eq=False)
class Several:
    """The same person, or the same secret, in several rows of a part counts once."""

    order: Array = field(repr=False)
    starts: Array = field(repr=False)

    @classmethod
    def of(cls, part: Array, who: Array) -> Self:
        keys = part * (int(who.max(initial=0)) + 1) + who
        order = np.argsort(keys)
        ordered = keys[order]
        return cls(
            order,
            np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
            if len(keys)
            else np.empty(0, dtype=np.int64),
        )

    def beside(self, runs: Runs) -> tuple[Array, Array]:
        """For a cut behind each run: how many different ones are left of it, and right of it."""
        at = runs.at[self.order]
        first, last = np.minimum.reduceat(at, self.starts), np.maximum.reduceat(at, self.starts)
        left, _ = runs.sums(np.bincount(first, minlength=len(runs.keys)))
        ended, whole = runs.sums(np.bincount(last, minlength=len(runs.keys)))
        return left, whole - ended


@dataclass(frozen=True, eq=False)
class ProtectionByPart:
    """What must be kept, sorted by part."""

    crowd: Protection
    people: Several | None
    secrets: tuple[Several, ...]

    def people_beside(self, runs: Runs) -> tuple[Array, Array]:
        """People left and right of a cut behind each run."""
        if self.people is not None:
            return self.people.beside(runs)
        left, whole = runs.sums(runs.count)
        return left, whole - left

    def may_stand(self, runs: Runs, sides: tuple[Array, Array]) -> tuple[Array, Array]:
        """Whether the left and the right side of a cut behind each run, with these people, may stand alone."""
        left, right = (people >= self.crowd.k for people in sides)
        for several in self.secrets:
            mine, others = several.beside(runs)
            left, right = left & (mine >= (self.crowd.l or 1)), right & (others >= (self.crowd.l or 1))
        for secret in self.crowd.secrets if self.crowd.t is not None and (left | right).any() else ():
            mine, others = _distances(runs, secret)
            left, right = (
                left & (mine <= (self.crowd.t or 0) + ROUNDING),
                right & (others <= (self.crowd.t or 0) + ROUNDING),
            )
        return left, right


def _distances(runs: Runs, secret: Secret) -> tuple[Array, Array]:
    """How far the secrets left and right of a cut behind each run are from the table's.

    In blocks of parts, because there may be many secrets.
    """
    levels, found = len(secret.spread), np.ones((2, len(runs.keys)))
    ordered = np.sort(runs.at * levels + secret.steps)
    for low, high in _blocks(runs, max(1, BLOCK // levels)):
        start, stop = np.searchsorted(ordered, (low * levels, high * levels))
        running = np.cumsum(
            np.bincount(ordered[start:stop] - low * levels, minlength=(high - low) * levels).reshape(-1, levels), axis=0
        )
        part = runs.part[low:high]
        first = runs.first[part] - low
        left = running - np.where((first > 0)[:, None], running[first - 1], 0)
        right = running[runs.last[part] - low] - running
        found[:, low:high] = [_far(rows, secret) for rows in (left, right)]
    return found[0], found[1]


def _far(rows: Array, secret: Secret) -> Array:
    size = rows.sum(axis=1)
    return np.where(size > 0, apart(rows / np.maximum(size, 1)[:, None] - secret.spread, secret.ordered), 1.0)


def _blocks(runs: Runs, most: int) -> Iterator[tuple[int, int]]:
    """Whole parts, of about this many runs together."""
    low = 0
    while low < len(runs.keys):
        part = runs.part[min(low + most, len(runs.keys)) - 1]
        high = (
            int(runs.first[part])
            if runs.last[part] >= low + most and runs.first[part] > low
            else int(runs.last[part]) + 1
        )
        yield low, high
        low = high
