"""Holds people out by what their rows hold, so that the same people can be held out again later.

A rulebook that was inferred from rows is judged by people whom it never saw, perhaps by another person on another day.
The split that a run draws hangs on the order of the rows and on its own seed; this one on the seed that stands in the
book and on the content of the rows. Their order does not matter, nor the form of their files, and exactly so many are
held out as were asked for: a profile counts them. People whose rows are all alike are dealt one by one, as any others:
otherwise no twin of a person who was looked at would ever be held out, and every twin that a law draws would look like
a copy.

A digest over all rows tells whether they are the same ones. It is slow on purpose, so that nobody who knows all people
but one tries out by the million what that one holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b, scrypt

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.measure.mixing import STEP, mixed
from privsynth.typing import Array

DIGEST = 16  # bytes
COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}  # of one digest: 32 MB, and about a tenth of a second


def deal(data: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset]:
    """Those who may be looked at, and this share of the people, who are held out."""
    person = data.hanging_together()
    content = _contents(data, person, seed)
    held_out = np.argsort(_chances(content, seed), kind="stable")[: round(share * len(content))]
    return data.parted(person, np.sort(held_out))


def digest_of(data: Dataset, seed: int) -> str:
    """What all rows of all tables are known by, and whose they are; of the rows in any order, of any form of files."""
    known = blake2b(np.sort(_contents(data, data.hanging_together(), seed)).tobytes())
    for table in sorted(data, key=lambda table: table.name):
        known.update(f"\x1f{table.name}\x1f{len(table)}\x1f".encode("utf-8", "surrogatepass"))
        known.update(np.sort(_rows(table, seed)).tobytes())
    return scrypt(known.digest(), salt=str(seed).encode(), dklen=DIGEST, **COST).hex()


def _contents(data: Dataset, person: Mapping[str, Array], seed: int) -> Array:
    """One number for each person: by what all rows of theirs hold."""
    content = np.zeros(1 + max(int(codes.max(initial=-1)) for codes in person.values()), dtype=np.uint64)
    for name, codes in person.items():
        np.add.at(content, codes, mixed(_rows(data[name], seed) ^ _number(seed, name)))
    return content


def _chances(content: Array, seed: int) -> Array:
    """A number from 0 to 1 for each person: by what they hold, and by how many alike came before."""
    alike = pd.Series(content).groupby(content).cumcount().to_numpy().astype(np.uint64)
    return np.asarray(mixed(mixed(content ^ _number(seed, "people")) + alike * STEP) / 2.0**64)


def _rows(table: Table, seed: int) -> Array:
    """One number for each row: its cells, told apart by the name of their column."""
    rows = np.zeros(len(table), dtype=np.uint64)
    for column in table.columns:
        codes, known = pd.factorize(table.values(column.name))
        words = (_number(seed, column.name, str(word)) for word in _plain(known))
        numbers = np.array([*words, STEP], dtype=np.uint64)
        rows += mixed(numbers[codes] ^ _number(seed, column.name))
    return rows


def _plain(known: Array) -> Array:
    """Values that are the same for any form of the file: whole numbers are numbers, and dates and times count alike."""
    if known.dtype.kind in "Mm":
        return known.astype(f"{known.dtype.kind}8[us]").astype(np.int64)
    return known + 0.0 if known.dtype.kind in "iuf" else known


def _number(seed: int, *words: str) -> np.uint64:
    text = "\x1f".join((str(seed), *words)).encode("utf-8", "surrogatepass")
    return np.uint64(int.from_bytes(blake2b(text, digest_size=8).digest()))
