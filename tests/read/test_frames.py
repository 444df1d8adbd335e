"""Any frame in, the same kind of frame out, and nothing of the input touched."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from privsynth.dataset import Kind, Table
from privsynth.emit import serialise
from privsynth.errors import InputError, PolicyError
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.frames import frame_like, read_frame


def table_of(frame: Any, **asked: Any) -> Table:
    return read_frame(frame, Policy(**asked)).tables[0]


def rich() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "int": [1, 2, 3],
            "small": pd.array([1, 2, 3], dtype="int8"),
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "arrow": pd.array([1, 2, None], dtype="int32[pyarrow]"),
            "float": [1.5, None, 2.25],
            "single": pd.array([0.1, 2.5, 3.5], dtype="float32"),
            "bool": [True, False, True],
            "maybe": pd.array([True, None, False], dtype="boolean"),
            "object": pd.Series(["a", "b", None], dtype=object),
            "string": pd.array(["x", None, "z"], dtype="string"),
            "digits": pd.Series(["01", "02", "x"], dtype=object),
            "numbers": pd.Series(["1.50", "2.50", "3.00"], dtype=object),
            "ordered": pd.Categorical(["low", "high", "low"], categories=["low", "high"], ordered=True),
            "levels": pd.Categorical([1, 2, 1]),
            "zoned": pd.to_datetime(["2020-01-01 10:00", "2020-05-01 11:00", None]).tz_localize("Europe/Stockholm"),
            "moment": pd.to_datetime(["2020-01-01 10:00:01", "2020-01-02 00:00:00", None]),
            "day": pd.Series([dt.date(2020, 1, 1), dt.date(2021, 1, 1), None], dtype=object),
            "money": pd.Series([decimal.Decimal("1.50"), None, decimal.Decimal("2.25")], dtype=object),
        }
    )


def test_pandas_comes_back_equal_and_is_not_touched() -> None:
    frame = rich()
    before = frame.copy(deep=True)
    pd.testing.assert_frame_equal(frame_like(frame, table_of(frame)), before)
    pd.testing.assert_frame_equal(frame, before)


def test_kinds_follow_the_types_of_the_frame() -> None:
    kinds = {column.name: column.kind for column in table_of(rich()).columns}
    assert kinds["ordered"] is Kind.ORDINAL
    assert kinds["levels"] is Kind.CATEGORY
    assert {kinds[name] for name in ("int", "small", "nullable", "arrow")} == {Kind.INTEGER}
    assert {kinds[name] for name in ("float", "single", "money", "numbers")} == {Kind.NUMBER}
    assert {kinds[name] for name in ("bool", "maybe")} == {Kind.BOOLEAN}
    assert {kinds[name] for name in ("zoned", "moment", "day")} == {Kind.DATE}
    assert kinds["digits"] is Kind.TEXT


def test_storage_is_as_promised() -> None:
    dtypes = {str(dtype) for dtype in table_of(rich()).frame.dtypes}
    assert dtypes == {"float64", "datetime64[us]", "object"}


def test_floats_are_spelt_as_short_as_they_can_be() -> None:
    frame = pd.DataFrame(
        {"a": [1.0, 2.5], "b": [0.1 + 0.2, 1.0], "c": [1.0, 2.0], "d": pd.array([0.1, 0.7], dtype="float32")}
    )
    assert (
        serialise(read_frame(frame, Policy()))["table.csv"]
        == b"a,b,c,d\n1.0,0.30000000000000004,1.0,0.1\n2.5,1.0,2.0,0.7\n"
    )


def test_polars_comes_back_equal() -> None:
    frame = pl.DataFrame(
        {
            "i": [1, None, 3],
            "s": ["a", "b", None],
            "b": [True, False, None],
            "d": [dt.date(2020, 1, 1)] * 3,
            "x": [1.5, 2.5, None],
        }
    )
    frame = frame.with_columns(
        pl.col("s").cast(pl.Categorical).alias("c"),
        pl.Series("e", ["u", "v", "u"], dtype=pl.Enum(["u", "v"])),
        pl.Series("u", [1, 2, 3], dtype=pl.UInt8),
    )
    back = frame_like(frame, table_of(frame))
    assert back.schema == frame.schema
    assert back.equals(frame)


def test_arrow_comes_back_equal() -> None:
    frame = pa.table(
        {
            "i": pa.array([1, None], pa.int16()),
            "s": pa.array(["a", "b"]).dictionary_encode(),
            "t": pa.array([1, 2], pa.timestamp("ms", "UTC")),
            "n": pa.nulls(2),
        }
    )
    back = frame_like(frame, table_of(frame))
    assert [field.type for field in back.schema][:3] == [field.type for field in frame.schema][:3]
    assert back.select(["i", "s", "t"]).equals(frame.select(["i", "s", "t"]))


def test_duckdb_comes_back_as_a_relation() -> None:
    frame = duckdb.sql("select i, i * 1.5 as f, 'x' || i as s, date '2020-01-01' as d from range(5) t(i)")
    back = frame_like(frame, table_of(frame))
    assert (back.types, back.fetchall()) == (frame.types, frame.fetchall())


def test_a_dict_of_frames_is_a_dataset_of_several_tables() -> None:
    data = read_frame({"people": pl.DataFrame({"a": [1]}), "visits": pd.DataFrame({"b": [2]})}, Policy())
    assert data.names == ["people", "visits"]


def test_values_that_do_not_fit_the_old_type_widen_it() -> None:
    frame = pd.DataFrame({"i": [1, 2], "c": pd.Categorical(["a", "b"]), "b": [True, False]})
    table = table_of(frame)
    made = Table(
        "t",
        table.columns,
        pd.DataFrame(
            {
                "i": [1.0, np.nan],
                "c": pd.Series(["z", None], dtype=object),
                "b": pd.Series(["true", None], dtype=object),
            }
        ),
    )
    back = frame_like(frame, made)
    assert np.isnan(back["i"][1])
    assert list(back["c"].cat.categories) == ["a", "b", "z"]
    assert back["b"][1] is None


def test_columns_keep_the_order_of_the_frame_and_new_ones_follow() -> None:
    frame = pd.DataFrame({"b": [1], "a": [2]})
    table = table_of(pd.DataFrame({"a": [2], "b": [1], "new": [3]}))
    assert list(frame_like(frame, table).columns) == ["b", "a", "new"]


@pytest.mark.parametrize("thing", [[1, 2], "a,b", 3, pl.DataFrame({"a": [1]}).lazy(), {"a": 1}, {}, pd.Series([1])])
def test_what_is_no_frame_is_refused_with_what_is_allowed(thing: Any) -> None:
    with pytest.raises(PolicyError) as caught:
        read_frame(thing, Policy())
    assert "pandas or polars" in caught.value.hint


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame({"a": pd.Series([1, b"x"], dtype=object)}), "'a' holds values of different types"),
        (pd.DataFrame({"a": [[1], [2]]}), "'a': the type"),
        (pd.DataFrame({"a": [1.0, np.inf]}), "infinite"),
        (pd.DataFrame({"a": pd.Series([b"x"], dtype=object)}), "'a': the type binary"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "same name"),
        (pd.DataFrame({"a": [1], " ": [2]}), "no name"),
        (pd.DataFrame({"a": []}), "no row"),
        (pd.DataFrame({"a": pd.Series(["\ud800"], dtype=object)}), "'a' holds"),
        (pa.table({"a": pa.array([{"x": 1}])}), "'a': the type struct"),
    ],
)
def test_what_no_table_can_hold_is_refused_by_column(frame: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_frame(frame, Policy())


def test_names_that_are_not_text_are_refused() -> None:
    with pytest.raises(PolicyError, match="column 1 is not text"):
        read_frame(pd.DataFrame({0: [1]}), Policy())


def test_long_integers_and_decimals_are_kept_as_text_with_a_note() -> None:
    frame = pd.DataFrame(
        {"i": [2**60, 1], "d": pd.Series([decimal.Decimal("12345678901234567.89"), decimal.Decimal(1)], dtype=object)}
    )
    data = read_frame(frame, Policy())
    assert [column.kind for column in data.tables[0].columns] == [Kind.TEXT, Kind.TEXT]
    assert len(data.notes) == 2
    pd.testing.assert_frame_equal(frame_like(frame, data.tables[0]), frame)


def test_zones_nanoseconds_and_an_index_are_noted() -> None:
    frame = pd.DataFrame(
        {"z": pd.to_datetime(["2020-01-01"]).tz_localize("UTC"), "n": [pd.Timestamp("2020-01-01 00:00:00.000000001")]},
        index=["k"],
    )
    notes = read_frame(frame, Policy()).notes
    assert [any(word in note for note in notes) for word in ("UTC", "nanoseconds", "index")] == [True] * 3


def test_the_policy_may_force_a_kind_and_limits_hold() -> None:
    frame = pd.DataFrame({"code": [1, 2], "t": ["1", "x"]})
    assert table_of(frame, tables={"table": {"columns": {"code": {"kind": "category"}}}})["code"].kind is Kind.CATEGORY
    with pytest.raises(InputError) as caught:
        table_of(frame, tables={"table": {"columns": {"t": {"kind": "integer"}}}})
    assert (caught.value.column, caught.value.line) == ("t", 2)
    with pytest.raises(InputError, match="more than allowed"):
        table_of(frame, read={"max_cells": 3})
    with pytest.raises(PolicyError, match="nope"):
        table_of(frame, tables={"table": {"columns": {"nope": {}}}})


def test_text_of_a_frame_keeps_the_word_na() -> None:
    assert list(table_of(pd.DataFrame({"a": ["1", "NA"]})).text("a")) == ["1", "NA"]


def test_empty_text_is_missing() -> None:
    assert list(table_of(pd.DataFrame({"a": ["x", "", "y"], "b": [1, 2, 3]})).text("a")) == ["x", None, "y"]


TIMES = pa.table(
    {
        "minutes": pa.array([dt.time(1, 2), None]),
        "seconds": pa.array([1, None], pa.time32("s")),
        "nano": pa.array([1_500_000_000, 0], pa.time64("ns")),
        "span": pa.array([dt.timedelta(days=-1, hours=1), dt.timedelta(days=400)]),
        "days": pa.array([dt.timedelta(days=3), None], pa.duration("ms")),
    }
)


def test_times_of_day_and_durations_are_counts_and_come_back_in_their_types() -> None:
    table = table_of(TIMES)
    assert [column.kind.value for column in table.columns] == ["time", "time", "time", "duration", "duration"]
    assert [table.text(column.name)[0] for column in table.columns] == [
        "01:02", "00:00:01", "00:00:01.500000", "-1 days +01:00:00", "3 days"
    ]  # fmt: skip
    assert frame_like(TIMES, table).equals(TIMES)


def test_what_pandas_counts_in_nanoseconds_is_cut_with_a_note() -> None:
    frame = pd.DataFrame({"d": pd.to_timedelta([1500, 10**9])})
    assert any("nanoseconds" in note for note in read_frame(frame, Policy()).notes)
    assert frame_like(frame, table_of(frame))["d"].tolist() == [pd.Timedelta(1000), pd.Timedelta(10**9)]


@pytest.mark.parametrize("freq", ["Y", "Q", "Q-JAN", "M", "W", "D", "h"])
def test_periods_come_back_as_periods(freq: str) -> None:
    frame = pd.DataFrame({"p": pd.PeriodIndex(["2020-01-06", "2021-03-15", None], freq=freq)})
    table = table_of(frame)
    assert table["p"].kind.value == "date"
    pd.testing.assert_frame_equal(frame_like(frame, table), frame)


def test_intervals_of_pandas_are_words_and_come_back() -> None:
    cut = pd.cut(pd.Series([1.0, 5.0, 9.0, None]), 3)
    frame = pd.DataFrame({"bins": cut, "bare": cut.astype(cut.cat.categories.dtype)})
    table = table_of(frame)
    assert [column.kind.value for column in table.columns] == ["ordinal", "text"]
    assert table.text("bins")[1] == str(cut[1])
    pd.testing.assert_frame_equal(frame_like(frame, table), frame)


def test_times_with_a_zone_are_refused_because_they_would_lose_it() -> None:
    zone = dt.UTC
    with pytest.raises(InputError, match="with a zone"):
        read_frame(pd.DataFrame({"t": pd.Series([dt.time(1, 2), dt.time(3, 4, tzinfo=zone)])}), Policy())


@pytest.mark.parametrize("dtype", ["timedelta64[ns]", "timedelta64[s]", pd.ArrowDtype(pa.duration("us")), object])
def test_durations_of_pandas_keep_their_type(dtype: Any) -> None:
    frame = pd.DataFrame({"d": pd.Series([dt.timedelta(hours=30), dt.timedelta(seconds=1)]).astype(dtype)})
    pd.testing.assert_frame_equal(frame_like(frame, table_of(frame)), frame)


def test_a_nul_character_in_a_frame_is_refused_as_in_a_file() -> None:
    """Two texts that differ in one alone would count as one."""
    with pytest.raises(InputError, match="NUL character") as caught:
        read_frame(pd.DataFrame({"a": ["secret", "secret\0", None]}), Policy())
    assert "secret" not in str(caught.value)
    assert caught.value.column == "a"


def test_numbers_among_texts_are_read_as_texts_with_a_note() -> None:
    frame = pd.DataFrame({"n": pd.Series([*range(200), "x", None], dtype=object), "t": [1.5, "a"] * 101})
    data = read_frame(frame, Policy())
    assert [column.kind for column in data.tables[0].columns] == [Kind.INTEGER, Kind.CATEGORY]
    assert [any(f"'{name}': it mixes" in note for note in data.notes) for name in ("n", "t")] == [True, True]
    assert any("1 cell of 202 (line 201) is no number" in note for note in data.notes)
    assert frame_like(frame, data.tables[0])["n"].tolist() == [*map(str, range(200)), None, None]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_words_of_a_frame_with_units_and_a_word_for_missing_come_back(make: Any) -> None:
    columns = {"price": ["$5.00", "-$3.50", None] * 30, "age": [*map(str, range(60)), *["90+"] * 30]}
    frame = make(columns)
    table = table_of(frame)
    assert [column.kind for column in table.columns] == [Kind.NUMBER, Kind.INTEGER]
    back = frame_like(frame, table)
    assert {name: list(back[name].to_pylist() if make is pa.table else back[name]) for name in columns} == columns


def test_how_text_is_laid_out_is_refused_for_a_frame_and_noted_where_it_was_said_of_all_files() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    with pytest.raises(PolicyError, match=r"tables\.t\.read\.skip says how text is read, and t is a frame"):
        read_frame({"t": frame}, Policy(tables={"t": {"read": {"skip": 2}}}))
    notes = read_frame(frame, Policy(read={"skip": 2, "accept": True})).notes
    assert any("read.skip, read.accept say how text is read; this is a frame" in note for note in notes)


def test_how_text_is_laid_out_is_noted_for_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    notes = read_files([tmp_path / "t.parquet"], Policy(read={"footer": 1})).notes
    assert any("read.footer say how text is read; this is Parquet" in note for note in notes)
