"""What kind of value stands where in the reports: enough to find it and take it out, and never the value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from privsynth.dataset import Kind, Role
from privsynth.gate.evidence.sought import RARE, Values, own_words
from privsynth.measure.words import PrintedText, passages, words_of
from privsynth.pii.entities import Trait, has

SHOWN = 200  # leaks that are looked up: what more there are stand beside them
_SECTION = re.compile(r'<section[^>]* aria-labelledby="([a-z-]+)"')


@dataclass(frozen=True)
class Leak:
    """A real value, and the words or the code that gave it away."""

    column: Values = field(repr=False)
    text: str = field(repr=False)
    stands_in: Callable[[Section], bool] = field(repr=False)

    @property
    def kind(self) -> str:
        return kind_of(self.text, self.column)

    @property
    def where(self) -> str:
        return self.column.where


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a report under a heading of its own."""

    file: str
    name: str
    text: str = field(repr=False)

    @cached_property
    def printed(self) -> PrintedText:
        return PrintedText(self.name, passages(self.file, self.text))

    @property
    def place(self) -> str:
        return f"{self.file}, {self.name}" if self.name else self.file


def stands(run: Sequence[str]) -> Callable[[Section], bool]:
    """Whether a section holds these words."""
    return lambda section: section.printed.holds(run)


def written(code: str) -> Callable[[Section], bool]:
    """Whether a section holds this code, in capitals or not."""
    return lambda section: code in section.text or code in section.text.lower()


def places_of(leaks: Sequence[Leak], files: Mapping[str, str]) -> str:
    """Each kind of value, its column, and the parts of the reports that show it."""
    if not leaks:
        return ""
    sections = [section for name, text in files.items() for section in sections_of(name, text)]
    places = dict[tuple[str, str], dict[str, None]]()
    for leak in leaks[:SHOWN]:
        here = places.setdefault((leak.kind, leak.where), {})
        here.update(dict.fromkeys(section.place for section in sections if leak.stands_in(section)))
    return "; ".join(
        f"{kind}, of {where}: in {' and in '.join(here) or 'the reports together'}"
        for (kind, where), here in places.items()
    )


def kind_of(text: str, column: Values) -> str:
    """What a person would call it, without saying it."""
    letters = [sign for sign in text if sign.isalnum()]
    if "@" in text:
        return "an e-mail address"
    if letters and all(sign.isdecimal() for sign in letters) and not column.kind.is_time and column.kind != Kind.DATE:
        return f"a number of {len(letters)} digits"
    if column.kind.is_time or column.kind is Kind.DATE:
        return "a date or time"
    match column.role:
        case Role.FREE_TEXT:
            return "words of a free text"
        case Role.IDENTIFIER:
            return "a key"
        case Role.DIRECT:
            return "a name" if has(column.column.entity, Trait.NAME) else "a value that names a person"
        case _:
            return f"a level that fewer than {RARE} rows hold"


def sections_of(file: str, text: str) -> Iterator[Section]:
    """The parts of a page by the ids of its sections, those of JSON by its first keys: both are our own words."""
    if file.endswith(".json") and (parts := _keys(text)) is not None:
        named: Iterable[tuple[str, str]] = ((key, json.dumps({key: value})) for key, value in parts.items())
    else:
        cut = _SECTION.split(text)
        named = zip(("", *cut[1::2]), cut[::2], strict=True)
    for name, part in named:
        yield Section(file, name if own_words().holds(words_of(name)) else "", part)


def _keys(text: str) -> Mapping[str, object] | None:
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
