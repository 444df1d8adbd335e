"""Errors made on purpose in rows that keep all rules, each listed with its place, the right value and the wrong one.

A typo changes letters alone, and none of an address in the net or of a word with digits in it: what lies in a range
that belongs to nobody stays there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Planted, Relation, Role, Table
from privsynth.errors import BackendError
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.making.rows import side_by_side
from privsynth.generate.rules.vocabulary.errors import OF_ROWS, ErrorRule
from privsynth.spelling import Spelling
from privsynth.typing import Array

LISTED = "errors"  # the table in which they stand
_EMPTY = {name: np.empty(0, dtype=object) for name in ("table", "column", "error", "right", "wrong")}
_EMPTY["row"] = np.empty(0)
_KEPT = re.compile(r"@\S*|\S*://\S*|\S*\d\S*|\b\w[\w-]*(?:\.\w[\w-]*)+\b(?!@)")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {sign: row[at + 1] if at + 1 < len(row) else row[at - 1] for row in _KEYS for at, sign in enumerate(row)}
_ALIKE = str.maketrans("0158", "OlSB")

Streams = Callable[[str], np.random.Generator]


@dataclass(frozen=True, eq=False)
class Entry:
    """Errors of one kind in some rows."""

    kind: str
    rows: Array = field(repr=False)  # of the table as it was meant
    _: KW_ONLY
    column: str | None = None
    right: Array | None = field(default=None, repr=False)
    wrong: Array | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Spoilt:
    """A table with what is wrong in it, and what there is to say of it."""

    table: Table
    entries: list[tuple[Array, Entry]] = field(repr=False)
    note: str


@dataclass(eq=False)
class Planting:
    """One table into which errors are put; `owner` says which parent each row belongs to."""

    table: Table
    streams: Streams = field(repr=False)
    owner: Array = field(repr=False)
    entries: list[Entry] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.values = {column.name: self.table.values(column.name) for column in self.table.columns}
        self.touched = {column.name: np.zeros(len(self.table), dtype=bool) for column in self.table.columns}
        self.as_text: dict[str, list[tuple[Array, Array]]] = {}  # texts in rows of a column that is text from then on

    def plant(self, rules: Sequence[ErrorRule]) -> tuple[Table, list[tuple[Array, Entry]]]:
        """The table with its errors, and each entry with the rows in which they stand there."""
        for at, rule in enumerate(rules):
            if rule.kind not in OF_ROWS:
                self._cells(rule, self.streams(f"errors {at}"))
        late, doubled = (
            [(rule, self.streams(f"errors {at}")) for at, rule in enumerate(rules) if rule.kind == kind]
            for kind in ("late", "duplicate")
        )
        rows, is_copy = np.arange(len(self.table)), np.zeros(len(self.table), dtype=bool)
        for rule, rng in late:
            rows = self._late(rule, rng)
        for rule, rng in doubled:  # so that a copy stands behind its row wherever that is
            rows, is_copy = self._doubled(rule, rng, rows)
        place = np.empty(len(self.table), dtype=np.int64)
        place[rows[~is_copy]] = np.flatnonzero(~is_copy)
        stand = {"duplicate": np.flatnonzero(is_copy)}
        placed = [(stand.get(entry.kind, place[entry.rows]), entry) for entry in self.entries]
        return self._planted(rows, is_copy), placed

    def _cells(self, rule: ErrorRule, rng: np.random.Generator) -> None:
        names = rule.cells
        good = np.ones(len(self.table), dtype=bool)
        for name in names:
            good &= ~pd.isna(self.values[name])
        many = round(rule.rate * int(good.sum()))
        free = good & ~np.any([self.touched[name] for name in names], axis=0)
        if rule.kind == "swapped":
            free &= self.values[names[0]] != self.values[names[1]]
        rows = rng.permutation(np.flatnonzero(free))
        if rule.kind == "typo":
            rows = self._lettered(names[0], rows, many)
        self._check(rule, many, len(rows))
        if many:
            self._spoil(rule, np.sort(rows[:many]), rng)

    def _lettered(self, name: str, rows: Array, many: int) -> Array:
        """The first so many of the rows that have a letter to be mistyped; all of them if they are fewer."""
        found: list[int] = []
        for start in range(0, len(rows), max(many, 1)):
            part = rows[start : start + max(many, 1)]
            found += [row for row, text in zip(part, self._text(name, part), strict=True) if _letters(text)]
            if len(found) >= many:
                break
        return np.array(found, dtype=np.int64)

    def _spoil(self, rule: ErrorRule, rows: Array, rng: np.random.Generator) -> None:
        """Put wrong values into these rows, and note them."""
        for name, values in self._wrong(rule, rows, rng).items():
            self.touched[name][rows] = True
            right = self._text(name, rows)
            if rule.kind == "wrong_type":
                self.as_text.setdefault(name, []).append((rows, values))
            else:
                self.values[name] = self.values[name].copy()
                self.values[name][rows] = values
            wrong = values if rule.kind == "wrong_type" else self._text(name, rows)
            self.entries.append(Entry(rule.kind, rows, column=name, right=right, wrong=wrong))

    def _text(self, name: str, rows: Array) -> Array:
        return self.table[name].spelling.write(self.values[name][rows])

    def _check(self, rule: ErrorRule, many: int, free: int) -> None:
        if many > free:
            raise BackendError(
                f"table {self.table.name}: {many} errors of kind {rule.kind} are asked for"
                f"{' in ' + ' and '.join(rule.cells) if rule.cells else ''}; {free} can be made.",
                hint="lower its share, or that of other errors in the same place",
            )

    def _wrong(self, rule: ErrorRule, rows: Array, rng: np.random.Generator) -> dict[str, Array]:
        """The values that are put in place of the right ones."""
        first = rule.cells[0]
        match rule.kind:
            case "swapped":
                other = rule.cells[1]
                return {first: self.values[other][rows], other: self.values[first][rows]}
            case "typo":
                drawn = zip(self._text(first, rows), rng.random(len(rows)), rng.integers(0, 4, len(rows)), strict=True)
                return {first: _objects([_mistyped(text, place, way) for text, place, way in drawn])}
            case "wrong_type":
                return {first: _objects([_no_number(text) for text in self._text(first, rows)])}
        return {first: self._beyond(first, rows, rng)}

    def _beyond(self, name: str, rows: Array, rng: np.random.Generator) -> Array:
        """One to ten times the width of all values below the least or above the greatest."""
        values = self.values[name]
        numbers = values.astype("datetime64[D]").astype(np.int64) if values.dtype.kind == "M" else values
        known = numbers[~pd.isna(values)].astype(float)
        width = max(known.max() - known.min(), 1.0)
        far = np.ceil(width * (1 + 9 * rng.random(len(rows))))
        is_above = rng.random(len(rows)) < 0.5
        if values.dtype.kind == "M":
            is_above |= known.min() - far < -700_000  # about the year 50: days before have no four digits
            far = np.minimum(far, np.where(is_above, 2_900_000 - known.max(), far))
        wrong = np.where(is_above, known.max() + far, known.min() - far)
        if values.dtype.kind == "M":
            return np.asarray(wrong.astype("datetime64[D]").astype("datetime64[us]"))
        return np.asarray(np.round(wrong, self.table[name].spelling.decimals))

    def _late(self, rule: ErrorRule, rng: np.random.Generator) -> Array:
        """Rows that come after all others of their parent."""
        ends = np.append(self.owner[1:] != self.owner[:-1], np.ones(min(len(self.owner), 1), dtype=bool))
        many, free = round(rule.rate * len(self.table)), np.flatnonzero(~ends)
        self._check(rule, many, len(free))
        is_late = np.zeros(len(self.table), dtype=bool)
        is_late[rng.permutation(free)[:many]] = True
        late = np.flatnonzero(is_late)
        self.entries.append(Entry(rule.kind, late, right=_objects([f"row {row + 1}" for row in late])))
        return np.lexsort((is_late, np.cumsum(ends) - ends))

    def _doubled(self, rule: ErrorRule, rng: np.random.Generator, rows: Array) -> tuple[Array, Array]:
        """Rows that stand there twice, one behind the other."""
        many = round(rule.rate * len(self.table))
        times = np.ones(len(rows), dtype=np.int64)
        times[rng.permutation(len(rows))[:many]] = 2
        again = np.repeat(np.arange(len(rows)), times)
        self.entries.append(Entry(rule.kind, rows[times == 2]))
        return rows[again], np.diff(again, prepend=-1) == 0

    def _planted(self, rows: Array, is_copy: Array) -> Table:
        columns = tuple(_as_text(c) if c.name in self.as_text else c for c in self.table.columns)
        values = {**self.values, **{name: self._spoilt_text(name) for name in self.as_text}}
        frame = side_by_side({name: column[rows] for name, column in values.items()}, len(rows))
        planted = Planted(clean=self.table, rows=rows, is_copy=is_copy, listed=LISTED)
        return replace(self.table, columns=columns, frame=frame, planted=planted)

    def _spoilt_text(self, name: str) -> Array:
        texts = self.table[name].spelling.write(self.values[name])
        for rows, wrong in self.as_text[name]:
            texts[rows] = wrong
        return texts


def with_errors(
    tables: Sequence[Table],
    rules: Mapping[str, Sequence[ErrorRule]],
    streams: Mapping[str, Streams],
    owners: Mapping[str, Array],
    broken: Mapping[str, Spoilt],
) -> tuple[Table, ...]:
    """All tables with their errors, and behind them the table that lists these, if any are wanted."""
    placed: dict[str, list[tuple[Array, Entry]]] = {}
    out = []
    for table in tables:
        if table.name in broken:
            placed[table.name] = broken[table.name].entries
            out.append(broken[table.name].table)
        elif rules[table.name]:
            owner = owners.get(table.name, np.zeros(len(table), dtype=np.int64))
            planted, placed[table.name] = Planting(table, streams[table.name], owner).plant(rules[table.name])
            out.append(planted)
        else:
            out.append(table)
    return (*out, listed(placed)) if placed else tuple(out)


def listed(placed: Mapping[str, Sequence[tuple[Array, Entry]]]) -> Table:
    """All errors of all tables: where they stand, what they are, the right value and the wrong one."""
    parts = [_lines(table, rows, entry) for table, entries in placed.items() for rows, entry in entries]
    names = ("table", "row", "column", "error", "right", "wrong")
    whole = {name: np.concatenate([_EMPTY[name], *(part[name] for part in parts)]) for name in names}
    order = np.lexsort(
        (whole["row"], np.array([list(placed).index(table) for table in whole["table"]], dtype=np.int64))
    )
    columns = tuple(
        Column(
            name,
            Kind.INTEGER if name == "row" else Kind.TEXT if name in ("right", "wrong") else Kind.CATEGORY,
            role=Role.PLAIN,
            reason="lists the errors that were made on purpose",
            fabricated=name in ("right", "wrong"),
        )
        for name in names
    )
    return Table(LISTED, columns, side_by_side({name: whole[name][order] for name in names}, len(order)))


def _lines(table: str, rows: Array, entry: Entry) -> dict[str, Array]:
    size, nothing = len(rows), np.full(len(rows), None, dtype=object)
    return {
        "table": np.full(size, table, dtype=object),
        "row": rows + 1.0,
        "column": np.full(size, entry.column, dtype=object),
        "error": np.full(size, entry.kind, dtype=object),
        "right": nothing if entry.right is None else entry.right,
        "wrong": nothing if entry.wrong is None else entry.wrong,
    }


def check_errors(book: Book, name: str, columns: Mapping[str, Column], relations: Sequence[Relation]) -> None:
    """Errors that could not be made, or would tear tables apart, are refused."""
    keys = {column for relation in relations for table, column in relation.ends if table == name}
    for at, rule in enumerate(book.rules.tables[name].errors):
        path = ("tables", name, "errors", str(at))
        if LISTED in book.rules.tables:
            raise book.error(
                path, f"a table {LISTED} lists the errors; the book has another one.", "name that otherwise"
            )
        if rule.kind in OF_ROWS and [other.kind for other in book.rules.tables[name].errors[:at]].count(rule.kind):
            raise book.error(path, f"{rule.kind} is said twice.", "its share is of all rows: say it once")
        for column in rule.cells:
            if column not in columns:
                raise book.error(path, f"there is no column {column}.", f"columns are: {', '.join(columns)}")
            for problem in _problems(rule, columns[column], is_key=column in keys):
                raise book.error(path, f"{column} {problem}.")
        if rule.kind == "swapped" and len({columns[column].kind for column in rule.cells}) > 1:
            raise book.error(path, f"{' and '.join(rule.cells)} are of different kinds and cannot be swapped.")


def _problems(rule: ErrorRule, column: Column, *, is_key: bool) -> Iterator[str]:
    measures = column.kind in (Kind.NUMBER, Kind.INTEGER, Kind.DATE)
    if is_key:
        yield "ties tables together and is left whole"
    if rule.kind == "typo" and column.kind not in (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL):
        yield f"is {column.kind}; typos are made in texts"
    if rule.kind in ("out_of_range", "wrong_type") and not measures:
        yield f"is {column.kind}; this error is made in numbers and dates"


def _as_text(column: Column) -> Column:
    return replace(column, kind=Kind.TEXT, spelling=Spelling())


def _letters(text: str) -> list[int]:
    """The places of letters that may be mistyped."""
    kept = {at for found in _KEPT.finditer(text) for at in range(*found.span())}
    return [at for at, sign in enumerate(text) if sign.isalpha() and at not in kept]


def _mistyped(text: str, place: float, way: int) -> str:
    """One letter left out, doubled, exchanged with the next one, or its neighbour on the keyboard."""
    places = _letters(text)
    at = places[int(place * len(places))]
    sign, following = text[at], text[at + 1 : at + 2]
    if way == 0 and len(text) > 1:
        return text[:at] + text[at + 1 :]
    if way == 1 and at + 1 in places and following != sign:
        return text[:at] + following + sign + text[at + 2 :]
    beside = _BESIDE.get(sign.lower())
    if way == 2 and beside is not None:
        return text[:at] + (beside.upper() if sign.isupper() else beside) + text[at + 1 :]
    return text[: at + 1] + text[at:]


def _no_number(text: str) -> str:
    """Letters for the digits that look like them, or one behind."""
    return other if (other := text.translate(_ALIKE)) != text else f"{text}x"


def _objects(texts: Sequence[str]) -> Array:
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    return values
