"""Who tried what on which source, how often, with what outcome: append-only, chained, written before an attempt starts.

A state directory (mode 0700) holds

    ledger.jsonl    one record a line: an attempt that begins, later its outcome, or what was done with a masking key;
                    each carries the digest of all before it
    ledger.head     how many records there must be, and the digest of the last: a ledger that lost its end is found out
    ledger.key      the key of the fingerprints, the ledger's own; with it there must be a ledger
    ledger.lock     held while somebody writes

An attempt without an outcome was killed, and counts. Whoever deletes the whole directory starts anew, and the manifest
then says so.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from privsynth.content import flush_folder
from privsynth.errors import PolicyError, PrivsynthError

LEDGER, HEAD, KEY, LOCK = "ledger.jsonl", "ledger.head", "ledger.key", "ledger.lock"
EVIDENCE = "evidence-"
KEY_BYTES = 32
BACK = timedelta(hours=1)  # by which clocks are put right; more would bring back the days of waivers that have ended
PATIENCE, STEP = 60.0, 0.02  # seconds to wait for another writer, who needs a few hundredths of one
START = "0" * 64
RESTORE = (
    "restore the state directory from a copy, or name another one: counting then begins anew, and the manifest says so"
)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Ledger:
    """The ledger of one state directory."""

    folder: Path
    key: bytes = field(repr=False)

    @contextmanager
    def pages(self) -> Iterator[Pages]:
        """All records, checked, while nobody else can write."""
        with _locked(self.folder):
            yield Pages(self.folder, _read(self.folder))


@dataclass
class Pages:
    """The records of a ledger while its lock is held."""

    folder: Path
    records: list[Record]

    def append(self, **content: Any) -> Record:
        """Write a record and see it safely on the disk."""
        before, now = self.records[-1]["hash"] if self.records else START, datetime.now(UTC)
        if self.records and now < _time_of(self.records[-1]) - BACK:
            raise PrivsynthError(
                "the clock was set back: the last record of the ledger comes from the future.",
                hint="set the clock right",
            )
        content = {"record": len(self.records) + 1, "time": now.isoformat(timespec="milliseconds"), **content}
        record = {**content, "hash": chained(before, content)}
        _append(self.folder / LEDGER, _line(record))
        self.records.append(record)
        _write_head(self.folder, self.records)
        return record


def open_ledger(folder: Path) -> Ledger:
    """The ledger of a state directory; an empty or missing directory gets a new one."""
    try:
        if not folder.is_symlink() and not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(folder)
        with _locked(folder):
            return Ledger(folder, _key(folder))
    except OSError as error:
        raise _unusable(error) from None


def has_begun(folder: Path) -> bool:
    """Whether a ledger lies in this directory, or a part of one. A place where none can be made is refused."""
    try:
        if folder.is_symlink() or folder.exists():
            _check_folder(folder)
        else:
            _check_above(folder)
        return (folder / KEY).exists() or _began(folder)
    except OSError as error:
        raise _unusable(error) from None


def chained(before: str, content: Mapping[str, Any]) -> str:
    """The digest that ties a record to all before it."""
    return sha256(before.encode("ascii") + _canonical(content)).hexdigest()


def keep_evidence(folder: Path, name: str, content: bytes) -> None:
    """A file for its owner alone, beside the ledger."""
    try:
        _replace(folder / name, content)
    except OSError as error:
        raise _unusable(error) from None


def _key(folder: Path) -> bytes:
    """The ledger's own key. A key without a ledger, or a ledger without its key: somebody took something away."""
    missing = [name for name in (KEY, HEAD, LEDGER) if not (folder / name).exists()]
    if KEY in missing and not _began(folder):
        _append(folder / LEDGER, b"")
        _write_head(folder, [])
        _replace(folder / KEY, secrets.token_bytes(KEY_BYTES))  # the last: with it the ledger is there
    elif missing:
        raise PrivsynthError(
            f"the state directory had a ledger and lacks a part of it: {', '.join(missing)}.", hint=RESTORE
        )
    key = _content(folder / KEY)
    if len(key) != KEY_BYTES:
        raise PrivsynthError("the key of the ledger was changed.", hint=RESTORE)
    return key


def _began(folder: Path) -> bool:
    """Whether anything was ever counted here: not in an empty directory, nor if its making was killed."""
    ledger, head = folder / LEDGER, folder / HEAD
    counted = head.exists() and _parsed(_content(head), 0).get("records") != 0
    written = ledger.exists() and bool(_content(ledger))
    return counted or written or any(folder.glob(f"{EVIDENCE}*"))


def _read(folder: Path) -> list[Record]:
    """The records, each tied to the one before and none missing at the end."""
    lines = _content(folder / LEDGER).split(b"\n")
    records = [_parsed(line, number) for number, line in enumerate(lines[:-1], start=1)]
    for number, (before, record) in enumerate(pairwise([{"hash": START}, *records]), start=1):
        content = {name: value for name, value in record.items() if name != "hash"}
        if record.get("hash") != chained(before["hash"], content) or record.get("record") != number:
            raise PrivsynthError(
                f"the ledger was changed: its chain is broken at record {number}.", hint=RESTORE, line=number
            )
    _check_end(folder, records, lines[-1])
    return records


def _check_end(folder: Path, records: Sequence[Record], rest: bytes) -> None:
    """The head may lag by one record if a run was killed; half a record belongs to an attempt that never began."""
    head = _parsed(_content(folder / HEAD), 0)
    count, last = head.get("records"), head.get("hash")
    is_as_counted = count in (len(records), len(records) - 1) and last == (
        records[count - 1]["hash"] if count else START
    )
    if not is_as_counted or (rest and count != len(records)):
        raise PrivsynthError("the ledger was changed: it does not end as its head says.", hint=RESTORE)
    if rest:
        with _opened(folder / LEDGER, os.O_RDWR) as file:
            os.truncate(file, os.fstat(file).st_size - len(rest))
            os.fsync(file)
    if rest or count != len(records):
        _write_head(folder, records)


def _time_of(record: Record) -> datetime:
    try:
        return datetime.fromisoformat(str(record.get("time")))
    except ValueError:
        raise PrivsynthError("the ledger was changed: a record has no time.", hint=RESTORE) from None


def _parsed(line: bytes, number: int) -> Record:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or (number and not isinstance(record.get("hash"), str)):
        raise PrivsynthError(
            f"the ledger was changed: {f'record {number}' if number else 'its head'} cannot be read.",
            hint=RESTORE,
            line=number or None,
        )
    return record


def _write_head(folder: Path, records: Sequence[Record]) -> None:
    _replace(folder / HEAD, _line({"records": len(records), "hash": records[-1]["hash"] if records else START}))


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode(
        "ascii"
    )


def _line(content: Mapping[str, Any]) -> bytes:
    return _canonical(content) + b"\n"


def _append(path: Path, content: bytes) -> None:
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
        _write_all(file, content)
        os.fsync(file)
    flush_folder(path.parent)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with _opened(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
        _write_all(file, content)
        os.fsync(file)
    part.replace(path)
    flush_folder(path.parent)


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _content(path: Path) -> bytes:
    with _opened(path, os.O_RDONLY) as file, os.fdopen(os.dup(file), "rb") as stream:
        return stream.read()


@contextmanager
def _opened(path: Path, how: int) -> Iterator[int]:
    """A file that is no link and that nobody else may read or write."""
    file = os.open(path, how | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if stat.S_IMODE(os.fstat(file).st_mode) & 0o077:
            raise PrivsynthError(
                f"{path.name} in the state directory may be read or written by others.",
                hint="chmod 600 it, if nobody else was at it",
            )
        yield file
    finally:
        os.close(file)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time. Whoever dies lets go of the lock."""
    try:
        with _opened(folder / LOCK, os.O_RDWR | os.O_CREAT) as lock:
            _wait_for(lock)
            yield
    except OSError as error:
        raise _unusable(error) from None


def _wait_for(lock: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise PrivsynthError(
                    "another run holds the ledger and does not let go.", hint="end it, or name another state directory"
                ) from None
            time.sleep(STEP)
        else:
            return


def _check_folder(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise PolicyError("the state directory is a file or a link.", hint="name a directory that does not exist yet")
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise PolicyError(
            "the state directory must belong to you, and be open to nobody else.",
            hint="chmod 700 it, or name one that does not exist yet",
        )


def _check_above(folder: Path) -> None:
    """Whether a directory can be made there; nothing is made."""
    above = next(each for each in folder.absolute().parents if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES if above.is_dir() else errno.ENOTDIR, "no directory can be made there")


_OF_THE_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


def _unusable(error: OSError) -> PrivsynthError:
    kind = PolicyError if error.errno in _OF_THE_PLACE else PrivsynthError
    return kind(
        f"the ledger cannot be used: {os.strerror(error.errno or 5)}.",
        hint="nothing can be counted; name another state directory with --state",
    )
