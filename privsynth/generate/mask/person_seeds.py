"""One number for each person, out of the key: whatever is invented or moved for them is drawn from it everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Relation, Role, Table
from privsynth.generate.mask.tokens.domains import domain_names
from privsynth.keyring import Keyring
from privsynth.typing import Array


def person_seeds(data: Dataset, ring: Keyring, before: Mapping[str, int] | None = None) -> dict[str, Array]:
    """For each table the number of each row's person. Rows that hang below a parent's row have its number.

    `before`: rows of each table that came in earlier parts, so that no row without a key is one of them.
    """
    domains, before = domain_names(data, ring), before or {}
    seeds: dict[str, Array] = {}
    for table in data.parents_first():
        relation = data.parent_of(table.name)
        if relation is not None and table.person in (None, relation.child_key):
            seeds[table.name] = _inherited(data, table, relation, seeds[relation.parent], ring)
            continue
        name = table.person or _own_key(table)
        named = [column.name for column in table.of_role(Role.DIRECT)]
        if name is None and ring.kept and named:  # nothing else makes the same person the same in another file
            seeds[table.name] = row_seeds(table, named, ring)
            continue
        domain = domains.get((table.name, name or ""), str(name).casefold() if ring.kept else f"{table.name}.{name}")
        seeds[table.name] = _by_key(table, name, f"entity/{domain}", ring, before.get(table.name, 0))
    return seeds


def row_seeds(table: Table, names: Sequence[str], ring: Keyring) -> Array:
    """The number of each row's own words in these columns: the same words bring the same substitutes."""
    words = [
        "\x1f".join("" if v is None else str(v) for v in row)
        for row in zip(*(table.text(name) for name in names), strict=True)
    ]
    codes, distinct = pd.factorize(np.array(words, dtype=object))
    seeds = ring.seeds("words/" + "/".join(sorted(names)), distinct)
    return seeds[codes] if len(codes) else np.empty(0, dtype=np.uint64)


def _own_key(table: Table) -> str | None:
    """A column that names each row, if there is one."""
    return next(
        (
            c.name
            for c in table.of_role(Role.IDENTIFIER)
            if table.frame[c.name].notna().all() and table.frame[c.name].is_unique
        ),
        None,
    )


def _by_key(table: Table, name: str | None, domain: str, ring: Keyring, before: int = 0) -> Array:
    """By the key; a row without one is a person of its own."""
    texts = np.full(len(table), None, dtype=object) if name is None else table.key_text(name)
    words = [f"row\x1f{row}" if text is None else f"key\x1f{text}" for row, text in enumerate(texts, before)]
    codes, distinct = pd.factorize(np.array(words, dtype=object))
    seeds = ring.seeds(domain, distinct)
    return seeds[codes] if len(codes) else np.empty(0, dtype=np.uint64)


def _inherited(data: Dataset, table: Table, relation: Relation, parents: Array, ring: Keyring) -> Array:
    """The number of the parent's row; a row that names no known parent is by its own key."""
    parent_rows = data.parent_rows(relation)
    seeds = _by_key(table, relation.child_key, f"entity/orphans of {table.name}", ring)
    resolved = parent_rows >= 0
    seeds[resolved] = parents[parent_rows[resolved]]
    return seeds
