"""Which files are meant, what their tables are called, and their bytes within the limits."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from privsynth.errors import InputError, PolicyError
from privsynth.options import ReadPolicy
from privsynth.read.refusal import counted, refuse, shown

ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet")
MAX_RATIO = 100  # a table that shrinks further than this is rather a bomb
SMALL = 2**16  # below this size no expansion does harm
GZIP, BLOCK = b"\x1f\x8b", 2**20
SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"%PDF-": "a PDF",
    b"\xfd7zXZ": "an xz archive",
}


@dataclass(frozen=True)
class SourceFile:
    """One file (or the standard input) and the name of the table in it."""

    label: str
    table: str
    path: Path | None

    @property
    def is_parquet(self) -> bool:
        return self.path is not None and self.path.name.lower().endswith(".parquet")

    @property
    def is_tsv(self) -> bool:
        return self.path is not None and self.path.name.lower().endswith((".tsv", ".tsv.gz"))


def source_files(paths: Sequence[Path | str]) -> tuple[list[SourceFile], list[str]]:
    """The files behind the paths (a folder stands for its data files), with a table name each, and notes."""
    if isinstance(paths, str | Path):
        raise PolicyError("a list of paths is expected.", hint="write [path] instead of path")
    files: list[Path | None] = []
    notes: list[str] = []
    for path in paths:
        if str(path) == "-":
            files.append(None)
        elif Path(path).is_dir():
            inside, others = _folder(Path(path))
            files += inside
            notes += (
                [f"{Path(path).name}: {counted(others, 'other file')} or folders in it were not read"] if others else []
            )
        else:
            files.append(Path(path))
    _refuse_repetition(files)
    return _named(files), notes


def _folder(folder: Path) -> tuple[list[Path], int]:
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise refuse(folder.name, f"the folder cannot be read ({error.strerror})", "check its permissions") from None
    tables = [path for path in inside if path.is_file() and path.name.lower().endswith(ENDINGS)]
    if not tables:
        raise refuse(
            folder.name, "there is no data file in this folder", f"files that end in {', '.join(ENDINGS)} are read"
        )
    return tables, len(inside) - len(tables)


def _refuse_repetition(files: list[Path | None]) -> None:
    if not files:
        raise PolicyError("no file was named.", hint="name at least one file, a folder, or - for the standard input")
    real = [path and path.resolve() for path in files]
    if len(set(real)) < len(real):
        raise PolicyError("the same file is named twice.", hint="name each file once")


def _named(files: list[Path | None]) -> list[SourceFile]:
    taken: set[str] = set()
    sources = []
    for path in files:
        label = shown(path.name)[1:-1] if path else "standard input"
        name = free_name(table_name(path.name) if path else "stdin", taken)
        sources.append(SourceFile(label, name, path))
    return sources


def table_name(label: str) -> str:
    """The stem of a file name, with nothing in it that a file name or a shell minds."""
    stem = label
    while stem.lower().endswith(ENDINGS):
        stem = stem[: stem.rindex(".")]
    clean = "".join(c if c.isalnum() or c in "_-." else "_" for c in stem).strip("_-.")
    return clean[:80] or "table"


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number behind it if it is taken; two names never differ by case alone."""
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free.casefold())
    return free


def content(source: SourceFile, limits: ReadPolicy) -> bytes:
    """The bytes of the file, expanded if they are compressed."""
    raw = _raw(source, limits)
    if raw.startswith(GZIP):
        raw = _expand(raw, source.label, limits)
    for signature, what in SIGNATURES.items():
        if raw.startswith(signature):
            raise refuse(source.label, f"this is {what}, not a table in text form", "export it as CSV or Parquet")
    return raw


def _raw(source: SourceFile, limits: ReadPolicy) -> bytes:
    try:
        if source.path is None:
            return _bounded(sys.stdin.buffer, source.label, limits)
        with source.path.open("rb") as file:
            return _bounded(file, source.label, limits)
    except OSError as error:
        raise refuse(
            source.label, f"the file cannot be read ({error.strerror})", "check the path and its permissions"
        ) from None


def _bounded(file: BinaryIO, label: str, limits: ReadPolicy) -> bytes:
    raw = file.read(limits.max_bytes + 1)
    if len(raw) > limits.max_bytes:
        raise _too_large(label, limits)
    return raw


def _too_large(label: str, limits: ReadPolicy) -> InputError:
    return refuse(label, f"the file is larger than {limits.max_bytes:,} bytes", "raise read.max_bytes if that is right")


def _expand(raw: bytes, label: str, limits: ReadPolicy) -> bytes:
    """All members of a gzip file, stopped as soon as they grow beyond the limits."""
    most = min(limits.max_bytes, max(SMALL, MAX_RATIO * len(raw)))
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            while size <= most and (part := file.read(BLOCK)):
                parts.append(part)
                size += len(part)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise refuse(label, "the compressed file is damaged or cut off", "fetch it again") from None
    if size > most:
        raise _too_large(label, limits) if size > limits.max_bytes else _bomb(label)
    return b"".join(parts)


def _bomb(label: str) -> InputError:
    return refuse(
        label,
        f"the file grows more than {MAX_RATIO} times when it is expanded",
        "expand it first, and look at it, if it is meant to",
    )
