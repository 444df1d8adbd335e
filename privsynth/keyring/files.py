"""Key files: 32 random bytes that only their owner can read. Created, replaced, and overwritten before they go."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from privsynth.content import flush_folder
from privsynth.errors import PolicyError

KEY_BYTES = 32
MOST_BYTES = 4096
HINT = "make one with: privsynth key new FILE"


def read_private(path: Path) -> bytes:
    """The key in a file that only its owner can read; a link, a device or a readable-by-others file is refused."""
    with _opened(path, os.O_RDONLY) as handle:
        content = os.read(handle, MOST_BYTES + 1)
    if not KEY_BYTES <= len(content) <= MOST_BYTES:
        raise PolicyError(
            f"the key file {path.name} holds {len(content)} bytes; {KEY_BYTES} to {MOST_BYTES} are allowed.", hint=HINT
        )
    return content


def make(path: Path) -> bytes:
    """A new key in a file that must not exist yet; it is on the disk when this returns."""
    key = secrets.token_bytes(KEY_BYTES)
    with _explained(path, "made"):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            os.fchmod(handle, 0o600)
            os.write(handle, key)
            os.fsync(handle)
        finally:
            os.close(handle)
        flush_folder(path.parent)
    return key


def rotate(path: Path, aside: Path) -> bytes:
    """A new key at `path`; the old one stays readable at `aside`. A key stands at `path` at every moment."""
    read_private(path)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    key = make(fresh)
    try:
        with _explained(aside, "made"):
            os.link(path, aside, follow_symlinks=False)
        with _explained(path, "replaced"):
            fresh.replace(path)
            flush_folder(path.parent)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
    return key


def destroy(path: Path) -> None:
    """The key file is overwritten in place, flushed, and removed. A copy-on-write disk may keep the old blocks."""
    read_private(path)
    with _opened(path, os.O_RDWR) as handle, _explained(path, "overwritten"):
        length = os.fstat(handle).st_size
        for content in (secrets.token_bytes(length), bytes(length)):
            os.pwrite(handle, content, 0)
            os.fsync(handle)
        path.unlink()
        flush_folder(path.parent)


@contextmanager
def _opened(path: Path, how: int) -> Iterator[int]:
    try:
        handle = os.open(path, how | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise PolicyError(f"the key file {path.name} cannot be opened: {error.strerror}.", hint=HINT) from None
    try:
        _check_private(os.fstat(handle), path.name)
        yield handle
    finally:
        os.close(handle)


def _check_private(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PolicyError(f"the key file {name} is not a plain file.", hint=HINT)
    if status.st_mode & 0o177:
        raise PolicyError(
            f"the key file {name} has mode {stat.S_IMODE(status.st_mode):04o}; 0600 is needed.",
            hint=f"chmod 600 {name}",
        )
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise PolicyError(f"the key file {name} belongs to another user.", hint=HINT)


@contextmanager
def _explained(path: Path, action: str) -> Iterator[None]:
    """Errors of the system as messages for the user."""
    try:
        yield
    except FileExistsError:
        raise PolicyError(
            f"{path.name} exists already; a key is never overwritten.",
            hint="name another file, or: privsynth key rotate FILE",
        ) from None
    except OSError as error:
        raise PolicyError(
            f"the key file {path.name} cannot be {action}: {os.strerror(error.errno or 5)}.",
            hint="check the folder and its permissions",
        ) from None
