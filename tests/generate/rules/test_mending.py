from __future__ import annotations

from pathlib import Path

import pytest
from rulebooks import book, fitted, frame_of, made

from privsynth.errors import BackendError
from privsynth.generate.rules.planning.redrawing import EARLY

AB = (
    "a: {uniform: {low: 0, high: 1}}\nb: {uniform: {low: 0, high: 1}}\nc: {sql: a + b}\n"
    "k: {sequence: {}}\nother: {uniform: {low: 0, high: 1}}"
)


def test_rows_that_break_an_expectation_are_drawn_again(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, AB, 500, "    expect:\n      - a < b\n      - c < 0.5\n")
    assert (frame["a"] < frame["b"]).all()
    assert (frame["c"] < 0.5).all()
    assert ((frame["a"] + frame["b"] - frame["c"]).abs() < 1e-9).all()  # what rests upon them is worked out anew


def test_columns_without_a_part_in_it_stay_as_they_were(tmp_path: Path) -> None:
    before, after = frame_of(tmp_path, AB, 500), frame_of(tmp_path, AB, 500, "    expect: [a < b]\n")
    assert before[["k", "other"]].equals(after[["k", "other"]])
    kept = (before["a"] < before["b"]).to_numpy()
    assert 200 < kept.sum() < 300
    assert before[kept].equals(after[kept])


def test_only_what_is_free_is_drawn_again(tmp_path: Path) -> None:
    text = book(
        "k: {pattern: '[a-z]{9}', unique: true}\nn: {sql: length(k)}\na: {uniform: {low: n, high: 20}}\n"
        "b: {sql: a * 2}\nz: {constant: 1}",
        rest="    expect: [b < 30]\n",
    )
    assert [turn.name for turn in fitted(tmp_path, text).plan_.tables["t"].mending[EARLY].anew] == ["a", "b"]


def test_an_impossible_expectation_is_an_error_with_counts(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"book.yaml:12:14: this expectation of table t is broken by 50 of 50 rows"):
        frame_of(tmp_path, AB, 50, "    expect: [a > 1]\n")


def test_a_key_is_never_drawn_again(tmp_path: Path) -> None:
    message = "broken by 10 of 50 rows and none of the columns it names can be drawn again"
    with pytest.raises(BackendError, match=message):
        frame_of(tmp_path, "k: {sequence: {}}", 50, "    expect: [k > 10]\n")


def test_unknown_keeps_an_expectation(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "a: {choice: [1, null]}", 50, "    expect: [a > 0]\n")
    assert frame["a"].isna().any()


@pytest.mark.parametrize("rate", [0.97, 0.6, 0.05])
def test_a_soft_expectation_is_broken_by_just_its_share(tmp_path: Path, rate: float) -> None:
    frame = frame_of(tmp_path, AB, 1_000, f"    expect: [{{that: a < b, rate: {rate}}}]\n")
    assert (frame["a"] < frame["b"]).mean() == pytest.approx(rate)


def test_a_soft_expectation_that_cannot_be_broken_is_noted(tmp_path: Path) -> None:
    data = made(tmp_path, book("a: {constant: 1}", rest="    expect: [{that: a = 1, rate: 0.9}]\n"))
    assert data.notes == ("table t: expectation 1 was to be broken by 5 of 50 rows; 5 of them keep it",)


def test_several_expectations_at_once(tmp_path: Path) -> None:
    rest = "    expect:\n      - {that: a < 0.5, rate: 0.9}\n      - {that: b < 0.5, rate: 0.8}\n      - c < 1.8\n"
    frame = frame_of(tmp_path, AB, 1_000, rest)
    assert (frame["a"] < 0.5).mean() == pytest.approx(0.9)
    assert (frame["b"] < 0.5).mean() == pytest.approx(0.8)
    assert (frame["c"] < 1.8).all()
