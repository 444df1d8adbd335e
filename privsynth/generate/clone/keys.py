"""New keys for clones, unique over clones and sources, and the same in every table where the old one was the same."""

from __future__ import annotations

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


def new_keys(data: Dataset, family: Clones, taken: Taken, rng: np.random.Generator) -> tuple[dict[Place, Array], int]:
    """The new texts of each identifier and key column, for the rows to be made; and how many references had to find another target."""
    domains, made, redirected = key_domains(data), dict[Place, Array](), 0
    for domain in dict.fromkeys(domains.values()):
        places = [place for place, name in domains.items() if name == domain]
        moved = _keys_of_domain(data, family, places, taken, domain, rng)
        made |= moved[0]
        redirected += moved[1]
    return made, redirected


def _keys_of_domain(
    data: Dataset, family: Clones, places: list[Place], taken: Taken, domain: str, rng: np.random.Generator
) -> tuple[dict[Place, Array], int]:
    """A key is named by the clone that it is in and the value that it had: equal pairs, equal new keys."""
    texts = {place: data[place[0]].key_text(place[1]) for place in places}
    codes, known = pd.factorize(np.concatenate([texts[place] for place in places]))
    parts = dict(zip(places, np.split(codes, np.cumsum([len(texts[place]) for place in places])[:-1]), strict=True))
    pairs = {
        place: _pair(family.tables[place[0]].clone, parts[place][family.tables[place[0]].origin], len(known))
        for place in places
    }
    redirected = 0
    for relation in data.relations:
        child = (relation.child, relation.child_key)
        if child in pairs and relation != data.parent_of(relation.child):
            redirected += _redirect(relation, pairs, len(known), rng)
    wanted, which = np.unique(np.concatenate([pairs[place] for place in places]), return_inverse=True)
    there = wanted >= 0
    number = any(data[table][name].kind.is_numeric for table, name in places)
    tokens = np.full(len(wanted), None, dtype=object)
    tokens[there] = shaped_tokens(
        list(known),
        wanted[there] % max(len(known), 1),
        fresh_seeds(int(there.sum()), rng),
        taken,
        domain,
        number=number,
    )
    ends = np.cumsum([len(pairs[place]) for place in places])[:-1]
    return {place: tokens[part] for place, part in zip(places, np.split(which.ravel(), ends), strict=True)}, redirected


def _pair(clone: Array, code: Array, known: int) -> Array:
    return np.where(code < 0, MISSING, clone * known + code)


def _redirect(relation: Relation, pairs: dict[Place, Array], known: int, rng: np.random.Generator) -> int:
    """A reference into another family: to a clone of what it named, else to any other row of that table. Changes `pairs`."""
    child, parents = pairs[relation.child, relation.child_key], pairs[relation.parent, relation.parent_key]
    targets = np.unique(parents[parents >= 0])
    lost = np.flatnonzero((child >= 0) & ~np.isin(child, targets))
    if not len(lost) or not len(targets):
        return 0
    by_value = targets[np.argsort(targets % known, kind="stable")]
    values = by_value % known
    low, high = (np.searchsorted(values, child[lost] % known, side=side) for side in ("left", "right"))
    found = high > low
    place = low + (child[lost] // known) % np.maximum(high - low, 1)
    anywhere = rng.integers(0, len(by_value), len(lost))
    child[lost] = by_value[np.where(found, np.minimum(place, len(by_value) - 1), anywhere)]
    return int((~found).sum())
