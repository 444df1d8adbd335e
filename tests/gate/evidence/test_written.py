"""The bytes are read again by another reader: all cells, headers and rows, and nothing that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import frame

from privsynth.dataset import Column, Dataset, Form, Kind, Table
from privsynth.emit import serialise
from privsynth.gate.evidence.written import read_back
from privsynth.release import Draft
from privsynth.spelling import Spelling
from privsynth.spelling.numbers import NumberStyle
from privsynth.verdict import Finding

COLUMNS = (
    Column("word", Kind.TEXT),
    Column("sum", Kind.NUMBER, spelling=Spelling(decimals=2)),
    Column("day", Kind.DATE),
    Column("=odd", Kind.CATEGORY),
)
DAYS = pd.Series(np.array(["2020-01-02", "NaT", "2021-03-04"], dtype="datetime64[us]"))
TABLE = Table(
    "t",
    COLUMNS,
    frame(**{"word": ["a", None, "=1+1"], "sum": [1.5, None, -2.25], "=odd": ["x", "y", None]}).assign(day=DAYS)[
        [c.name for c in COLUMNS]
    ],
)
TYPES = replace(TABLE, form=Form(text=False, parquet=True))


def read(table: Table, change: Callable[[bytes], bytes] = lambda raw: raw) -> list[Finding]:
    files = {name: change(raw) for name, raw in serialise(Dataset((table,))).items()}
    return read_back(Draft(Dataset((table,)), files))


def failed(found: list[Finding]) -> dict[str, float | None]:
    return {finding.what.removesuffix(" (t)"): finding.measured for finding in found if not finding.passed}


COLUMNS_DIFFER, ROWS_DIFFER = (
    "columns of the file that are not the table's",
    "rows of the file more or fewer than the table's",
)
CELLS_DIFFER, RUNS = (
    "cells of the file that are not the table's",
    "distinct cells that a spreadsheet would run as a formula",
)


def test_what_the_writer_wrote_is_what_the_table_says() -> None:
    assert failed(read(TABLE)) == {}
    assert failed(read(TYPES)) == {}
    assert [(finding.what.removesuffix(" (t)"), finding.n) for finding in read(TABLE)[1:4]] == [
        (COLUMNS_DIFFER, 4),
        (ROWS_DIFFER, 3),
        (CELLS_DIFFER, 12),
    ]
    assert failed(read(replace(TABLE, form=Form(delimiter=";")))) == {}
    assert failed(read(TABLE.take(np.arange(0)))) == {}


@pytest.mark.parametrize(
    ("change", "what", "count"),
    [
        (lambda raw: raw.replace(b"word,", b"words,", 1), COLUMNS_DIFFER, 1),
        (lambda raw: raw.replace(b"word,sum", b"sum,word", 1), COLUMNS_DIFFER, 2),
        (lambda raw: b"\n".join(raw.split(b"\n")[:-2]) + b"\n", ROWS_DIFFER, 1),
        (lambda raw: raw + b"a,1.00,2020-01-01,x\n", ROWS_DIFFER, 1),
        (lambda raw: raw + b"a,1.00,2020-01-01,x\n" * 2, ROWS_DIFFER, 2),
        (lambda raw: raw + b"a,1.00\n", ROWS_DIFFER, 2),  # one more, and torn
        (lambda raw: raw.replace(b"1.50", b"1.51"), CELLS_DIFFER, 1),
        (lambda raw: raw.replace(b"2020-01-02", b"2020-01-03").replace(b"-2.25", b"-2.5"), CELLS_DIFFER, 2),
        (lambda raw: raw.replace(b",x\n", b",z\n"), CELLS_DIFFER, 1),
        (lambda raw: raw.replace(b"'=1+1", b"=1+1"), RUNS, 1),
        (lambda raw: raw.replace(b"'=odd", b"=odd"), RUNS, 1),
    ],
)
def test_whatever_differs_is_counted(change: Callable[[bytes], bytes], what: str, count: int) -> None:
    assert failed(read(TABLE, change)).get(what) == count


def test_the_column_that_differs_is_said() -> None:
    (wrong,) = (finding for finding in read(TABLE, lambda raw: raw.replace(b"1.50", b"1.51")) if not finding.passed)
    assert wrong.where == ("sum",)


def test_a_file_too_few_and_a_file_too_many_are_counted() -> None:
    both = Dataset((TABLE, replace(TABLE, name="u")))
    files = serialise(both)
    assert failed(read_back(Draft(both, {"t.csv": files["t.csv"]}))) == {"files that no table asks for": 1}
    assert failed(read_back(Draft(both, {**files, "v.csv": b"", "w.csv": b""}))) == {"files that no table asks for": 2}


@pytest.mark.parametrize(
    ("other", "what", "count"),
    [
        (replace(TYPES, frame=TYPES.frame.assign(sum=[1.5, np.nan, -2.0])), CELLS_DIFFER, 1),
        (replace(TYPES, frame=TYPES.frame.assign(word=pd.Series(["b", None, "c"], dtype=object))), CELLS_DIFFER, 2),
        (replace(TYPES, frame=TYPES.frame.assign(day=DAYS[::-1].to_numpy())), CELLS_DIFFER, 2),
        (TYPES.take(np.arange(2)), ROWS_DIFFER, 1),
        (replace(TYPES, columns=COLUMNS[:3], frame=TYPES.frame.iloc[:, :3]), COLUMNS_DIFFER, 1),
    ],
)
def test_values_of_a_parquet_file_are_the_tables(other: Table, what: str, count: int) -> None:
    files = serialise(Dataset((other,)))
    assert failed(read_back(Draft(Dataset((TYPES,)), files))).get(what) == count


@pytest.mark.parametrize(
    ("word", "is_live"),
    [
        ("-12.5", False),
        ("+1,234.5", False),
        ("-5 %", False),
        ("-5 kg", False),
        ("-5.5 km/h", False),
        ("-12 m2", False),
        ("-$1,234.50", False),
        ("-1.234,50 €", False),
        ("-5 °C", False),
        ("-US$5", True),
        ("-kr5", True),
        ("-E5", True),
        ("-2/3", True),
        ("-2-3", True),
        ("-5 kg|x", True),
        ("-5 SUM(A1)", True),
        ("-5 kg!A1", True),
        ("-5%", False),
        ("-1e5", False),
        ("-1+2", True),
        ("@a", True),
        ("a=1", False),
    ],
)
def test_numbers_with_a_sign_are_no_formulas(word: str, is_live: bool) -> None:
    table = Table("t", (Column("word", Kind.TEXT), Column("n", Kind.TEXT)), frame(word=[word], n=["x"]))
    found = failed(read_back(Draft(Dataset((table,)), {"t.csv": f'word,n\n"{word}",x\n'.encode()})))
    assert (RUNS in found) is is_live


def test_files_are_told_in_the_order_of_their_tables() -> None:
    """In the order of a set they would differ from run to run."""
    data = Dataset(tuple(replace(TABLE, name=name) for name in ("b", "e", "a", "d", "c", "f")))
    of_files = read_back(Draft(data, serialise(data)))
    assert list(dict.fromkeys(finding.table for finding in of_files if finding.table)) == data.names


def test_a_number_with_its_unit_and_a_word_for_missing_are_read_back() -> None:
    columns = (
        Column("n", Kind.NUMBER, spelling=Spelling(2, thousands=",", style=NumberStyle(positive="$#", negative="-$#"))),
        Column("m", Kind.INTEGER, spelling=Spelling(null="90+")),
    )
    rows = frame(n=[-1234.5, 2.0], m=[90.0, np.nan])
    table = Table("t", columns, rows, form=Form(parquet=True, types={"m": pa.string()}))
    files = serialise(Dataset((table,)))
    assert files["t.csv"] == b'n,m\n"-$1,234.50",90\n$2.00,90+\n'
    assert failed(read_back(Draft(Dataset((table,)), files))) == {}
