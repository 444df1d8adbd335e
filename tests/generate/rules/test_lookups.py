from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from rulebooks import book, fitted, frame_of, made

from privsynth.dataset import Kind
from privsynth.errors import BackendError, PolicyError
from privsynth.report.decision import first_numbers

TOWNS = """country,town,postcode,people,area,founded
A,Aston,01234,900,1.5,1900-01-31
A,Amber,01235,100,2.25,1950-12-01
B,Borth,99999,0,3,
B,Bellow,99998,5,4,2000-02-29
"""


@pytest.fixture(autouse=True)
def towns(tmp_path: Path) -> Path:
    path = tmp_path / "towns.csv"
    path.write_text(TOWNS, encoding="utf-8")
    return path


def test_a_file_with_a_character_that_cannot_be_printed_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("town\nA\nB\0\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"towns\.csv, line 3: a cell holds a character that cannot be printed"):
        fitted(tmp_path, book("x: {lookup: {file: towns.csv, column: town}}"))


def test_rows_are_drawn_by_weight_and_all_columns_come_from_one_row(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "town: {lookup: {file: towns.csv, column: town, weight: people}}\n"
        "code: {lookup: {file: towns.csv, column: postcode}}\n"
        "area: {lookup: {file: towns.csv, column: area}, missing: 0.2}",
        4_000,
    )
    assert set(map(tuple, frame[["town", "code"]].to_numpy())) == {
        ("Aston", "01234"),
        ("Amber", "01235"),
        ("Bellow", "99998"),
    }
    assert (frame["town"] == "Aston").mean() == pytest.approx(900 / 1005, abs=0.02)
    assert frame["area"].isna().mean() == pytest.approx(0.2, abs=0.03)
    assert set(frame.loc[frame["town"] == "Amber", "area"].dropna()) == {2.25}


def test_rows_are_joined_by_equal_columns(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "town: {lookup: {file: towns.csv, column: town, by: {country: c}}}\nc: {choice: [A, B, null]}",
        2_000,
    )
    assert set(frame.loc[frame["c"] == "A", "town"]) == {"Aston", "Amber"}
    assert set(frame.loc[frame["c"] == "B", "town"]) == {"Borth", "Bellow"}
    assert frame["town"].isna().equals(frame["c"].isna())
    assert (frame["town"] == "Borth").sum() == pytest.approx(2_000 / 6, abs=60)


def test_a_join_may_be_by_several_columns_numbers_and_days(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "n: {choice: [1.5, 2.25]}\nd: {lookup: {file: towns.csv, column: founded, by: {area: n}}}\n"
        "t: {lookup: {file: towns.csv, column: town, by: {founded: d, area: n}, row: again}}",
        100,
    )
    assert set(map(tuple, frame[["n", "t"]].to_numpy())) == {(1.5, "Aston"), (2.25, "Amber")}


def test_another_row_is_drawn_for_itself(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "a: {lookup: {file: towns.csv, column: town}}\nb: {lookup: {file: towns.csv, column: town, row: birth}}",
        1_000,
    )
    assert (frame["a"] == frame["b"]).mean() == pytest.approx(0.25, abs=0.05)


def test_kinds_follow_from_the_cells(tmp_path: Path) -> None:
    names = ("town", "postcode", "people", "area", "founded")
    rules = "\n".join(f"{name}: {{lookup: {{file: towns.csv, column: {name}}}}}" for name in names)
    columns = made(tmp_path, book(rules)).tables[0].columns
    assert [c.kind for c in columns] == [Kind.CATEGORY, Kind.CATEGORY, Kind.INTEGER, Kind.NUMBER, Kind.DATE]
    assert columns[3].spelling.decimals == 2


def test_unique_rows_are_drawn_without_putting_them_back(tmp_path: Path) -> None:
    rule = "town: {lookup: {file: towns.csv, column: town}, unique: true}"
    assert frame_of(tmp_path, rule, 4)["town"].nunique() == 4
    with pytest.raises(PolicyError, match="must hold 5 different values; its rule has 4"):
        frame_of(tmp_path, rule, 5)


def test_rows_drawn_again_stay_one_row(tmp_path: Path) -> None:
    columns = (
        "town: {lookup: {file: towns.csv, column: town}}\n"
        "code: {lookup: {file: towns.csv, column: postcode}, missing: 0.5}\nn: {sql: length(town)}"
    )
    frame = frame_of(tmp_path, columns, 300, "    expect:\n      - town <> 'Aston' AND n = 5\n")
    assert set(frame["town"]) == {"Amber", "Borth"}
    codes = frame.dropna()
    assert set(map(tuple, codes[["town", "code"]].to_numpy())) == {("Amber", "01235"), ("Borth", "99999")}


def test_a_value_that_the_file_lacks_is_counted(tmp_path: Path) -> None:
    rule = "c: {constant: Z}\ntown: {lookup: {file: towns.csv, column: town, by: {country: c}}}"
    with pytest.raises(BackendError, match=r"20 of 20 rows have no row .* in towns.csv whose country are equal"):
        frame_of(tmp_path, rule, 20)


def test_the_recipe_names_the_file_and_its_digest_and_does_not_claim_that_nothing_was_read(tmp_path: Path) -> None:
    rules = fitted(tmp_path, book("town: {lookup: {file: towns.csv, column: town}}"))
    assert rules.recipe.details["lookups"] == {"towns.csv": sha256(TOWNS.encode()).hexdigest()}
    assert "towns.csv" in str(rules.recipe.details["source"])
    assert "no real data" not in str(rules.recipe.details["source"])
    assert any("town" in note and "towns.csv" in note for note in rules.sample(None, np.random.default_rng(1)).notes)
    assert "look-up file towns.csv" in rules.recipe.columns["t"]["town"]["treatment"]


def test_the_first_number_of_a_report_names_look_ups_instead_of_no_real_row() -> None:
    def first(looked_up: list[str]) -> dict[str, str]:
        return first_numbers([], [], 10, real=False, of_people=False, looked_up=looked_up)[0]

    assert first(["towns.csv"])["label"] == "look-up files read"
    assert "no real data" not in first(["towns.csv"])["meaning"]
    assert "no real data" in first([])["meaning"]


@pytest.mark.parametrize("name", ["../towns.csv", "/etc/passwd", "sub/../../towns.csv", "", ".", "no.csv", "link.csv"])
def test_no_path_leaves_the_folder_of_the_book(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.csv").symlink_to(tmp_path / "towns.csv")
    with pytest.raises(PolicyError, match=r"book\.yaml:7:"):
        frame_of(inner, f"x: {{lookup: {{file: '{name}', column: town}}}}")


def test_a_folder_and_a_link_inside_the_folder_are_fine(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "link.csv").symlink_to(tmp_path / "towns.csv")
    assert frame_of(tmp_path, "x: {lookup: {file: lists/link.csv, column: town}}")["x"].notna().all()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "needs a line of names"),
        ("town\n", "needs a line of names"),
        ("town,town\na,b\n", "needs a line of names"),
        ("town,people\na\n", "record 2: 2 cells are expected, not 1"),
        ('town\n"a\n', "a quotation mark is not closed"),
        ("town,people\na,-1\n", "weights are numbers"),
        ("town,people\na,x\n", "weights are numbers"),
        ("town,people\na,0\n", "weights are numbers"),
    ],
)
def test_a_file_that_cannot_be_drawn_from_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "towns.csv").write_text(content, encoding="utf-8")
    with pytest.raises(PolicyError, match=problem):
        frame_of(tmp_path, "x: {lookup: {file: towns.csv, column: town, weight: people}}")


def test_a_file_has_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privsynth.generate.rules.values.lookups.MAX_BYTES", 20)
    with pytest.raises(PolicyError, match="larger than 20 bytes"):
        frame_of(tmp_path, "x: {lookup: {file: towns.csv, column: town}}")


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("x: {lookup: {file: towns.csv, column: twn}}", "no such column"),
        ("x: {lookup: {file: towns.csv, column: town, by: {country: zz}}}", "no such column"),
        ("x: {lookup: {file: towns.csv, column: country}, unique: true}", "4 rows with 2 different values"),
        (
            "x: {lookup: {file: towns.csv, column: town, weight: people}}\n"
            "y: {lookup: {file: towns.csv, column: town, weight: area}}",
            "have one weight",
        ),
        (
            "x: {mixture: [{weight: 1, lookup: {file: towns.csv, column: town}}]}",
            "makes a whole column and cannot be a part of one",
        ),
    ],
)
def test_words_that_do_not_fit_are_refused_with_their_place(tmp_path: Path, columns: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        frame_of(tmp_path, columns)
    assert error.value.message.startswith("book.yaml:")
