"""From the columns that a column follows to nested ways: `by` the levels of words, `when` for ranges of numbers.

A branch is written where enough people are in it, and its way is true of nearly all of them. A range that is not such
a branch is joined with the next ones until they are; a level goes to the `else` of the branch above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from privsynth.generate.rules.infer.coding import ColumnStates
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.infer.laws import Way
from privsynth.typing import Array

ENOUGH = 3  # times k people in a branch of numbers, so that its ends do not shape it
FEW = 0.05  # share of the rows of a branch of which its way may be untrue, where it says that all are alike


class Leaf(Protocol):
    """The way for these rows; None where nothing is shared by enough people, or is untrue of more than a few of them.

    `stands_in`: for others, too few. `at_all`: whatever is shared, however many others there are.
    """

    def __call__(self, rows: Array, *, stands_in: bool = False, at_all: bool = False) -> Way | None: ...


def branched(
    parents: Sequence[ColumnStates], rows: Array, leaf: Leaf, crowd: Holders, enough: int = ENOUGH
) -> Way | None:
    """The ways for these rows (numbers), branch by branch; None where there is none that is true of nearly all."""
    if not parents:
        return leaf(rows)
    first, rest = parents[0], parents[1:]
    codes = first.codes[rows]

    def way_of(here: Array, leaf: Leaf) -> Way | None:
        return branched(rest, here, leaf, crowd, enough) if _are_enough(here, crowd, enough) else None

    def is_told(states: Sequence[int]) -> bool:
        return way_of(rows[np.isin(codes, states)], partial(leaf, stands_in=True)) is not None

    groups = [(state,) for state in range(first.told)] if first.levels else [*_joined(first.told, is_told)]
    ways = [way_of(rows[np.isin(codes, group)], leaf) for group in groups]
    left = codes >= first.told
    for group, way in zip(groups, ways, strict=True):
        left |= np.isin(codes, group) if way is None else False
    others = rows[left]
    shared = leaf(others) if _are_enough(others, crowd, enough) else None
    otherwise = shared or leaf(rows, stands_in=True, at_all=bool(left.mean() <= FEW))
    if otherwise is None:
        return None
    if first.levels:
        return _by(first, ways, otherwise, is_needed=_is_open(first, crowd))
    told = [way or otherwise for way in ways]
    is_missing_told = shared is not None and crowd.take(rows).shows(codes == first.told + 1)
    return _when(first, [group[-1] for group in groups], told, otherwise if is_missing_told else None)


def _joined(told: int, is_told: Callable[[Sequence[int]], bool]) -> Iterator[tuple[int, ...]]:
    """Ranges one after another, as many together as are told; what is left over at the end goes with those before."""
    groups, since = list[tuple[int, ...]](), 0
    for state in range(told):
        if is_told(here := tuple(range(since, state + 1))):
            groups.append(here)
            since = state + 1
    left = tuple(range(since, told))
    return iter([*groups[:-1], (groups[-1] if groups else ()) + left])


def followed_by(way: Way, parents: Sequence[ColumnStates]) -> list[ColumnStates]:
    """The columns that branches of this way still ask of: others, whose ranges were all joined, are none of them."""
    asked = [way.get("by"), way.get("when")]
    here = [each for each in parents if each.name == asked[0] or asked[1] in (*each.cuts, f"{each.sql} IS NULL")]
    inner = [*way.get("of", {}).values(), *filter(None, map(way.get, ("then", "else")))]
    return here + [each for deeper in inner for each in followed_by(deeper, parents)]


def _is_open(states: ColumnStates, crowd: Holders) -> bool:
    """Whether rows may come that are in none of the states told: of numbers always."""
    return not isinstance(states.levels[0], str) or crowd.shows(states.codes >= states.told)


def ends_of(way: Way, parents: Sequence[ColumnStates], rows: Array, where: str = "") -> Iterator[tuple[str, Array]]:
    """The branches in which a way ends, each by its last condition as the book writes it, and their rows."""
    asked = next((each for each in parents if way.get("by") == each.name or way.get("when") in each.cuts), None)
    if asked is None:
        yield where, rows
    elif "by" in way:
        codes = asked.codes[rows]
        left = np.ones(len(rows), dtype=bool)
        for level, inner in way["of"].items():
            here = codes == asked.levels.index(level)
            left &= ~here
            yield from ends_of(inner, parents, rows[here], f"{asked.name} is {level}")
        yield from ends_of(way.get("else", {}), parents, rows[left], f"{asked.name} is any other")
    else:
        here = asked.codes[rows] <= asked.cuts.index(way["when"])
        yield from ends_of(way["then"], parents, rows[here], way["when"])
        yield from ends_of(way["else"], parents, rows[~here], f"not {way['when']}")


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


def _when(states: ColumnStates, ends: Sequence[int], ways: Sequence[Way], missing: Way | None) -> Way:
    """A chain: the first condition that holds. What is missing meets none and comes to the last.

    `ends`: the last range of each way. Of neighbours with the same way the condition of the last holds for all.
    """
    chain = ways[-1]
    for end, way in zip(reversed(ends[:-1]), reversed(ways[:-1]), strict=True):
        if way != chain and way != chain.get("then"):
            chain = {"when": states.cuts[end], "then": way, "else": chain}
    if missing is not None and chain != missing:
        chain = {"when": f"{states.sql} IS NULL", "then": missing, "else": chain}
    return chain
