"""Files that other readers silently misread: each is read right, refused, or kept as text with nothing lost."""

from __future__ import annotations

import pytest

from privsynth.errors import InputError
from read.files import Folder

REFUSED = {
    "numbers in a row over numbers": (b"1,2,3\n4,5,6\n7,8,9\n", "looks like a row", 1),
    "bytes that are no text": (b"a,b\n1,\xff\xfe\x81\n", "not utf-8", 2),
    "bytes of no western letter": (b"a,b\n1,\x81\x8d\n", "not utf-8", 2),
    "a mark in the middle": (b"a,b\n1,x\n\xef\xbb\xbf2,y\n", "byte order mark", 3),
    "a mark twice": (b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,x\n", "byte order mark", 1),
    "a delimiter at the end of rows only": (b"a,b\n1,2,\n3,4,\n", "3 fields here", 2),
    "a delimiter at the end of the header only": (b"a,b,\n1,2\n3,4\n", "2 fields here", 2),
    "an index without a name": (b"a,b\n1,2,3\n4,5,6\n", "3 fields here", 2),
    "a comment before the table": (b"# by x\na,b\n1,2\n3,4\n", "lines before the table", 1),
    "a bare return inside a row": (b"a,b\n1,x\ry\n3,z\n", "1 field here", 3),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_its_line_and_a_remedy(folder: Folder, name: str) -> None:
    content, says, line = REFUSED[name]
    with pytest.raises(InputError, match=says) as caught:
        folder.read(content)
    assert caught.value.line == line
    assert caught.value.hint


def test_bytes_that_cannot_be_guessed_ask_for_the_encoding(folder: Folder) -> None:
    with pytest.raises(InputError) as caught:
        folder.read(b"a,b\n1,\xff\xfe\x81\n")
    assert "--encoding" in caught.value.hint


NOTED = {
    "two tables of one width": (b"id,name\n1,ann\n2,bob\nsku,price\n3,3.5\n4,4.5\n", "line 4"),
    "a total": (b"a,b\n1,2\n2,4\nTotal,6\n", "line 4"),
    "an encoding that it does not say": (
        "name,town\nJosé,Zürich\n".encode("cp1252"),
        "found by its letters to be cp1252",
    ),
    "a delimiter at the end of every line": (b"a,b,\n1,2,\n3,4,\n", "at the end of every line"),
    "a line that names the delimiter": (b"sep=;\na;b\n1;2\n3;4\n", "names the delimiter"),
    "mixed line ends": (b"a,b\r\n1,2\n3,4\r\n", "line ends are mixed"),
}


@pytest.mark.parametrize("name", NOTED)
def test_is_read_with_a_note(folder: Folder, name: str) -> None:
    content, says = NOTED[name]
    assert any(says in note for note in folder.read(content).notes)


def test_a_delimiter_at_the_end_of_every_line_adds_no_column(folder: Folder) -> None:
    assert folder.cells(b"a,b,\n1,2,\n3,4,\n") == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_a_line_that_names_the_delimiter_keeps_the_numbers_of_lines(folder: Folder) -> None:
    assert folder.cells(b"sep=;\r\na;b\r\n1;2,5\r\n") == [["a", "b"], ["1", "2,5"]]
    with pytest.raises(InputError) as caught:
        folder.read(b"sep=;\na;b\n1;2;3\n")
    assert caught.value.line == 3


KEPT: dict[str, tuple[str, list[str | None]]] = {
    "percentages": ("number", ["10%", "20.5%"]),
    "two currencies": ("text", ["$1.50", "€2"]),
    "parentheses": ("number", ["(1.50)", "2.50"]),
    "years of two digits": ("date", ["01/02/20", "13/02/21"]),
    "times": ("time", ["10:30", "11:45"]),
    "days of a spreadsheet": ("integer", ["43831", "43832"]),
    "exponents": ("number", ["1e5", "2.5e-3"]),
    "huge": ("text", ["12345678901234567890", "2"]),
    "hexadecimal": ("text", ["0x1F", "0xFF"]),
    "plus": ("integer", ["+1", "-2"]),
    "blanks": ("integer", [" 1", "20"]),
    "unbroken blanks": ("text", ["1\xa0234", "2\xa0"]),
    "0 and 1": ("integer", ["0", "1"]),
    "ja and nein": ("boolean", ["ja", "nein"]),
    "null in odd cases": ("text", ["nULL", "3"]),
    "leading zeros": ("text", ["007", "12"]),
    "infinity": ("text", ["1.5", "inf"]),
    "no digit before the point": ("number", [".5", ".25"]),
    "no digit after the point": ("integer", ["5.", "6."]),
    "a day that is none": ("text", ["2020-02-30", "2020-02-28"]),
    "an hour that is none": ("text", ["2020-01-01 24:00", "2020-02-28 10:00"]),
    "a real minus": ("integer", ["\N{MINUS SIGN}5", "3"]),
    "a minus behind": ("integer", ["5-", "3"]),
    "lakhs": ("integer", ["1,23,456", "12,345"]),
    "other digits": ("text", ["\u0661\u0662", "\u0663"]),
    "a mark inside a cell": ("text", ["a\ufeffb", "c"]),
    "thousands": ("integer", ["1,234", "1,234,567"]),
    "a direction mark": ("text", ["\u202e1", "2"]),
}


@pytest.mark.parametrize("name", KEPT)
def test_is_kept_as_it_stands(folder: Folder, name: str) -> None:
    kind, words = KEPT[name]
    table = folder.table("v,other\n" + "".join(f'"{word}",x\n' for word in words))
    assert (table.columns[0].kind.value, list(table.text("v"))) == (kind, words)


@pytest.mark.parametrize("pair", [("ja", "nein"), ("oui", "non"), ("sí", "no")])
def test_yes_and_no_of_other_languages_are_two_levels(folder: Folder, pair: tuple[str, str]) -> None:
    assert folder.table("v,o\n" + "".join(f"{pair[n % 2]},{n}\n" for n in range(6))).columns[0].kind.value == "boolean"


def test_quotes_around_some_fields_change_nothing(folder: Folder) -> None:
    assert folder.cells('a,b\n"1",x\n2,"y"\n') == [["a", "b"], ["1", "x"], ["2", "y"]]
