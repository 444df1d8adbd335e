"""Holds people out by what is written in their rows, so that the same people can be held out again later.

A rulebook that was inferred from rows is judged by people whom it never saw, perhaps by another person on another day.
The split that a run draws hangs on the order of the rows and on its own seed; this one on the seed that stands in the
book and on the content of the rows. Their order does not matter, and exactly so many are held out as were asked for:
a profile counts them. People whose rows are all alike are dealt one by one, as any others: otherwise no twin of a
person who was looked at would ever be held out, and every twin that a law draws would look like a copy.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.measure.mixing import STEP, mixed
from privsynth.typing import Array


def deal(data: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset]:
    """Those who may be looked at, and this share of the people, who are held out."""
    person = data.hanging_together()
    content = np.zeros(1 + max(int(codes.max(initial=-1)) for codes in person.values()), dtype=np.uint64)
    for name, codes in person.items():
        np.add.at(content, codes, mixed(_rows(data[name], seed) ^ _number(seed, name)))
    held_out = np.argsort(_chances(content, seed), kind="stable")[: round(share * len(content))]
    return data.parted(person, np.sort(held_out))


def _chances(content: Array, seed: int) -> Array:
    """A number from 0 to 1 for each person: by what they hold, and by how many alike came before."""
    alike = pd.Series(content).groupby(content).cumcount().to_numpy().astype(np.uint64)
    return np.asarray(mixed(mixed(content ^ _number(seed, "people")) + alike * STEP) / 2.0**64)


def _rows(table: Table, seed: int) -> Array:
    """One number for each row: its cells as they are written, told apart by the name of their column."""
    rows = np.zeros(len(table), dtype=np.uint64)
    for column in table.columns:
        codes, words = pd.factorize(table.text(column.name))
        numbers = np.array([*(_number(seed, column.name, str(word)) for word in words), STEP], dtype=np.uint64)
        rows += mixed(numbers[codes] ^ _number(seed, column.name))
    return rows


def _number(seed: int, *words: str) -> np.uint64:
    text = "\x1f".join((str(seed), *words)).encode("utf-8", "surrogatepass")
    return np.uint64(int.from_bytes(blake2b(text, digest_size=8).digest()))
