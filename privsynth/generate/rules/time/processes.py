"""Which process the rows of a table come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privsynth.generate.rules.time.arrivals import arrivals_process
from privsynth.generate.rules.time.intervals import intervals_process
from privsynth.generate.rules.time.process import Process
from privsynth.generate.rules.time.series import series_process
from privsynth.generate.rules.time.states import states_process
from privsynth.generate.rules.vocabulary.rulebook import TableRule

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope


def process_of(table: TableRule, scope: Scope) -> Process:
    """The process of a table that has one. Its expressions may name the parent's columns."""
    if table.states is not None:
        return states_process(table.states, scope.at("states"))
    if table.arrivals is not None:
        return arrivals_process(table.arrivals, scope.at("arrivals"))
    if table.series is not None:
        return series_process(table.series, scope.at("series"))
    assert table.intervals is not None  # noqa: S101 - for the type checker; `process` says so
    return intervals_process(table.intervals, scope.at("intervals"))
