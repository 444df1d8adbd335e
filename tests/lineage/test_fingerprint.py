"""The same content has the same fingerprint, however it was saved; other content, or another key, has another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.lineage.fingerprint import fingerprint
from privsynth.policy import Policy
from privsynth.read import read_files

KEY = b"k" * 32
SAMPLES = Path(__file__).parents[2] / "sample_data"


def of(path: Path) -> str:
    return fingerprint(read_files([path], Policy()), KEY)


def table(name: str = "t", **columns: list[object]) -> Dataset:
    frame = pd.DataFrame(
        {c: pd.Series(v, dtype="float64" if isinstance(v[0], float) else object) for c, v in columns.items()}
    )
    return Dataset(
        (
            Table(
                name, tuple(Column(c, Kind.NUMBER if frame[c].dtype == "float64" else Kind.TEXT) for c in frame), frame
            ),
        )
    )


@pytest.mark.parametrize(
    "name", ["patients", *(pytest.param(n, marks=pytest.mark.slow) for n in ("customers", "transactions"))]
)
def test_a_saved_again_shuffled_or_converted_file_is_the_same_source(name: str, tmp_path: Path) -> None:
    original = SAMPLES / f"{name}.csv"
    text = pd.read_csv(original, dtype=object, keep_default_na=False, na_values=[""])
    text.sample(frac=1, random_state=1).to_csv(tmp_path / "other name.tsv", sep="\t", index=False)
    text[text.columns[::-1]].to_csv(tmp_path / "turned.csv", index=False, quoting=1)
    pd.read_csv(original).to_parquet(tmp_path / "typed.parquet")
    prints = {of(original), *(of(tmp_path / file) for file in ("other name.tsv", "turned.csv", "typed.parquet"))}
    assert len(prints) == 1


def test_digits_and_numbers_minus_zero_and_blanks_around_are_the_same() -> None:
    assert fingerprint(table(a=[1.0, -0.0]), KEY) == fingerprint(table(a=["1", " 0.0"]), KEY)
    assert fingerprint(table(a=["x "]), KEY) == fingerprint(table(a=["x"]), KEY)


@pytest.mark.parametrize(
    "other",
    [
        table(a=[1.0, 2.0], b=["x", "z"]),
        table(a=[1.0], b=["x"]),
        table(a=[1.0, 2.0, 2.0], b=["x", "y", "y"]),
        table(a=[2.0, 1.0], b=["x", "y"]),
        table(a=[1.0, np.nan], b=["x", "y"]),
        table(a=[1.0, 2.0], c=["x", "y"]),
        table(b=[1.0, 2.0], a=["x", "y"]),
    ],
)
def test_one_changed_cell_row_or_name_is_another_source(other: Dataset) -> None:
    assert fingerprint(other, KEY) != fingerprint(table(a=[1.0, 2.0], b=["x", "y"]), KEY)


def test_another_key_gives_another_fingerprint_and_nothing_is_guessed_without_it() -> None:
    data = table(a=["x"])
    assert fingerprint(data, KEY) != fingerprint(data, b"l" * 32)
    assert len(fingerprint(data, KEY)) == 64


def test_swapped_cells_of_two_columns_do_not_cancel_out() -> None:
    assert fingerprint(table(a=["x", "y"], b=["y", "x"]), KEY) != fingerprint(table(a=["x", "y"], b=["x", "y"]), KEY)


def test_the_name_and_the_order_of_tables_do_not_count() -> None:
    one, two = table("one", a=["x"]).tables, table("two", b=["y"]).tables
    renamed = table("three", a=["x"]).tables
    assert fingerprint(Dataset(one + two), KEY) == fingerprint(Dataset(two + renamed), KEY)


def test_missing_values_are_values() -> None:
    assert fingerprint(table(a=["x", None]), KEY) != fingerprint(table(a=["x", "None"]), KEY)
    assert fingerprint(table(a=["x", None]), KEY) != fingerprint(table(a=["x", "nan"]), KEY)
