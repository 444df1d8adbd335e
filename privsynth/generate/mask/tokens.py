"""Keys and identifiers become keyed tokens of the same shape: equal values get equal tokens, different ones never.

Columns that refer to each other are one domain, so that joins hold; nothing else can be joined.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Role, Table, Taken
from privsynth.errors import BackendError
from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.fabricate.settle import grown, holder, settled
from privsynth.generate.fabricate.shapes import learn_own_shapes
from privsynth.generate.mask.keys import Keyring

Array = np.ndarray[Any, Any]
Place = tuple[str, str]  # table, column


def key_domains(data: Dataset) -> dict[Place, str]:
    """The domain of each identifier and key column: one name for all columns that relations tie together."""
    leader: dict[Place, Place] = {(table.name, column.name): (table.name, column.name) for table in data for column in table.of_role(Role.IDENTIFIER)}
    for relation in data.relations:
        ends = (relation.parent, relation.parent_key), (relation.child, relation.child_key)
        first, second = (leader.setdefault(end, end) for end in ends)
        leader = {place: first if head == second else head for place, head in leader.items()}
    return {place: f"{head[0]}.{head[1]}" for place, head in leader.items()}


def key_text(table: Table, name: str) -> Array:
    """The values of a key as one plain text each, the same for a number and for its digits."""
    values = table.values(name)
    if values.dtype.kind != "f":
        return table.text(name)
    codes, known = pd.factorize(values)
    return np.array([f"{v:.0f}" if v == int(v) else repr(float(v)) for v in known] + [None], dtype=object)[codes]


def shaped_tokens(known: list[str], wanted: Array, seeds: Array, taken: Taken, domain: str, *, number: bool) -> Array:
    """A different token for each entry of `wanted`, in the shape of the known value that it points at, and equal to none."""
    if not len(wanted):
        return np.empty(0, dtype=object)
    shape_of, shapes = learn_own_shapes(known, number=number)
    which = shape_of[wanted]
    counts = np.bincount(which, minlength=len(shapes))
    members, theirs = pd.Index(known, dtype=object), holder(taken)

    def make(rows: Array, attempt: int) -> Array:
        made = np.empty(len(rows), dtype=object)
        for at in np.unique(which[rows]):
            mine = np.flatnonzero(which[rows] == at)
            made[mine] = shapes[at].with_room(grown(int(counts[at]), attempt)).fill(Draws(seeds[rows[mine]], attempt))
        return made

    def held(texts: Array) -> Array:
        return np.asarray((members.get_indexer(pd.Index(texts, dtype=object)) >= 0) | theirs(texts))

    made, left = settled(make, len(wanted), held=held, unique=True)
    if len(left):
        raise BackendError(
            f"column {domain}: {len(left)} of {len(wanted)} identifiers found no free token in their shape, and two may never share one.",
            hint="declare the column as text with more characters, or drop it.",
        )
    return made


def opaque_tokens(ring: Keyring, domain: str, values: Array) -> Array:
    """128 bits in base32 for each value; a missing one stays missing."""
    codes, known = pd.factorize(pd.Series(values, dtype=object))
    words = [base64.b32encode(token[:16]).decode().rstrip("=") for token in ring.tokens(domain, known)]
    return np.array([*words, None], dtype=object)[codes]


def token_maps(data: Dataset, ring: Keyring, taken: Taken) -> dict[Place, Mapping[str, str]]:
    """For each identifier and key column what each of its values becomes."""
    domains = key_domains(data)
    texts = {place: key_text(data[place[0]], place[1]) for place in domains}
    maps: dict[str, Mapping[str, str]] = {}
    for domain in dict.fromkeys(domains.values()):
        places = [place for place, name in domains.items() if name == domain]
        known = pd.unique(pd.Series(np.concatenate([texts[place] for place in places]), dtype=object).dropna())
        number = any(_column(data, place).kind.is_numeric for place in places)
        made = shaped_tokens(list(known), np.arange(len(known)), ring.seeds(domain, known), taken, domain, number=number)
        maps[domain] = dict(zip(known, made, strict=True))
    return {place: maps[domain] for place, domain in domains.items()}


def _column(data: Dataset, place: Place) -> Column:
    return data[place[0]][place[1]]


def tokenised(table: Table, name: str, tokens: Mapping[str, str]) -> Array:
    """The column with each value replaced, in storage type."""
    codes, known = pd.factorize(pd.Series(key_text(table, name), dtype=object))
    if table[name].kind.is_numeric:
        return np.array([*(float(tokens[v]) for v in known), np.nan], dtype=np.float64)[codes]
    return np.array([*(tokens[v] for v in known), None], dtype=object)[codes]
