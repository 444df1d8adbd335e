"""Whether whole names in a draft are those of its real people, or of namesakes: by how many there are beside chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.measure.significance import binomial_tail, poisson_tail
from privsynth.pii.canonical import name_forms, words
from privsynth.pii.whole_names import columns_of_names
from privsynth.typing import Array

CHANCE = 1e-3  # of a false alarm from names that two columns make, over all columns of a table
MOST_PARTS = 4  # words of a cell that is a name and nothing else
Pair = tuple[str, str]  # given name and surname


@dataclass(frozen=True)
class Meeting:
    """How many of some names are real people's, and how many would be, were their two parts put together anew."""

    met: int
    expected: float

    @classmethod
    def of(cls, drawn: Set[Pair], real: Set[Pair]) -> Meeting:
        given, surnames = Counter(first for first, _ in drawn), Counter(last for _, last in drawn)
        likely = (given[first] * surnames[last] / len(drawn) for first, last in real if drawn)
        return cls(len(drawn & real), sum(min(1.0, each) for each in likely))


@dataclass(frozen=True, eq=False)
class NamedPeople:
    """The whole names of the real people of a source, and how often strangers among them have one name."""

    by_form: Mapping[str, Pair] = field(repr=False)  # as they can stand in a text
    strangers: Meeting | None = None  # held-out people beside training people; None where nobody was held out

    @classmethod
    def of(cls, train: Collection[str], holdout: Collection[str] = ()) -> NamedPeople:
        by_form = {form: pair for name in (*train, *holdout) if (pair := _ends(name)) for form in name_forms(name)}
        known, others = ({pair for name in names if (pair := _ends(name))} for names in (train, holdout))
        return cls(by_form, Meeting.of(others, known) if others else None)

    @cached_property
    def pairs(self) -> frozenset[Pair]:
        return frozenset(self.by_form.values())

    @cached_property
    def given(self) -> frozenset[str]:
        return frozenset(first for first, _ in self.pairs)

    @cached_property
    def surnames(self) -> frozenset[str]:
        return frozenset(last for _, last in self.pairs)

    def named_by(self, cell: str) -> Pair | None:
        """Given name and surname, whichever stands first, where both are those of real people, of whomever."""
        parts = words(cell)
        if not 2 <= len(parts) <= MOST_PARTS:
            return None
        orders = ((parts[0], parts[-1]), (parts[-1], parts[0]))
        return next((pair for pair in orders if pair[0] in self.given and pair[1] in self.surnames), None)

    def chance(self, drawn: Set[Pair]) -> float:
        """Of as many names of real people among these, if they are invented.

        The same given names and surnames in other pairs show what chance gives. Parts that belong together (a culture,
        a gender) meet more often than that: so much more as the names of held-out people meet those of the others.
        """
        mine, others = Meeting.of(drawn, self.pairs), self.strangers
        alone = poisson_tail(mine.met, mine.expected)
        if others is None or not mine.met:
            return alone
        share = mine.expected / (mine.expected + others.expected + 1)
        return max(alone, binomial_tail(mine.met, mine.met + others.met + 1, share))


def _ends(name: str) -> Pair | None:
    parts = words(name)
    return (parts[0], parts[-1]) if len(parts) > 1 else None


def names_in_two_columns(made: Table, people: NamedPeople) -> dict[str, int]:
    """For each two draft columns the names of real people that they make, where chance does not explain them.

    The table's own given names and surnames are judged as whole names.
    """
    if not people.pairs:
        return {}
    given, surnames = (dict(_parts_of(made, known)) for known in (people.given, people.surnames))
    own = set(columns_of_names(made))
    tried = [
        pair for pair in permutations(given.keys() | surnames.keys(), 2) if pair[0] in given and pair[1] in surnames
    ]
    found = {}
    for first, last in sorted(tried):
        drawn = _pairs(given[first], surnames[last]) if {first, last} != own else set()
        real = len(drawn & people.pairs)
        if real and people.chance(drawn) < CHANCE / len(tried):
            found[f"{first} and {last}"] = real
    return found


def _parts_of(table: Table, known: frozenset[str]) -> Iterator[tuple[str, Array]]:
    """For each column of words the one word of each row that is a part of a name, or None."""
    for column in table.columns:
        if column.kind in (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL):
            codes, cells = pd.factorize(np.asarray(table.text(column.name), dtype=object))
            parts = [spelt[0] if len(spelt := words(cell)) == 1 and spelt[0] in known else None for cell in cells]
            if any(parts):
                yield column.name, np.array([*parts, None], dtype=object)[codes]


def _pairs(given: Array, surnames: Array) -> set[Pair]:
    both = pd.DataFrame({"given": given, "surname": surnames}).dropna().drop_duplicates()
    return set(both.itertuples(index=False, name=None))
