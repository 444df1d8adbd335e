"""What `privsynth scan` finds in a file: by column of a table, or by line of a text. Never a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from privsynth.options import ReadPolicy
from privsynth.policy import Policy

Level = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high")
TEXTS = (".txt", ".md", ".log", ".json")
LONGEST = 4_000  # letters of a line that are read at once
BREAKS = (" ", ",", ";", "}")


@dataclass(frozen=True, kw_only=True)
class ScanHit:
    """One kind of personal data at one place."""

    file: str  # as named on the command line
    entity: str
    level: Level
    values: int
    table: str | None = None
    column: str | None = None
    share: float | None = None  # of the column's distinct values
    confirmed: bool = False
    line: int | None = None  # the first line of a text, and how many there are
    lines: int | None = None

    @property
    def record(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if value is not None}


def scan_files(names: Sequence[str], policy: Policy) -> list[ScanHit]:
    """Tables by column, plain texts by line, in the order of the files."""
    texts = [name for name in names if _is_text(name, policy.read.delimiter)]
    tables = [name for name in names if name not in texts]
    hits = list(_in_tables(tables, policy)) if tables else []
    hits += [hit for name in texts for hit in _in_text(name, policy.read)]
    places = {name: place for place, name in enumerate(names)}
    return sorted(hits, key=lambda hit: places.get(hit.file, len(places)))


def _is_text(name: str, delimiter: str | None) -> bool:
    """A .txt file is a table only if its delimiter is given."""
    return name.lower().endswith(TEXTS) and not (name.lower().endswith(".txt") and delimiter)


def _in_tables(names: Sequence[str], policy: Policy) -> Iterator[ScanHit]:
    from privsynth.pii import scan_table
    from privsynth.read import read_files
    from privsynth.read.sources import source_files

    for source in source_files(names)[0]:
        file = "-" if source.path is None else str(source.path)
        for table in read_files([file], policy):
            for hit in scan_table(table):
                level = _level(hit.confirmed, hit.by_column, hit.role.value)
                yield ScanHit(
                    file=file,
                    entity=hit.entity,
                    level=level,
                    values=hit.hits,
                    table=table.name,
                    column=hit.column,
                    share=round(hit.share, 4),
                    confirmed=hit.confirmed,
                )


def _level(confirmed: bool, surely: bool, role: str) -> Level:
    """High: names a person by itself, for certain. Medium: describes one, as birth dates do. Low: a weak sign."""
    if confirmed and role in ("direct", "identifier"):
        return "high"
    return "medium" if surely and role in ("quasi", "sensitive") else "low"


def _in_text(name: str, reading: ReadPolicy) -> Iterator[ScanHit]:
    from privsynth.pii import scan_text
    from privsynth.pii.entities import entities
    from privsynth.pii.forms import LIKELY
    from privsynth.read.encoding import decoded
    from privsynth.read.sources import SourceFile, content

    path = Path(name)
    text = decoded(
        content(SourceFile(path.name, path.stem, path), reading), path.name, reading.encoding, accept=reading.accept
    ).data
    lines: dict[tuple[str, Level], list[int]] = {}  # of each value, by what it is
    for number, line in enumerate(_plain(text).splitlines(), start=1):
        for piece in _pieces(line):
            for hit in scan_text(piece):
                sure = hit.score >= LIKELY
                level = _level(sure, sure, entities()[hit.entity].role.value)
                lines.setdefault((hit.entity, level), []).append(number)
    for (entity, level), numbers in lines.items():
        yield ScanHit(
            file=name,
            entity=entity,
            level=level,
            values=len(numbers),
            confirmed=level == "high",
            line=numbers[0],
            lines=len(set(numbers)),
        )


def _plain(text: str | bytes) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _pieces(line: str) -> Iterator[str]:
    """A very long line in parts, cut where a word ends."""
    while len(line) > LONGEST:
        cut = max((line.rfind(sign, LONGEST // 2, LONGEST) for sign in BREAKS), default=-1)
        cut = LONGEST if cut < 0 else cut + 1
        yield line[:cut]
        line = line[cut:]
    yield line
