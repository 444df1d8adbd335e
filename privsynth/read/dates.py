"""Words as dates: the format is inferred from the words, and what it writes is compared with them.

A word is cut into digits, names and what stands between them, which leaves one format, or a few where day, month or
year could change places. Each is tried on whole columns. The commonest is the column's; words of other formats are
read as well, and counted, because they will be written otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from privsynth.read.place import spaced
from privsynth.read.skeletons import compact_skeletons, month_skeletons, skeletons
from privsynth.spelling.dates import Calendar, Names, floored, spelt, unit_of
from privsynth.spelling.fields import Fields, fields_of, localised
from privsynth.typing import Array

DATE_WORDS = re.compile(
    r"(?i)(^|[^a-z])(date|datum|data|fecha|dato|day|dob|birth(day)?|born|geboren|naissance|nascimento|since|until|dt|jour)($|[^a-z])|date$|datum$"
)
_MONTHS = re.compile(r"(?i)month|monat|mois|mes$|maand|period")
_BIRTHS = re.compile(r"(?i)(^|[^a-z])(dob|birth|born|birthda(y|te)|geboren|geburt|naissance|nascimento|nacimiento)")
SAMPLE = 200
FEWEST = 0.5  # of a sample must look like dates before a column is read as dates
FORMATS = 8  # of one column
RARE = 100  # times as many days beyond the twelfth must stand in one place as in the other to settle which is the day
SERIES = 24  # first days of months that are no chance
FINER = 0.01  # of the cells must be finer than the rest for all to be written so
UNITS = ("Y", "Q", "M", "W", "D", "h", "m", "s", "us")
_ORDER = re.compile(r"%-?[dm][^%A-Za-z]+%-?[dm]")

Look = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class DateReading:
    """The moment behind each word (datetime64[us]), and the format that spells it."""

    values: Array
    format: str
    _: KW_ONLY
    fits: Array  # by word; the others, misfits, are NaT
    names: Names
    respelt: Array  # by word: what will be written otherwise
    coarser: Array  # by word: what says less than the format, and is taken as the first moment of its span
    zoneless: Array  # by word: what names no zone among others that do
    notes: tuple[str, ...] = ()


def dates(words: list[str], name: str, cells: Array | None = None) -> list[DateReading]:
    """Every reading of the words as dates: none, one, or several where day and month could change places.

    With `cells`, how often each word stands in the column, some words may fit none of the formats.
    """
    look = compact_skeletons if is_compact(words, name) else month_skeletons if _MONTHS.search(name) else skeletons
    sample = _sample(words)
    if sum(bool(look(word)) for word in sample) < max(1, FEWEST * len(sample)):
        return []
    column = DateWords(
        words, np.ones(len(words)) if cells is None else cells.astype(float), look=look, births=is_birth(name)
    )
    readings = [_reading(column, first) for first in _contenders(column) if not _are_school_years(column, first)]
    return readings if cells is not None else [reading for reading in readings if reading.fits.all()]


def under(words: list[str], form: str, name: str) -> DateReading:
    """The words under one format."""
    column = DateWords(words, np.ones(len(words)), look=skeletons, births=is_birth(name))
    fields = fields_of(column.texts, form, births=column.births)
    return _spelt_in(column, [fields], form, fields.names(form, column.weights))


def is_birth(name: str) -> bool:
    return bool(_BIRTHS.search(spaced(name)))


def is_compact(words: list[str], name: str) -> bool:
    """Digits alone that the name of the column calls dates."""
    return bool(words) and words[0].isdigit() and bool(DATE_WORDS.search(spaced(name)))


def puts_day_first(form: str) -> bool:
    """Whether the day stands before the month."""
    return bool(re.search(r"%-?[de].*%-?m", form))


def has_order(form: str) -> bool:
    """Whether day and month are numbers side by side, of which either could come first."""
    return bool(_ORDER.search(form)) and not re.match(r"%Y", form)


@dataclass(frozen=True, eq=False)
class DateWords:
    """The words of a column, and how they are looked at."""

    words: list[str]
    weights: Array
    _: KW_ONLY
    look: Look
    births: bool

    @property
    def texts(self) -> Any:
        return pa.array(self.words, pa.string())


def _sample(words: list[str]) -> list[str]:
    return words[:: -(-len(words) // SAMPLE) or 1]


def _contenders(column: DateWords) -> list[Fields]:
    """The format that fits most words; more than one where day and month could change places."""
    forms = _best(_sample(column.words), column.look)
    return _settled([fields_of(column.texts, form, births=column.births) for form in forms], column.weights)


def _best(sample: list[str], look: Look) -> tuple[str, ...]:
    """The formats of the word that most of the sample agree with."""
    groups = Counter(forms for word in sample if (forms := look(word)))
    texts = pa.array(sample, pa.string())
    fitting = {
        forms: max(int(fields_of(texts, form).fits.sum()) for form in forms) for forms, _ in groups.most_common(FORMATS)
    }
    return max(fitting, key=fitting.__getitem__, default=())


def _settled(ways: list[Fields], weights: Array) -> list[Fields]:
    """The ways that the words themselves do not rule out."""
    best = max(ways, key=lambda way: weights[way.fits].sum(), default=None)
    if best is None or not best.fits.any():
        return []
    left = [way for way in ways if way is best or not _is_beaten(way, best, weights)]
    left = [way for way in left if not way.format.startswith("%y")] or left
    if all(_say_the_same(left[0], way) for way in left):
        return left[:1]
    monthly = [way for way in left if _are_first_days(way)]
    return monthly if len(monthly) == 1 else left


def _is_beaten(way: Fields, best: Fields, weights: Array) -> bool:
    alone, against = weights[way.fits & ~best.fits].sum(), weights[best.fits & ~way.fits].sum()
    return bool(alone * RARE <= against and against > 0)


def _are_first_days(way: Fields) -> bool:
    """A series by the month: the other way about, all days of many years would be of one month, and none after 12."""
    calendar = Calendar(np.unique(way.moments[way.fits]))
    return len(calendar.moments) > SERIES and bool((calendar.day == 1).all())


def _are_school_years(column: DateWords, way: Fields) -> bool:
    """`2006-07`, `2007-08`: two years each, and no month."""
    if not re.fullmatch(r"%Y.%m", way.format):
        return False
    words = [word for word, fits in zip(column.words, way.fits, strict=True) if fits]
    return len(words) > 2 and all(int(word[-2:]) == (int(word[:4]) + 1) % 100 for word in words)


def _say_the_same(one: Fields, other: Fields) -> bool:
    return bool((one.fits == other.fits).all() and (one.moments == other.moments)[one.fits].all())


def _reading(column: DateWords, first: Fields) -> DateReading:
    """The reading that starts with one format, and takes the words that fit others."""
    layers, notes = localised([first, *_others(column, first)])
    spellings = [fields.spelling(column.weights) for fields in layers]
    chosen = _finest(layers, [form for form, _ in spellings], column.weights)
    reading = _spelt_in(column, layers, *spellings[chosen])
    return replace(reading, notes=(*notes, *reading.notes))


def _others(column: DateWords, first: Fields) -> list[Fields]:
    """What the remaining words are written in."""
    layers: list[Fields] = []
    left = np.flatnonzero(~first.fits)
    while len(left) and len(layers) < FORMATS:
        words = [column.words[at] for at in left]
        forms = _best(_sample(words), _loose_look)
        part = [fields_of(pa.array(words, pa.string()), form, births=column.births) for form in forms]
        ways = _settled(part, column.weights[left])
        if len(ways) > 1:
            same = puts_day_first(first.format)
            ways = [way for way in ways if has_order(first.format) and puts_day_first(way.format) == same]
        if len(ways) != 1:
            break
        layers.append(ways[0].among(left, len(column.words)))
        left = left[~ways[0].fits]
    return layers


def _loose_look(word: str) -> tuple[str, ...]:
    """Beside dates, years and packed dates are dates, too."""
    if word.isascii() and word.isdigit():
        return ("%Y",) if len(word) == 4 and word[0] in "12" else ("%Y%m%d",) if len(word) == 8 else ()
    return skeletons(word)


def _finest(layers: list[Fields], forms: list[str], weights: Array) -> int:
    """The finest format that is not rare, so that no time of day is lost; the commonest of these."""
    amounts = [weights[fields.fits].sum() for fields in layers]
    units = [UNITS.index(unit_of(form)) for form in forms]
    finest = max(
        unit
        for unit in units
        if sum(amount for amount, other in zip(amounts, units, strict=True) if other >= unit) >= FINER * sum(amounts)
    )
    return max(range(len(layers)), key=lambda at: (units[at] == finest, amounts[at]))


def _spelt_in(column: DateWords, layers: list[Fields], form: str, names: Names) -> DateReading:
    """All words in one format: their moments as it can write them, and which of them it writes otherwise."""
    moments = np.full(len(column.words), np.datetime64("NaT", "us"))
    for fields in layers:
        moments[fields.fits] = fields.moments[fields.fits]
    fits = ~np.isnat(moments)
    moments[fits] = floored(moments[fits], unit_of(form))
    respelt = np.zeros(len(column.words), dtype=bool)
    respelt[fits] = spelt(moments[fits], form, names) != np.array(column.words, dtype=object)[fits]
    years = {fields.window for fields in layers if fields.window is not None}
    notes = [f"years of two digits are read as {year} to {year + 99}" for year in sorted(years)]
    unit = UNITS.index(unit_of(form))
    return DateReading(
        moments,
        form,
        fits=fits,
        names=names,
        respelt=respelt,
        coarser=_of_layers([one for one in layers if UNITS.index(unit_of(one.format)) < unit], fits),
        zoneless=_of_layers([one for one in layers if not one.has_zone], fits) & any(one.has_zone for one in layers),
        notes=tuple(notes),
    )


def _of_layers(layers: list[Fields], fits: Array) -> Array:
    """The words that these formats fit."""
    fitting: Array = np.logical_or.reduce([np.zeros(len(fits), dtype=bool), *(fields.fits for fields in layers)])
    return fitting
