"""A rulebook in words, as a person reads it on a screen and a program as an object."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Dataset, Place, Table
from privsynth.errors import PolicyError, visible

if TYPE_CHECKING:
    from privsynth.generate.rules.book import Mistake
    from privsynth.generate.rules.telling.words import ToldBook, ToldColumn, ToldTable

WIDTH = 80
NAMES = 24  # letters at most of a column's name beside its sentence
ROWS, LONGEST = 10, 40  # rows of a table that are shown, and letters of a cell
FIRST = 6  # names of columns that are told of those that rest upon one


def narrowed(book: ToldBook, table: str | None, column: str | None) -> ToldBook:
    """One table of the book, or one column with all that it rests upon, in whichever tables."""
    tables = [each for each in book.tables if table in (None, each.name)]
    if not tables:
        raise _unknown("table", table, [each.name for each in book.tables], [])
    if column is None:
        return replace(book, tables=tuple(tables), scenarios=())
    holders = [each for each in tables if column in [c.name for c in each.columns]]
    if not holders:
        passed_over = [name for each in tables for name in each.passed_over]
        raise _unknown("column", column, [c.name for each in tables for c in each.columns], passed_over)
    needed = _behind(book, [(each.name, column) for each in holders])
    kept = (_only(each, needed) for each in book.tables)
    return replace(book, tables=tuple(each for each in kept if each.columns), scenarios=())


def _unknown(what: str, name: str | None, known: Sequence[str], passed_over: Sequence[str]) -> PolicyError:
    if name in passed_over:
        return PolicyError(f"a mistake stands in the way of this {what}.", hint="leave out --column, and mend it first")
    near = get_close_matches(name or "", [*known, *passed_over], n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
    return PolicyError(f"the book has no such {what}.", hint=hint)


def _behind(book: ToldBook, wanted: Sequence[Place]) -> set[Place]:
    """Columns of all tables, with all that they rest upon."""
    needs = {(table.name, column.name): column.behind for table in book.tables for column in table.columns}
    found, todo = set[Place](), [*wanted]
    while todo:
        place = todo.pop()
        if place not in found:
            found.add(place)
            todo += needs.get(place, ())
    return found


def _only(table: ToldTable, places: Collection[Place]) -> ToldTable:
    columns = tuple(column for column in table.columns if (table.name, column.name) in places)
    return replace(table, columns=columns, expects=(), passed_over=())


def lines_of(book: ToldBook, mistakes: Sequence[Mistake], doubts: Sequence[Mistake]) -> Iterator[str]:
    """The mistakes first, then table by table in the order in which they are made."""
    yield from mistake_lines(mistakes, doubts)
    if book.tables:
        about = f": {book.about}" if book.about else ""
        yield from _wrapped(f"{book.name}{about}", 2)
    for number, table in enumerate(book.tables, 1):
        yield ""
        yield from _wrapped(f"{number}. {table.name}: {table.rows}", 3)
        yield from _wrapped(f"   {table.about}", 3) if table.about else ()
        width = min(NAMES, max([len("expect"), *(len(column.name) for column in table.columns)]))
        for column in table.columns:
            yield from _column(column, width)
        for expects in table.expects:
            yield from _named("expect", expects, width)
        if table.passed_over:
            yield from _named("(passed over)", f"{', '.join(table.passed_over)}: see the mistakes", width)
    for scenario in book.scenarios:
        yield ""
        yield from _wrapped(f"scenario {scenario.name}{f': {scenario.about}' if scenario.about else ''}", 3)
        for change in scenario.changes:
            yield from _wrapped(f"   {change}", 5)


def mistake_lines(mistakes: Sequence[Mistake], doubts: Sequence[Mistake]) -> Iterator[str]:
    """Each mistake, and what is hardly meant, with its place and what to do."""
    for word, each in (*(("mistake", each) for each in mistakes), *(("doubt", each) for each in doubts)):
        yield from _wrapped(f"{word:<9}{each.message}", 9)
        for line in each.hint.splitlines():
            yield from _wrapped(f"{'':9}{line}", 9)


def doubts_in_lines(doubts: Sequence[Mistake]) -> list[str]:
    """The same for a program, as warnings."""
    return [f"{each.message} ({each.hint})" for each in doubts]


def rows_of(data: Dataset) -> Iterator[str]:
    """Ten rows of each table, side by side as many columns as there is room for."""
    for each in data:
        yield f"{each.name}: {len(each):,} rows, the first {min(ROWS, len(each))}"
        cells = [[column.name, *_shown(each, column.name)] for column in each.columns]
        for group in _fitting(cells):
            yield from ("  ".join(line).rstrip() for line in zip(*group, strict=True))
            yield ""


def _shown(table: Table, name: str) -> list[str]:
    return [
        visible("" if cell is None else str(cell))[:LONGEST]
        for cell in table.take(np.arange(min(ROWS, len(table)))).text(name)
    ]


def _fitting(columns: list[list[str]]) -> Iterator[list[list[str]]]:
    """Columns as wide as their longest cell, in groups that fit the screen."""
    group: list[list[str]] = []
    used = 0
    for cells in columns:
        width = max(map(len, cells))
        if group and used + width + 2 > WIDTH:
            yield group
            group, used = [], 0
        group.append([cell[:WIDTH].ljust(width) for cell in cells])
        used += width + 2
    if group:
        yield group


def _column(column: ToldColumn, width: int) -> Iterator[str]:
    about = f"{column.about}: " if column.about else ""
    yield from _named(column.name, f"{about}{column.sentence}", width)
    if column.rests_upon:
        yield from _named("", f"<- rests upon {', '.join(column.rests_upon)}", width)
    if column.carries:
        more = len(column.carries) - FIRST
        rest = f" and {more} more" if more > 0 else ""
        yield from _named("", f"-> used by {', '.join(column.carries[:FIRST])}{rest}", width)


def _named(name: str, text: str, width: int) -> list[str]:
    """A name, and beside it what there is to say."""
    return _wrapped(f"   {name:<{width}}  {text}", width + 5)


def _wrapped(line: str, indent: int) -> list[str]:
    return textwrap.wrap(
        visible(line), WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False, drop_whitespace=True
    )


def record(book: ToldBook, mistakes: Sequence[Mistake]) -> Mapping[str, object]:
    """The same for a program."""
    return {
        "book": book.name,
        "tables": [
            {
                "name": table.name,
                "rows": table.rows,
                "columns": [
                    {word: told for word, told in vars(column).items() if word != "behind"} for column in table.columns
                ],
                "expects": list(table.expects),
                "passed_over": list(table.passed_over),
                "parents": {own: parent for own, (parent, _) in table.keys.items()},
            }
            for table in book.tables
        ],
        "scenarios": [
            {"name": each.name, "about": each.about, "changes": list(each.changes)} for each in book.scenarios
        ],
        "mistakes": mistake_records(mistakes),
    }


def mistake_records(mistakes: Sequence[Mistake]) -> list[Mapping[str, object]]:
    return [
        {"place": each.place, "path": list(each.path), "problem": each.problem, "hint": each.hint} for each in mistakes
    ]
