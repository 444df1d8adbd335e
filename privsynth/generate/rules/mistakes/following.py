"""Which mistakes may follow from others: what a part of a book names, and whether that was put aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any

from privsynth.errors import PolicyError
from privsynth.expressions import names_in
from privsynth.generate.rules.book import Book, WordPath
from privsynth.generate.rules.planning.needs import ANY_NAME, needs_of, needs_of_words
from privsynth.generate.rules.relations.links import PARENT
from privsynth.generate.rules.vocabulary.basics import RuleModel
from privsynth.generate.rules.vocabulary.relations import RefersTo, Total
from privsynth.generate.rules.vocabulary.rulebook import PROCESSES, TableRule


def follows(path: WordPath, book: Book, aside: Collection[WordPath]) -> bool:
    """Whether what stands there names something that was put aside."""
    return _is_aside(_named(path, book), aside)


def all_following(book: Book, aside: Collection[WordPath]) -> set[WordPath]:
    """The columns, expectations and numbers of rows that name what was put aside, or name one that does."""
    named = {path: _named(path, book) for path in _naming(book)}
    found, before = {*aside}, 0
    while len(found) > before:
        before = len(found)
        found |= {path for path, names in named.items() if _is_aside(names, found)}
    return found - {*aside}


def _is_aside(named: Iterable[WordPath], aside: Collection[WordPath]) -> bool:
    return any(path[:size] in aside for path in named for size in range(2, len(path) + 1))


def _naming(book: Book) -> Iterator[WordPath]:
    for name, table in book.rules.tables.items():
        yield from _columns(name, table.columns)
        yield from (("tables", name, "expect", str(at)) for at in range(len(table.expect)))
        if table.belongs_to is not None and table.belongs_to.count is not None:
            yield ("tables", name, "belongs_to", "count")
        if table.process is not None:
            yield ("tables", name, table.process)


def _named(path: WordPath, book: Book) -> set[WordPath]:
    """The columns and other words of tables that the part at this path names."""
    table = book.rules.tables.get(path[1]) if path[0] == "tables" and len(path) > 1 else None
    if table is None:
        return set()
    match path[2:]:
        case ("columns", column, *_):
            return _by_column(path, table, book) if column in table.columns else set()
        case ("expect", at, *_):
            return _behind(path[1], book, _asked(lambda: names_in(table.expect[int(at)].that)))
        case ("belongs_to", "count", *_) if table.belongs_to is not None:
            law = table.belongs_to.count
            return _behind(path[1], book, _asked(lambda: needs_of_words(law, path[:4], book, ANY_NAME)))
        case ("belongs_to", *_) if table.belongs_to is not None:
            return {*_columns(path[1], table.columns), *_columns(table.belongs_to.table, _keys(table))}
        case ("break",):
            return {("tables", path[1], "expect", str(at)) for at in range(max(1, len(table.expect)))}
        case (word, *_) if word == table.process:
            process = getattr(table, word)
            return _behind(path[1], book, _asked(lambda: needs_of_words(process, path[:3], book, ANY_NAME)))
        case (word, *inside):
            return _columns(path[1], set(_texts(_value(table, word, inside))) & {*table.columns})
        case _:
            return set()


def _columns(table: str, names: Iterable[str]) -> set[WordPath]:
    return {("tables", table, "columns", name) for name in names}


def _keys(table: TableRule) -> list[str]:
    """The columns of the parent that those of a table repeat."""
    rules = (rule.reference for rule in table.columns.values())
    return [rule.key for rule in rules if rule is not None and rule.table is None]


def _by_column(path: WordPath, table: TableRule, book: Book) -> set[WordPath]:
    name, rule = path[1], table.columns[path[3]]
    named = _behind(name, book, _asked(lambda: needs_of(rule, path[:4], book, ANY_NAME)))
    if rule.reference is not None:
        named |= _by_reference(name, rule.reference, book)
    if rule.total is not None:
        named |= _by_total(name, rule.total, book, is_of_rows=path[5:] in (("of",), ("through",)))
    if rule.row is not None:
        named |= {("tables", name, word) for word in ("rows", *PROCESSES)}
    if rule.point is not None and not rule.point.has_region:
        named |= _columns(name, table.columns)  # one of them may have said where it lies
    return named


def _by_reference(name: str, rule: RefersTo, book: Book) -> set[WordPath]:
    if rule.table is None:
        return _behind(name, book, [f"{PARENT}.{rule.key}"])
    texts = [text for text in (rule.where, rule.weight, rule.missing) if isinstance(text, str)]
    names = {named for text in texts for named in _asked(partial(names_in, text))}
    return _columns(rule.table, [rule.key]) | _behind(name, book, names)


def _by_total(name: str, rule: Total, book: Book, *, is_of_rows: bool) -> set[WordPath]:
    """The column that is added up; and what may have tied its table to this one."""
    found = [there for there in book.rules.tables if rule.of == there or rule.of.startswith(f"{there}.")]
    there = max(found, key=len, default=None)
    if there is None:
        return set()
    tying = [column for column, each in book.rules.tables[there].columns.items() if each.reference is not None]
    columns = book.rules.tables[there].columns if is_of_rows else [*tying, rule.of[len(there) + 1 :]]
    return _columns(there, columns) | {("tables", there, "belongs_to")} | ({("tables", name)} if is_of_rows else set())


def _behind(table: str, book: Book, names: Iterable[str]) -> set[WordPath]:
    """What names stand for in a table: a column of it, or one of a row that it refers to."""
    rule, found = book.rules.tables[table], set[WordPath]()
    for name in names:
        link, point, column = name.partition(".")
        if name in rule.columns or not point:
            found |= _columns(table, [name])
        elif link == PARENT:
            parent = rule.belongs_to.table if rule.belongs_to else ""
            found |= {("tables", table, "belongs_to"), *_columns(parent, [column])}
        else:
            tying = {own: each.reference for own, each in rule.columns.items() if each.reference is not None}
            tying = {own: refers for own, refers in tying.items() if refers.link == link}
            found |= _columns(table, tying or rule.columns)  # a column put aside no longer says what it referred to
            found |= {path for refers in tying.values() for path in _columns(refers.table or "", [column])}
    return found


def _value(table: TableRule, word: str, inside: list[str]) -> Any:
    """What a word of a table says, or one of the things it lists."""
    value = next(
        (getattr(table, name) for name, each in type(table).model_fields.items() if word in (name, each.alias)), None
    )
    if isinstance(value, list) and inside and inside[0].isdigit() and int(inside[0]) < len(value):
        return value[int(inside[0])]
    return value


def _texts(value: Any) -> Iterator[str]:
    """All texts inside; `a ~ b` is two."""
    if isinstance(value, RuleModel):
        yield from _texts(value.model_dump())
    elif isinstance(value, dict):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield from (part.strip() for part in value.split("~"))


def _asked(names: Callable[[], Iterable[str]]) -> set[str]:
    """What cannot be read is wrong by itself, and names nothing."""
    try:
        return set(names())
    except PolicyError:
        return set()
