"""Keys and identifiers become keyed tokens of the same shape: equal values get equal tokens, different ones never.

Columns that refer to each other are one domain, so that joins hold; nothing else can be joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Role, Table, Taken
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.fabricate.settle import grown, holder, settled
from privsynth.generate.fabricate.shapes import learn_own_shapes
from privsynth.generate.mask.keys import Keyring, macs, plain
from privsynth.generate.mask.packed import unpacked
from privsynth.generate.mask.shaped import each_once

Array = np.ndarray[Any, Any]
Place = tuple[str, str]  # table, column
CHUNK = 16_384  # values at a time: what is worked on stays in the processor's cache
BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PAIRS = np.frombuffer(b"".join(bytes([one, other]) for one in BASE32 for other in BASE32), dtype=np.uint16)


def key_domains(data: Dataset, named: Mapping[Place, str] | None = None) -> dict[Place, str]:
    """The domain of each identifier and key column, and of those that a policy names: one name for all columns that relations tie together."""
    named = named or {}
    leader: dict[Place, Place] = {(table.name, column.name): (table.name, column.name) for table in data for column in table.of_role(Role.IDENTIFIER)}
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


@dataclass(frozen=True, eq=False)
class Opaque:
    """Tokens of 128 bits of HMAC-SHA256, which say nothing of the value, not even its length."""

    domain: str
    key: bytes = field(repr=False)
    notes: tuple[str, ...] = ()

    @classmethod
    def learn(cls, ring: Keyring, domain: str) -> Self:
        return cls(domain, ring.key(domain))

    def of(self, values: Array) -> Array:
        """The token of each value; a missing one stays missing."""
        return each_once(values, self._words)

    def _words(self, values: Array) -> Array:
        parts = [self._part(values[at : at + CHUNK]) for at in range(0, len(values), CHUNK)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=object)

    def _part(self, values: Array) -> Array:
        digests = np.frombuffer(b"".join(macs(self.key, self.domain.encode() + b"\x1f", plain(values))), dtype=np.uint8)
        return unpacked(_base32(digests.reshape(-1, 32)[:, :16]))


def _base32(content: Array) -> Array:
    """16 bytes a row as 26 letters (RFC 4648), two at a time: each 5 bytes are 8 letters, the last letter has 3 bits."""
    groups = np.zeros((len(content), 4, 8), dtype=np.uint8)
    groups[:, :3, 3:], groups[:, 3, 3] = content[:, :15].reshape(-1, 3, 5), content[:, 15]
    numbers = groups.view(">u8")[:, :, 0].astype(np.int64)
    letters = np.empty((len(content), 4, 4), dtype=np.uint16)
    for pair in range(4):
        letters[:, :, pair] = PAIRS[(numbers >> (30 - 10 * pair)) & 1023]
    return letters.reshape(-1, 16).view(np.uint8)[:, :26]


def known_values(data: Dataset, places: Sequence[Place]) -> Array:
    """The different values of these columns, each as one text."""
    texts = [key_text(data[table], name) for table, name in places]
    return np.asarray(pd.unique(pd.Series(np.concatenate(texts), dtype=object).dropna()), dtype=object)
