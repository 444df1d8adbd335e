"""All tables of a book: how many rows each has, its columns, and what its rows keep."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.dataset import Dataset, Kind, Relation, Table
from privsynth.generate.rules.infer.branches import FEW, branched
from privsynth.generate.rules.infer.coding import ColumnStates, states_of
from privsynth.generate.rules.infer.columns import TableLesson, columns_of, sql_name
from privsynth.generate.rules.infer.follows import followings
from privsynth.generate.rules.infer.holders import Holders, at_most, rounded, share
from privsynth.generate.rules.infer.laws import FittedLaw, Way, law_of
from privsynth.generate.rules.vocabulary.rulebook import Inferred
from privsynth.statistics import Fact
from privsynth.typing import Array

OF_AMOUNTS = ("equal", "order", "constant_difference", "arithmetic")


@dataclass(frozen=True)
class MadeTable:
    """One table as the book says it, why it has so many rows, and why each column is made as it is."""

    words: dict[str, Any]
    why: str
    reasons: Mapping[str, str]


def tables_of(data: Dataset, facts: Sequence[Fact], mark: Inferred, most: int) -> dict[str, MadeTable]:
    """All tables, parents first. `most`: columns that a column follows."""
    people, k = data.hanging_together(), mark.k
    made, states = dict[str, MadeTable](), dict[str, dict[str, ColumnStates]]()
    for table in data.parents_first():
        crowd = Holders(people.get(table.name, np.arange(len(table))), k)
        relation, refers = data.parent_of(table.name), _references(data, table)
        above = {} if relation is None else _seen(states[relation.parent], "parent")
        seen = [] if relation is None else [_repeated(above, data.parent_rows(relation))]
        seen += [_repeated(_seen(states[each.parent], name), data.parent_rows(each)) for name, each in refers.items()]
        lesson = TableLesson(
            table,
            crowd,
            [fact for fact in facts if fact.table == table.name and _is_of_many(fact, table, crowd)],
            keys=_keys(data, relation, refers, crowd),
            above={name: each for columns in seen for name, each in columns.items()},
            most=most,
        )
        columns, states[table.name] = columns_of(lesson)
        size, why = _root(data, table, mark) if relation is None else _children(data, relation, above, people, k)
        words = {**size, "columns": {name: each.words for name, each in columns.items()}}
        if kept := [*_kept(lesson, {name for name, each in columns.items() if "sql" in each.words})]:
            words["expect"] = kept
        made[table.name] = MadeTable(words, why, {name: each.why for name, each in columns.items()})
    return made


def _is_of_many(fact: Fact, table: Table, crowd: Holders) -> bool:
    """Whether enough people have all columns of what holds between amounts: where one is missing it says nothing."""
    return fact.kind not in OF_AMOUNTS or crowd.shows(table.frame[list(fact.columns)].notna().all(axis=1).to_numpy())


def _root(data: Dataset, table: Table, mark: Inferred) -> tuple[dict[str, Any], str]:
    seen = 1.0 if table.name in data.lookups else 1.0 - float(mark.holdout)
    return {"rows": int(rounded(len(table) / seen))}, "as many rows as there are, in two digits"


def _references(data: Dataset, table: Table) -> dict[str, Relation]:
    """The other tables that a table refers to, by the name under which the rows of each are seen."""
    main = data.parent_of(table.name)
    refers = [each for each in data.relations if each.child == table.name != each.parent and each != main]
    tables = Counter(each.parent for each in refers)
    named = {each: each.parent if tables[each.parent] == 1 else each.child_key for each in refers}
    return {re.sub(r"\W", "_", f"its {name}"): each for each, name in named.items()}


def _keys(data: Dataset, main: Relation | None, refers: Mapping[str, Relation], crowd: Holders) -> dict[str, Way]:
    """References as the book says them: to the parent, and to rows of other tables, all as likely."""
    keys: dict[str, Way] = {} if main is None else {main.child_key: {"reference": main.parent_key}}
    for name, each in refers.items():
        is_missing = data.parent_rows(each) < 0
        missing = {"missing": share(float(is_missing.mean()))} if crowd.tells_apart(is_missing) else {}
        words = {"table": each.parent, "key": each.parent_key, "as": name, **missing}
        keys[each.child_key] = {"reference": words}
    return keys


def _seen(states: Mapping[str, ColumnStates], name: str) -> dict[str, ColumnStates]:
    """The columns of a row that another one belongs or refers to, as they are seen from there."""
    return {
        f"{name}.{column}": ColumnStates(
            f"{name}.{column}",
            each.codes,
            levels=each.levels,
            cuts=tuple(sql_name(column, name) + cut.removeprefix(each.sql) for cut in each.cuts),
            sql=sql_name(column, name),
        )
        for column, each in states.items()
        if each.sql == sql_name(column)
    }


def _repeated(states: Mapping[str, ColumnStates], rows: Array) -> dict[str, ColumnStates]:
    """The parent's columns for each row of the child; for a row without a parent they are missing."""
    return {
        name: ColumnStates(
            name,
            np.where(rows < 0, each.count - 1, each.codes[rows]),
            levels=each.levels,
            cuts=each.cuts,
            sql=each.sql,
        )
        for name, each in states.items()
    }


def _children(
    data: Dataset, relation: Relation, above: Mapping[str, ColumnStates], people: Mapping[str, Array], k: int
) -> tuple[dict[str, Any], str]:
    """The law of how many rows each row of the parent has."""
    parents = data.parent_rows(relation)
    counts = np.bincount(parents[parents >= 0], minlength=len(data[relation.parent])).astype(float)
    crowd = Holders(people.get(relation.parent, np.arange(len(counts))), k)
    fits: list[FittedLaw] = []

    def leaf(rows: Array, *, stands_in: bool = False, at_all: bool = False) -> Way | None:
        fit = law_of(counts[rows], crowd.take(rows), 0)
        if fit is None or not (at_all or fit.tells_all(FEW)):
            return None
        fits.extend([] if stands_in else [fit])
        return fit.way

    own = states_of("rows", Kind.INTEGER, counts, crowd, sql="rows")
    follow = followings({"rows": own}, above, {}, {}, k)[0].parents if own is not None else ()
    rows = np.arange(len(counts))
    way = branched([above[name] for name in follow], rows, leaf, crowd) or leaf(rows, at_all=True) or {"constant": 0}
    said = f"rows for each row of {relation.parent}" + (f", by {' and '.join(follow)}" if follow else "")
    off = at_most(max((fit.off for fit in fits), default=0.0), len(counts), k)
    return {"belongs_to": {"table": relation.parent, "count": way}}, f"{said}; {off} of them off"


def _kept(lesson: TableLesson, derived: set[str]) -> Iterator[str]:
    """Orders of numbers that hold in every row. Those of dates are kept by how the later one is made."""
    for fact in lesson.facts:
        if fact.kind != "order" or set(fact.columns) <= derived:
            continue
        low, high = fact.columns
        if lesson.table[high].kind is not Kind.DATE:
            yield f"{sql_name(low)} <= {sql_name(high)}"
