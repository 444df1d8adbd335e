"""`privsynth rules`: what is said of tables and rulebooks, how it ends, and that no value is shown."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from pathlib import Path

import jsonschema
import pytest
from command import privsynth as command

BOOK = """version: 1
name: zoo
tables:
  keepers:
    rows: 2
    columns:
      id: {sequence: {prefix: K}}
      age: {whole: {low: 18, high: 70}}
    expect:
      - {that: age < 60, rate: 0.5}
  animals:
    belongs_to: {table: keepers, count: {poisson: {mean: 3}}}
    columns:
      keeper: {reference: id}
      kind: {choice: [lion, bear]}
      legs: {constant: 4}
    expect:
      - kind = 'lion' OR legs = 4
"""
KEEPERS = "id,age\nK1,20\nK2,65\n"
NAME = "Smith-Sentinel"


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zoo.yaml").write_text(BOOK)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keepers.csv").write_text(KEEPERS)
    (tmp_path / "data" / "animals.csv").write_text("keeper,kind,legs\nK1,lion,4\nK2,bear,4\n")
    return tmp_path


def spoil(zoo: Path) -> None:
    (zoo / "data" / "animals.csv").write_text(f"keeper,kind,legs\nK1,lion,4\n{NAME},{NAME},5\nK2,bear,{NAME}\n")


def test_tables_that_keep_their_book_end_with_0(zoo: Path) -> None:
    done = command("rules", "check", "zoo.yaml", "data")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "keepers.csv: 2 rows, 10 rules kept, 0 broken",
        "animals.csv: 2 rows, 11 rules kept, 0 broken",
        "no rules of the book are broken",
    ]


def test_what_is_broken_is_told_with_its_lines_and_ends_with_3(zoo: Path) -> None:
    spoil(zoo)
    done = command("rules", "check", "zoo.yaml", "data")
    assert done.returncode == 3
    assert done.stdout == (
        "keepers.csv: 2 rows, 10 rules kept, 0 broken\n"
        "animals.csv: 3 rows, 6 rules kept, 5 broken\n"
        "  broken  zoo.yaml:15:7  kind: one of its levels\n"
        "          1 of 3 rows, 33.3 %; no row may\n"
        "          line 3\n"
        "  broken  zoo.yaml:16:7  legs: an integer\n"
        "          1 of 3 rows, 33.3 %; no row may\n"
        "          line 4\n"
        "  broken  zoo.yaml:16:7  legs: the one value that it has\n"
        "          1 of 3 rows, 33.3 %; no row may\n"
        "          line 3\n"
        "  broken  zoo.yaml:14:7  keeper: a row of keepers that is there\n"
        "          1 of 3 rows, 33.3 %; no row may\n"
        "          line 3\n"
        "  broken  zoo.yaml:18:9  kind, legs: the expectation\n"
        "          1 of 3 rows, 33.3 %; no row may\n"
        "          line 3\n"
        "5 rules of the book are broken\n"
    )
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_object_fits_its_schema_and_holds_no_value(zoo: Path) -> None:
    spoil(zoo)
    done = command("rules", "check", "zoo.yaml", "data", "--json", "--sarif", "found.sarif")
    told = json.loads(done.stdout)
    schema = json.loads((resources("privsynth.report") / "schema" / "result.json").read_text())
    jsonschema.validate(told, schema)
    assert (told["verb"], told["outcome"], told["exit_code"]) == ("rules check", "broken", 3)
    soft = next(each for each in told["answers"] if each["allowed"])
    assert (soft["broken"], soft["rows"], soft["place"]) == (1, 2, "zoo.yaml:10:9")
    assert NAME not in done.stdout + done.stderr + (zoo / "found.sarif").read_text()


def test_sarif_points_at_lines_of_the_data_and_of_the_book(zoo: Path) -> None:
    spoil(zoo)
    command("rules", "check", "zoo.yaml", "data/animals.csv", "--sarif", "found.sarif")
    run = json.loads((zoo / "found.sarif").read_text())["runs"][0]
    found = next(each for each in run["results"] if each["ruleId"] == "values")
    place, said = found["locations"][0]["physicalLocation"], found["relatedLocations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("data/animals.csv", 3)
    assert (said["artifactLocation"]["uri"], said["region"]["startLine"]) == ("zoo.yaml", 15)


def test_a_child_alone_is_held_against_what_needs_no_parent(zoo: Path) -> None:
    done = command("rules", "check", "zoo.yaml", "data/animals.csv")
    assert done.returncode == 0
    assert "animals: 1 rule not judged: keepers.id is not there" in done.stdout


def test_a_file_of_no_table_is_refused_if_it_was_named_and_noted_in_a_folder(zoo: Path) -> None:
    (zoo / "data" / "animal.csv").write_text("a,b\n1,2\n")
    named = command("rules", "check", "zoo.yaml", "data/animal.csv")
    assert (named.returncode, "did you mean animals.csv?" in named.stderr) == (2, True)
    inside = command("rules", "check", "zoo.yaml", "data")
    assert (inside.returncode, "animal.csv is no table of the book" in inside.stderr) == (0, True)


def test_a_column_that_is_not_there_is_one_mistake(zoo: Path) -> None:
    (zoo / "data" / "animals.csv").write_text("keeper,kind\nK1,lion\n")
    done = command("rules", "check", "zoo.yaml", "data")
    assert "  broken  zoo.yaml:16:7  legs: the file has no such column\n" in done.stdout
    assert "1 rule of the book is broken\n" in done.stdout


def test_a_rulebook_is_inferred_from_tables_and_makes_some_like_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{number % 7 * 10},{'ab'[number % 2]}\n" for number in range(400))
    (tmp_path / "t.csv").write_text(f"amount,kind\n{rows}")
    inferred = command("rules", "infer", "t.csv", "--out", "t.yaml", "--json")
    assert inferred.returncode == 0
    assert json.loads(inferred.stdout)["outputs"] == [{"path": "t.yaml"}]
    assert command("run", "t.yaml", "--out", "made", "--rows", "50").returncode == 0
    assert {line.split(",")[1] for line in (tmp_path / "made" / "t.csv").read_text().splitlines()[1:]} == {"a", "b"}
    assert command("rules", "infer", "t.csv", "--out", "t.yaml").returncode == 2, "a file that is there is not replaced"


def test_fewer_people_than_the_profile_asks_for_cannot_be_asked(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n2\n")
    out, data = str(tmp_path / "t.yaml"), str(tmp_path / "t.csv")
    assert command("rules", "infer", data, "--out", out, "--min-group", "5").returncode == 2
