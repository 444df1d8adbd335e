"""A book as a scenario has it: its words stand instead of those of the book, and keep their place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from privsynth.errors import PolicyError
from privsynth.generate.rules.book import Book, BookText, Mistake, WordPath
from privsynth.generate.rules.planning.plan import BookPlan
from privsynth.generate.rules.vocabulary.rulebook import GENERATORS

WAY = {*GENERATORS, "then", "else", "of", "low", "high"}  # a new way leaves none of these words of the old one
WORD_BY_WORD = ("belongs_to",)  # words of a table of which a scenario may say a part
MOST_COLUMNS = 5_000  # of all scenarios together: each is planned whenever the book is read


@dataclass(frozen=True, eq=False)
class Varied:
    """A scenario, ready: the book as it has it, and which words are its own."""

    book: Book
    plan: BookPlan
    changes: tuple[WordPath, ...] = field(repr=False)  # where they stand in the book


def is_too_much(book: Book) -> Mistake | None:
    """The mistake of scenarios that together are more than can be looked through."""
    columns = sum(len(table.columns) for table in book.rules.tables.values()) * len(book.rules.scenarios)
    if columns <= MOST_COLUMNS:
        return None
    problem = f"the scenarios have {columns:,} columns together; at most {MOST_COLUMNS:,} are looked through."
    return book.error(("scenarios",), problem, "leave the scenario out, or split the book")


@dataclass(frozen=True, eq=False, kw_only=True)
class Variation:
    """The text of a book as a scenario has it, not yet looked at."""

    name: str
    text: BookText = field(repr=False)
    whole: BookText = field(repr=False)  # with all scenarios, as it is written
    changes: Mapping[WordPath, WordPath] = field(repr=False)  # where each word stands in the book, and in the scenario
    mistakes: tuple[Mistake, ...]  # of the scenario's own words

    def makes_anew(self, part: WordPath) -> bool:
        """Whether the scenario says another way for a column."""
        return any(into[:-1] == part and into[-1] in GENERATORS for into in self.changes)

    def touches(self, parts: Iterable[WordPath]) -> bool:
        """Whether it changes something inside these parts."""
        return any(into[: len(part)] == part for part in parts for into in self.changes)

    def told(self, mistake: Mistake) -> Mistake:
        return _in_scenario(mistake, self.whole, self.name, self.changes)


def variation_of(words: BookText, book: Book, name: str) -> Variation:
    mistakes = list[Mistake]()
    changes = dict(_changes(book, name, mistakes))
    text = _with_changes(words, changes)
    return Variation(name=name, text=text, whole=words, changes=changes, mistakes=tuple(mistakes))


def chosen(name: str, scenarios: Mapping[str, Varied]) -> Varied:
    """The scenario of this name."""
    if name in scenarios:
        return scenarios[name]
    near = get_close_matches(name, scenarios, n=1)
    known = f"there are: {', '.join(scenarios)}" if scenarios else "it has none; rules/README.md says how to write one"
    raise PolicyError(
        "the rulebook has no scenario of this name.", hint=f"did you mean {near[0]}? {known}" if near else known
    )


def _changes(book: Book, name: str, mistakes: list[Mistake]) -> Iterator[tuple[WordPath, WordPath]]:
    """Where each word of a scenario stands in the book, and in the scenario; what is not there is a mistake."""
    for table, words in book.rules.scenarios[name].tables.items():
        path = ("scenarios", name, "tables", table)
        if table not in book.rules.tables:
            mistakes.append(_unknown(book, path, list(book.rules.tables), "table"))
            continue
        for word in map(str, words):
            inside = words.get(word)
            if word == "columns" and isinstance(inside, dict):
                yield from _of_columns(book, (*path, word), inside, mistakes)
            elif word in WORD_BY_WORD and isinstance(inside, dict):
                yield from (_both((*path, word, str(part))) for part in inside)
            else:
                yield _both((*path, word))


def _of_columns(
    book: Book, path: WordPath, columns: Mapping[Any, Any], mistakes: list[Mistake]
) -> Iterator[tuple[WordPath, WordPath]]:
    known = list(book.rules.tables[path[3]].columns)
    for column, words in columns.items():
        here = (*path, str(column))
        if str(column) not in known:
            mistakes.append(_unknown(book, here, known, "column"))
        elif not isinstance(words, dict):
            mistakes.append(book.error(here, "words are expected here, such as {missing: 0.5}."))
        else:
            yield from (_both((*here, str(word))) for word in words)


def _both(path: WordPath) -> tuple[WordPath, WordPath]:
    return path[2:], path


def _unknown(book: Book, path: WordPath, known: list[str], what: str) -> Mistake:
    near = get_close_matches(path[-1], known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
    return book.error(path, f"the book has no such {what}; a scenario changes what is there.", hint)


def _with_changes(words: BookText, changes: Mapping[WordPath, WordPath]) -> BookText:
    """The whole text with the words of a scenario in their places."""
    content, marks = deepcopy(words.content), dict(words.marks)
    for into, path in changes.items():
        value = _at(words.content, path)
        whole = _at(content, into[:-1], make=True)
        for word in _replaced(into, whole):
            whole.pop(word, None)
            marks = {mark: place for mark, place in marks.items() if mark[: len(into)] != (*into[:-1], str(word))}
        whole[_key(whole, into[-1])] = deepcopy(value)
        marks |= {(*into, *mark[len(path) :]): at for mark, at in words.marks.items() if mark[: len(path)] == path}
        if _is_way(into):
            marks[into[:-1]] = words.marks[path[:-1]]  # the column is made here
    content.pop("scenarios")
    return replace(words, content=content, marks=marks)


def _replaced(into: WordPath, whole: Mapping[Any, Any]) -> list[Any]:
    """The words that go: of the same name, and if it is a new way of a column all words of the old one."""
    is_way = _is_way(into)
    return [word for word in whole if str(word) == into[-1] or (is_way and str(word) in WAY)]


def _is_way(into: WordPath) -> bool:
    return into[2:3] == ("columns",) and into[-1] in GENERATORS


def _at(inside: Any, path: WordPath, *, make: bool = False) -> Any:
    for word in path:
        key = _key(inside, word)
        inside = inside.setdefault(key, {}) if make else inside[key]
    return inside


def _key(inside: Mapping[Any, Any], word: str) -> Any:
    """The key that is written so: names may be numbers in YAML."""
    return next((key for key in inside if str(key) == word), word)


def _in_scenario(mistake: Mistake, text: BookText, name: str, changes: Iterable[WordPath]) -> Mistake:
    """The mistake under the name that its words have in the scenario; or, where it lies in the book, who brings it."""
    own, path = ("scenarios", name, *mistake.path), mistake.path
    if any(path[: len(into)] == into for into in changes):
        return Mistake(mistake.place, own, mistake.problem, hint=mistake.hint, line=mistake.line)
    if any(into[: len(path)] == path for into in changes):
        line, column = text.marks[own]
        return Mistake(f"{text.file}:{line}:{column}", own, mistake.problem, hint=mistake.hint, line=line)
    problem = f"in scenario {name}: {mistake.problem}"
    return Mistake(mistake.place, path, problem, hint=mistake.hint, line=mistake.line)
