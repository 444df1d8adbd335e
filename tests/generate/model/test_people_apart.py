"""Rows of one table that belong to people: how many each has, and what stays the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Rule, Table
from privsynth.generate.model import Model
from privsynth.generate.model.tables.people import exactly, people_apart
from privsynth.options import Limits, ModelOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Fact, Statistics, Taken

PEOPLE = 400


def visits(people: int = PEOPLE) -> Dataset:
    """Each person once, or two to four times; her sex and name stay, her pressure lies about her own usual one."""
    rng = np.random.default_rng(5)
    times = np.where(rng.random(people) < 0.5, 1, rng.integers(2, 5, people))
    who = np.repeat(np.arange(people), times)
    number = pd.Series(who).groupby(who).cumcount().to_numpy() + 1.0
    usual = rng.normal(120, 15, people)
    frame = pd.DataFrame(
        {
            "patient": who + 1000.0,
            "name": np.array([f"Ann No{at}" for at in who], dtype=object),
            "sex": np.where(who % 2, "f", "m").astype(object),
            "visit": number,
            "pressure": np.round(usual[who] + rng.normal(0, 3, len(who))),
        }
    ).sample(frac=1, random_state=1, ignore_index=True)
    columns = (
        Column("patient", Kind.INTEGER, role=Role.IDENTIFIER),
        Column("name", Kind.CATEGORY, role=Role.DIRECT, entity="PERSON"),
        Column("sex", Kind.CATEGORY),
        Column("visit", Kind.INTEGER),
        Column("pressure", Kind.INTEGER, spelling=Spelling()),
    )
    return Dataset((Table("visits", columns, frame, person="patient"),))


def drawn(data: Dataset, rows: int | None = None, seed: int = 1) -> Table:
    panel = Fact("panel", table="visits", columns=("patient", "visit"), share=1.0, words="")
    facts = Statistics({"visits": {}}, Taken(), (panel,))
    model = Model(ModelOptions(), limits()).fit(data, facts, np.random.default_rng(seed))
    return model.sample(rows, np.random.default_rng(seed))["visits"]


def limits() -> Limits:
    return Policy().limits


def test_people_have_as_many_rows_as_real_ones() -> None:
    data = visits()
    made = drawn(data)
    shares = [
        pd.Series(table.people).value_counts().value_counts(normalize=True).reindex(range(1, 5), fill_value=0)
        for table in (data.root, made)
    ]
    assert float((shares[0] - shares[1]).abs().sum() / 2) <= 0.05


def test_what_stays_the_same_is_the_same_in_all_rows_of_a_person() -> None:
    frame = drawn(visits()).frame
    for name in ("sex", "name"):
        assert (frame.groupby("patient")[name].nunique() == 1).all()


def test_visits_are_counted_from_one_and_pressures_stay_near_each_other() -> None:
    frame = drawn(visits()).frame
    assert (frame.groupby("patient")["visit"].min() == 1).mean() > 0.9
    several = frame[frame.groupby("patient")["visit"].transform("size") > 1]
    within = several.groupby("patient")["pressure"].std().mean()
    assert within < 0.6 * frame["pressure"].std()


def test_as_many_rows_come_as_are_asked_for_in_the_order_of_the_source_columns() -> None:
    data = visits()
    for rows in (0, 1, 37, 2_500):
        made = drawn(data, rows)
        assert len(made) == rows
        assert list(made.frame.columns) == list(data.root.frame.columns)
    assert made.person == "patient"
    assert made["name"].fabricated
    assert not made["sex"].fabricated


def test_a_rule_over_what_stays_and_what_changes_holds() -> None:
    data = visits()
    rule = Rule("late visits are of women", "visit < 4 or sex = 'f'")
    ruled = data.replace_tables(Table(**{**vars_of(data.root), "rules": (rule,)}))
    frame = drawn(ruled).frame
    assert ((frame["visit"] < 4) | (frame["sex"] == "f")).all()


def vars_of(table: Table) -> dict[str, object]:
    return {name: getattr(table, name) for name in ("name", "columns", "frame", "person")}


def test_few_people_or_one_row_each_are_left_as_they_are() -> None:
    for data in (visits(20), Dataset((Table(**{**vars_of(visits().root), "person": None}),))):
        same, parts = people_apart(data, (), 10)
        assert not parts
        assert same.names == ["visits"]


def test_rows_are_made_up_to_the_number_that_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    at = np.array([0, 0, 1, 2, 2, 2])
    assert exactly(at, 4, rng).tolist() == [0, 0, 1, 2]
    more = exactly(at, 8, rng)
    assert len(more) == 8
    assert set(more.tolist()) == {0, 1, 2}
    assert exactly(np.array([], dtype=int), 0, rng).tolist() == []


def test_what_changes_in_a_few_people_stays_beside_what_decides_it() -> None:
    """A grade that changes in 3 of 400 people decides two classes, which change with it in one and two of them."""
    who = np.repeat(np.arange(400), 3)
    grade = who % 4 * 1.0
    grade[[0, 3, 6]] = [2.0, 0.0, 3.0]
    frame = pd.DataFrame({"who": who * 1.0, "grade": grade, "upper": (grade >= 3) * 1.0, "even": grade % 2})
    frame["sex"] = who % 2 * 1.0
    t = Table("t", tuple(Column(name, Kind.INTEGER) for name in frame), frame, person="who")
    ties = [Fact("dependency", table="t", columns=("grade", name), share=1.0, words="") for name in ("upper", "even")]
    assert people_apart(Dataset((t,)), (), 10)[1][0].steady == ("who", "upper", "even", "sex")
    assert people_apart(Dataset((t,)), ties, 10)[1][0].steady == ("who", "sex")
