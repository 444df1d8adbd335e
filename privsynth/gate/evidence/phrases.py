"""Real sentences inside of invented ones, and short real names and keys in scrubbed ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from privsynth.dataset import Role, Table
from privsynth.gate.evidence.realvalues import text_columns
from privsynth.pii.whole_names import name_pairs
from privsynth.spelling.normal import normal
from privsynth.typing import Array

SHINGLE = 5  # words in a row that two people hardly write alike
LEAST = 6  # letters and digits of a name or number that is looked for inside a sentence
LEAST_MIXED = 4  # of a key of letters and digits
CUES = ("id", "no", "nr", "number", "key", "ref")
_WORD = re.compile(r"[^\W_]+")


def real_phrases(train: Table, holdout: Table, k_rare: int) -> set[str]:
    """Runs of words from real free texts that fewer than `k_rare` rows hold; stock phrases are nobody's."""
    counts = Counter[str]()
    for column in train.columns:
        if column.role is Role.FREE_TEXT:
            for texts in (train.text(column.name), holdout.text(column.name)):
                counts.update(run for text in texts if text is not None for run in set(_runs(words(text), SHINGLE)))
    return {run for run, count in counts.items() if count < k_rare}


def phrase_hits(
    made: Table, phrases: set[str], scrubbed: Collection[str] = (), short: Short | None = None
) -> dict[str, int]:
    """For each draft column of sentences, the distinct texts that repeat a real phrase.

    A scrubbed text is a real one and repeats itself: in it short names and keys count, where they are certain.
    """
    found = {}
    for column in text_columns(made):
        every = _known(made.text(column.name))
        texts = [text for text in every if text.count(" ") >= 2]
        if column.name in scrubbed:
            found[column.name] = sum(short is not None and short.stands_in(text) for text in every)
        elif texts and (column.role is Role.FREE_TEXT or len(texts) > 0.5 * max(1, made.frame[column.name].nunique())):
            found[column.name] = sum(not phrases.isdisjoint(_runs(words(text), SHINGLE)) for text in texts)
    return found


@dataclass(frozen=True, eq=False)
class Short:
    """Real names and keys of few letters, which are other words as well: only some places are certain."""

    names: frozenset[str] = field(repr=False)  # whole names: certain where each word has its capital
    keys: frozenset[str] = field(
        repr=False
    )  # certain behind a word that announces them, and where letters and digits mix
    cues: frozenset[str]

    @classmethod
    def of(cls, train: Table, holdout: Table) -> Short:
        whole = {normal(name) for table in (train, holdout) for name in _known(name_pairs(table))}
        columns = train.of_role(Role.IDENTIFIER)
        keys = {
            normal(text) for table in (train, holdout) for column in columns for text in _known(table.text(column.name))
        }
        cues = {normal(word) for column in columns for word in _WORD.findall(column.name)}
        return cls(frozenset(form for form in whole if len(form) < LEAST), frozenset(keys), frozenset({*cues, *CUES}))

    def stands_in(self, text: str) -> bool:
        spelt = _WORD.findall(text)
        forms = [normal(word) for word in spelt]
        return any(self._key(forms, at) or self._name(spelt, forms, at) for at in range(len(forms)))

    def _name(self, spelt: list[str], forms: list[str], at: int) -> bool:
        pair = slice(at, at + 2)
        return "".join(forms[pair]) in self.names and all(word[0].isupper() for word in spelt[pair])

    def _key(self, forms: list[str], at: int) -> bool:
        """One word, or a letter and a number that a mark keeps apart."""
        announced = at > 0 and forms[at - 1] in self.cues
        return any(
            form in self.keys and (announced or _is_mixed(form)) for form in {forms[at], "".join(forms[at : at + 2])}
        )


def _is_mixed(form: str) -> bool:
    return len(form) >= LEAST_MIXED and any(map(str.isdecimal, form)) and any(map(str.isalpha, form))


def words(text: str) -> list[str]:
    return [normal(word) for word in _WORD.findall(text)]


def _known(texts: Array) -> Sequence[str]:
    return list(pd.unique(pd.Series(texts, dtype=object).dropna()))


def _runs(found: Sequence[str], length: int) -> Iterator[str]:
    return (" ".join(found[at : at + length]) for at in range(len(found) - length + 1))
