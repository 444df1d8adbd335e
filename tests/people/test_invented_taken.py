"""Nothing that is invented equals a real value, whatever the source holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import inventor_of, seeds, table_of
from shop import texts

from privsynth.people.words import words_of
from privsynth.pii.reserved import TEST_CARDS
from privsynth.statistics import Taken


def made_of(
    frame: dict[str, Any], rows: int, context: pd.DataFrame | None = None, **kinds: str
) -> tuple[dict[str, Any], Taken, list[str]]:
    maker = inventor_of(table_of(frame, [] if context is None else list(context), **kinds), "en_US")
    made = maker.make_from(pd.DataFrame() if context is None else context, seeds(rows))
    return made, maker.taken, maker.notes


def test_a_source_that_holds_all_free_numbers_of_an_area_code() -> None:
    real = [f"(307) 555-01{i:02d}" for i in range(100)]
    made, taken, notes = made_of(
        {"phone": real, "state": ["WY"] * 100}, 200, pd.DataFrame({"state": texts(["WY"] * 200)})
    )
    assert not any(number in taken for number in made["phone"])
    assert not any(number.startswith("(307)") for number in made["phone"])
    assert any("were used up" in note for note in notes)
    assert not any(number in note for note in notes for number in real)


def test_a_source_that_holds_all_free_numbers_of_a_german_town_in_another_spelling() -> None:
    real = [f"+49 30 23125{i:03d}" for i in range(1_000)]
    made, _, _ = made_of(
        {"phone": real, "city": ["Berlin"] * 1_000}, 100, pd.DataFrame({"city": texts(["Berlin"] * 100)})
    )
    assert not {"".join(filter(str.isdigit, number))[-8:] for number in made["phone"]} & {
        number[-8:] for number in real
    }


def test_a_source_of_test_cards() -> None:
    made, taken, _ = made_of({"card": list(TEST_CARDS[16]) * 10}, 100, card="CREDIT_CARD")
    assert not any(number in taken for number in made["card"])


def test_a_source_that_holds_nearly_all_names() -> None:
    words = words_of("en_US")
    people = [f"{first} {last}" for first in words.female for last in words.last_female[:-1]]
    maker = inventor_of(table_of({"name": people[:10]}), "en_US")
    taken = Taken(b"k")
    maker.taken = Taken(b"k", frozenset(map(taken.fingerprint, people[:200_000])))
    made = maker.make_from(pd.DataFrame(), seeds(3_000), gender=np.ones(3_000, dtype=np.int64))["name"]
    assert not set(made) & set(people[:200_000])


@pytest.mark.parametrize("real", ["{last}, {first}", "{first} {last}", "{first}{last}", "{LAST} {FIRST}"])
def test_a_name_in_two_columns_is_no_real_whole_name_however_that_is_written(real: str) -> None:
    words = words_of("en_US")
    firsts, lasts = [*words.female[:4], *words.male[:4]], words.last_male[:600]
    people = [real.format(first=a, last=b, FIRST=a.upper(), LAST=b.upper()) for a in firsts for b in lasts]
    maker = inventor_of(table_of({"first": list(firsts), "last": list(lasts[:8])}), "en_US")
    maker.taken = Taken(b"k", frozenset(map(Taken(b"k").fingerprint, people)))
    made = maker.make_from(pd.DataFrame(), seeds(20_000))
    pairs = {f"{a} {b}".casefold() for a, b in zip(made["first"], made["last"], strict=True)}
    assert not pairs & {f"{a} {b}".casefold() for a in firsts for b in lasts}


def test_a_source_that_holds_the_invented_e_mails_user_names_addresses_and_accounts() -> None:
    frame = {
        "email": [f"anna.bell{i}@example.com" for i in range(50)],
        "user": [f"abell{i}" for i in range(50)],
        "street": [f"{i} Oak Street" for i in range(50)],
        "iban": ["DE89370400440532013000"] * 50,
        "ssn": [f"900-12-{i:04d}" for i in range(50)],
    }
    first, _, _ = made_of(frame, 400, iban="IBAN", ssn="US_SSN")
    planted = {name: [*values, *first[name]] for name, values in frame.items()}
    again, taken, _ = made_of(planted, 400, iban="IBAN", ssn="US_SSN")
    for name in frame:
        assert not any(value in taken for value in again[name])


def test_a_postcode_that_names_people_is_not_a_real_one_as_far_as_there_are_others() -> None:
    made, taken, _ = made_of({"zip": [f"{n:05d}" for n in range(10_000, 10_100)]}, 200)
    assert not any(code in taken for code in made["zip"])


def test_postcodes_that_are_all_real_stay_in_their_town_and_a_note_says_so() -> None:
    codes = [f"820{n:02d}" for n in range(100)] + [f"826{n:02d}" for n in range(100)]
    made, taken, notes = made_of({"zip": codes, "state": ["WY"] * 200}, 50, pd.DataFrame({"state": texts(["WY"] * 50)}))
    assert all(code in taken and code[:3] in ("820", "826") for code in made["zip"])
    assert any("50 of 50 postcodes are real ones too" in note for note in notes)
