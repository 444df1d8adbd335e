"""Tables that break other engines, through the whole backend with the default engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.errors import InputError
from privsynth.spelling import Spelling
from tests.generate.model.test_model import fitted


def table(**columns: Any) -> Dataset:
    """Columns by name; their kind follows from their storage."""
    kinds = {"f": Kind.NUMBER, "M": Kind.DATE, "O": Kind.CATEGORY}
    values = {name: np.asarray(column) for name, column in columns.items()}
    described = tuple(
        Column(name, kinds[column.dtype.kind], spelling=Spelling(decimals=2)) for name, column in values.items()
    )
    return Dataset(
        (
            Table(
                "t",
                described,
                pd.DataFrame({name: pd.Series(column, dtype=column.dtype) for name, column in values.items()}),
            ),
        )
    )


def drawn(data: Dataset, rows: int = 50) -> pd.DataFrame:
    made = fitted(data).sample(rows, np.random.default_rng(1)).root
    assert len(made) == rows
    assert list(made.frame.dtypes) == list(data.root.frame.dtypes)
    assert all(len(made.text(name)) == rows for name in made.frame)
    return made.frame


def words(rng: np.random.Generator, *levels: str, rows: int = 300) -> np.ndarray:
    return rng.choice(np.array(levels, dtype=object), rows)


def test_one_row() -> None:
    made = drawn(table(x=[1.25], y=np.array(["a"], dtype=object), d=np.array(["2020-02-03"], dtype="datetime64[us]")))
    assert made.isna().all(axis=None)  # what one row holds does not come out


def test_ten_columns_without_a_value(rng: np.random.Generator) -> None:
    void = {f"void {at}": np.full(300, np.nan) if at % 2 else np.full(300, None, dtype=object) for at in range(10)}
    made = drawn(table(x=rng.random(300), **void))
    assert made[list(void)].isna().all(axis=None)
    assert made["x"].notna().all()


def test_a_constant_column_alone_and_beside_others(rng: np.random.Generator) -> None:
    assert set(drawn(table(same=np.full(300, 7.5)))["same"]) == {7.5}
    made = drawn(table(same=np.full(300, 7.5), x=rng.random(300), y=words(rng, "a", "b")))
    assert set(made["same"]) == {7.5}


def test_a_category_of_fifty_thousand_levels(rng: np.random.Generator) -> None:
    levels = np.array([f"level {at}" for at in range(50_000)], dtype=object)
    held = np.concatenate([levels, np.full(8_000, "common", dtype=object)])
    made = drawn(table(many=rng.permutation(held), x=rng.random(len(held)).round(2)), 500)
    assert set(made["many"]) == {"common"}  # all others are held by one row


@pytest.mark.parametrize("columns", [100, pytest.param(1_000, marks=pytest.mark.slow)])
def test_many_more_columns_than_rows(columns: int, rng: np.random.Generator) -> None:
    base = rng.normal(size=(80, 5))
    data = table(
        **{
            f"c{at}": (base[:, at % 5] + rng.normal(size=80)).round(1) if at % 4 else words(rng, "a", "b", rows=80)
            for at in range(columns)
        }
    )
    assert drawn(data).shape == (50, columns)


@pytest.mark.parametrize("start", ["1700-01-01", "2262-04-01", "2900-01-01"])
def test_dates_beyond_what_nanoseconds_reach(start: str, rng: np.random.Generator) -> None:
    days = np.datetime64(start, "us") + rng.integers(0, 3_000, 300).astype("timedelta64[D]")
    made = drawn(table(day=days, x=rng.random(300)))["day"].to_numpy()
    assert made.dtype == "datetime64[us]"
    assert ((made >= days.min()) & (made <= days.max())).all()
    assert (made == made.astype("datetime64[D]")).all()


def test_whole_numbers_above_what_float64_tells_apart(rng: np.random.Generator) -> None:
    accounts = np.array([2.0**53 + 2, 2.0**60, 2.0**63 - 2.0**11, 9.9e17])
    data = table(
        account=rng.choice(accounts, 300), large=2.0**55 + rng.integers(0, 2**40, 300) * 8.0, x=rng.random(300)
    )
    whole = data.root.with_columns(Column("account", Kind.INTEGER), Column("large", Kind.INTEGER))
    made = drawn(data.replace_tables(whole))
    assert set(made["account"]) <= set(accounts)
    assert ((made["large"] >= 2.0**55) & (made["large"] == made["large"].round())).all()


@pytest.mark.parametrize("endless", [np.inf, -np.inf])
def test_infinite_values_are_refused_by_name_and_count(endless: float, rng: np.random.Generator) -> None:
    values = rng.random(300)
    values[:3] = endless
    with pytest.raises(InputError, match="column 'x' holds 3 infinite values"):
        fitted(table(x=values, y=words(rng, "a", "b")))


def test_what_never_misses_in_training_never_misses(rng: np.random.Generator) -> None:
    gaps = np.where(rng.random(300) < 0.4, np.nan, rng.normal(size=300).round(2))
    made = drawn(
        table(
            gaps=gaps,
            number=rng.normal(size=300).round(2),
            target=words(rng, "yes", "no"),
            flag=rng.integers(0, 2, 300).astype(float),
        ),
        500,
    )
    assert made["gaps"].isna().any()
    assert made[["number", "target", "flag"]].notna().all(axis=None)
