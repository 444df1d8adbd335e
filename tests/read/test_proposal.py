"""What cannot be read for certain comes with a reading, and however it is accepted the cells are equal."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from command import privsynth

from privsynth.errors import InputError, PolicyError
from privsynth.policy import Policy, load_policy
from privsynth.read import read_files
from privsynth.read.proposal import ENOUGH, UnsureError, accepted
from read.files import Folder, cells

ROWS = "".join(f"{n},name {chr(97 + n)},{n}.5\n" for n in range(1, 13))
TABLE = f"id,name,amount\n{ROWS}"
FILES = {
    "lines above": ("A report\nof last year\n\n" + TABLE, "--skip 3"),
    "lines below": (TABLE + "\nSource: the office\n", "--footer 1"),
    "lines above and below": (f"A report\n\n{TABLE}Source: the office\n\nDrawn up in May\n", "--skip 2 --footer 2"),
    "lines above, padded": ("A report,,\n,,\n" + TABLE, "--skip 2"),
    "comments": ("# made by hand\n" + TABLE + "# the end\n", "--comment '#'"),
    "no header": (ROWS, "--no-header"),
    "two lines of names": ("id,name,amount\nno,,EUR\n" + ROWS, "--header-lines 2"),
    "the header twice": ("id,name,amount\n" + TABLE, "--header-lines 2"),
    "a short row": (TABLE + "13,name z\n14,name y,3.5\n", "--on-ragged pad"),
    "a long row": (TABLE + "13,name z, the last,4.5\n14,name y,3.5\n", "--on-ragged merge"),
    "a quote that is not doubled": (TABLE + '13,"a 10" board",4.5\n', "--escape none"),
    "escaped delimiters": (TABLE + '13,"a \\"big\\" board",4.5\n', ""),
    "several tables": (TABLE + "\nplace,people\nBonn,3\nRome,4\n", "--table 1"),
    "several tables of one width": (TABLE + "\ncode,town,size\n1,Bonn,3\n2,Rome,4\n", "--table 1"),
    "a delimiter of two": ("note, of May\n" + TABLE.replace(",", "::"), "--skip 1"),
}


def proposal_of(place: Path, **asked: object) -> UnsureError:
    with pytest.raises(UnsureError) as caught:
        read_files([place], Policy(read=asked))
    return caught.value


@pytest.mark.parametrize("name", [name for name, (_, words) in FILES.items() if words])
def test_the_words_of_a_proposal_are_those_one_would_say(folder: Folder, name: str) -> None:
    content, words = FILES[name]
    assert sorted(proposal_of(folder.put(content)).proposal.words.split()) == sorted(words.split())


@pytest.mark.parametrize("name", [name for name, (_, words) in FILES.items() if words])
def test_flags_policy_and_acceptance_give_equal_cells(folder: Folder, name: str) -> None:
    place = folder.put(FILES[name][0])
    error = proposal_of(place)
    by_flags = folder.path / "flags.yaml"
    privsynth("init", str(place), "--out", str(by_flags), *shlex.split(error.proposal.words))
    in_policy = re.search(r"\(in a policy  (read: \{.*\})\)", error.hint)
    assert in_policy is not None
    by_policy = folder.path / "policy.yaml"
    by_policy.write_text(in_policy[1])
    found = [cells(read_files([place], load_policy(file, {})).tables[0]) for file in (by_flags, by_policy)]
    if error.proposal.fit >= ENOUGH:
        data = read_files([place], Policy(read={"accept": True}))
        assert any("read as proposed" in note and error.proposal.words in note for note in data.notes)
        found.append(cells(data.tables[0]))
    else:
        assert "are needed for --accept-reading" in proposal_of(place, accept=True).hint
    assert all(one == found[0] for one in found)
    assert "-reading takes it" in error.hint or error.proposal.fit < ENOUGH


def test_what_is_left_out_is_counted_and_lines_are_those_of_the_file(folder: Folder) -> None:
    content = FILES["lines above and below"][0].replace("3,name d,3.5\n", "3,name d\n")
    data = folder.read(content, skip=2, footer=2, on_ragged="drop")
    notes = "\n".join(data.notes)
    assert "2 lines above the table left out, the first is line 1" in notes
    assert "3 lines below the table left out, the first is line 16" in notes
    assert "left out as asked: 1, the first in line 6" in notes
    assert len(data.tables[0]) == 11


def test_comments_between_rows_do_not_move_the_lines(folder: Folder) -> None:
    content = "# a\nid,n\n1,2\n# b\n3,4\n5\n6,7\n"
    with pytest.raises(InputError) as caught:
        folder.read(content, comment="#")
    assert caught.value.line == 6


def test_a_comment_sign_inside_quotes_is_text(folder: Folder) -> None:
    assert folder.cells('a,b\nx,"one\n# two"\n# no row\ny,z\n', comment="#")[1] == ["x", "one\n# two"]


def test_an_index_is_no_reason_to_refuse(folder: Folder) -> None:
    assert folder.cells(",x\n0,a\n1,b\n")[0] == ["c1", "x"]


@pytest.mark.parametrize("content", ["id,name\n", "a,b\n1,2\n3\n", "a,b\n1,2,3\n", "x\n", ""])
def test_what_shows_no_reading_gets_no_proposal(folder: Folder, content: str) -> None:
    with pytest.raises(InputError) as caught:
        folder.read(content, accept=True)
    assert not isinstance(caught.value, UnsureError) or caught.value.proposal.fit < ENOUGH


def test_a_file_with_names_and_no_row_is_called_so(folder: Folder) -> None:
    with pytest.raises(InputError, match="the file has names and no row"):
        folder.read("id,name,amount\n")


def test_two_delimiters_that_fit_alike_are_not_taken_unasked(folder: Folder) -> None:
    error = proposal_of(folder.put("a,b;c\n" + "1,2;3\n4,5;6\n" * 4), accept=True)
    assert error.proposal.fit < ENOUGH


def test_a_record_in_two_lines_is_not_filled_up(folder: Folder) -> None:
    """An unquoted line end makes two short rows of one; filling them would make two people of one."""
    error = proposal_of(folder.put(TABLE + "13,in two\nlines,4.5\n14,x,5.5\n"))
    assert error.proposal.options == {"on_ragged": "drop"}


def test_a_long_row_whose_overflow_fits_two_columns_is_dropped_and_counted(folder: Folder) -> None:
    content = "a,b,n\n" + "".join(f"w{n}x{n * n},v{n}{'y' * n},{n}\n" for n in range(1, 9)) + "p,q,r,5\n"
    data = folder.read(content, on_ragged="merge")
    assert len(data.tables[0]) == 8
    assert any("left out as asked: 1, the first in line 10" in note for note in data.notes)


def test_a_quoted_field_is_whole(folder: Folder) -> None:
    content = "a,b,n\n" + "".join(f'w{n}x{n * n},"v{n}{"y" * n}",{n}\n' for n in range(1, 9)) + 'p,q,"r",5\n'
    data = folder.read(content, on_ragged="merge")
    assert cells(data.tables[0])[-1] == ["p,q", "r", "5"]
    assert any("put back into 'a': 1, the first in line 10" in note for note in data.notes)


def test_each_file_may_have_a_layout_of_its_own(folder: Folder) -> None:
    one, two = folder.put("title\n\n" + TABLE, "one.csv"), folder.put(TABLE + "the end\n", "two.csv")
    with pytest.raises(UnsureError) as caught:
        read_files([one, two], Policy())
    assert "in the policy  tables.one.read: { skip: 2 }" in caught.value.hint
    data = read_files([one, two], Policy(tables={"one": {"read": {"skip": 2}}, "two": {"read": {"footer": 1}}}))
    assert [len(table) for table in data] == [12, 12]
    settled = accepted([one, two], Policy(read={"accept": True}))
    assert {name: table.read.said for name, table in settled.tables.items()} == {
        "one": {"skip": 2},
        "two": {"footer": 1},
    }
    assert cells(read_files([one, two], settled).tables[0]) == cells(data.tables[0])


def test_an_accepted_reading_stands_in_the_policy_of_init(folder: Folder) -> None:
    place, plan = folder.put(FILES["lines above and below"][0]), folder.path / "plan.yaml"
    privsynth("init", str(place), "--accept-reading", "--out", str(plan))
    assert load_policy(plan, {}).read.said == {"skip": 2, "footer": 2}


def test_inspect_shows_what_each_line_is_taken_for_also_of_a_refused_file(folder: Folder) -> None:
    place = folder.put(FILES["lines above and below"][0])
    shown = privsynth("inspect", str(place))
    assert shown.returncode == 5
    assert [line.split("  ")[0] for line in shown.stdout.splitlines()[2:5]] == ["1", "2", "3"]
    assert "header" in shown.stdout.splitlines()[4]
    assert "name d" not in shown.stdout + shown.stderr
    told = json.loads(privsynth("inspect", str(place), "--json").stdout)
    assert told["reading"][0]["proposal"] == {"skip": 2, "footer": 2}
    taken = {line["line"]: line["taken_for"] for line in told["reading"][0]["lines"]}
    assert [taken[line] for line in (1, 2, 3, 4, 16, 18)] == [
        *("above the header", "above the header", "header", "row"),
        *("below the table", "below the table"),
    ]


def test_header_lines_without_a_header_contradict_each_other() -> None:
    with pytest.raises(PolicyError, match="header_lines"):
        Policy(read={"header": False, "header_lines": 2})


def test_a_table_that_is_not_there_is_refused(folder: Folder) -> None:
    with pytest.raises(InputError, match="no table 3; 2 tables stand"):
        folder.read(FILES["several tables"][0], table=3)
    assert folder.cells(FILES["several tables"][0], table=2) == [["place", "people"], ["Bonn", "3"], ["Rome", "4"]]


def test_lines_that_leave_nothing_are_refused(folder: Folder) -> None:
    with pytest.raises(InputError, match="nothing is left"):
        folder.read("a,b\n1,2\n", skip=9)


def test_of_a_large_file_the_beginning_and_the_end_are_enough(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is guessed from parts is confirmed on the whole, also where rows between the parts are ragged."""
    monkeypatch.setattr("privsynth.read.layout.EXCERPT", 2**12)
    monkeypatch.setattr("privsynth.read.layout.ENDING", 2**9)
    monkeypatch.setattr("privsynth.read.proposal.EXCERPT", 2**12)
    rows = [f"{n},name {n % 7},{n}.5\n" for n in range(2000)]
    rows[1000] = "1000,name 6\n"
    place = folder.put("A report\n\nid,name,amount\n" + "".join(rows) + "Source: the office\n")
    assert proposal_of(place).proposal.options == {"skip": 2, "footer": 1, "on_ragged": "pad"}


def test_row_names_without_a_name_are_a_column(folder: Folder) -> None:
    """As R writes a named vector: nothing above the names, and one name."""
    table = folder.table('"","x"\n"ann",1.5\n"bob",2.5\n"eve",3.5\n')
    assert list(table.text("c1")) == ["ann", "bob", "eve"]


def test_one_column_without_a_name_is_proposed(folder: Folder) -> None:
    text = "151.0\n75.0\n141.0\n206.0\n"
    with pytest.raises(InputError) as caught:
        folder.read(text)
    assert "--no-header" in caught.value.hint
    assert folder.cells(text, accept=True) == folder.cells(text, header=False)


def test_quotes_that_a_reading_cuts_apart_are_asked(folder: Folder) -> None:
    """A record in two lines: with apostrophes as quotes its second half would be a row."""
    rows = ["1980-07-17,5,Bo", "1952-05-15,6", ',"van der Berg, J"', "1981-02-03,7,Al", "1990-12-24,8,Eve"]
    text = "\n".join(["born,id,name", *rows, "1991-12-24,9,Eve", "1992-11-24,10,Ann", "1994-11-20,12,D'Arcy", ""])
    with pytest.raises(InputError):
        folder.read(text, accept=True)
