"""Which table's rows refer to which: as the policy says, or found where names and values leave no doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.errors import InputError, PolicyError
from privsynth.options import RelationPolicy

INCLUDED = 0.99  # of the child's values must be keys of the parent
GENERIC = ("id", "key", "code", "no", "nr", "num", "number", "index", "name")
KEY_KINDS = (Kind.INTEGER, Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL)


def with_relations(dataset: Dataset, declared: Sequence[RelationPolicy]) -> Dataset:
    """The dataset with its keys; both ends of each become identifiers. Declared relations replace all searching."""
    if len(dataset.tables) < 2 and not declared:
        return dataset
    relations = _declared(dataset, declared) if declared else _found(dataset)
    linked = replace(dataset, relations=tuple(relations))
    linked.parents_first()  # refuses a circle
    linked = linked.replace_tables(*(_keyed(table, linked) for table in linked))
    return linked.with_notes(*relation_notes(linked))


def _declared(dataset: Dataset, declared: Sequence[RelationPolicy]) -> list[Relation]:
    relations = [Relation(r.parent, r.parent_key, r.child, r.child_key) for r in declared]
    for relation in relations:
        _must_be_key(dataset[relation.parent], relation.parent_key)
    return relations


def _must_be_key(table: Table, name: str) -> None:
    values = table.frame[name]
    repeated, missing = int(values.dropna().duplicated().sum()), int(values.isna().sum())
    if repeated or missing:
        raise InputError(
            f"{table.name}.{name} cannot be a key: "
            f"{repeated:,} rows repeat another row's value and {missing:,} have none.",
            hint="name a column that is unique and complete, or leave the relation out",
            column=name,
        )


@dataclass(frozen=True)
class _Key:
    """A column that could be referred to, with its values."""

    table: Table
    column: Column
    values: frozenset[str]


def _found(dataset: Dataset) -> list[Relation]:
    """For each column the best parent, if there is one, without closing a circle."""
    keys = list(_keys(dataset))
    relations: list[Relation] = []
    for table in dataset:
        for column in table.columns:
            best = _best_parent(table, column, keys)
            if best is not None and not _reaches(relations, table.name, best.table.name):
                relations.append(Relation(best.table.name, best.column.name, table.name, column.name))
    return relations


def _keys(dataset: Dataset) -> Iterator[_Key]:
    for table in dataset:
        for column in table.columns:
            values = table.frame[column.name]
            if column.kind in KEY_KINDS and len(values) > 1 and values.is_unique and values.notna().all():
                yield _Key(table, column, frozenset(table.text(column.name)))


def _best_parent(table: Table, column: Column, keys: list[_Key]) -> _Key | None:
    """The table named in the column's name comes first, then the one whose key stands first, then the largest."""
    if column.kind not in KEY_KINDS or (column.declared and column.role is not Role.IDENTIFIER):
        return None
    named = [key for key in keys if key.table.name != table.name and _names_match(column.name, key)]
    words = pd.Series(table.text(column.name), dtype=object).dropna()
    fitting = [
        key
        for key in named
        if len(words)
        and _rank(column.name, key) >= _own_rank(table, column)
        and words.isin(key.values).mean() >= INCLUDED
    ]
    return max(fitting, key=lambda key: _rank(column.name, key), default=None)


def _rank(name: str, key: _Key) -> tuple[bool, bool, int]:
    return _about(name, key.table.name), key.table.columns[0].name == key.column.name, len(key.table)


def _own_rank(table: Table, column: Column) -> tuple[bool, bool, int]:
    """A column that is itself the key of its table refers elsewhere only to a table with the better claim."""
    values = table.frame[column.name]
    if not (values.is_unique and values.notna().all()):
        return (False, False, 0)
    return _about(column.name, table.name), table.columns[0].name == column.name, len(table)


def _about(column: str, table: str) -> bool:
    return _bare(column).startswith(_singular(table)) and bool(_singular(table))


def _names_match(name: str, key: _Key) -> bool:
    """The same name (unless it says nothing), or the parent's with its key's name or `id`, perhaps behind a prefix."""
    own, key_name, parent = _bare(name), _bare(key.column.name), _singular(key.table.name)
    if own == key_name:
        return key_name not in GENERIC
    spelt = {
        _bare(key.table.name) + key_name,
        parent + key_name,
        *((parent + word for word in ("id", "key", "code", "no", "nr")) if parent else ()),
    }
    return own in spelt or (len(key_name) >= 5 and key_name not in GENERIC and own.endswith(key_name))


def _bare(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _singular(name: str) -> str:
    bare = _bare(name)
    for ending, single in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if bare.endswith(ending) and not bare.endswith("ss"):
            return bare[: -len(ending)] + single
    return bare


def _reaches(relations: list[Relation], start: str, goal: str) -> bool:
    """Whether `goal` hangs below `start` already."""
    below = {r.child for r in relations if r.parent == start}
    return start == goal or any(_reaches(relations, child, goal) for child in below)


def _keyed(table: Table, dataset: Dataset) -> Table:
    ends = {r.parent_key: f"key that {r.child} refers to" for r in dataset.relations if r.parent == table.name}
    ends |= {r.child_key: f"refers to {r.parent}.{r.parent_key}" for r in dataset.relations if r.child == table.name}
    return table.with_columns(*(_as_key(table, table[name], reason) for name, reason in ends.items()))


def _as_key(table: Table, column: Column, reason: str) -> Column:
    if column.declared and column.role is not Role.IDENTIFIER:
        raise PolicyError(
            f"{table.name}.{column.name} is declared as {column.role.value} and as one end of a relation.",
            hint="a key has the role identifier: change the role, or leave the relation out",
            column=column.name,
        )
    return replace(column, role=Role.IDENTIFIER, reason=reason, confidence=1.0)


def relation_notes(dataset: Dataset) -> list[str]:
    """The keys between the tables, and how many rows refer to a row that is there."""
    return [_note(dataset, relation) for relation in dataset.relations]


def _note(dataset: Dataset, relation: Relation) -> str:
    references = dataset[relation.child].frame[relation.child_key]
    present, resolved = int(references.notna().sum()), int((dataset.parent_rows(relation) >= 0).sum())
    share = resolved / present if present else 1.0
    name = f"{relation.child}.{relation.child_key} -> {relation.parent}.{relation.parent_key}"
    text = f"{name}, {_percent(share)} of {present:,} rows resolve"
    if present > resolved:
        text += f"; {present - resolved:,} rows refer to no row"
    return text + (f"; {len(references) - present:,} rows have no reference" if len(references) > present else "")


def _percent(share: float) -> str:
    return "100 %" if share == 1 else f"{min(share, 0.9999):.2%}".replace("%", " %")
