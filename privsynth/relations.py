"""Which columns the keys of a dataset tie together, and so must share their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Place, Role
from privsynth.errors import PolicyError
from privsynth.typing import Array


def key_domains(data: Dataset, named: Mapping[Place, str] | None = None) -> dict[Place, str]:
    """The domain of each key column, and of those that a policy names: one for all that relations tie together."""
    named = named or {}
    keys = [(table.name, column.name) for table in data for column in table.of_role(Role.IDENTIFIER)]
    leader: dict[Place, Place] = {place: place for place in (*keys, *named)}
    for relation in data.relations:
        first, second = (leader.setdefault(end, end) for end in relation.ends)
        leader = {place: first if head == second else head for place, head in leader.items()}
    names = _names(leader, named)
    return {place: names.get(head, f"{head[0]}.{head[1]}") for place, head in leader.items()}


def _names(leader: Mapping[Place, Place], named: Mapping[Place, str]) -> dict[Place, str]:
    """What a policy calls the columns that are tied together; it cannot call them two things."""
    names: dict[Place, str] = {}
    for place, name in named.items():
        if names.setdefault(leader[place], name) != name:
            raise PolicyError(
                f"column {place[1]} of table {place[0]} is tied to a column with another domain.",
                hint="columns that refer to each other share one domain: name it alike, or at one of them",
                column=place[1],
            )
    return names


def distinct_keys(data: Dataset, places: Sequence[Place]) -> Array:
    """The different values of these columns, each as one text."""
    texts = [data[table].key_text(name) for table, name in places]
    return np.asarray(pd.unique(pd.Series(np.concatenate(texts), dtype=object).dropna()), dtype=object)
