"""Is the draft what was declared, and do its bytes say what its tables say?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.gate.evidence.apart import keys_apart
from privsynth.gate.evidence.bound import bound_kept
from privsynth.gate.evidence.order import order_kept
from privsynth.gate.evidence.planted import planted_errors
from privsynth.gate.evidence.rules import rules_kept
from privsynth.gate.evidence.scope import keeps_people, shared_tables
from privsynth.gate.evidence.written import read_back
from privsynth.left_out import left_out
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.typing import Array
from privsynth.verdict import Finding

WORDS = (Kind.CATEGORY, Kind.ORDINAL, Kind.TEXT)  # what a value may become that was generalised or replaced by a token


class Schema:
    """An index column that nobody declared carried the row numbers of the source file.

    Whatever is in the draft and was not declared is a leak until somebody has looked at it: tables, columns, kinds, the
    number of rows, the order of the rows, a second file in the folder. Keys that name one row must name one row here
    too, and references must find their row. Last, the very bytes that would be written are read again: they must hold
    the cells of the tables that the other gates judge, and no cell that a spreadsheet would run as a formula.
    Declared rules hold in every made row, but for errors that were made on purpose and are all listed, and where rows
    are masked, no two people become one.
    """

    name = "schema"

    def __init__(self, policy: Policy) -> None:
        self.policy, self.words_allowed = policy, keeps_people(policy)

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        declared = draft.dataset if source.is_empty else source.train
        meant = replace(draft, dataset=draft.dataset.as_meant)
        found = [
            _tables(declared, draft.dataset),
            *self._columns(declared, draft.dataset),
            _rows(meant, declared),
            *_numbers(draft.dataset),
        ]
        if not all(finding.passed for finding in found):
            return found  # what is not even of the declared form cannot be read further, and is refused already
        found += [
            *planted_errors(draft),
            *_unique(meant, source),
            *_references(meant, source),
            *read_back(draft),
            *rules_kept(meant, source, self.policy),
            *bound_kept(draft, source, self.policy),
            *(keys_apart(draft, source) if self.policy.backend.kind == "mask" else ()),
        ]
        for train, _, made in shared_tables(draft, source):
            people = source.train.people_of(made.name), draft.dataset.people_of(made.name)
            found += order_kept(train, made, people)
        return found

    def _columns(self, declared: Dataset, made: Dataset) -> Iterator[Finding]:
        pairs = [(declared[table.name], table) for table in made if table.name in declared]
        wrong = [f"{ours.name}.{name}" for ours, table in pairs for name in _misplaced(ours, table)]
        yield _none(
            "columns",
            "columns that are missing, extra or out of order",
            wrong,
            "the draft must have the columns of the source, in their order, without those that the plan drops",
        )
        kinds = [
            f"{ours.name}.{c.name}"
            for ours, table in pairs
            for c in table.columns
            if c.name in ours and not self._same_kind(ours[c.name], c)
        ]
        yield _none("kinds", "columns of another kind than declared", kinds, "a draft keeps the kinds of its source")
        stored = [
            f"{table.name}.{column.name}"
            for table in made
            for column in table.columns
            if not _stored_as(column.kind, table.values(column.name))
        ]
        yield _none(
            "stored_kinds",
            "columns whose values are not of their kind",
            stored,
            "numbers must be stored as numbers, dates as dates, all else as text",
        )

    def _same_kind(self, ours: Column, theirs: Column) -> bool:
        if ours.kind == theirs.kind or (ours.kind is Kind.NUMBER and theirs.kind is Kind.INTEGER):
            return True
        return self.words_allowed and theirs.kind in WORDS


def _none(key: str, what: str, where: list[str], note: str) -> Finding:
    return Finding(
        key,
        len(where),
        what=what,
        limit=0,
        where=tuple(where),
        note=note,
        remedy="the backend is at fault: report it",
    )


def _tables(declared: Dataset, made: Dataset) -> Finding:
    wrong = sorted(set(declared.names) ^ set(made.names))
    twice = len(made.names) - len(set(made.names))
    return Finding(
        "tables",
        len(wrong) + twice,
        what="tables that are missing, extra or doubled",
        limit=0,
        where=tuple(wrong),
        note=f"{len(declared.names)} declared",
    )


def _misplaced(ours: Table, made: Table) -> list[str]:
    gone = left_out(ours)
    want, have = [c.name for c in ours.columns if c.name not in gone], [c.name for c in made.columns]
    return (
        [] if want == have else sorted(set(want) ^ set(have)) or [w for w, h in zip(want, have, strict=True) if w != h]
    )


def _rows(draft: Draft, declared: Dataset) -> Finding:
    root = "" if declared.is_empty else declared.root.name
    rows = len(draft.dataset[root]) if root in draft.dataset else 0
    if draft.rows is None:
        return Finding(
            "rows",
            rows,
            what="rows",
            note="no number was asked for",
        )
    return Finding(
        "rows",
        abs(rows - draft.rows),
        what="rows more or fewer than asked",
        limit=0,
        n=draft.rows,
        note=f"{rows:,} rows in the first table",
    )


def _numbers(made: Dataset) -> Iterator[Finding]:
    wild = [
        f"{t.name}.{c.name}"
        for t in made
        for c in t.columns
        if t.values(c.name).dtype.kind == "f" and np.isinf(t.values(c.name)).any()
    ]
    yield _none("infinite_numbers", "columns with infinite numbers", wild, "a number must be finite, or missing")
    torn = [
        f"{t.name}.{c.name}"
        for t in made
        for c in t.columns
        if (c.kind is Kind.INTEGER or c.kind.is_time) and not _whole(t.values(c.name))
    ]
    note = "an integer must be whole, or missing"
    yield _none("fractions", "integer columns with fractions", torn, note)


def _whole(values: Array) -> bool:
    if values.dtype.kind != "f":
        return True  # the storage is another finding's matter
    known = values[np.isfinite(values)]
    return bool((known == np.rint(known)).all())


def _stored_as(kind: Kind, values: Array) -> bool:
    if values.dtype.kind != np.dtype(kind.dtype).kind:
        return False
    return values.dtype.kind != "O" or pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")


def _unique(draft: Draft, source: Source) -> Iterator[Finding]:
    """A key that never repeats in the source names one row: it must do so in the draft."""
    made, real = draft.dataset, draft.dataset if source.is_empty else source.train
    relations = (*real.relations, *made.relations)
    keys, refers = {r.ends[0] for r in relations}, {r.ends[1] for r in relations}
    if not source.is_empty:
        keys |= {
            (t.name, c.name) for t in real for c in t.of_role(Role.IDENTIFIER) if _is_key(t.frame[c.name])
        } - refers
    known = [(table, name) for table, name in sorted(keys) if table in made and name in made[table]]
    doubled = {f"{table}.{name}": int(made[table].frame[name].dropna().duplicated().sum()) for table, name in known}
    wrong = tuple(name for name, count in doubled.items() if count)
    yield Finding(
        "repeated_keys",
        sum(doubled.values()),
        what="rows whose key repeats another row's",
        limit=0,
        where=wrong,
        n=len(known),
        note=f"{len(known)} key columns, unique in the source",
    )


def _is_key(values: pd.Series[Any]) -> bool:
    return len(values) > 1 and bool(values.notna().all()) and values.is_unique


def _references(draft: Draft, source: Source) -> Iterator[Finding]:
    """Every reference finds its row; where the source has some that do not, as large a share is allowed."""
    made, real = draft.dataset, source.train
    lost = [f"{r.child}.{r.child_key}" for r in real.relations if r not in made.relations]
    yield _none(
        "relations",
        "relations of the source that the draft does not know",
        lost,
        "the keys between the tables must be kept",
    )
    for relation in dict.fromkeys((*real.relations, *made.relations)):
        if _stands(relation, made):
            share, count = _unresolved(made, relation)
            own = _unresolved(real, relation)[0] if _stands(relation, real) else 0.0
            yield Finding(
                f"lost_references.{relation.child}.{relation.child_key}",
                share,
                what=f"rows of {relation.child} that refer to no row of {relation.parent}",
                limit=own,
                where=(f"{relation.child}.{relation.child_key}",),
                baseline=own,
                n=count,
                note="the source's own share is the limit",
            )


def _stands(relation: Relation, data: Dataset) -> bool:
    return all(table in data and key in data[table] for table, key in relation.ends)


def _unresolved(data: Dataset, relation: Relation) -> tuple[float, int]:
    there = ~pd.isna(data[relation.child].values(relation.child_key))
    lost = data.parent_rows(relation)[there] < 0
    return (float(lost.mean()), len(lost)) if len(lost) else (0.0, 0)
