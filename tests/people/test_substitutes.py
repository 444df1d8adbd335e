"""One substitute for each different value of a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import seeds

from privsynth.dataset import Column, Kind, Role
from privsynth.errors import BackendError
from privsynth.people.draws import mix
from privsynth.people.substitutes import substitutes
from privsynth.people.words import words_of
from privsynth.statistics import ColumnStatistics, Taken


def column(entity: str | None, kind: Kind = Kind.TEXT, role: Role = Role.DIRECT) -> Column:
    return Column("c", kind, role=role, entity=entity)


def array(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def seeds_of(values: Sequence[Any], key: int = 1) -> np.ndarray[Any, Any]:
    """A number of each value's own, out of a key."""
    return mix(np.array([abs(hash((key, len(str(v)), *map(ord, str(v))))) for v in values], dtype=np.uint64))


DOCTORS = [
    f"Dr. {first} {last}"
    for first, last in zip(words_of("en_US").female[:40], words_of("en_US").last_male[:40], strict=True)
] * 5


def pairs(values: Sequence[Any], made: Sequence[Any]) -> dict[Any, set[Any]]:
    return {value: set(part) for value, part in pd.Series(made).groupby(pd.Series(values, dtype=object), sort=False)}


def test_each_value_has_one_substitute_which_is_never_itself() -> None:
    made = substitutes(column("PERSON"), array(DOCTORS), seeds_of(DOCTORS))
    found = pairs(DOCTORS, made)
    assert all(len(others) == 1 and value not in others for value, others in found.items())


def test_a_value_alone_is_substituted_as_among_others() -> None:
    whole = substitutes(
        column("CITY"),
        array(["Leeds", "Bath", "York"] * 5),
        seeds_of(["Leeds", "Bath", "York"] * 5),
        locale="en_GB",
        injective=False,
    )
    alone = substitutes(column("CITY"), array(["Bath"] * 3), seeds_of(["Bath"] * 3), locale="en_GB", injective=False)
    assert set(alone) == {whole[1]}


def test_another_key_makes_others() -> None:
    one, two = (substitutes(column("PERSON"), array(DOCTORS), seeds_of(DOCTORS, key)) for key in (1, 2))
    assert (one != two).mean() > 0.9


def test_missing_values_stay_missing() -> None:
    values = ["Anna Bell", None, "Carl Dorn", None]
    made = substitutes(column("PERSON"), array(values), seeds_of(values))
    assert [value is None for value in made] == [False, True, False, True]
    assert list(substitutes(column("PERSON"), array([None, None]), seeds(2))) == [None, None]


@pytest.mark.parametrize(
    "entity", ["FIRST_NAME", "LAST_NAME", "CITY", "PERSON", "EMAIL", "PHONE", "ORGANIZATION", None]
)
def test_a_unique_column_stays_unique_however_many_values_there_are(entity: str | None) -> None:
    shape = {"EMAIL": "u{}@firm.com", "PHONE": "(617) 664-{:04d}", "PERSON": "Anna Bell{}", None: "K-{:05d}"}.get(
        entity, "Name{}"
    )
    values = [shape.format(i) for i in range(1_200)]
    made = substitutes(column(entity), array(values), seeds_of(values))
    assert len(set(made)) == 1_200
    assert not set(made) & set(values)


def test_values_may_share_a_substitute_where_they_are_not_asked_to_differ() -> None:
    values = [f"Name{i}" for i in range(3_000)]
    made = substitutes(column("FIRST_NAME"), array(values), seeds_of(values), injective=False)
    assert len(set(made)) < 3_000
    assert not any("-" in value for value in made)


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "it_IT", "sv_SE"])
def test_a_given_name_stays_a_womans_or_a_mans(locale: str) -> None:
    words = words_of(locale)
    women, men = set(words.female), set(words.male)
    values = sorted({*sorted(women - men)[::5], *sorted(men - women)[::5]})
    made = substitutes(column("FIRST_NAME"), array(values), seeds_of(values), locale=locale, injective=False)
    for real, other in zip(values, made, strict=True):
        assert other in (women if real in women else men)


def test_a_whole_name_keeps_its_gender_too() -> None:
    words = words_of("en_US")
    women = [f"{first} Bell" for first in sorted(set(words.female) - set(words.male))[:50]]
    made = substitutes(column("PERSON"), array(women), seeds_of(women), locale="en_US")
    assert {value.split()[0] for value in made} <= set(words.female)


def test_a_substitute_is_nobody_of_the_source() -> None:
    key = Taken(b"k")
    values = [f"{first} {last}" for first in words_of("en_US").female[:20] for last in words_of("en_US").last_male[:20]]
    taken = Taken(b"k", frozenset(map(key.fingerprint, values)))
    made = substitutes(column("PERSON"), array(values), seeds_of(values), taken=taken, locale="en_US")
    assert not any(value in taken for value in made)


def test_numbers_stay_numbers() -> None:
    values = np.array([100_234.0, np.nan, 100_987.0, 100_234.0] * 10)
    made = substitutes(column(None, Kind.INTEGER, Role.QUASI), values, mix(np.nan_to_num(values).astype(np.uint64)))
    assert made.dtype == np.float64
    assert np.isnan(made[1])
    assert made[0] == made[3] != values[0]
    assert (made[~np.isnan(made)] % 1 == 0).all()


def test_the_profile_says_whether_values_must_differ() -> None:
    values = [f"Name{i}" for i in range(800)]
    made = substitutes(
        column("FIRST_NAME"),
        array(values),
        seeds_of(values),
        statistics=ColumnStatistics(rows=800, missing=0.0, distinct=800, is_unique=True, levels={}),
    )
    assert len(set(made)) == 800


def test_dates_are_refused() -> None:
    with pytest.raises(BackendError, match="a date has no substitute"):
        substitutes(column(None, Kind.DATE), np.array(["2020-01-01"], dtype="datetime64[us]"), seeds(1))


def test_too_many_values_for_a_kind_without_more_words_are_an_error_without_a_value() -> None:
    values = [f"Clerk{i}" for i in range(3_000)]
    with pytest.raises(BackendError, match="found no substitute of their own") as error:
        substitutes(column("JOB_TITLE"), array(values), seeds_of(values))
    assert "Clerk" not in str(error.value)
