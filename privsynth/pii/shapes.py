"""A column seen from afar: how many values, how long, of which letters. Asked before any expression runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from privsynth.typing import Array

SAMPLE = 1000  # distinct values that decide how a column is looked at, never whether a value is


@dataclass(frozen=True, eq=False)
class Shape:
    """The distinct values of a column and what can be said of them without knowing what they mean."""

    rows: int  # cells that are not missing
    known: list[str] = field(repr=False)  # distinct values, ends trimmed
    held: pd.DataFrame = field(repr=False)  # for each of them: its rows, and the people whose rows these are

    @classmethod
    def of(cls, text: Array, people: Array | None = None) -> Shape:
        """`people`: the number of the person of each row; without it each row is a person of its own."""
        cells = pd.Series(text, dtype=object)
        there = cells.notna().to_numpy()
        codes, spelt = pd.factorize(cells[there])
        trimmed, distinct = pd.factorize(np.array([value.strip() for value in spelt], dtype=object))
        whose = np.arange(len(codes)) if people is None else people[there]
        rows = pd.DataFrame({"value": trimmed[codes], "person": whose}).groupby("value")["person"]
        held = pd.DataFrame({"rows": rows.size(), "people": rows.nunique() if people is not None else rows.size()})
        known = [at for at, value in enumerate(distinct) if value]
        return cls(len(codes), [distinct[at] for at in known], held.iloc[known])

    def shared_share(self, fewest: int) -> float:
        """Share of the rows whose value at least so many people hold."""
        shared = self.held["rows"][self.held["people"] >= fewest].sum()
        return float(shared) / self.rows if self.rows else 0.0

    def shared(self, fewest: int) -> set[str]:
        """The values that at least so many people hold."""
        return {value for value, people in zip(self.known, self.held["people"], strict=True) if people >= fewest}

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
