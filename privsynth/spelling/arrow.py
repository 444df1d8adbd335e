"""The values of a column as an Arrow array: the way back to files and frames that know types."""

from __future__ import annotations

from datetime import time
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.spelling import Spelling
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
    if values.dtype.kind == "f" and (types.is_integer(kind) or types.is_floating(kind)):
        return _number_back(values, kind)
    if types.is_time(kind):
        return pa.array([None if word is None else time.fromisoformat(word) for word in spelling.write(values)], kind)
    words = spelling.write(values)
    if spelling.null and (types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)):
        words = np.where(pd.isna(words), spelling.null, words)
    return pa.array(words, pa.string(), from_pandas=True).cast(kind)


def _number_back(values: Array, kind: Any) -> Any:
    made = pa.array(np.rint(values) if pa.types.is_integer(kind) else values, pa.float64(), from_pandas=True)
    return made.cast(kind, safe=pa.types.is_integer(kind))


def _moment_back(values: Array, kind: Any) -> Any:
    made = pa.array(values, pa.timestamp("us"))
    if pa.types.is_timestamp(kind) and kind.tz:
        return made.cast(pa.timestamp("us", "UTC")).cast(kind)
    return made.cast(kind, safe=False)
