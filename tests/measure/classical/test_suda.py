"""Special uniques: the figures of sdcMicro's tests, and others by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from privsynth.measure.classical.suda import suda


def test_contributions_to_the_suda_score_are_those_of_sdcmicros_tests() -> None:
    found = suda(pd.DataFrame({"a": [2, 1, 1], "b": [0, 3, 0], "c": [0, 6, 0]}))
    assert found.contributions == {"a": 50.0, "b": 37.5, "c": 37.5}
    assert found.scores.tolist() == [2.0, 4.0, 2.0]


def test_the_order_of_the_columns_does_not_matter_to_suda() -> None:
    frame = pd.DataFrame({"a": [2, 1, 1], "b": [0, 3, 0], "c": [0, 6, 0]})
    assert suda(frame[["c", "a", "b"]]).contributions == {"c": 37.5, "a": 50.0, "b": 37.5}


def test_a_unique_value_weighs_more_than_a_unique_pair() -> None:
    """Of four columns: size one weighs 3 x 2 x 1, size two 2 x 1, size three 1."""
    frame = pd.DataFrame({"a": [1, 0, 0, 0], "b": [0, 0, 1, 1], "c": [0, 0, 0, 1], "d": [0, 0, 0, 0]})
    found = suda(frame)
    assert found.scores[0] == 6.0
    assert found.scores[2] == 2.0  # b = 1 with c = 0, and not by either alone


def test_rows_that_share_everything_are_nobody_special() -> None:
    found = suda(pd.DataFrame({"a": [1, 1], "b": [2, 2]}))
    assert (found.scores.tolist(), found.dis) == ([0.0, 0.0], 0.0)


def test_the_chance_of_a_right_match_by_hand() -> None:
    """Three alone and one pair, a tenth sampled: .3 of right matches against 1.8 of wrong ones."""
    found = suda(pd.DataFrame({"a": [1, 2, 3, 4, 4]}), sampling=0.1)
    assert found.dis == pytest.approx(0.3 / 2.1)
