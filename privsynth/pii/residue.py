"""What is left of a person in a text whose names and numbers were replaced: all that is no substitute and no mark."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from privsynth.dataset import Role
from privsynth.pii.analyzer import AUTO
from privsynth.pii.entities import Trait, entities, has
from privsynth.pii.forms import Hit
from privsynth.pii.names import common_words, fold, given_names, surnames
from privsynth.pii.reserved import is_reserved
from privsynth.pii.texts import scan_text
from privsynth.spelling.normal import normal

_WORD = re.compile(
    r"[^\W_](?:[^\W_]|[\u0300-\u036f\u200b-\u200d\u2060\ufeff])*"
)  # accents and invisible letters belong to the word that they stand in
_MARK = re.compile(r"\[([A-Z][A-Z0-9_]*)\]")
HEAD = 3  # letters by which a run of words is given up early
TEXT = "TEXT"


@dataclass(frozen=True)
class Word:
    """One word of a text, in the one form that all its spellings have."""

    form: str
    start: int
    end: int


@dataclass(frozen=True)
class Run:
    """Neighbouring words that are, as one, a form that was looked for."""

    form: str
    start: int
    end: int
    first: int  # numbers of its words
    last: int


def words_in(text: str) -> list[Word]:
    return [Word(normal(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]


@dataclass(frozen=True, eq=False)
class Forms:
    """Values to look for inside texts, whatever their case, spaces and marks."""

    forms: Collection[str]

    def __contains__(self, form: object) -> bool:
        return form in self.forms

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.forms), default=0)

    @cached_property
    def _heads(self) -> frozenset[str]:
        return frozenset(form[:HEAD] for form in self.forms)

    def runs(self, words: Sequence[Word], accepts: Callable[[Run], bool] | None = None) -> list[Run]:
        """From left to right, at each place the longest."""
        runs: list[Run] = []
        at = 0
        while at < len(words) and self._longest:
            best = next((run for run in self._from(words, at) if accepts is None or accepts(run)), None)
            runs += [best] if best else []
            at = best.last + 1 if best else at + 1
        return runs

    def _from(self, words: Sequence[Word], first: int) -> list[Run]:
        """The runs that begin with this word, the longest first."""
        joined, runs = "", list[Run]()
        for last in range(first, len(words)):
            joined += words[last].form
            if len(joined) > self._longest or (len(joined) >= HEAD and joined[:HEAD] not in self._heads):
                break
            if joined in self.forms:
                runs.append(Run(joined, words[first].start, words[last].end, first, last))
        return runs[::-1]


def hides(entity: str) -> bool:
    """Whether a kind is taken out of texts: what names a person by itself, and places and ages that few share."""
    return entities()[entity].role in (Role.DIRECT, Role.IDENTIFIER) or has(entity, Trait.HIDDEN)


def mark(entity: str) -> str:
    """What stands in a text where something of this kind stood."""
    return f"[{'PERSON' if has(entity, Trait.NAME) else entity}]"


def marked(text: str) -> list[tuple[int, int]]:
    """Where our marks stand."""
    return [match.span() for match in _MARK.finditer(text) if match.group(1) == TEXT or match.group(1) in entities()]


def residue(text: str, ours: Forms, *, nlp: str = AUTO, seen: Sequence[Hit] | None = None) -> list[Hit]:
    """What the scanner finds beside our substitutes, our marks and the ranges that nobody can hold.

    `seen`: what it found, if it was asked before.
    """
    hits = [hit for hit in (scan_text(text, nlp=nlp) if seen is None else seen) if hides(hit.entity)]
    hits = [hit for hit in hits if not is_reserved(hit.entity, text[hit.start : hit.end])]
    if not hits:
        return []
    covered = [*marked(text), *((run.start, run.end) for run in ours.runs(words_in(text)))]
    return [part for hit in hits for part in uncovered(text, hit, covered)]


def uncovered(text: str, hit: Hit, covered: Iterable[tuple[int, int]]) -> Iterator[Hit]:
    """The words of a place outside of these; ordinary words that only stood beside a name are nothing without it."""
    for part in without(hit, covered):
        words = list(_WORD.finditer(text, part.start, part.end))
        if words and (
            part == hit or not has(hit.entity, Trait.SPOKEN) or not all(is_ordinary(word.group()) for word in words)
        ):
            yield part if part == hit else Hit(words[0].start(), words[-1].end(), hit.entity, hit.score)


def is_ordinary(word: str) -> bool:
    """A common word, or a form of one, that is nobody's name."""
    folded = fold(word)
    stems = (folded, *(folded.removesuffix(end) for end in ("s", "d", "ed", "ing") if folded.endswith(end)))
    return not common_words().isdisjoint(stems) and folded not in given_names() and folded not in surnames()


def without(hit: Hit, covered: Iterable[tuple[int, int]]) -> Iterator[Hit]:
    """The parts of a place that lie outside of these."""
    at = hit.start
    for start, end in sorted(covered):
        if end <= at or start >= hit.end:
            continue
        if start > at:
            yield Hit(at, start, hit.entity, hit.score)
        at = max(at, end)
    if at < hit.end:
        yield Hit(at, hit.end, hit.entity, hit.score)
