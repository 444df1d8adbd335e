"""Texts that a policy lets stay, without what names somebody in them: what is still found there?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Kind, Role, Table
from privsynth.mask_steps import Scrub
from privsynth.measure.significance import exceeds
from privsynth.pii.entities import Trait, has
from privsynth.pii.forms import LIKELY, Hit
from privsynth.pii.residue import Forms, residue, words_in
from privsynth.pii.whole_names import name_pairs
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.spelling.normal import normal
from privsynth.typing import Array
from privsynth.verdict import Finding

TEXTS_MAY_STAY = ("internal", "hipaa-expert")  # the profiles under which real sentences may be kept at all
REMEDY = "invent the texts anew (mask: rewrite), or drop the column"


def scrubbed_columns(policy: Policy, table: str) -> frozenset[str]:
    """The columns of a table whose texts the policy scrubs, where its profile allows that."""
    if policy.backend.kind != "mask" or policy.profile not in TEXTS_MAY_STAY or table not in policy.tables:
        return frozenset()
    return frozenset(name for name, column in policy.tables[table].columns.items() if isinstance(column.mask, Scrub))


def left_in_texts(draft: Draft, policy: Policy) -> Iterator[Finding]:
    """Places that name somebody and are no substitute: of sure ones not one, of doubtful ones few."""
    columns = [
        (table, name) for table in draft.dataset for name in scrubbed_columns(policy, table.name) if name in table
    ]
    if not columns:
        return
    ours = Forms(_substitutes(draft.dataset))
    left = {(table.name, name): _left(draft.dataset, table, name, ours, policy.nlp) for table, name in columns}
    sure = {name: sum(any(hit.score >= LIKELY for hit in hits) for hits in found) for (_, name), found in left.items()}
    share = {name: _share(found) for (_, name), found in left.items()}
    n = sum(len(found) for found in left.values())
    note = (
        "read again by the scanner; substitutes of the same person, marks and values that nobody can hold are left out"
    )
    where = tuple(name for name, count in sure.items() if count)
    yield Finding(
        "named_in_texts",
        sum(sure.values()),
        what="scrubbed texts in which somebody is still named",
        limit=0,
        where=where,
        n=n,
        note=note,
        remedy=REMEDY,
    )
    high = tuple(name for name, part in share.items() if exceeds(part, policy.limits.pii_weak))
    worst = max(share.values(), default=0.0)
    yield Finding(
        "likely_in_texts",
        worst,
        what="largest share of a scrubbed column that looks as if somebody were named",
        limit=policy.limits.pii_weak,
        limit_name="pii_weak",
        where=high,
        n=n,
        remedy=REMEDY,
    )


def _share(found: Sequence[Sequence[Hit]]) -> float:
    return sum(bool(hits) and all(hit.score < LIKELY for hit in hits) for hits in found) / len(found) if found else 0.0


def _left(data: Dataset, table: Table, name: str, ours: Forms, nlp: str) -> list[list[Hit]]:
    """What is left in each distinct text, in the row where most is: a person's words are strange in another's row."""
    texts = pd.Series(table.text(name), dtype=object)
    found = {text: residue(text, ours, nlp=nlp) for text in texts.dropna().unique()}
    doubtful = texts[texts.map(lambda text: bool(found.get(text)))]
    strange = {text: list[Hit]() for text in doubtful.unique()}
    for text, own in zip(doubtful, _own_words(data, table, doubtful.index.to_numpy()), strict=True):
        strange[text] = max(strange[text], [hit for hit in found[text] if not _is_own(text, hit, own)], key=len)
    return [strange.get(text, []) for text in found]


def _is_own(text: str, hit: Hit, own: frozenset[str]) -> bool:
    return all(word.form in own for word in words_in(text[hit.start : hit.end]))


def _substitutes(data: Dataset) -> frozenset[str]:
    """Whole invented values; a given name or surname alone is anybody's."""
    found = set[str]()
    for table in data:
        columns = [
            c.name
            for c in table.columns
            if c.fabricated and c.kind is not Kind.DATE and not has(c.entity, Trait.NAME_PART)
        ]
        parts = [table.text(name) for name in columns if table[name].role is not Role.FREE_TEXT]
        found.update(normal(text) for part in parts for text in pd.unique(pd.Series(part, dtype=object).dropna()))
        if all(c.fabricated for c in table.columns if has(c.entity, Trait.NAME)):
            found.update(
                form
                for name in pd.unique(pd.Series(name_pairs(table), dtype=object).dropna())
                for form in _whole_names(name)
            )
    return frozenset(found)


def _whole_names(name: str) -> set[str]:
    """Given name and surname in both orders, without a title or names between them."""
    words = [normal(word) for word in name.replace(",", " ").split()]
    return (
        {"".join(order) for one in (words[:1], words[-2:-1]) for order in ((*one, *words[-1:]), (*words[-1:], *one))}
        if len(words) > 1
        else set()
    )


def _own_words(data: Dataset, table: Table, rows: Array) -> Iterator[frozenset[str]]:
    """The words of the invented values of these rows, and of the rows of the tables above that they belong to."""
    above = [_invented(table, rows)]
    current: Table | None = table
    while current is not None and (relation := data.parent_of(current.name)) is not None:
        parent = data[relation.parent]
        rows = np.append(data.parent_rows(relation), -1)[rows]
        above.append(_invented(parent, rows))
        current = parent
    return (frozenset().union(*parts) for parts in zip(*above, strict=True))


def _invented(table: Table, rows: Array) -> list[frozenset[str]]:
    """The words of each row; a row that is none has none."""
    columns = [
        c.name for c in table.columns if c.fabricated and c.kind is not Kind.DATE and c.role is not Role.FREE_TEXT
    ]
    texts: Mapping[str, Array] = {name: table.text(name) for name in columns}
    return [
        frozenset(word.form for name in columns for word in words_in(texts[name][row] or ""))
        if row >= 0
        else frozenset()
        for row in rows.tolist()
    ]
