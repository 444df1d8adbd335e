"""Records are strict: what does not fit is refused with its line, and nothing is lost without a count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privsynth.errors import InputError
from privsynth.options import ReadPolicy
from privsynth.read.dialect import Dialect
from privsynth.read.records import records_of
from read.files import Folder


def refused(folder: Folder, content: bytes | str, **options: object) -> InputError:
    with pytest.raises(InputError) as caught:
        folder.read(content, **options)  # type: ignore[arg-type]
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("a,b\n1,2\n3\n", 3, "1 field here, but 2"),
        ("a,b\n1,2\n3,4,5\n", 3, "3 fields here, but 2"),
        ('a,b\n"x\ny",2\n3\n', 4, "1 field here"),
        ('a,b\n1,2\n"x,4\n5,6\n', 3, "does not close"),
        ('a,b\n1,2\n"x"y,4\n', 3, "closing quote"),
        ('a,b\n"x"y,4\n', 2, "closing quote"),
        ("a,b\n1,2\na,b\n", 3, "repeats the header"),
        ("title\na,b,c\n1,2,3\n4,5,6\n", 1, "before the table"),
        ("a,b\n1,2\n3,x\ry\n", 3, "CR"),
        ("a,b\r1,2\r3,x\ny\r", 3, "CR"),
    ],
)
def test_refuses_with_line_and_rule(folder: Folder, content: str, line: int, says: str) -> None:
    error = refused(folder, content)
    assert says in error.message or says == "CR"
    assert error.line in (line, line + 1) if says == "CR" else error.line == line


@pytest.mark.parametrize("content", ["", "\n", "\n\n\n", "a,b\n", "a,b", "\ufeff", " "])
def test_refuses_what_holds_no_row(folder: Folder, content: str) -> None:
    refused(folder, content)


def test_ragged_rows_are_dropped_only_when_asked_and_are_counted(folder: Folder) -> None:
    data = folder.read("a,b\n1,x\n2\n3,y\n4,z,w\n5,v\n", on_ragged="drop")
    assert list(data.tables[0].text("a")) == ["1", "3", "5"]
    assert any("left out as asked: 2, the first in line 3" in note for note in data.notes)


def test_blank_lines_are_counted(folder: Folder) -> None:
    data = folder.read("a,b\n1,x\n\n2,y\n\n\n")
    assert len(data.tables[0]) == 2
    assert any("blank lines left out: 1, the first is line 3" in note for note in data.notes)
    assert not any("blank" in note for note in folder.read("a,b\n1,x\n2,y\n\n").notes)


def test_many_blank_lines_cost_no_more_than_others(folder: Folder) -> None:
    data = folder.read("a,b\n1,x\n" + "\n" * 50_000 + "2,y\n" + "\n" * 50_000)
    assert any("blank lines left out: 50,000, the first is line 3" in note for note in data.notes)


def test_a_blank_line_of_one_column_is_a_missing_value(folder: Folder) -> None:
    assert folder.cells("a\nx\n\ny\n") == [["a"], ["x"], [None], ["y"]]


def test_rows_without_any_value_are_kept_and_counted(folder: Folder) -> None:
    data = folder.read("a,b\n1,x\n,\n2,y\n")
    assert len(data.tables[0]) == 3
    assert any("rows without any value, kept: 1, the first in line 3" in note for note in data.notes)


def test_mixed_line_ends_are_noted(folder: Folder) -> None:
    data = folder.read("a,b\r\n1,x\n2,y\r\n")
    assert len(data.tables[0]) == 2
    assert any("line ends are mixed" in note for note in data.notes)


def test_line_ends_inside_quotes_are_kept_as_they_are(folder: Folder) -> None:
    assert folder.cells('a,b\r\n"x\r\ny\nz\rw",1\r\n') == [["a", "b"], ["x\r\ny\nz\rw", "1"]]


@pytest.mark.parametrize(
    ("limit", "content"),
    [
        ({"max_columns": 2}, "a,b,c\n1,2,3\n"),
        ({"max_cells": 3}, "a,b\n1,2\n3,4\n"),
        ({"max_cell_bytes": 4}, "a,b\n1,éééé\n"),
        ({"max_cell_bytes": 5}, "a,b\n1,xxxxxxx\n"),
    ],
)
def test_limits_of_the_policy_are_kept(folder: Folder, limit: dict[str, int], content: str) -> None:
    assert "raise read.max_" in refused(folder, content, **limit).hint


def test_a_large_cell_within_the_limit_is_read(folder: Folder) -> None:
    cell = "x, " * 100_000
    assert folder.cells(f'a,b\n1,"{cell}"\n2,y\n')[1][1] == cell
    assert folder.cells(f'"{cell}",b\n1,2\n')[0][0] == cell


def test_a_row_knows_its_line(folder: Folder) -> None:
    data = b'a,b\n\n"x\ny",1\n1\n\nz,2\n'
    records = records_of(data, Dialect(), ReadPolicy(on_ragged="drop"), "f", header=True)
    assert [records.line_of(row) for row in range(len(records))] == [3, 7]


def test_counts_that_disagree_are_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dialect, "bare", lambda self, data: data + b"one,more\n")
    assert "do not agree" in refused(folder, "a,b\n1,2\n").message


FIELD = st.text(st.sampled_from(list("ab1 ,;\t|'\"\r\n=é你-.")), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(FIELD, min_size=width, max_size=width), min_size=1, max_size=5)
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_quoted_records_are_read_as_they_were_written(tmp_path: Path, rows: list[list[str]], end: str) -> None:
    header = [f"name{n}" for n in range(len(rows[0]))]
    content = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + end for row in [header, *rows])
    columns = {"data": {"columns": {name: {"kind": "text"} for name in header}}}
    table = Folder(tmp_path).read(content, tables=columns).tables[0]
    found = [list(row) for row in zip(*(table.text(name) for name in header), strict=True)]
    assert found == [[cell or None for cell in row] for row in rows]


@pytest.mark.parametrize("count", [500, pytest.param(5_000, marks=pytest.mark.slow)])
def test_thousands_of_columns_are_read(count: int, folder: Folder) -> None:
    names = ",".join(f"col{n}" for n in range(count))
    table = folder.table(f"{names}\n{','.join(['1'] * count)}\n")
    assert len(table.columns) == count
