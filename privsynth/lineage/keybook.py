"""What became of masking keys: made, rotated, destroyed. Records by key id; never a key, nor where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from privsynth.lineage.ledger import open_ledger

Deed = Literal["made", "rotated", "destroyed"]
Write = Callable[[Deed, str], None]


@contextmanager
def keybook(folder: Path | None) -> Iterator[Write]:
    """Writes down what is done with a key, locked before it is done; without a state directory nothing is written."""
    if folder is None:
        yield lambda _deed, _key: None
        return
    with open_ledger(folder).pages() as pages:

        def write(deed: Deed, key: str) -> None:
            pages.append(event="key", deed=deed, key=key)

        yield write
