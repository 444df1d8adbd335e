"""Whether a comma or point marks decimals or thousands: the column, its table or the policy settles it."""

from __future__ import annotations

import pytest

from privsynth.dataset import Kind
from privsynth.errors import InputError, PolicyError
from privsynth.options import ColumnPolicy
from read.files import Folder
from read.test_kinds import column_of, written

OPEN = ["85,061", "63,695", "4,097"]


def test_a_note_says_both_lines_that_settle_a_comma() -> None:
    reading = column_of(*OPEN)
    assert reading.column.kind is Kind.TEXT
    assert len(reading.notes) == 1
    assert "kind: integer" in reading.notes[0]
    assert "decimal: ','" in reading.notes[0]


@pytest.mark.parametrize(
    ("wish", "kind", "values"),
    [
        ({"kind": "integer"}, Kind.INTEGER, [85061, 63695, 4097]),
        ({"kind": "number", "decimal": ","}, Kind.NUMBER, [85.061, 63.695, 4.097]),
        ({"decimal": ","}, Kind.NUMBER, [85.061, 63.695, 4.097]),
        ({"decimal": "."}, Kind.INTEGER, [85061, 63695, 4097]),
        ({"kind": "number", "decimal": "."}, Kind.INTEGER, [85061, 63695, 4097]),
    ],
)
def test_the_policy_settles_a_comma_either_way(wish: dict[str, str], kind: Kind, values: list[float]) -> None:
    reading = column_of(*OPEN, **wish)
    assert reading.column.kind is kind
    assert list(reading.values) == values
    assert written(reading) == OPEN


@pytest.mark.parametrize(
    ("wish", "values"),
    [({}, [1.234, 5.678]), ({"kind": "integer"}, [1234, 5678]), ({"decimal": ","}, [1234, 5678])],
)
def test_the_policy_settles_a_point_too(wish: dict[str, str], values: list[float]) -> None:
    reading = column_of("1.234", "5.678", **wish)
    assert list(reading.values) == values
    assert written(reading) == ["1.234", "5.678"]


def test_a_number_with_open_commas_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError) as refusal:
        column_of(*OPEN, kind="number")
    assert "decimal: ','" in str(refusal.value.hint)
    assert "85" not in f"{refusal.value}{refusal.value.hint}"


def test_declared_marks_let_misfits_count_as_missing() -> None:
    reading = column_of(*OPEN, "x", "y", kind="integer", misfits="missing")
    assert list(reading.values[:3]) == [85061, 63695, 4097]
    assert reading.misfits == 2


def test_decimals_belong_to_numbers() -> None:
    with pytest.raises((PolicyError, ValueError), match="decimal"):
        ColumnPolicy(kind="date", decimal=",")


@pytest.mark.parametrize("mark", [",", "."])
def test_a_zero_behind_the_mark_beside_a_number_without_it_marks_thousands(mark: str) -> None:
    words = [f"2{mark}660", "27", *(f"{number}{mark}345" for number in range(1, 12))]
    reading = column_of(*words)
    assert list(reading.values[:3]) == [2660, 27, 1345]
    assert written(reading) == words
    assert any("marks of thousands" in note for note in reading.notes)


def test_units_beside_the_digits_leave_the_evidence_as_it_is() -> None:
    assert list(column_of("2,660 kg", "27 kg", "12,345 kg").values) == [2660, 27, 12345]


@pytest.mark.parametrize(("count", "kind"), [(49, Kind.TEXT), (50, Kind.INTEGER)])
def test_so_many_with_three_digits_and_none_with_two_are_no_decimals(count: int, kind: Kind) -> None:
    words = [f"{1 + number // 9},23{1 + number % 9}" for number in range(count)]
    assert column_of(*words, "5").column.kind is kind


@pytest.mark.parametrize(("words", "value"), [(["0,123", "4,560"], 0.123), (["1,234", "12,345,678"], 1234)])
def test_a_zero_in_front_is_of_a_decimal_and_two_marks_are_of_thousands(words: list[str], value: float) -> None:
    assert column_of(*words).values[0] == value


@pytest.mark.parametrize(
    ("other", "value"),
    [("1.5", 1234), ('"$12,000,000.00"', 1234), ('"1,5"', 1.234), ("1.234.567", 1.234), ("7", None), ("word", None)],
)
def test_other_columns_of_the_table_settle_a_comma(folder: Folder, other: str, value: float | None) -> None:
    data = folder.read(f'a,b\n"1,234",{other}\n"5,678",{other}\n')
    column = data.tables[0].columns[0]
    assert column.kind.is_numeric == (value is not None)
    assert folder.cells(f'a,b\n"1,234",{other}\n')[1][0] == "1,234"
    if value is not None:
        assert data.tables[0].values("a")[0] == value
        assert any("like the numbers of other columns" in note for note in data.notes)


def test_points_that_mark_thousands_elsewhere_do_so_here(folder: Folder) -> None:
    data = folder.read("a;b\n1.234;1.500,5\n5.678;2,25\n")
    assert list(data.tables[0].values("a")) == [1234, 5678]


def test_a_decimal_comma_elsewhere_makes_no_thousands_of_coordinates(folder: Folder) -> None:
    data = folder.read("latitude;price\n48.137;1,5\n52.520;2,25\n")
    assert list(data.tables[0].values("latitude")) == [48.137, 52.52]


def test_columns_that_disagree_settle_nothing(folder: Folder) -> None:
    data = folder.read("a;b;c\n1,234;1,5;1.5\n5,678;2,25;2.5\n")
    assert data.tables[0].columns[0].kind is Kind.TEXT


def test_a_few_points_stay_decimal_points_with_a_note() -> None:
    reading = column_of("1.250", "2", "1.500")
    assert list(reading.values) == [1.25, 2, 1.5]
    assert any("kind: integer in the policy" in note for note in reading.notes)


@pytest.mark.parametrize("word", ["1.5", "5 kg"])
def test_a_number_that_many_cells_share_is_no_word_for_missing(word: str) -> None:
    cells = [*map(str, range(60)), *[word] * 20]
    with pytest.raises(InputError):
        column_of(*cells, kind="integer")
    assert column_of(*cells, kind="integer", misfits="missing").misfits == 20


def test_thousands_of_declared_whole_numbers_are_said() -> None:
    reading = column_of("1.500", "2", kind="integer")
    assert list(reading.values) == [1500, 2]
    assert any("as the policy says" in note for note in reading.notes)
