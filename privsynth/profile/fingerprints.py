"""Fingerprints of the real values that nobody may invent again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pandas as pd

from privsynth.dataset import Dataset, Role, Table, Taken

NAMED = (Role.IDENTIFIER, Role.DIRECT)
GIVEN, FAMILY = "FIRST_NAME", "LAST_NAME"


def take_fingerprints(dataset: Dataset) -> Taken:
    """All values of columns that name people, as spelt, and the whole names that the parts of a row form.

    The key is fresh and dies with the process: whoever finds the prints cannot try guesses on them.
    """
    empty = Taken(secrets.token_bytes(32))
    values = {value for table in dataset for value in _values(table)}
    return Taken(empty.key, frozenset(map(empty.fingerprint, values)))


def _values(table: Table) -> Iterator[str]:
    for column in table.of_role(*NAMED):
        words = table.text(column.name)
        yield from pd.unique(words[~pd.isna(words)])
    yield from _whole_names(table)


def _whole_names(table: Table) -> Iterator[str]:
    given, family = ([c.name for c in table.columns if c.entity == part] for part in (GIVEN, FAMILY))
    for first in given:
        for last in family:
            pairs = pd.DataFrame({"first": table.text(first), "last": table.text(last)}).dropna().drop_duplicates()
            yield from pairs["first"] + " " + pairs["last"]
