"""What keys tie together: which columns share their values, and the values of a key as one plain text each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Role, Table
from privsynth.errors import PolicyError
from privsynth.typing import Array

Place = tuple[str, str]  # table, column


def key_domains(data: Dataset, named: Mapping[Place, str] | None = None) -> dict[Place, str]:
    """The domain of each identifier and key column, and of those that a policy names: one name for all columns that relations tie together."""
    named = named or {}
    leader: dict[Place, Place] = {
        (table.name, column.name): (table.name, column.name)
        for table in data
        for column in table.of_role(Role.IDENTIFIER)
    }
    leader |= {place: place for place in named}
    for relation in data.relations:
        ends = (relation.parent, relation.parent_key), (relation.child, relation.child_key)
        first, second = (leader.setdefault(end, end) for end in ends)
        leader = {place: first if head == second else head for place, head in leader.items()}
    said = _said(leader, named)
    return {place: said.get(head, f"{head[0]}.{head[1]}") for place, head in leader.items()}


def _said(leader: Mapping[Place, Place], named: Mapping[Place, str]) -> dict[Place, str]:
    """What a policy calls the columns that are tied together; it cannot call them two things."""
    found: dict[Place, str] = {}
    for place, name in named.items():
        if found.setdefault(leader[place], name) != name:
            raise PolicyError(
                f"column {place[1]} of table {place[0]} is tied to a column with another domain.",
                hint="columns that refer to each other share one domain: name it alike, or at one of them",
                column=place[1],
            )
    return found


def key_text(table: Table, name: str) -> Array:
    """The values of a key as one plain text each, the same for a number and for its digits."""
    values = table.values(name)
    if values.dtype.kind != "f":
        return table.text(name)
    codes, known = pd.factorize(values)
    return np.array([f"{v:.0f}" if v == int(v) else repr(float(v)) for v in known] + [None], dtype=object)[codes]


def known_values(data: Dataset, places: Sequence[Place]) -> Array:
    """The different values of these columns, each as one text."""
    texts = [key_text(data[table], name) for table, name in places]
    return np.asarray(pd.unique(pd.Series(np.concatenate(texts), dtype=object).dropna()), dtype=object)
