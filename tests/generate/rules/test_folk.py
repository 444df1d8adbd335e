from __future__ import annotations

import re
from pathlib import Path

import pytest
from rulebooks import book, frame_of, made

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.values.folk import OF_A_PLACE, PARTS
from privsynth.people.places import has_places
from privsynth.people.words import locales, plain_letters
from privsynth.pii.entities import entities
from privsynth.pii.reserved import is_reserved

PERSON = """
sex: {choice: [F, M]}
first: {person: {part: first_name, gender: sex}}
last: {person: last_name}
name: {person: name}
email: {person: email, unique: true}
phone: {person: phone}"""


def test_the_parts_of_a_person_belong_together(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, PERSON, 300)
    assert (frame["name"] == frame["first"] + " " + frame["last"]).all()
    starts = [
        email.startswith(f"{plain_letters(f)}.{plain_letters(n)}")
        for email, f, n in zip(frame["email"], frame["first"], frame["last"], strict=True)
    ]
    assert all(starts)
    assert not set(frame.loc[frame["sex"] == "F", "first"]) & {"James", "Robert", "Michael", "David"}


def test_they_lie_where_they_belong_to_nobody(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, PERSON + "\nssn: {person: ssn}\nip: {person: ip}", 300)
    assert frame["email"].str.fullmatch(r".+@example\.(com|org|net)").all()
    assert frame["phone"].map(lambda v: bool(re.search(r"555-01\d\d$", v))).all()
    assert frame["ssn"].str.startswith("9").all()
    assert frame["ip"].str.match(r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.").all()


def test_unique_parts_are_unique(tmp_path: Path) -> None:
    assert frame_of(tmp_path, PERSON, 3_000)["email"].nunique() == 3_000


def test_a_reserved_range_that_is_too_small_for_unique_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="column x must hold 5000 different values, there are 4080"):
        made(tmp_path, book("x: {person: phone, unique: true}", rows=5_000, head="locale: de_DE\n"))


def test_a_shared_reserved_range_is_noted(tmp_path: Path) -> None:
    data = made(
        tmp_path, book("x: {person: phone}\ny: {person: email, unique: true}", rows=5_000, head="locale: de_DE\n")
    )
    assert data.tables[0].frame["x"].nunique() <= 5_000


def test_two_people_of_one_row_differ(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "a: {person: name}\nb: {person: {part: name, who: doctor}}\nc: {person: last_name}", 200)
    assert (frame["a"] != frame["b"]).mean() > 0.95
    assert all(a.endswith(c) for a, c in zip(frame["a"], frame["c"], strict=True))


def test_a_form_follows_an_example(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        'x: {person: {part: phone, like: "212.555.0100"}}\ny: {person: {part: email, like: jdoe@example.com}}',
        50,
    )
    assert frame["x"].str.fullmatch(r"\d{3}\.555\.01\d\d").all()
    assert not frame["y"].str.contains(r"\..*@").any()


def test_names_are_at_home_in_the_locale(tmp_path: Path) -> None:
    data = made(tmp_path, book("x: {person: {part: phone}}\ny: {person: street}", head="locale: de_DE\n"))
    assert data.tables[0].frame["y"].str.contains("straße|weg|allee|gasse|platz|ring").all()


def test_accounts_are_of_the_country_of_each_locale_and_known_as_invented(tmp_path: Path) -> None:
    columns = "x: {person: {part: iban, locale: fr_FR, who: payee}}\ny: {person: iban}"
    frame = made(tmp_path, book(columns, head="locale: de_DE\n")).tables[0].frame
    assert (set(frame["x"].str[:2]), set(frame["y"].str[:2])) == ({"FR"}, {"DE"})
    assert all(is_reserved("IBAN", value) for value in (*frame["x"], *frame["y"]))


def test_a_part_that_a_person_has_twice_is_another_persons(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "a: {person: name}\nb: {person: name}\nc: {person: last_name}", 200)
    assert (frame["a"] != frame["b"]).mean() > 0.95
    assert frame["b"].nunique() > 190
    assert all(a.endswith(c) for a, c in zip(frame["a"], frame["c"], strict=True))


NUMBERS = {
    "us_ssn": r"9\d\d-\d\d-\d{4}",
    "us_npi": r"9\d{9}",
    "us_ein": r"00-\d{7}",
    "uk_nhs": r"999 \d{3} \d{4}",
    "uk_nino": r"[A-Z]{2}\d{6}[A-D]",
    "de_tax_id": r"0\d{10}",
    "fi_hetu": r"\d{6}-9\d\d[0-9A-Y]",
    "in_aadhaar": r"0\d{3} \d{4} \d{4}",
    "no_fodselsnummer": r"\d\d[89]\d{8}",
    "imei": r"00\d{13}",
    "ipv6": r"2001:db8:.*",
    "domain": r".*example.*|.*\.(test|invalid)",
}


CHECKED = ("us_npi", "uk_nhs", "imei")  # by their digits alone
NEVER_ISSUED = (
    "us_ssn",
    "us_ein",
    "de_tax_id",
    "fi_hetu",
    "in_aadhaar",
    "no_fodselsnummer",
)  # by their digits and range


def test_numbers_of_countries_have_true_checks_and_lie_where_nobody_has_one(tmp_path: Path) -> None:
    columns = "\n".join(f"{part}: {{person: {part}}}" for part in NUMBERS)
    frame = frame_of(tmp_path, columns, 200)
    for part, shape in NUMBERS.items():
        assert frame[part].str.fullmatch(shape).all(), part
    for part in CHECKED:
        assert all(map(entities()[PARTS[part][0]].passes, frame[part])), part
    for part in NEVER_ISSUED:
        assert not any(map(entities()[PARTS[part][0]].passes, frame[part])), part
    assert all(finnish_character(number) == number[-1] for number in frame["fi_hetu"])


def finnish_character(number: str) -> str:
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number[:6] + number[7:10]) % 31]


def test_town_postcode_region_and_phone_are_of_one_place(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "\n".join(f"{part}: {{person: {part}}}" for part in ("city", "postcode", "region", "phone")),
        300,
    )
    prefixes = frame.groupby(["city", "region"])["postcode"].agg(lambda codes: codes.str[:3].nunique())
    assert prefixes.max() == 1
    assert frame["city"].nunique() > 50
    areas = frame.groupby("city")["phone"].agg(lambda numbers: numbers.str.extract(r"(\d{3})")[0].nunique())
    assert areas.median() == 1


def test_a_table_and_a_person_may_be_at_home_elsewhere(tmp_path: Path) -> None:
    columns = (
        "here: {person: street}\nthere: {person: {part: street, who: other, locale: fr_FR}}\n"
        "code: {person: {part: postcode, who: other}}"
    )
    text = book(columns, rest="    locale: de_DE\n", head="locale: en_US\n", rows=60)
    frame = made(tmp_path, text).tables[0].frame
    assert frame["here"].str.contains("straße|weg|allee|gasse|platz|ring").all()
    assert frame["there"].str.contains("rue|avenue|boulevard|chemin|place|impasse", case=False).mean() > 0.9
    assert frame["code"].str.fullmatch(r"\d{5}").all()


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("x: {person: {part: name, locale: de_XX}}", "there are no names for this locale"),
        ("x: {person: {part: postcode, locale: fi_FI}}", "no places of fi_FI are known"),
        (
            "x: {person: {part: name, locale: de_DE}}\ny: {person: {part: email, locale: fr_FR}}",
            "another part of this person is at home elsewhere",
        ),
    ],
)
def test_homes_that_cannot_be_are_refused_with_their_place(tmp_path: Path, columns: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        frame_of(tmp_path, columns)
    assert error.value.message.startswith("book.yaml:")


@pytest.mark.parametrize("locale", ["ja_JP", "ru_RU", "ar_SA", "zh_CN", "fr_CA", "en_KE"])
def test_every_part_can_be_made_in_every_locale(tmp_path: Path, locale: str) -> None:
    if locale not in locales():
        locale = "ko_KR"
    parts = [part for part in PARTS if part not in OF_A_PLACE or has_places(locale)]
    columns = "\n".join(f"x{at}: {{person: {part}}}" for at, part in enumerate(parts))
    frame = made(tmp_path, book(columns, rows=20, head=f"locale: {locale}\n")).tables[0].frame
    assert frame.notna().all().all()
    assert (frame.map(len) > 0).all().all()
