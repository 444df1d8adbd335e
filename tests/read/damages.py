"""Tables that are known, damaged as files are in the world: what is taken without a question must be the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from privsynth.errors import PrivsynthError
from privsynth.options import ReadPolicy
from privsynth.read.encoding import decoded
from privsynth.read.proposal import UnsureError, read_or_propose
from privsynth.read.sources import SourceFile
from privsynth.read.text import Text

Rows = list[list[str]]
NAMES = ["id", "name", "town", "born", "amount", "remark", "code", "share"]
PEOPLE = ["Ann Lee", "Bo", "Zoë Ray", "Łukasz N", "O'Hara", "van der Berg, J", 'Al "Ace" B', "Cy"]
TOWNS = ["Bonn", "Rome", "Oslo", "New York", "São Paulo"]
REMARKS = ["", "well, yes", "no", "see the note; later", "ok", "a 10 m line", "n/a", "came twice, left once"]
TITLES = ["Report", "Figures of the last year", "All amounts in EUR", "Table 3: people", "draft, not for release"]
NOTES = ["Source: the office", "* estimated", "End of report", "Drawn up in May, by hand", "(c) the office"]


def columns(rng: np.random.Generator, rows: int) -> dict[str, list[str]]:
    """A column of each kind."""
    return {
        "id": [str(number + 1) for number in range(rows)],
        "name": [str(word) for word in rng.choice(PEOPLE, rows)],
        "town": [str(word) for word in rng.choice(TOWNS, rows)],
        "born": [
            f"19{year}-0{month}-1{month}"
            for year, month in zip(rng.integers(50, 99, rows), rng.integers(1, 9, rows), strict=True)
        ],
        "amount": [f"{value:.2f}" for value in rng.gamma(2.0, 50.0, rows)],
        "remark": [str(word) for word in rng.choice(REMARKS, rows)],
        "code": [f"{'ABC'[at % 3]}{number:04d}" for at, number in enumerate(rng.integers(0, 9999, rows))],
        "share": [f"{value}%" for value in rng.integers(0, 99, rows)],
    }


def table(rng: np.random.Generator) -> Rows:
    """A header and rows, of some of the columns in any order. At least one tells names from rows."""
    known = columns(rng, int(rng.integers(6, 40)))
    names = [str(name) for name in rng.choice(NAMES, int(rng.integers(3, 7)), replace=False)]
    names += [] if set(names) & {"id", "born", "amount", "share"} else ["amount"]
    return [names, *map(list, zip(*(known[name] for name in names), strict=True))]


def lines_of(rows: Rows, mark: str) -> list[str]:
    return [mark.join(_field(cell, mark) for cell in row) for row in rows]


def _field(cell: str, mark: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if mark in cell or '"' in cell else cell


Damage = Callable[[Rows, list[str], str, np.random.Generator], tuple[Rows, list[str]]]


def above(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    titles = [str(title) for title in rng.choice(TITLES, int(rng.integers(1, 4)))]
    return rows, [*titles, *([""] if rng.random() < 0.5 else []), *lines]


def padded_above(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return rows, [f"Report{mark * (len(rows[0]) - 1)}", mark * (len(rows[0]) - 1), *lines]


def below(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return rows, [*lines, *([""] if rng.random() < 0.5 else []), *map(str, rng.choice(NOTES, int(rng.integers(1, 3))))]


def comments(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    at = int(rng.integers(0, len(lines)))
    return rows, ["# by hand", *lines[:at], "# checked", *lines[at:]]


def headless(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return [[f"c{number}" for number in range(1, len(rows[0]) + 1)], *rows[1:]], lines[1:]


def twice_named(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return [[f"{name} {name}" for name in rows[0]], *rows[1:]], [lines[0], *lines]


def index(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    rows = [["c1", *rows[0]], *([str(at), *row] for at, row in enumerate(rows[1:]))]
    return rows, [f"{mark}{lines[0]}", *(f"{at}{mark}{line}" for at, line in enumerate(lines[1:]))]


def short(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    """A row cut off behind a field, whose last cells are then missing. Nothing at all would be a blank line."""
    at, keep = int(rng.integers(1, len(rows))), int(rng.integers(1, len(rows[0])))
    keep = keep if rows[at][0] else max(keep, 2)
    cut = [*rows[at][:keep], *[""] * (len(rows[0]) - keep)]
    line = mark.join(_field(cell, mark) for cell in rows[at][:keep])
    return [*rows[:at], cut, *rows[at + 1 :]], [*lines[:at], line, *lines[at + 1 :]]


def overflowing(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    """A row of which no field is quoted."""
    wide = [at for at, row in enumerate(rows) if any(mark in cell for cell in row)]
    at = wide[0] if wide else 1
    return rows, [*lines[:at], mark.join(rows[at]), *lines[at + 1 :]]


def two_marks(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return rows, lines_of(rows, "::")


def bare_quotes(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return rows, [mark.join(f'"{cell}"' if mark in cell or '"' in cell else cell for cell in row) for row in rows]


def two_tables(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    return rows, [*lines, "", *lines_of(table(rng), mark)]


def split(rows: Rows, lines: list[str], mark: str, rng: np.random.Generator) -> tuple[Rows, list[str]]:
    """A record in two lines, for nobody quoted its line end; neither half may be a row."""
    at, keep = int(rng.integers(1, len(rows))), int(rng.integers(2, len(rows[0])))
    halves = [mark.join(_field(cell, mark) for cell in part) for part in (rows[at][:keep], ["", *rows[at][keep:]])]
    whole = [] if any(rows[at][keep:]) else [rows[at]]  # nothing is lost with a half that says nothing
    return [*rows[:at], *whole, *rows[at + 1 :]], [*lines[:at], *halves, *lines[at + 1 :]]


DAMAGES: dict[str, Damage] = {
    one.__name__: one
    for one in (
        *(above, padded_above, below, comments, headless, twice_named, index, short, overflowing),
        *(two_marks, bare_quotes, two_tables, split),
    )
}


def judged(name: str, rng: np.random.Generator) -> str:
    """What becomes of one damaged table: read or taken right, asked (right or not), refused; or wrong."""
    rows, mark = table(rng), str(rng.choice([",", ";", "\t", "|"]))
    truth, lines = DAMAGES[name](rows, lines_of(rows, mark), mark, rng)
    data = decoded("".join(f"{line}\n" for line in lines).encode(), "f", "utf-8").data
    source = SourceFile("f.csv", "f", Path("f.csv"))
    try:
        return "read" if _agrees(read_or_propose(data, ReadPolicy(), source)[0], truth) else "read otherwise"
    except UnsureError as error:
        options = error.proposal.options
    except PrivsynthError:
        return "refused"
    is_right = _agrees(read_or_propose(data, ReadPolicy(**options), source)[0], truth)
    try:
        text = read_or_propose(data, ReadPolicy(accept=True), source)[0]
    except UnsureError:
        return "asked, right" if is_right else "asked"
    return "taken" if _agrees(text, truth) else "wrong"


def _agrees(text: Text, truth: Rows) -> bool:
    """The cells of the truth; rows that were dropped may be missing, because they are counted."""
    found = [[[*words.distinct, ""][code] for code in words.codes] for words in text.records.columns]
    rows = list(map(tuple, zip(*found, strict=True)))
    missing = Counter(map(tuple, truth[1:])) - Counter(rows)
    surplus = Counter(rows) - Counter(map(tuple, truth[1:]))
    return text.names == truth[0] and not surplus and missing.total() <= text.records.dropped


def all_damages(many: int, seed: int) -> dict[str, Counter[str]]:
    """What becomes of so many tables under each damage."""
    rng = np.random.default_rng(seed)
    return {name: Counter(judged(name, rng) for _ in range(many)) for name in DAMAGES}
