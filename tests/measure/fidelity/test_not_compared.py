"""What is said of columns that no value of can be compared, and of rows that repeat each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from honest import honest, people, with_contacts, with_frame

from privsynth.dataset import Column, Kind, Table
from privsynth.mask_steps import Redact
from privsynth.measure.fidelity.invented import not_compared_kept
from privsynth.measure.fidelity.kept import Kept, worst
from privsynth.measure.fidelity.keys import repeats_kept
from privsynth.measure.fidelity.sides import sides_of

ROWS = 600


def lost(made: Table) -> list[Kept]:
    real, fresh = (with_contacts(people(ROWS, seed), seed) for seed in (1, 3))
    return worst(not_compared_kept(sides_of(real, made, fresh, np.random.default_rng(0))))


def contacts(**values: object) -> Table:
    made = with_contacts(honest(ROWS, 2), 2)
    cells = {name: pd.Series([value] * ROWS, dtype=object) for name, value in values.items()}
    return with_frame(made, made.frame.assign(**cells))


def test_of_honestly_invented_columns_nothing_is_lost() -> None:
    assert lost(contacts()) == []


@pytest.mark.parametrize("name", ["note", "email", "key", "last_name"])
def test_an_invented_column_that_came_out_empty_says_nothing_any_more(name: str) -> None:
    found = {kept.aspect: kept for kept in lost(contacts(**{name: None}))}
    assert (found["levels"].where, found["levels"].words) == ((name,), f"{name} came out empty")
    assert found["levels"].at_most < 0.03
    assert found["gaps"].words == f"{name} is missing in 100 % of the rows, in 0 % of as many real ones"


def test_an_invented_column_of_one_value_is_named() -> None:
    (only,) = lost(contacts(note="text"))
    assert (only.aspect, only.where, only.kept) == ("levels", ("note",), 0.0)


def test_half_of_the_texts_gone_is_named() -> None:
    made = contacts()
    note = made.frame["note"].where(np.arange(ROWS) % 2 == 0, None)
    found = [kept for kept in lost(with_frame(made, made.frame.assign(note=note))) if kept.aspect == "gaps"]
    assert [kept.kept for kept in found] == [0.0]


def test_a_number_that_became_text_is_lost_by_name() -> None:
    made = contacts(age="x")
    columns = tuple(Column("age", Kind.CATEGORY) if c.name == "age" else c for c in made.columns)
    (only,) = lost(replace(made, columns=columns))
    assert (only.aspect, only.where, only.at_most) == ("columns", ("age",), 0.0)
    assert only.words.startswith("age came out as the kind category where the real rows have the kind integer")


def test_what_masking_took_away_was_asked_for() -> None:
    made = contacts(note=None)
    columns = tuple(replace(c, step=Redact(do="redact")) if c.name == "note" else c for c in made.columns)
    assert lost(replace(made, columns=columns)) == []


def repeats(real: list[str], made: list[str]) -> Kept:
    columns = (Column("a", Kind.CATEGORY), Column("b", Kind.CATEGORY))

    def table(rows: list[str]) -> Table:
        frame = pd.DataFrame({"a": pd.Series([row[0] for row in rows], dtype=object)})
        return Table("t", columns, frame.assign(b=pd.Series([row[1:] for row in rows], dtype=object)))

    (only,) = repeats_kept(table(real), table(made), ("a", "b"), np.random.default_rng(0))
    return only


ONCE = [f"a{n}" for n in range(100)]


def test_everybody_told_twice_is_seen_by_the_rows_that_repeat() -> None:
    found = repeats(ONCE, [*ONCE[:50], *ONCE[:50]])
    assert (found.kept, found.fresh, found.where) == (0.5, 1.0, ())
    assert found.is_lost
    assert found.words == "50 % of the rows repeat another one in all that can be compared, 0 % of as many real ones"


def test_rows_that_repeat_as_the_real_ones_do_are_nothing() -> None:
    twice = [*ONCE[:50], *ONCE[:50]]
    assert not repeats(twice, [*twice[:-2], "b1", "b2"]).is_lost
    assert not repeats(ONCE, ONCE).is_lost
