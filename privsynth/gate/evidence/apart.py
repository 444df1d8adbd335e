"""Do the keys of a masked table tell as many people apart as the real ones?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from privsynth.dataset import Dataset, Role, Table
from privsynth.mask_plan import one_to_one
from privsynth.mask_steps import Encrypt, Invent, Keep, Substitute, Token
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding

TELLS_APART = (Token, Encrypt, Substitute, Invent, Keep)  # after any other step a column is no key any more
REMEDY = "mask the column with token, which is one to one (mask: token), or drop it"


def keys_apart(draft: Draft, source: Source) -> Iterator[Finding]:
    """For each key that was masked: how many became another's, and how many fell into several."""
    for made in draft.dataset:
        if made.name in source.train and made.origin is not None:
            train = source.train[made.name].take(made.origin)
            yield from (_merged(train, made, name) for name in _keys(source.train, made))


def _keys(train: Dataset, made: Table) -> list[str]:
    table, keys = train[made.name], one_to_one(train, made.name)
    return [
        column.name
        for column in table.columns
        if (column.name in keys or column.role is Role.IDENTIFIER)
        and column.name in made
        and (column.step is None or isinstance(column.step, TELLS_APART))
    ]


def _merged(train: Table, made: Table, name: str) -> Finding:
    """`train`: the source row of each masked row."""
    pairs = pd.DataFrame({"real": train.key_text(name), "shown": made.key_text(name)}).dropna().drop_duplicates()
    keys, shared, split = pairs["real"].nunique(), _beyond_one(pairs["shown"]), _beyond_one(pairs["real"])
    whose = "people" if name == train.person else "keys"
    return Finding(
        f"merged_keys.{name}",
        shared + split,
        what=f"{whose} that became one with another, or several ({made.name})",
        table=made.name,
        limit=0,
        where=(f"{made.name}.{name}",),
        n=keys,
        note=f"{keys:,} different values before, {pairs['shown'].nunique():,} after; "
        f"{shared:,} became another's, {split:,} fell into more than one",
        remedy=REMEDY,
    )


def _beyond_one(values: pd.Series[str]) -> int:
    """How many of the values repeat an earlier one."""
    return int(values.duplicated().sum())
