"""The torture files: right, or refused, or noted; never read wrong without a word."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from privsynth.emit import serialise
from privsynth.emit.rows import guarded
from privsynth.errors import InputError
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.proposal import UnsureError
from read.files import Folder, as_written, blanked, cells


def objects(path: Path) -> list[list[str | None]]:
    made = json.loads(path.read_text("utf-8"))
    made = made if isinstance(made, list) else [made]
    return blanked([list(made[0]), *(list(map(str, item.values())) for item in made)])


def folder_of(material: Path, name: str) -> Path:
    return material / "csv" / name


def test_all_of_csv_spectrum_is_read_right(material: Path) -> None:
    place = folder_of(material, "csv-spectrum")
    files = sorted((place / "csvs").glob("*.csv"))
    assert len(files) == 12
    for file in files:
        found, expected = cells(read_files([file], Policy()).tables[0]), objects(place / "json" / f"{file.stem}.json")
        if file.stem == "location_coordinates":
            found[1][0] = expected[1][0]  # the answer holds another phone number than the file
        assert found == expected, file.name


def test_all_valid_csv_test_data_is_read_right(material: Path) -> None:
    place = folder_of(material, "csv-test-data")
    for answer in sorted((place / "json").glob("*.json")):
        file, expected = place / "csv" / f"{answer.stem}.csv", json.loads(answer.read_text("utf-8"))
        if answer.stem == "header-no-rows":
            with pytest.raises(InputError, match="no row"):
                read_files([file], Policy())
        elif answer.stem.startswith("header"):
            assert cells(read_files([file], Policy()).tables[0]) == objects(answer), file.name
        else:
            raw = cells(read_files([file], Policy(read={"header": False})).tables[0])[1:]
            assert raw == [[cell or None for cell in row] for row in expected], file.name


@pytest.mark.parametrize(
    "name",
    [
        "header-less-fields",
        "header-more-fields",
        "header-no-header",
        "header-wrong-header",
        "missing-quote",
        "quotes-with-unescaped-quote",
    ],
)
def test_bad_csv_test_data_is_refused(material: Path, name: str) -> None:
    with pytest.raises(InputError):
        read_files([folder_of(material, "csv-test-data") / "csv" / f"bad-{name}.csv"], Policy())


def test_an_unescaped_quote_is_noted_with_its_line(material: Path) -> None:
    data = read_files([folder_of(material, "csv-test-data") / "csv" / "bad-unescaped-quote.csv"], Policy())
    assert any("quotes inside unquoted fields" in note and "line 2" in note for note in data.notes)


AT_ONCE = {
    *("double_trailing_newline", "escape_char_0x5C", "field_delimiter_0x2C_0x20", "field_delimiter_0x3B"),
    *("field_delimiter_0x9", "no_trailing_newline", "one_data_row", "record_delimiter_0xA", "record_delimiter_0xD"),
    "source",
}
WITHOUT_ROWS = {"no_payload", "header_only"}


def test_damaged_tables_are_right_at_once_or_by_their_proposal(material: Path) -> None:
    place = folder_of(material, "pollock")
    at_once, refused = set(), set()
    for file in sorted((place / "csv").glob("*.csv")):
        with (place / "clean" / file.name).open(encoding="utf-8", newline="") as clean:
            expected = list(csv.reader(clean))
        name = file.stem.removeprefix("file_")
        try:
            found = as_written(file)
            at_once.add(name)
        except UnsureError as error:
            found = as_written(file, **error.proposal.options)
        except InputError:
            refused.add(name)
            continue
        assert found == ([[f"c{n}" for n in range(1, 10)], *expected] if name == "no_header" else expected), name
    assert (at_once, refused) == (AT_ONCE, WITHOUT_ROWS)


def test_files_of_frictionless_are_read_or_refused_in_our_words(material: Path) -> None:
    files = sorted(folder_of(material, "frictionless").glob("*.csv"))
    assert len(files) > 35
    hints = []
    for file in files:
        try:
            assert len(read_files([file], Policy()).tables[0])
        except InputError as error:
            hints.append(error.hint)
    assert all(hints)


@pytest.mark.parametrize(
    "name",
    [
        "defective-rows",
        "invalid",
        "capital-invalid",
        "countries",
        "country-2",
        "empty",
    ],
)
def test_what_is_ragged_or_empty_is_refused(material: Path, name: str) -> None:
    with pytest.raises(InputError):
        read_files([folder_of(material, "frictionless") / f"{name}.csv"], Policy())


def test_encodings_of_one_table_give_equal_cells(material: Path) -> None:
    place = folder_of(material, "csvw") / "syntax"
    found = {
        name: cells(read_files([place / f"test-{name}.csv"], Policy()).tables[0])
        for name in ("utf8", "utf8-bom", "utf16-bom", "utf16")
    }
    assert found["utf8"] == found["utf8-bom"] == found["utf16-bom"] == found["utf16"]
    assert found["utf8"][3][0] == '"never again"\r\nwe said'


def test_tables_of_csvw_are_read_or_refused(material: Path) -> None:
    hints = []
    for file in sorted((folder_of(material, "csvw") / "tests").rglob("*.csv")):
        try:
            read_files([file], Policy())
        except InputError as error:
            hints.append(error.hint)
    assert all(hints)


@pytest.mark.parametrize(
    "name",
    [
        "adult.train.csv.gz",
        "bank.train.csv.gz",
        "titanic.csv",
        "berka/account.csv.gz",
        "berka/loan.csv.gz",
        "berka/district.csv.gz",
        "berka/client.csv.gz",
    ],
)
def test_real_tables_come_back_byte_for_byte(material: Path, name: str) -> None:
    file = material / "tables" / name
    raw = gzip.decompress(file.read_bytes()) if name.endswith("gz") else file.read_bytes()
    assert list(serialise(read_files([file], Policy())).values()) == [raw]


@pytest.fixture(scope="session")
def naughty(material: Path) -> list[str]:
    strings: list[str] = json.loads((material / "csv" / "blns" / "blns.json").read_text("utf-8"))
    return list(dict.fromkeys(text for text in strings if text.strip() and "\0" not in text))


def test_naughty_strings_survive_as_cells(naughty: list[str], folder: Folder) -> None:
    from privsynth.read.frames import read_frame

    frame = as_frame({"n": [str(number) + "x" for number in range(len(naughty))], "text": naughty})
    written = serialise(read_frame(frame, Policy(tables={"table": {"columns": {"text": {"kind": "text"}}}})))[
        "table.csv"
    ]
    back = folder.table(written, tables={"data": {"columns": {"text": {"kind": "text"}}}})  # type: ignore[arg-type]
    assert list(back.text("text")) == [guarded(text) for text in naughty]


def test_naughty_strings_survive_as_headers(naughty: list[str], folder: Folder) -> None:
    from privsynth.read.frames import read_frame

    names = list({guarded(text): text for text in naughty}.values())
    written = serialise(read_frame(as_frame({text: ["a", "b"] for text in names}), Policy()))["table.csv"]
    assert [column.name for column in folder.table(written, header=True).columns] == [guarded(text) for text in names]


def as_frame(columns: dict[str, list[str]]) -> Any:
    import pyarrow as pa

    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
