"""Noise, and values that change places."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_rows import applied, column, learnt, seeds_of, told

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.stir import MovedNumbers, givers, middle_half, normal
from privsynth.mask_steps import Noise, Shuffle
from privsynth.people.draws import Draws


def test_drawn_numbers_are_normal() -> None:
    made = normal(Draws(seeds_of(range(40_000))))
    assert abs(made.mean()) < 0.02
    assert abs(made.std() - 1) < 0.02
    assert abs((np.abs(made) < 1.96).mean() - 0.95) < 0.005


@pytest.mark.parametrize(
    ("values", "spread"),
    [([0, 1, 2, 3, 4], 2.0), ([0] * 12 + [4, 8, 12], 4.0), ([5, 5, 5, 5, 9], 4.0), ([5, 5], 0.0), ([], 0.0)],
)
def test_the_middle_half_is_that_of_the_other_numbers_where_one_prevails(values: list[float], spread: float) -> None:
    assert middle_half(np.array(values, dtype=np.float64)) == pytest.approx(spread)


@given(st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=1, max_size=60), st.integers(1, 4))
def test_noise_keeps_missing_zeros_signs_integers_and_ends(values: list[int | None], k_rare: int) -> None:
    table = column(Kind.INTEGER, values)
    fitted = learnt(table, Noise(share=0.5), k_rare=k_rare)
    assert isinstance(fitted, MovedNumbers)
    for old, new in zip(values, told(fitted, table), strict=True):
        assert (old is None) == (new is None)
        if old is not None and new is not None:
            assert fitted.low <= new <= fitted.high
            assert new == round(new)
            if fitted.low <= old <= fitted.high:
                assert np.sign(old) == np.sign(new)


def test_noise_is_of_the_size_that_was_asked(rng: np.random.Generator) -> None:
    values = np.round(rng.normal(1000, 100, 20_000), 2)
    table = column(Kind.NUMBER, values.tolist(), decimals=2)
    made = learnt(table, Noise(share=0.2)).apply(table, seeds_of(range(len(table))))
    inner = np.abs(values - 1000) < 150
    assert np.std((made - values)[inner]) == pytest.approx(0.2 * middle_half(values), rel=0.05)
    assert abs(np.mean((made - values)[inner])) < 1.0
    assert (np.round(made, 2) == made).all()
    assert (made != values).mean() > 0.99


def test_numbers_that_many_share_move_too_and_zeros_do_not() -> None:
    values = [0.0] * 50 + [1000.0] * 50 + [float(n) for n in range(500, 600)]
    table = column(Kind.NUMBER, values)
    made = told(learnt(table, Noise()), table)
    assert made[:50] == [0.0] * 50
    assert len(set(made[50:100])) > 10


def test_the_same_number_of_the_same_person_moves_alike() -> None:
    table = column(Kind.NUMBER, [100, 100, 100, 200, 300, 400])
    made = told(learnt(table, Noise(share=1)), table, seeds=[1, 1, 2, 3, 4, 5])
    assert made[0] == made[1] != made[2]
    assert made == told(learnt(table, Noise(share=1)), table, seeds=[1, 1, 2, 3, 4, 5])


def test_what_noise_cannot_do_is_said() -> None:
    assert learnt(column(Kind.NUMBER, [5, 5, 5, 5]), Noise()).notes == (
        "table t, column x: the column holds one number, which cannot move",
    )
    (note,) = learnt(column(Kind.INTEGER, [1, 1, 2, 2, 3, 3]), Noise()).notes
    assert "less than half of the column's smallest step" in note
    with pytest.raises(PolicyError, match="noise does not work on a column of kind date"):
        learnt(column(Kind.DATE, ["2020-01-01"]), Noise())


def test_noise_on_missing_one_and_unseen_rows() -> None:
    assert applied(column(Kind.NUMBER, [None, None]), Noise()) == [None, None]
    assert applied(column(Kind.NUMBER, [5]), Noise()) == [5]
    assert applied(column(Kind.NUMBER, []), Noise()) == []
    fitted = learnt(column(Kind.NUMBER, [1, 2, 3, 4, 5, 6]), Noise())
    assert all(2 <= value <= 5 for value in told(fitted, column(Kind.NUMBER, [-1000.0, 1000.0, 3.0])))


@given(
    st.lists(st.sampled_from(["a", "b", "c", None]), max_size=40),
    st.lists(st.sampled_from(["p", "q", None]), min_size=40, max_size=40),
)
def test_shuffling_keeps_the_values_and_where_they_are_missing(
    values: list[str | None], groups: list[str | None]
) -> None:
    table = column(Kind.CATEGORY, values, g=groups[: len(values)])
    made = applied(table, Shuffle(within=["g"]))
    assert Counter(made) == Counter(values)
    assert [v is None for v in made] == [v is None for v in values]


def test_values_stay_in_their_group_and_nobody_keeps_his_own() -> None:
    values, groups = list(range(100)), ["p"] * 50 + ["q"] * 50
    table = column(Kind.INTEGER, values, g=groups)
    made = applied(table, Shuffle(within=["g"]))
    assert sorted(made[:50]) == values[:50]
    assert sorted(made[50:]) == values[50:]
    assert all(a != b for a, b in zip(values, made, strict=True))
    assert applied(table, Shuffle(within=["g"])) == made


def test_groups_of_few_rows_are_put_together() -> None:
    table = column(Kind.INTEGER, [1, 2, 3, 4, 5, 6], g=["p", "q", "r", "s", "s", "s"])
    made = applied(table, Shuffle(within=["g"]), k_rare=3)
    assert sorted(made[:3]) == [1, 2, 3]
    assert learnt(table, Shuffle(within=["g"]), k_rare=3).notes == (
        "table t, column x: groups of fewer than 3 rows were put together (fewer than 11 rows)",
    )
    alone = column(Kind.INTEGER, [1, 2, 3, 4, 5, 6, 7], g=["p", "q", "q", "q", "r", "r", "r"])
    assert applied(alone, Shuffle(within=["g"]), k_rare=3)[0] in (
        2,
        3,
        4,
        5,
        6,
        7,
    )  # what is still too small joins a larger one


@given(st.lists(st.integers(0, 9), min_size=2, max_size=60))
def test_rows_take_the_values_of_other_people_where_there_are_some(people: list[int]) -> None:
    taken = givers(seeds_of(people), np.zeros(len(people), dtype=np.int64), "x")
    assert sorted(taken) == list(range(len(people)))
    own = sum(people[a] == people[b] for a, b in enumerate(taken))
    most = Counter(people).most_common(1)[0][1]
    assert own <= max(0, 2 * most - len(people))


def test_people_with_several_rows_hardly_ever_keep_their_own() -> None:
    people = np.repeat(np.arange(100), 5)
    taken = givers(people.astype(np.uint64), np.zeros(500, dtype=np.int64), "x")
    assert (people[taken] == people).sum() == 0


def test_shuffle_names_columns_that_are_there() -> None:
    for wrong in (["nobody"], ["x"]):
        with pytest.raises(PolicyError, match="within must name other columns"):
            learnt(column(Kind.INTEGER, [1]), Shuffle(within=wrong))


def test_so_few_rows_that_shuffling_hides_nobody_are_said() -> None:
    assert applied(column(Kind.INTEGER, [1]), Shuffle()) == [1]
    assert "hides little" in learnt(column(Kind.INTEGER, [1]), Shuffle()).notes[0]
    assert applied(column(Kind.INTEGER, [None]), Shuffle()) == [None]
    assert applied(column(Kind.DATE, ["2020-01-01", "2020-01-02"]), Shuffle()) == ["2020-01-02", "2020-01-01"]
    assert told(learnt(column(Kind.INTEGER, [1, 2]), Shuffle()), column(Kind.INTEGER, [7, 8])) == [8, 7]
