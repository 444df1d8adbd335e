"""Texts as words."""

from __future__ import annotations

import pytest

from privsynth.measure.words import PrintedText, passages, unescaped, words_of


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
    text = PrintedText("p", ["<td>12 High Street,</td> Mr O'Neil"])
    assert text.holds(["12", "high", "street"])
    assert text.holds(["o", "neil"])
    assert not text.holds(["high", "st"])
    assert not text.holds(["street", "high"])


def test_runs_are_taken_out_where_they_stand_as_a_whole() -> None:
    text = PrintedText("p", ["San Antonio, San Antonio; Antonio"], [("san", "antonio")])
    assert text.holds(["antonio"])
    assert "san" not in text.words
    assert not PrintedText("p", ["San Antonio San Antonio"], [("san", "antonio")]).holds(["antonio"])


def test_escapes_are_read_as_a_reader_reads_them() -> None:
    assert unescaped("Ren\\u00e9e &amp; Zo&euml;") == "Renée & Zoë"
    assert words_of(unescaped('{"a": "one\\ntwo"}')) == ["a", "one", "two"]


@pytest.mark.parametrize(
    ("name", "text", "stands", "apart"),
    [
        ("p.html", "<td>Grace</td><td>Page</td>", ("grace", "page"), False),
        ("p.html", "<td>Anna <b>Quill</b></td>", ("anna", "quill"), True),
        ("p.html", "<td>anna_<wbr>quill</td>", ("anna", "quill"), True),
        ("p.html", '<a title="Anna Quill" class="x">', ("anna", "quill"), True),
        ("p.html", '<a title="Anna" class="quill">', ("anna", "quill"), False),
        ("p.html", "<p>Anna &lt;b&gt; &#34;Quill&#34;</p>", ("anna", "b", "quill"), True),
        ("p.json", '{"note": "Anna \\"Quill\\""}', ("anna", "quill"), True),
        ("p.json", '{"status": "passed", "word": "x"}', ("passed", "word"), False),
        ("p.json", '{"path": "Anna\\\\", "quill": 1}', ("anna", "quill"), False),
        ("p.json", '{"path": "Anna < Quill"}', ("anna", "quill"), True),
        ("p.txt", 'Anna "Quill"', ("anna", "quill"), True),
    ],
)
def test_a_value_stands_in_one_cell_or_one_string(name: str, text: str, stands: tuple[str, ...], apart: bool) -> None:
    assert PrintedText(name, passages(name, text)).holds(stands) is apart
