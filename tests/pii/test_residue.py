"""What is left of a person in a text whose names were replaced."""

from __future__ import annotations

import pytest

from privsynth.pii.entities import entities
from privsynth.pii.forms import Hit
from privsynth.pii.residue import Forms, hides, is_ordinary, mark, marked, residue, without, words_in
from privsynth.spelling.normal import normal

NOTHING = Forms(frozenset())


def left(text: str, *ours: str) -> list[tuple[str, str]]:
    return [(hit.entity, text[hit.start : hit.end]) for hit in residue(text, Forms(frozenset(map(normal, ours))))]


def test_words_have_one_form_for_all_spellings() -> None:
    text = "E\u0301T\u00c9 a_b o'x"
    assert [word.form for word in words_in(text)] == ["\u00e9t\u00e9", "a", "b", "o", "x"]
    assert [word.form for word in words_in("o\u200bne two")] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ada Quill came", [("adaquill", "Ada Quill")]),
        ("ADA-QUILL! came", [("adaquill", "ADA-QUILL")]),
        ("Ada B. Quill came", []),
        ("no. C 17, c-17", [("c17", "C 17"), ("c17", "c-17")]),
        ("Ada Quill Ames", [("adaquillames", "Ada Quill Ames")]),
        ("Adaquilla", []),
    ],
)
def test_runs_of_words_are_found_the_longest_first(text: str, found: list[tuple[str, str]]) -> None:
    forms = Forms({"adaquill", "adaquillames", "c17"})
    assert [(run.form, text[run.start : run.end]) for run in forms.runs(words_in(text))] == found


def test_a_run_may_be_turned_down_for_a_shorter_one() -> None:
    forms = Forms({"adaquill", "ada"})
    assert [run.form for run in forms.runs(words_in("Ada Quill"), lambda run: run.form == "ada")] == ["ada"]


def test_what_is_found_is_left_but_for_substitutes_marks_and_reserved_values() -> None:
    assert left("ask Anna Petersen, a@b.org") == [("PERSON", "Anna Petersen"), ("EMAIL", "a@b.org")]
    assert left("ask Anna Petersen, a@b.org", "Anna Petersen") == [("EMAIL", "a@b.org")]
    assert left("ask [PERSON], anna@example.com, (202) 555-0142") == []
    assert left("ask Mr [PERSON] at [EMAIL], [WHATEVER]") == []


def test_what_sticks_out_of_a_substitute_is_left_unless_it_is_an_ordinary_word() -> None:
    assert left("we told Anna Petersen-Quill", "Anna Petersen") == [("PERSON", "Quill")]
    assert left("Called Anna Petersen", "Anna Petersen") == []


def test_an_ordinary_word_is_nobodys_name() -> None:
    assert is_ordinary("Called")
    assert not is_ordinary("Mark")
    assert not is_ordinary("Quillfeather")


def test_parts_outside_of_other_places() -> None:
    assert list(without(Hit(2, 10, "PERSON", 1.0), [(0, 3), (5, 6), (9, 12)])) == [
        Hit(3, 5, "PERSON", 1.0),
        Hit(6, 9, "PERSON", 1.0),
    ]
    assert list(without(Hit(2, 4, "PERSON", 1.0), [(2, 4)])) == []
    assert list(without(Hit(2, 4, "PERSON", 1.0), [])) == [Hit(2, 4, "PERSON", 1.0)]


def test_every_mark_is_known_as_one() -> None:
    assert all(marked(mark(name)) == [(0, len(mark(name)))] for name in entities() if hides(name))
    assert mark("LAST_NAME") == "[PERSON]"
    assert marked("[NOTHING] [x] [TEXT]") == [(14, 20)]


def test_a_mark_is_not_taken_for_a_person() -> None:
    """In sentences of all kinds: what we write ourselves may not be found again."""
    for name in entities():
        if hides(name):
            for frame in (
                "{} called",
                "I met {} and {}",
                "Dear {},",
                "from {}'s desk",
                "lives in {}, works for {} Ltd",
                "Mr {} is 40 years old",
            ):
                assert residue(frame.replace("{}", mark(name)), NOTHING) == []
