"""Texts as words."""

from __future__ import annotations

import pytest

from privsynth.measure.words import PrintedText, unescaped, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann.Smith@x.org", ["ann", "smith", "x", "org"]),
        ("1,234,567 rows", ["1234567", "rows"]),
        ("12.50 and 12.5 and 12.00", ["12.5", "and", "12.5", "and", "12"]),
        ("[123, 456]", ["123", "456"]),
        ("snake_case", ["snake", "case"]),
        ("Ｓｔｒａße", ["strasse"]),  # noqa: RUF001 full-width letters are meant
        ("1990-05-12", ["1990", "05", "12"]),
        ("", []),
    ],
)
def test_words_have_one_form(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_paper_holds_runs_of_whole_words() -> None:
    text = PrintedText("p", "<td>12 High Street,</td> Mr O'Neil")
    assert text.holds(["12", "high", "street"])
    assert text.holds(["o", "neil"])
    assert not text.holds(["high", "st"])
    assert not text.holds(["street", "high"])


def test_runs_are_taken_out_where_they_stand_as_a_whole() -> None:
    text = PrintedText("p", "San Antonio, San Antonio; Antonio", [("san", "antonio")])
    assert text.holds(["antonio"])
    assert "san" not in text.words
    assert not PrintedText("p", "San Antonio San Antonio", [("san", "antonio")]).holds(["antonio"])


def test_escapes_are_read_as_a_reader_reads_them() -> None:
    assert unescaped("Ren\\u00e9e &amp; Zo&euml;") == "Renée & Zoë"
    assert words_of(unescaped('{"a": "one\\ntwo"}')) == ["a", "one", "two"]
