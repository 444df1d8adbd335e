"""A file dealt into parts: every row once, whole people, strict reading, and nothing guessed twice."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from privsynth.dataset import Kind, Table
from privsynth.errors import InputError
from privsynth.policy import Policy
from privsynth.read.parts import Layout, beginning, deal, part, spool
from privsynth.read.sources import SourceFile

POLICY = Policy(backend="mask")


def written(folder: Path, text: str, name: str = "visits.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


def dealt(path: Path, folder: Path, parts: int = 3, person: str | None = None, policy: Policy = POLICY):
    layout, head, notes = beginning(SourceFile(path.name, path.stem, path), path, policy.read, policy.table(path.stem))
    target = folder / "private"
    target.mkdir()
    made = deal(layout, target, parts, policy.read, person=person, rng=np.random.default_rng(1))
    return layout, head, made.files, made.rows, [*notes, *made.notes]


@pytest.mark.parametrize(
    ("before", "after", "asked", "says"),
    [
        ("title\n\n", "", {"skip": 2}, "2 lines above the table left out"),
        ("", "Source: x\n\nNote\n", {"footer": 2}, "3 lines below the table left out"),
        ("# by hand\n", "# the end\n", {"comment": "#"}, "2 lines of comment left out"),
        ("", "p9,2024-01-01\n", {"on_ragged": "pad"}, "1 row of too few fields filled up"),
        ("", "p9,2024-01-01\n", {"on_ragged": "drop"}, "1 row of another width left out"),
        ("a,b,c,d\n", "", {"header_lines": 2}, "kinds"),
        ("sep=,\n", "", {}, "kinds"),
        ("\n\n", "", {}, "2 blank lines left out"),
    ],
)
def test_a_stream_is_laid_out_as_asked(
    tmp_path: Path, before: str, after: str, asked: dict[str, object], says: str
) -> None:
    policy = Policy(backend="mask", read=asked)
    path = written(tmp_path, before + rows_text(900) + after)
    layout, head, files, rows, notes = dealt(path, tmp_path, policy=policy)
    tables = [one(file, layout, head, policy) for file in files]
    assert rows == 900 + (asked.get("on_ragged") == "pad")
    assert sum(map(len, tables)) == rows
    assert says == "kinds" or any(says in note for note in notes)
    assert [column.name.split()[-1] for column in tables[0].columns] == ["person", "day", "amount", "remark"]


@pytest.mark.parametrize("asked", [{"table": 1}, {"on_ragged": "merge"}, {"escape": "backslash"}, {"delimiter": "::"}])
def test_what_a_stream_cannot_honour_is_refused_by_name(tmp_path: Path, asked: dict[str, object]) -> None:
    with pytest.raises(InputError, match="stream"):
        dealt(written(tmp_path, rows_text(900)), tmp_path, policy=Policy(backend="mask", read=asked))


def test_lines_of_a_stream_are_those_of_the_file(tmp_path: Path) -> None:
    text = "title\n\n" + rows_text(900).replace("\nc ", " ") + "p9,2024-01-01\n"
    with pytest.raises(InputError) as caught:
        dealt(written(tmp_path, text), tmp_path, policy=Policy(backend="mask", read={"skip": 2}))
    assert caught.value.line == 904


def test_a_proposal_for_a_stream_is_taken_when_it_is_accepted(tmp_path: Path) -> None:
    path = written(tmp_path, "title\n\n" + rows_text(900))
    with pytest.raises(InputError) as caught:
        dealt(path, tmp_path)
    assert "--skip 2" in caught.value.hint
    (tmp_path / "again").mkdir()
    *_, rows, notes = dealt(path, tmp_path / "again", policy=Policy(backend="mask", read={"accept": True}))
    assert rows == 900
    assert any("read as proposed (--skip 2)" in note for note in notes)


@pytest.fixture(autouse=True)
def _short_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is looked at first, so that little is needed to come after it."""
    monkeypatch.setattr("privsynth.read.parts.HEAD", 2**14)


def one(file: Path, layout: Layout, head: Table, policy: Policy, counted: Counter[str] | None = None) -> Table:
    misfits = Counter[str]() if counted is None else counted
    return part(file, layout, head, policy.read, wishes=policy.table(layout.table), misfits=misfits)


def rows_text(count: int) -> str:
    return "person,day,amount,remark\n" + "".join(
        f'p{i // 3},2024-01-{1 + i % 28:02d},{i}.5,"a, ""b""\nc {i}"\n' for i in range(count)
    )


def test_every_row_is_in_one_part_and_types_hold(tmp_path: Path) -> None:
    layout, head, files, rows, _ = dealt(written(tmp_path, rows_text(900)), tmp_path)
    tables = [one(file, layout, head, POLICY) for file in files]
    assert rows == 900
    assert sorted(value for table in tables for value in table.values("amount")) == [i + 0.5 for i in range(900)]
    assert all(table["day"].kind is Kind.DATE for table in tables)
    assert all(len(table) > 200 for table in tables)
    assert {table.values("remark")[0][:9] for table in tables} == {'a, "b"\nc '}


def test_all_rows_of_a_person_are_in_one_part(tmp_path: Path) -> None:
    layout, head, files, _, _ = dealt(written(tmp_path, rows_text(900)), tmp_path, person="person")
    people = [set(one(file, layout, head, POLICY).values("person")) for file in files]
    assert sum(map(len, people)) == len(set.union(*people)) == 300


def test_rows_without_a_person_are_nobody_together(tmp_path: Path) -> None:
    path = written(tmp_path, "person,n\n" + ",1\n" * 600)
    layout, head, files, _, _ = dealt(path, tmp_path, person="person", policy=POLICY)
    assert all(len(one(file, layout, head, POLICY)) > 100 for file in files)


def test_the_parts_are_for_their_owner_alone(tmp_path: Path) -> None:
    _, _, files, _, _ = dealt(written(tmp_path, rows_text(30)), tmp_path)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n" + "1,2\n" * 70_000 + "1,2,3\n", "3 fields in or shortly before this line, instead of 2"),
        ("a,b\n" + "1,2\n" * 70_000 + '1,"2\n', "a quote does not close"),
        ("a,b\n" + "1,2\n" * 12_000, "larger"),
    ],
)
def test_what_cannot_be_read_for_certain_stops_the_run(tmp_path: Path, text: str, why: str) -> None:
    policy = POLICY if why != "larger" else Policy(backend="mask", read={"max_cells": 20_000})
    with pytest.raises(InputError, match=why if why != "larger" else "more than"):
        dealt(written(tmp_path, text), tmp_path, policy=policy)


def test_bytes_that_are_no_text_stop_the_run_without_being_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,2\n" * 9_000)
    with path.open("ab") as file:
        file.write(b"1,SECRET\xff\n")
    with pytest.raises(InputError, match="not utf-8") as caught:
        dealt(path, tmp_path)
    assert "SECRET" not in str(caught.value)


def test_a_later_value_of_another_kind_is_refused_by_its_column_and_never_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "name,n\n" + "ada,1\n" * 9_000 + "ada,HIDDEN\n")
    layout, head, files, _, _ = dealt(path, tmp_path, parts=1)
    with pytest.raises(InputError, match="column n: its first rows are of kind integer") as caught:
        one(files[0], layout, head, POLICY)
    assert "HIDDEN" not in str(caught.value)
    assert caught.value.column == "n"


def test_other_encodings_and_delimiters_are_read_as_they_were_found(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(("name;town\n" + "Jörg;Köln\n" * 300).encode("cp1252"))
    policy = Policy(backend="mask", read={"encoding": "cp1252"})
    layout, head, files, rows, _ = dealt(path, tmp_path, policy=policy)
    assert rows == 300
    assert set(one(files[0], layout, head, policy).values("town")) == {"Köln"}
    assert head.form.delimiter == ";"


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(b"\xef\xbb\xbf" + rows_text(30).encode())
    layout, _, _, _, _ = dealt(path, tmp_path)
    assert layout.names[0] == "person"


def test_a_stream_is_spooled_privately_and_within_its_limit(tmp_path: Path) -> None:
    assert spool(io.BytesIO(b"a,b\n1,2\n"), tmp_path / "in.csv", 100) == 8
    assert (tmp_path / "in.csv").stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="more than 3 bytes"):
        spool(io.BytesIO(b"a,b\n"), tmp_path / "more.csv", 3)


def test_rows_of_another_width_are_dropped_where_that_was_asked_and_counted(tmp_path: Path) -> None:
    policy = Policy(backend="mask", read={"on_ragged": "drop"})
    path = written(tmp_path, "a,b\n" + "1,2\n" * 9_000 + "1,2,3\n\n1,2\n")
    _, _, _, rows, notes = dealt(path, tmp_path, policy=policy)
    assert rows == 9_001
    assert "visits.csv: 1 blank line left out" in notes
    assert "visits.csv: 1 row of another width left out" in notes


def test_where_the_policy_allows_it_later_misfits_are_missing_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "name,n\n" + "ada,1\n" * 9_000 + "ada,HIDDEN\nada,OTHER\n")
    allowed = {"n": {"kind": "integer", "misfits": "missing"}}
    policy = Policy(backend="mask", tables={"visits": {"columns": allowed}})
    layout, head, files, _, _ = dealt(path, tmp_path, parts=1, policy=policy)
    counted = Counter[str]()
    values = one(files[0], layout, head, policy, counted).values("n")
    assert (np.isnan(values).sum(), counted) == (2, {"n": 2})


def test_the_word_for_missing_that_the_beginning_has_holds_for_every_part(tmp_path: Path) -> None:
    path = written(tmp_path, "name,n\n" + "ada,1\nada,2\nada,3\n" * 300 + "ada,unsure\n" * 30)
    layout, head, files, _, _ = dealt(path, tmp_path, parts=20)
    assert head["n"].spelling.null == "unsure"
    values = np.concatenate([one(file, layout, head, POLICY).values("n") for file in files])
    assert np.isnan(values).sum() == 30


def test_a_part_without_any_number_keeps_its_kind(tmp_path: Path) -> None:
    path = written(tmp_path, "name,n\n" + "ada,1\n" * 3 + "ada,\n" * 900 + "ada,NA\n")
    layout, head, files, _, _ = dealt(path, tmp_path, parts=20)
    assert {str(one(file, layout, head, POLICY).values("n").dtype) for file in files} == {"float64"}
