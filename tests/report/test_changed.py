"""What a reader of the draft would not see is said once, with counts that are not small."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Form, Kind, Role, Table
from privsynth.emit import guard_notes
from privsynth.report.changed import unseen_changes

VISITS = (
    Column("person", Kind.TEXT, role=Role.IDENTIFIER),
    Column("at", Kind.DATE),
    Column("amount", Kind.NUMBER),
    Column("level", Kind.CATEGORY),
)


def visits(hours: list[int], amounts: list[float], persons: list[str], days: list[int] | None = None) -> Dataset:
    rows = len(hours)
    dealt = days or list(range(rows))
    at = [
        np.datetime64("2024-01-01T00:30") + np.timedelta64(24 * d + h, "h") for d, h in zip(dealt, hours, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "person": pd.Series(persons, dtype=object),
            "at": pd.Series(at, dtype="datetime64[us]"),
            "amount": pd.Series(amounts, dtype="float64"),
            "level": pd.Series(["x"] * rows, dtype=object),
        }
    )
    return Dataset((Table("visits", VISITS, frame, person="person"),))


def people(rows: int) -> list[str]:
    return [f"p{n // 2}" for n in range(rows)]


SAME = visits([n % 3 + 9 for n in range(200)], list(map(float, range(200))), people(200))


def test_of_a_draft_like_its_source_nothing_is_said() -> None:
    assert unseen_changes(SAME, SAME) == []


@pytest.mark.parametrize(("amounts", "beyond"), [(range(20, 180), "40 rows"), (range(1, 199), "fewer than 11 rows")])
def test_ends_that_are_not_shown_are_said_with_the_rows_beyond_them(amounts: range, beyond: str) -> None:
    rows = len(amounts)
    made = visits([n % 3 + 9 for n in range(rows)], list(map(float, amounts)), people(rows))
    (note,) = [note for note in unseen_changes(SAME, made) if "amount" in note]
    assert note.startswith("visits: the ends of ")
    assert f"{beyond} of the 200 real ones lie beyond the last synthetic value" in note


def test_rows_that_were_made_from_rows_are_told_by_their_own_steps() -> None:
    (table,) = visits([9] * 100, [50.0] * 100, people(100))
    copied = Table("visits", VISITS, table.frame, person="person", origin=np.arange(100))
    assert unseen_changes(SAME, Dataset((copied,))) == []


def test_times_of_day_that_are_not_kept_are_said_and_days_without_times_are_not() -> None:
    flat = visits([n % 24 for n in range(200)], list(map(float, range(200))), people(200))
    (note,) = [note for note in unseen_changes(SAME, flat) if "ends" not in note]
    assert note == "visits: times of day of at are not kept: 88% of the rows lie in another hour"
    days = visits([0] * 200, list(map(float, range(200))), people(200))
    assert unseen_changes(days, days) == []


def test_moments_that_repeat_for_a_person_are_said_where_none_did() -> None:
    twice = visits([9] * 200, list(map(float, range(200))), people(200), [n // 2 for n in range(200)])
    assert "visits: 100 rows repeat the person and the at of another row; in the source none does" in unseen_changes(
        visits([9] * 200, list(map(float, range(200))), people(200)), twice
    )
    assert unseen_changes(twice, twice) == []


@pytest.mark.parametrize("rows", [0, 1])
def test_of_hardly_any_rows_nothing_is_said(rows: int) -> None:
    few = visits([9] * rows, [1.0] * rows, people(rows))
    assert unseen_changes(few, few) == []
    assert all("visits" in note for note in unseen_changes(SAME, few))


def test_cells_that_a_spreadsheet_would_run_are_counted_by_column() -> None:
    columns = (Column("note", Kind.TEXT), Column("n", Kind.NUMBER))
    frame = pd.DataFrame(
        {"note": pd.Series(["=1+1", "@x", "-5", "plain", None], dtype=object), "n": [-1.0, -2.0, 3.0, 4.0, np.nan]}
    )
    said = [
        "t: 2 cells of note begin with an apostrophe in the text file, "
        "because a spreadsheet would run them as a formula"
    ]
    assert guard_notes(Dataset((Table("t", columns, frame),))) == said
    typed = Table("t", columns, frame, form=Form(text=False, parquet=True))
    assert guard_notes(Dataset((typed,))) == []
