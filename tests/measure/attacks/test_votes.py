"""Rarity-weighted votes: who agrees in what is rare is heard, beyond those who agree in what everybody shares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth import api
from privsynth.dataset import Table
from privsynth.measure.attacks.disclosure import guessing, knowledge, largest_excess
from privsynth.measure.attacks.votes import ballots, votes


def table(**columns: list[object]) -> Table:
    return api.inspect({"people": pd.DataFrame(columns)}).root


def elected(people: Table, rows: Table, answers: list[int]) -> list[int]:
    theirs, voters = ballots([people, rows], [column.name for column in people.columns])
    return [int(answer) for answer in votes(theirs, voters, np.array(answers))]


def test_one_row_that_agrees_in_what_is_rare_outvotes_many_that_agree_in_what_is_common() -> None:
    rows = table(town=["oslo"] * 9 + ["vang"], sex=["f"] * 8 + ["m", "m"])
    person = table(town=["vang", "oslo"], sex=["m", "f"])
    assert elected(person, rows, [0] * 9 + [1]) == [1, 0]


def test_where_all_agree_alike_the_commonest_answer_wins() -> None:
    rows = table(town=["oslo"] * 5)
    assert elected(table(town=["oslo", "vang"]), rows, [1, 0, 1, 2, 1]) == [1, 1]


def test_an_equal_number_tells_more_than_a_near_one_and_a_near_one_more_than_a_far_one() -> None:
    numbers = [float(number) + 0.5 for number in range(200)]
    rows = table(income=numbers)
    person = table(income=[100.5, 199.9])
    near_the_end = elected(person, rows, list(range(200)))
    assert near_the_end[0] == 100
    assert near_the_end[1] >= 197  # in the last band of a hundred: two rows


def test_a_band_and_an_equal_number_in_it_tell_no_more_than_the_equal_number_alone() -> None:
    """A hundred different numbers: equality is one in a hundred, in whatever bands it lies as well."""
    (rows,) = ballots([table(income=[float(number) + 0.5 for number in range(100)])], ["income"])
    assert rows.cells.shape == (100, 3)
    assert rows.bits.sum(axis=1) == pytest.approx(np.log2((0.25 + 0.75 * 100) / 0.25))


def test_a_gap_is_no_number_and_agrees_with_a_gap() -> None:
    rows = table(income=[1.5, 2.5, None, 4.5, 5.5, 6.5])
    assert elected(table(income=[None, 4.5]), rows, [0, 0, 1, 2, 0, 0]) == [1, 2]


def test_nobody_to_vote_on_is_an_empty_answer() -> None:
    rows = table(town=["oslo"] * 5)
    assert elected(rows.take(np.arange(0)), rows, [0] * 5) == []


def test_copies_of_which_a_part_was_redrawn_are_told_by_votes_where_distances_drown() -> None:
    rng = np.random.default_rng(5)
    names = [f"trait_{at}" for at in range(8)]
    classes = [np.array([f"{at}_{level}" for level in rng.permutation(60)]) for at in range(8)]

    def crowd(rows: int) -> pd.DataFrame:
        drawn = {name: levels[rng.geometric(0.15, rows) % 60] for name, levels in zip(names, classes, strict=True)}
        return pd.DataFrame(drawn | {"secret": rng.choice(list("abcdefgh"), rows)})

    inside, outside, copied = crowd(300), crowd(300), crowd(300)
    kept = rng.random((300, 8)) < 0.4
    copied[names] = np.where(kept, inside[names], copied[names])
    copied["secret"] = inside["secret"]
    train, control, made = (api.inspect({"people": frame}).root for frame in (inside, outside, copied))
    known = knowledge(train, control, made, names, rng)
    won = guessing(known, sensitive="secret", rng=rng)
    votes_of, near = won["rarity-weighted votes"], won["nearest row"]
    assert votes_of.attacks == votes_of.control_attacks == 300
    assert votes_of.control_successes < 75
    assert votes_of.successes > near.successes
    assert largest_excess(list(won.items())).model == "rarity-weighted votes"  # type: ignore[union-attr]
