"""Which real values may not be in a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.manifest import versions
from privsynth.measure.significance import binomial_tail, is_significant
from privsynth.measure.words import PrintedText, words_of
from privsynth.pii import coverage, not_detectable
from privsynth.pii.searched import BEYOND, searched
from privsynth.source import Source

RARE = 11  # a value that fewer rows hold may be in no report (CMS cell-size rule)
SHORTEST = 4  # letters and digits
DIGITS = 6  # significant ones: shorter numbers are in every report
LONG = 9  # digits from which on a number is nobody's count
_SEAM = re.compile(r'"\s*f?"')  # where a sentence is cut in two lines of code
SUFFIXES = (".py", ".html", ".j2", ".css", ".yaml", ".json")


@dataclass(frozen=True)
class Values:
    """The distinct values of one column that may be in no report."""

    table: str
    column: Column
    texts: list[str] = field(repr=False)

    @property
    def where(self) -> str:
        return f"{self.table}.{self.column.name}"

    @property
    def role(self) -> Role:
        return self.column.role

    @property
    def kind(self) -> Kind:
        return self.column.kind


def forbidden_values(source: Source) -> Iterator[Values]:
    """All values of columns that name people or hold sentences; of other columns those that few rows hold."""
    for train, holdout in tables(source):
        for column in train.columns:
            counts = _counts(train, holdout, column.name)
            rare = counts.index if column.role.is_fabricated else counts.index[counts < RARE]
            texts = [text for text in rare if column.role.is_fabricated or not _may_be_an_edge(text, column)]
            yield Values(train.name, column, texts)


def _may_be_an_edge(text: str, column: Column) -> bool:
    """Whole months, quarters and years, and round times: the edges of a chart's bins are these by themselves."""
    if column.kind.is_time:
        count = column.spelling.count(text)
        return count is not None and float(f"{count:.2g}") == count
    return column.kind is Kind.DATE and column.spelling.unit in ("Y", "Q", "M")


def tables(source: Source) -> Iterator[tuple[Table, Table | None]]:
    for train in source.train:
        yield train, next((table for table in source.holdout if table.name == train.name), None)


def _counts(train: Table, holdout: Table | None, name: str) -> pd.Series[int]:
    parts = [train.text(name)] + ([] if holdout is None else [holdout.text(name)])
    return pd.Series(np.concatenate(parts), dtype=object).value_counts()


def is_telling(words: list[str], values: Values) -> bool:
    """Whether finding these words says anything: long enough, no short number, no first of a month (a chart's edge)."""
    joined = "".join(words)
    if len(joined) < SHORTEST:
        return False
    digits = joined.replace(".", "")
    if not digits.isdigit():
        return True
    if values.kind is Kind.DATE and not values.role.is_fabricated and "01" in words:
        return False
    return len(digits if len(words) > 1 or digits.startswith("0") else digits.strip("0")) >= DIGITS


def is_short_number(text: str) -> bool:
    """A whole number of so few digits that a count in a report can be the same: "158,456 cells" and customer 158456."""
    words = words_of(text)
    return len(words) == 1 and words[0].isdigit() and DIGITS <= len(words[0]) < LONG


def is_chance(standing: list[str], texts: list[str], vocabulary: frozenset[str], known: Known, alpha: float) -> bool:
    """Whether so many short numbers of a column stand in the reports as any numbers of their length would."""
    for length in {len(words_of(text)[0]) for text in standing}:
        share = sum(is_short_number(text) and len(words_of(text)[0]) == length for text in texts) / (
            9 * 10 ** (length - 1)
        )
        shown = sum(word.isdigit() and len(word) == length and (word,) not in known for word in vocabulary)
        hits = sum(len(words_of(text)[0]) == length for text in standing)
        if is_significant(binomial_tail(hits, max(hits, shown), min(1.0, share)), alpha):
            return False
    return True


class Known:
    """What a report may say although the data holds it: our own sentences, column names, levels of many rows, sizes."""

    def __init__(self, source: Source) -> None:
        self.names = [
            tuple(words_of(name))
            for table in source.train
            for name in (table.name, *(column.name for column in table.columns))
        ]
        self.levels = {tuple(words_of(level)) for pair in tables(source) for level in _common_levels(*pair)}
        self.runs = sorted({run for run in (*self.names, *self.levels) if len(run) > 1}, key=len, reverse=True)
        self._phrases = {*self.names, *self.levels, *_sizes(source), *_today()}

    def __contains__(self, words: tuple[str, ...]) -> bool:
        return words in self._phrases or own_words().holds(words)


def _common_levels(train: Table, holdout: Table | None) -> Iterator[str]:
    for column in train.columns:
        if not column.role.is_fabricated and not column.kind.is_numeric:
            counts = _counts(train, holdout, column.name)
            yield from counts.index[counts >= RARE]


def _sizes(source: Source) -> Iterator[tuple[str, ...]]:
    for train, holdout in tables(source):
        held = 0 if holdout is None else len(holdout)
        yield from ((str(size),) for size in (len(train), held, len(train) + held))


def _today() -> list[tuple[str, ...]]:
    """The manifest's own date, also of a run that ended after midnight."""
    now = datetime.now(UTC)
    return [tuple(words_of(f"{now - timedelta(days=back):%Y-%m-%d}")) for back in (0, 1)]


@cache
def own_words() -> PrintedText:
    """Everything that our own files say: what stands there can be in a report without the data's help."""
    ours = files("privsynth")
    said = [*_texts(ours), (ours / "report" / "glossary.toml").read_text(encoding="utf-8"), *_claims(), *versions()]
    return PrintedText("privsynth", ["\n".join(said)])


def _claims() -> Iterator[str]:
    """What every compliance report says of the scanner."""
    yield from (*not_detectable(), *BEYOND)
    yield from (part for line in searched() for part in (line.form, line.how))
    for line in coverage():
        yield from (str(part) for part in astuple(line) if part is not None)


def _texts(folder: Traversable) -> Iterator[str]:
    """Our files' texts; lists of names are no sentences of ours."""
    for item in folder.iterdir():
        if item.is_dir() and item.name not in ("pii", "fabricate", "__pycache__"):
            yield from _texts(item)
        elif item.name.endswith(SUFFIXES):
            yield _SEAM.sub("", item.read_text(encoding="utf-8"))
