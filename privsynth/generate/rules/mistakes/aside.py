"""Puts aside the parts of a book in which mistakes stand, each as small as it can be, so that the rest can be planned.

A column becomes one without values, an expectation one that always holds: the rest keeps its names and numbers. A word
is left out; where that leaves a table without a number of rows, it has one row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from privsynth.generate.rules.book import WordPath
from privsynth.generate.rules.vocabulary.rulebook import PROCESSES, TableRule

NOTHING = {"constant": None}
SOUND = {"version": 1, "name": "a rulebook", "locale": "en_US"}  # instead of what is wrong at the top
SIZES = ("rows", "belongs_to", *PROCESSES)  # words that say how many rows a table has


@dataclass(eq=False)
class SoundContent:
    """The content of a book, from which mistakes are taken one after another."""

    content: Any
    marks: dict[WordPath, tuple[int, int]] = field(default_factory=dict)  # line and column of each word
    aside: set[WordPath] = field(default_factory=set)

    def is_aside(self, path: WordPath) -> bool:
        return any(path[: len(part)] == part for part in self.aside)

    def put_aside(self, paths: Iterable[WordPath]) -> bool:
        """Take out what stands there. False: all of it was out before, and what stands in its place is wrong, too."""
        before = frozenset(self.aside)
        taken = [self._take(path, before) for path in paths]  # each of them, also after one that could not be
        return all(taken)

    def _take(self, path: WordPath, before: frozenset[WordPath]) -> bool:
        for part in _parts(path):
            if not any(part[: len(out)] == out for out in before):
                if part not in self.aside:
                    self.aside.add(part)
                    self._replace(part)
                return True
        return False

    def _replace(self, part: WordPath) -> None:
        match part:
            case ("tables", table):
                self._put(part, _bare(self._at(*part)))
            case ("tables", table, "columns", _):
                self._put(part, dict(NOTHING))
            case ("tables", _, "expect", _):
                self._put(part, "TRUE")
            case ("tables", _, "belongs_to", "count"):
                self._put(part, {"constant": 1})
            case (word,) if word in SOUND:
                self._put(part, SOUND[word])
            case ("tables", table, word) if (meant := self._meant(table, word)) is not None:
                self._rename(part, (*part[:-1], meant))
            case _:
                self._leave_out(part)
        match part:
            case ("tables", table, word) if word in SIZES:
                self._size(table)

    def _meant(self, table: str, word: str) -> str | None:
        """The word of a table that one was meant to be, if that is not there."""
        known = {each.alias or name for name, each in TableRule.model_fields.items()}
        if word in known:
            return None
        return next(iter(get_close_matches(word, known - {*self._at("tables", table)}, n=1)), None)

    def _rename(self, path: WordPath, meant: WordPath) -> None:
        """What is said under a misspelt word is read as it was meant; each word keeps its place in the file."""
        inside = self._at(*path)
        self._leave_out(path)
        self._put(meant, inside)
        size = len(path)
        self.marks |= {(*meant, *mark[size:]): at for mark, at in self.marks.items() if mark[:size] == path}

    def _size(self, table: str) -> None:
        """A number of rows for a table whose words for it are wrong, or contradict each other."""
        words = self._at("tables", table)
        if not isinstance(words, dict):
            return
        process, *others = [*(word for word in PROCESSES if word in words), None]
        for word in (*others, "rows" if process or "belongs_to" in words else None):
            words.pop(word, None)
        belongs = words.get("belongs_to")
        if isinstance(belongs, dict) and process:
            belongs.pop("count", None)
        elif isinstance(belongs, dict) and "count" not in belongs:
            belongs["count"] = {"constant": 1}
            self.aside.add(("tables", table, "belongs_to", "count"))
        elif not process and "belongs_to" not in words and "rows" not in words:
            words["rows"] = 1
            self.aside |= {("tables", table, "rows"), ("tables", table, "belongs_to")}

    def _at(self, *path: str) -> Any:
        inside = self.content
        for word in path:
            inside = inside.get(_key(inside, word)) if isinstance(inside, dict) else None
        return inside

    def _put(self, path: WordPath, part: Any) -> None:
        whole, word = self._at(*path[:-1]), path[-1]
        if isinstance(whole, list) and word.isdigit() and int(word) < len(whole):
            whole[int(word)] = part
        elif isinstance(whole, dict):
            whole[_key(whole, word)] = part

    def _leave_out(self, path: WordPath) -> None:
        whole = self._at(*path[:-1])
        if isinstance(whole, dict):
            whole.pop(_key(whole, path[-1]), None)


def _parts(path: WordPath) -> tuple[WordPath, ...]:
    """The parts of a book that can be put aside for a mistake there, the smallest first."""
    match path:
        case ("tables", _, "columns", _, *_):
            return path[:4], path[:2]
        case ("tables", _, "expect", _, *_) | ("tables", _, "belongs_to", "count", *_):
            return path[:4], path[:3], path[:2]
        case ("tables", _, "columns"):
            return (path[:2],)
        case ("tables", _, _, *_):
            return path[:3], path[:2]
        case ("tables", _):
            return (*path, "rows"), path
        case ("scenarios", _, *_):
            return path[:2], path[:1]
        case (word, *_) if word != "tables":
            return (path[:1],)
        case _:
            return ()


def _bare(table: Any) -> Any:
    """A table of which nothing is left but the names of its columns."""
    columns = table.get("columns") if isinstance(table, dict) else None
    names = list(columns) if isinstance(columns, dict) and columns else ["column"]
    return {"rows": 1, "columns": {name: dict(NOTHING) for name in names}}


def _key(inside: dict[Any, Any], word: str) -> Any:
    """The key that is written so: names may be numbers in YAML."""
    return next((key for key in inside if str(key) == word), word)
