"""Name, initials, title, gender, e-mail and user name of one invented row agree, in every locale."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import LOCALES, invent, inventor_of, names_in, seeds, table_of
from shop import texts

from privsynth.people import Fabricator
from privsynth.people.letters import plain_letters
from privsynth.people.words import words_of
from privsynth.pii import is_reserved
from privsynth.statistics import ColumnStatistics


def everything(locale: str, rows: int = 60) -> dict[str, Any]:
    names = names_in(locale, rows)
    handles = [f"{i}" for i in range(rows)]
    return names | {
        "name": [f"{a} {b}" for a, b in zip(names["first"], names["last"], strict=True)],
        "initials": ["A.B."] * rows,
        "title": ["Mr.", "Ms."] * (rows // 2),
        "sex": ["F", "M"] * (rows // 2),
        "email": [f"first.last{i}@firm.com" for i in handles],
        "user": [f"flast{i}" for i in handles],
    }


@pytest.fixture(scope="module", params=LOCALES)
def made(request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame]:
    return request.param, invent(table_of(everything(request.param)), 200, locale=request.param)


def test_the_whole_name_is_given_name_and_surname(made: tuple[str, pd.DataFrame]) -> None:
    _, rows = made
    assert (rows["name"] == rows["first"] + " " + rows["last"]).all()


def test_the_initials_are_those_of_the_name(made: tuple[str, pd.DataFrame]) -> None:
    _, rows = made
    wanted = [f"{a[0].upper()}.{b[0].upper()}." for a, b in zip(rows["first"], rows["last"], strict=True)]
    assert list(rows["initials"]) == wanted


def test_gender_title_and_given_name_agree(made: tuple[str, pd.DataFrame]) -> None:
    locale, rows = made
    words = words_of(locale)
    for sex, names in (("F", words.female), ("M", words.male)):
        there = rows[rows["sex"] == sex]
        assert set(there["first"]) <= set(names)
        assert there["title"].nunique() == 1
    assert rows.groupby("sex")["title"].first().nunique() == 2


def test_e_mail_and_user_name_are_made_of_the_name(made: tuple[str, pd.DataFrame]) -> None:
    _, rows = made
    for first, last, email, user in zip(rows["first"], rows["last"], rows["email"], rows["user"], strict=True):
        one, other = plain_letters(first), plain_letters(last)
        assert one
        assert other
        assert re.fullmatch(rf"{one}\.{other}\d*@example\.(com|org|net)", email)
        assert re.fullmatch(rf"{one[0]}{other}\d*", user)


def test_e_mails_lie_in_reserved_domains_and_are_plain_ascii(made: tuple[str, pd.DataFrame]) -> None:
    _, rows = made
    assert all(is_reserved("EMAIL", value) and value.isascii() for value in rows["email"])


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Jürgen", "jurgen"),
        ("Müßig", "mussig"),
        ("Łukasz", "lukasz"),
        ("Ångström", "angstrom"),
        ("Наталья", "natalya"),
        ("Андрей", "andrey"),
        ("Γιώργος", "giorgos"),
        ("გიორგი", "giorgi"),
        ("Արմեն", "armen"),
        ("지훈", "jihun"),
        ("सरिता", "sarita"),
        ("שרה", "shrh"),
        ("محمد", "mhmd"),
    ],
)
def test_names_of_other_scripts_are_transliterated(name: str, plain: str) -> None:
    assert plain_letters(name) == plain


def test_titles_speak_the_language_of_the_row() -> None:
    frame = {"title": ["Mr.", "Ms."] * 30, "country": ["Germany", "France"] * 30} | names_in("de_DE")
    made = invent(
        table_of(frame, kept=["country"]),
        200,
        pd.DataFrame({"country": texts(["Germany", "France", "Spain", "UK"] * 50)}),
    )
    assert {country: set(part) for country, part in made.groupby("country")["title"]} == {
        "Germany": {"Herr", "Frau"},
        "France": {"M.", "Mme"},
        "Spain": {"Sr.", "Sra."},
        "UK": {"Mr.", "Ms."},
    }


def test_an_invented_gender_is_that_of_the_person_and_as_common_as_the_real_one() -> None:
    table = table_of(everything("en_US"))
    statistics = {
        "sex": ColumnStatistics(
            rows=100, missing=0.0, distinct=3, is_unique=False, levels={"female": 70, "male": 20, "other": 10}
        )
    }
    maker = Fabricator.learn(table, statistics, inventor_of(table).taken, "en_US")
    made = pd.DataFrame(maker.make_from(pd.DataFrame(), seeds(2_000)))
    shares = made["sex"].value_counts(normalize=True)
    assert shares["female"] == pytest.approx(0.7, abs=0.04)
    assert shares["other"] == pytest.approx(0.1, abs=0.03)
    women = words_of("en_US").female
    assert set(made.loc[made["sex"] == "female", "first"]) <= set(women)


def test_a_gender_told_from_outside_rules_an_invented_one() -> None:
    maker = inventor_of(table_of(everything("en_US")))
    made = maker.make_from(pd.DataFrame(), seeds(50), gender=np.ones(50, dtype=np.int64))
    assert set(made["sex"]) == {"F"}


def test_a_kept_title_tells_the_gender() -> None:
    frame = {"title": ["Herr", "Frau"] * 30} | names_in("de_DE")
    made = invent(table_of(frame, kept=["title"]), 100, pd.DataFrame({"title": texts(["Herr", "Frau"] * 50)}), "de_DE")
    words = words_of("de_DE")
    assert set(made.loc[made["title"] == "Frau", "first"]) <= set(words.female)
    assert set(made.loc[made["title"] == "Herr", "first"]) <= set(words.male)


@pytest.mark.parametrize("shown", [["first"], ["last"], ["name"], ["first", "last"]])
def test_handles_are_those_of_a_name_that_is_shown(shown: list[str]) -> None:
    frame = everything("en_US")
    table = table_of(
        {name: values for name, values in frame.items() if name not in ("first", "last", "name") or name in shown},
        kept=shown,
    )
    told = {
        "first": ["Zoë", "Bernd"] * 20,
        "last": ["Öztürk", "Nørgaard"] * 20,
        "name": ["Dr. Zoë Öztürk", "Nørgaard, Bernd"] * 20,
    }
    made = invent(table, 40, pd.DataFrame({name: texts(told[name]) for name in shown}), "de_DE")
    for at, email in enumerate(made["email"]):
        one, other = ("zoe", "ozturk") if at % 2 == 0 else ("bernd", "norgaard")
        given, family = re.fullmatch(r"([a-z]+)\.([a-z]+)\d*@.*", email).groups()  # type: ignore[union-attr]
        assert given == one or not {"first", "name"} & set(shown)
        assert family == other or not {"last", "name"} & set(shown)
        assert made["initials"][at].startswith(given[0].upper())
    if "last" not in shown:
        assert set(made["sex"][1::2]) == {"M"}
        assert set(made["title"][1::2]) == {"Herr"}


def test_a_token_in_place_of_a_name_is_no_name() -> None:
    frame = {"first": names_in("en_US")["first"], "email": ["first.last@firm.com"] * 60}
    made = invent(
        table_of(frame, kept=["first"]), 40, pd.DataFrame({"first": texts(["K7QX", "J***", None, "3"] * 10)}), "en_US"
    )
    known = {plain_letters(name) for name in (*words_of("en_US").female, *words_of("en_US").male)}
    assert {email.split(".")[0] for email in made["email"]} <= known


def test_initials_keep_their_spelling() -> None:
    for real, form in (
        (["J.S."], r"[A-Z]\.[A-Z]\."),
        (["J. S."], r"[A-Z]\. [A-Z]\."),
        (["JS"], r"[A-Z]{2}"),
        (["J."], r"[A-Z]\."),
        (["J"], r"[A-Z]"),
    ):
        made = invent(table_of({"initials": real * 20} | names_in("en_US", 20)), 30)
        assert all(re.fullmatch(form, value) for value in made["initials"])


def test_a_name_with_a_title_in_front_is_never_a_real_one() -> None:
    women, men = words_of("en_US").female[:3], words_of("en_US").male[:3]
    real = [
        f"{title} {first} {last}"
        for title, firsts in (("Ms.", women), ("Mr.", men))
        for first in firsts
        for last in words_of("en_US").last_male[:300]
    ]
    table = table_of({"name": real})
    maker = inventor_of(table, "en_US")
    made = maker.make_from(pd.DataFrame(), seeds(3_000))["name"]
    assert not set(made) & set(real)
    assert not maker.notes
