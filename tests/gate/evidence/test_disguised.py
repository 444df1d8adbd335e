"""Where a real value stands in a draft, and what a column may hold although it is real somewhere."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.disguised import Real, Standing, seen_in
from privsynth.spelling import Spelling

COLUMNS = (
    Column("first", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
    Column("last", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
    Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("number", Kind.INTEGER, role=Role.DIRECT, entity="US_SSN"),
    Column("town", Kind.CATEGORY),
)


def table(*rows: tuple[str | None, str | None, str | None, float, str | None]) -> Table:
    first, last, mail, number, town = (list(cells) for cells in zip(*rows, strict=True))
    return Table("t", COLUMNS, frame(first=first, last=last, mail=mail, number=number, town=town))


REAL = Real.of(
    [
        table(
            ("Ada", "Quill", "ada.quill@shop.example", 536_904_399.0, "Porto"),
            ("Bo", "Marsh", "lamp77@shop.example", 219_099_999.0, "Graz"),
        )
    ]
)
NOBODY = ("Cy", "Stone", "cy@else.example", 1.0, "Porto")


def seen(*rows: tuple[str | None, str | None, str | None, float, str | None], **own: set[str]) -> dict[str, Standing]:
    return {name: each for name, each in seen_in(table(NOBODY, *rows), REAL, own).items() if each != Standing()}


@pytest.mark.parametrize(
    ("cell", "standing"),
    [
        ("ADA.QUILL@shop.example", Standing(whole=1)),
        ("mailto:ada.quill@shop.example", Standing(inside=1)),
        ("elpmaxe.pohs@lliuq.ada", Standing(disguised=1)),
        ("536-90-4399", Standing(whole=1)),
        ("no. 536904399", Standing(inside=1)),
        ("Quill, Ada", Standing(whole=1)),
        ("Dr Ada M. Quill", Standing(whole=1)),
        ("ask Bo Marsh", Standing(inside=1)),
        ("lliuQ adA", Standing(disguised=1)),
        ("Ada Marsh", Standing()),
        ("536904398", Standing()),
        (None, Standing()),
    ],
)
def test_a_real_value_in_another_column_is_found(cell: str | None, standing: Standing) -> None:
    found = seen(("Cy", "Stone", None, 2.0, cell))
    assert found == ({"town": standing} if standing != Standing() else {})


def test_an_address_in_the_column_of_names_and_a_number_in_one_of_numbers_are_found() -> None:
    assert seen(("ada.quill@shop.example", "Stone", None, 2.0, None)) == {"first": Standing(whole=1)}
    assert seen(("Cy", "Stone", "219-09-9999", 536_904_399.0, None)) == {
        "mail": Standing(whole=1),
        "number": Standing(whole=1),
    }


def amounts(*cells: float) -> Table:
    spelling = Spelling(decimals=2, padded=False)
    return Table("t", (Column("amount", Kind.NUMBER, spelling=spelling),), frame(amount=list(cells)))


def test_a_number_with_decimals_is_its_digits() -> None:
    """As pandas writes a column of numbers with a gap in it; with decimals of its own it stands inside."""
    gap = float("nan")
    assert seen_in(amounts(12.5, gap, 536_904_399.0), REAL, {})["amount"] == Standing(whole=1)
    assert seen_in(amounts(12.5, 536_904_399.25, 219_099_999.5), REAL, {})["amount"] == Standing(inside=2)
    assert seen_in(amounts(12.5, 993_409_635.0), REAL, {})["amount"] == Standing(disguised=1)
    assert seen_in(amounts(12.5, gap, 536_904_398.0), REAL, {})["amount"] == Standing()
    padded = (Column("amount", Kind.NUMBER, spelling=Spelling(decimals=1, padded=True)),)
    assert seen_in(Table("t", padded, frame(amount=[12.5, 536_904_399.0])), REAL, {})["amount"] == Standing(whole=1)


def test_amounts_of_strangers_are_not_numbers_of_people() -> None:
    draws = np.random.default_rng(3)
    keys = [(None, None, None, float(key), None) for key in draws.integers(10**8, 10**9, 3_000)]
    sums = amounts(*np.round(draws.lognormal(19.5, 0.7, 3_000), 1))
    assert seen_in(sums, Real.of([table(*keys)]), {})["amount"] == Standing()


def test_a_columns_own_values_are_judged_elsewhere_but_not_in_disguise() -> None:
    own = {"mail": {"adaquillshopexample", "lamp77shopexample"}}
    assert seen(("Cy", "Stone", "Ada.Quill@shop.example", 2.0, None), **own) == {}
    assert seen(("Cy", "Stone", "x ada.quill@shop.example", 2.0, None), **own) == {"mail": Standing(inside=1)}
    assert seen(("Cy", "Stone", "lamp77%40shop.example", 2.0, None), **own) == {"mail": Standing(disguised=1)}


def test_each_distinct_cell_counts_once() -> None:
    cells = ("Ada Quill", "Ada Quill", "quill ada")
    assert seen(*(("Cy", "Stone", None, 2.0, cell) for cell in cells)) == {"town": Standing(whole=2)}


def test_namesakes_in_a_column_of_names_are_judged_by_how_many_there_are() -> None:
    """Twenty cells that are given names and surnames of real people make a column one of names."""
    first, last = [f"Ada{'xy'[n % 2]}{'abcdefghij'[n // 2]}" for n in range(20)], ["Quill", "Marsh"]
    real = Real.of([table(*((name, last[n % 2], None, 1.0, None) for n, name in enumerate(first)))])
    crossed = [(None, None, None, 1.0, f"{name} {last[(n + 1) % 2]}") for n, name in enumerate(first)]
    alone = seen_in(table((None, None, None, 1.0, f"{first[0]} {last[0]}")), real, {})
    assert alone["town"] == Standing(whole=1)
    assert seen_in(table((None, None, None, 1.0, f"{first[0]} {last[0]}"), *crossed), real, {})["town"] == Standing()


MAILS = ["adaquill2726@shop.example", "bomarsh4180@shop.example", "cystone9917@shop.example"]
PEOPLE = Real.of([table(*((None, None, mail, 1.0, None) for mail in MAILS))])


def standing(*cells: str) -> Standing:
    return seen_in(table(*((None, None, None, 1.0, cell) for cell in cells)), PEOPLE, {})["town"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("adaquill2726", Standing(whole=1)),
        ("shop.example/AdaQuill2726", Standing(inside=1)),
        ("adaquill2726@else.example", Standing(inside=1)),
        ("6272lliuqada", Standing(disguised=1)),
        ("YWRhcXVpbGwyNzI2", Standing(disguised=1)),
        ("adaquill2727", Standing()),
        ("adaquill", Standing()),
    ],
)
def test_the_first_part_of_an_address_is_found(cell: str, found: Standing) -> None:
    assert standing("Porto", cell) == found


def test_first_parts_among_others_of_their_sort_are_judged_beside_chance() -> None:
    """One that comes by itself among a thousand people of the same names is an accident; three are none."""
    others = [f"adaquill{number}" for number in range(3000, 4000)]
    assert standing("adaquill2726", *others) == Standing()
    assert standing("adaquill2726", "bomarsh4180", "cystone9917", *others) == Standing(whole=3)


def test_short_numbers_behind_a_name_are_chance_where_others_have_them() -> None:
    real = Real.of([table((None, None, "annalopez85@shop.example", 1.0, None))])
    town = [(None, None, None, 1.0, cell) for cell in ("annalopez85@else.example", "bolopezer86@else.example")]
    assert seen_in(table(*town), real, {})["town"] == Standing()
    assert seen_in(table(town[0]), real, {})["town"] == Standing(inside=1)
