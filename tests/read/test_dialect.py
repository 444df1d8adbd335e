"""Delimiters, quotes and escapes are found where the file tells, and asked for where it does not."""

from __future__ import annotations

import pytest

from privsynth.errors import InputError, PolicyError
from read.files import Folder

PLAIN = [["a", "b", "c"], ["x", "y z", "1"], ["u", "v w", "2"]]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_finds_delimiter_and_line_end(folder: Folder, mark: str, end: str) -> None:
    assert folder.cells("".join(mark.join(row) + end for row in PLAIN)) == PLAIN  # type: ignore[arg-type]


def test_a_tie_is_refused_and_asks_for_the_delimiter(folder: Folder) -> None:
    with pytest.raises(InputError, match="semicolon") as caught:
        folder.read("a,b;c\n1,2;3\n4,5;6\n")
    assert "--delimiter" in caught.value.hint
    assert folder.cells("a,b;c\n1,2;3\n", delimiter=";") == [["a,b", "c"], ["1,2", "3"]]


def test_a_narrow_fit_does_not_win_over_a_wider_one_with_a_ragged_row(folder: Folder) -> None:
    with pytest.raises(InputError, match="comma and semicolon"):
        folder.read("id;name;city, land\n1;x;Paris, F\n2;y;Rome, I\n3;z;w;Bonn, D\n")


def test_quotes_decide_between_delimiters(folder: Folder) -> None:
    assert folder.cells('a;b,c\n"1;2";"x, y"\n"3;4";"z, w"\n') == [["a", "b,c"], ["1;2", "x, y"], ["3;4", "z, w"]]


def test_a_blank_after_each_delimiter_is_skipped_and_noted(folder: Folder) -> None:
    data = folder.read('a, b\nx, "y, z"\nu, v\n')
    assert list(data.tables[0].text("b")) == ["y, z", "v"]
    assert any("blank after each delimiter" in note for note in data.notes)


def test_a_blank_after_some_delimiters_is_kept(folder: Folder) -> None:
    assert folder.cells("a,b\nx, y\nu,v\n") == [["a", "b"], ["x", " y"], ["u", "v"]]


def test_backslash_escapes_are_taken_off_and_noted(folder: Folder) -> None:
    data = folder.read('a,b\nx,"say \\"hi, you\\" \\\\ twice"\nu,v\n')
    assert list(data.tables[0].text("b")) == ['say "hi, you" \\ twice', "v"]
    assert any("backslash" in note for note in data.notes)


def test_a_backslash_before_a_closing_quote_stays_where_quotes_are_doubled(folder: Folder) -> None:
    assert folder.cells('a,b\n"C:\\","x"\n"D:\\","y"\n') == [["a", "b"], ["C:\\", "x"], ["D:\\", "y"]]


def test_single_quotes_are_taken_off_and_noted(folder: Folder) -> None:
    data = folder.read("a,b\n'x, y',it's\n'u','v'\n")
    assert list(data.tables[0].text("a")) == ["x, y", "u"]
    assert list(data.tables[0].text("b")) == ["it's", "v"]
    assert any("quoted with '" in note for note in data.notes)


def test_apostrophes_in_words_are_no_quotes(folder: Folder) -> None:
    assert folder.cells("a,b\n'twas,don't\nx,y\n") == [["a", "b"], ["'twas", "don't"], ["x", "y"]]


def test_spaces_count_as_delimiters_only_where_numbers_confirm_it(folder: Folder) -> None:
    data = folder.read("x y z\n1 2.5 a\n3 4.5 b\n")
    assert [column.name for column in data.tables[0].columns] == ["x", "y", "z"]
    assert any("spaces" in note for note in data.notes)
    with pytest.raises(InputError, match="one column of words"):
        folder.read("full name\nAnn Lee\nBob Ray\n")
    assert folder.cells("full name\nAnn Lee\n", delimiter=",") == [["full name"], ["Ann Lee"]]


def test_prose_in_one_column_is_one_column_with_a_note(folder: Folder) -> None:
    data = folder.read("comment\nwell, yes\nno\nnever\n")
    assert list(data.tables[0].text("comment")) == ["well, yes", "no", "never"]
    assert any("one column" in note and "comma" in note for note in data.notes)


def test_tsv_prefers_the_tab(folder: Folder) -> None:
    data = folder.read("a,b\tc\n1,2\t3\n", name="data.tsv")
    assert [column.name for column in data.tables[0].columns] == ["a,b", "c"]


@pytest.mark.parametrize("mark", ["a", "1", '"', "\n", "\\"])
def test_a_delimiter_that_cannot_be_one_is_a_policy_error(folder: Folder, mark: str) -> None:
    with pytest.raises(PolicyError, match=r"read\.delimiter"):
        folder.read("a,b\n1,2\n", delimiter=mark)


def test_an_unusual_declared_delimiter_is_used(folder: Folder) -> None:
    assert folder.cells('a§b\n"x§y"§2\n', delimiter="§") == [["a", "b"], ["x§y", "2"]]


@pytest.mark.parametrize("mark", ["::", "||", "~", "^", "§", ";;"])
def test_a_delimiter_that_is_rare_in_text_is_found_and_noted(folder: Folder, mark: str) -> None:
    content = "".join(mark.join(row) + "\n" for row in PLAIN)
    assert folder.cells(content) == PLAIN  # type: ignore[arg-type]
    assert any(f"set apart by {mark}" in note for note in folder.read(content).notes)


def test_quotes_hold_with_a_delimiter_of_several_characters(folder: Folder) -> None:
    assert folder.cells('a::b\n"x::y ""z""\nw"::1\nu:v::2\n') == [["a", "b"], ['x::y "z"\nw', "1"], ["u:v", "2"]]


def test_an_empty_field_between_bars_stays_one(folder: Folder) -> None:
    assert folder.cells("a|b|c\nx||1\n||2\n") == [["a", "b", "c"], ["x", None, "1"], [None, None, "2"]]


@pytest.mark.parametrize(
    "content",
    [
        "| a | b |\n|---|:-:|\n| x | 1 |\n| u \\| v | 2 |\n",
        "+---+---+\n| a | b |\n+---+---+\n| x | 1 |\n| u \\| v | 2 |\n+---+---+\n",
        " a     | b\n-------+---\n x     | 1\n u \\| v | 2\n",
    ],
)
def test_a_drawn_table_is_read_without_its_lines(folder: Folder, content: str) -> None:
    assert folder.cells(content) == [["a", "b"], ["x", "1"], ["u | v", "2"]]
    assert any("a drawn table" in note for note in folder.read(content).notes)


def test_runs_of_blanks_are_one_delimiter_where_numbers_confirm_it(folder: Folder) -> None:
    assert folder.cells("x  y   z\n1    2.5 a\n  3  4.5 b\n") == [["x", "y", "z"], ["1", "2.5", "a"], ["3", "4.5", "b"]]


def test_columns_of_fixed_width_are_cut_where_every_line_is_blank(folder: Folder) -> None:
    rows = [
        "name       age  town",
        *(f"Ann {n}       {n}   New York" if n % 2 else f"Bo          {n}" for n in range(1, 7)),
    ]
    cells = folder.cells("".join(f"{row}\n" for row in rows))
    assert cells[:3] == [["name", "age", "town"], ["Ann 1", "1", "New York"], ["Bo", "2", None]]


def test_escaped_delimiters_are_taken_off(folder: Folder) -> None:
    assert folder.cells("a,b\nx\\, y,1\nu,2\n") == [["a", "b"], ["x, y", "1"], ["u", "2"]]


def test_a_backslash_before_a_line_end_joins_nothing_unasked(folder: Folder) -> None:
    assert folder.cells("a,b\nx,C:\\\ny,D:\\\n") == [["a", "b"], ["x", "C:\\"], ["y", "D:\\"]]


@pytest.mark.parametrize(
    ("content", "asked", "row"),
    [
        ('a,b\n"x,1\n', {"quote": "none"}, ['"x', "1"]),
        ("a,b\n'x, y',1\n", {"quote": "'"}, ["x, y", "1"]),
        ('a,b\n"5" nail","10""\n', {"escape": "none"}, ['5" nail', '10"']),
        ("a,b\n'it's 5\"\" x',1\n", {"quote": "'", "escape": "quote"}, ["it's 5\" x", "1"]),
        ('a,b\n"x \\" y",1\n', {"escape": "backslash"}, ['x " y', "1"]),
    ],
)
def test_quote_and_escape_may_be_said(folder: Folder, content: str, asked: dict[str, str], row: list[str]) -> None:
    assert folder.cells(content, **asked)[1] == row


def test_more_is_looked_at_where_the_beginning_does_not_tell(folder: Folder) -> None:
    rows = "".join(f"{n};{n},5\n" for n in range(20_000))
    assert [column.name for column in folder.table("a;b,c\n" + rows + "1;x\n", delimiter=";").columns] == ["a", "b,c"]
    with pytest.raises(InputError, match="both fit"):
        folder.read("a;b,c\n" + rows)
