"""How a table refers to others: each link has a name, under which the columns of the other table's row are seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privsynth.generate.rules.book import Book, WordPath

PARENT = "parent"


@dataclass(frozen=True)
class Link:
    """Each row refers to one row of another table, whose columns are seen as `name.column`."""

    name: str
    table: str  # the other one
    keys: Mapping[str, str] = field(repr=False)  # columns that repeat the other row's key, and the key's columns


def links_of(book: Book, name: str) -> dict[str, Link]:
    """The links of one table."""
    table, path = book.rules.tables[name], ("tables", name)
    references = {column: rule.reference for column, rule in table.columns.items() if rule.reference is not None}
    if table.belongs_to is None:
        for column in references:
            raise book.error((*path, "columns", column), "only a table with 'belongs_to' can refer to a parent.")
        return {}
    if table.belongs_to.table not in book.rules.tables:
        raise book.error(
            (*path, "belongs_to", "table"),
            "there is no such table.",
            f"tables are: {', '.join(book.rules.tables)}",
        )
    if len(references) != 1:
        raise book.error(
            path,
            f"a table with 'belongs_to' has one column with 'reference', not {len(references)}.",
            "such as  customer_id: {reference: customer_id}",
        )
    for column, key in references.items():
        _check_key(book, (*path, "columns", column), table.belongs_to.table, key)
    return {PARENT: Link(PARENT, table.belongs_to.table, references)}


def _check_key(book: Book, path: WordPath, table: str, key: str) -> None:
    columns = book.rules.tables[table].columns
    if key not in columns:
        raise book.error(path, f"table {table} has no such column.", f"its columns are: {', '.join(columns)}")


def visible(book: Book, name: str, links: Mapping[str, Link]) -> list[str]:
    """All that an expression of a table may name: its own columns, and those of the rows it refers to."""
    own = book.rules.tables[name].columns
    return [
        *own,
        *(f"{link.name}.{column}" for link in links.values() for column in book.rules.tables[link.table].columns),
    ]
