"""A classifier between real and synthetic rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from honest import LEARNT, honest, people, with_frame

from privsynth import api
from privsynth.measure.fidelity import detection
from privsynth.measure.fidelity.detection import detection_auc, deviation


def test_rows_of_one_process_cannot_be_told_apart_and_shifted_ones_can(rng: np.random.Generator) -> None:
    made = honest(800, 2)
    same = detection_auc(people(800, 1), made, LEARNT, rng)
    frame = made.frame.copy()
    frame["income"] *= 3
    apart = detection_auc(people(800, 1), with_frame(made, frame), LEARNT, rng)
    assert same is not None
    assert apart is not None
    assert abs(same - 0.5) < 0.06
    assert apart > 0.75


def test_too_few_rows_give_no_answer(rng: np.random.Generator) -> None:
    assert detection_auc(people(49, 1), honest(500, 2), LEARNT, rng) is None
    assert detection_auc(people(100, 1), honest(500, 2), [], rng) is None


def test_ties_of_many_columns_are_told_from_a_thousand_rows() -> None:
    """Halves of so few rows teach too little of it: they told these apart with .84."""
    rng = np.random.default_rng(4)

    def rows(*, tied: bool) -> pd.DataFrame:
        common = rng.normal(size=(1_000, 1)) if tied else 0.0
        return pd.DataFrame(1.25 * common + rng.normal(size=(1_000, 24))).add_prefix("c")

    real, made = (api.inspect({"t": frame}).root for frame in (rows(tied=True), rows(tied=False)))
    told = detection_auc(real, made, [f"c{at}" for at in range(24)], rng)
    assert told is not None
    assert told > 0.85


def test_a_chance_is_small_where_nearly_all_are_told() -> None:
    assert deviation(0.5, 1_000) == pytest.approx(np.sqrt(1 / 6_000), rel=0.01)
    assert deviation(0.95, 1_000) < deviation(0.9, 1_000) < deviation(0.5, 1_000)
    assert deviation(0.1, 500) == deviation(0.9, 500)


@pytest.mark.parametrize(("rows", "parts"), [(100, [20] * 5), (detection.PLENTY, [detection.PLENTY // 2] * 2)])
def test_of_few_rows_all_but_a_fifth_teach_and_each_is_told_once(
    rows: int, parts: list[int], monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    tested = list[np.ndarray]()
    monkeypatch.setattr(detection, "_auc", lambda sides, test, *_: tested.append(test) or 0.5)
    table = api.inspect({"t": pd.DataFrame({"c": rng.normal(size=rows)})}).root
    assert detection_auc(table, table, ["c"], rng) == 0.5
    assert [len(test) for test in tested] == parts
    assert sorted(np.concatenate(tested)) == list(range(rows))
