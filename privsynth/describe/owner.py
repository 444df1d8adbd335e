"""Whose row each row is: the column whose value the rows of one person share, told by its name and by its values.

A name that speaks of people is enough where its values come back as those of keys do. A name that says nothing (`id`,
`nr`) needs rows that hang together: what people keep (sex, date of birth) stays the same within a value far more often
than chance would have it, or a time counts within it. Any other name needs both. What is then in doubt is a question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.blocks import Blocks, ColumnCodes
from privsynth.describe.units import Naming, names
from privsynth.errors import visible
from privsynth.pii.entities import Trait, has
from privsynth.plainyaml import quoted

FEWEST = 10  # different values, below which only a key by name says anything of people
TENS = 20  # the same for a column whose name does not speak of people
MANY = 50  # as many are no count of the heads of a family
OFTEN = 1.5  # rows of a value on average, below which a measure may tie as often
MANY_ROWS = 5  # rows of a value on average, from which on one steady column is worth a question
MOST_ROWS = 1_000  # of one value, on average
WHOLE_NAME = "PERSON"
AGAIN = 0.05  # of the rows hold a whole name that comes back, from which on it is a question
ALONE = 0.95  # so many of the people have one value of a second key, and share it with nobody
CODES = (Kind.INTEGER, Kind.TEXT, Kind.CATEGORY)


class Sure(IntEnum):
    NO = 0
    ASK = 1
    YES = 2


@dataclass(frozen=True)
class Owner:
    """The column that seems to say whose the rows are; `why` names columns and holds no value."""

    column: str
    sure: Sure
    why: str
    people: int


def with_owners(dataset: Dataset, answered: Collection[str] = ()) -> Dataset:
    """Each table with the column of its people, where it is said or beyond doubt; what is in doubt is a note.

    In the tables that are `answered` nobody is looked for: their column is there, or it was said that there is none.
    """
    alone = len(dataset.tables) == 1
    owners = {table.name: owner_of(table, alone=alone) for table in dataset if table.name not in answered}
    notes = [_question(name, owner) for name, owner in owners.items() if owner is not None and owner.sure is Sure.ASK]
    return dataset.replace_tables(*(_owned(table, owners.get(table.name)) for table in dataset)).with_notes(*notes)


def owner_of(table: Table, *, alone: bool = True) -> Owner | None:
    """The surest column, the first of equals. Beside other tables only names count: there the keys say the rest."""
    coded = ColumnCodes(table)
    owners = [owner for column in table.columns for owner in _judged(Blocks(coded, column), alone=alone)]
    return max(owners, key=lambda owner: owner.sure, default=None)


def _owned(table: Table, owner: Owner | None) -> Table:
    if owner is not None and owner.sure is Sure.YES:
        return _keyed(replace(table, person=owner.column), owner.why)
    return table if table.person is None else _keyed(table, "the policy says so")


def with_twins(table: Table, answered: Collection[str]) -> Table:
    """Another number or code that each person has alone names the person as well, unless a role was said for it."""
    if table.person is None:
        return table
    others = [column for column in table.columns if column.name not in (table.person, *answered)]
    twins = [column for column in others if _is_twin(table, column)]
    reason = f"each {visible(table.person)} has another one, as a second key has"
    return table.with_columns(*(replace(c, role=Role.IDENTIFIER, reason=reason, confidence=0.8) for c in twins))


def _is_twin(table: Table, column: Column) -> bool:
    if column.declared or column.entity is not None or column.kind not in CODES or column.role is not Role.PLAIN:
        return False
    codes, known = pd.factorize(table.values(column.name))
    people, values = table.people[codes >= 0], codes[codes >= 0]
    count = len(np.unique(people))
    pairs = len(np.unique(people.astype(np.int64) * len(known) + values)) if len(known) else 0
    return count >= TENS and pairs <= count / ALONE and len(known) >= ALONE * count


def _keyed(table: Table, why: str) -> Table:
    """The key of a person is never learnt, unless the policy says that the column is something else."""
    column = table[str(table.person)]
    is_key = column.role is Role.IDENTIFIER
    if is_key != column.declared or (column.role.is_fabricated and not is_key):
        return table  # said to be another thing, or a key already
    reason = f"says whose row it is: {why}"
    key = replace(column, role=Role.IDENTIFIER, entity=None, reason=reason, confidence=0.9, declared=False)
    return table.with_columns(key)


def _question(table: str, owner: Owner) -> str:
    """What was taken, why it is in doubt, and both answers."""
    line = "tables: {{ {}: {{ person: {} }} }} in the policy".format
    return (
        f"{visible(table)}: the rows seem to belong to {owner.people:,} values of {visible(owner.column)}, because "
        f"{owner.why}. Each row was taken for one person. If these are people: "
        f"{line(quoted(table), quoted(owner.column))}; if not: person: null"
    )


def _judged(blocks: Blocks, *, alone: bool) -> Iterator[Owner]:
    naming = names(blocks.column.name)
    if alone and _are_people_who_come_back(blocks):
        yield Owner(blocks.column.name, Sure.ASK, "their names come back, and their rows hang together", blocks.count)
    if not blocks.come_back or not _may_be_key(blocks, naming):
        return
    if _by_name(blocks, naming):
        yield Owner(blocks.column.name, Sure.YES, "its name speaks of people, and its values come back", blocks.count)
    elif alone and (sure := _by_rows(blocks, naming)) is not Sure.NO:
        yield Owner(blocks.column.name, sure, blocks.in_words, blocks.count)


def _are_people_who_come_back(blocks: Blocks) -> bool:
    """Whole names on several rows that have more in common than namesakes, who share their sex by their first name."""
    if blocks.column.entity != WHOLE_NAME or blocks.column.role is not Role.DIRECT or not blocks.come_back:
        return False
    hang_together = len(blocks.steady) > 1 or bool(blocks.time) or blocks.lie_in_blocks
    return blocks.again >= AGAIN and hang_together


def _may_be_key(blocks: Blocks, naming: Naming) -> bool:
    """Neither a measure nor a name, a place, a thing or a time."""
    column = blocks.column
    if naming in (Naming.TIME, Naming.THING):
        return False
    return _is_key(column) or (column.entity is None and column.role is not Role.FREE_TEXT and _is_code(blocks, naming))


def _is_key(column: Column) -> bool:
    return column.role is Role.IDENTIFIER or has(column.entity, Trait.KEY)


def _is_code(blocks: Blocks, naming: Naming) -> bool:
    """Words and whole numbers; those that are spelt with a point only under the name of a key."""
    if blocks.column.kind is Kind.NUMBER and naming in (Naming.PERSON, Naming.KEY):
        return blocks.is_whole
    return blocks.column.kind in CODES


def _by_name(blocks: Blocks, naming: Naming) -> bool:
    """A key (`patient_id`) rather than a name: two people may share a name."""
    if naming is not Naming.PERSON:
        return False
    like_keys = blocks.count >= MANY or (blocks.count >= FEWEST and blocks.is_even)
    return _is_key(blocks.column) or (blocks.column.role is not Role.DIRECT and like_keys)


def _by_rows(blocks: Blocks, naming: Naming) -> Sure:
    """By what the rows of a value have in common: each kind of name asks for more of it."""
    if not _is_often(blocks, naming) or not blocks.changes:
        return Sure.NO
    if naming is Naming.PERSON:
        return Sure.YES if blocks.steady or blocks.time or blocks.lie_in_blocks else Sure.NO
    if blocks.is_place:
        return Sure.NO
    if naming is Naming.KEY:
        return Sure.YES if blocks.steady or blocks.time else _asks_for_key(blocks)
    return _of_any_name(blocks, naming)


def _is_often(blocks: Blocks, naming: Naming) -> bool:
    """Many values, and not thousands of rows of each; nearly one each where a measure may tie as often as a key."""
    least = 1.0 if naming in (Naming.PERSON, Naming.KEY) else OFTEN
    return blocks.count >= (FEWEST if naming is Naming.PERSON else TENS) and least <= blocks.average <= MOST_ROWS


def _asks_for_key(blocks: Blocks) -> Sure:
    return Sure.ASK if blocks.lie_in_blocks or blocks.column.name.casefold().endswith("id") else Sure.NO


def _of_any_name(blocks: Blocks, naming: Naming) -> Sure:
    """Both kinds of evidence; a firm, and words of unknown meaning, are for a person to say."""
    if blocks.time and (blocks.steady or naming is Naming.FIRM):
        sure = Sure.ASK if naming is Naming.FIRM or blocks.column.role is Role.DIRECT else Sure.YES
        return Sure.NO if blocks.is_worked_out else sure
    stand_alike = blocks.lie_in_blocks and len(blocks.steady) >= (1 if blocks.average >= MANY_ROWS else 2)
    return Sure.ASK if stand_alike else Sure.NO
