"""One attack, two designs: with a hold-out, and with folds in which each person stands outside once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from honest import draft, draft_of, honest, people, source
from shop import shop

from privsynth.dataset import Dataset, Table
from privsynth.gate.evidence.sides import sides_of
from privsynth.measure.attacks.attack import Attacked
from privsynth.source import Source, SourceFold

REAL, MADE = people(12, 1), honest(12, 2)


def in_folds() -> Source:
    drawn = Dataset((honest(12, 3),))
    parts = Dataset((REAL,)).folds(3, np.random.default_rng(0))
    whole = source(REAL, REAL.take(np.arange(0)))
    return Source(
        whole.train,
        whole.holdout,
        whole.statistics,
        folds=tuple(SourceFold(train, holdout, (drawn, drawn)) for train, holdout in parts),
    )


def counted(inside: Table, outside: Table, synthetic: Table) -> dict[str, Attacked]:
    """Wins everybody it saw, and one of those it did not."""
    assert len(synthetic) == 12
    return {
        "a": Attacked(len(inside), len(inside), control_successes=min(1, len(outside)), control_attacks=len(outside))
    }


def test_with_a_hold_out_an_attack_is_made_once() -> None:
    (sides,) = sides_of(draft(MADE), source(REAL, people(6, 4)))
    assert sides.won(counted) == {"a": (Attacked(12, 12, control_successes=1, control_attacks=6),)}
    assert sides.rows_outside == 6


def test_with_folds_draft_and_engines_stand_beside_the_people_of_all_folds() -> None:
    (sides,) = sides_of(draft(MADE), in_folds())
    assert (sides.rows_outside, sides.people_outside, sides.draws) == (12, 12, 2)
    assert sides.won(counted) == {
        "a": (
            Attacked(12, 12, control_successes=3, control_attacks=12),
            Attacked(24, 24, control_successes=3, control_attacks=12),
        )
    }


def test_each_person_lies_outside_of_one_fold() -> None:
    person = REAL.frame.assign(key=[f"p{n // 2}" for n in range(12)])
    rows = Table("people", REAL.columns, person, person="key")
    outside = [holdout.root.frame["key"] for _, holdout in Dataset((rows,)).folds(3, np.random.default_rng(0))]
    assert sorted(key for keys in outside for key in keys) == sorted(person["key"])
    assert not set(outside[0]) & set(outside[1])
    assert [len(set(keys)) for keys in outside] == [2, 2, 2]


def test_several_drafts_stand_beside_engines_that_are_attacked_once() -> None:
    (sides,), attacked = sides_of(draft(MADE), in_folds()), list[Table]()

    def attack(inside: Table, outside: Table, synthetic: Table) -> dict[str, Attacked]:
        attacked.append(synthetic)
        return counted(inside, outside, synthetic)

    assert list(sides.won_by(attack, [MADE, MADE])) == 2 * [sides.won(counted)]
    assert len(attacked) == 2 + 3


def test_rows_below_one_row_of_the_parent_are_one_persons() -> None:
    whole = shop(40)
    data = whole.replace_tables(*(replace(table, person=None) for table in whole))
    sides = {
        each.train.name: each
        for each in sides_of(draft_of(data), replace(source(REAL, None), train=data, holdout=data))
    }
    child = next(relation.child for relation in data.relations)
    of_orders = sides[child]
    assert len(of_orders.train) > of_orders.train.number_of_people == of_orders.made.number_of_people
    assert of_orders.train.number_of_people == len(set(data[child].key_text(data.person_column(child) or "")))


def test_over_folds_repetition_is_that_of_all_successes() -> None:
    def repeated(inside: Table, outside: Table, synthetic: Table) -> dict[str, Attacked]:
        again = 3.0 if len(outside) else 2.0
        return {"a": replace(counted(inside, outside, synthetic)["a"], again=again, control_again=again + 1)}

    (sides,) = sides_of(draft(MADE), in_folds())
    beside, engines = sides.won(repeated)["a"]
    assert (beside.again, beside.control_again) == (2.0, pytest.approx(4.0))
    assert (engines.again, engines.control_again) == (pytest.approx(3.0), pytest.approx(4.0))
