"""What is made one after another: the rows of a table, where they refer to, a column of them, and what mends them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from privsynth.generate.rules.book import Book, WordPath
from privsynth.generate.rules.making.rows import place_of
from privsynth.generate.rules.planning.ordering import Circle, ordered


class Act(StrEnum):
    """What is done in a turn."""

    ROWS = "rows"  # how many rows the table has, and the parent of each
    LINK = "link"  # which row of another table each row refers to, under a name
    COLUMN = "column"
    MEND = "mend"  # rows that break an expectation are drawn again


class Turn(NamedTuple):
    """One thing to be made, of one table."""

    table: str
    act: Act
    name: str = ""  # of the column, the link (as `rows.place_of` has it) or the round of mending

    def __str__(self) -> str:
        named = {Act.ROWS: "", Act.MEND: ".expect"}
        return self.table + named.get(self.act, f".{self.name.rstrip('.')}")

    @property
    def path(self) -> WordPath:
        """Where it stands in the rulebook."""
        ends = {Act.COLUMN: ("columns", self.name), Act.MEND: ("expect",)}
        return ("tables", self.table, *ends.get(self.act, ()))


def rows_of(table: str) -> Turn:
    return Turn(table, Act.ROWS)


def column_of(table: str, name: str) -> Turn:
    return Turn(table, Act.COLUMN, name)


def link_of(table: str, name: str) -> Turn:
    return Turn(table, Act.LINK, place_of(name))


def mend_of(table: str, when: str) -> Turn:
    return Turn(table, Act.MEND, when)


def turns_in_order(needs: Mapping[Turn, Collection[Turn]], book: Book) -> tuple[Turn, ...]:
    """All turns, each after those that it needs. A circle is a mistake of the book, and is named."""
    try:
        return tuple(ordered(needs))
    except Circle as circle:
        inside = len({turn.table for turn in circle.names}) == 1
        names = [str(turn).removeprefix(f"{turn.table}.") if inside else str(turn) for turn in circle.names]
        things = "tables" if all(turn.act is Act.ROWS for turn in circle.names) else "columns"
        raise book.error(
            circle.names[0].path,
            f"{things} need each other in a circle: {' -> '.join(names)}.",
            "let one of them stand on its own",
        ) from None
