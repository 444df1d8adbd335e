"""What is said of time and memory before a fit, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.errors import BackendError
from privsynth.generate.model.choose import estimate, estimate_for
from privsynth.generate.model.choose.size import refuse_beyond, size_of
from privsynth.generate.model.engine import Size
from privsynth.options import ModelOptions
from privsynth.stages import Estimate

GB = 10**9


def source() -> Table:
    columns = (
        Column("name", Kind.CATEGORY, role=Role.DIRECT),
        Column("city", Kind.CATEGORY),
        Column("street", Kind.CATEGORY),
        Column("x", Kind.NUMBER),
    )
    words = {
        name: np.array([f"{name}{i % levels}" for i in range(100)], dtype=object)
        for name, levels in (("name", 100), ("city", 3), ("street", 40))
    }
    return Table("t", columns, pd.DataFrame({**words, "x": np.arange(100.0)}))


def test_only_what_is_learnt_counts() -> None:
    assert size_of(source(), "trees") == Size(100, 3)
    assert size_of(source(), "copula").width >= 43


def test_more_rows_columns_and_epochs_take_more() -> None:
    small = estimate(Size(10_000, 10, 100), ModelOptions())
    assert small is not None
    for larger in (Size(20_000, 10, 100), Size(10_000, 20, 100)):
        more = estimate(larger, ModelOptions())
        assert more is not None
        assert more.seconds > small.seconds
        assert more.bytes > small.bytes
    short, long = (estimate(Size(10_000, 10, 100), ModelOptions(engine="ctgan", epochs=epochs)) for epochs in (10, 300))
    assert short is not None
    assert long is not None
    assert long.seconds > 5 * short.seconds


def test_rows_beyond_what_a_tree_grows_on_cost_less_each() -> None:
    first, second, third = (estimate(Size(rows, 15), ModelOptions()) for rows in (100_000, 1_000_000, 1_900_000))
    assert first is not None
    assert second is not None
    assert third is not None
    assert third.seconds - second.seconds < 9 * first.seconds


def test_auto_tells_the_sum_of_its_trials_and_dp_nothing() -> None:
    trees, auto = (estimate_for(ModelOptions(engine=engine), source()) for engine in ("trees", "auto"))
    assert trees is not None
    assert auto is not None
    assert auto.seconds > 3 * trees.seconds
    assert estimate_for(ModelOptions(engine="dp", epsilon=1.0), source()) is None


def test_what_does_not_fit_is_refused_with_three_ways_out() -> None:
    with pytest.raises(BackendError) as refused:
        refuse_beyond(Estimate(10.0, 8 * GB), 4 * GB, source(), "ctgan")
    assert "8.0 GB" in refused.value.message
    assert "4.0 GB" in refused.value.message
    assert "fewer rows" in refused.value.hint
    assert "'street'" in refused.value.hint
    assert "engine trees" in refused.value.hint


def test_trees_are_not_named_as_the_way_out_of_trees() -> None:
    with pytest.raises(BackendError) as refused:
        refuse_beyond(Estimate(10.0, 8 * GB), 4 * GB, source(), "trees")
    assert "engine trees" not in refused.value.hint


def test_where_nobody_says_what_is_free_nothing_is_refused() -> None:
    refuse_beyond(Estimate(10.0, 8 * GB), None, source(), "trees")
    refuse_beyond(Estimate(10.0, 8 * GB), 8 * GB, source(), "trees")


@pytest.mark.parametrize(
    ("estimate_", "words"),
    [
        (Estimate(8.2, 310 * 10**6), "about 8 s, 310 MB"),
        (Estimate(720, 31 * 10**8), "about 12 min, 3.1 GB"),
        (Estimate(9000, GB), "about 2.5 h, 1.0 GB"),
    ],
)
def test_it_reads_as_people_say_it(estimate_: Estimate, words: str) -> None:
    assert str(estimate_) == words
    assert estimate_.is_long == (estimate_.seconds > 30)
