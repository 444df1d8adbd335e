"""The values of a column as an Arrow array: the way back to files and frames that know types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.spelling import Spelling
from privsynth.spelling.times import DAY_US
from privsynth.typing import Array


def as_arrow(values: Array, spelling: Spelling, kind: Any) -> Any:
    """The column in an Arrow type; as its storage type says where there is none, or where the values do not fit it."""
    if kind is None or pa.types.is_null(kind):
        return _plain(values)
    try:
        return _cast(values, spelling, kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, ValueError, OverflowError):
        return _plain(values)


def _plain(values: Array) -> Any:
    if values.dtype.kind == "f":
        return pa.array(values, pa.float64(), from_pandas=True)
    if values.dtype.kind == "M":
        return pa.array(values, pa.timestamp("us"))
    return pa.array(values, pa.string(), from_pandas=True)


def _cast(values: Array, spelling: Spelling, kind: Any) -> Any:
    types = pa.types
    if types.is_dictionary(kind):
        return pc.dictionary_encode(_cast(values, spelling, kind.value_type)).cast(
            pa.dictionary(kind.index_type, kind.value_type, kind.ordered)
        )
    if values.dtype.kind == "M" and (types.is_timestamp(kind) or types.is_date(kind)):
        return _moment_back(values, kind)
    if spelling.is_time and values.dtype.kind == "f" and (types.is_time(kind) or types.is_duration(kind)):
        return _time_back(values, spelling, kind)
    if values.dtype.kind == "f" and (types.is_integer(kind) or types.is_floating(kind)):
        return _number_back(values, kind)
    words = spelling.write(values)
    if spelling.null and (types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)):
        words = np.where(pd.isna(words), spelling.null, words)
    return pa.array(words, pa.string(), from_pandas=True).cast(kind)


def _number_back(values: Array, kind: Any) -> Any:
    made = pa.array(np.rint(values) if pa.types.is_integer(kind) else values, pa.float64(), from_pandas=True)
    return made.cast(kind, safe=pa.types.is_integer(kind))


def _time_back(values: Array, spelling: Spelling, kind: Any) -> Any:
    """Counts as times; a time of day stays within the day."""
    missing = np.isnan(values)
    micro = np.rint(np.where(missing, 0, values)).astype(np.int64) * spelling.step_us
    if pa.types.is_duration(kind):
        return pa.array(micro, pa.int64(), mask=missing).cast(pa.duration("us")).cast(kind, safe=False)
    made = pa.array(np.clip(micro, 0, DAY_US - 1), pa.int64(), mask=missing).cast(pa.time64("us"))
    return made.cast(kind, safe=False)


def nanoseconds(values: Any) -> tuple[Array, Array]:
    """Times of day or durations in nanoseconds, and which of them are missing."""
    per_unit = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}[values.type.unit]
    bare = pc.cast(pc.cast(values, pa.int32() if values.type.bit_width == 32 else pa.int64()), pa.int64())
    return np.asarray(pc.fill_null(bare, 0)) * per_unit, np.asarray(pc.is_null(bare))


def counts(values: Any, spelling: Spelling) -> Array:
    """Times of day or durations as the numbers that count their smallest part."""
    nano, missing = nanoseconds(values)
    return np.where(missing, np.nan, nano // 1000 / spelling.step_us)


def _moment_back(values: Array, kind: Any) -> Any:
    made = pa.array(values, pa.timestamp("us"))
    if pa.types.is_timestamp(kind) and kind.tz:
        return made.cast(pa.timestamp("us", "UTC")).cast(kind)
    return made.cast(kind, safe=False)
