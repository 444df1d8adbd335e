"""What a file holds: bytes in memory, or, where they are too many for that, a private file of the run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

BLOCK = 2**22  # bytes of a stored file that are in memory at once


@dataclass(frozen=True)
class Stored:
    """The content of a file of more rows than fit in memory: it lies in a private folder of the run."""

    path: Path

    def __len__(self) -> int:
        return self.path.stat().st_size

    def blocks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block


Content = bytes | Stored


def blocks(content: Content) -> Iterator[bytes]:
    """The bytes of a file, piece by piece where they are many."""
    return content.blocks() if isinstance(content, Stored) else iter((content,))


def content_digest(content: Content) -> str:
    total = sha256()
    for block in blocks(content):
        total.update(block)
    return total.hexdigest()


def digest(files: Mapping[str, Content]) -> str:
    """One digest over names and contents, in the order of the names."""
    total = sha256()
    for name in sorted(files):
        total.update(f"{name}\x1f{len(files[name])}\x1f".encode())
        for block in blocks(files[name]):
            total.update(block)
    return total.hexdigest()


def unnamed(path: Path) -> int:
    """A file that dies with the process, also when that is killed: what lies at `path` is but a link to our own handle.

    Where a system shows no process its handles, the file keeps its name, and goes with the folder.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    own = Path(f"/proc/{os.getpid()}/fd/{handle}")
    if own.exists():
        path.unlink()
        path.symlink_to(own)
    return handle


def close_unnamed(folder: Path) -> None:
    """Let go of the files without a name to which links of the folder lead."""
    own = f"/proc/{os.getpid()}/fd/"
    for link in (path for path in folder.iterdir() if path.is_symlink()):
        if (led := str(link.readlink())).startswith(own):
            os.close(int(led.removeprefix(own)))


def flush_folder(folder: Path) -> None:
    """See to it that the names of new, renamed and removed files are on the disk too."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
