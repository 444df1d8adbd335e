"""How a table refers to others: each link has a name, under which the columns of the other table's row are seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privsynth.generate.rules.book import Book, Mistake, SeveralMistakes, WordPath
from privsynth.generate.rules.vocabulary.relations import RefersTo
from privsynth.generate.rules.vocabulary.rulebook import TableRule

PARENT = "parent"
DRAWN = {"where", "weight", "unique", "missing"}  # words for rows of another table
GROWN = {"roots", "depth", "span"}  # words for other rows of the same table


@dataclass(frozen=True, kw_only=True)
class Link:
    """Each row refers to one row of another table, whose columns are seen as `name.column`."""

    name: str
    table: str  # the other one
    keys: Mapping[str, str] = field(repr=False)  # columns that repeat the other row's key, and the key's columns
    rule: RefersTo | None = field(default=None, repr=False)  # which row it is; None: the parent
    path: WordPath = field(default=(), repr=False)  # where the rule stands
    is_own: bool = False  # whether it leads to another row of the same table

    def seen(self, column: str) -> str:
        """What a column of the other table is called here."""
        return f"{self.name}.{column}"


def links_of(book: Book, name: str) -> dict[str, Link]:
    """The links of one table: to its parent, and to others by its references."""
    table, path = book.rules.tables[name], ("tables", name)
    groups: dict[str, dict[str, RefersTo]] = {}
    for column, rule in table.columns.items():
        if rule.reference is not None:
            _check_reference(book, (*path, "columns", column, "reference"), table, rule.reference)
            groups.setdefault(rule.reference.link or PARENT, {})[column] = rule.reference
    links = _parent(book, path, table, groups.pop(PARENT, {}))
    for link, columns in groups.items():
        links[link] = _reference(book, path, link, columns)
    _check_names(book, path, table, links)
    return links


def check_key(book: Book, path: WordPath, link: Link) -> None:
    """Whether the columns that a link repeats tell one row of its table from all others."""
    table, keys = book.rules.tables[link.table], [*link.keys.values()]
    alone = [key for key in keys if table.columns[key].unique or table.columns[key].generator in ("sequence", "uuid")]
    together = [names for names in table.unique if set(names) <= set(keys)]
    if not (alone or together) or any(table.columns[key].missing != 0 for key in keys):
        problem = "a key must be a sequence, UUIDs, or unique, and never missing."
        hint = f"look at column {keys[0]} of table {link.table}"
        if len(keys) > 1:
            hint = f"say at table {link.table}  unique: [{', '.join(keys)}]"
        raise book.error(path, problem, hint)


def visible(book: Book, name: str, links: Mapping[str, Link]) -> list[str]:
    """All that an expression of a table may name: its own columns, and those of the rows it refers to."""
    own = book.rules.tables[name].columns
    return [*own, *(seen for link in links.values() for seen in visible_through(book, link))]


def visible_through(book: Book, link: Link) -> list[str]:
    return [link.seen(column) for column in book.rules.tables[link.table].columns]


def _check_reference(book: Book, path: WordPath, table: TableRule, rule: RefersTo) -> None:
    belongs = table.belongs_to
    if rule.table is None and belongs is None:
        raise book.error(path[:-1], "only a table with 'belongs_to' can refer to a parent.")
    other = rule.table or (belongs.table if belongs else "")
    place = (*path, "table") if rule.table else (*path[:2], "belongs_to", "table")
    if other not in book.rules.tables:
        raise _unknown_table(book, place)
    columns = book.rules.tables[other].columns
    if rule.key not in columns:
        raise book.error(path, f"table {other} has no such column.", f"its columns are: {', '.join(columns)}")
    if "." in (rule.link or ""):
        raise book.error(path, f"{rule.link}.x could mean several things.", "give the row another name by 'as'")
    if rule.link == PARENT:
        raise book.error(path, "'parent' is the row of the table in 'belongs_to'.", "give it another name by 'as'")


def _unknown_table(book: Book, path: WordPath) -> Mistake:
    return book.error(path, "there is no such table.", f"tables are: {', '.join(book.rules.tables)}")


def _parent(book: Book, path: WordPath, table: TableRule, columns: Mapping[str, RefersTo]) -> dict[str, Link]:
    if table.belongs_to is None:
        return {}
    keys = {column: rule.key for column, rule in columns.items()}
    is_known = table.belongs_to.table in book.rules.tables
    wrong = [] if is_known else [_unknown_table(book, (*path, "belongs_to", "table"))]
    if not keys:
        problem = "a table with 'belongs_to' has one column with 'reference', not 0; or one for each column of the key."
        wrong.append(book.error((*path, "belongs_to"), problem, "such as  id: {reference: id}"))
    if wrong:
        raise SeveralMistakes(wrong)
    said = table.belongs_to.key
    if said is not None and sorted(said) != sorted(keys.values()):
        problem = f"the key is {', '.join(said)}, and the columns with 'reference' repeat {', '.join(keys.values())}."
        raise book.error((*path, "belongs_to", "key"), problem, "let one column refer to each column of the key")
    return {PARENT: Link(name=PARENT, table=table.belongs_to.table, keys=keys)}


def _reference(book: Book, path: WordPath, name: str, columns: Mapping[str, RefersTo]) -> Link:
    """Columns of one name refer to one row: what is said of it is said once."""
    tables = {rule.table for rule in columns.values()}
    saying = [column for column, rule in columns.items() if rule.words - {"as"}] or list(columns)[:1]
    if len(tables) > 1 or len(saying) > 1:
        raise book.error(
            (*path, "columns", saying[-1], "reference"),
            f"columns {' and '.join(columns)} refer to the same row, {name}; its table is one, and what else is said"
            " of it is said once.",
            "give them different names by 'as' if they refer to different rows",
        )
    keys = {column: rule.key for column, rule in columns.items()}
    place = (*path, "columns", saying[0], "reference")
    table, rule = str(tables.pop()), columns[saying[0]]
    is_own = table == path[1]
    wrong = rule.words & (DRAWN if is_own else GROWN)
    if wrong:
        others = "other rows of the same table" if is_own else "rows of another table"
        known = ", ".join(sorted(GROWN if is_own else DRAWN))
        raise book.error(place, f"{' and '.join(sorted(wrong))} does not go with {others}.", f"known here are: {known}")
    return Link(name=name, table=table, keys=keys, rule=rule, path=place, is_own=is_own)


def _check_names(book: Book, path: WordPath, table: TableRule, links: Mapping[str, Link]) -> None:
    for column in table.columns:
        if column.partition(".")[0] in links and "." in column:
            raise book.error((*path, "columns", column), "this name means a column of the row that is referred to.")
