"""Names of real people are told from those of namesakes by how many there are beside chance."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.disguised import Real, Standing, seen_in
from privsynth.gate.evidence.namesakes import Meeting, NamedPeople, names_in_two_columns

SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "ra", "si", "ta", "vu")
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
GIVEN, SURNAMES = WORDS[:300], WORDS[300:900]


def drawn(count: int, seed: int, cultures: int = 1) -> list[str]:
    """Names put together by chance; with cultures, each has given names and surnames of its own."""
    draws = np.random.default_rng(seed)
    culture = draws.integers(0, cultures, count)
    given = draws.integers(0, len(GIVEN) // cultures, count) * cultures + culture
    surnames = draws.integers(0, len(SURNAMES) // cultures, count) * cultures + culture
    return [f"{GIVEN[a]} {SURNAMES[b]}" for a, b in zip(given, surnames, strict=True)]


def source(names: list[str]) -> Table:
    columns = (
        Column("first", Kind.CATEGORY, role=Role.DIRECT, entity="FIRST_NAME"),
        Column("last", Kind.CATEGORY, role=Role.DIRECT, entity="LAST_NAME"),
    )
    first, last = (list(parts) for parts in zip(*(name.split() for name in names), strict=True))
    return Table("t", columns, frame(first=first, last=last))


def draft(**columns: list[str]) -> Table:
    return Table("t", tuple(Column(name, Kind.CATEGORY) for name in columns), frame(**columns))


PEOPLE = drawn(2_000, seed=1)
REAL = Real.of([source(PEOPLE)], [source(drawn(500, seed=2))])


def turned(name: str) -> str:
    first, last = name.split()
    return f"{last.upper()}, {first}"


@pytest.mark.parametrize("count", [5, 19, 20, 25, 60, 1_000])
def test_real_names_in_a_column_are_found_however_many_there_are(count: int) -> None:
    real = sorted(set(PEOPLE))[:count]
    for cells in (real, [f"Mrs. {turned(name)}" for name in real]):
        assert seen_in(draft(note=cells), REAL, {})["note"] == Standing(whole=count)


def test_real_names_in_sentences_are_found_beside_a_column_of_invented_names() -> None:
    told = [f"{name} does not answer" for name in sorted(set(PEOPLE))[:60]]
    assert seen_in(draft(note=[*told, *drawn(40, seed=5)]), REAL, {})["note"].inside == 60


def test_namesakes_are_nobody() -> None:
    for seed in range(10, 20):
        cells = drawn(1_000, seed)
        assert len(set(cells) & set(PEOPLE)) > 3
        assert seen_in(draft(note=cells), REAL, {})["note"] == Standing()


def test_names_that_go_together_meet_as_often_as_those_of_held_out_people() -> None:
    """Given names and surnames of one culture: put together anew, they would be of two."""
    people = NamedPeople.of(drawn(2_000, 1, cultures=5), drawn(2_000, 2, cultures=5))
    names = {pair for name in drawn(1_000, 3, cultures=5) if (pair := people.named_by(name))}
    met = Meeting.of(names, people.pairs)
    assert met.met > 3 * met.expected
    assert people.chance(names) > 0.01


def test_names_that_two_columns_make_are_found_in_either_order() -> None:
    first, last = (list(parts) for parts in zip(*(name.split() for name in sorted(set(PEOPLE))[:60]), strict=True))
    assert names_in_two_columns(draft(group=first, note=last), REAL.people) == {"group and note": 60}
    assert names_in_two_columns(draft(group=last, note=first), REAL.people) == {"note and group": 60}
    first, last = (list(parts) for parts in zip(*(name.split() for name in drawn(1_000, seed=7)), strict=True))
    assert names_in_two_columns(draft(group=first, note=last), REAL.people) == {}


def test_the_tables_own_names_are_judged_as_whole_names() -> None:
    assert names_in_two_columns(source(PEOPLE), REAL.people) == {}
