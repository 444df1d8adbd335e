"""What each of the first and last lines of a file is taken for: numbers of fields and their forms, and never a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from privsynth.errors import InputError
from privsynth.options import ReadPolicy
from privsynth.policy import Policy
from privsynth.read.dialect import Dialect, dialect_of
from privsynth.read.encoding import decoded
from privsynth.read.forms import form_of
from privsynth.read.layout import EXCERPT, excerpt
from privsynth.read.passage import LINE, LeftOut, Passage, kept_lines, one_table, passage_of, recorded
from privsynth.read.proposal import UnsureError, read_or_propose
from privsynth.read.sources import SourceFile, content, source_files
from privsynth.read.text import Text, text_of

FIRST, LAST = 8, 3  # lines that are shown
MOST = 12  # fields of a line
ABOVE, BELOW, COMMENT, OTHER, BLANK = "above the header", "below the table", "comment", "outside the table", "blank"


@dataclass(frozen=True, kw_only=True)
class PictureLine:
    """One line, and what it is taken for."""

    line: int
    taken_for: str
    fields: int
    shapes: tuple[str, ...]  # forms of the fields; names, where the file is read and the line names its columns


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How a file is read, or would be: as asked, or as proposed."""

    file: str
    lines: tuple[PictureLine, ...]
    proposal: Mapping[str, Any]
    fit: float | None = None
    is_read: bool = True

    @property
    def record(self) -> dict[str, object]:
        lines = [{**vars(line), "shapes": list(line.shapes)} for line in self.lines]
        return {**vars(self), "lines": lines, "proposal": dict(self.proposal)}

    @property
    def is_plain(self) -> bool:
        """Whether nothing stands in the file but a header and rows."""
        return self.is_read and not self.proposal and {line.taken_for for line in self.lines} <= {"header", "row"}


def pictures(paths: Sequence[Path | str], policy: Policy) -> list[Picture]:
    """The picture of each file of text; what comes from a pipe is gone once it was read."""
    files = source_files(paths)[0]
    return [picture(source, policy) for source in files if source.path is not None and not source.is_parquet]


def picture(source: SourceFile, policy: Policy) -> Picture:
    """The picture of one file, also of one that is refused. Of a large file the beginning and the end are looked at."""
    reading = policy.read.with_(policy.table(source.table).read)
    data = excerpt(decoded(content(source, reading), source.label, reading.encoding, accept=reading.accept).data)
    options: Mapping[str, Any] = {}
    fit, is_read = None, True
    try:
        text, options, _ = read_or_propose(data, reading, source)
    except UnsureError as error:
        options, fit, is_read = error.proposal.options, error.proposal.fit, False
        text = text_of(data, reading.with_(options), source.label, tsv=source.is_tsv)
    except InputError:
        return Picture(file=source.label, lines=_lines(data, reading, None, source), proposal={}, is_read=False)
    lines = _lines(data, reading.with_(options), text, source)
    if not is_read:
        lines = tuple(map(_nameless, lines))  # what is taken for a header may be a row
    return Picture(file=source.label, lines=lines, proposal=options, fit=fit, is_read=is_read)


def _nameless(line: PictureLine) -> PictureLine:
    return replace(line, shapes=tuple(map(form_of, line.shapes))) if line.taken_for == "header" else line


def _lines(data: bytes, reading: ReadPolicy, text: Text | None, source: SourceFile) -> tuple[PictureLine, ...]:
    lines = [found[0] for found in LINE.finditer(data)]
    dialect = text.dialect if text is not None else _dialect(data, reading, source)
    roles = _roles(data, reading, text, dialect, source)
    ends = reading.footer and len(data) < EXCERPT
    last = range(max(FIRST, len(lines) - reading.footer - 1), len(lines))[:LAST] if ends else ()
    shown = [number + 1 for number in [*range(min(FIRST, len(lines))), *last]]
    return tuple(_line(number, lines[number - 1], roles[number], dialect) for number in shown if number in roles)


def _dialect(data: bytes, reading: ReadPolicy, source: SourceFile) -> Dialect:
    try:
        return dialect_of(data, source.label, reading, tsv=source.is_tsv)[0]
    except InputError:
        return Dialect()


def _line(number: int, line: bytes, role: tuple[str, Sequence[str] | None], dialect: Dialect) -> PictureLine:
    taken_for, fields = role
    if fields is None:
        fields = next((record for _, record in recorded(line, dialect)), [])
    shapes = tuple(fields if taken_for == "header" else map(form_of, fields))
    return PictureLine(line=number, taken_for=taken_for, fields=len(fields), shapes=shapes[:MOST])


def _roles(
    data: bytes, reading: ReadPolicy, text: Text | None, dialect: Dialect, source: SourceFile
) -> dict[int, tuple[str, Sequence[str] | None]]:
    """What each line in which something begins is taken for, and its fields where they were read."""
    if text is None:
        found = recorded(data, dialect)
        return {line: (BLANK if not record else "not read", record) for line, record in found}
    passage = passage_of(data, reading, source.label)
    passage = passage if reading.table is None else one_table(passage, dialect, reading.table, source.label)
    return dict([*_outside(data, reading, passage), *_inside(passage, dialect, text, reading)])


def _outside(data: bytes, reading: ReadPolicy, passage: Passage) -> Iterator[tuple[int, tuple[str, None]]]:
    left = LeftOut()
    sign = reading.comment.encode() if reading.comment else None
    for _ in kept_lines((found[0] for found in LINE.finditer(data)), reading, left, sign, b'"'):
        pass
    known = dict.fromkeys(left.above, ABOVE) | dict.fromkeys(left.comments, COMMENT) | dict.fromkeys(left.below, BELOW)
    yield from ((line, (known.get(line, OTHER), None)) for line in passage.gone)


def _inside(
    passage: Passage, dialect: Dialect, text: Text, reading: ReadPolicy
) -> Iterator[tuple[int, tuple[str, Sequence[str]]]]:
    """Records by their first line: blank, header, row, or row of another width."""
    heads, width = reading.header_lines if reading.header else 0, len(text.names)
    for line, record in recorded(passage.data, dialect):
        taken_for = BLANK if not record else "header" if heads else "row"
        if taken_for == "row" and len(record) != width and any(map(str.strip, record[width:] or [" "])):
            taken_for = f"row of another width, {reading.on_ragged}"
        heads -= taken_for == "header"
        yield passage.line(line), (taken_for, record)
