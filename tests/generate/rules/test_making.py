"""Every way to draw, seen from what comes out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rulebooks import book, frame_of, made

from privsynth.dataset import Kind, Role
from privsynth.errors import BackendError, PolicyError


def column(folder: Path, rule: str, rows: int = 2_000) -> pd.Series:
    return frame_of(folder, f"x: {{{rule}}}", rows)["x"]


def test_uniform_and_whole_numbers_lie_between_their_limits(tmp_path: Path) -> None:
    uniform, whole = column(tmp_path, "uniform: {low: -1, high: 3}"), column(tmp_path, "whole: {low: 1, high: 6}")
    assert uniform.between(-1, 3).all()
    assert uniform.mean() == pytest.approx(1, abs=0.1)
    assert sorted(whole.unique()) == [1, 2, 3, 4, 5, 6]
    assert whole.value_counts().min() > 270


def test_distributions_have_their_moments(tmp_path: Path) -> None:
    assert column(tmp_path, "normal: {mean: 10, sd: 2}").std() == pytest.approx(2, rel=0.1)
    assert column(tmp_path, "lognormal: {median: 100, sigma: 1}").median() == pytest.approx(100, rel=0.1)
    assert column(tmp_path, "exponential: {mean: 5}").mean() == pytest.approx(5, rel=0.1)
    assert column(tmp_path, "poisson: {mean: 3}").var() == pytest.approx(3, rel=0.15)


@pytest.mark.parametrize(
    "law",
    [
        "normal: {mean: 0, sd: 1, low: 2, high: 3}",
        "normal: {mean: 0, sd: 1, low: -3, high: -2}",
        "exponential: {mean: 1, low: 2, high: 3}",
        "lognormal: {median: 1, sigma: 1, low: 2, high: 3}",
        "poisson: {mean: 1, low: 2, high: 3}",
        "normal: {mean: 2.5, sd: 0, low: 2, high: 3}",
    ],
)
def test_a_cut_law_keeps_to_its_limits_without_piling_up_there(tmp_path: Path, law: str) -> None:
    values = column(tmp_path, law).abs()
    assert values.between(2, 3).all()
    if "poisson" not in law:
        assert values.isin([2, 3]).mean() < 0.05


def test_a_cut_normal_law_is_exact_far_out_in_the_tail(tmp_path: Path) -> None:
    values = column(tmp_path, "normal: {mean: 0, sd: 1, low: 8}, decimals: 6")
    assert values.mean() == pytest.approx(8.12, abs=0.02)


def test_a_histogram_fills_its_bins_by_weight(tmp_path: Path) -> None:
    values = column(tmp_path, "histogram: {edges: [0, 1, 10], weights: [0.9, 0.1]}")
    assert (values < 1).mean() == pytest.approx(0.9, abs=0.03)


def test_parameters_may_be_expressions_and_a_missing_one_gives_a_missing_value(tmp_path: Path) -> None:
    laws = {
        "uniform": "{low: m, high: m}",
        "whole": "{low: m, high: m}",
        "normal": "{mean: m, sd: 0.0001}",
        "lognormal": "{median: m, sigma: 0.00001}",
        "exponential": "{mean: m, low: m}",
        "poisson": "{mean: m}",
    }
    lines = "\n".join(f"{name}: {{{name}: {parameters}}}" for name, parameters in laws.items())
    frame = frame_of(
        tmp_path,
        f"m: {{choice: [5, 50, null]}}\n{lines}\n"
        "d: {date: {low: DATE '2020-01-01' + to_days(m), high: 2020-12-31}}",
        300,
    )
    assert frame.isna().all(axis=1).sum() == frame["m"].isna().sum() > 50
    known = frame.dropna()
    for name in ("uniform", "whole", "normal", "lognormal"):
        np.testing.assert_allclose(known[name], known["m"], atol=0.01)
    assert known.loc[known["m"] == 50, "poisson"].mean() == pytest.approx(50, rel=0.1)


def test_choices_follow_their_weights(tmp_path: Path) -> None:
    values = column(tmp_path, "choice: {a: 0.7, b: 0.3}")
    assert (values == "a").mean() == pytest.approx(0.7, abs=0.04)
    assert column(tmp_path, "choice: {a: 7, b: 3, never: 0}").isin(["a", "b"]).all()


def test_kinds_follow_from_the_values(tmp_path: Path) -> None:
    rules = [
        "choice: [1, 2]",
        "choice: [1, 2.25]",
        "choice: [true, false]",
        "choice: [a, b]",
        "constant: 2024-05-01",
        "constant: null",
        "pattern: a",
        "uuid: {}",
        "sequence: {}",
        "sequence: {width: 3}",
        "poisson: {mean: 1}",
        "normal: {mean: 1, sd: 1}",
        "normal: {mean: 1, sd: 1}, kind: integer",
        "whole: {low: 1, high: 3}, kind: ordinal",
    ]
    table = made(tmp_path, book("\n".join(f"x{at}: {{{rule}}}" for at, rule in enumerate(rules)))).tables[0]
    kinds = [c.kind.value for c in table.columns]
    assert kinds == [
        "integer",
        "number",
        "boolean",
        "category",
        "date",
        "text",
        "text",
        "text",
        "integer",
        "text",
        "integer",
        "number",
        "integer",
        "ordinal",
    ]
    assert [c.spelling.decimals for c in table.columns][:2] == [0, 2]
    stored = {Kind.NUMBER: "float64", Kind.INTEGER: "float64", Kind.DATE: "datetime64[us]"}
    assert all(table.frame[c.name].dtype == stored.get(c.kind, "object") for c in table.columns)
    assert set(table.frame["x13"]) == {"1", "2", "3"}


def test_numbers_are_stored_as_they_are_written(tmp_path: Path) -> None:
    table = made(
        tmp_path,
        book("a: {normal: {mean: 0, sd: 1}, decimals: 1}\nb: {sql: a * 1.5}\nc: {uniform: {low: -0.001, high: 0}}"),
    ).tables[0]
    for name in "abc":
        np.testing.assert_array_equal(table.text(name).astype(float), table.values(name))
    assert not np.signbit(table.values("c")).any()


def test_sequences(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path, "a: {sequence: {start: 9, step: 2}}\nb: {sequence: {start: 9, width: 4, prefix: K, suffix: /x}}", 3
    )
    assert list(frame["a"]) == [9, 11, 13]
    assert list(frame["b"]) == ["K0009/x", "K0010/x", "K0011/x"]


def test_uuids_are_of_version_4_and_all_different(tmp_path: Path) -> None:
    values = column(tmp_path, "uuid: {}")
    assert values.nunique() == len(values)
    assert values.map(
        lambda v: bool(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", v))
    ).all()


def test_dates_include_both_ends_and_working_days_hold_no_weekend(tmp_path: Path) -> None:
    days = column(tmp_path, "date: {low: 2024-06-01, high: 2024-06-10}")
    assert sorted(set(days.dt.day)) == list(range(1, 11))
    working = column(tmp_path, "date: {low: 2024-06-01, high: 2024-06-10, weekdays: true}")
    assert sorted(set(working.dt.day)) == [3, 4, 5, 6, 7, 10]
    timed = column(tmp_path, "date: {low: 2024-06-01, high: 2024-06-02, time: true}")
    assert timed.dt.hour.nunique() == 24
    assert (timed.dt.second == 0).all()


def test_dates_are_stored_as_far_as_their_format_tells(tmp_path: Path) -> None:
    table = made(
        tmp_path, book("x: {date: {low: 2024-06-01, high: 2024-06-30, time: true}, format: '%d.%m.%Y'}")
    ).tables[0]
    assert (table.frame["x"].dt.normalize() == table.frame["x"]).all()
    assert re.fullmatch(r"\d\d\.06\.2024", table.text("x")[0])


def test_limits_of_dates_in_the_wrong_order_are_counted(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="column x: low is after high, in 20 rows"):
        frame_of(tmp_path, "x: {date: {low: DATE '2024-01-01', high: 2023-01-01}}", 20)


def test_if_then_else_and_by(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "n: {choice: [1, 2, 1234567, null]}\na: {when: n > 1, then: {constant: many}, else: {constant: few}}\n"
        "b: {by: n, of: {1: {constant: one}, 1234567: {constant: lots}}}\n"
        "c: {by: b, of: {one: {constant: 1}}, else: {constant: 0}}",
        400,
    )
    wanted = {1.0: ("few", "one", 1), 2.0: ("many", None, 0), 1234567.0: ("many", "lots", 0)}
    for n, (a, b, c) in wanted.items():
        assert set(map(tuple, frame.loc[frame["n"] == n, ["a", "b", "c"]].to_numpy())) == {(a, b, c)}
    assert set(frame.loc[frame["n"].isna(), "a"]) == {"few"}  # unknown is not true


def test_a_mixture_mixes(tmp_path: Path) -> None:
    values = column(tmp_path, "mixture: [{weight: 0.8, constant: 0}, {weight: 0.2, uniform: {low: 1, high: 2}}]")
    assert (values == 0).mean() == pytest.approx(0.8, abs=0.04)
    assert values[values > 0].between(1, 2).all()


def test_missing_at_a_rate_and_by_an_expression(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "s: {choice: [a, b]}\nx: {constant: 1, missing: 0.3}\n"
        "y: {constant: 1, missing: \"CASE WHEN s = 'a' THEN 1 ELSE 0 END\"}",
        2_000,
    )
    assert frame["x"].isna().mean() == pytest.approx(0.3, abs=0.04)
    assert (frame["y"].isna() == (frame["s"] == "a")).all()


def test_division_by_zero_is_missing_and_counted(tmp_path: Path) -> None:
    data = made(
        tmp_path,
        book(
            "n: {sequence: {start: 0}}\nx: {sql: 10 / n}\n"
            "y: {when: 10 / n > 1, then: {constant: 1}, else: {constant: 0}}",
            rows=5,
        ),
    )
    assert list(data.tables[0].frame["x"].isna()) == [True, False, False, False, False]
    assert len(data.notes) == 2
    assert "column x: in 1 of 5 rows the value is missing" in data.notes[0]
    assert "column y: in 1 of 5 rows a condition was taken as not met" in data.notes[1]


@pytest.mark.parametrize(
    "rule",
    [
        "pattern: '[ab]{6}'",
        "whole: {low: 1, high: 64}",
        "choice: %s",
        "date: {low: 2024-01-01, high: 2024-03-04}",
        "uniform: {low: 0, high: 9}, decimals: 1",
    ],
)
def test_unique_values_are_unique_up_to_the_last(tmp_path: Path, rule: str) -> None:
    rule = rule % list(range(64)) if "%s" in rule else rule
    assert column(tmp_path, rule + ", unique: true", 64).nunique() == 64


@pytest.mark.parametrize(
    ("rule", "most"),
    [
        ("pattern: '\\d'", 10),
        ("whole: {low: 1, high: 6}", 6),
        ("choice: {a: 1, b: 0}", 1),
        ("constant: 1", 1),
        ("date: {low: 2024-01-01, high: 2024-01-31}", 31),
        ("mixture: [{weight: 1, constant: 1}, {weight: 1, choice: [2, 3]}]", 3),
    ],
)
def test_too_small_a_rule_for_unique_values_is_refused_before_the_run(tmp_path: Path, rule: str, most: int) -> None:
    with pytest.raises(PolicyError, match=f"must hold 50 different values; its rule has {most}"):
        frame_of(tmp_path, f"x: {{{rule}, unique: true}}")


def test_more_rows_are_asked_for_than_there_are_different_values_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="must hold 9 different values; its rule has 6"):
        made(tmp_path, book("x: {whole: {low: 1, high: 6}, unique: true}", rows=5), rows=9)


def test_uniqueness_that_cannot_be_counted_before_ends_with_counts(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"\d+ of 50 values were still repeated"):
        frame_of(tmp_path, "x: {uniform: {low: 0, high: 0.1}, unique: true}")


def test_roles_and_marks_of_invention(tmp_path: Path) -> None:
    text = book(
        "a: {sequence: {}}\nb: {person: email}\nc: {pattern: '[a-z]{9}', unique: true}\nd: {pattern: a}\n"
        "e: {normal: {mean: 1, sd: 1}, role: sensitive}"
    )
    columns = made(tmp_path, text).tables[0].columns
    assert [(c.role, c.fabricated, c.declared) for c in columns] == [
        (Role.IDENTIFIER, True, False),
        (Role.DIRECT, True, False),
        (Role.IDENTIFIER, True, False),
        (Role.PLAIN, True, False),
        (Role.SENSITIVE, False, True),
    ]


def test_an_error_while_drawing_names_table_and_column(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="table t, column x: sd is below 0, in 3 rows"):
        frame_of(tmp_path, "n: {constant: -1}\nx: {normal: {mean: 0, sd: n}}", 3)
