"""Which real values are looked for in reports, and which say nothing where they are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import frame
from honest import source

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.sought import (
    Known,
    Values,
    forbidden_values,
    is_chance,
    is_short_number,
    is_telling,
    own_words,
)
from privsynth.measure.words import words_of
from privsynth.source import Source
from privsynth.spelling import Spelling

PLAIN = Values("t", Column("c", Kind.TEXT, role=Role.PLAIN), [])
KEY = Values("t", Column("c", Kind.DATE, role=Role.IDENTIFIER), [])
DAY = Values("t", Column("c", Kind.DATE, role=Role.QUASI), [])


def table(name: str = "t") -> Table:
    columns = (
        Column("id", Kind.TEXT, role=Role.IDENTIFIER),
        Column("herb", Kind.CATEGORY),
        Column("size", Kind.NUMBER),
    )
    return Table(name, columns, frame(id=["k"] * 21, herb=["common sage"] * 11 + ["rare"] * 10, size=[1.5] * 21))


@pytest.mark.parametrize(
    ("words", "values", "tells"),
    [
        (["abc"], PLAIN, False),
        (["abcd"], PLAIN, True),
        (["ab", "cd"], PLAIN, True),
        (["12345"], PLAIN, False),
        (["123456"], PLAIN, True),
        (["123000"], PLAIN, False),  # three significant digits
        (["001230"], PLAIN, True),  # a zero in front makes it a code
        (["0.12345"], PLAIN, True),
        (["1234.5"], PLAIN, False),
        (["1234.56"], PLAIN, True),
        (["123", "456"], PLAIN, True),
        (["123", "45"], PLAIN, False),
        (["2020", "05", "01"], DAY, False),
        (["2020", "05", "17"], DAY, True),
        (["2020", "05", "01"], KEY, True),
        (["2020", "05", "01"], PLAIN, True),
    ],
)
def test_only_what_is_long_enough_tells(words: list[str], values: Values, tells: bool) -> None:
    assert is_telling(words, values) is tells


@pytest.mark.parametrize(
    ("text", "is_short"),
    [
        ("12345", False),
        ("123456", True),
        ("12345678", True),
        ("123456789", False),
        ("123 456", False),
        ("abcdef", False),
        ("", False),
    ],
)
def test_numbers_of_six_to_eight_digits_are_short(text: str, is_short: bool) -> None:
    assert is_short_number(text) is is_short


def test_a_value_of_ten_rows_is_forbidden_and_one_of_eleven_is_not() -> None:
    train, holdout = table().take(np.arange(12)), table().take(np.arange(12, 21))
    half = Source(source(train, None).train, source(holdout, None).train, source(train, None).statistics)
    for real in (source(table(), None), half):
        assert {values.column.name: values.texts for values in forbidden_values(real)} == {
            "id": ["k"],
            "herb": ["rare"],
            "size": [],
        }
    (named, *_) = forbidden_values(half)
    assert (named.where, named.role, named.kind) == ("t.id", Role.IDENTIFIER, Kind.TEXT)


def test_names_common_levels_sizes_and_days_may_be_said() -> None:
    real = Source(
        source(table(), None).train, source(table().take(np.arange(5)), None).train, source(table(), None).statistics
    )
    known = Known(real)
    now = datetime.now(UTC)
    assert [(word,) in known for word in ("herb", "size", "t", "21", "5", "26")] == [True] * 6
    assert ("common", "sage") in known
    assert ("common", "sage") in known.runs
    assert ("987654",) not in known
    assert ("rare", "mugwort") not in known
    for back, is_known in ((0, True), (1, True), (3, False), (-1, False)):
        assert (tuple(f"{now - timedelta(days=back):%Y-%m-%d}".split("-")) in known) is is_known


def test_levels_of_invented_columns_and_numbers_are_not_common_words() -> None:
    assert {tuple(level) for level in Known(source(table(), None)).levels} == {("common", "sage")}


def numbers(count: int) -> list[str]:
    return [str(123_457 + 150 * n) for n in range(count)]


@pytest.mark.parametrize(("hits", "shown", "chance"), [(1, 300, True), (1, 1, True), (5, 5, False), (40, 300, False)])
def test_a_count_may_be_somebodys_number_and_a_list_of_them_may_not(hits: int, shown: int, chance: bool) -> None:
    """4,000 customers have a number of six digits: of 900,000, so that one of 225 counts is one."""
    texts = numbers(4_000)
    vocabulary = frozenset([*texts[:hits], *(str(200_001 + 3 * n) for n in range(shown - hits))])
    assert is_chance(texts[:hits], texts, vocabulary, Known(source(table(), None)), 0.001) is chance


def test_one_length_beyond_chance_is_enough() -> None:
    texts = [*numbers(4_000), *(str(12_345_678 + n) for n in range(10))]
    known = Known(source(table(), None))
    assert not is_chance([texts[0], texts[-1]], texts, frozenset([texts[0], texts[-1]]), known, 0.001)
    assert is_chance([], texts, frozenset(), known, 0.001)


def test_whole_months_and_round_times_are_edges_of_charts_and_not_values_that_may_not_be_said() -> None:
    moments = np.array(["2020-03-01", "2020-05-01", "2020-07-01"], dtype="datetime64[us]")
    columns = (
        Column("month", Kind.DATE, spelling=Spelling(date_format="%Y-%m")),
        Column("day", Kind.DATE),
        Column("lasts", Kind.DURATION, spelling=Spelling(duration="PT%HH%MM")),
    )
    cells = {"month": moments, "day": moments, "lasts": [90.0, 131.0, 240.0]}
    real = source(Table("t", columns, pd.DataFrame(cells)), None)
    forbidden = {values.column.name: values.texts for values in forbidden_values(real)}
    assert forbidden == {"month": [], "day": ["2020-03-01", "2020-05-01", "2020-07-01"], "lasts": ["PT2H11M"]}


@pytest.mark.parametrize(
    "said",
    ["faces", "voice", "religion", "passport", "narwhals", "loosen", "photographs of faces", "phonenumbers"],
)
def test_what_every_report_says_whatever_the_data_are_words_of_our_own(said: str) -> None:
    assert own_words().holds(words_of(said))


@pytest.mark.parametrize("said", ["mugwort", "faces of mugwort", "smith", "springfield"])
def test_words_of_the_world_and_lists_of_names_are_not(said: str) -> None:
    assert not own_words().holds(words_of(said))
