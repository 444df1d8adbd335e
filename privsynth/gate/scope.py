"""What gates look at: the tables on both sides, and the columns whose values were learnt."""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Dataset, Role, Source, Table, entity_codes
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.verdict import Finding

KEEPS_PEOPLE = ("mask", "clone")  # the backends whose rows lead back to one person each


def keeps_people(policy: Policy) -> bool:
    """Whether each row of the draft was made from the row of one person."""
    return policy.backend.kind in KEEPS_PEOPLE


def shared_tables(draft: Draft, source: Source) -> Iterator[tuple[Table, Table, Table]]:
    """Training rows, held-out rows and draft rows of each table; the hold-out has no row where there is none."""
    for made in draft.dataset:
        if made.name in source.train:
            train = source.train[made.name]
            yield train, table_or_empty(source.holdout, train), made


def table_or_empty(dataset: Dataset, like: Table) -> Table:
    if like.name in dataset:
        return dataset[like.name]
    return Table(like.name, like.columns, like.frame.iloc[:0], like.entity)


def learnt_columns(real: Table, made: Table) -> list[str]:
    """The columns in which a copy would show: all but those whose role asks for invented values.

    Only the role of the real column counts: a backend's own word takes no column out of the comparison.
    """
    return [column.name for column in real.columns if not column.role.is_fabricated and column.name in made]


def quasi_identifiers(real: Table, made: Table) -> list[str]:
    return [column.name for column in real.of_role(Role.QUASI) if column.name in made]


def held_out_entities(source: Source) -> int:
    """The people (or rows, where nobody said what makes a person) of the first table that no backend has seen."""
    return entities(source.holdout.root) if source.has_control else 0


def entities(table: Table) -> int:
    if table.entity is None or not len(table):
        return len(table)
    return int(entity_codes(table.frame[table.entity]).max()) + 1


def no_source() -> Finding:
    return Finding("real rows to compare with", 0, limit=0, note="no real data was read: there is nothing that could be copied, and nothing was compared")
