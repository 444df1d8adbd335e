"""What a process demands of rows that somebody made: that they are in order, do not overlap, and keep to the moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from privsynth.checks.demand import Demand, rising
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Bond
from privsynth.generate.rules.time.states import names_of
from privsynth.generate.rules.vocabulary.rulebook import States, TableRule
from privsynth.typing import Array


def demands_of_process(name: str, rule: TableRule, tie: Bond | None, places: Mapping[str, str]) -> Iterator[Demand]:
    """Of the columns that hold parts of the process; `tie` leads to the parent, `places` say where columns stand."""
    columns = {column.row: named for named, column in rule.columns.items() if column.row is not None}
    for part in ("since", "time"):
        if part in columns:
            yield rising(name, columns[part], tie, places[columns[part]])
    if {"since", "until"} <= columns.keys():
        yield _apart(name, columns["since"], columns["until"], tie, places[columns["since"]])
    if rule.states is not None and "state" in columns:
        yield _moves(name, columns["state"], rule.states, tie, places[columns["state"]])


def _apart(table: str, since: str, until: str, tie: Bond | None, place: str) -> Demand:
    keys = _keys(tie)

    def broken(filed: FiledTables) -> Array:
        begin, end = (pd.Series(filed.values(table, column)) for column in (since, until))
        owners = filed.owners(table, keys)
        return np.asarray((begin < end.groupby(owners).ffill().groupby(owners).shift()) | (end < begin))

    return _demand(table, (since, until), keys, broken, "begins after the row before has ended", place)


def _moves(table: str, state: str, rule: States, tie: Bond | None, place: str) -> Demand:
    keys = _keys(tie)
    names = names_of(rule)
    lead = np.zeros(
        (len(names) + 2, len(names) + 1), dtype=bool
    )  # the last but one are no row before, the last unknown
    lead[-1, :-1] = True
    lead[-2, [names.index(name) for name, weight in rule.start.items() if weight != 0]] = True
    for name, ways in rule.moves.items():
        lead[names.index(name), [names.index(to) for to, weight in ways.items() if weight != 0]] = True

    def broken(filed: FiledTables) -> Array:
        states, owners = filed.values(table, state), filed.owners(table, keys)
        codes = pd.Series(pd.Categorical(states, categories=names).codes.astype(np.int64))
        before = codes.groupby(owners).shift(fill_value=len(names)).to_numpy()
        known = ~pd.isna(states) & ~pd.Series(pd.isna(states)).groupby(owners).shift(fill_value=False).to_numpy()
        return np.asarray(known & ~lead[before, codes])

    return _demand(table, (state,), keys, broken, "a state to which a move leads from the one before", place)


def _keys(tie: Bond | None) -> list[str]:
    return [] if tie is None else [relation.child_key for relation in tie.relations]


def _demand(
    table: str, columns: tuple[str, ...], keys: list[str], broken: Callable[[FiledTables], Array], *words: str
) -> Demand:
    return Demand(
        kind="order",
        table=table,
        columns=columns,
        needs=frozenset((table, name) for name in (*columns, *keys)),
        broken=broken,
        what=words[0],
        place=words[1],
    )
