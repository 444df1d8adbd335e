"""Frames of any kind into a dataset, and a table back into a frame of the same kind."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from privsynth.dataset import Dataset, Table
from privsynth.errors import InputError, PolicyError
from privsynth.options import LAYOUT, ReadPolicy, TablePolicy
from privsynth.policy import Policy
from privsynth.policy_names import refuse_unknown_names
from privsynth.read.arrow import arrow_column, back_to_arrow
from privsynth.read.header import FORCE_FRAME, LOOKED_AT, check_names
from privsynth.read.refusal import refuse, shown
from privsynth.read.sources import free_name, table_name

ALLOWED = (
    "a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, or a dict of names to such frames, is expected"
)


def read_frame(frame: Any, policy: Policy, name: str = "table") -> Dataset:
    """The dataset of one frame, or of a dict of frames. The frames are not touched."""
    frames = frame if isinstance(frame, Mapping) else {name: frame}
    if not frames or not all(isinstance(key, str) for key in frames):
        raise PolicyError("a dict of frames needs a text as the name of each.", hint=ALLOWED)
    taken: set[str] = set()
    notes: list[str] = []
    tables = []
    for key, one in frames.items():
        called = free_name(table_name(key), taken)
        notes += layout_notes(called, "a frame", policy.read, policy.table(called))
        table, of_table = frame_table(to_arrow(one), called, policy.read, policy.table(called))
        tables.append(table)
        notes += [*of_table, *_index_note(one, key), *_mixed_notes(one, key)]
    dataset = Dataset(tuple(tables), notes=tuple(notes))
    refuse_unknown_names(dataset, policy)
    return dataset


def layout_notes(name: str, what: str, reading: ReadPolicy, wishes: TablePolicy) -> list[str]:
    """How text is laid out says nothing of what is no text: refused where it was said of this table, else noted."""
    own, all_files = (
        [option for option in LAYOUT if option in said.said and not (option == "header" and said.header)]
        for said in (wishes.read, reading)
    )  # that the names are names can be said of all
    if own:
        raise PolicyError(
            f"tables.{name}.read.{own[0]} says how text is read, and {name} is {what}.", hint="leave it out"
        )
    if not all_files:
        return []
    options = ", ".join(f"read.{option}" for option in all_files)
    return [f"{name}: {options} say how text is read; this is {what}, for which they mean nothing"]


def frame_table(arrow: Any, name: str, limits: ReadPolicy, wishes: TablePolicy) -> tuple[Table, list[str]]:
    """One table from an Arrow table, within the limits."""
    _check_size(arrow, name, limits)
    if not any("header" in said.model_fields_set and said.header for said in (limits, wishes.read)):
        check_names(arrow.column_names, [_words(column) for column in arrow.columns], name, FORCE_FRAME)
    typed_columns = [
        arrow_column(column, arrow.column(column), name, wishes.columns.get(column)) for column in arrow.column_names
    ]
    frame = pd.DataFrame({each.column.name: pd.Series(each.values, dtype=each.values.dtype) for each in typed_columns})
    return Table(name, tuple(each.column for each in typed_columns), frame), [
        note for each in typed_columns for note in each.notes
    ]


def _words(column: Any) -> list[str]:
    """Some of its distinct values, as text."""
    some = column.slice(0, LOOKED_AT * 10)
    try:
        values = some.unique().to_pylist()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
        return []  # nested values are refused by what reads the column
    return [str(value) for value in values[:LOOKED_AT] if value is not None]


def _check_size(arrow: Any, name: str, limits: ReadPolicy) -> None:
    if not arrow.num_rows or not arrow.num_columns:
        raise refuse(name, "there is no row or no column", "at least one of each is needed")
    if arrow.num_columns > limits.max_columns or arrow.num_rows * arrow.num_columns > limits.max_cells:
        raise refuse(
            name,
            f"{arrow.num_rows:,} rows and {arrow.num_columns:,} columns are more than allowed",
            "raise read.max_columns or read.max_cells if that is right",
        )
    if len(set(arrow.column_names)) < arrow.num_columns:
        raise refuse(name, "two columns have the same name", "give each column a name of its own")
    empty = [number for number, column in enumerate(arrow.column_names, start=1) if not column.strip()]
    if empty:
        raise refuse(name, f"column {empty[0]} of {arrow.num_columns} has no name", "name every column")


def _index_note(frame: Any, name: str) -> list[str]:
    if not isinstance(frame, pd.DataFrame) or isinstance(frame.index, pd.RangeIndex):
        return []
    return [f"{name}: the index of the frame is not part of the table; reset_index() makes it columns"]


def _mixed_notes(frame: Any, name: str) -> list[str]:
    if not isinstance(frame, pd.DataFrame):
        return []
    mixed = [column for column in frame.columns if is_mixed(frame[column])]
    return [f"{name}: column {shown(column)}: it mixes numbers and texts; all were read as texts" for column in mixed]


def to_arrow(frame: Any) -> Any:
    """Any frame as an Arrow table. What cannot be said in Arrow is refused by column name."""
    if isinstance(frame, pd.DataFrame):
        return _pandas_to_arrow(frame)
    if isinstance(frame, pa.Table):
        return frame
    if type(frame).__module__.startswith(("duckdb", "_duckdb")):
        return _from_duckdb(frame)
    return _other_to_arrow(frame)


def _from_duckdb(relation: Any) -> Any:
    arrow = relation.arrow()
    return arrow.read_all() if hasattr(arrow, "read_all") else arrow


def _other_to_arrow(frame: Any) -> Any:
    import narwhals as nw

    try:
        wrapped: Any = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise PolicyError(
            f"an object of type {type(frame).__name__} is no frame that can be read.",
            hint=f"{ALLOWED}; collect a lazy frame first",
        ) from None
    return wrapped.to_arrow()


def _pandas_to_arrow(frame: pd.DataFrame) -> Any:
    strange = next((number for number, name in enumerate(frame.columns, start=1) if not isinstance(name, str)), None)
    if strange is not None:
        raise PolicyError(
            f"the name of column {strange} is not text.",
            hint="frame.columns = frame.columns.astype(str) makes names of numbers; flatten columns of several levels",
        )
    if not frame.columns.is_unique:
        raise InputError("two columns have the same name.", hint="give each column a name of its own")
    return pa.table({name: _pandas_column(frame[name], name) for name in frame.columns})


def _pandas_column(series: pd.Series[Any], name: str) -> Any:
    try:
        array = pa.Array.from_pandas(_in_words_of_arrow(series))
    except (
        pa.ArrowInvalid,
        pa.ArrowTypeError,
        pa.ArrowNotImplementedError,
        pd.errors.OutOfBoundsDatetime,
        OverflowError,
        UnicodeError,
    ):
        raise InputError(
            f"column {shown(name)} holds values of different types, or of a type that no table file knows.",
            hint="make them one type: all text, all numbers, or all dates",
            column=name,
        ) from None
    if pa.types.is_time(array.type) and any(getattr(value, "tzinfo", None) for value in series):
        raise InputError(
            f"column {shown(name)} holds times of day with a zone.",
            hint="a table file has no room for these: make them text, or times of one zone without it",
            column=name,
        )
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def is_mixed(series: pd.Series[Any]) -> bool:
    """Numbers among texts, as pandas reads them where a file has both."""
    if series.dtype != object or pd.api.types.infer_dtype(series) not in ("mixed", "mixed-integer"):
        return False
    kinds = (str, int, float, np.integer, np.floating)
    return all(isinstance(value, kinds) and not isinstance(value, bool) for value in series.dropna())


def _as_texts(series: pd.Series[Any]) -> pd.Series[Any]:
    return series.map(str, na_action="ignore").astype(object)


def _in_words_of_arrow(series: pd.Series[Any]) -> pd.Series[Any]:
    """Periods by their first moment, intervals as text: types that only pandas knows."""
    if isinstance(series.dtype, pd.PeriodDtype):
        moments: pd.Series[Any] = series.dt.to_timestamp().astype("datetime64[us]")
        return moments
    if isinstance(series.dtype, pd.IntervalDtype):
        return series.astype(object).map(str, na_action="ignore").where(series.notna(), None)
    if isinstance(series.dtype, pd.CategoricalDtype) and isinstance(series.cat.categories.dtype, pd.IntervalDtype):
        return series.cat.rename_categories([str(level) for level in series.cat.categories])
    return _as_texts(series) if is_mixed(series) else series


def frame_like(original: Any, table: Table) -> Any:
    """The table as a frame of the same kind, with the same order of columns and, where values allow, the same types."""
    if isinstance(original, pd.DataFrame):
        return _pandas_like(original, table)
    source = to_arrow(original)
    arrays = {
        name: back_to_arrow(table, name, source.schema.field(name).type)
        if name in source.column_names
        else back_to_arrow(table, name, None)
        for name in _order(source.column_names, table)
    }
    arrow = pa.table(arrays)
    if isinstance(original, pa.Table):
        return arrow
    if type(original).__module__.startswith(("duckdb", "_duckdb")):
        return _duckdb_like(arrow)
    return _polars_like(original, arrow)


def _order(names: list[str], table: Table) -> list[str]:
    return [name for name in names if name in table] + [
        column.name for column in table.columns if column.name not in names
    ]


def _duckdb_like(arrow: Any) -> Any:
    import duckdb

    return duckdb.from_arrow(arrow)


def _polars_like(original: Any, arrow: Any) -> Any:
    """The frame's own library takes Arrow in; types that Arrow has no word for are cast back."""
    import narwhals as nw

    native = nw.get_native_namespace(original)
    if native.__name__ != "polars":
        return nw.from_arrow(arrow, backend=native).to_native()
    frame = native.from_arrow(arrow)
    for name, dtype in original.schema.items():
        if name in frame.columns and frame.schema[name] != dtype:
            frame = frame.with_columns(_cast(frame[name], dtype, native))
    return frame


def _cast(series: Any, dtype: Any, native: Any) -> Any:
    try:
        return series.cast(dtype)
    except native.exceptions.PolarsError:
        return series


def _pandas_like(original: pd.DataFrame, table: Table) -> pd.DataFrame:
    names = _order(list(original.columns), table)
    return pd.DataFrame({name: _pandas_back(original.get(name), table, name) for name in names})


def _pandas_back(series: pd.Series[Any] | None, table: Table, name: str) -> pd.Series[Any]:
    """One column in its old type. A number that became missing in a type that knows no missing value stays a float."""
    if series is None:
        return table.frame[name].copy()
    dtype: Any = series.dtype
    is_object = isinstance(dtype, np.dtype) and dtype.kind == "O"
    arrow = back_to_arrow(table, name, _pandas_column(series if is_object else series.head(1000), name).type)
    if isinstance(dtype, pd.PeriodDtype):
        return pd.Series(pd.PeriodIndex(arrow.to_pandas(), freq=dtype.freq))
    if isinstance(dtype, pd.IntervalDtype):
        return _intervals(arrow, series)
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(arrow, dtype)
    if isinstance(dtype, pd.ArrowDtype):
        return pd.Series(arrow, dtype=pd.ArrowDtype(arrow.type))
    if is_object:
        return pd.Series(np.array([*arrow.to_pylist(), None], dtype=object)[:-1], dtype=object)
    values: pd.Series[Any] = arrow.to_pandas()
    if arrow.null_count and isinstance(dtype, np.dtype) and dtype.kind == "b":
        return values  # numpy would make False of a missing value
    with suppress(TypeError, ValueError, OverflowError):  # a missing value where the old type has no room for one
        values = values.astype(dtype)
    return values


def _intervals(arrow: Any, series: pd.Series[Any]) -> pd.Series[Any]:
    """The intervals that the words name; all stays text where a word names none of them."""
    known = {str(level): level for level in series.dropna().unique()}
    words = arrow.to_pylist()
    if any(word is not None and word not in known for word in words):
        return pd.Series(words, dtype=object)
    return pd.Series([None if word is None else known[word] for word in words], dtype=series.dtype)


def _categorical(arrow: Any, dtype: pd.CategoricalDtype) -> pd.Series[Any]:
    """Known levels in their old order; invented ones come behind, so that nothing is lost."""
    text = arrow.cast(arrow.type.value_type) if pa.types.is_dictionary(arrow.type) else arrow
    values = text.to_pylist()
    levels = {str(level): level for level in dtype.categories}
    new = [value for value in dict.fromkeys(values) if value is not None and str(value) not in levels]
    levelled = pd.CategoricalDtype([*dtype.categories, *new], ordered=dtype.ordered) if new else dtype
    return pd.Series(
        pd.Categorical([None if value is None else levels.get(str(value), value) for value in values], dtype=levelled)
    )
