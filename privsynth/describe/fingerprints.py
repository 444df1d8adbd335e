"""Fingerprints of the real values that nobody may invent again."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Kind, Role, Table
from privsynth.statistics import Taken
from privsynth.typing import Array

NAMED = (Role.IDENTIFIER, Role.DIRECT)
GIVEN, FAMILY = "FIRST_NAME", "LAST_NAME"


def take_fingerprints(dataset: Dataset) -> Taken:
    """All values of columns that name people, as spelt, and the whole names that the parts of a row form.

    The key is fresh and dies with the process: whoever finds the prints cannot try guesses on them.
    """
    empty = Taken(secrets.token_bytes(32))
    values = {value for table in dataset for value in _values(table)}
    return Taken(empty.key, frozenset(map(empty.fingerprint, values)))


@dataclass(frozen=True, eq=False)
class Prints(Collection[bytes]):
    """Very many fingerprints, eight bytes of each: two of 2^32 different values meet by chance once."""

    numbers: Array = field(repr=False)  # sorted

    def __contains__(self, fingerprint: object) -> bool:
        wanted = np.uint64(int.from_bytes(fingerprint[:8], "big")) if isinstance(fingerprint, bytes) else np.uint64(0)
        at = int(np.searchsorted(self.numbers, wanted))
        return at < len(self.numbers) and bool(self.numbers[at] == wanted)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[bytes]:
        return (int(number).to_bytes(8, "big") for number in self.numbers)


def fingerprints_of_parts(parts: Iterable[Table]) -> Taken:
    """The same of one table whose rows come in parts, in little memory."""
    empty, of_parts = Taken(secrets.token_bytes(32)), [np.empty(0, dtype=np.uint64)]
    for table in parts:
        prints = b"".join(empty.fingerprint(value)[:8] for value in dict.fromkeys(_values(table)))
        of_parts.append(np.frombuffer(prints, dtype=">u8").astype(np.uint64))
    return Taken(empty.key, Prints(np.unique(np.concatenate(of_parts))))


def _values(table: Table) -> Iterator[str]:
    for column in table.of_role(*NAMED):
        words = table.text(column.name)
        yield from pd.unique(words[~pd.isna(words)])
        if column.kind is Kind.NUMBER:  # a key spelt 17.0 is the key 17
            keys = table.key_text(column.name)
            yield from pd.unique(keys[~pd.isna(keys)])
    yield from _whole_names(table)


def _whole_names(table: Table) -> Iterator[str]:
    given_names, surnames = ([c.name for c in table.columns if c.entity == part] for part in (GIVEN, FAMILY))
    for first in given_names:
        for last in surnames:
            pairs = pd.DataFrame({"first": table.text(first), "last": table.text(last)}).dropna().drop_duplicates()
            yield from pairs["first"] + " " + pairs["last"]
