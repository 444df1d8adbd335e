"""The bytes of a table: exact, readable again, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.emit import rows, serialise
from privsynth.emit.rows import PLAIN, _all_plain, _field, guarded
from privsynth.errors import BackendError
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.spelling import Spelling
from privsynth.spelling.numbers import NumberStyle


def texts(**columns: list[str | None]) -> Dataset:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return Dataset((Table("t", tuple(Column(name, Kind.TEXT) for name in columns), frame),))


def written(data: Dataset) -> bytes:
    return serialise(data)["t.csv"]


PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "-E5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\0=1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20A1",
    "=",
    "+",
    "-",
    "@",
]
PAYLOADS += ["=HYPERLINK(1)", '="x"', "+46 70 123 45 67x", "-2+3+cmd|x", "--1", "+-1", "-1e5e", "-A1", "-.", "=\n1"]
HARMLESS = ["-1", "+1", "-1.5", "-1,5", "-1,234.5", "-1 000", "-1e5", "+.5", "a=1", "1-2", "x@y", "'=1", ""]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_field_and_no_header_starts_a_formula(payload: str) -> None:
    rows = list(
        csv.reader(io.StringIO(written(texts(**{payload: [payload, "x"], "b": ["y", payload]})).decode(), newline=""))
    )
    assert [cell for row in rows for cell in row] == [f"'{payload}", "b", f"'{payload}", "y", "x", f"'{payload}"]


@pytest.mark.parametrize("text", HARMLESS)
def test_plain_numbers_and_other_text_are_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_a_negative_number_keeps_its_sign() -> None:
    frame = pd.DataFrame({"n": [-1.5, np.nan], "d": np.array(["2020-01-31", "NaT"], dtype="datetime64[us]")})
    columns = (
        Column("n", Kind.NUMBER, spelling=Spelling(1, null="NA")),
        Column("d", Kind.DATE, spelling=Spelling(date_format="%d.%m.%Y")),
    )
    assert written(Dataset((Table("t", columns, frame),))) == b"n,d\n-1.5,31.01.2020\nNA,\n"


def test_a_decimal_comma_is_quoted() -> None:
    frame = pd.DataFrame({"n": [-1234.5, np.nan], "m": [1.0, 2.0]})
    columns = (
        Column("n", Kind.NUMBER, spelling=Spelling(1, decimal_mark=",", thousands=".")),
        Column("m", Kind.INTEGER),
    )
    assert written(Dataset((Table("t", columns, frame),))) == b'n,m\n"-1.234,5",1\n,2\n'


def test_a_number_keeps_what_stands_around_it() -> None:
    frame = pd.DataFrame({"n": [-1234.5, 2.0], "m": [-5.0, 3.0], "w": [1.0, 22.0]})
    columns = (
        Column("n", Kind.NUMBER, spelling=Spelling(2, thousands=",", style=NumberStyle(positive="$#", negative="-$#"))),
        Column("m", Kind.INTEGER, spelling=Spelling(style=NumberStyle(positive="# kg", negative="-# kg"))),
        Column("w", Kind.INTEGER, spelling=Spelling(style=NumberStyle(width=2))),
    )
    data = Dataset((Table("t", columns, frame),))
    assert written(data) == b'n,m,w\n"-$1,234.50",-5 kg," 1"\n$2.00,3 kg,22\n'


def test_a_word_for_missing_that_the_guard_would_change_is_left_empty() -> None:
    frame = pd.DataFrame({"n": [1.0, np.nan], "m": [1.0, np.nan]})
    columns = (
        Column("n", Kind.INTEGER, spelling=Spelling(null="-")),
        Column("m", Kind.INTEGER, spelling=Spelling(null="?")),
    )
    assert written(Dataset((Table("t", columns, frame),))) == b"n,m\n1,1\n,?\n"


def test_a_lone_missing_value_is_quoted_so_that_its_row_survives() -> None:
    assert written(texts(a=["x", None, "y z"])) == b'a\nx\n""\n"y z"\n'


@pytest.mark.parametrize(
    "text", ['say "x"', "a,b", "a;b", "a|b", "a\nb", "a\r\nb", " x", "x ", "'x'", "\ufeffx", "a\x1cb", "a\u2028b"]
)
def test_what_a_reader_could_stumble_over_is_quoted(text: str) -> None:
    assert (
        written(texts(a=[text], b=["x"])) == b"a,b\n" + f'"{text}"'.replace('say "x"', 'say ""x""').encode() + b",x\n"
    )


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(BackendError, match="surrogates") as caught:
        written(texts(a=["\ud800"]))
    assert "\ud800" not in str(caught.value)


def test_each_table_is_one_file_named_after_it() -> None:
    one = texts(a=["x"]).tables[0]
    other = Table("u", one.columns, one.frame)
    assert list(serialise(Dataset((one, other)))) == ["t.csv", "u.csv"]


def test_a_table_without_rows_is_its_header() -> None:
    assert written(texts(a=[], b=[])) == b"a,b\n"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def tables(names: list[str]) -> Any:
    rows = st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=6)
    return rows.map(lambda made: texts(**{name: [row[at] or None for row in made] for at, name in enumerate(names)}))


NAMES = st.lists(CELL.filter(str.strip), min_size=1, max_size=4, unique_by=guarded)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES.flatmap(tables))
def test_what_is_written_is_read_as_it_was(tmp_path: Path, data: Dataset) -> None:
    (tmp_path / "t.csv").write_bytes(written(data))
    names = [guarded(column.name) for column in data["t"].columns]
    policy = Policy(read={"header": True}, tables={"t": {"columns": {name: {"kind": "text"} for name in names}}})
    back = read_files([tmp_path / "t.csv"], policy).tables[0]
    assert [column.name for column in back.columns] == names
    for column, name in zip(data["t"].columns, names, strict=True):
        assert list(back.text(name)) == [
            None if text is None else guarded(text) for text in data["t"].text(column.name)
        ]
    assert serialise(Dataset((back,)))["t.csv"] == written(data)


CHARACTERS = [*map(chr, range(256)), "\u2028", "\ufeff", "\uff1d", "\u0119"]


def test_whole_columns_are_quoted_and_guarded_as_each_cell_is() -> None:
    words = [*CHARACTERS, *(a + b for a in CHARACTERS for b in CHARACTERS), *(f"a{c}b" for c in CHARACTERS)]
    lines = ["a,b", *(f"{_field(word, alone=False)},x" for word in words)]
    assert written(texts(a=words, b=["x"] * len(words))).decode() == "\n".join(lines) + "\n"


def test_most_texts_are_not_looked_at_one_by_one() -> None:
    words = pa.array([chr(code) * 2 for code in range(0x20, 0x7F)])
    known = pc.match_substring_regex(words, PLAIN).to_pylist()
    assert [word for word, plain in zip(words.to_pylist(), known, strict=True) if not plain] == [
        word for word in words.to_pylist() if _field(word, alone=False) != word or word[0] in "+-"
    ]


def test_a_column_is_plain_exactly_if_each_of_its_texts_is() -> None:
    for word in (*CHARACTERS, *(a + b for a in "a b-'" for b in CHARACTERS), *(f"a{c}b" for c in CHARACTERS)):
        column = pa.array(["x", word, None, ""], pa.string())
        assert (
            _all_plain(column) is _all_plain(column.slice(1)) is pc.all(pc.match_substring_regex(column, PLAIN)).as_py()
        )


def test_a_long_table_is_written_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = texts(a=[str(row) for row in range(20)], b=[None, "=1"] * 10)
    whole = written(data)
    monkeypatch.setattr(rows, "AT_ONCE", 7)
    assert written(data) == whole
