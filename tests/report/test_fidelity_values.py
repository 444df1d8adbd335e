"""What the fidelity report makes of a comparison, on a comparison written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privsynth.dataset import Kind
from privsynth.measure.fidelity import ColumnFidelity, FidelityResult, PairFidelity
from privsynth.measure.fidelity.bars import Bar
from privsynth.measure.fidelity.kept import Aspect, Kept
from privsynth.report.fidelity import fidelity_numbers, fidelity_values, headline, measure, worst_things

from .conftest import Run

BARS = (Bar("low", 0.7, 0.5), Bar("high", 0.3, 0.5))
COLUMNS = (
    ColumnFidelity(
        name="age", kind=Kind.INTEGER, distance=0.05, reference=0.04, missing_real=0.0, missing_synthetic=0.0, bars=BARS
    ),
    ColumnFidelity(
        name="income",
        kind=Kind.NUMBER,
        distance=0.30,
        reference=0.05,
        missing_real=0.1,
        missing_synthetic=0.1,
        bars=BARS,
    ),
    ColumnFidelity(
        name="area", kind=Kind.CATEGORY, distance=0.02, reference=0.02, missing_real=0.0, missing_synthetic=0.5, bars=()
    ),
)
PAIRS = (
    PairFidelity(
        left="age", right="income", distance=0.2, reference=0.1, association_real=0.6, association_synthetic=0.2
    ),
    PairFidelity(
        left="age", right="area", distance=0.1, reference=0.1, association_real=0.1, association_synthetic=0.1
    ),
    PairFidelity(
        left="income", right="area", distance=0.1, reference=0.11, association_real=0.2, association_synthetic=0.1
    ),
)
RESULT = FidelityResult(
    table="customers",
    score=0.8,
    reference=0.95,
    columns=COLUMNS,
    pairs=PAIRS,
    pairs_in_all=3,
    c2st=0.7,
    c2st_reference=0.51,
    rows_real=1000,
    rows_synthetic=900,
    rows_compared=900,
    left_out=("name",),
)


def test_columns_that_are_furthest_beyond_a_fresh_sample_come_first() -> None:
    [table] = fidelity_values([RESULT])
    assert [row["column"] for row in table["columns"]] == ["income", "age", "area"]
    assert table["columns"][0]["beyond"] == pytest.approx(0.25)


def test_a_column_without_bars_is_not_drawn() -> None:
    assert fidelity_values([RESULT])[0]["drawn"] == ["income", "age"]


def test_pairs_whose_tie_changed_most_come_first() -> None:
    assert [row["left"] + "-" + row["right"] for row in fidelity_values([RESULT])[0]["pairs"]] == [
        "age-income",
        "income-area",
        "age-area",
    ]


def kept(aspect: Aspect, where: str, left: float, fresh: float = 1.0, noise: float = 0.01) -> Kept:
    return Kept(
        aspect=aspect, where=(where,), kept=left, fresh=fresh, noise=noise, rows=900, words=f"{where} keeps {left}"
    )


def test_of_each_kind_the_worst_place_is_named_and_the_worst_kind_first() -> None:
    all_kept = (kept("ties", "age", 0.6), kept("ties", "income", 0.5), kept("levels", "area", 0.1))
    assert worst_things(fidelity_values([replace(RESULT, kept=all_kept)])) == [
        "area keeps 0.1.",
        "income keeps 0.5.",
    ]


def test_what_a_fresh_sample_shows_too_or_chance_explains_is_not_called_bad() -> None:
    like = (kept("columns", "age", 0.5, fresh=0.5), kept("levels", "area", 0.8, noise=0.2))
    assert worst_things(fidelity_values([replace(RESULT, kept=like)])) == []


def test_a_score_never_stands_without_its_reference() -> None:
    numbers = fidelity_numbers(fidelity_values([RESULT]))
    assert [number["value"] for number in numbers] == ["0.800", "0.950", "0.700"]
    assert "Fresh real rows: 0.51." in numbers[2]["meaning"]
    assert (
        headline(fidelity_values([RESULT]))
        == "The data reaches 84% of what a fresh real sample reaches, compared on 3 columns."
    )


def test_a_comparison_of_nothing_has_no_score() -> None:
    empty = FidelityResult(
        table="customers",
        score=None,
        reference=None,
        columns=(),
        pairs=(),
        pairs_in_all=0,
        c2st=None,
        c2st_reference=None,
        rows_real=10,
        rows_synthetic=10,
        rows_compared=0,
        left_out=("name",),
    )
    assert fidelity_numbers(fidelity_values([empty]))[0]["value"] == "not computed"
    assert headline(fidelity_values([])) == "There was nothing to compare: fidelity was not computed."


def test_the_report_shows_the_very_score_that_the_gate_judges(run: Run) -> None:
    from privsynth.gate.fidelity import Fidelity

    score, share, *_ = Fidelity(run.policy).measure(run.draft, run.source)
    [result] = measure(run.draft, run.source, run.policy)
    assert (result.score, result.reference, result.relative) == (score.measured, score.baseline, share.measured)
