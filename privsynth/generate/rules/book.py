"""Reads a rulebook, and knows where in the file each word stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from privsynth.errors import PolicyError
from privsynth.generate.rules.mistakes.wrong_words import told_of
from privsynth.generate.rules.values.lookups import LookupFiles
from privsynth.generate.rules.vocabulary.basics import UNPRINTABLE
from privsynth.generate.rules.vocabulary.rulebook import Rulebook
from privsynth.plainyaml import parse_yaml

MAX_BYTES = 256 * 1024
MOST_SIGNS = 40_000  # lines, commas and colons
MOST_PROBLEMS = 10  # told at once
EXPLAINED = "rules/README.md explains each word"

WordPath = tuple[str, ...]  # the words that lead to a place, from the top of the file
Marks = Mapping[WordPath, tuple[int, int]]  # line and column of each word


class Mistake(PolicyError):  # noqa: N818 - it reads as what it is
    """One mistake of a rulebook, with its place and the words that lead to it."""

    def __init__(self, place: str, path: WordPath, problem: str, *, hint: str = "", line: int | None = None) -> None:
        super().__init__(f"{place}: {'.'.join(path)}: {problem}", hint=hint, line=line)
        self.place, self.path, self.problem = place, path, problem


class SeveralMistakes(PolicyError):  # noqa: N818 - as above
    """Mistakes of a rulebook, so many of them as are told at once."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        lines = [told for mistake in mistakes[:MOST_PROBLEMS] for told in _told(mistake)]
        more = len(mistakes) - MOST_PROBLEMS
        text = "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])
        super().__init__(text, hint=EXPLAINED, line=min(mistake.line or 1 for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def _told(mistake: Mistake) -> list[str]:
    own = mistake.hint.splitlines() if mistake.hint != EXPLAINED else []
    return [mistake.message, *(f"  {line}" for line in own)]


@dataclass(frozen=True, eq=False)
class Book:
    """A rulebook with the place of each of its words."""

    rules: Rulebook
    _: KW_ONLY
    file: str
    digest: str
    marks: Marks = field(repr=False)
    folder: Path | None = None  # where its look-up files lie
    without: Book | None = field(default=None, repr=False)  # the book without the scenario that this is

    @cached_property
    def lookups(self) -> LookupFiles:
        return LookupFiles(self)

    def place(self, path: WordPath) -> str:
        return _place(self.file, self.marks, path)

    def error(self, path: WordPath, message: str, hint: str = "") -> Mistake:
        """A problem with the word at this path, with its place in the file."""
        line, _ = _mark(self.marks, path)
        return Mistake(self.place(path), path, message, hint=hint, line=line)


def read_rulebook(path: Path) -> Book:
    return parse_rulebook(read_text(path), path.name, path.parent)


def read_text(path: Path) -> str:
    """The text of a rulebook, within its limits."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(
            f"cannot read the rulebook {path.name}: {error.strerror}.",
            hint="give the path of a YAML file, such as rules/shop.yaml",
        ) from None
    if len(raw) > MAX_BYTES:
        raise _too_large(path.name, raw.count(b"\n", 0, MAX_BYTES), f"the rulebook is larger than {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyError(f"the rulebook {path.name} is not UTF-8 text.") from None
    _check_signs(text, path.name)
    return text


def _check_signs(text: str, file: str) -> None:
    """What says much takes long to read: a bound before the first word is read."""
    signs = 0
    for number, line in enumerate(text.split("\n")):
        signs += 1 + line.count(",") + line.count(":")
        if signs > MOST_SIGNS:
            raise _too_large(file, number, f"there are more than {MOST_SIGNS:,} lines, commas and colons")


def _too_large(file: str, before: int, problem: str) -> PolicyError:
    return PolicyError(f"{file}:{before + 1}: {problem}.", hint="split it into several books", line=before + 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class BookText:
    """A rulebook as plain content, and where its words stand."""

    content: Any
    file: str
    digest: str
    marks: Marks = field(repr=False)
    folder: Path | None  # where its look-up files lie


def parse_rulebook(text: str, file: str, folder: Path | None = None) -> Book:
    return book_of(parsed(text, file, folder))


def parsed(text: str, file: str, folder: Path | None = None) -> BookText:
    """The words of a rulebook, of which nothing is known yet."""
    try:
        content, marks = parse_yaml(text, file), _marks(text)
    except RecursionError:
        raise PolicyError(f"{file}: this is nested too deeply.") from None
    digest = sha256(text.encode()).hexdigest()
    return BookText(content=content, file=file, digest=digest, marks=marks, folder=folder)


def book_of(text: BookText) -> Book:
    """The words as a rulebook, or all that is wrong with them."""
    _check_texts(text)
    try:
        rules = Rulebook.model_validate(text.content)
    except (ValidationError, RecursionError) as error:
        raise _explained(error, text.file, text.marks) from None
    return Book(rules, file=text.file, digest=text.digest, marks=text.marks, folder=text.folder)


def _check_texts(text: BookText) -> None:
    """What would stand in the tables, in names and in messages can be printed."""
    problem, hint = "a text holds a character that cannot be printed.", "write it without \\0, \\x and the like"
    wrong = [_printable(path) for path, value in _texts_in(text.content) if UNPRINTABLE.search(value)]
    mistakes = [
        Mistake(_place(text.file, text.marks, path), path, problem, hint=hint, line=_mark(text.marks, path)[0])
        for path in dict.fromkeys(wrong)
    ]
    if mistakes:
        raise SeveralMistakes(mistakes)


def _texts_in(content: Any) -> Iterator[tuple[WordPath, str]]:
    """All texts of a book, also where they are names, with the words that lead to them."""
    todo: list[tuple[WordPath, Any]] = [((), content)]
    while todo:
        path, inside = todo.pop()
        if isinstance(inside, str):
            yield path, inside
        elif isinstance(inside, dict):
            yield from ((path, key) for key in inside if isinstance(key, str))
            todo += [((*path, str(key)), value) for key, value in inside.items()]
        elif isinstance(inside, list):
            todo += [((*path, str(at)), value) for at, value in enumerate(inside)]


def _printable(path: WordPath) -> WordPath:
    """As much of the path as can be printed itself."""
    return next((path[:at] for at, word in enumerate(path) if UNPRINTABLE.search(word)), path)


def _marks(text: str) -> dict[WordPath, tuple[int, int]]:
    """Line and column of each key and each item of a list."""
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    marks: dict[WordPath, tuple[int, int]] = {}
    todo: list[tuple[WordPath, Any]] = [((), YAML(typ="safe", pure=True).compose(text))]
    while todo:
        path, node = todo.pop()
        inner = []
        if isinstance(node, MappingNode):
            inner = [((*path, str(key.value)), key, value) for key, value in node.value]
        elif isinstance(node, SequenceNode):
            inner = [((*path, str(at)), item, item) for at, item in enumerate(node.value)]
        for below, shown, value in inner:
            marks[below] = (shown.start_mark.line + 1, shown.start_mark.column + 1)
            todo.append((below, value))
    return marks


def _mark(marks: Marks, path: WordPath) -> tuple[int, int]:
    """Where the path stands, or else the nearest word above it."""
    while path and path not in marks:
        path = path[:-1]
    return marks.get(path, (1, 1))


def _place(file: str, marks: Marks, path: WordPath) -> str:
    line, column = _mark(marks, path)
    return f"{file}:{line}:{column}"


def _explained(error: ValidationError | RecursionError, file: str, marks: Marks) -> PolicyError:
    if isinstance(error, RecursionError):
        return PolicyError(f"{file}: this is nested too deeply.")
    items_at: dict[WordPath, list[Mapping[str, Any]]] = {}
    items = error.errors(include_url=False)
    unknown = [item["loc"] for item in items if item["type"] == "extra_forbidden"]
    for item in items:
        if item["type"] == "missing" and _is_misspelt(item["loc"], unknown):
            continue
        items_at.setdefault(_path(item, marks), []).append(item)
    return SeveralMistakes(
        [
            Mistake(_place(file, marks, path), path, told_of(path, items), hint=EXPLAINED, line=_mark(marks, path)[0])
            for path, items in items_at.items()
        ]
    )


def _is_misspelt(missing: Sequence[Any], unknown: Sequence[Sequence[Any]]) -> bool:
    """Whether a word that is missing stands there otherwise: that is told once."""
    beside = [str(other[-1]) for other in unknown if other[:-1] == missing[:-1]]
    return bool(get_close_matches(str(missing[-1]), beside, n=1))


def _path(item: Mapping[str, Any], marks: Marks) -> WordPath:
    """The words of the file among those of the checker, which also names the types that it tried."""
    path: WordPath = ()
    for word in map(str, item["loc"]):
        if (*path, word) in marks:
            path = (*path, word)
    return (*path, str(item["loc"][-1])) if item["type"] == "missing" else path
