"""Real values, and two real values of one person together, behind a digest without a key, whole or cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np

from privsynth.dataset import Column, Role, Table
from privsynth.gate.evidence.disguised import READ, known
from privsynth.gate.evidence.realvalues import names_somebody
from privsynth.measure.significance import poisson_tail
from privsynth.pii.digests import ALGORITHMS, BETWEEN, OF_TWO, Hashing, Sought, digests_in, spellings_of
from privsynth.pii.entities import Trait, has
from privsynth.pii.whole_names import name_pairs

CHANCE = 1e-3  # of a false alarm by short digests, over all columns, lengths and recipes
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
    matched, made_of = dict[Hashing, set[str]](), Counter[Hashing]()
    for recipe, values in _recipes(sides, digests.lengths):
        for digest, end in sought.matches(values, recipe.algorithm):
            matched.setdefault(Hashing(recipe.of, recipe.spelling, recipe.algorithm, end), set()).add(digest)
        for end in ("first", "last"):
            made_of[Hashing(recipe.of, recipe.spelling, recipe.algorithm, end)] += len(values)
    return {name: _beyond_chance(own, matched, made_of) for name, own in digests.by_column.items()}


def _beyond_chance(own: frozenset[str], matched: Mapping[Hashing, set[str]], made_of: Counter[Hashing]) -> int:
    """Distinct digests of a column that are somebody's, by lengths and recipes that give more than chance."""
    lengths = Counter(map(len, own))
    tests, real = max(1, len(made_of) * len(lengths)), set[str]()
    for recipe, digests in matched.items():
        for length, count in lengths.items():
            hits = {digest for digest in digests & own if len(digest) == length}
            expected = count * made_of[recipe] / 16.0**length
            if hits and poisson_tail(len(hits), expected) < CHANCE / tests:
                real |= hits
    return len(real)


def _recipes(sides: Sequence[Table], lengths: set[int]) -> Iterator[tuple[Hashing, Collection[str]]]:
    """Each way in which values of people are hashed, and all that it is done to."""
    for name, values in _by_itself(sides).items():
        for spelling, spelt in spellings_of(values):
            for algorithm in ALGORITHMS:
                yield Hashing(name, spelling, algorithm), spelt
    algorithms = [name for name in OF_TWO if ALGORITHMS[name] in lengths] or list(OF_TWO)
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
    return {**values, "whole name": {text for side in sides for text in known(name_pairs(side))}}


def _of_a_person(table: Table) -> list[str]:
    """The columns that are hashed together: what names somebody, parts of names, and a birthday."""

    def is_one(column: Column) -> bool:
        of_name = has(column.entity, Trait.NAME) or has(column.entity, Trait.NAME_PART)
        return names_somebody(column, table) or of_name or column.entity == "DATE_OF_BIRTH"

    return [column.name for column in table.columns if is_one(column)]
