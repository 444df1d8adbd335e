from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rulebooks import frame_of
from scipy import stats

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.values.laws import _looked_up

# each law in words, as scipy has it, and two limits that leave less than half of it
CONTINUOUS = {
    "triangular": ("low: 0, mode: 2, high: 10", stats.triang(0.2, 0, 10), None),
    "gamma": ("mean: 6, shape: 3", stats.gamma(3, scale=2), (8, 12)),
    "beta": ("alpha: 2, beta: 5", stats.beta(2, 5), (0.4, 0.9)),
    "weibull": ("scale: 4, shape: 1.5", stats.weibull_min(1.5, scale=4), (5, 9)),
    "pareto": ("least: 10, shape: 2", stats.pareto(2, scale=10), (20, 80)),
    "student_t": ("median: 5, scale: 2, degrees: 3", stats.t(3, 5, 2), (8, 20)),
    "normal": ("mean: 0, sd: 1", stats.norm(), (1, 2)),
    "lognormal": ("median: 10, sigma: 0.5", stats.lognorm(0.5, scale=10), (15, 30)),
    "exponential": ("mean: 3", stats.expon(scale=3), (4, 9)),
}
COUNTS = {
    "poisson": ("mean: 4", stats.poisson(4), (6, 9)),
    "binomial": ("trials: 10, chance: 0.3", stats.binom(10, 0.3), (4, 7)),
    "geometric": ("chance: 0.4", stats.geom(0.4), (3, 6)),
    "zipf": ("shape: 1.2, high: 20", stats.zipfian(1.2, 20), None),
}


def drawn(folder: Path, law: str, words: str, rows: int = 4_000) -> pd.Series:
    return frame_of(folder, f"x: {{{law}: {{{words}}}, decimals: 12}}", rows)["x"].to_numpy()


@pytest.mark.parametrize("law", CONTINUOUS)
def test_a_law_is_the_one_of_its_name_whole_and_cut(tmp_path: Path, law: str) -> None:
    words, known, limits = CONTINUOUS[law]
    assert stats.kstest(drawn(tmp_path, law, words), known.cdf).pvalue > 1e-3
    if limits is None:
        return
    low, high = limits
    cut = drawn(tmp_path, law, f"{words}, low: {low}, high: {high}")
    assert low < cut.min() <= cut.max() < high
    below, above = known.cdf(low), known.cdf(high)
    assert stats.kstest(cut, lambda x: (known.cdf(x) - below) / (above - below)).pvalue > 1e-3


@pytest.mark.parametrize("law", COUNTS)
def test_counts_have_their_shares_whole_and_cut(tmp_path: Path, law: str) -> None:
    words, known, limits = COUNTS[law]
    frame = f"x: {{{law}: {{{words}}}}}"
    check_shares(frame_of(tmp_path, frame, 5_000)["x"], known, 0, 60)
    if limits is not None:
        low, high = limits
        cut = frame_of(tmp_path, f"x: {{{law}: {{{words}, low: {low - 0.5}, high: {high + 0.5}}}}}", 5_000)["x"]
        assert cut.between(low, high).all()
        check_shares(cut, known, low, high)


def check_shares(values: pd.Series, known: stats.rv_discrete, low: int, high: int) -> None:
    places = np.arange(low, high + 1)
    shares = known.pmf(places) / known.pmf(places).sum()
    counted = np.array([(values == place).mean() for place in places])
    np.testing.assert_allclose(counted, shares, atol=0.03)


def test_a_count_is_exact_far_out_in_either_tail(tmp_path: Path) -> None:
    far = frame_of(tmp_path, "x: {poisson: {mean: 10, low: 60}}\ny: {poisson: {mean: 500, high: 250}}", 500)
    assert far["x"].min() == 60
    assert far["x"].mean() == pytest.approx(60 + 10 / 51, abs=0.1)  # the next count is 10 / 61 as likely
    assert far["y"].max() == 250
    assert far["y"].mean() == pytest.approx(249, abs=0.3)


def test_only_some_rows_of_a_count_may_be_cut_far_out(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "a: {choice: [-99, 60, null]}\nx: {poisson: {mean: 10, low: a}}", 300)
    assert frame.groupby("a")["x"].min().between([0, 60], [8, 60]).all()
    assert frame["x"].isna().equals(frame["a"].isna())


def test_zipf_between_two_limits_of_the_row(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "s: {choice: [0.5, 2, null]}\nl: {choice: [1, 3]}\nx: {zipf: {shape: s, low: l, high: l + 3}}",
        6_000,
    )
    assert frame["x"].isna().equals(frame["s"].isna())
    for shape in (0.5, 2):
        rows = frame.loc[(frame["s"] == shape) & (frame["l"] == 3), "x"]
        weights = np.arange(3, 7) ** -float(shape)
        shares = [(rows == rank).mean() for rank in range(3, 7)]
        np.testing.assert_allclose(shares, weights / weights.sum(), atol=0.05)


def test_a_histogram_is_cut_inside_its_bins_and_never_falls_into_an_empty_one(tmp_path: Path) -> None:
    table = "edges: [0, 10, 20, 30], weights: [1, 0, 3]"
    values = frame_of(tmp_path, f"x: {{histogram: {{{table}, low: 5, high: 25}}}}", 4_000)["x"]
    assert values.between(5, 10).mean() == pytest.approx(0.25, abs=0.03)  # half of the first bin, half of the last
    assert values.between(20, 25).mean() == pytest.approx(0.75, abs=0.03)


def test_a_mixture_between_limits_keeps_the_shape_of_what_is_left(tmp_path: Path) -> None:
    values = frame_of(
        tmp_path,
        "x: {mixture: [{weight: 1, uniform: {low: 0, high: 10}}, {weight: 1, uniform: {low: 0, high: 2}}], low: 1}",
        4_000,
    )["x"]
    assert values.min() >= 1
    assert (values > 2).mean() == pytest.approx(0.8 / 1.4, abs=0.03)


def test_limits_of_several_ways_may_be_expressions_or_days(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "a: {choice: [1, 4, null]}\n"
        "x: {when: a = 4, then: {whole: {low: 0, high: 9}}, else: {whole: {low: 0, high: 5}}, low: a, high: a + 1}\n"
        "d: {mixture: [{weight: 1, date: {low: 2020-01-01, high: 2025-12-31}}], low: 2025-01-01}",
        400,
    )
    known = frame.dropna()
    assert known["x"].between(known["a"], known["a"] + 1).all()
    assert frame["d"].dt.year.eq(2025).all()


def test_a_narrow_part_of_a_mixture_is_found(tmp_path: Path) -> None:
    values = frame_of(
        tmp_path, "x: {mixture: [{weight: 1, uniform: {low: 0, high: 1000}}], low: 1, high: 2, decimals: 4}", 200
    )["x"]
    assert values.between(1, 2).all()
    assert values.nunique() > 190


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("x: {gamma: {mean: -1, shape: 1}}", "mean is not above 0"),
        ("x: {beta: {alpha: 1, beta: 1, low: 2}}", "nearly nothing lies between low and high"),
        ("x: {triangular: {low: 1, mode: 5, high: 3}}", "mode does not lie between low and high"),
        ("x: {binomial: {trials: 2.5, chance: 0.5}}", "trials is no number of tries"),
        ("x: {geometric: {chance: 0}}", "chance is a share above 0"),
        ("x: {zipf: {shape: 1, high: 2000000}}", "high is above 1,000,000"),
        ("x: {zipf: {shape: 1, low: 4, high: 3}}", "low is above high"),
        ("x: {poisson: {mean: 1, low: 1.2, high: 1.8}}", "nearly nothing lies between"),
        ("x: {histogram: {edges: [0, 1, 2], weights: [1, 0], low: 1}}", "nothing between low and high"),
        ("x: {mixture: [{weight: 1, uniform: {low: 0, high: 1}}], low: 2}", "did not fall between low and high"),
        ("x: {mixture: [{weight: 1, choice: [a, b]}], low: 2}", "low and high are for numbers and dates"),
        ("x: {choice: [1, 2], low: 2}", "a law has its own inside"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_place_before_the_run(
    tmp_path: Path, column: str, problem: str
) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        frame_of(tmp_path, column)
    assert error.value.message.startswith("book.yaml:7:")


def test_wrong_parameters_of_some_rows_are_counted(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="column x: shape is not above 0, in 7 rows"):
        frame_of(tmp_path, "a: {constant: 0}\nx: {weibull: {scale: 1, shape: a}}", 7)


@pytest.mark.parametrize("law", [stats.poisson(3.2), stats.binom(40, 0.3), stats.geom(0.02), stats.poisson(0.0)])
def test_counts_out_of_a_table_are_those_of_the_inverse(law: Any) -> None:
    shares = np.random.default_rng(1).random(3000)
    assert _looked_up(law, shares).tolist() == law.ppf(shares).tolist()
    assert _looked_up(law, shares[:2]).tolist() == law.ppf(shares[:2]).tolist()
    assert len(_looked_up(law, shares[:0])) == 0


@pytest.mark.parametrize("law", ["normal: {mean: 5, sd: 2", "lognormal: {median: 5, sigma: 0.5"])
def test_both_ends_of_a_law_may_differ_from_row_to_row(tmp_path: Path, law: str) -> None:
    frame = frame_of(tmp_path, f"a: {{uniform: {{low: 1, high: 4}}}}\nx: {{{law}, low: a, high: a + 1}}}}", 200)
    assert frame["x"].between(frame["a"] - 0.005, frame["a"] + 1.005).all()
    assert frame["x"].nunique() > 100
