"""All mistakes of a rulebook at once: what is wrong is noted and put aside, and the rest is planned again.

A part that is put aside leaves a column without values in its place, so that the rest keeps its names. A mistake of
whatever names such a column may follow from the first one, and is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from privsynth.errors import PolicyError
from privsynth.expressions import names_in
from privsynth.generate.rules.book import (
    MOST_PROBLEMS,
    Book,
    Mistake,
    SeveralMistakes,
    WordPath,
    book_of,
    parsed,
    read_text,
)
from privsynth.generate.rules.planning.needs import ANY_NAME, needs_of, needs_of_words
from privsynth.generate.rules.planning.plan import BookPlan, plan_tables
from privsynth.generate.rules.relations.links import PARENT
from privsynth.generate.rules.scenarios.variation import Varied, chosen, scenarios_of

FEW_COLUMNS = 500  # a larger book is planned once: only its first mistake is found, or all of its words
ROUNDS = 3 * MOST_PROBLEMS  # in which what follows from a mistake is put aside, too
NOTHING = {"constant": None}
SOUND = {"version": 1, "name": "a rulebook", "locale": "en_US"}  # instead of what is wrong at the top


@dataclass(frozen=True, eq=False)
class Examined:
    """A book without its mistakes. None: nothing is left of it."""

    book: Book | None
    plan: BookPlan | None
    mistakes: tuple[Mistake, ...]
    _: KW_ONLY
    aside: frozenset[WordPath] = frozenset()  # what was put aside: wrong, or resting upon what is
    scenarios: Mapping[str, Varied] = field(default_factory=dict)  # of a book without mistakes of its own

    def is_aside(self, path: WordPath) -> bool:
        """Whether a part was put aside, or what it belongs to."""
        return any(path[: len(part)] == part for part in self.aside)

    def is_column_aside(self, table: str, column: str) -> bool:
        return self.is_aside(("tables", table, "columns", column))

    @property
    def places_aside(self) -> frozenset[str]:
        """Where the words stand that were put aside."""
        return frozenset(self.book.place(part) for part in self.aside) if self.book else frozenset()


def ready(path: Path, scenario: str | None = None) -> tuple[Book, BookPlan]:
    """A rulebook, or one of its scenarios, read and planned; or an error that tells all of its mistakes."""
    found = examined(read_text(path), path.name, path.parent)
    if found.book is None or found.plan is None or found.mistakes:
        raise found.mistakes[0] if len(found.mistakes) == 1 else SeveralMistakes(found.mistakes)
    if scenario is None:
        return found.book, found.plan
    varied = chosen(scenario, found.scenarios)
    return varied.book, varied.plan


def examined(text: str, file: str, folder: Path | None = None) -> Examined:
    """What is right of a rulebook, and all of its mistakes. What is no YAML is an error."""
    words = parsed(text, file, folder)
    sound = _Sound(words.content)
    for _ in range(ROUNDS):
        book = None
        try:
            book = book_of(words)
            plan = plan_tables(book)
        except SeveralMistakes as problem:
            found = problem.mistakes
        except Mistake as problem:
            found = (problem,)
        else:
            scenarios, wrong = ({}, ()) if sound.mistakes else scenarios_of(words, book)
            return Examined(book, plan, (*sound.told, *wrong), aside=frozenset(sound.aside), scenarios=scenarios)
        if not sound.put_aside(found, book):
            break
    return Examined(None, None, sound.told, aside=frozenset(sound.aside))


@dataclass(eq=False)
class _Sound:
    """The content of a book, from which mistakes are taken one after another."""

    content: Any
    mistakes: list[Mistake] = field(default_factory=list)
    aside: set[WordPath] = field(default_factory=set)

    @property
    def told(self) -> tuple[Mistake, ...]:
        """In the order of the file."""
        return tuple(sorted(self.mistakes, key=lambda mistake: mistake.line or 0))

    def put_aside(self, found: tuple[Mistake, ...], book: Book | None) -> bool:
        """Note mistakes and take them out; whether it is worth while to look at the rest."""
        for mistake in found:
            if book is None or not self._follows(mistake.path, book):
                self.mistakes.append(mistake)
        before = frozenset(self.aside)
        taken = [self._take(mistake.path, before) for mistake in found]
        is_small = book is None or sum(len(table.columns) for table in book.rules.tables.values()) <= FEW_COLUMNS
        return all(taken) and is_small

    def _follows(self, path: WordPath, book: Book) -> bool:
        """Whether what stands there names something that was put aside."""
        wrong = {part[3] for part in self.aside if part[2:3] == ("columns",)}
        tables = {part[1] for part in self.aside if len(part) == 2}
        return bool((wrong | tables) & _named(path, book))

    def _take(self, path: WordPath, before: frozenset[WordPath]) -> bool:
        """Put aside the smallest part of the book that can be: a column, an expectation, a word, or a table.

        False where that has been done before: what stands there instead is wrong as well, and nothing is left to try.
        """
        if any(path[: len(part)] == part for part in before):
            return False
        match path:
            case (word,) if word in SOUND and isinstance(self.content, dict):
                self.content[word] = SOUND[word]
            case ("scenarios", *_):
                self.content.pop("scenarios", None)  # all of them: several may be wrong
            case (word, *_) if word != "tables":
                return self._drop(self.content, word)
            case ("tables", table, "columns", column, *_):
                return self._replace(path[:4], self._at("tables", table, "columns"), column, dict(NOTHING))
            case ("tables", table, "expect", at, *_):
                return self._replace(path[:4], self._at("tables", table, "expect"), at, "TRUE")
            case ("tables", table, "belongs_to", "count", *_):
                return self._replace(path[:4], self._at("tables", table, "belongs_to"), "count", {"constant": 1})
            case ("tables", table, "correlate" | "in_order" | "about" as word, *_):
                return self._drop(self._at("tables", table), word)
            case ("tables", table, *_):
                return self._replace(path[:2], self._at("tables"), table, self._bare(table))
            case _:
                return False
        return True

    def _bare(self, table: str) -> Any:
        """A table of which nothing is left but the names of its columns."""
        columns = self._at("tables", table, "columns")
        names = list(columns) if isinstance(columns, dict) and columns else ["column"]
        return {"rows": 1, "columns": {name: dict(NOTHING) for name in names}}

    def _at(self, *path: str) -> Any:
        inside = self.content
        for word in path:
            inside = inside.get(_key(inside, word)) if isinstance(inside, dict) else None
        return inside

    def _replace(self, path: WordPath, whole: Any, word: str, part: Any) -> bool:
        self.aside.add(path)
        if isinstance(whole, list) and word.isdigit() and int(word) < len(whole):
            whole[int(word)] = part
        elif isinstance(whole, dict):
            whole[_key(whole, word)] = part
        else:
            return False
        return True

    def _drop(self, whole: Any, word: str) -> bool:
        return isinstance(whole, dict) and whole.pop(_key(whole, word), None) is not None


def _key(inside: dict[Any, Any], word: str) -> Any:
    """The key that is written so: names may be numbers in YAML."""
    return next((key for key in inside if str(key) == word), word)


def _named(path: WordPath, book: Book) -> set[str]:
    """The columns, without what stands in front of a point, and the tables that the part at this path names."""
    table = book.rules.tables.get(path[1]) if path[0] == "tables" and len(path) > 1 else None
    if table is None:
        return set()
    parents = {table.belongs_to.table} if table.belongs_to else set()
    match path[2:]:
        case ("columns", column, *_):
            rule = table.columns[column]
            names = _asked(lambda: needs_of(rule, path[:4], book, ANY_NAME))
            if rule.reference is not None:
                names |= {f"{PARENT}.{rule.reference.key}"}
                parents |= {rule.reference.table} if rule.reference.table else set()
        case ("expect", at, *_):
            names = _asked(lambda: set(names_in(table.expect[int(at)].that)))
        case ("belongs_to", "count", *_) if table.belongs_to:
            law = table.belongs_to.count
            names = _asked(lambda: needs_of_words(law, path[:4], book, ANY_NAME))
        case (word, *_) if word == table.process:
            names = _asked(lambda: needs_of_words(getattr(table, word), path[:3], book, ANY_NAME))
        case ("in_order",):
            names = {str(table.in_order)}
        case ("correlate", *words):
            names = {name.strip() for name in words[-1].split("~")}
        case _:
            names = {*table.columns, f"{PARENT}."}
    return {name.rpartition(".")[2] for name in names} | (parents if any("." in name for name in names) else set())


def _asked(names: Callable[[], set[str]]) -> set[str]:
    """What cannot be read is wrong by itself, and names nothing."""
    try:
        return names()
    except PolicyError:
        return set()
