"""What a column holds and what that means for people: judged by its name and by its distinct values together."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from privsynth.dataset import Kind, Role
from privsynth.pii.entities import entities
from privsynth.pii.lexicon import NameSays, read_name
from privsynth.pii.lookalikes import looks_coded, looks_counted, looks_measured
from privsynth.pii.namesakes import is_place, names_people, people, things
from privsynth.pii.numbering import counts_rows, labels_rows, numbers_rows
from privsynth.pii.shapes import Shape
from privsynth.pii.values import Guess, agrees, guess_from_values, supports
from privsynth.typing import Array


@dataclass(frozen=True)
class Typing:
    """A proposal for one column, with the evidence in words. It holds no value."""

    role: Role
    entity: str | None = None
    confidence: float = 1.0
    reason: str = ""
    also: tuple[str, ...] = ()


SHARED = 0.9  # share of the rows on values of several people that makes strings of unknown meaning a class
LEAST_PEOPLE = 0.25  # share of values that name people, from which on a column called `name` is one of theirs
MOST_THINGS = 0.3  # share of values that say they are none, up to which it could still be theirs
FEW_NAMES = 20  # different values of a longer table that are groups, whatever they are called
TOO_SHORT = 3  # letters or digits of an alphabet; a Chinese name has no more characters
MOST_MEASURED = 0.5  # share of values written like dates, times or numbers, up to which a column may be one of codes
UNSHARED = 0.1  # share of the rows on values of several people, up to which a column of words has nothing to teach
FEWEST_WORDS, FEWEST_LABELS = 50, 20  # rows from which on that is said: of any words, and of labels of rows
FEWEST = 3  # people who must hold a value, where no policy says how many


def type_column(name: str, text: Array, kind: Kind, *, people: Array | None = None, fewest: int = FEWEST) -> Typing:
    """Role and kind of personal data of a column. `text`: the values as spelt in a file, None where one is missing.

    A value that `fewest` people hold is nobody's; `people` says whose row each row is, if not each is a person's own.
    """
    shape = Shape.of(text, people)
    return _as_learnable(type_shape(name, shape, kind, fewest=fewest), _read(name), shape, kind, fewest)


def is_class(shape: Shape, fewest: int) -> bool:
    """Whether nearly all rows hold a value that several people share: no such value names one of them."""
    return shape.shared_share(fewest) >= SHARED


def type_shape(name: str, shape: Shape, kind: Kind, *, fewest: int = FEWEST) -> Typing:
    """The first answer in order of strength: name and values agree, values alone, name alone, shape alone."""
    if not shape.rows:
        return Typing(Role.PLAIN, reason="no values", confidence=0.5)
    says = _read(name)
    guesses = guess_from_values(shape, kind, says)
    for answer in (
        _agreed(says, shape, kind, guesses),
        _proven(guesses),
        _role_by_name(says, shape, kind),
        _whose_name(says, shape, kind),
        _by_shape(says, shape, kind, fewest),
    ):
        if answer is not None:
            also = tuple(guess.entity for guess in guesses if guess.entity != answer.entity)[:3]
            return replace(answer, also=also)
    return Typing(Role.PLAIN, reason="neither name nor values speak of a person", confidence=0.7)


def _as_learnable(answer: Typing, says: NameSays, shape: Shape, kind: Kind, fewest: int) -> Typing:
    """Words that nearly nobody shares cannot be learnt, whatever they name: nothing of them would ever come out.

    Where they hold digits (postcodes, ages, dates) the beginning or a range of them is shared.
    """
    is_known = answer.role in (Role.PLAIN, Role.QUASI) and kind in (Kind.TEXT, Kind.CATEGORY)
    is_telling = shape.rows >= (FEWEST_LABELS if says.counts_rows else FEWEST_WORDS)
    if not is_known or not is_telling or shape.digit_share > 0.5:
        return answer
    share = shape.shared_share(fewest)
    if share > UNSHARED:
        return answer
    reason = f"{answer.reason}; {share:.0%} of the rows hold one that at least {fewest} people share, too few to learn"
    return replace(answer, role=Role.DIRECT, confidence=min(answer.confidence, 0.6), reason=reason)


@lru_cache(maxsize=4096)
def _read(name: str) -> NameSays:
    return read_name(name)


def _agreed(says: NameSays, shape: Shape, kind: Kind, guesses: list[Guess]) -> Typing | None:
    """A kind that the name says and the values do not deny; the one that fits the values best comes first."""
    share = {guess.entity: guess.share for guess in guesses}
    if says.is_vague and not (people(shape) >= LEAST_PEOPLE and names_people(shape)):
        return None
    fitting = [(entity, supports(entity, shape, kind, whole_name=says.is_whole)) for entity in says.entities]
    fitting = [(entity, support) for entity, support in fitting if support > 0]
    if not fitting or says.is_negated:
        return None
    entity, support = max(
        fitting, key=lambda pair: (round(max(share.get(pair[0], 0.0), pair[1]), 2), -says.entities.index(pair[0]))
    )
    role = entities()[entity].role
    reason = (
        f"the name says so, and {support:.0%} of the distinct values fit"
        if support < 1
        else "the name says so, and nothing speaks against it"
    )
    sure = 0.6 if says.is_asked else min(0.99, 0.6 + 0.4 * support)
    return Typing(role, entity, confidence=sure, reason=reason)


def _proven(guesses: list[Guess]) -> Typing | None:
    """The kind whose share stands highest above what chance would give."""
    if not guesses:
        return None
    best = max(guesses, key=lambda guess: guess.margin)
    return Typing(
        entities()[best.entity].role,
        best.entity,
        confidence=round(min(0.95, 0.5 + best.margin / 2), 2),
        reason=best.reason,
    )


def _role_by_name(says: NameSays, shape: Shape, kind: Kind) -> Typing | None:
    if _is_key(says, shape, kind):
        return Typing(Role.IDENTIFIER, confidence=0.9, reason="the name is that of a key, and its values are many")
    if says.role is None or says.is_key or not agrees(says.means, shape, kind):
        return None
    sure = 0.6 if says.is_asked else 0.8
    if says.role is Role.SENSITIVE:
        reason = "the name is that of something that people keep to themselves"
        return Typing(Role.SENSITIVE, confidence=sure, reason=reason)
    return Typing(says.role, confidence=sure, reason="the name is that of something that describes a person")


def _whose_name(says: NameSays, shape: Shape, kind: Kind) -> Typing | None:
    """A column called `name` of which neither lists nor words tell whether people have it: it is not shared by default.

    No list holds the names of all people, and what many rows share may be the name of one of them.
    """
    if not says.is_vague or kind not in (Kind.TEXT, Kind.CATEGORY) or (shape.distinct < FEW_NAMES and shape.rows >= 50):
        return None
    if shape.digit_share > MOST_THINGS or things(shape) + shape.share_of(is_place) > MOST_THINGS:
        return None
    reason = "a name, and nothing tells whether it is people's: direct until declared otherwise"
    return Typing(Role.DIRECT, confidence=0.5, reason=reason)


def _is_key(says: NameSays, shape: Shape, kind: Kind) -> bool:
    """A key by name has many values, each short; a number with decimals is no key."""
    many = shape.distinct >= 50 or (shape.distinct_share >= 0.2 and shape.distinct > 2)
    return (
        says.is_key
        and many
        and kind in (Kind.INTEGER, Kind.TEXT, Kind.CATEGORY)
        and shape.mean_length <= 64
        and shape.mean_words < 3
        and (not says.is_weak_key or _behaves_like_key(shape))
        and (not says.is_numbered or shape.digit_share >= 0.9)
    )


def _behaves_like_key(shape: Shape) -> bool:
    """Nearly each value once, or its rows in one block: counts and prices come back anywhere."""
    return shape.rows >= 20 and (shape.distinct_share >= 0.9 or (shape.distinct >= 10 and shape.blocks <= 1.2))


def _by_shape(says: NameSays, shape: Shape, kind: Kind, fewest: int) -> Typing | None:
    """What nobody has named: unique codes are keys, long texts are free, many different strings may name somebody."""
    if kind is Kind.INTEGER and not says.counts_on:
        return _by_numbers(says, shape)
    if kind in (Kind.TEXT, Kind.CATEGORY) and shape.share(_YEAR_LED) >= 0.9:
        return Typing(Role.QUASI, confidence=0.6, reason="a year and words: a make or an edition, which many share")
    if kind not in (Kind.TEXT, Kind.CATEGORY) or (shape.number_share > 0.95 and not _is_code(shape)):
        return None
    if _is_code(shape):
        return Typing(Role.IDENTIFIER, confidence=0.7, reason="a code that is nearly never repeated")
    return _by_sharing(says, shape, fewest)


def _by_numbers(says: NameSays, shape: Shape) -> Typing | None:
    """Whole numbers that were given out, one to a row: those of a question as well as those of which there is none."""
    if says.counts_rows and labels_rows(shape):
        return Typing(
            Role.IDENTIFIER, confidence=0.9, reason="another number in each row, and the name is that of rows"
        )
    if counts_rows(shape, in_any_order=says.counts_rows):
        return Typing(Role.IDENTIFIER, confidence=0.8, reason="whole numbers that count the rows")
    if numbers_rows(shape, is_measure=says.is_negated):
        reason = "whole numbers of which nearly none is there twice, and that is no chance: numbers given to rows"
        return Typing(Role.IDENTIFIER, confidence=0.6, reason=reason)
    return None


def _by_sharing(says: NameSays, shape: Shape, fewest: int) -> Typing | None:
    """Strings of which nothing is known: a class where people share them, running text, or perhaps somebody's own."""
    is_running = shape.mean_words >= 4 and shape.mean_length >= 25 and shape.distinct_share > 0.05
    is_varied = (shape.distinct_share > 0.2 and shape.distinct > 2) or (
        shape.mean_length > 20 and (shape.distinct > 100 or shape.distinct_share > 0.02)
    )
    if not is_running and not is_varied:
        return None
    if all(value.isascii() and len(value) <= TOO_SHORT for value in shape.known):
        return Typing(Role.PLAIN, confidence=0.6, reason="at most three letters or digits: too few to name anybody")
    if shape.share_of(looks_counted) >= SHARED:
        return Typing(Role.PLAIN, confidence=0.6, reason="numbers with a sign, or from one to another")
    if is_class(shape, fewest):
        share = shape.shared_share(fewest)
        reason = f"{share:.0%} of the rows hold a value that at least {fewest} people share: a class, whatever it means"
        return Typing(Role.PLAIN, confidence=0.6, reason=reason)
    if is_running:
        if says.is_text:
            return Typing(Role.FREE_TEXT, confidence=0.9, reason="running text, and the name says so")
        return Typing(Role.FREE_TEXT, confidence=0.7, reason="running text")
    reason = "many different strings of unknown meaning: direct until declared otherwise"
    return Typing(Role.DIRECT, confidence=0.5, reason=reason)


MANY_CODES, EVENLY = 20, 5.0  # different ones; and how often the commonest comes back, in times of the average


def are_accounts(shape: Shape) -> bool:
    """Whether the values that come back are codes, one about as common as another: classes are not so even."""
    if shape.distinct < MANY_CODES or shape.share_of(looks_coded) < SHARED:
        return False
    return bool(shape.rows_of.max() <= EVENLY * shape.rows / shape.distinct)


_YEAR_LED = re.compile(r"(?:19|20)\d\d [^\W\d_]")


def _is_code(shape: Shape) -> bool:
    return (
        shape.rows >= 20
        and shape.distinct_share >= 0.95
        and shape.digit_share >= 0.9
        and shape.mean_words < 1.5
        and shape.mean_length <= 40
        and shape.share_of(looks_measured) < MOST_MEASURED
    )
