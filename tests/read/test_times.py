"""Times of day and durations: counts of their smallest part, which come back as they were written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Kind
from privsynth.errors import InputError
from privsynth.options import ColumnPolicy
from privsynth.read.kinds import Place, Typed, typed
from privsynth.read.records import Words
from privsynth.spelling.dates import PIECES


def column_of(*cells: str, name: str = "time", **wish: str) -> Typed:
    known = list(dict.fromkeys(cell for cell in cells if cell))
    codes = np.array([known.index(cell) if cell else -1 for cell in cells], dtype=np.int32)
    wishes = ColumnPolicy.model_validate(wish) if wish else None
    return typed(Words(known, codes), Place("f.csv", name, lambda row: row + 2), wishes)


def written(made: Typed) -> list[str | None]:
    return list(made.column.spelling.write(made.values))


TIMES = [
    ("%H:%M", ["14:30", "08:05"], [870, 485]),
    ("%-H:%M", ["9:05", "14:30"], [545, 870]),
    ("%H:%M:%S", ["00:00:01", "23:59:59"], [1, 86_399]),
    ("%H:%M:%S.%3f", ["00:00:01.500", "00:00:02.001"], [1500, 2001]),
    ("%H:%M:%S%-.f", ["00:00:01.5", "00:00:02.25"], [1_500_000, 2_250_000]),
    ("%-I:%M %p", ["7:25 a.m.", "12:05 p.m."], [445, 725]),
    ("%I:%M%p", ["07:25AM", "12:05AM"], [445, 5]),
    ("%H:%MZ", ["10:30Z", "11:45Z"], [630, 705]),
    ("%-I%p", ["8am", "12pm"], [8, 12]),
    ("%Hh%M", ["10h30", "09h05"], [630, 545]),
]
DURATIONS = [
    ("%H:%M:%S", ["36:15:00", "02:00:00"], [130_500, 7200]),
    ("%H:%M", ["36:15", "-02:30"], [2175, -150]),
    ("%H:%M", ["24:00", "23:59"], [1440, 1439]),
    ("%D days %H:%M:%S", ["1 days 02:03:04", "-1 days +23:00:00"], [93_784, -3600]),
    ("%D days %H:%M:%S%.f", ["0 days 00:00:00.500000", "0 days 00:00:01"], [500_000, 1_000_000]),
    ("%D day, %-H:%M:%S", ["2:03:04", "1 day, 2:03:04", "-1 day, 23:00:00"], [7384, 93_784, -3600]),
    ("P%DDT%HH%MM", ["PT5M", "P3DT4H", "PT1H30M"], [5, 4560, 90]),
    ("PT%MM", ["PT90M", "PT5M"], [90, 5]),
    ("PT%SS%-.f", ["PT0S", "PT1.5S"], [0, 1_500_000]),
    ("%Hh %Mm", ["1h 30m", "45m", "2h"], [90, 45, 120]),
    ("%Hh%Mm", ["1h30m", "2h05m", "3h"], None),
    ("%H h %M min", ["5 min", "1 h 5 min"], [5, 65]),
]
NEITHER = [
    ["3:2", "3:16"],
    ["10:60", "11:00"],
    ["1:2:3", "2:3:4"],
    ["16:9", "4:3"],
    ["7:25 a.m. to 7:29 a.m.", "7:30 a.m. to 7:34 a.m."],
    ["10:30+02:00"],
]


@pytest.mark.parametrize(("form", "cells", "counts"), TIMES)
def test_times_of_day_come_back_as_they_were(form: str, cells: list[str], counts: list[int]) -> None:
    made = column_of(*cells, "")
    assert (made.column.kind, made.column.format, made.notes) == (Kind.TIME, form, ())
    assert made.values[:-1].tolist() == counts
    assert written(made) == [*cells, None]


@pytest.mark.parametrize(("form", "cells", "counts"), DURATIONS)
def test_durations_come_back_as_they_were(form: str, cells: list[str], counts: list[int] | None) -> None:
    made = column_of(*cells, "")
    assert (made.column.kind, made.column.format) == (Kind.DURATION, form)
    if counts is not None:
        assert made.values[:-1].tolist() == counts
        assert written(made) == [*cells, None]
    else:  # minutes are written without a zero
        assert any("1 cell with other spellings of times" in note for note in made.notes)


@pytest.mark.parametrize("cells", NEITHER)
def test_ratios_scores_amounts_and_ranges_are_no_times(cells: list[str]) -> None:
    made = column_of(*cells)
    assert made.column.kind in (Kind.TEXT, Kind.CATEGORY)
    assert written(made) == cells


def test_beside_hours_two_parts_are_minutes_and_seconds() -> None:
    made = column_of("59:10", "1:05:30", name="finish")
    assert (made.column.kind, made.values.tolist()) == (Kind.DURATION, [3550, 3930])
    assert written(made) == ["0:59:10", "1:05:30"]


def test_seconds_that_most_lack_are_kept_and_counted() -> None:
    made = column_of("14:30", "14:31", "14:30:05")
    assert written(made) == ["14:30:00", "14:31:00", "14:30:05"]
    assert any("2 cells with other spellings of times" in note for note in made.notes)


def test_a_name_of_durations_makes_durations_and_another_name_says_what_was_read() -> None:
    assert column_of("05:30", "04:10", name="pace").column.kind is Kind.DURATION
    made = column_of("05:30", "04:10", name="x")
    assert made.column.kind is Kind.TIME
    assert any("kind: duration" in note for note in made.notes)


def test_the_policy_decides() -> None:
    assert column_of("05:30", kind="duration").column.kind is Kind.DURATION
    assert column_of("05:30", format="%H:%M").column.kind is Kind.TIME
    assert column_of("05:30", kind="duration", format="%M:%S").values.tolist() == [330]
    assert column_of("05:30", kind="text").column.kind is Kind.TEXT
    with pytest.raises(InputError, match="line 3") as caught:
        column_of("05:30", "half past nine", kind="time")
    assert "half" not in str(caught.value)
    with pytest.raises(InputError, match="known format"):
        column_of("05:30", kind="time", format="%Y")


def test_a_few_cells_that_are_no_time_count_as_missing() -> None:
    made = column_of(*["14:30", "08:05"] * 100, "noon")
    assert (made.column.kind, int(np.isnan(made.values).sum())) == (Kind.TIME, 1)
    assert any("no time and counts as missing" in note for note in made.notes)


def test_noise_beyond_the_day_is_written_as_the_end_of_the_day() -> None:
    spelling = column_of("14:30", "08:05").column.spelling
    assert spelling.write(np.array([-3.0, 1500.0, np.nan])).tolist() == ["00:00", "23:59", None]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([form for form, _, _ in TIMES]), st.lists(st.integers(0, 86_399_999), min_size=1, max_size=6))
def test_what_is_written_as_a_time_is_read_as_the_same_time(form: str, amounts: list[int]) -> None:
    from privsynth.spelling import Spelling

    spelling = Spelling(clock=form)
    counts = np.array([amount // 1000 * 1_000_000 // spelling.step_us for amount in amounts], dtype=float)
    words = spelling.write(counts)
    made = column_of(*words, kind="time", format=form)
    assert made.values.tolist() == counts.tolist()
    assert written(made) == list(words)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([form for form, _, _ in DURATIONS]), st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6)
)
def test_what_is_written_as_a_duration_is_read_as_the_same_duration(form: str, counts: list[int]) -> None:
    from privsynth.spelling import Spelling

    words = Spelling(duration=form).write(np.array(counts, dtype=float))
    made = column_of(*words, kind="duration", format=form)
    assert made.values.tolist() == counts
    assert written(made) == list(words)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("0123456789:.-+ PTDHMShmaday,", max_size=12), min_size=1, max_size=5))
def test_hostile_cells_come_back_unless_a_note_says_otherwise(cells: list[str]) -> None:
    made = column_of(*cells)
    if not made.notes:
        null = made.column.spelling.null
        assert cells == [null if cell is None else cell for cell in written(made)]
    assert PIECES.findall(made.column.format or "x")


CLOCKS = [f"{8 + number % 11}.{7 * number % 60:02}" for number in range(30)]


def test_times_with_points_are_read_where_the_name_says_time() -> None:
    reading = column_of(*CLOCKS, name="visit_time")
    assert (reading.column.kind, reading.column.spelling.clock) == (Kind.TIME, "%-H.%M")
    assert list(reading.column.spelling.write(reading.values)) == CLOCKS
    assert list(reading.values[:2]) == [480, 547]
    assert any("kind: number in the policy" in note for note in reading.notes)
    assert column_of(*CLOCKS, name="visit_time", kind="number").column.kind is Kind.NUMBER


def test_a_zero_before_the_hour_tells_a_time_from_a_number() -> None:
    reading = column_of("17.20", "08.45", name="Uhrzeit")
    assert (reading.column.kind, reading.column.spelling.clock) == (Kind.TIME, "%H.%M")
    assert list(reading.values) == [1040, 525]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (CLOCKS, "price"),
        (CLOCKS, "lap time"),
        (CLOCKS, "sometime"),
        ([*CLOCKS, "9.60"], "time"),
        ([*CLOCKS, "24.00"], "time"),
        ([*CLOCKS, "9.5"], "time"),
        (CLOCKS[:10], "time"),
        ([f"0.{number}" for number in range(10, 50)], "reaction_time"),
        ([f"{number}.50" for number in range(1, 24)], "time"),
    ],
)
def test_other_decimals_stay_numbers(words: list[str], name: str) -> None:
    assert column_of(*words, name=name).column.kind is Kind.NUMBER


def test_a_declared_time_may_have_points() -> None:
    assert column_of("17.20", "9.45", kind="time").column.spelling.clock == "%-H.%M"
