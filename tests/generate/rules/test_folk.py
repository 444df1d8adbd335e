from __future__ import annotations

import re
from pathlib import Path

import pytest
from rulebooks import book, frame_of, made

from privsynth.errors import BackendError
from privsynth.people.words import plain_letters

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


def test_a_part_that_a_person_has_twice_is_another_persons(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "a: {person: name}\nb: {person: name}\nc: {person: last_name}", 200)
    assert (frame["a"] != frame["b"]).mean() > 0.95
    assert frame["b"].nunique() > 190
    assert all(a.endswith(c) for a, c in zip(frame["a"], frame["c"], strict=True))
