"""Facts as people are told them: columns that are all equal, or all name the same thing, are one fact and no crowd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from privsynth.statistics import Fact

MOST = 12  # columns that are named
WORDS = {
    "equal": "are equal in every row",
    "one_to_one": "name the same thing: each level of one goes with one of each other",
}

KNOWN = ", where both are known"


def in_groups(facts: Sequence[Fact]) -> list[Fact]:
    """Each group once, where its first pair stood. Models keep the pairs."""
    groups = {_sort(fact): _groups(_pairs(facts, fact)) for fact in facts if fact.kind in WORDS}
    grouped = (_grouped(fact, groups.get(_sort(fact), ())) for fact in facts)
    return list(dict.fromkeys(grouped))


def _pairs(facts: Iterable[Fact], like: Fact) -> Iterator[tuple[str, ...]]:
    return (fact.columns for fact in facts if _sort(fact) == _sort(like))


def _sort(fact: Fact) -> tuple[str, str, bool]:
    return fact.table, fact.kind, fact.among_known


def _groups(pairs: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Both relations hold of all the columns that pairs lead to."""
    of: dict[str, dict[str, None]] = {}
    for pair in pairs:
        joint = dict.fromkeys(name for column in pair for name in of.get(column, {column: None}))
        of |= dict.fromkeys(joint, joint)
    return list({tuple(group): None for group in of.values()})


def _grouped(fact: Fact, groups: Sequence[tuple[str, ...]]) -> Fact:
    group = next((group for group in groups if fact.columns[0] in group), fact.columns)
    if len(group) <= len(fact.columns):
        return fact
    return replace(fact, columns=group, words=f"{_listed(group)} {WORDS[fact.kind]}{KNOWN if fact.among_known else ''}")


def _listed(names: Sequence[str]) -> str:
    if len(names) > MOST:
        return f"{', '.join(names[:MOST])} and {len(names) - MOST:,} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
