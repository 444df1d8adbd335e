"""The first record names the columns, or it is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from privsynth.errors import InputError
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.frames import read_frame
from read.files import Folder

DATA_LIKE = [
    "1,ann\n2,bob\n",
    "2020-01-01,x\n2020-01-02,y\n",
    "a@b.org,x\nc@d.org,y\n",
    "https://x.org/1,u\nhttps://x.org/2,v\n",
    "MG-8769,AB-1111\nRI-3895,CD-2222\n",
    "$74.69,x\n$1.00,y\n",
]


@pytest.mark.parametrize("content", DATA_LIKE)
def test_a_first_record_that_looks_like_a_row_is_refused(folder: Folder, content: str) -> None:
    with pytest.raises(InputError, match="looks like a row") as caught:
        folder.read(content)
    assert "--no-header" in caught.value.hint
    assert caught.value.line == 1


@pytest.mark.parametrize("content", DATA_LIKE)
def test_the_user_may_say_that_there_is_no_header_or_that_there_is_one(folder: Folder, content: str) -> None:
    without, with_one = folder.table(content, header=False), folder.table(content, header=True)
    assert ([c.name for c in without.columns], len(without)) == (["c1", "c2"], 2)
    assert ([c.name for c in with_one.columns], len(with_one)) == (content.splitlines()[0].split(","), 1)


def test_known_levels_in_the_first_record_are_a_row(folder: Folder) -> None:
    with pytest.raises(InputError, match="looks like a row"):
        folder.read("Private,Male,x\nPublic,Female,y\nPrivate,Male,z\nPublic,Male,w\n")


@pytest.mark.parametrize(
    "names", ["country,1960,1961,1962", "0,1,2,3", "A2,A3,A10,A16", "x1,x2,x3,y", "place,1/22/20,1/23/20,1/24/20"]
)
def test_years_and_numbers_in_a_row_are_names(folder: Folder, names: str) -> None:
    assert [c.name for c in folder.table(f"{names}\nq,5,6,7\nr,8,9,4\n").columns] == names.split(",")


@pytest.mark.parametrize(
    ("header", "names", "says"),
    [
        ("a,,c", ["a", "c2", "c"], "1 column without a name, called 'c2'"),
        ("a, ,c2", ["a", "c2_2", "c2"], "1 column without a name, called 'c2_2'"),
        ("a,b,a", ["a", "b", "a_2"], "1 column named like another before, called 'a_2'"),
        ("a,a,a_2", ["a", "a_3", "a_2"], "called 'a_3'"),
    ],
)
def test_missing_and_doubled_names_are_made_up_and_noted(
    folder: Folder, header: str, names: list[str], says: str
) -> None:
    data = folder.read(f"{header}\nx,y,z\n")
    assert [column.name for column in data.tables[0].columns] == names
    assert any(says in note for note in data.notes)


def test_an_index_that_was_written_with_the_rows_is_called_one(folder: Folder) -> None:
    data = folder.read(",age\n0,31\n1,42\n2,53\n")
    assert [column.name for column in data.tables[0].columns] == ["c1", "age"]
    assert any("counts the rows from 0, as an index" in note for note in data.notes)


@pytest.mark.parametrize("header", ["title,,", "title,", ","])
def test_a_header_of_which_half_is_empty_is_doubted_unless_it_is_said(folder: Folder, header: str) -> None:
    row = "x," * header.count(",") + "y"
    with pytest.raises(InputError, match="before the table") as caught:
        folder.read(f"{header}\n{row}\n")
    assert caught.value.line == 1
    assert len(folder.table(f"{header}\n{row}\n", header=True)) == 1


@pytest.mark.parametrize("content", ["length,mass\nmm,kg\n1.5,2\n2.5,3\n3.5,4\n", "a,,c\nu,v,w\nx,1,y\nx,2,z\n"])
def test_a_second_line_of_names_is_doubted_and_joined_when_it_is_said(folder: Folder, content: str) -> None:
    with pytest.raises(InputError, match="second line of names") as caught:
        folder.read(content)
    assert "--header-lines 2" in caught.value.hint
    assert len(folder.table(content, header=True)) == content.count("\n") - 1
    assert len(folder.table(content, header_lines=2)) == content.count("\n") - 2


def test_names_of_several_lines_are_joined_and_go_on_over_blanks(folder: Folder) -> None:
    table = folder.table("site,2019,,2020,\n,low,high,low,high\nx,1,2,3,4\n", header_lines=2)
    assert [c.name for c in table.columns] == ["site", "2019 low", "2019 high", "2020 low", "2020 high"]


def test_words_above_names_that_are_told_apart_belong_to_their_own_column(folder: Folder) -> None:
    units = folder.cells("sex;age;pay;city\n;years;euro;\nm;1;2;Rome\nf;3;4;Bonn\n", delimiter=";", header_lines=2)
    groups = folder.cells("2019,,2020,\nlow,high,low,high\n1,2,3,4\n", header_lines=2)
    assert units[0] == ["sex", "age years", "pay euro", "city"]
    assert groups[0] == ["2019 low", "2019 high", "2020 low", "2020 high"]


def test_a_total_below_the_rows_is_spoken_of(folder: Folder) -> None:
    table = "item,pieces\nnuts,1\nbolts,2\nscrews,4\n"
    assert not any("total" in note for note in folder.read(table).notes)
    data = folder.read(f"{table}Total:,7\n")
    assert len(data.tables[0]) == 4
    assert any("line 5, looks like a total" in note and "--footer 1" in note for note in data.notes)
    assert folder.cells(f"Stock of today\n{table}Total:,7\n", accept=True) == folder.cells(table)


ROWS_OF_PEOPLE = {
    "mail and town": ("ann.bo@example.org,Oslo", "di.ek@example.org,Bergen", "fa.gi@example.org,Oslo"),
    "user names": ("anna23,north", "emma7,south", "liam451,west"),
    "streets": ("12 High Street,a", "3 Mill Lane,b", "40 Church Road,c"),
    "dates in words": ("3 March 1950,a", "12 May 1961,b", "7 January 1949,c"),
    "sentences": (
        "she came in with pain on Monday,a",
        "he was seen by the nurse twice,b",
        "no sign of fever since last week,c",
    ),
    "one column of few levels": ("asthma", "migraine", "asthma"),
    "record numbers": ("MRN12345,a", "MRN99871,b", "MRN40123,c"),
}


@pytest.mark.parametrize("kind", ROWS_OF_PEOPLE)
@pytest.mark.parametrize("door", ["text", "frame", "parquet"])
def test_a_first_person_names_no_columns_by_whatever_door_it_comes(tmp_path: Path, kind: str, door: str) -> None:
    text = "\n".join(ROWS_OF_PEOPLE[kind]) + "\n"
    frame = pd.read_csv(io.StringIO(text))
    (tmp_path / "t.csv").write_text(text)
    frame.to_parquet(tmp_path / "t.parquet")
    doors: dict[str, Callable[[Policy], object]] = {
        "text": lambda policy: read_files([tmp_path / "t.csv"], policy),
        "frame": lambda policy: read_frame(frame, policy),
        "parquet": lambda policy: read_files([tmp_path / "t.parquet"], policy),
    }
    with pytest.raises(InputError, match=r"where names|like names") as caught:
        doors[door](Policy())
    assert "header" in caught.value.hint or "names" in caught.value.hint
    assert ROWS_OF_PEOPLE[kind][0].split(",")[0] not in str(caught.value)
    doors[door](Policy(read={"header": True}))


@pytest.mark.parametrize(
    "names",
    [
        ["country", "1990", "1991", "1992"],
        [0, 1, 2, 3],
        ["X1", "X2", "X3", "X4"],
        ["Unnamed: 0", "V1", "V2", "q12"],
        ["2020-01-22", "2020-01-23", "2020-01-24", "2020-01-25"],
    ],
    ids=str,
)
def test_names_of_frames_that_hold_digits_are_names(names: list[str | int]) -> None:
    frame = pd.DataFrame({name: [3.5, 4.25, 1.0, 7.5] for name in names}).rename(columns=str)
    read_frame(frame.assign(town=["a", "b", "a", "b"]), Policy())


def test_a_frame_cannot_be_without_a_header() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["u", "v"]})
    (note,) = read_frame(frame, Policy(read={"header": False})).notes
    assert "mean nothing" in note


@pytest.mark.parametrize(
    ("content", "is_doubted"),
    [
        ("Weymi,Belve\nMive,Dromi\nFipfip,Kalo\n", True),
        ("weymi,belve\nmive,dromi\nfipfip,kalo\n", True),
        ("name,town\nMive,Dromi\nFipfip,Kalo\n", False),  # in small letters
        ("Name,Town\nMive,Dromi Bel\nFipfip,Kalo\n", True),
        ("Name,Age\nMive,31\nFipfip,44\n", False),  # above numbers
        ("Weymi,colour\nMive,red\nFipfip,red\nDromi,blue\nKalo,blue\n", False),  # a word that alone comes once
        (",1,2,3\n4,27,29,10\n5,59,53,14\n", False),  # counted on
        ("given_name,town\nmive,dromi\nfipfip,kalo\n", False),  # signs that no cell has
    ],
)
def test_it_is_said_where_the_first_line_could_be_a_row(folder: Folder, content: str, is_doubted: bool) -> None:
    assert any("--no-header" in note for note in folder.read(content).notes) is is_doubted
    said = folder.read(content, header=True)
    assert not any("--no-header" in note for note in said.notes)
