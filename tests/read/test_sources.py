"""Files, folders, archives and the standard input, within their limits."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from privsynth.dataset import Kind
from privsynth.errors import InputError, PolicyError
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.sources import table_name
from read.files import Folder

CSV = b"a,b\n1,x\n2,y\n"


def test_a_folder_is_one_dataset_of_its_data_files(folder: Folder) -> None:
    folder.put(CSV, "two.csv")
    folder.put(gzip.compress(CSV), "one.csv.gz")
    folder.put("a\tb\n1\t2\n", "three.tsv")
    pd.DataFrame({"a": [1]}).to_parquet(folder.path / "four.parquet")
    folder.put("words", "README.md")
    folder.put("hidden", ".hidden.csv")
    data = read_files([folder.path], Policy())
    assert data.names == ["four", "one", "three", "two"]
    assert any("1 other file" in note for note in data.notes)


def test_table_names_are_clean_and_unique(folder: Folder) -> None:
    (folder.path / "sub").mkdir()
    paths = [
        folder.put(CSV, "my data.csv"),
        folder.put(CSV, "my_data.csv"),
        folder.put(CSV, "MY-DATA.csv"),
        folder.put(CSV, "My_Data.tsv.csv"),
    ]
    assert read_files(paths, Policy(read={"delimiter": ","})).names == ["my_data", "my_data_2", "MY-DATA", "My_Data_3"]
    assert [table_name(name) for name in ("a.csv.gz", "../x.csv", "-rf.csv", "顧客.csv", "\x1b[1m.csv", "...csv")] == [
        "a",
        "x",
        "rf",
        "顧客",
        "1m",
        "table",
    ]


def test_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CSV)))
    assert read_files(["-"], Policy()).names == ["stdin"]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(CSV, mtime=0)[:-5],
        gzip.compress(CSV, mtime=0) + b"rubbish",
        b"\x1f\x8b\x08\x00nonsense",
        b"PK\x03\x04rest",
        b"%PDF-1.7",
    ],
)
def test_damaged_archives_and_other_formats_are_refused(folder: Folder, content: bytes) -> None:
    with pytest.raises(InputError):
        folder.read(content, name="x.csv.gz")


def test_a_bomb_is_refused(folder: Folder) -> None:
    with pytest.raises(InputError, match="100 times"):
        folder.read(gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000), name="x.csv.gz")


def test_several_members_of_an_archive_are_one_file(folder: Folder) -> None:
    assert len(folder.read(gzip.compress(CSV) + gzip.compress(b"3,z\n"), name="x.csv.gz").tables[0]) == 3


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz"])
def test_a_file_beyond_the_limit_is_refused(folder: Folder, name: str) -> None:
    content = CSV + b"3,w\n" * 100
    with pytest.raises(InputError, match="larger than 100 bytes"):
        folder.read(gzip.compress(content) if name.endswith("gz") else content, name=name, max_bytes=100)


def test_missing_files_and_empty_folders_are_input_errors(folder: Folder) -> None:
    for path in (folder.path / "none.csv", folder.path / "none.parquet", folder.path):
        with pytest.raises(InputError):
            read_files([path], Policy())


@pytest.mark.parametrize("paths", [[], "data.csv"])
def test_no_list_of_paths_is_a_policy_error(paths: list[str]) -> None:
    with pytest.raises(PolicyError):
        read_files(paths, Policy())


def test_a_file_named_twice_is_a_policy_error(folder: Folder) -> None:
    path = folder.put(CSV)
    with pytest.raises(PolicyError, match="twice"):
        read_files([path, folder.path / "." / path.name], Policy())


def test_a_folder_that_cannot_be_read_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(InputError, match="Permission denied"):
        read_files([folder.path], Policy())


def test_parquet_keeps_its_types_and_limits(folder: Folder) -> None:
    path = folder.path / "t.parquet"
    pd.DataFrame({"i": [1, 2], "t": ["x", "y"], "d": pd.to_datetime(["2020-01-01", "2020-01-02"])}).to_parquet(path)
    data = read_files([path], Policy())
    assert [c.kind for c in data.tables[0].columns] == [Kind.INTEGER, Kind.TEXT, Kind.DATE]
    for limit in ({"max_cells": 3}, {"max_columns": 2}, {"max_bytes": 10}):
        with pytest.raises(InputError, match="more"):
            read_files([path], Policy(read=limit))
    folder.put(b"PAR1 broken PAR1", "t.parquet")
    with pytest.raises(InputError, match="Parquet"):
        read_files([path], Policy())


def test_nested_parquet_is_refused_by_column(folder: Folder) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"ok": [1], "deep": [[1, 2]]}), folder.path / "t.parquet")
    with pytest.raises(InputError, match="'deep'") as caught:
        read_files([folder.path / "t.parquet"], Policy())
    assert caught.value.column == "deep"


def test_how_each_file_was_read_is_noted(folder: Folder) -> None:
    assert folder.read("a;b\n1;x\n").notes[0] == "data.csv: read as utf-8, delimiter semicolon, 1 rows and 2 columns"
