"""Equal seeds are the same person: in other tables, other columns, other batches and other files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import LOCALES, invent, inventor_of, names_in, seeds, table_of
from shop import texts

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.people import Fabricator
from privsynth.people.crowd import Crowd
from privsynth.people.kin import Kin
from privsynth.people.words import plain_letters
from privsynth.statistics import Taken

ROWS = 60


def columns(locale: str = "en_US") -> dict[str, list[str]]:
    names = names_in(locale, ROWS)
    return names | {
        "name": [f"{a} {b}" for a, b in zip(names["first"], names["last"], strict=True)],
        "email": [f"first.last{i}@firm.com" for i in range(ROWS)],
        "city": ["Boston"] * ROWS,
        "zip": ["02134"] * ROWS,
        "phone": [f"(617) 664-{i // 2:04d}" for i in range(ROWS)],
    }


def some(names: list[str], locale: str = "en_US", called: dict[str, str] | None = None) -> Any:
    called = called or {}
    frame = {called.get(name, name): values for name, values in columns(locale).items() if name in names}
    from invented import KINDS

    return inventor_of(table_of(frame, **{called.get(name, name): str(KINDS[name]) for name in names}), locale)


@pytest.mark.parametrize("locale", LOCALES[:6])
def test_a_person_is_the_same_in_tables_of_different_columns(locale: str) -> None:
    one = some(["first", "email"], locale).make_from(pd.DataFrame(), seeds(80))
    two = some(["name", "email", "phone"], locale).make_from(pd.DataFrame(), seeds(80))
    three = some(["last", "city"], locale).make_from(pd.DataFrame(), seeds(80))
    assert [f"{a} {b}" for a, b in zip(one["first"], three["last"], strict=True)] == list(two["name"])
    assert (one["email"] == two["email"]).mean() > 0.9  # the share of addresses with digits is learnt of each table


def test_the_name_of_a_column_does_not_change_what_is_in_it() -> None:
    one = some(["email", "phone", "city", "zip"]).make_from(pd.DataFrame(), seeds(40))
    two = some(
        ["email", "phone", "city", "zip"], called={"email": "mail", "phone": "tel", "city": "town", "zip": "plz"}
    ).make_from(pd.DataFrame(), seeds(40))
    for name, other in (("email", "mail"), ("phone", "tel"), ("city", "town"), ("zip", "plz")):
        assert list(one[name]) == list(two[other])


def test_two_columns_of_one_kind_differ_within_a_row() -> None:
    frame = {"phone": columns()["phone"], "work": columns()["phone"]}
    made = inventor_of(table_of(frame, work="PHONE")).make_from(pd.DataFrame(), seeds(40))
    assert (made["phone"] != made["work"]).mean() > 0.8


def test_people_of_an_entity_are_those_of_a_table_with_one_row_each() -> None:
    people = seeds(20)
    owner = np.repeat(np.arange(20), 3)
    table = table_of(
        {"who": [f"C{i // 3:03d}" for i in range(60)], "name": [columns()["name"][i // 3] for i in range(60)]},
        person="who",
    )
    context = pd.DataFrame({"who": texts(f"x{i}" for i in owner)})
    part = inventor_of(table, "en_US")
    part.makers = tuple(maker for maker in part.makers if maker.column.name == "name")
    many = part.make_from(context, seeds(60, 7), of_person=people[owner])["name"]
    alone = some(["name"]).make_from(pd.DataFrame(), people)["name"]
    assert list(many) == list(alone[owner])


@pytest.mark.parametrize("size", [1, 7, 100])
def test_batches_of_a_stream_bring_the_same_people_as_the_whole(size: int) -> None:
    maker = some(["first", "last", "name", "email", "phone", "city", "zip"])
    maker.makers = tuple(maker for maker in maker.makers if maker.entity != "EMAIL")
    everybody = seeds(100)
    whole = maker.make_from(pd.DataFrame(), everybody)
    parts = [maker.make_from(pd.DataFrame(), everybody[at : at + size]) for at in range(0, 100, size)]
    for name in whole:
        assert list(np.concatenate([part[name] for part in parts])) == list(whole[name])


def test_a_person_keeps_a_unique_e_mail_in_a_batch_unless_somebody_else_has_it() -> None:
    maker = some(["name", "email"])
    everybody = seeds(3_000)
    whole = maker.make_from(pd.DataFrame(), everybody)["email"]
    part = maker.make_from(pd.DataFrame(), everybody[2_000:])["email"]
    assert (part == whole[2_000:]).mean() > 0.97
    assert len(set(whole)) == 3_000


def test_a_small_batch_draws_from_the_range_that_the_whole_table_needs() -> None:
    table = table_of({"card": [f"4929{i:012d}" for i in range(200)]}, card="CREDIT_CARD")
    maker = inventor_of(table)
    everybody = seeds(100)
    assert list(maker.make_from(pd.DataFrame(), everybody[:5])["card"]) == list(
        maker.make_from(pd.DataFrame(), everybody)["card"][:5]
    )


def test_parts_of_one_crowd_never_share_a_value() -> None:
    maker, crowd = some(["email"]), Crowd(2_000)
    parts = [maker.make_from(pd.DataFrame(), seeds(1_000, seed), crowd=crowd)["email"] for seed in (1, 2)]
    assert len(set(np.concatenate(parts))) == 2_000


def test_other_seeds_are_other_people() -> None:
    maker = some(["name"])
    one, two = (maker.make_from(pd.DataFrame(), seeds(200, seed))["name"] for seed in (1, 2))
    assert (one != two).mean() > 0.98


# --- what one table says holds in the next ---


def test_kin_carry_gender_place_and_style_to_tables_that_do_not_say_them() -> None:
    kin, people = Kin(), seeds(60)
    first = table_of(columns() | {"sex": ["F", "M"] * 30, "state": ["TX", "WA"] * 30}, kept=["sex", "state"])
    context = pd.DataFrame({"sex": texts(["F", "M"] * 30), "state": texts(["TX", "WA"] * 30)})
    one = inventor_of(first, "en_US")
    kin.meet(one)
    one, said = kin.settled(one, context, people)
    made = one.make_from(said, people, gender=kin.gender(one, said, people))

    second = {"email": [f"x{i}@firm.com" for i in range(60)], "city": ["Boston"] * 60, "name": columns()["name"]}
    two = kin.dressed(inventor_of(table_of(second), kin.locale))
    two, said = kin.settled(two, pd.DataFrame(index=range(60)), people)
    again = two.make_from(said, people, gender=kin.gender(two, said, people))
    for name in ("email", "city", "name"):
        assert list(made[name]) == list(again[name])


def test_kin_carry_the_country_of_a_person() -> None:
    kin, people = Kin(), seeds(40)
    first = inventor_of(table_of(columns() | {"country": ["US", "France"] * 30}, kept=["country"]), "en_US")
    context = pd.DataFrame({"country": texts(["US", "France"] * 20)})
    kin.meet(first)
    one, said = kin.settled(first, context, people)
    two, unsaid = kin.settled(some(["name", "city"]), pd.DataFrame(index=range(40)), people)
    made, again = one.make_from(said, people), two.make_from(unsaid, people)
    assert list(made["name"]) == list(again["name"])
    assert list(made["city"]) == list(again["city"])


def test_a_registered_number_that_is_each_persons_own_stays_so_in_however_many_rows() -> None:
    people = [f"K{at // 3}" for at in range(6000)]
    numbers = [f"M{(at // 3) * 7919 % 90_000 + 10_000}" for at in range(6000)]  # room for 90,000: some would meet
    frame = pd.DataFrame({"key": people, "mrn": numbers}, dtype=object)
    columns = (Column("key", Kind.TEXT), Column("mrn", Kind.TEXT, role=Role.DIRECT, entity="MRN"))
    fabricator = Fabricator.learn(Table("t", columns, frame, person="key"), {}, Taken())
    made = fabricator.make(frame[["key"]], 6000, np.random.default_rng(1))["mrn"]
    pairs = pd.DataFrame({"key": people, "mrn": made}).drop_duplicates()
    assert len(pairs) == pairs["mrn"].nunique() == 2000


def test_names_that_come_back_beside_the_rows_own_are_other_people_who_come_back() -> None:
    """Sixty rows of their own, and three patrons of twenty rows each."""
    frame = pd.DataFrame(
        {
            "name": [f"Anna Mill{at}er" for at in range(60)],
            "patron": ["Helen Clark", "Peter Young", "George Hall"] * 20,
        },
        dtype=object,
    )
    columns = tuple(Column(name, Kind.TEXT, role=Role.DIRECT, entity="PERSON") for name in frame)
    made = pd.DataFrame(Fabricator.learn(Table("t", columns, frame), {}, Taken()).make_from(pd.DataFrame(), seeds(60)))
    assert made["patron"].nunique() == 3
    assert made["name"].nunique() > 50
    assert not set(made["patron"]) & set(made["name"])
    assert not set(made["patron"]) & set(frame["patron"])


def test_two_whole_names_of_a_row_that_hardly_ever_agree_are_two_peoples() -> None:
    frame = {"name": columns()["name"], "buyer": columns()["name"][1:] + columns()["name"][:1]}
    made = invent(table_of(frame, buyer="PERSON"))
    assert (made["name"] != made["buyer"]).mean() > 0.99


def test_two_towns_of_a_row_agree_as_often_as_the_real_ones_do() -> None:
    towns = [f"Town {i}" for i in range(ROWS)]
    moved = [town if i % 3 else f"Other {i}" for i, town in enumerate(towns)]
    made = invent(table_of({"city": towns, "born": moved}, born="CITY"), 600)
    assert 0.6 < (made["city"] == made["born"]).mean() < 0.75


def test_the_parts_and_the_e_mail_of_a_person_are_of_one_whoever_else_is_named() -> None:
    frame = columns() | {"given": columns()["first"][1:] + columns()["first"][:1]}
    frame["family"] = columns()["last"][1:] + columns()["last"][:1]
    del frame["name"]
    made = invent(table_of(frame, given="FIRST_NAME", family="LAST_NAME"))
    assert (made["last"] != made["family"]).mean() > 0.95
    assert all(
        mail.startswith(plain_letters(name).lower()) for mail, name in zip(made["email"], made["first"], strict=True)
    )


def test_columns_that_always_agree_go_on_agreeing() -> None:
    made = invent(table_of({"name": columns()["name"], "signed": columns()["name"]}, signed="PERSON"))
    assert (made["name"] == made["signed"]).all()
