"""A column seen from afar: how many values, how long, of which letters. Asked before any expression runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.typing import Array

_VISIBLE = bytes(range(ord("!"), 127))
SAMPLE = 1000  # distinct values that decide how a column is looked at, never whether a value is


@dataclass(frozen=True, eq=False)
class Shape:
    """The distinct values of a column and what can be said of them without knowing what they mean."""

    rows: int  # cells that are not missing
    known: list[str] = field(repr=False)  # distinct values, ends trimmed
    rows_of: Array = field(repr=False)  # for each of them: its rows, and the people whose rows these are
    people_of: Array = field(repr=False)
    _: KW_ONLY
    changes: int = 0  # from one row to the next

    @classmethod
    def of(cls, text: Array, people: Array | None = None) -> Shape:
        """`people`: the number of the person of each row; without it each row is a person of its own."""
        codes, spelt = pd.factorize(np.asarray(text, dtype=object))
        return cls._of(codes, spelt.tolist(), people)

    @classmethod
    def of_column(cls, table: Table, name: str) -> Shape:
        """Each row a person of its own; each distinct value is spelt once."""
        values = table.values(name)
        if values.dtype.kind == "O":
            return cls.of(values)
        codes, known = pd.factorize(values)
        texts, spelt = pd.factorize(table[name].spelling.write(known))
        return cls._of(np.append(texts, -1)[codes], spelt.tolist())

    @classmethod
    def _of(cls, codes: Array, distinct: list[str], people: Array | None = None) -> Shape:
        there = codes >= 0
        values = codes[there]
        if not have_no_blank("".join(distinct)):  # else there is nothing to trim
            merged, trimmed = pd.factorize(np.array([value.strip() for value in distinct], dtype=object))
            values, distinct = merged[values], trimmed.tolist()
        rows_of = np.bincount(values, minlength=len(distinct))
        people_of = rows_of if people is None else _people_of(values, people[there], len(distinct))
        changes = int(np.count_nonzero(np.diff(values)))
        if "" in distinct:
            known = np.flatnonzero(np.array(distinct, dtype=object) != "")
            distinct, rows_of, people_of = [distinct[at] for at in known], rows_of[known], people_of[known]
        return cls(len(values), distinct, rows_of, people_of, changes=changes)

    def shared_share(self, fewest: int) -> float:
        """Share of the rows whose value at least so many people hold."""
        shared = self.rows_of[self.people_of >= fewest].sum()
        return float(shared) / self.rows if self.rows else 0.0

    def shared(self, fewest: int) -> set[str]:
        """The values that at least so many people hold."""
        return {value for value, people in zip(self.known, self.people_of, strict=True) if people >= fewest}

    def have_size(self, low: int, high: int) -> bool:
        """Whether at least half of the sampled values have so many letters and digits."""
        below = self._up_to
        return bool(2 * (below[min(high, len(below) - 2) + 1] - below[min(low, len(below) - 1)]) >= len(self.sample))

    @cached_property
    def _up_to(self) -> Array:
        """How many of the sampled values have fewer letters and digits than 0, 1, 2, ..."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.sizes))])

    @property
    def distinct(self) -> int:
        return len(self.known)

    @property
    def distinct_share(self) -> float:
        return self.distinct / self.rows if self.rows else 0.0

    @cached_property
    def sample(self) -> list[str]:
        """Evenly spread distinct values: the same ones every time."""
        if self.distinct <= SAMPLE:
            return self.known
        return [self.known[place] for place in np.linspace(0, self.distinct - 1, SAMPLE).astype(int)]

    @cached_property
    def sizes(self) -> Array:
        """Letters and digits of each sampled value."""
        return np.array([sum(map(str.isalnum, value)) for value in self.sample], dtype=int)

    @property
    def blocks(self) -> float:
        """In how many runs of neighbouring rows a value stands, on average."""
        return (self.changes + 1) / self.distinct if self.distinct else 0.0

    @cached_property
    def mean_length(self) -> float:
        return float(np.mean([len(value) for value in self.sample])) if self.sample else 0.0

    @cached_property
    def mean_words(self) -> float:
        return float(np.mean([value.count(" ") + 1 for value in self.sample])) if self.sample else 0.0

    def share(self, pattern: re.Pattern[str]) -> float:
        """Share of the sampled distinct values that match from their beginning."""
        return sum(1 for value in self.sample if pattern.match(value)) / len(self.sample) if self.sample else 0.0

    def share_of(self, is_one: Callable[[str], bool]) -> float:
        """Share of the sampled distinct values of which this is true."""
        return sum(map(is_one, self.sample)) / len(self.sample) if self.sample else 0.0

    @cached_property
    def named_share(self) -> float:
        """Share of values that look like words with a capital: letters, and what may stand between them in a name."""
        return self.share(_NAMED)

    @cached_property
    def digit_share(self) -> float:
        """Share of values that hold a digit."""
        return self.share(_DIGIT)

    @cached_property
    def number_share(self) -> float:
        return self.share(_NUMBER)

    @cached_property
    def numbers(self) -> Array:
        """The sampled values that are plain numbers."""
        return np.array([float(value.replace(",", "")) for value in self.sample if _NUMBER.match(value)], dtype=float)

    @cached_property
    def years(self) -> Array:
        """A year for each sampled value that has exactly one."""
        matches = [_YEAR.findall(value) for value in self.sample]
        return np.array([int(years[0]) for years in matches if len(years) == 1], dtype=int)


_NAMED = re.compile(r"(?:d'|de |van |von |al-|el-|la )?[^\W\d_a-z][^\W\d_]*\.?(?:[ '\u2019.-]{1,2}[^\W\d_]+\.?){0,5}\Z")
_DIGIT = re.compile(r".*\d", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?\Z")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


def have_no_blank(together: str) -> bool:
    """Whether texts hold no blank, no line end and no character that nobody sees: asked of all at once."""
    if together.isascii():
        return not together.encode().translate(None, _VISIBLE)
    return " " not in together and together.isprintable()


def _people_of(values: Array, people: Array, distinct: int) -> Array:
    """How many different people hold each value."""
    pairs = np.unique(values.astype(np.int64) * (int(people.max(initial=0)) + 1) + people)
    return np.bincount(pairs // (int(people.max(initial=0)) + 1), minlength=distinct)
