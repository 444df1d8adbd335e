"""A table goes back into the kind of file that it came from."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privsynth.dataset import Column, Dataset, Form, Kind, Table
from privsynth.emit import in_form, serialise
from privsynth.gate.evidence.written import read_back
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.release import Draft
from privsynth.spelling import Spelling

RICH = pa.table(
    {
        "small": pa.array([1, None, 3], pa.int8()),
        "large": pa.array([12345678901234567, None, 5], pa.int64()),
        "single": pa.array([0.1, None, 2.5], pa.float32()),
        "double": pa.array([0.1 + 0.2, None, 1e-12]),
        "exact": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("-2.25")], pa.decimal128(9, 2)),
        "yes": pa.array([True, None, False]),
        "level": pa.array(["a", None, "b"]).dictionary_encode(),
        "text": pa.array(["=1+1", None, "x,y"]),
        "digits": pa.array(["1.50", None, "2.25"]),
        "day": pa.array([dt.date(2020, 1, 1), None, dt.date(1999, 12, 31)]),
        "moment": pa.array([1_600_000_000_123, None, 0], pa.timestamp("ms")),
        "zoned": pa.array([1_600_000_000_000, None, 0], pa.timestamp("ms", "Europe/Stockholm")),
        "clock": pa.array([dt.time(10, 30), None, dt.time(0, 0, 1)], pa.time64("us")),
    }
)


def put(folder: Path, name: str, content: bytes) -> Path:
    place = folder / name
    place.write_bytes(content)
    return place


def parquet(table: Any) -> bytes:
    sink = BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def failures(data: Dataset, files: dict[str, bytes]) -> list[str]:
    return [finding.what for finding in read_back(Draft(data, files)) if not finding.passed]


def test_parquet_comes_back_in_its_types_and_says_that_it_is_synthetic(tmp_path: Path) -> None:
    data = read_files([put(tmp_path, "t.parquet", parquet(RICH))], Policy())
    files = serialise(data)
    assert list(files) == ["t.parquet"]
    back = pq.read_table(BytesIO(files["t.parquet"]))
    assert back.schema.metadata == {b"synthetic": b"true", b"generator": b"privsynth"}
    assert back.replace_schema_metadata(None).equals(RICH)
    assert failures(data, files) == []


def test_rows_that_follow_real_rows_are_not_called_synthetic(tmp_path: Path) -> None:
    data = read_files([put(tmp_path, "t.parquet", parquet(RICH))], Policy())
    files = serialise(Dataset((replace(data.tables[0], origin=np.arange(3)),)))
    assert pq.read_metadata(BytesIO(files["t.parquet"])).metadata[b"synthetic"] == b"masked"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b"a,b\n1.5,x\n2.5,y\n"),
        ("t.csv", b'a;b\n1,5;x\n-2,5;"y,z"\n'),
        ("t.csv", b"a;b\n1.234,50;x\n-22.234,50;y\n"),
        ("t.csv", b"a|b\n1,5|x\n2,5|y\n"),
        ("t.tsv", b"a\tb\n1,5\tx\n2,5\ty\n"),
        ("t.csv", b'a,b\n"1,5",x\n"2,5",y\n'),
        ("t.tsv", b"a\nx\ny\n"),
        ("t.csv", b"a;b\n-1'234.50;x\n2'234.50;y\n"),
    ],
)
def test_text_comes_back_byte_for_byte_with_its_delimiter(tmp_path: Path, name: str, content: bytes) -> None:
    data = read_files([put(tmp_path, name, content)], Policy())
    assert serialise(data) == {name: content}
    assert failures(data, serialise(data)) == []


def test_a_tab_in_a_csv_makes_a_tsv_and_gzip_comes_back_unpacked(tmp_path: Path) -> None:
    data = read_files([put(tmp_path, "t.csv.gz", gzip.compress(b"a\tb\n1\tx\n"))], Policy())
    assert serialise(data) == {"t.tsv": b"a\tb\n1\tx\n"}


def test_a_delimiter_that_is_not_found_by_looking_is_not_written(tmp_path: Path) -> None:
    data = read_files([put(tmp_path, "t.csv", "a§b\n1§x\n".encode())], Policy(read={"delimiter": "§"}))
    assert serialise(data) == {"t.csv": b"a,b\n1,x\n"}


def test_the_policy_says_which_files() -> None:
    source = Dataset(
        (
            Table(
                "t",
                (Column("a", Kind.TEXT),),
                pd.DataFrame({"a": pd.Series(["x"], dtype=object)}),
                form=Form(delimiter=";"),
            ),
        )
    )
    made = Dataset((replace(source.tables[0], form=Form()),))
    names = {wish: list(serialise(in_form(made, source, wish))) for wish in ("same", "csv", "parquet", "both")}
    assert names == {"same": ["t.csv"], "csv": ["t.csv"], "parquet": ["t.parquet"], "both": ["t.csv", "t.parquet"]}
    assert in_form(made, source, "same").tables[0].form.delimiter == ";"
    assert in_form(made, Dataset(()), "same").tables[0].form.files("t") == ["t.csv"]


def test_text_becomes_parquet_of_the_usual_types_with_no_more_digits_than_the_text_shows() -> None:
    columns = (
        Column("i", Kind.INTEGER),
        Column("n", Kind.NUMBER, spelling=Spelling(1, decimal_mark=",", thousands=".")),
        Column("d", Kind.DATE),
    )
    frame = pd.DataFrame(
        {"i": [1.0, np.nan], "n": [1234.5678, np.nan], "d": np.array(["2020-01-02", "NaT"], dtype="datetime64[us]")}
    )
    data = Dataset((Table("t", columns, frame, form=Form(text=False, parquet=True)),))
    files = serialise(data)
    back = pq.read_table(BytesIO(files["t.parquet"]))
    assert back.to_pydict() == {"i": [1, None], "n": [1234.6, None], "d": [dt.date(2020, 1, 2), None]}
    assert failures(data, files) == []


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda t: t.slice(0, 2), "rows of the file more or fewer than the table's (t)"),
        (lambda t: t.drop_columns(["yes"]), "columns of the file that are not the table's (t)"),
        *(
            (
                lambda t, at=at: t.set_column(at, t.field(at), t.column(at).take(pa.array([2, 1, 0]))),
                "cells of the file that are not the table's (t)",
            )
            for at in range(13)
        ),
    ],
)
def test_a_parquet_file_that_says_something_else_fails(tmp_path: Path, spoil: Callable[[Any], Any], what: str) -> None:
    data = read_files([put(tmp_path, "t.parquet", parquet(RICH))], Policy())
    files = {"t.parquet": parquet(spoil(RICH))}
    assert failures(data, files) == [what]


def test_a_missing_and_a_needless_file_fail(tmp_path: Path) -> None:
    data = read_files([put(tmp_path, "t.parquet", parquet(RICH))], Policy(write={"format": "same"}))
    assert failures(data, {}) == failures(data, {**serialise(data), "t.csv": b""}) == ["files that no table asks for"]
