"""Singling out, linking and inference: truths on few rows, and what a whole copy, no copy and part of a copy give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from honest import LEARNT, honest, people, planted

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks.inference import guessed, inference, look_up
from privsynth.measure.attacks.linkability import linkability
from privsynth.measure.attacks.singling_out import _draws, singling_out
from privsynth.measure.distance.gower import nearest_rows, spaces

HALVES = (LEARNT[::2], LEARNT[1::2])
KNOWN = [name for name in LEARNT if name != "income"]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def table(**columns: list[object]) -> Table:
    frame = pd.DataFrame(
        {name: pd.Series(values, dtype="float64" if _is_number(values) else object) for name, values in columns.items()}
    )
    return Table(
        "t",
        tuple(Column(name, Kind.NUMBER if frame[name].dtype.kind == "f" else Kind.CATEGORY) for name in columns),
        frame,
    )


def _is_number(values: list[object]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def test_the_nearest_rows_are_all_that_are_equally_near() -> None:
    known, made = spaces((table(a=[0.0], b=["x"]), table(a=[0.0, 10.0, 0.0, 5.0], b=["x", "x", "y", "x"])), ["a", "b"])
    ((_, near),) = nearest_rows(known, made)
    assert near.tolist() == [[True, False, False, False]]
    known, made = spaces((table(a=[2.5], b=["z"]), table(a=[0.0, 10.0, 5.0], b=["x", "x", "y"])), ["a", "b"])
    ((_, near),) = nearest_rows(known, made)
    assert near.tolist() == [[True, False, True]]


def test_missing_is_near_to_missing_only() -> None:
    known, made = spaces((table(a=[np.nan]), table(a=[0.0, np.nan, 1.0])), ["a"])
    ((_, near),) = nearest_rows(known, made)
    assert near.tolist() == [[False, True, False]]


def test_four_rows_that_are_their_own_nearest_are_all_linked() -> None:
    four = table(a=[0.0, 1.0, 2.0, 3.0], b=[0.0, 1.0, 2.0, 3.0])
    found = linkability(four, four.take(np.arange(0)), four, (["a"], ["b"]), attacks=4, rng=rng())
    assert found.successes == 4


def test_a_tie_counts_for_what_a_guess_among_it_is_worth() -> None:
    """Both parts fit both rows: the attacker links them in half of all cases."""
    twins = table(a=[1.0, 1.0], b=[2.0, 2.0])
    assert linkability(twins, twins, twins, (["a"], ["b"]), attacks=2, rng=rng()).successes == pytest.approx(1.0)


def test_a_number_is_guessed_within_five_percent_of_the_guess() -> None:
    assert guessed(np.array([100.0, 100.0, np.nan, -100.0]), np.array([104.9, 105.1, np.nan, -104.0])).tolist() == [
        True,
        False,
        True,
        True,
    ]


def some_secrets(rows: int, seed: int) -> Table:
    """Numbers with gaps and many ties, secrets at the very end of what counts as near, negative ones and noughts."""
    draws = np.random.default_rng(seed)
    return table(
        age=[float(each) for each in draws.integers(0, 6, rows)],
        debt=[np.nan if each > 3 else float(each) for each in draws.integers(0, 6, rows)],
        town=[f"town {each}" for each in draws.integers(0, 3, rows)],
        pay=[float(each) for each in draws.choice([0, 20, 21, 100, 105, -20, -21, np.nan], rows)],
        ill=[f"ill {each}" for each in draws.integers(0, 4, rows)],
    )


@pytest.mark.parametrize("asked", ["pay", "ill"])
@pytest.mark.parametrize("known", [["age", "debt", "town"], ["debt"], ["town"]])
def test_looking_up_by_groups_wins_what_looking_at_every_row_wins(asked: str, known: list[str]) -> None:
    people, made = some_secrets(60, 1), some_secrets(80, 2)
    found = inference(people, people, made, known_columns=known, sensitive=asked, attacks=60, rng=rng())
    left, right = spaces((people, made), known)
    truth, offered = (each.values(asked) if asked == "pay" else each.text(asked) for each in (people, made))
    won = sum(
        guessed(offered[near], np.full(near.sum(), each)).mean()
        for rows, block in nearest_rows(left, right)
        for near, each in zip(block, truth[rows], strict=True)
    )
    assert found.successes == pytest.approx(won)
    assert found.guesses == pytest.approx(sum(guessed(offered, np.full(80, each)).mean() for each in truth))


def test_people_are_looked_up_once_for_all_secrets() -> None:
    people, control, made = some_secrets(60, 1), some_secrets(50, 3), some_secrets(80, 2)
    known = ["age", "town"]
    found = look_up(people, control, made, known_columns=known, attacks=40, rng=rng())
    for secret in ("pay", "ill"):
        alone = inference(people, control, made, known_columns=known, sensitive=secret, attacks=40, rng=rng())
        assert found.reads(secret) == alone


def test_descriptions_that_fit_one_synthetic_row_are_tried_on_the_people() -> None:
    """Equal rows count once, so 1, 7, x and z are each held once, and 1 and 7 are the ends.

    Of the people 7 fits one, 7 or more fits one.
    """
    made = table(n=[1.0, 1.0, 7.0], c=["x", "x", "z"])
    real = table(n=[2.0, 3.0, 7.0], c=["x", "x", "y"])
    found, described = singling_out(real, real, made, ["n", "c"], attacks=10, rng=rng(), several=False)
    assert described == 6
    assert found.successes == 2


def test_a_copy_of_the_source_is_singled_out_and_linked() -> None:
    train, control = people(1500, 1), people(1500, 2)
    for several in (False, True):
        found, _ = singling_out(train, control, train, LEARNT, attacks=1000, rng=rng(), several=several)
        assert found.risk > 0.7
    assert linkability(train, control, train, HALVES, attacks=1000, rng=rng()).risk > 0.85
    whole = inference(train, control, train, known_columns=KNOWN, sensitive="income", attacks=1000, rng=rng())
    assert whole.successes >= 999


def test_an_independent_table_is_no_risk() -> None:
    train, control, made = people(1500, 1), people(1500, 2), honest(1500, 3)
    for several in (False, True):
        found, _ = singling_out(train, control, made, LEARNT, attacks=1000, rng=rng(), several=several)
        assert found.interval[0] == 0.0
    assert linkability(train, control, made, HALVES, attacks=1000, rng=rng()).interval[0] == 0.0
    assert (
        inference(train, control, made, known_columns=KNOWN, sensitive="income", attacks=1000, rng=rng()).interval[0]
        == 0.0
    )


def test_the_risk_rises_with_the_share_of_copies() -> None:
    train, control, made = people(2000, 1), people(2000, 2), honest(2000, 3)
    shares = (0, 0.05, 0.25, 0.5, 1)
    leaky = [planted(made, train, np.arange(round(share * 2000))) if share else made for share in shares]
    linked = [linkability(train, control, each, HALVES, attacks=2000, rng=rng()).risk for each in leaky]
    singled = [
        singling_out(train, control, each, LEARNT, attacks=2000, rng=rng(), several=False)[0].risk for each in leaky
    ]
    assert linked == sorted(linked)
    assert singled == sorted(singled)
    assert linked[1] > 0.01
    assert singled[1] > 0.01


def test_the_larger_side_is_thinned_before_it_is_compared() -> None:
    """Four times as many training rows must not look like a leak: a description fits one of many less often."""
    train, control, made = people(4000, 1), people(1000, 2), honest(3000, 3)
    found, _ = singling_out(train, control, made, LEARNT, attacks=1000, rng=rng(), several=False)
    assert found.interval[0] == 0.0


def test_where_there_are_fewer_descriptions_than_tries_each_is_tried_once() -> None:
    """Four rows, and two of three columns: twelve."""
    drawn = [
        (row, *chosen)
        for rows, columns in _draws(4, 3, 2, 50_000, rng())
        for row, chosen in zip(rows, columns, strict=True)
    ]
    assert sorted(drawn) == [(row, *pair) for row in range(4) for pair in ((0, 1), (0, 2), (1, 2))]
