"""Sentences of real people, and their names and numbers inside of sentences that were invented."""

from __future__ import annotations

import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.overlap import Named
from privsynth.gate.evidence.phrases import looked_for, phrase_hits, real_phrases, words

SAYS = Column("says", Kind.TEXT, role=Role.FREE_TEXT)


def said(*texts: str | None, role: Role = Role.FREE_TEXT) -> Table:
    return Table("t", (Column("says", Kind.TEXT, role=role),), frame(says=list(texts)))


REAL = said(
    "she came by boat in May", "please ring twice at the door", "please ring twice at the door", "four words are few"
)
HELD = said("he left by train at noon")
PHRASES = real_phrases(REAL, HELD, 2)


def test_runs_of_five_words_that_few_rows_hold_are_phrases_of_both_sides() -> None:
    assert sorted(PHRASES) == [
        "came by boat in may",
        "he left by train at",
        "left by train at noon",
        "she came by boat in",
    ]
    assert "ring twice at the door" in real_phrases(REAL, HELD, 3)
    assert real_phrases(said("she came by boat in May", role=Role.PLAIN), HELD, 2) == set()


def test_a_phrase_that_one_row_says_twice_is_one_rows() -> None:
    assert "a b c d e" in real_phrases(said("a b c d e a b c d e"), said(), 2)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("they say SHE came, by boat in June", 1),
        ("they say she came by ship in June", 0),
        ("he left by train at ten", 1),
        ("please ring twice at the door", 0),
        (None, 0),
    ],
)
def test_a_sentence_that_repeats_a_phrase_is_found(text: str | None, hits: int) -> None:
    assert phrase_hits(said(text, "something else was said here"), PHRASES, set()) == {"says": hits}


def test_a_name_or_number_inside_a_sentence_is_found_whole() -> None:
    sought = {"adaquill", "2025550123"}
    for text, hits in (
        ("call Ada Quill at once", 1),
        ("call Ada B. Quill at once", 0),
        ("ring +1 202 555 0123 today", 1),
        ("ring 202 555 0199 today", 0),
    ):
        assert phrase_hits(said(text), set(), sought) == {"says": hits}
    assert phrase_hits(said("call Ada Quill at once"), set(), set()) == {"says": 0}


def test_columns_of_sentences_are_read_whatever_their_role_and_columns_of_words_are_not() -> None:
    leak = "she came by boat in May"
    assert phrase_hits(said(leak, leak, role=Role.PLAIN), PHRASES, set()) == {"says": 1}
    assert phrase_hits(said(leak, "a", "b", role=Role.PLAIN), PHRASES, set()) == {}  # one of three values is a sentence
    assert phrase_hits(said(leak, "a", "b"), PHRASES, set()) == {"says": 1}  # a free text is always read
    assert phrase_hits(said("two words", "one"), PHRASES, set()) == {}


def test_twelve_words_may_make_up_one_value_and_thirteen_may_not() -> None:
    letters = [f"w{n}" for n in range(14)]
    assert phrase_hits(said(" ".join(letters)), set(), {"".join(letters[1:13])}) == {"says": 1}
    assert phrase_hits(said(" ".join(letters)), set(), {"".join(letters[0:13])}) == {"says": 0}


def test_what_is_looked_for_are_whole_names_and_telling_values_of_six_letters() -> None:
    columns = (
        Column("first", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("last", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
        Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    )
    train = Table(
        "t",
        columns,
        frame(first=["Ada", "Bo", "Al"], last=["Quill", "Lee", "Poe"], mail=["ada@shop.example", None, None]),
    )
    held = Table("t", columns, frame(first=["Cy"], last=["Stone"], mail=["cy@shop.example"]))
    assert looked_for(Named.of(train, held), train, held) == {"adaquill", "cystone", "adashopexample", "cyshopexample"}


def test_words_are_read_without_marks_and_case() -> None:
    assert words("Ring, at the-door (ÉTÉ)!") == ["ring", "at", "the", "door", words("été")[0]]
