"""The fidelity result: score, reference, columns, pairs, whole rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import honest, people, with_frame

from privsynth.dataset import Kind, Table
from privsynth.mask_steps import KAnonymise
from privsynth.measure.fidelity import compare


def shuffled(table: Table, rng: np.random.Generator) -> Table:
    """Each column by itself is right, and nothing hangs together."""
    return with_frame(
        table,
        pd.DataFrame(
            {
                name: pd.Series(rng.permutation(table.values(name)), dtype=table.frame[name].dtype)
                for name in table.frame
            }
        ),
    )


def test_an_independent_sample_is_as_good_as_a_fresh_one(rng: np.random.Generator) -> None:
    result = compare(people(2000, 1), honest(2000, 2), people(2000, 3), rng)
    assert result.score == pytest.approx(result.reference, abs=0.02)
    assert result.relative == pytest.approx(1, abs=0.02)
    assert result.c2st == pytest.approx(0.5, abs=0.05)
    assert result.c2st_reference == pytest.approx(0.5, abs=0.05)
    assert result.left_out == ("key", "email")
    assert len(result.pairs) == result.pairs_in_all == 28


def test_a_text_that_was_made_coarser_is_not_compared_with_what_it_stands_for(rng: np.random.Generator) -> None:
    table = people(500, 1)
    name = next(c.name for c in table.columns if c.kind is Kind.CATEGORY)
    groups = with_frame(table, table.frame.assign(**{name: table.frame[name].str[:1] + "**"}))
    masked, same = (each.with_columns(replace(each[name], step=KAnonymise())) for each in (groups, table))
    assert name in compare(table, masked, table, rng, classify=False).left_out
    assert name not in compare(table, same, table, rng, classify=False).left_out
    assert name not in compare(table, groups, table, rng, classify=False).left_out  # nobody said that it should be


def test_equal_rows_score_one(rng: np.random.Generator) -> None:
    table = people(500, 1)
    result = compare(table, table, table, rng, classify=False)
    assert result.score == result.reference == 1.0
    assert result.c2st is None


def test_lost_associations_cost_the_pairs_and_not_the_columns(rng: np.random.Generator) -> None:
    real, fresh = people(2000, 1), people(2000, 3)
    kept, lost = (compare(real, made, fresh, rng) for made in (honest(2000, 2), shuffled(honest(2000, 2), rng)))
    assert lost.score is not None
    assert kept.score is not None
    assert lost.score < kept.score - 0.003
    assert [c.distance for c in lost.columns] == pytest.approx([c.distance for c in kept.columns], abs=0.03)
    pair = next(p for p in lost.pairs if {p.left, p.right} == {"income", "debt"})
    assert pair.difference < -0.1
    assert lost.c2st is not None
    assert lost.c2st > 0.7


def test_a_shifted_column_is_the_worst_one(rng: np.random.Generator) -> None:
    made = honest(1000, 2)
    frame = made.frame.copy()
    frame["age"] += 15
    result = compare(people(1000, 1), with_frame(made, frame), people(1000, 3), rng, classify=False)
    assert result.worst(1)[0].name == "age"


def test_generalised_and_invented_columns_are_left_out_and_said(rng: np.random.Generator) -> None:
    made = honest(500, 2)
    made = replace(made.with_columns(replace(made["age"], kind=Kind.CATEGORY)), frame=made.frame)
    assert compare(people(500, 1), made, people(500, 3), rng, classify=False).left_out == ("key", "email", "age")


def test_without_a_reference_the_real_rows_are_cut_in_two(rng: np.random.Generator) -> None:
    result = compare(people(1000, 1), honest(1000, 2), None, rng, classify=False)
    assert (result.rows_real, result.rows_compared) == (500, 500)
    assert result.relative == pytest.approx(1, abs=0.03)


def test_nothing_to_compare_gives_no_score(rng: np.random.Generator) -> None:
    nothing = compare(people(50, 1), honest(0, 2), people(50, 3), rng)
    assert nothing.score is None
    assert nothing.relative is None
    few = compare(people(30, 1), honest(30, 2), people(30, 3), rng)
    assert few.score is not None
    assert few.c2st is None  # too few rows for a classifier to say anything


def test_few_missing_values_are_not_told(rng: np.random.Generator) -> None:
    real = people(500, 1)
    frame = real.frame.copy()
    frame.loc[:4, "age"] = np.nan
    result = compare(with_frame(real, frame), honest(500, 2), people(500, 3), rng, classify=False)
    columns = {column.name: column for column in result.columns}
    assert columns["age"].missing_real is None
    assert columns["debt"].missing_real == pytest.approx(0.3, abs=0.1)


def test_the_same_stream_gives_the_same_result() -> None:
    first, second = (
        compare(people(300, 1), honest(300, 2), people(300, 3), np.random.default_rng(1)) for _ in range(2)
    )
    assert first == second
