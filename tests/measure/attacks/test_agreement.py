"""Of whom a draft tells, beside what it tells of people whom its maker never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import plants
import pytest
from halves import halves
from honest import LEARNT, honest, most_isolated, people, planted

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.attacks import agreement as module
from privsynth.measure.attacks.agreement import Agreed, agreement, candidates, evidence, least_likely, lone_bits
from privsynth.measure.attacks.copies import CopyHits
from privsynth.measure.distance.bits import surprises
from privsynth.measure.distance.points import Points

TRAIN, HOLDOUT, HONEST = people(800, 1), people(800, 2), honest(800, 3)
EVERY = np.arange(800)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_an_honest_draft_tells_of_nobody() -> None:
    found = agreement(TRAIN, HOLDOUT, HONEST, LEARNT, rng())
    assert found.hits.pvalue > 0.05
    assert found.lone.told == 0
    assert found.lone.isolated > 700  # nearly everybody would be known by a row of eight columns


@pytest.mark.parametrize(
    "plant",
    [
        plants.verbatim(0.02),
        plants.redrawn(0.02, 2),
        plants.redrawn(0.02, 3),
        plants.moved(0.02, 5),
        plants.swapped(0.02),
        plants.rescaled(0.02, 1_000),
        plants.rescaled(0.02, 2.54),
        plants.rescaled(0.02, 1, 100),
    ],
)
def test_what_was_changed_in_copies_hides_nothing_of_what_was_not(plant: plants.Plant) -> None:
    found = agreement(TRAIN, HOLDOUT, plant(TRAIN, HONEST, rng()), LEARNT, rng()).hits
    assert found.pvalue < 0.001 / 3
    assert 0.01 < found.excess < 0.05


def test_training_and_held_out_people_are_treated_alike() -> None:
    made = plants.redrawn(0.02, 2)(TRAIN, HONEST, rng())
    assert agreement(HOLDOUT, TRAIN, made, LEARNT, rng()).hits.pvalue > 0.5
    assert agreement(HOLDOUT, TRAIN, made, LEARNT, rng()).lone.told == 0


def test_one_copied_row_of_an_isolated_person_is_told_and_one_of_a_twin_is_not() -> None:
    lonely = agreement(TRAIN, HOLDOUT, planted(HONEST, TRAIN, np.array([most_isolated(TRAIN)])), LEARNT, rng())
    assert lonely.lone.told == 1
    twins = replace(HOLDOUT, frame=pd.concat([TRAIN.frame.iloc[:1], HOLDOUT.frame.iloc[1:]], ignore_index=True))
    assert agreement(TRAIN, twins, planted(HONEST, TRAIN, np.array([0])), LEARNT, rng()).lone.told == 0


def test_noise_on_all_numbers_of_somebody_far_out_does_not_hide_him() -> None:
    train, holdout, made = halves("skewed", 1_000)
    names = [column.name for column in train.columns]
    spoilt = plants.one_isolated_noisy(train, made, rng())
    assert agreement(train, holdout, made, names, rng()).lone.told == 0
    assert agreement(train, holdout, spoilt, names, rng()).lone.told == 1


def test_what_another_real_person_shares_is_taken_off_by_half() -> None:
    told = Agreed(np.array([20.0, 20.0]), np.array([4.0, 18.0]), np.array([30.0, 30.0]))
    assert told.score.tolist() == [18.0, 11.0]
    assert told.above((15.0, 10.0)).tolist() == [True, False]
    assert told.exposed((15.0, 14.0)).tolist() == [True, False]


def test_the_bits_that_chance_does_not_give_follow_the_tail() -> None:
    # scores thin out by half with each bit: of 2,000 people so many have 1, 2, 3 ... bits
    scores = -np.log2((np.arange(2_000) + 0.5) / 2_000)
    told = Agreed(scores, np.zeros(2_000), scores)
    first, second = lone_bits(told, 2_000)
    assert first == second == pytest.approx(np.log2(2_000 / 0.005), abs=0.7)
    assert lone_bits(told.take(np.arange(5)), 5) == (np.inf, np.inf)  # too few to say anything


def test_of_several_tests_the_least_likely_counts_and_is_corrected() -> None:
    few, many = (CopyHits(train=n, of_train=100, holdout=0, of_holdout=100, scale=1.0) for n in (3, 10))
    assert least_likely([few, many]).train == 10
    assert least_likely([few, many]).pvalue == pytest.approx(2 * 0.5**10)


def test_rows_of_one_person_count_together(rng: np.random.Generator) -> None:
    """Five rows a person, each of which hundreds of others have; all five only he has."""

    def visits(first: int, count: int = 300) -> Table:
        frame = pd.DataFrame(
            {
                "who": np.repeat([f"p{first + n}" for n in range(count)], 5).astype(object),
                "ward": rng.choice(list("abcdefghij"), 5 * count).astype(object),
                "day": rng.integers(0, 30, 5 * count).astype(float),
            }
        )
        columns = (Column("who", Kind.TEXT), Column("ward", Kind.CATEGORY), Column("day", Kind.INTEGER))
        return Table("visits", columns, frame, person="who")

    train, holdout, made = visits(0), visits(1_000), visits(2_000)
    frame = made.frame.copy()
    frame.loc[:99, ["ward", "day"]] = train.frame.loc[500:599, ["ward", "day"]].to_numpy()
    frame = frame.astype({"ward": object, "day": float})
    leaky, names = replace(made, frame=frame), ["ward", "day"]
    assert agreement(train, holdout, leaky, names, rng).hits.pvalue < 1e-4
    assert agreement(train, holdout, made, names, rng).hits.pvalue > 0.05


def test_joins_find_what_all_pairs_would(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plants.redrawn(0.1, 3)(TRAIN, HONEST, rng())
    ((every,),) = evidence(TRAIN, EVERY, [made], LEARNT, rng())
    monkeypatch.setattr(module, "DENSE", 0)
    ((joined,),) = evidence(TRAIN, EVERY, [made], LEARNT, rng())
    assert (joined.told <= every.told + 1e-3).all()
    top = np.argsort(-every.told)[:60]
    assert (joined.told[top] >= every.told[top] - 1e-3).mean() > 0.9


def test_joins_weigh_no_more_than_some_pairs_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    surprise, (drawn,) = surprises(TRAIN, [HONEST], LEARNT, rng())
    monkeypatch.setattr(module, "DENSE", 0)
    pairs = list(candidates(surprise, drawn, rng()))
    assert len(pairs) == 1 + module.JOINS
    assert max(len(left) for left, _ in pairs) <= module.WIDTH * len(drawn)


@pytest.mark.parametrize("change", [lambda table: table, lambda table: table.take(EVERY[::-1])])
def test_the_order_of_rows_does_not_matter(change: Callable[[Table], Table]) -> None:
    made = plants.verbatim(0.02)(TRAIN, HONEST, rng())
    assert (
        agreement(change(TRAIN), HOLDOUT, change(made), LEARNT, rng()).lone
        == agreement(TRAIN, HOLDOUT, made, LEARNT, rng()).lone
    )


def test_without_a_hold_out_nobody_is_told_of() -> None:
    found = agreement(TRAIN, HOLDOUT.take(EVERY[:0]), TRAIN, LEARNT, rng())
    assert (found.hits.pvalue, found.lone.told) == (1.0, 0)


def test_a_few_bits_tell_of_nobody_though_all_others_have_fewer() -> None:
    """2,048 people of whom all score alike: 11 bits are one of them, and half of these another one may share."""
    alike = Agreed(np.full(500, 1.0), np.full(500, 1.0), np.full(500, 1.0))
    assert lone_bits(alike, 2_048)[0] == pytest.approx(5.5)
    few = Agreed(np.array([2.5, 12.0]), np.array([2.3, 0.0]), np.array([2.5, 12.0]))
    assert few.above(lone_bits(alike, 2_048)).tolist() == [False, True]


def test_weighed_against_every_row_at_once_a_pair_has_the_bits_it_has_alone() -> None:
    surprise, _ = surprises(TRAIN, [HONEST], LEARNT, rng())
    some = np.array([0, 17, 799])
    for row, bits in zip(some, surprise.beside(some), strict=True):
        assert bits == pytest.approx(surprise.told(surprise.real, EVERY, np.full(800, row), real=True))


def test_who_lacks_a_value_has_the_bits_he_has_alone(rng: np.random.Generator) -> None:
    """Ages that half of the people lack, and the decade that follows from them."""
    age = np.where(rng.random(300) < 0.5, np.nan, rng.integers(18, 90, 300).astype(float))
    decade = [None if np.isnan(each) else f"{each // 10:.0f}0s" for each in age]
    columns = (Column("age", Kind.NUMBER), Column("decade", Kind.CATEGORY), Column("sex", Kind.CATEGORY))
    frame = pd.DataFrame({"age": age, "decade": pd.Series(decade, dtype=object), "sex": rng.choice(["f", "m"], 300)})
    surprise, _ = surprises(Table("some", columns, frame), [], ["age", "decade", "sex"], rng)
    assert surprise.follows.any()
    assert np.isnan(age).any()
    rows = np.arange(300)
    for row, bits in zip(rows, surprise.beside(rows), strict=True):
        assert bits == pytest.approx(surprise.told(surprise.real, rows, np.full(300, row), real=True), abs=1e-5)


def test_whom_the_joins_find_nobody_like_is_weighed_against_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    train, holdout, made = halves("skewed", 600)
    real = replace(train, frame=pd.concat([train.frame, holdout.frame], ignore_index=True), origin=None)
    names, everybody = [column.name for column in real.columns], np.arange(len(real))
    ((every,),) = evidence(real, everybody, [made], names, rng())
    monkeypatch.setattr(module, "DENSE", 0)
    monkeypatch.setattr(module, "JOINS", 4)  # that miss a lot
    ((joined,),) = evidence(real, everybody, [made], names, rng())
    top = np.argsort(-joined.score)[:100]
    assert joined.shared[top] == pytest.approx(np.maximum(every.shared[top], 0))


def test_neither_the_order_of_rows_nor_chance_in_it_changes_what_a_large_table_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "DENSE", 0)
    monkeypatch.setattr(module, "SIDE", 300)  # of whom it is asked how near a draft row lies
    asked, closest = list[list[float]](), module.closest

    def seen(real: Points, rows: np.ndarray, *others: object) -> np.ndarray:
        asked.append(sorted(real.take(rows).numbers.sum(axis=1)))
        return closest(real, rows, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "closest", seen)
    made = plants.redrawn(0.02, 2)(TRAIN, HONEST, rng())
    first = agreement(TRAIN, HOLDOUT, made, LEARNT, rng())
    for seed in range(3):
        train, holdout, draft = (
            table.take(np.random.default_rng(seed).permutation(800)) for table in (TRAIN, HOLDOUT, made)
        )
        assert agreement(train, holdout, draft, LEARNT, rng()) == first
        assert asked[-1] == pytest.approx(asked[0], abs=1e-5)
