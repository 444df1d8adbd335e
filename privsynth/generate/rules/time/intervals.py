"""Intervals that cannot overlap: gap, stay, gap, stay, ... of a bed, a room or a person, all parents at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.lengths import Counts, length_of
from privsynth.generate.rules.time.process import SECONDS, GivenRows, Process, Streams, Window, moments, window_of
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.vocabulary.rulebook import Intervals
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

AT_ONCE = 32  # stays of each parent drawn in one go
PARTS = {"since": Kind.DATE, "until": Kind.DATE}


@dataclass(frozen=True, eq=False, kw_only=True)
class StaysInTurn:
    """Checked intervals."""

    stay: Counts = field(repr=False)  # in seconds
    gap: Counts = field(repr=False)
    window: Window = field(repr=False)

    def make(self, parents: Rows, streams: Streams) -> GivenRows:
        clock, end = self.window.of(parents)
        here = np.flatnonzero(clock < end)
        gaps, stays = streams("intervals gap"), streams("intervals stay")
        nothing = np.empty(0, dtype=np.int64)
        taken, rows = [(nothing, nothing, nothing)], 0
        while len(here):
            owner = np.repeat(here, AT_ONCE)
            several = parents.take(owner).values
            lengths = self.stay(Rows(len(owner), several, stays))
            steps = lengths + self.gap(Rows(len(owner), several, gaps))
            passed = np.cumsum(steps.reshape(len(here), AT_ONCE), axis=1)
            demand(passed[:, -1] > 0, f"{self.window.place}: {AT_ONCE} stays and gaps in a row take no time at all")
            until = passed + clock[here][:, None]
            clock[here] = until[:, -1]
            since = until.ravel() - lengths
            inside = since < end[owner]
            taken.append((owner[inside], since[inside], until.ravel()[inside]))
            rows += int(inside.sum())
            self.window.check_rows(rows)
            here = here[clock[here] < end[here]]
        owner, began, ended = map(np.concatenate, zip(*taken, strict=True))
        return _given(owner, began, ended, end)


def _given(owner: Array, since: Array, until: Array, end: Array) -> GivenRows:
    order = np.argsort(owner, kind="stable")
    owner, left = owner[order], moments(until[order])
    left[until[order] >= end[owner]] = np.datetime64("NaT")
    return GivenRows(owner, {"since": moments(since[order]), "until": left})


def intervals_process(rule: Intervals, scope: Scope) -> Process:
    unit, whole = SECONDS[rule.unit], rule.unit == "days"
    stays = StaysInTurn(
        stay=length_of(rule.stay, unit, scope.at("stay"), whole=whole),
        gap=length_of(rule.gap, unit, scope.at("gap"), whole=whole),
        window=window_of(rule.since, rule.until, scope),
    )
    return Process.of(PARTS, stays.make, has_time=not whole)
