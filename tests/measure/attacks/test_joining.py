"""Two tables about the same people are joined by what both keep; strangers are not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.joining import join


def table(**columns: list[object]) -> Table:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    return Table("t", tuple(Column(str(name), Kind.TEXT) for name in frame), frame)


def test_rows_that_are_alone_with_their_values_on_both_sides_join() -> None:
    left = table(token=["a", "b", "c", "d"], town=["Ulm", "Ulm", "Bern", "Bern"], age=["30", "40", "30", "30"])
    right = table(token=["w", "x", "y", "z"], town=["Bern", "Ulm", "Bern", "Ulm"], age=["30", "40", "30", "30"])
    joined = join(left, right)
    assert joined.columns == ("town", "age")
    assert joined.rows == 2  # Ulm 30 and Ulm 40; Bern 30 stands twice


def test_a_number_is_the_same_however_it_is_spelt() -> None:
    left, right = table(a=["1.0", "2"], b=["x", "y"]), table(a=["1", "2.00"], b=["x", "y"])
    assert join(left, right).rows == 2


def test_columns_that_only_seem_to_be_kept_are_found_out() -> None:
    """Both draw invented names from one list: taken in, nothing would join."""
    rng = np.random.default_rng(1)
    amounts, towns = [f"{n}" for n in rng.permutation(300)], rng.choice(["u", "b", "g"], 300).tolist()
    names = [f"n{n % 40}" for n in range(300)]
    left = table(name=rng.permutation(names).tolist(), amount=amounts, town=towns)
    right = table(name=rng.permutation(names).tolist(), amount=amounts, town=towns)
    joined = join(left, right)
    assert set(joined.columns) == {"amount", "town"}
    assert joined.beyond_chance > 150


def test_strangers_join_by_chance_alone() -> None:
    rng = np.random.default_rng(2)
    left, right = (
        table(**{name: rng.integers(0, size, 2_000).tolist() for name, size in (("a", 60), ("b", 60), ("c", 2))})
        for _ in range(2)
    )
    joined = join(left, right)
    assert joined.rows > 100
    assert joined.beyond_chance < 60


def test_nothing_in_common_and_nothing_at_all_join_nothing() -> None:
    assert join(table(a=["x"]), table(b=["x"])).rows == 0
    assert join(table(a=[]), table(a=["x"])).rows == 0
    assert join(table(a=["x", "y"]), table(a=["v", "w"])).rows == 0
    assert join(table(a=[None, None]), table(a=[None])).rows == 0
