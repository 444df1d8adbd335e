"""What each column needs before it can be made: the columns that its expressions name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from privsynth.errors import PolicyError
from privsynth.expressions import check_columns, names_in
from privsynth.generate.rules.book import Book, WordPath
from privsynth.generate.rules.values.templates import columns_of
from privsynth.generate.rules.vocabulary.basics import RuleModel
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, Draw, Person, Sequence, Uuid


class _AnyName(list[str]):
    """Every name is known."""

    def __contains__(self, name: object) -> bool:
        return True


ANY_NAME = _AnyName()  # where names were checked before


def needs_of(rule: Draw, path: WordPath, book: Book, columns: Collection[str]) -> set[str]:
    """The columns that must come before this column, or way to draw; each name is checked against `columns`."""
    needed: set[str] = set()
    for place, text in expressions_of(rule, path):
        needed |= names(text, place, book, columns)
    for place, name in _columns(rule, path):
        if name not in columns:
            raise book.error(place, "there is no such column.", f"columns that can be used here: {', '.join(columns)}")
        needed.add(name)
    return needed


def needs_of_words(words: Any, path: WordPath, book: Book, columns: Collection[str]) -> set[str]:
    """The same for the words of a process, with all laws and expressions inside them."""
    parts = [
        needs_of(inner, place, book, columns) if isinstance(inner, Draw) else names(inner, place, book, columns)
        for place, inner in words_with_expressions(words, path)
    ]
    return set[str]().union(*parts)


def words_with_expressions(words: Any, path: WordPath) -> Iterator[tuple[WordPath, Draw | str]]:
    """The ways to draw and the expressions inside the words of a process, each with its place."""
    if isinstance(words, Draw | str):
        yield path, words
        return
    inner: Mapping[Any, Any] = {}
    if isinstance(words, RuleModel):
        inner = {word: getattr(words, word) for word in type(words).model_fields if word not in words.plain_words}
    elif isinstance(words, dict | list):
        inner = words if isinstance(words, dict) else dict(enumerate(words))
    for word, value in inner.items():
        yield from words_with_expressions(value, (*path, str(word)))


def names(text: str, path: WordPath, book: Book, columns: Collection[str]) -> set[str]:
    """The columns that one expression names."""
    try:
        check_columns(text, columns)
        return set(names_in(text))
    except PolicyError as problem:
        raise book.error(path, problem.message, problem.hint) from None


def expressions_of(draw: Draw, path: WordPath) -> Iterator[tuple[WordPath, str]]:
    """Every expression of a column, or way to draw, with its place."""
    if isinstance(draw, ColumnRule) and isinstance(draw.missing, str):
        yield (*path, "missing"), draw.missing
    for word in ("sql", "when", "low", "high"):
        if isinstance(getattr(draw, word), str):
            yield (*path, word), getattr(draw, word)
    law = getattr(draw, draw.generator)
    if isinstance(law, RuleModel) and not isinstance(law, Sequence | Uuid | Person | Draw):
        words = {word: getattr(law, word) for word in type(law).model_fields if word not in law.plain_words}
        yield from (((*path, draw.generator, word), text) for word, text in words.items() if isinstance(text, str))
    if draw.point is not None:
        yield from (((*path, "point", *words), text) for words, text in draw.point.expressions())
    for leading, inner in draw.inner():
        yield from expressions_of(inner, (*path, *leading.split(".", 1)))


def _columns(draw: Draw, path: WordPath) -> Iterator[tuple[WordPath, str]]:
    """Every column that is named as such."""
    if draw.by is not None:
        yield (*path, "by"), draw.by
    if draw.template is not None:
        yield from (((*path, "template"), name) for name in columns_of(draw.template))
    if draw.lookup is not None:
        yield from (((*path, "lookup", "by", column), name) for column, name in draw.lookup.by.items())
    if draw.deal is not None:
        yield (*path, "deal", "of"), draw.deal.of
    if draw.before is not None:
        yield (*path, "before", "column"), draw.before.column
    if draw.person is not None and draw.person.gender is not None:
        yield (*path, "person"), draw.person.gender
    for words, inner in draw.inner():
        yield from _columns(inner, (*path, *words.split(".", 1)))
