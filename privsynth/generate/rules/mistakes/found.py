"""All mistakes of a rulebook at once: what is wrong is noted and put aside, and the rest is planned again.

A mistake of whatever names a part that was put aside may follow from the first one, and is not told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from privsynth.generate.rules.book import (
    MOST_PROBLEMS,
    Book,
    BookText,
    Mistake,
    SeveralMistakes,
    WordPath,
    book_of,
    parsed,
    read_text,
)
from privsynth.generate.rules.mistakes.aside import SoundContent
from privsynth.generate.rules.mistakes.following import all_following, follows
from privsynth.generate.rules.planning.doubts import doubts_of
from privsynth.generate.rules.planning.plan import BookPlan, plan_tables
from privsynth.generate.rules.planning.resting import columns_resting
from privsynth.generate.rules.planning.turns import Act, Turn, column_of
from privsynth.generate.rules.scenarios.variation import Varied, chosen, is_too_much, variation_of
from privsynth.generate.rules.vocabulary.rulebook import PROCESSES

FEW_COLUMNS = 500  # a larger book is planned once: only its first mistake is found, or all of its words
ROUNDS = 3 * MOST_PROBLEMS  # in which what follows from a mistake is put aside, too


@dataclass(frozen=True, eq=False)
class Examined:
    """A book without its mistakes. None: nothing is left of it."""

    book: Book | None
    plan: BookPlan | None
    mistakes: tuple[Mistake, ...]
    _: KW_ONLY
    aside: frozenset[WordPath] = frozenset()  # what was put aside: wrong, or resting upon what is
    scenarios: Mapping[str, Varied] = field(default_factory=dict)  # those without a mistake, of what is right
    doubts: tuple[Mistake, ...] = ()  # what is right, but hardly meant; of a book without mistakes

    def is_aside(self, path: WordPath) -> bool:
        """Whether a part was put aside, or what it belongs to."""
        return any(path[: len(part)] == part for part in self.aside)

    def is_right(self, table: str, column: str) -> bool:
        """Whether neither the column, nor what it rests upon, nor the number of its rows was put aside."""
        return self.has_size(table) and self.is_sound(table, column)

    def is_sound(self, table: str, column: str) -> bool:
        """Whether neither the column nor what it rests upon was put aside."""
        return column_of(table, column) not in self._mistaken

    @cached_property
    def _mistaken(self) -> frozenset[Turn]:
        if self.plan is None or not self.aside:
            return frozenset()
        columns = [turn for turn in self.plan.turns if turn.act is Act.COLUMN]
        return columns_resting(self.plan, [turn for turn in columns if self.is_aside(turn.path)])

    def has_size(self, table: str) -> bool:
        """Whether what says how many rows a table has is right."""
        words = (("rows",), ("belongs_to", "count"), *((word,) for word in PROCESSES))
        return not any(self.is_aside(("tables", table, *path)) for path in words)

    @property
    def places_aside(self) -> frozenset[str]:
        """Where the words stand that were put aside."""
        return frozenset(self.book.place(part) for part in self.aside) if self.book else frozenset()


class Ready(NamedTuple):
    """A book without mistakes, and what is hardly meant of it."""

    book: Book
    plan: BookPlan
    doubts: tuple[Mistake, ...]


def ready(path: Path, scenario: str | None = None) -> Ready:
    """A rulebook, or one of its scenarios, read and planned; or an error that tells all of its mistakes."""
    found = examined(read_text(path), path.name, path.parent)
    if found.book is None or found.plan is None or found.mistakes:
        raise found.mistakes[0] if len(found.mistakes) == 1 else SeveralMistakes(found.mistakes)
    if scenario is None:
        return Ready(found.book, found.plan, found.doubts)
    varied = chosen(scenario, found.scenarios)
    return Ready(varied.book, varied.plan, found.doubts)


def examined(text: str, file: str, folder: Path | None = None) -> Examined:
    """What is right of a rulebook, and all of its mistakes. What is no YAML is an error."""
    words = parsed(text, file, folder)
    found = _without_mistakes(words)
    if found.book is None or found.plan is None:
        return found
    whole = _with_scenarios(found, words, found.book)
    return whole if whole.mistakes else replace(whole, doubts=_doubts(found.book, found.plan, whole.scenarios))


def _without_mistakes(words: BookText, aside: Collection[WordPath] = ()) -> Examined:
    """The rest, once all mistakes are out of the content; some of it may have been put aside before."""
    marks = dict(words.marks)
    words = replace(words, marks=marks)
    sound, mistakes = SoundContent(words.content, marks, {*aside}), dict[tuple[str, str], Mistake]()
    for _ in range(ROUNDS):
        book = None
        try:
            book = book_of(words)
            plan = plan_tables(book)
        except SeveralMistakes as problem:
            found = problem.mistakes
        except Mistake as problem:
            found = (problem,)
        else:
            return Examined(book, plan, _in_order(mistakes.values()), aside=frozenset(sound.aside))
        rest = [mistake for mistake in found if book is not None and follows(mistake.path, book, sound.aside)]
        for mistake in found:
            if mistake not in rest and not any(mistake.path[: len(part)] == part for part in aside):
                mistakes.setdefault((mistake.place, mistake.problem), mistake)
        is_known = sound.put_aside(mistake.path for mistake in found)
        if book is not None and rest:  # then others follow as well: they are put aside together, not one by one
            sound.put_aside(sorted(all_following(book, sound.aside)))
        if not is_known or (book is not None and not _is_small(book)):
            break
    return Examined(None, None, _in_order(mistakes.values()), aside=frozenset(sound.aside))


def _doubts(book: Book, plan: BookPlan, scenarios: Mapping[str, Varied]) -> tuple[Mistake, ...]:
    """What is doubtful wherever it stands: what one scenario makes of a column may be what a comparison waits for."""
    asked = doubts_of(book, plan)
    for varied in scenarios.values():
        for place, doubt in doubts_of(varied.book, varied.plan).items():
            asked[place] = doubt if asked.get(place, doubt) is not None else None
    told = {(doubt.place, doubt.message, doubt.hint): doubt for doubt in asked.values() if doubt is not None}
    return _in_order(told.values())


def _is_small(book: Book) -> bool:
    return sum(len(table.columns) for table in book.rules.tables.values()) <= FEW_COLUMNS


def _in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """As they stand in the file."""
    return tuple(sorted(mistakes, key=lambda mistake: (mistake.line or 0, int(mistake.place.rpartition(":")[2]))))


def _with_scenarios(found: Examined, words: BookText, book: Book) -> Examined:
    """The scenarios of what is right, and the mistakes that they bring."""
    problem = is_too_much(book)
    if problem is not None:
        return replace(found, mistakes=(*found.mistakes, problem))
    ready, mistakes = dict[str, Varied](), [*found.mistakes]
    for name in book.rules.scenarios:
        variation = variation_of(words, book, name)
        inner = _without_mistakes(variation.text, [part for part in found.aside if not variation.makes_anew(part)])
        own = [*variation.mistakes, *map(variation.told, inner.mistakes)]
        mistakes += own
        if inner.book is not None and inner.plan is not None and not own and not variation.touches(found.aside):
            ready[name] = Varied(replace(inner.book, without=book), inner.plan, tuple(variation.changes))
    return replace(found, mistakes=_in_order(mistakes), scenarios=ready)
