"""New keys for clones, unique over clones and sources, and the same in every table where the old one was the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Place, Relation
from privsynth.generate.clone.choose import Clones
from privsynth.people.draws import fresh_seeds
from privsynth.people.fresh_keys import shaped_tokens
from privsynth.relations import key_domains
from privsynth.statistics import Taken
from privsynth.typing import Array

MISSING = -1


def new_keys(data: Dataset, clones: Clones, taken: Taken, rng: np.random.Generator) -> tuple[dict[Place, Array], int]:
    """The new texts of each identifier and key column, and how many references had to find another target."""
    domains, keys, redirected = key_domains(data), dict[Place, Array](), 0
    for domain in dict.fromkeys(domains.values()):
        places = [place for place, name in domains.items() if name == domain]
        keys_of_domain, others = _keys_of_domain(data, clones, places, taken, domain, rng=rng)
        keys |= keys_of_domain
        redirected += others
    return keys, redirected


def _keys_of_domain(
    data: Dataset, clones: Clones, places: list[Place], taken: Taken, domain: str, *, rng: np.random.Generator
) -> tuple[dict[Place, Array], int]:
    """A key follows from its clone and the value that it had: equal pairs, equal new keys."""
    texts = [data[table].key_text(name) for table, name in places]
    codes, old_keys = pd.factorize(np.concatenate(texts))
    pairs = {}
    for (table, name), code in zip(places, _split_like(codes, texts), strict=True):
        rows = clones.tables[table]
        pairs[table, name] = _pair(rows.clone, code[rows.origin], len(old_keys))
    redirected = 0
    for relation in data.relations:
        child = (relation.child, relation.child_key)
        if child in pairs and relation != data.parent_of(relation.child):
            redirected += _redirect(relation, pairs, len(old_keys), rng)
    distinct, which = np.unique(np.concatenate([*pairs.values()]), return_inverse=True)
    present = distinct >= 0
    tokens = np.full(len(distinct), None, dtype=object)
    tokens[present] = shaped_tokens(
        list(old_keys),
        distinct[present] % max(len(old_keys), 1),
        fresh_seeds(int(present.sum()), rng),
        taken,
        domain,
        number=any(data[table][name].kind.is_numeric for table, name in places),
    )
    new = _split_like(which.ravel(), list(pairs.values()))
    return {place: tokens[numbers] for place, numbers in zip(places, new, strict=True)}, redirected


def _split_like(values: Array, parts: Sequence[Array]) -> list[Array]:
    return np.split(values, np.cumsum([len(part) for part in parts])[:-1])


def _pair(clone: Array, code: Array, old_keys: int) -> Array:
    return np.where(code < 0, MISSING, clone * old_keys + code)


def _redirect(relation: Relation, pairs: dict[Place, Array], old_keys: int, rng: np.random.Generator) -> int:
    """References that leave the clone go to a clone of what they named, else to any row there. Changes `pairs`."""
    child, parents = pairs[relation.child, relation.child_key], pairs[relation.parent, relation.parent_key]
    targets = np.unique(parents[parents >= 0])
    lost = np.flatnonzero((child >= 0) & ~np.isin(child, targets))
    if not len(lost) or not len(targets):
        return 0
    by_value = targets[np.argsort(targets % old_keys, kind="stable")]
    values = by_value % old_keys
    low, high = (np.searchsorted(values, child[lost] % old_keys, side=side) for side in ("left", "right"))
    there = high > low
    place = low + (child[lost] // old_keys) % np.maximum(high - low, 1)
    anywhere = rng.integers(0, len(by_value), len(lost))
    child[lost] = by_value[np.where(there, np.minimum(place, len(by_value) - 1), anywhere)]
    return int((~there).sum())
