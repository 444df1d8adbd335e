"""Sentences of real people, and their names and numbers inside of sentences that were invented."""

from __future__ import annotations

import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.phrases import phrase_hits, real_phrases, words

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
    assert phrase_hits(said(text, "something else was said here"), PHRASES) == {"says": hits}


def test_columns_of_sentences_are_read_whatever_their_role_and_columns_of_words_are_not() -> None:
    leak = "she came by boat in May"
    assert phrase_hits(said(leak, leak, role=Role.PLAIN), PHRASES) == {"says": 1}
    assert phrase_hits(said(leak, "a", "b", role=Role.PLAIN), PHRASES) == {}  # one of three values is a sentence
    assert phrase_hits(said(leak, "a", "b"), PHRASES) == {"says": 1}  # a free text is always read
    assert phrase_hits(said("two words", "one"), PHRASES) == {}


def test_words_are_read_without_marks_and_case() -> None:
    assert words("Ring, at the-door (ÉTÉ)!") == ["ring", "at", "the", "door", words("été")[0]]
