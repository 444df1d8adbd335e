"""Columns that have to do with time: one provider for each word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privsynth.generate.rules.provider import Provider
from privsynth.generate.rules.rulebook import ColumnRule, Draw
from privsynth.generate.rules.time.earlier import before_provider, running_provider

if TYPE_CHECKING:
    from privsynth.generate.rules.providers import Scope


def column_of_time(draw: Draw, scope: Scope) -> Provider:
    """What makes the values of one of these words."""
    if draw.before is not None:
        return before_provider(draw.before, scope.at("before"))
    if draw.running is not None:
        decimals = draw.decimals if isinstance(draw, ColumnRule) else None
        return running_provider(draw.running, decimals, scope.at("running"))
    return _given(str(draw.row), scope.at("row"))


def _given(part: str, scope: Scope) -> Provider:
    """What the row has from the process that it comes from."""
    if part not in scope.given:
        known = ", ".join(scope.given) or "nothing: only rows of a process, such as 'states', are given something"
        raise scope.error("a row of this table is not given that.", f"it is given {known}")
    return scope.given[part]
