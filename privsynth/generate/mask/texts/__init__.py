"""Texts that stay, but for what names somebody in them.

A value that stands in the columns becomes what it became there: the row's own person first, then anybody. What else
the scanner finds becomes a mark such as [PERSON], not an invented value: neither a reader nor the gate could tell an
invented name that stands in no column from a real one that was missed. Dates move as those of the columns do, where it
is certain which day is meant. Then the text is read again, and what is found and is no substitute becomes a mark too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Table
from privsynth.generate.mask.steps.kinds import WORDS
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.texts.dates import has_day, moved_date, puts_day_first
from privsynth.generate.mask.texts.replacements import ABROAD, Replacements, is_called, is_certain, national
from privsynth.groups.rare import counted
from privsynth.mask_steps import Shift
from privsynth.people.shifts import shifts
from privsynth.pii.analyzer import AUTO
from privsynth.pii.coverage import measured
from privsynth.pii.entities import Trait, has
from privsynth.pii.forms import Hit
from privsynth.pii.residue import TEXT, Forms, Run, Word, hides, mark, residue, uncovered, words_in
from privsynth.pii.texts import scan_text
from privsynth.spelling.normal import normal
from privsynth.typing import Array

READINGS = 3  # a mark changes what stands around it: after so many readings the whole text becomes a mark
SUBSTITUTE, MOVED, AGAIN, WHOLE = "substitute", "moved date", "second reading", "whole"


@dataclass(frozen=True, order=True)
class Patch:
    """What a place of a text becomes."""

    start: int
    end: int
    new: str
    cause: str  # a kind of personal data, or how it was replaced


@dataclass(frozen=True, eq=False, kw_only=True)
class Scrubbed:
    """The step for one column. Replacements are counted while it is applied: its notes are complete only then."""

    column: Column
    replacements: Replacements = field(repr=False)
    shift: Shift
    nlp: str
    where: str
    day_first: bool | None = None  # in dates such as 03/04/2021, where other dates of the column show it
    tally: Counter[str] = field(default_factory=Counter, repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(_notes(self.where, self.tally))

    @cached_property
    def _anywhere(self) -> Forms:
        return Forms(self.replacements.anywhere)

    def apply(self, table: Table, seeds: Array, moves: Array | None = None) -> Array:
        """Each distinct text is read once, and replaced once for each person in whose rows it stands.

        `moves`: what the dates move by, if not `seeds`.
        """
        texts = table.text(self.column.name)
        days = shifts(seeds if moves is None else moves, self.shift.days, weekday=self.shift.weekday)
        cases = pd.DataFrame({"text": pd.Series(texts, dtype=object), "seed": seeds, "days": days}).dropna()
        numbers = cases.groupby(["text", "seed", "days"], sort=False).ngroup()
        firsts = cases[~numbers.duplicated()]
        read = _TextReader(self.nlp)
        distinct_cases = zip(firsts["text"], firsts["seed"].tolist(), firsts["days"].tolist(), strict=True)
        done = [self._one(read, *case) for case in distinct_cases]
        scrubbed = np.full(len(texts), None, dtype=object)
        distinct = np.array([*(text for text, _ in done), None], dtype=object)
        scrubbed[cases.index.to_numpy()] = distinct[numbers.to_numpy()]
        self._count(done, np.bincount(numbers, minlength=len(done)))
        return scrubbed

    def _one(self, read: _TextReader, text: str, seed: int, days: int) -> tuple[str, Counter[str]]:
        """One text of one person, and what was replaced in it."""
        own, called = self.replacements.own.get(seed, {}), self.replacements.called.get(seed, {})
        words = read.words(text)
        columns = self._column_patches(text, words, own, called)
        patches = _placed(text, [*columns, *_scanner_patches(text, read.hits(text), days, self.day_first)])
        scrubbed, count = _patched(text, patches), Counter(patch.cause for patch in patches)
        ours = Forms({normal(patch.new) for patch in patches if patch.cause == SUBSTITUTE})
        for _ in range(READINGS):
            left = self._left(scrubbed, ours, read)
            if not left:
                return scrubbed, count
            count[AGAIN] += len(left)
            marks = [Patch(hit.start, hit.end, mark(hit.entity), AGAIN) for hit in left]
            scrubbed = _patched(scrubbed, _placed(scrubbed, marks))
        if self._left(scrubbed, ours, read):
            return f"[{TEXT}]", count + Counter({WHOLE: 1})
        return scrubbed, count

    def _left(self, scrubbed: str, ours: Forms, read: _TextReader) -> list[Hit]:
        """What the scanner still finds, and real values: by chance two substitutes, or one, can be somebody's name."""
        real = self._anywhere.runs(words := words_in(scrubbed), self._certain(scrubbed, words))
        hits = [Hit(run.start, run.end, "PERSON" if run.form.isalpha() else TEXT, 1.0) for run in real]
        return hits or residue(scrubbed, ours, nlp=self.nlp, seen=read.hits(scrubbed))

    def _column_patches(
        self, text: str, words: Sequence[Word], own: Mapping[str, str], called: Mapping[str, str]
    ) -> Iterator[Patch]:
        """Values of the columns: of the row's person, of anybody, and the person's names alone."""
        certain, anywhere = self._certain(text, words), self.replacements.anywhere
        if own:
            yield from (_substitute(text, run, own[run.form]) for run in Forms(own).runs(words, certain))
        yield from (_substitute(text, run, anywhere[run.form]) for run in self._anywhere.runs(words, certain))
        for number, word in enumerate(words):
            if (new := self._abroad(word.form)) is not None:
                yield _substitute(text, _whole(words, number), new)
        capitals = text != text.upper()
        for number, word in enumerate(words):
            spelt = text[word.start : word.end]
            if word.form in called and is_called(spelt, begins=_begins(text, word.start), capitals=capitals):
                yield _substitute(text, _whole(words, number), called[word.form])

    def _certain(self, text: str, words: Sequence[Word]) -> Callable[[Run], bool]:
        def certain(run: Run) -> bool:
            before = words[run.first - 1].form if run.first else ""
            spelt = [text[word.start : word.end] for word in words[run.first : run.last + 1]]
            return is_certain(run.form, spelt, before, self.replacements.cues)

        return certain

    def _abroad(self, form: str) -> str | None:
        """The substitute of a telephone number that was known without its country code."""
        if not form.isdecimal() or len(form) < ABROAD:
            return None
        anywhere = self.replacements.anywhere
        return next((anywhere[rest] for _, rest in national(form) if rest in anywhere), None)

    def _count(self, done: Sequence[tuple[str, Counter[str]]], rows: Array) -> None:
        for (_, count), times in zip(done, rows.tolist(), strict=True):
            self.tally["texts"] += times
            self.tally["changed"] += times * bool(count)
            for cause, places in count.items():
                self.tally[cause] += times * places


class _TextReader:
    """What stands in a text, looked up once for each text."""

    def __init__(self, nlp: str) -> None:
        self.nlp = nlp
        self._hits: dict[str, list[Hit]] = {}
        self._words: dict[str, list[Word]] = {}

    def hits(self, text: str) -> list[Hit]:
        if text not in self._hits:
            self._hits[text] = scan_text(text, nlp=self.nlp)
        return self._hits[text]

    def words(self, text: str) -> list[Word]:
        if text not in self._words:
            self._words[text] = words_in(text)
        return self._words[text]


def _whole(words: Sequence[Word], at: int) -> Run:
    return Run(words[at].form, words[at].start, words[at].end, at, at)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins here, so that a capital says nothing."""
    return text[:start].rstrip(" \"'(\n")[-1:] in ("", ".", "!", "?", ":")


def _substitute(text: str, run: Run, new: str) -> Patch:
    """In the case of what stood there; a bracket or plus in front of a number goes with it."""
    start, spelt = run.start, text[run.start : run.end]
    while run.form.isdecimal() and start and text[start - 1] in "+(":
        start -= 1
    if run.form.isalpha() and len(run.form) > 1 and spelt == spelt.upper() and spelt != spelt.lower():
        new = new.upper()
    elif run.form.isalpha() and spelt == spelt.lower():
        new = new.lower()
    return Patch(start, run.end, new, SUBSTITUTE)


def _scanner_patches(text: str, hits: Sequence[Hit], days: int, day_first: bool | None) -> list[Patch]:
    """What the scanner found: days move, or become a mark where uncertain; what names somebody becomes a mark."""
    patches = []
    for hit in hits:
        spelt = text[hit.start : hit.end]
        if has(hit.entity, Trait.DATE):
            moved = moved_date(spelt, days, day_first=day_first)
            if moved is not None:
                patches.append(Patch(hit.start, hit.end, moved, MOVED))
            elif has_day(spelt):
                patches.append(Patch(hit.start, hit.end, mark(hit.entity), hit.entity))
        elif hides(hit.entity):
            patches.append(Patch(hit.start, hit.end, mark(hit.entity), hit.entity))
    return patches


def _placed(text: str, patches: Sequence[Patch]) -> list[Patch]:
    """Substitutes first, but for those inside of a longer place with a form; then the longest.

    What sticks out from under another becomes a mark.
    """
    forms = [patch for patch in patches if patch.cause != SUBSTITUTE and not has(patch.cause, Trait.SPOKEN)]
    inside = [p for p in patches if p.cause == SUBSTITUTE and any(_is_within(p, form) for form in forms)]
    placed: list[Patch] = []
    for patch in sorted(patches, key=lambda p: (p.cause != SUBSTITUTE or p in inside, p.start - p.end, p.start)):
        taken = [(other.start, other.end) for other in placed]
        for part in uncovered(text, Hit(patch.start, patch.end, patch.cause, 1.0), taken):
            whole = (part.start, part.end) == (patch.start, patch.end)
            placed.append(patch if whole else Patch(part.start, part.end, _stands_for(patch), patch.cause))
    return sorted(placed)


def _is_within(patch: Patch, other: Patch) -> bool:
    """Whether the place is part of a longer one."""
    longer = other.end - other.start > patch.end - patch.start
    return longer and other.start <= patch.start and patch.end <= other.end


def _stands_for(patch: Patch) -> str:
    """What a part of a place becomes."""
    return mark("DATE") if patch.cause == MOVED else f"[{TEXT}]" if patch.cause == SUBSTITUTE else patch.new


def _patched(text: str, patches: Sequence[Patch]) -> str:
    pieces, after = [], 0
    for patch in patches:
        pieces += [text[after : patch.start], patch.new]
        after = patch.end
    return "".join([*pieces, text[after:]])


def learn_scrub(lesson: Lesson, replacements: Replacements, *, shift: Shift = Shift(), nlp: str = AUTO) -> Scrubbed:  # noqa: B008  frozen
    """`replacements`: what became of the values of the columns; `shift`: how the dates of the columns move."""
    if lesson.column.kind not in WORDS:
        raise lesson.misfit("scrub", "scrub fits texts.")
    texts = pd.unique(pd.Series(lesson.text, dtype=object).dropna())
    column = replace(lesson.column, fabricated=False)
    return Scrubbed(
        column=column,
        replacements=replacements,
        shift=shift,
        nlp=nlp,
        where=lesson.where,
        day_first=puts_day_first(texts),
    )


def _notes(where: str, tally: Mapping[str, int]) -> Iterator[str]:
    """What was done, and what cannot be seen."""
    if tally.get("texts"):
        yield from (f"{where}: {sentence}" for sentence in _changes(tally))
    person = measured()["PERSON"]
    yield (
        f"{where}: names that are in no list and stand in no telling place are not seen: "
        f"of {person['n']:,} people in our own corpus of sentences {person['recall']:.0%} were found "
        f"({person['interval']}); people who are only described are not seen either"
    )


def _changes(tally: Mapping[str, int]) -> Iterator[str]:
    changed, put = counted(tally["changed"], "texts"), counted(tally.get(SUBSTITUTE, 0), "places")
    yield f"{changed} of {tally['texts']:,} were changed; {put} hold a substitute"
    if tally.get(MOVED):
        yield f"{counted(tally[MOVED], 'dates')} were moved with those of their person"
    kinds = {kind: places for kind, places in sorted(tally.items()) if kind.isupper() and places}
    if kinds:
        yield "marks stand for " + ", ".join(f"{kind} ({counted(n, 'places')})" for kind, n in kinds.items())
    if tally.get(AGAIN):
        yield f"{counted(tally[AGAIN], 'places')} were found only when the result was read again"
    if tally.get(WHOLE):
        yield f"{counted(tally[WHOLE], 'texts')} became one mark, because marks did not help"
