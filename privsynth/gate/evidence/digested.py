"""Real values, and two real values of one person together, behind a digest without a key, whole or cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np

from privsynth.dataset import Column, Role, Table
from privsynth.gate.evidence.disguised import READ, known
from privsynth.gate.evidence.realvalues import names_somebody
from privsynth.measure.significance import poisson_tail
from privsynth.pii.digests import (
    ALGORITHMS,
    BETWEEN,
    ENDS,
    GLUED,
    OF_TWO,
    Hashing,
    Match,
    Sought,
    digests_in,
    spellings_of,
    windows,
)
from privsynth.pii.entities import Trait, has
from privsynth.pii.whole_names import name_pairs, surname_first

CHANCE = 1e-3  # of a false alarm by short digests, over all columns, lengths and recipes
FEW = 4  # digits that may stand beside a whole digest of two values: `id` leaves one, `v1` one, `ed25` four
TOGETHER = 3_000_000  # digests of two values that are made at most; of more people some are taken, evenly


@dataclass(frozen=True, eq=False)
class Digests:
    """What in the draft may be a digest: for each column its cells, by how many hex digits they have."""

    by_column: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def of(cls, made: Table) -> Digests:
        read = [column.name for column in made.columns if column.kind in READ]
        each = {name: frozenset(d for cell in known(made.text(name)) for d in digests_in(cell)) for name in read}
        return cls({name: digests for name, digests in each.items() if digests})

    @property
    def lengths(self) -> set[int]:
        return {len(digest) for digests in self.by_column.values() for digest in digests}


def digest_hits(made: Table, sides: Sequence[Table]) -> dict[str, int]:
    """For each draft column the digests of real values in it, where chance does not explain them."""
    digests = Digests.of(made)
    if not digests.by_column:
        return {}
    sought = Sought.of(set().union(*digests.by_column.values()))
    matched, made_of = dict[Hashing, set[Match]](), Counter[Hashing]()
    for recipe, values in _recipes(sides, digests.lengths):
        for match in sought.matches(values, recipe.algorithm):
            matched.setdefault(replace(recipe, end=match.end), set()).add(match)
        for end in ENDS:
            made_of[replace(recipe, end=end)] += len(values)
    return {name: _beyond_chance(own, matched, made_of) for name, own in digests.by_column.items()}


def _beyond_chance(own: frozenset[str], matched: Mapping[Hashing, set[Match]], made_of: Counter[Hashing]) -> int:
    """Distinct digests of a column that are somebody's, by lengths and recipes that give more than chance."""
    lengths = Counter(map(len, own))
    tests, real = max(1, len(made_of) * len(lengths)), set[str]()
    for recipe, matches in matched.items():
        here = [match for match in matches if match.run in own]
        for digits in {len(match.found) for match in here}:
            hits, tried = _glued(here, lengths, digits) if recipe.end in GLUED else _alone(here, lengths, digits)
            if poisson_tail(len(hits), tried * made_of[recipe] / 16.0**digits) < CHANCE / tests:
                real |= {match.run for match in here if match.end_of(digits) in hits}
    return len(real)


def _alone(matches: Sequence[Match], lengths: Counter[int], digits: int) -> tuple[set[str], int]:
    """The runs of so many digits that are the end of a digest, and how many runs have so many."""
    return {match.run for match in matches if len(match.run) == digits}, lengths[digits]


def _glued(matches: Sequence[Match], lengths: Counter[int], digits: int) -> tuple[set[str], int]:
    """So many digits in runs that are the end of a digest, each once: runs may share others; and in how many places."""
    found = {match.end_of(digits) for match in matches if len(match.found) >= digits}
    return found, sum(count * windows(length, digits) for length, count in lengths.items())


def _recipes(sides: Sequence[Table], lengths: set[int]) -> Iterator[tuple[Hashing, Collection[str]]]:
    """Each way in which values of people are hashed, and all that it is done to."""
    for name, values in _by_itself(sides).items():
        for spelling, spelt in spellings_of(values):
            for algorithm in ALGORITHMS:
                yield Hashing(name, spelling, algorithm), spelt
    algorithms = [name for name in OF_TWO if _may_be(ALGORITHMS[name], lengths)] or list(OF_TWO)
    cells = {name: [text for side in sides for text in side.text(name)] for name in _of_a_person(sides[0])}
    pairs = list(permutations(cells, 2))
    step = _every(len(next(iter(cells.values()), ())), len(pairs) * len(BETWEEN) * 2 * len(algorithms))
    for first, second in pairs:
        both = [(a, b) for a, b in zip(cells[first][::step], cells[second][::step], strict=True) if a and b]
        for between in BETWEEN:
            whole = {f"{a}{between}{b}" for a, b in both}
            small = {each.lower() for each in whole} - whole
            for spelling, together in (("as it is", whole), ("small letters", small)):
                for algorithm in algorithms:
                    yield Hashing(f"{first}{between}{second}", spelling, algorithm), together


def _may_be(digits: int, lengths: set[int]) -> bool:
    """Whether a run is as long as a whole digest, or by a few digits longer that are glued to it."""
    return any(0 <= length - digits <= FEW for length in lengths)


def _every(rows: int, digests_a_row: int) -> int:
    """One row of so many is taken, so that no more digests than that are made."""
    return max(1, int(np.ceil(rows * digests_a_row / TOGETHER)))


def _by_itself(sides: Sequence[Table]) -> dict[str, set[str]]:
    """Values that name somebody, and whole names."""

    def is_one(column: Column) -> bool:
        is_own = column.role is Role.DIRECT and not has(column.entity, Trait.SHARED)
        return is_own or names_somebody(column, sides[0])

    names = [column.name for column in sides[0].columns if is_one(column)]
    values = {name: {text for side in sides for text in known(side.text(name))} for name in names}
    whole = {text for side in sides for text in known(name_pairs(side))}
    return {**values, "whole name": whole, "surname in front": {f for name in whole if (f := surname_first(name))}}


def _of_a_person(table: Table) -> list[str]:
    """The columns that are hashed together: what names somebody, parts of names, and a birthday."""

    def is_one(column: Column) -> bool:
        of_name = has(column.entity, Trait.NAME) or has(column.entity, Trait.NAME_PART)
        return names_somebody(column, table) or of_name or column.entity == "DATE_OF_BIRTH"

    return [column.name for column in table.columns if is_one(column)]
