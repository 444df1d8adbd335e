"""What the world's writers write of numbers comes back word for word."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pytest

from privsynth.dataset import Kind
from read.files import Folder


def numbers() -> pd.DataFrame:
    """Numbers of all sizes, small ones, large whole ones, prices and floats of single precision."""
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "wide": np.exp(rng.normal(0, 12, 400)),
            "small": rng.normal(0, 1e-4, 400),
            "whole": rng.integers(0, 10**9, 400) * 1000,
            "price": np.exp(rng.normal(0, 4, 400)).round(3),
            "single": rng.normal(0, 1e-3, 400).astype("float32"),
        }
    )


def by_pandas(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False)


def by_polars(frame: pd.DataFrame) -> str:
    return pl.from_pandas(frame).write_csv()


def by_arrow(frame: pd.DataFrame) -> str:
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(pa.Table.from_pandas(frame), sink)
    return bytes(sink.getvalue()).decode()


def by_duckdb(frame: pd.DataFrame) -> str:
    rows = duckdb.from_df(frame).project(", ".join(f"{name}::varchar" for name in frame)).fetchall()
    return "\n".join([",".join(frame), *(",".join(row) for row in rows)]) + "\n"


def by_c(form: str, frame: pd.DataFrame) -> str:
    out = io.StringIO()
    np.savetxt(out, frame.to_numpy(), fmt=form, delimiter=",", header=",".join(frame), comments="")
    return out.getvalue()


WRITERS: dict[str, Callable[[pd.DataFrame], str]] = {
    "pandas": by_pandas,
    "polars": by_polars,
    "arrow": by_arrow,
    "duckdb": by_duckdb,
    **{
        form: partial(by_c, form)
        for form in ("%.18e", "%.6E", "%g", "%.10g", "%20.10g", "%-20.10g", "%.3f", "%+.3f", "% .3f")
    },
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_cell_of_a_writer_comes_back(name: str, folder: Folder) -> None:
    text = WRITERS[name](numbers())
    table = folder.table(text)
    assert {column.kind for column in table.columns} <= {Kind.NUMBER, Kind.INTEGER}
    header, *rows = csv.reader(io.StringIO(text))
    for column, words in zip(header, zip(*rows, strict=True), strict=True):
        values = np.array([float(word) for word in words])
        np.testing.assert_array_equal(table.values(column), values)
        again = table.text(column)
        other = [word for word, new in zip(words, again, strict=True) if word != new and float(word) != 0]
        assert other == []
