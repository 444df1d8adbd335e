"""Small files for the tests of reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privsynth.dataset import Dataset, Table
from privsynth.options import ReadPolicy
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.encoding import decoded
from privsynth.read.proposal import read_or_propose
from privsynth.read.sources import SourceFile, content


class Folder:
    """A folder that files are put into and read from."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, content: bytes | str, name: str = "data.csv") -> Path:
        place = self.path / name
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def read(self, content: bytes | str, name: str = "data.csv", tables: object = None, **options: object) -> Dataset:
        asked: dict[str, object] = {"read": options} if options else {}
        return read_files([self.put(content, name)], Policy(**asked, **({"tables": tables} if tables else {})))

    def table(self, content: bytes | str, **options: object) -> Table:
        return self.read(content, **options).tables[0]  # type: ignore[arg-type]

    def cells(self, content: bytes | str, **options: object) -> list[list[str | None]]:
        return cells(self.table(content, **options))


def cells(table: Table) -> list[list[str | None]]:
    """Header and rows as text, as a file spells them."""
    rows = zip(*(table.text(column.name) for column in table.columns), strict=True)
    return [[column.name for column in table.columns], *map(list, rows)]


def as_written(place: Path, **options: Any) -> list[list[str]]:
    """Header and rows as they stand in the file, before anything is taken for a number or a date."""
    reading, source = ReadPolicy(**options), SourceFile(place.name, place.stem, place)
    data = decoded(content(source, reading), place.name, reading.encoding).data
    text = read_or_propose(data, reading, source)[0]
    columns = [[[*words.distinct, ""][code] for code in words.codes] for words in text.records.columns]
    return [text.names, *map(list, zip(*columns, strict=True))]


def blanked(rows: list[list[str]]) -> list[list[str | None]]:
    """What other readers call an empty text is a missing value here."""
    return [rows[0], *([cell or None for cell in row] for row in rows[1:])]
