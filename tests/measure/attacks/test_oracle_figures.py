"""Our three attacks beside anonymeter 1.1.0 on the tables that it is tested with: the figures noted are its own.

InferenceEvaluator(ori, syn, aux_cols=all but income, secret="income", n_attacks=100)         77 of 100 succeed
InferenceEvaluator(ori, syn, aux_cols=all but age, secret="age", regression=True, ...)        10 of 100
LinkabilityEvaluator(ori, syn, aux_cols=(first seven, the rest), n_attacks=100)     4, on the original itself 55
SinglingOutEvaluator(...).evaluate("univariate")                             18 of 54 descriptions, on itself 56 of 56
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.inference import inference
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.attacks.singling_out import singling_out

WITHIN = 3  # attacks of a hundred


@pytest.fixture(scope="module")
def sides(material: Path) -> tuple[Table, Table]:
    original, synthetic = (_table(material / "oracle" / "anonymeter" / f"adults_{side}.csv") for side in ("ori", "syn"))
    return original, synthetic


def _table(path: Path) -> Table:
    frame = pd.read_csv(path)
    numeric = {name: frame[name].dtype.kind in "if" for name in frame}
    stored = {name: frame[name].astype("float64" if numeric[name] else object) for name in frame}
    return Table(
        "adults",
        tuple(Column(name, Kind.INTEGER if numeric[name] else Kind.CATEGORY) for name in frame),
        pd.DataFrame(stored),
    )


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def test_inference_succeeds_as_often(sides: tuple[Table, Table]) -> None:
    original, synthetic = sides
    every = names(original)
    assert inference(
        original, original, synthetic, known_columns=every[:-1], sensitive="income", attacks=100, rng=rng()
    ).successes == pytest.approx(77, abs=WITHIN)
    assert inference(
        original, original, synthetic, known_columns=every[1:], sensitive="age", attacks=100, rng=rng()
    ).successes == pytest.approx(10, abs=WITHIN)


def test_linking_succeeds_as_often(sides: tuple[Table, Table]) -> None:
    original, synthetic = sides
    halves = (names(original)[:7], names(original)[7:])
    assert linkability(original, original, synthetic, halves, attacks=100, rng=rng()).successes == pytest.approx(
        4, abs=WITHIN
    )
    assert linkability(original, original, original, halves, attacks=100, rng=rng()).successes == pytest.approx(
        55, abs=WITHIN
    )


def test_singling_out_finds_the_same_descriptions_and_people(sides: tuple[Table, Table]) -> None:
    original, synthetic = sides
    found, described = singling_out(
        original, original, synthetic, names(original), attacks=1000, rng=rng(), several=False
    )
    assert (found.successes, described) == (18, 54)
    found, described = singling_out(
        original, original, original, names(original), attacks=1000, rng=rng(), several=False
    )
    assert (found.successes, described) == (56, 56)


def test_the_original_against_itself_is_found_to_leak(sides: tuple[Table, Table]) -> None:
    original, _ = sides
    found, _ = singling_out(original, original, original, names(original), attacks=100, rng=rng(), several=True)
    assert found.successes == 100
