"""Equal rows, whole and with one column left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from conftest import frame

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.distance.cells import almost_equal_rows, cell_keys, equal_rows
from privsynth.spelling import Spelling

COLUMNS = (
    Column("n", Kind.NUMBER, spelling=Spelling(decimals=1)),
    Column("w", Kind.CATEGORY),
    Column("v", Kind.CATEGORY),
)
NAMES = ["n", "w", "v"]


def table(**columns: list[object]) -> Table:
    return Table("t", COLUMNS, frame(**columns))


def test_rows_are_equal_when_every_cell_is() -> None:
    real = table(n=[1.0, 2.0, 3.0, None], w=["a", "b", "c", None], v=["x", "y", "z", "x"])
    made = table(n=[2.0, 1.0, None, 9.0], w=["b", "b", None, "q"], v=["y", "x", "x", "q"])
    ours, theirs = cell_keys((real, made), NAMES)
    assert equal_rows(ours, theirs).tolist() == [False, True, False, True]  # missing equals missing


def test_one_column_may_differ_whichever_it_is() -> None:
    real = table(n=[1.0, 2.0, 3.0, 4.0], w=["a", "b", "c", "d"], v=["x", "y", "z", "u"])
    made = table(n=[9.0, 2.0, 3.0, 4.0], w=["a", "q", "c", "q"], v=["x", "y", "q", "q"])
    ours, theirs = cell_keys((real, made), NAMES)
    assert almost_equal_rows(ours, theirs).tolist() == [True, True, True, False]
    assert not equal_rows(ours, theirs).any()


def test_numbers_are_compared_at_the_precision_of_the_first_table_and_words_without_case() -> None:
    real = table(n=[1.2, -0.0], w=["Ab ", "é"], v=["x", "y"])
    made = table(n=[1.2000001, 0.0], w=["aB", "e\u0301"], v=["x", "y"])
    ours, theirs = cell_keys((real, made), NAMES)
    assert equal_rows(ours, theirs).all()


def test_the_same_value_in_another_column_is_another_cell() -> None:
    real, made = table(n=[1.0], w=["a"], v=["b"]), table(n=[1.0], w=["b"], v=["a"])
    ours, theirs = cell_keys((real, made), NAMES)
    assert not equal_rows(ours, theirs).any()


def test_a_number_column_that_became_text_is_compared_as_it_is_spelt() -> None:
    real = table(n=[1.5], w=["a"], v=["b"])
    made = Table("t", (Column("n", Kind.CATEGORY), *COLUMNS[1:]), frame(n=["1.5"], w=["a"], v=["b"]))
    ours, theirs = cell_keys((real, made), NAMES)
    assert equal_rows(ours, theirs).all()


def test_no_row_equals_a_row_of_an_empty_table() -> None:
    real = table(n=[1.5], w=["a"], v=["b"])
    empty = Table(
        "t",
        COLUMNS,
        pd.DataFrame({"n": np.zeros(0), "w": pd.Series([], dtype=object), "v": pd.Series([], dtype=object)}),
    )
    ours, theirs = cell_keys((real, empty), NAMES)
    assert not equal_rows(ours, theirs).any()
    assert not almost_equal_rows(ours, theirs).any()
