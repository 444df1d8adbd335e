"""From the columns that a column follows to nested ways: `by` the levels of words, `when` for ranges of numbers.

A branch is written where enough people are in it. All others share the `else` of the branch above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from privsynth.generate.rules.infer.coding import ColumnStates
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.infer.laws import Way
from privsynth.typing import Array

ENOUGH = 3  # times k people in a branch of numbers, so that its ends do not shape it


class Leaf(Protocol):
    """The way for these rows; None where nothing is shared by enough people. `stands_in`: for others, too few."""

    def __call__(self, rows: Array, *, stands_in: bool = False) -> Way | None: ...


def branched(
    parents: Sequence[ColumnStates], rows: Array, leaf: Leaf, crowd: Holders, enough: int = ENOUGH
) -> Way | None:
    """The ways for these rows (numbers), branch by branch."""
    if not parents:
        return leaf(rows)
    first, rest = parents[0], parents[1:]
    codes = first.codes[rows]
    ways: list[Way | None] = []
    for state in range(first.told):
        here = rows[codes == state]
        ways.append(branched(rest, here, leaf, crowd, enough) if _are_enough(here, crowd, enough) else None)
    left = codes >= first.told
    for state, way in enumerate(ways):
        left |= (codes == state) if way is None else False
    others = rows[left]
    shared = leaf(others) if _are_enough(others, crowd, enough) else None
    otherwise = shared or leaf(rows, stands_in=True)
    if otherwise is None:
        return None
    if first.levels:
        return _by(first, ways, otherwise, is_needed=_is_open(first, crowd))
    is_missing_told = shared is not None and crowd.take(rows).shows(codes == first.told + 1)
    return _when(first, ways, otherwise, is_missing_told=is_missing_told)


def _is_open(states: ColumnStates, crowd: Holders) -> bool:
    """Whether rows may come that are in none of the states told: of numbers always."""
    return not isinstance(states.levels[0], str) or crowd.shows(states.codes >= states.told)


def _are_enough(rows: Array, crowd: Holders, times: int) -> bool:
    return len(np.unique(crowd.people[rows])) >= times * crowd.k


def _by(states: ColumnStates, ways: Sequence[Way | None], otherwise: Way, *, is_needed: bool) -> Way:
    of: dict[Any, Way] = {
        level: way for level, way in zip(states.levels, ways, strict=True) if way is not None and way != otherwise
    }
    if not of:
        return otherwise
    needs_else = is_needed or len(of) < states.told
    return {"by": states.name, "of": of, **({"else": otherwise} if needs_else else {})}


def _when(states: ColumnStates, ways: Sequence[Way | None], otherwise: Way, *, is_missing_told: bool) -> Way:
    """A chain: the first condition that holds. What is missing meets none and comes to the last."""
    told = [way or otherwise for way in ways]
    chain = told[-1]
    for condition, way in zip(reversed(states.cuts), reversed(told[:-1]), strict=True):
        if way != chain:
            chain = {"when": condition, "then": way, "else": chain}
    if is_missing_told and chain != otherwise:
        chain = {"when": f"{states.sql} IS NULL", "then": otherwise, "else": chain}
    return chain
