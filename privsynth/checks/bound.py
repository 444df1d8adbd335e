"""What binds rows, as demands on the tables at hand: with the columns as they are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from privsynth.bindings import Bound, BoundReference, BoundRow, BoundTotal, BoundUnique
from privsynth.checks.demand import Demand, adds_up, holds, refers, seen_through, unique
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Bond, Dataset, Kind, Place
from privsynth.errors import PolicyError


def filed_with(data: Dataset, bindings: Iterable[Bound]) -> FiledTables:
    """The tables with the ties that the bindings speak of."""
    ties: dict[str, tuple[Bond, ...]] = {}
    for each in bindings:
        for table, tie in ties_of(each):
            ties[table] = tuple(dict.fromkeys((*ties.get(table, ()), tie)))
    return FiledTables(data=data, ties=ties)


def ties_of(binding: Bound) -> list[tuple[str, Bond]]:
    """What ties tables together for it, each with the table whose rows refer."""
    match binding:
        case BoundRow(rule=rule):
            return [(binding.table, tie) for tie in rule.ties]
        case BoundReference(tie=tie):
            return [(binding.table, tie)]
        case BoundTotal(tie=tie, below=below):
            return [(below, tie)]
        case BoundUnique():
            return []
        case _:
            assert_never(binding)


def tables_of(binding: Bound) -> set[str]:
    """The tables without which it cannot be asked."""
    return {binding.table, *(each for table, tie in ties_of(binding) for each in (table, tie.parent))}


def demand_of(binding: Bound, data: Dataset, like: Dataset | None = None) -> Demand:
    """The demand on these tables; PolicyError where their columns are not what it speaks of.

    `like`: the tables that it was written for. A column that was a number there and is words here is another one.
    """
    demand = _demand(binding, data)
    absent = [f"{table}.{name}" for table, name in sorted(demand.needs) if table not in data or name not in data[table]]
    if absent:
        raise PolicyError(f"{', '.join(absent)} is not there.")
    other = [] if like is None else [at for at in sorted(demand.needs) if _sort(at, data) != _sort(at, like)]
    if other:
        raise PolicyError(f"{', '.join(map('.'.join, other))} is of another kind.")
    return demand


def _sort(place: Place, data: Dataset) -> str:
    column = data[place[0]][place[1]]
    return "number" if column.kind.is_numeric else "date" if column.kind is Kind.DATE else "words"


def _demand(binding: Bound, data: Dataset) -> Demand:
    match binding:
        case BoundRow(rule=rule, table=table, place=place):
            described = {each.name: each.columns for each in data}
            columns = seen_through(rule.ties, described) | {column.name: column for column in described[table]}
            return holds(rule.expect, table, columns, rule.ties, rate=rule.rate, place=place)
        case BoundUnique(table=table, columns=names, place=place):
            return unique(table, names, place)
        case BoundReference(tie=tie, place=place):
            return refers(tie, place)
        case BoundTotal():
            _refuse_texts(binding, data)
            return adds_up(binding)
        case _:
            assert_never(binding)


def _refuse_texts(total: BoundTotal, data: Dataset) -> None:
    """A sum is of numbers, and is a number."""
    ends = [(total.table, total.column), *([(total.below, total.of)] if total.of is not None else [])]
    kinds = {f"{table}.{name}": data[table][name].kind for table, name in ends if table in data and name in data[table]}
    texts = [name for name, kind in kinds.items() if not kind.is_numeric and kind.value != "date"]
    if texts:
        raise PolicyError(f"{', '.join(texts)} holds {kinds[texts[0]]}, which cannot be added up.")
