"""What the engines of sdv take before they are started: seconds and bytes, from rows, width and columns alone.

ctgan, tvae and copulagan spread a category out into one input per level, and a number into one input per mode of its distribution:
the sum is the width. The constants were measured with sdv 2.0 on one core of a server processor, over widths from 137 to 3985;
treat a figure as right within a factor of two.
"""

from __future__ import annotations

import os
from pathlib import Path

from privsynth.dataset import Table

MOST_LEVELS = 500  # a category with more is cut to its most frequent ones and a bucket of the rest
MODES = 11  # inputs of a number: ten modes at most, and the place within one
BATCH = 500  # rows that a network sees at one time
USUAL = 15  # columns, where nobody says
GROUP = Path("/sys/fs/cgroup")

BEGIN = 1.5  # seconds until everything is loaded
PREPARE = {"copula": 1.8e-5, "ctgan": 1.8e-5, "tvae": 1.8e-5, "copulagan": 2.3e-5}  # seconds per row and column
STEP = {"ctgan": 0.02, "tvae": 0.011, "copulagan": 0.02}  # seconds per batch, however small the networks
PER_WEIGHT = 7e-8  # seconds per batch for each weight of the networks
LOADED = 500_000_000  # bytes of torch and sdv themselves
PER_CELL = 28  # bytes of a row's input: three copies of eight bytes for a moment, and one of four
PER_COLUMN = 150  # bytes of a row's column, where nothing is spread out
KEPT = 16  # bytes for each weight: its value, its gradient and two moments


def width_of(table: Table) -> int:
    """How wide the networks' input is at most, guessed without coding the columns."""
    return sum(_inputs(table, column.name) for column in table.columns)


def _inputs(table: Table, name: str) -> int:
    if table.values(name).dtype.kind in "fM":
        return 2 * MODES
    return min(int(table.frame[name].nunique(dropna=False)), MOST_LEVELS)


def seconds_for(name: str, rows: int, width: int, epochs: int = 1, *, columns: int = USUAL) -> float:
    """CPU seconds of one fit:  1.5 + prepare * rows * columns + epochs * batches * (step + 7e-8 * weights); the copula has no epochs."""
    prepared = BEGIN + PREPARE[name] * rows * columns
    if name == "copula":
        return prepared
    return prepared + epochs * max(1, rows // BATCH) * (STEP[name] + PER_WEIGHT * weights(name, width))


def bytes_for(name: str, rows: int, width: int, *, columns: int = USUAL) -> int:
    """Memory at the highest point of a fit: the spread-out rows, the networks, and what one batch leaves on its way."""
    if name == "copula":
        return LOADED + rows * columns * PER_COLUMN
    return LOADED + rows * (width * PER_CELL + columns * PER_COLUMN) + KEPT * weights(name, width) + 32 * BATCH * width


def weights(name: str, width: int) -> int:
    """The size of sdv's networks by default. ctgan feeds every level asked for past all hidden layers to every level made: a square."""
    if name == "tvae":
        return 256 * width + 65_536
    judge = 10 * 2 * width * 256  # ten rows at a time, each with what was asked for
    return judge + width * (128 + width + 512) + 2 * 256 * width + 200_000


def memory_left() -> int | None:
    """Bytes that may still be taken on this machine and in this container; None where nobody says."""
    known = [left for left in (_machine(), _container()) if left is not None]
    return min(known) if known else None


def _machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return _free_pages()


def _free_pages() -> int | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, AttributeError, OSError):
        return None


def _container() -> int | None:
    try:
        limit, used = ((GROUP / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        facts = dict(line.split() for line in (GROUP / "memory.stat").read_text(encoding="ascii").splitlines())
    except OSError:
        return None
    return None if limit == "max" else int(limit) - int(used) + int(facts.get("inactive_file", 0))
