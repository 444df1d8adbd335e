"""Whose rows they are: told by names and values, asked where in doubt, and never by what many people share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import describe
from privsynth.policy import Policy
from privsynth.read.frames import read_frame

PEOPLE, VISITS = 60, 8


def panel(**more: Any) -> pd.DataFrame:
    """60 people x 8 visits: sex and birth year stay, pressure varies."""
    rng = np.random.default_rng(1)
    who = np.repeat(np.arange(PEOPLE), VISITS)
    frame = {
        "k": who + 500,
        "visit": np.tile(np.arange(VISITS), PEOPLE) + 1,
        "sex": np.array(["f", "m"])[rng.integers(0, 2, PEOPLE)][who],
        "arm": np.array(["a", "b", "c"])[rng.integers(0, 3, PEOPLE)][who],
        "pressure": rng.normal(120, 15, len(who)).round(1),
    }
    return pd.DataFrame({**frame, **more})


def described(frame: pd.DataFrame, policy: Policy | None = None) -> Dataset:
    return describe(read_frame(frame, policy or Policy()), policy or Policy())


def person(frame: pd.DataFrame) -> str | None:
    return described(frame).tables[0].person


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=4).reset_index(drop=True)


def questions(frame: pd.DataFrame) -> list[str]:
    return [note for note in described(frame).notes if "seem to belong to" in note]


@pytest.mark.parametrize(
    "name", ["id", "subject", "Subject", "pid", "case_id", "NR", "rat", "child", "patient no.", "x7"]
)
def test_a_code_whose_rows_hang_together_is_a_person_in_any_order_of_rows(name: str) -> None:
    frame = panel().rename(columns={"k": name})
    assert person(frame) == name
    assert person(shuffled(frame)) == name
    assert questions(frame) == []


def test_the_key_of_a_person_is_never_learnt_and_says_why() -> None:
    column = described(panel())["table"]["k"]
    assert column.role is Role.IDENTIFIER
    assert column.reason == "says whose row it is: sex, arm stay the same within one and visit tells its rows apart"


def test_a_role_that_the_policy_gives_stays() -> None:
    table = described(panel(), Policy(tables={"table": {"columns": {"k": {"role": "quasi"}}}}))["table"]
    assert (table.person, table["k"].role) == ("k", Role.QUASI)


def test_a_policy_that_repeats_what_was_found_declares_nothing() -> None:
    found = described(panel())["table"]["k"]
    said = Policy(tables={"table": {"person": "k", "columns": {"k": {"role": "identifier"}}}})
    repeated = described(panel(), said)["table"]["k"]
    assert (repeated.role, repeated.declared) == (found.role, found.declared) == (Role.IDENTIFIER, False)


def test_all_rows_of_a_person_stay_on_one_side_of_the_split() -> None:
    train, holdout = described(shuffled(panel())).split(0.5, np.random.default_rng(3))
    assert (len(train.root), len(holdout.root)) == (240, 240)
    assert not set(train.root.values("k")) & set(holdout.root.values("k"))


@pytest.mark.parametrize("name", ["country", "school_id", "store", "product_id", "batch", "year of survey"])
def test_what_many_people_share_is_nobody(name: str) -> None:
    frame = panel().rename(columns={"k": name, "sex": "colour", "arm": "size"})
    assert person(frame) is None
    assert questions(frame) == []


def test_a_survey_with_its_country_has_one_person_a_row() -> None:
    rng = np.random.default_rng(2)
    country = rng.integers(0, 50, 2_000)
    frame = pd.DataFrame(
        {
            "land_code": country + 100,
            "continent": np.array(list("ABCDE"))[country % 5],
            "age": rng.integers(18, 90, 2_000),
            "answer": rng.integers(1, 6, 2_000),
            "income": rng.normal(2_000, 600, 2_000).round(),
        }
    )
    assert person(frame) is None
    assert questions(frame) == []


def test_a_firm_is_asked_about_with_the_line_to_write() -> None:
    frame = panel().rename(columns={"k": "firm", "visit": "year"})
    assert person(frame) is None
    (note,) = questions(frame)
    assert "60 values of firm" in note
    assert "tables: { table: { person: firm } } in the policy; if not: person: null" in note


def test_a_bare_id_that_comes_back_without_more_evidence_is_asked_about() -> None:
    frame = pd.DataFrame({"id": np.repeat(np.arange(40), 5), "x": np.random.default_rng(7).normal(size=200).round(3)})
    assert person(frame) is None
    assert len(questions(frame)) == 1


def test_an_answer_ends_the_question() -> None:
    frame = panel().rename(columns={"k": "firm", "visit": "year"})
    data = described(frame, Policy(tables={"table": {"person": "firm"}}))
    assert data.tables[0].person == "firm"
    assert not any("seem to belong" in note for note in data.notes)


def test_null_says_that_each_row_is_one_person() -> None:
    data = described(panel().rename(columns={"k": "subject"}), Policy(tables={"table": {"person": None}}))
    assert data["table"].person is None
    assert not any("seem to belong" in note for note in data.notes)


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("one row each", np.arange(480)),
        ("all rows one person", np.zeros(480, dtype=int)),
        ("two people", np.arange(480) % 2),
        ("no value at all", np.full(480, np.nan)),
    ],
)
def test_nobody_is_found_where_a_column_tells_no_people_apart(what: str, values: Any) -> None:
    assert person(panel(k=values)) is None, what
    assert person(panel(k=values).rename(columns={"k": "id"})) is None, what


def test_rows_without_a_key_are_each_a_person_of_their_own() -> None:
    frame = panel().astype({"k": "float64"})
    frame.loc[frame.index[::97], "k"] = np.nan
    table = described(frame.rename(columns={"k": "subject"})).tables[0]
    assert table.person == "subject"
    assert table.number_of_people == PEOPLE + 5


def test_head_counts_and_amounts_named_like_people_are_no_keys() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "household": np.minimum(rng.geometric(0.4, 900), 12),
            "account": rng.normal(900, 300, 900).round(2),
            "income": rng.normal(size=900).round(3),
        }
    )
    assert person(frame) is None


def test_a_table_without_people_in_groups_stays_as_it_was() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({f"c{n}": rng.integers(0, 10 ** (1 + n % 3), 1_000) for n in range(9)})
    assert person(frame) is None
    assert questions(frame) == []


def test_a_total_is_nobody_though_its_parts_stay_the_same_within_it() -> None:
    """Loans of a few sums and fees: their total comes back with both, and the day tells its rows apart."""
    rng = np.random.default_rng(8)
    loan = rng.choice(rng.integers(1_000, 60_000, 300), 6_000)
    fee = 5 * rng.integers(1, 9, 6_000)
    frame = pd.DataFrame({"loan": loan, "fee": fee, "total": loan + fee, "grade": rng.choice(list("abc"), 6_000)})
    frame["granted"] = (pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 6_000), unit="D")).astype(str)
    assert person(frame) is None
    keyed = frame.assign(total=rng.permutation(600_000)[loan * 10 + fee // 5])
    assert person(keyed) == "total", "the same rows, where no sum explains what stays the same"


def test_beside_other_tables_only_names_say_whose_rows_they_are() -> None:
    """The keys between tables say the rest; evidence of the rows alone could tear them apart."""
    people = pd.DataFrame({"person_id": np.arange(PEOPLE) + 500, "town": ["x", "y"] * (PEOPLE // 2)})
    data = describe(read_frame({"people": people, "visits": panel().rename(columns={"k": "x7"})}, Policy()), Policy())
    assert {table.name: table.person for table in data} == {"people": None, "visits": None}


def test_an_empty_table_and_a_single_row_ask_nothing() -> None:
    for rows in (0, 1, 2):
        data = described(panel().head(rows)) if rows else None
        assert data is None or data.tables[0].person is None


def test_owners_are_the_same_whatever_the_order_of_columns() -> None:
    frame = panel().rename(columns={"k": "id"})
    assert person(frame[list(frame)[::-1]]) == "id"


def test_no_value_stands_in_a_question_or_a_reason() -> None:
    frame = panel(k=[f"SECRET{n // VISITS:03}" for n in range(PEOPLE * VISITS)]).rename(columns={"k": "firm"})
    data = described(frame)
    words = [*data.notes, *(column.reason for table in data for column in table.columns)]
    assert not any("SECRET" in text for text in words)


def test_a_second_number_that_each_person_has_alone_is_a_key() -> None:
    people = np.repeat(np.arange(40), 6)
    number = np.random.default_rng(3).permutation(900)[:40] + 100
    frame = pd.DataFrame({"owner": people + 1000, "KdNr": number[people], "stay": np.tile(np.arange(6), 40)})
    frame["age"] = (30 + people % 17).astype(float)
    table = Table("t", tuple(Column(name, Kind.INTEGER) for name in frame), frame.astype("float64"))
    roles = {column.name: column.role for column in describe(Dataset((table,)), Policy())["t"].columns}
    assert (roles["KdNr"], roles["stay"]) == (Role.IDENTIFIER, Role.PLAIN)
    said = Policy.model_validate({"tables": {"t": {"columns": {"KdNr": {"role": "plain"}}}}})
    assert describe(Dataset((table,)), said)["t"]["KdNr"].role is Role.PLAIN


def whole_names(people: int) -> np.ndarray:
    """Names of one given name and one surname, each given name of one sex."""
    given = ["Anna", "Berta", "Clara", "Doris", "Anton", "Bruno", "Conrad", "David", "Emil", "Frieda"]
    last = ["Abel", "Bauer", "Conrad", "Decker", "Ebert", "Fischer", "Graf", "Huber", "Jung", "Keller", "Lang", "Maier"]
    return np.array([f"{given[n % 10]} {last[n // 10 % 12]}" for n in range(people)], dtype=object)


def test_whole_names_that_come_back_with_what_people_keep_are_a_question() -> None:
    frame = panel(name=whole_names(PEOPLE)[np.repeat(np.arange(PEOPLE), VISITS)]).drop(columns="k")
    (question,) = questions(shuffled(frame))
    assert "belong to 60 values of name, because their names come back, and their rows hang together" in question


def test_namesakes_who_share_nothing_but_their_sex_are_no_question() -> None:
    rng = np.random.default_rng(2)
    number = rng.integers(0, 120, 400)
    sex = np.where(number % 10 < 5, "f", "m")
    frame = pd.DataFrame(
        {
            "name": whole_names(120)[number],
            "sex": sex,
            "town": rng.choice(["Aa", "Bb", "Cc"], 400),
            "pressure": rng.normal(120, 15, 400).round(1),
        }
    )
    assert described(frame)["table"]["name"].entity == "PERSON"
    assert questions(frame) == []
