"""Valid files of several dialects and encodings, each spoilt in a few places, and what becomes of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from privsynth.emit import serialise
from privsynth.errors import PrivsynthError
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.proposal import ENOUGH, Proposal, UnsureError

WORDS = [
    "ann",
    "Zoë",
    "x,y",
    "a;b",
    'say "hi"',
    "two\nlines",
    "1",
    "-2.5",
    "1,5",
    "1.234,50",
    "2020-01-02",
    "13/02/2021",
    "NA",
    "",
    " x",
    "=1+1",
    "007",
    "1e5",
    "Łódź",
]
PIECES = [
    b",",
    b";",
    b"\t",
    b"|",
    b'"',
    b"'",
    b"\n",
    b"\r\n",
    b"\r",
    b"\\",
    b" ",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xe9",
    b"\0",
    b"NA",
    b"1",
    b"sep=;\n",
    b"-",
    b"\xe2\x80\xa8",
    b"\x85",
]
MARKS, ENDS, ENCODINGS = (
    [",", ";", "\t", "|"],
    ["\n", "\r\n", "\r"],
    ["utf-8", "utf-8-sig", "cp1250", "utf-16", "utf-16-le"],
)
SLOW = 5.0  # seconds of CPU


def valid(rng: np.random.Generator) -> bytes:
    """A sound file: names, then rows, quoted where needed."""
    mark, end, width = str(rng.choice(MARKS)), str(rng.choice(ENDS)), int(rng.integers(1, 6))
    kinds = [rng.choice(WORDS, size=int(rng.integers(1, 5))) for _ in range(width)]
    rows = [
        [f"name{at}" for at in range(width)],
        *([str(rng.choice(kind)) for kind in kinds] for _ in range(int(rng.integers(1, 12)))),
    ]
    text = "".join(mark.join(_field(word, mark) for word in row) + end for row in rows)
    return text.encode(str(rng.choice(ENCODINGS)), "replace")


def _field(word: str, mark: str) -> str:
    return '"' + word.replace('"', '""') + '"' if any(c in word for c in (mark, '"', "\n", "\r")) else word


def spoilt(raw: bytes, rng: np.random.Generator) -> bytes:
    """A few pieces put in, taken out, doubled, moved or cut off."""
    for _ in range(int(rng.integers(0, 4))):
        at, to = sorted(int(n) for n in rng.integers(0, len(raw) + 1, size=2))
        piece = PIECES[int(rng.integers(len(PIECES)))]
        raw = [
            raw[:at] + piece + raw[at:],
            raw[:at] + raw[to:],
            raw[:to] + raw[at:],
            raw[:at] + piece + raw[at + 1 :],
            raw[:to],
        ][int(rng.integers(5))]
    return raw


def mutants(many: int, noise: int, seed: int) -> Iterator[bytes]:
    rng = np.random.default_rng(seed)
    for _ in range(many):
        yield spoilt(valid(rng), rng)
    for _ in range(noise):
        yield rng.bytes(int(rng.integers(0, 300)))


def fuzz(many: int, noise: int, folder: Path, seed: int) -> Counter[str]:
    """How many came back alike, as read or as proposed; were refused, came back otherwise, crashed, or were slow."""
    counts: Counter[str] = Counter()
    for raw in mutants(many, noise, seed):
        began = time.process_time()
        counts[outcome(raw, folder)] += 1
        counts["slow"] += time.process_time() - began > SLOW
    return counts


def outcome(raw: bytes, folder: Path) -> str:
    try:
        data = _read(folder / "f.csv", raw)
    except UnsureError as error:
        return _accepted(error.proposal, raw, folder)
    except PrivsynthError:
        return "refused"
    except Exception:  # noqa: BLE001 - what is counted here is exactly this
        return "crashed"
    return "read" if _comes_back(data, folder) else "wrong"


def _accepted(proposal: Proposal, raw: bytes, folder: Path) -> str:
    """A proposal works as its words say, comes back alike, and is taken exactly where it fits well enough."""
    try:
        data = _read(folder / "f.csv", raw, **proposal.options)
    except PrivsynthError:
        return "refused"  # its layout is sound; a limit or a kind is not
    except Exception:  # noqa: BLE001
        return "crashed"
    try:
        taken = _cells(_read(folder / "f.csv", raw, accept=True)) == _cells(data)
    except UnsureError:
        taken = proposal.fit < ENOUGH
    return "proposed" if taken and _comes_back(data, folder, delimiter=data.tables[0].form.delimiter) else "wrong"


def _comes_back(data: Any, folder: Path, **asked: Any) -> bool:
    """What we wrote is read again. The cells of an odd reading may need their delimiter said."""
    try:
        ((name, written),) = serialise(data).items()
        again = _read(folder / name, written, header=True, **asked)
    except Exception:  # noqa: BLE001 - what we wrote must be read
        return False
    return _cells(again) == _cells(data) and serialise(again) == {name: written}


def _read(place: Path, raw: bytes, **asked: Any) -> Any:
    place.write_bytes(raw)
    return read_files([place], Policy(read=asked))


def _cells(data: Any) -> list[list[str | None]]:
    """The cells as text; the guard's apostrophe is part of the writing."""
    table = data.tables[0]
    return [
        [None if word is None else _unguarded(word) for word in table.text(column.name)] for column in table.columns
    ]


def _unguarded(word: str) -> str:
    return word.removeprefix("'")
