"""Look-up tables: rows of a CSV that lies beside the book are drawn, by weight, and joined by columns that are equal.

Columns with the same `row` are taken from one drawn row, so that a town stands beside its own postcode.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.vocabulary.basics import UNPRINTABLE
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, LookupRule, TableRule
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.book import Book

MAX_BYTES = 16 * 1024 * 1024
MOST_ROWS = 1_000_000
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?")  # zeros in front are no number: a postcode is text
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BETWEEN = "\x1f"  # stands between the values of several columns


@dataclass(frozen=True, eq=False)
class FileColumn:
    """One column of the file, in the storage type of the kind that its cells have."""

    kind: Kind
    values: Array = field(repr=False)
    decimals: int = 0

    @property
    def provider(self) -> Provider:
        def draw(rows: Rows) -> Array:
            return self.values[rows.rng.integers(0, len(self.values), rows.count)]

        known = self.values[~pd.isna(self.values)]
        return Provider(self.kind, draw, capacity=len(pd.unique(known)), decimals=self.decimals)


@dataclass(frozen=True, eq=False)
class LookupFile:
    """A CSV file beside the book; an empty cell is a missing value."""

    name: str
    digest: str
    columns: Mapping[str, FileColumn] = field(repr=False)
    rows: int


@dataclass(frozen=True, eq=False, kw_only=True)
class LookupRows:
    """Columns of one drawn row. `joined` names for columns of the file the columns of the table they must equal."""

    columns: tuple[str, ...]
    row: str
    file: LookupFile = field(repr=False)
    values: Mapping[str, Array] = field(repr=False)  # of the file, for each column of the table
    weights: Array = field(repr=False)
    joined: Mapping[str, str]
    is_unique: bool

    @property
    def is_one(self) -> bool:
        return True

    def draw(
        self,
        rows: Rows,
        alone: Callable[[str], Array],  # noqa: ARG002 - no column is drawn for itself
        streams: Callable[[str], np.random.Generator],
    ) -> dict[str, Array]:
        at = self._places(rows, streams(f"lookup {self.row}"))
        return {column: _taken(values, at) for column, values in self.values.items()}

    def _places(self, rows: Rows, rng: np.random.Generator) -> Array:
        """The drawn row of the file for each row; -1 where a column it is joined by has no value."""
        if self.is_unique:
            if rows.count > (possible := int((self.weights > 0).sum())):
                raise BackendError(f"{rows.count} different rows are asked for; {self.file.name} has {possible}.")
            with np.errstate(divide="ignore"):
                waits = rng.exponential(size=self.file.rows) / self.weights  # Efraimidis and Spirakis 2006
            return np.argsort(waits)[: rows.count]
        keys = _keys([rows.values[column] for column in self.joined.values()], rows.count)
        groups = self._index.get_indexer(pd.Index(keys, dtype=object))
        is_unknown = (groups < 0) & ~pd.isna(keys)
        if is_unknown.any():
            raise BackendError(
                f"{int(is_unknown.sum())} of {rows.count} rows have no row with a weight in {self.file.name}"
                f" whose {' and '.join(self.joined)} are equal.",
                hint="add them to the file, or take their values out of the column they are joined by",
            )
        below, above = self._upto[self._ends[groups]], self._upto[self._ends[groups + 1]]
        at = np.searchsorted(self._upto, below + (above - below) * rng.random(rows.count), side="right") - 1
        at = np.clip(at, self._ends[groups], self._ends[groups + 1] - 1)
        return np.where(groups < 0, -1, self._order[at])

    @property
    def is_empty(self) -> bool:
        return not len(self._order)

    @cached_property
    def _sorted(self) -> tuple[pd.Index, Array, Array, Array]:
        keys = _keys([self.file.columns[column].values for column in self.joined], self.file.rows)
        usable = np.flatnonzero(~pd.isna(keys) & (self.weights > 0))
        codes, different = pd.factorize(keys[usable])
        order = np.argsort(codes, kind="stable")
        ends = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(different))), [len(usable)]])
        upto = np.concatenate([[0.0], np.cumsum(self.weights[usable[order]])])
        return pd.Index(different, dtype=object), usable[order], ends.astype(np.int64), upto

    @property
    def _index(self) -> pd.Index:
        """The different keys of the file."""
        return self._sorted[0]

    @property
    def _order(self) -> Array:
        """Rows of the file, those of one key beside each other."""
        return self._sorted[1]

    @property
    def _ends(self) -> Array:
        """Where the rows of each key begin, and one more for rows without a key."""
        return self._sorted[2]

    @property
    def _upto(self) -> Array:
        """The weights so far."""
        return self._sorted[3]


class LookupFiles:
    """The look-up files of a book, each read once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.read: dict[str, LookupFile] = {}

    def get(self, name: str, path: tuple[str, ...]) -> LookupFile:
        if name not in self.read:
            try:
                self.read[name] = read_lookup(self.book.folder, name)
            except PolicyError as problem:
                raise self.book.error((*path, "file"), problem.message, problem.hint) from None
        return self.read[name]

    def column(self, rule: LookupRule, path: tuple[str, ...]) -> Provider:
        """The provider of one column; what it names must be there."""
        file = self.get(rule.file, path)
        for word, column in (("column", rule.column), ("weight", rule.weight), *(("by", name) for name in rule.by)):
            if column is not None and column not in file.columns:
                raise self.book.error(
                    (*path, word), f"{rule.file} has no such column.", f"its columns are: {', '.join(file.columns)}"
                )
        return file.columns[rule.column].provider

    def levels(self, rule: LookupRule, path: tuple[str, ...]) -> list[Any]:
        """All values of a column."""
        values = self.get(rule.file, path).columns[rule.column].values
        return list(pd.unique(values[~pd.isna(values)]))


def plan_lookups(files: LookupFiles, path: tuple[str, ...], table: TableRule) -> dict[str, LookupRows]:
    """The group of each column that is looked up: one for each row that is drawn."""
    groups: dict[str, LookupRows] = {}
    for row, names in drawn_rows(table).items():
        group = _group(files, path, row, [(name, table.columns[name]) for name in names])
        groups |= dict.fromkeys(group.columns, group)
    return groups


def drawn_rows(table: TableRule) -> dict[str, list[str]]:
    """The columns of each drawn row."""
    rows: dict[str, list[str]] = {}
    for name, rule in table.columns.items():
        if rule.lookup is not None:
            rows.setdefault(rule.lookup.row or rule.lookup.file, []).append(name)
    return rows


def _group(
    files: LookupFiles, path: tuple[str, ...], row: str, members: Sequence[tuple[str, ColumnRule]]
) -> LookupRows:
    """One drawn row: its file, weight and join are said once, or everywhere alike."""
    rules = {name: rule.lookup for name, rule in members if rule.lookup is not None}
    first = next(iter(rules.values()))
    weight = next((rule.weight for rule in rules.values() if rule.weight is not None), None)
    joined = next((rule.by for rule in rules.values() if rule.by), {})
    for name, rule in rules.items():
        differs = {
            "file": rule.file != first.file,
            "weight": rule.weight not in (None, weight),
            "by": bool(rule.by) and rule.by != joined,
        }
        for word in (word for word, other in differs.items() if other):
            raise files.book.error(
                (*path, "columns", name, "lookup", word),
                f"columns of one drawn row have one {word}; another column says it differently.",
                "name the row, such as  row: birth, where another one is meant",
            )
    file = files.get(first.file, (*path, "columns", members[0][0], "lookup"))
    unique = next((name for name, rule in members if rule.unique), None)
    if unique is not None:
        _check_unique(
            files.book, (*path, "columns", unique, "unique"), file.columns[rules[unique].column].values, joined
        )
    at = next((name for name, rule in rules.items() if rule.weight is not None), members[0][0])
    group = LookupRows(
        columns=tuple(rules),
        row=row,
        file=file,
        values={name: file.columns[rule.column].values for name, rule in rules.items()},
        weights=_weights(files.book, file, weight, (*path, "columns", at, "lookup", "weight")),
        joined=joined,
        is_unique=unique is not None,
    )
    if group.is_empty:
        raise files.book.error((*path, "columns", at, "lookup", "by"), f"no row of {file.name} can be drawn.")
    return group


def _check_unique(book: Book, path: tuple[str, ...], cells: Array, joined: Mapping[str, str]) -> None:
    if joined:
        raise book.error(path, "a row that is joined by another column may be drawn more than once.", "leave out 'by'")
    different = len(pd.unique(cells[~pd.isna(cells)]))
    if different < len(cells):
        raise book.error(
            path,
            f"the file holds {len(cells)} rows with {different} different values there.",
            "leave out 'unique', or take the others out of the file",
        )


def _weights(book: Book, file: LookupFile, weight: str | None, path: tuple[str, ...]) -> Array:
    if weight is None:
        return np.ones(file.rows)
    cells = file.columns[weight]
    weights = cells.values if cells.kind.is_numeric else np.full(1, np.nan)
    if np.isnan(weights).any() or (weights < 0).any() or not weights.sum() > 0:
        raise book.error(path, f"weights are numbers, none below 0 and one above; those of {file.name} are not.")
    return weights


def read_lookup(folder: Path | None, name: str) -> LookupFile:
    """A file of the book's folder, read to its end and checked."""
    raw = _bytes(_inside(folder, name), name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError(f"{name} is not UTF-8 text.") from None
    unprintable = UNPRINTABLE.search(text)
    if unprintable is not None:
        line = text.count("\n", 0, unprintable.start()) + 1
        raise PolicyError(f"{name}, line {line}: a cell holds a character that cannot be printed.")
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if line]
    except csv.Error:
        raise PolicyError(f"{name} is no CSV file: a quotation mark is not closed.") from None
    return LookupFile(name, sha256(raw).hexdigest(), *_columns(lines, name))


def _columns(lines: list[list[str]], name: str) -> tuple[dict[str, FileColumn], int]:
    names, rows = (lines[0], lines[1:]) if lines else ([], [])
    if not rows or not all(names) or len(set(names)) < len(names):
        raise PolicyError(f"{name} needs a line of names, each there once, and at least one row.")
    if len(rows) > MOST_ROWS:
        raise PolicyError(f"{name} has {len(rows):,} rows; at most {MOST_ROWS:,} are looked up.")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise PolicyError(f"{name}, record {number}: {len(names)} cells are expected, not {len(row)}.")
    return {column: _cells([row[at] for row in rows]) for at, column in enumerate(names)}, len(rows)


def _cells(texts: list[str]) -> FileColumn:
    known = [text for text in texts if text]
    if known and all(map(_NUMBER.fullmatch, known)):
        decimals = max(len(text.partition(".")[2]) for text in known)
        return FileColumn(
            Kind.NUMBER if decimals else Kind.INTEGER, np.array([float(text or "nan") for text in texts]), decimals
        )
    if known and all(map(_is_day, known)):
        return FileColumn(Kind.DATE, np.array([text or "NaT" for text in texts], dtype="datetime64[us]"))
    values = np.empty(len(texts), dtype=object)
    values[:] = [text or None for text in texts]
    return FileColumn(Kind.CATEGORY, values)


def _inside(folder: Path | None, name: str) -> Path:
    """Where the file lies: below the book's folder, and no link out of it."""
    hint = "give the name of a CSV file that lies beside the book, or in a folder there"
    parts = Path(name).parts
    if folder is None or not parts or Path(name).is_absolute() or ".." in parts or "\\" in name or "\0" in name:
        raise PolicyError("a look-up file lies in the folder of the book.", hint=hint)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise PolicyError("this is a link to a file outside of the book's folder.", hint=hint)
    if not path.is_file():
        raise PolicyError("there is no such file in the folder of the book.", hint=hint)
    return path


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"cannot read {name}: {error.strerror}.") from None
    if len(raw) > MAX_BYTES:
        raise PolicyError(f"{name} is larger than {MAX_BYTES:,} bytes.")
    return raw


def _is_day(cell: str) -> bool:
    try:
        return bool(_DAY.fullmatch(cell) and dt.date.fromisoformat(cell))
    except ValueError:
        return False


def _keys(columns: Sequence[Array], rows: int) -> Array:
    """One text for the values of several columns; None where one is missing."""
    keys = np.full(rows, "", dtype=object)
    missing = np.zeros(rows, dtype=bool)
    for values in columns:
        codes, different = pd.factorize(values)
        texts = np.empty(len(different) + 1, dtype=object)
        texts[:] = [*map(_key, different), ""]
        keys, missing = keys + _BETWEEN + texts[codes], missing | (codes < 0)
    keys[missing] = None
    return np.asarray(keys)


def _key(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, np.datetime64 | pd.Timestamp):
        return str(pd.Timestamp(value).date())
    return str(value)


def _taken(values: Array, at: Array) -> Array:
    taken = values[np.maximum(at, 0)]
    if (at < 0).any():
        taken = taken.copy()
        taken[at < 0] = (
            np.datetime64("NaT") if values.dtype.kind == "M" else np.nan if values.dtype.kind == "f" else None
        )
    return taken
