from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rulebooks import book, frame_of, made

from privsynth.errors import BackendError, PolicyError

LAWS = """a: {lognormal: {median: 100, sigma: 1}}
b: {gamma: {mean: 5, shape: 2}, missing: 0.1}
c: {date: {low: 2000-01-01, high: 2024-12-31}}"""
MATRIX = "    correlate:\n      - {columns: [a, b, c], rank: [[1, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 1]]}\n"


def pairs(words: str) -> str:
    return f"    correlate:\n      - {{{words}}}\n"


def test_ranks_are_correlated_as_asked_and_no_column_changes_its_values(tmp_path: Path) -> None:
    plain = frame_of(tmp_path, LAWS, 10_000)
    tied = frame_of(tmp_path, LAWS, 10_000, MATRIX)
    assert sorted(plain["a"]) == sorted(tied["a"])
    assert sorted(plain["c"]) == sorted(tied["c"])
    assert tied["b"].isna().mean() == pytest.approx(0.1, abs=0.01)
    ranks = tied.assign(c=tied["c"].astype("int64")).corr("spearman").to_numpy()
    np.testing.assert_allclose(ranks, [[1, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 1]], atol=0.02)


def test_values_that_repeat_are_correlated_as_asked_too(tmp_path: Path) -> None:
    columns = "a: {choice: {0: 0.7, 1: 0.3}}\nb: {whole: {low: 1, high: 5}}\nc: {normal: {mean: 0, sd: 1}, decimals: 0}"
    frame = frame_of(tmp_path, columns, 10_000, pairs("a ~ b: 0.5, b ~ c: -0.8"))
    ranks = frame.corr("spearman")
    assert ranks.loc["a", "b"] == pytest.approx(0.5, abs=0.02)
    assert ranks.loc["b", "c"] == pytest.approx(-0.8, abs=0.02)


def test_pairs_that_are_not_asked_for_follow_from_the_others(tmp_path: Path) -> None:
    columns = "\n".join(f"{name}: {{uniform: {{low: 0, high: 1}}, decimals: 9}}" for name in "abcd")
    ranks = frame_of(tmp_path, columns, 10_000, pairs("a ~ c: 0.8, b ~ c: 0.8, a ~ d: 0.5")).corr("spearman")
    assert ranks.loc["a", "c"] == pytest.approx(0.8, abs=0.02)
    assert ranks.loc["b", "c"] == pytest.approx(0.8, abs=0.02)
    assert ranks.loc["a", "b"] == pytest.approx(0.64, abs=0.04)
    assert ranks.loc["c", "d"] == pytest.approx(0.4, abs=0.04)


def test_other_columns_stay_as_they_were_and_those_that_follow_are_made_from_what_was_placed(tmp_path: Path) -> None:
    more = LAWS + "\nd: {sql: a * 2}\ne: {normal: {mean: 0, sd: 1}}"
    plain, tied = frame_of(tmp_path, more, 500), frame_of(tmp_path, more, 500, pairs("a ~ b: 0.5"))
    assert plain["e"].equals(tied["e"])
    assert plain["c"].equals(tied["c"])
    assert not plain["a"].equals(tied["a"])
    np.testing.assert_allclose(tied["d"], tied["a"] * 2)


def test_rows_drawn_again_keep_their_correlation_and_no_column_that_is_not_named_its_law(tmp_path: Path) -> None:
    columns = "a: {normal: {mean: 0, sd: 1}}\nb: {normal: {mean: 0, sd: 1}}\nc: {normal: {mean: a, sd: 1}}"
    plain = frame_of(tmp_path, columns, 10_000)
    frame = frame_of(tmp_path, columns, 10_000, pairs("a ~ b: 0.6") + "    expect:\n      - a < 1\n      - c > -2\n")
    assert (frame["a"] < 1).all()
    assert (frame["c"] > -2).all()
    assert sorted(frame["b"]) == sorted(plain["b"])
    assert frame["c"].corr(frame["a"]) > 0.5
    assert frame.corr("spearman").loc["a", "b"] == pytest.approx(0.6, abs=0.02)


def test_a_column_is_drawn_again_only_where_what_is_said_of_it_is_broken(tmp_path: Path) -> None:
    columns = "a: {normal: {mean: 0, sd: 1}}\nb: {normal: {mean: 0, sd: 1}}"
    expect = "    expect:\n      - a < 1\n      - b > -3\n"
    frame = frame_of(tmp_path, columns, 10_000, pairs("a ~ b: 0.6") + expect)
    assert frame["b"].mean() == pytest.approx(0, abs=0.03)
    assert frame.corr("spearman").loc["a", "b"] == pytest.approx(0.6, abs=0.02)


def test_a_correlation_that_expectations_do_not_leave_is_told_with_what_it_is(tmp_path: Path) -> None:
    columns = "a: {normal: {mean: 0, sd: 1}}\nb: {normal: {mean: 0, sd: 1}}"
    text = book(columns, rows=2_000, rest=pairs("a ~ b: 0.6") + "    expect:\n      - a * b < 0\n")
    data = made(tmp_path, text)
    frame = data.tables[0].frame
    assert (frame["a"] * frame["b"] < 0).all()
    found = frame.corr("spearman").loc["a", "b"]
    assert f"a ~ b is {found:.3f}, not 0.600" in " ".join(data.notes)
    assert not made(tmp_path, book(columns, rows=2_000, rest=pairs("a ~ b: 0.6"))).notes


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_few_rows_of_few_values_are_made_too(tmp_path: Path, rows: int) -> None:
    columns = "a: {choice: {0: 0.9, 1: 0.1}}\nb: {whole: {low: 1, high: 3}}"
    assert len(frame_of(tmp_path, columns, rows, pairs("a ~ b: 0.3"))) == rows


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_few_rows_are_made_too(tmp_path: Path, rows: int) -> None:
    assert len(made(tmp_path, book(LAWS, rows=rows, rest=MATRIX)).tables[0].frame) == rows


def test_ranks_that_contradict_each_other_are_refused_with_the_pair_and_what_is_possible(tmp_path: Path) -> None:
    columns = "\n".join(f"{name}: {{uniform: {{low: 0, high: 1}}}}" for name in "abc")
    rank = "rank: [[1, 0.9, 0.9], [0.9, 1, 0.1], [0.9, 0.1, 1]]"
    with pytest.raises(PolicyError, match=r"b ~ c cannot be 0.1 .* between 0.63 and 1.00"):
        frame_of(tmp_path, columns, 10, f"    correlate:\n      - {{columns: [a, b, c], {rank}}}\n")


def test_more_than_repeated_values_can_have_is_refused(tmp_path: Path) -> None:
    columns = "a: {choice: {0: 0.9, 1: 0.1}}\nb: {choice: {0: 0.1, 1: 0.9}}"
    with pytest.raises(BackendError, match=r"columns a and b hold few different values: .* 0.80 cannot be reached"):
        frame_of(tmp_path, columns, 1_000, pairs("a ~ b: 0.8"))


@pytest.mark.parametrize(
    ("columns", "words", "problem"),
    [
        ("x: {sql: a * 2}", "a ~ x: 0.5", "column x cannot be correlated: it follows a"),
        ("x: {normal: {mean: a, sd: 1}}", "a ~ x: 0.5", "it follows a"),
        ("x: {sequence: {}}", "a ~ x: 0.5", "sequence makes a column of its own"),
        ("x: {choice: [p, q]}", "a ~ x: 0.5", "it is category; only numbers and dates have ranks"),
        ("x: {constant: 1}", "a ~ x: 0.5", "the same everywhere"),
        ("x: {constant: 1}", "a ~ y: 0.5", "there is no column y"),
        ("x: {constant: 1}", "a ~ a: 0.5", "a pair of columns is written"),
        ("x: {uniform: {low: 0, high: 1}}", "a ~ x: 1.5", "lies between -0.99 and 0.99"),
        ("x: {uniform: {low: 0, high: 1}}", "a ~ x: 0.5, x ~ a: 0.5", "is said twice"),
        ("x: {uniform: {low: 0, high: 1}}", "columns: [a, x], rank: [[1, 0.5], [0.4, 1]]", "the same on both sides"),
        ("x: {uniform: {low: 0, high: 1}}", "columns: [a, x], rank: [[1, 0.5]]", "2 by as many"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(tmp_path: Path, columns: str, words: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        frame_of(tmp_path, f"a: {{uniform: {{low: 0, high: 1}}}}\n{columns}", 10, pairs(words))
    assert error.value.message.startswith("book.yaml:")
