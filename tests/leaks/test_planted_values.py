"""One real value in any plain form, in any column, is refused; invented people pass at any seed.

In which forms: privsynth/pii/searched.py. What is in none of them is not found, and the reports say so.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import plants
import pytest
from honest import draft, honest, people, source, with_contacts
from quick import quick_if

from privsynth.api import evaluate
from privsynth.dataset import Table
from privsynth.gate import judge
from privsynth.gate.pii import PersonalData
from privsynth.pii.searched import searched
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.verdict import Status

ROWS = 300


@cache
def real(seed: int) -> Source:
    return source(*(with_contacts(people(ROWS, 10 * seed + at), 10 * seed + at) for at in (1, 2)))


@cache
def clean(seed: int) -> Table:
    return with_contacts(honest(ROWS, 10 * seed + 3), 10 * seed + 3)


def refused(made: Table, of: Source) -> set[str]:
    """The findings of the gate that are beyond their limits."""
    verdict = judge(PersonalData(Policy(profile="internal")), draft(made), of, seconds=300)
    assert verdict.status is not Status.ERRORED
    return {finding.key for finding in verdict.failures}


def caught(plant: plants.Plant, seed: int = 1) -> set[str]:
    return refused(plant(real(seed).train.root, clean(seed), np.random.default_rng(seed)), real(seed))


@pytest.mark.parametrize("seed", quick_if(lambda seed: seed == 1, range(1, 21)))
def test_invented_people_pass(seed: int) -> None:
    assert refused(clean(seed), real(seed)) == set()


@pytest.mark.parametrize(
    ("way", "into"),
    quick_if(
        lambda case: case in {("mailto", "email"), ("as it is", "key"), ("base64 twice", "town"), ("sha512", "note")},
        [(way, into) for way in plants.SPELLINGS for into in ("email", "key", "town", "note")],
    ),
)
def test_one_real_address_in_any_form_in_any_column_is_refused(way: str, into: str) -> None:
    assert caught(plants.one_value("email", into, plants.SPELLINGS[way]))


@pytest.mark.parametrize("into", quick_if(lambda into: into == "town", ["town", "note", "email"]))
@pytest.mark.parametrize("way", quick_if(lambda way: way == "First Q. Last", plants.NAMED))
def test_one_real_name_turned_around_is_refused(way: str, into: str) -> None:
    assert caught(plants.one_person("first_name", "last_name", into=into, spelt=plants.NAMED[way]))


def test_names_whose_parts_change_places_are_refused() -> None:
    assert caught(plants.exchanged("first_name", "last_name")) == {"real_names"}


@pytest.mark.parametrize("between", quick_if(lambda between: between == "|", ["", " ", "|", ",", ";", "-", "_", ":"]))
@pytest.mark.parametrize("names", [("email", "ssn"), ("last_name", "first_name")])
def test_two_values_of_one_person_hashed_together_are_refused(names: tuple[str, str], between: str) -> None:
    def together(first: str, second: str) -> str:
        return plants.hashed("sha256")(f"{first}{between}{second}".lower())

    assert caught(plants.one_person(*names, into="town", spelt=together)) == {"encoded_values"}


@pytest.mark.parametrize("name", quick_if(lambda name: name == "ssn", ["ssn", "phone", "key", "email"]))
def test_halves_in_two_columns_are_refused(name: str) -> None:
    assert "split_values" in caught(plants.in_halves(name, "town", "job"))


@pytest.mark.parametrize(
    ("name", "into", "spelt"),
    quick_if(
        lambda case: case[:2] == ("key", None),
        [
            ("key", None, plants.undashed),
            ("ssn", "town", plants.undashed),
            ("ssn", "note", plants.undashed),
            ("ssn", "town", str),
            ("phone", "town", lambda value: f"tel:+1{plants.bare(value)}"),
            ("key", "note", plants.cut("sha256", 32)),
            ("key", "town", plants.cut("sha1", 12, "id-")),
        ],
    ),
)
def test_one_real_number_or_key_in_another_form_is_refused(name: str, into: str | None, spelt: plants.Spelt) -> None:
    assert caught(plants.one_value(name, into, spelt))


def with_a_key(value: str) -> str:
    return plants.hashed("sha256")(f"pepper{value}")


def shifted(value: str) -> str:
    return "".join(chr(ord(c) + 1) for c in value)


@pytest.mark.parametrize("hide", [with_a_key, shifted])
def test_what_is_in_no_line_of_the_table_is_not_found_and_the_readme_says_so(hide: plants.Spelt) -> None:
    """Should it be found one day, it belongs in the table."""
    assert caught(plants.one_value("email", "key", hide)) == set()
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert all(f"| {line.form} |" in readme for line in searched())
    assert "in a form that is not in the table" in readme


def test_the_column_that_holds_a_value_is_named_and_the_value_is_not() -> None:
    made = plants.one_value("email", "town", plants.rot13)(real(1).train.root, clean(1), np.random.default_rng(1))
    verdict = judge(PersonalData(Policy()), draft(replace(made)), real(1), seconds=300)
    assert [(f.where, f.measured) for f in verdict.failures if f.key == "disguised_values"] == [(("town",), 1)]
    assert "@" not in repr(verdict)


# Somebody else's table, of which nothing is known


def judged(**cells: list[str]) -> dict[str, tuple[float | None, tuple[str, ...]]]:
    """What the gate says of another tool's table with these columns, beside a real one of 300 people."""
    score = [float(n % 7) for n in range(ROWS)]

    def table(key: str, address: str) -> dict[str, list[str] | list[float]]:
        named = {"code": [f"{key}{n:05d}" for n in range(ROWS)], "email": [address.format(n) for n in range(ROWS)]}
        return {**named, "score": score}

    own, other = (
        pd.DataFrame(cells)
        for cells in (table("K", "a{}.real@shop.example"), {**table("N", "b{}.else@mail.example"), **cells})
    )
    policy = Policy(tables={"data": {"columns": {"code": {"role": "identifier"}, "email": {"role": "direct"}}}})
    verdict = evaluate({"data": own}, {"data": other}, None, policy, gates=["pii"])["pii"]
    assert not verdict.error
    return {f.key: (f.measured, f.where) for f in verdict.findings if f.measured}


def test_a_column_of_addresses_like_the_real_one_is_said_to_be_of_unknown_origin() -> None:
    assert judged() == {"origin_unknown": (1, ("email",))}


def test_addresses_in_a_column_of_keys_are_seen_though_keys_are_to_be_invented() -> None:
    found = judged(code=[f"c{n}.third@post.example" for n in range(ROWS)])
    assert found["not_invented"] == (1, ("code",))


def test_real_addresses_in_another_tools_column_of_keys_are_found() -> None:
    found = judged(code=[f"user-a{n}.real@shop.example" for n in range(ROWS)])
    assert found["real_phrases"] == (ROWS, ("code",))
