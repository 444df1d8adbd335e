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


def flush_folder(folder: Path) -> None:
    """See to it that the names of new, renamed and removed files are on the disk too."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
