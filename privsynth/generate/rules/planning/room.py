"""Whether unique columns have as many different values as there are rows: known before anything is made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privsynth.generate.rules.book import Book, Mistake, SeveralMistakes
from privsynth.generate.rules.vocabulary.rulebook import Draw, TableRule

if TYPE_CHECKING:
    from privsynth.generate.rules.planning.plan import TablePlan


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """Too few different values, and the words of the table that ask for more."""

    words: tuple[str, ...]
    problem: str
    hint: str
    column: str | None = None


def shortages(plan: TablePlan, rows: int) -> Iterator[Shortage]:
    """What so many rows of a table lack, alone and together, where the values of columns can be counted."""
    for column in plan.columns.values():
        capacity = column.provider.capacity if column.provider else None
        if column.rule.unique and capacity is not None and capacity < rows:
            yield Shortage(
                words=("columns", column.name, "unique"),
                problem=f"column {column.name} of table {plan.name} must hold {rows} different values;"
                f" its rule has {capacity}.",
                hint="ask for fewer rows, widen the rule, or leave out 'unique'",
                column=column.name,
            )
    for at, names in enumerate(plan.rule.unique):
        providers = [plan.columns[name].provider for name in names]
        counts = [provider.capacity for provider in providers if provider is not None and provider.capacity is not None]
        room = math.prod(counts)
        if len(counts) == len(names) and room < rows:
            yield Shortage(
                words=("unique", str(at)),
                problem=f"{' and '.join(names)} of table {plan.name} must not be alike in {rows} rows;"
                f" their rules have {room} combinations.",
                hint="ask for fewer rows, or widen the rules",
            )


def check_room(book: Book, plans: Mapping[str, TablePlan]) -> None:
    """Whether the rows that a book surely asks for can be as different as it says."""
    mistakes: list[Mistake] = [
        book.error(("tables", name, *each.words), each.problem, each.hint)
        for name, plan in plans.items()
        for each in shortages(plan, _least(book.rules.tables, name))
    ]
    if mistakes:
        raise mistakes[0] if len(mistakes) == 1 else SeveralMistakes(mistakes)


def _least(tables: Mapping[str, TableRule], name: str) -> int:
    """The rows that a table has at least."""
    rule = tables[name]
    if rule.rows is not None:
        return rule.rows
    if rule.belongs_to is None or rule.belongs_to.count is None:
        return 0
    return _fewest(rule.belongs_to.count) * _least(tables, rule.belongs_to.table)


def _fewest(count: Draw) -> int:
    least = count.whole.low if count.whole is not None else count.constant
    return max(0, int(least)) if isinstance(least, int | float) else 0
