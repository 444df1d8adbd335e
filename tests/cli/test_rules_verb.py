"""`privsynth rules`: what is said of tables and rulebooks, how it ends, and that no value is shown."""

from __future__ import annotations

import json
from importlib.resources import files as resources
from pathlib import Path
from xml.etree import ElementTree

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
        "keepers: 1 rule not judged: weights and the shape of laws are not asked",
        "animals.csv: 2 rows, 11 rules kept, 0 broken",
        "animals: 2 rules not judged: weights and the shape of laws are not asked",
        "none of the 21 rules judged is broken; 3 were not judged",
    ]


def test_what_is_broken_is_told_with_its_lines_and_ends_with_3(zoo: Path) -> None:
    spoil(zoo)
    done = command("rules", "check", "zoo.yaml", "data")
    assert done.returncode == 3
    assert done.stdout == (
        "keepers.csv: 2 rows, 10 rules kept, 0 broken\n"
        "keepers: 1 rule not judged: weights and the shape of laws are not asked\n"
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
        "animals: 2 rules not judged: weights and the shape of laws are not asked\n"
        "5 rules of the book are broken; 3 were not judged\n"
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
    assert done.stdout.splitlines()[-1].startswith("none of the ")


def test_a_file_of_no_table_is_refused_if_it_was_named_and_noted_in_a_folder(zoo: Path) -> None:
    (zoo / "data" / "animal.csv").write_text("a,b\n1,2\n")
    named = command("rules", "check", "zoo.yaml", "data/animal.csv")
    assert (named.returncode, "did you mean animals.csv?" in named.stderr) == (2, True)
    inside = command("rules", "check", "zoo.yaml", "data")
    assert (inside.returncode, "animal.csv is no table of the book" in inside.stderr) == (0, True)


def test_a_file_that_is_not_there_is_said_to_be_not_there(zoo: Path) -> None:
    done = command("rules", "check", "zoo.yaml", "data/keeper.csv")
    assert (done.returncode, "there is no file keeper.csv" in done.stderr) == (2, True)


def test_a_book_that_is_named_after_the_data_is_told_in_order(zoo: Path) -> None:
    done = command("rules", "check", "data/keepers.csv", "zoo.yaml")
    assert (done.returncode, "privsynth rules check zoo.yaml data/keepers.csv" in done.stderr) == (2, True)


def test_a_column_behind_a_mistake_is_not_said_to_be_unknown(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("whole:", "hole:"))
    done = command("rules", "explain", "zoo.yaml", "--column", "age")
    assert (done.returncode, "a mistake stands in the way of this column" in done.stderr) == (2, True)
    done = command("rules", "explain", "zoo.yaml", "--column", "agee")
    assert "the book has no such column.\n  did you mean age?" in done.stderr


def test_a_column_that_is_not_there_is_one_mistake(zoo: Path) -> None:
    (zoo / "data" / "animals.csv").write_text("keeper,kind\nK1,lion\n")
    done = command("rules", "check", "zoo.yaml", "data")
    assert "  broken  zoo.yaml:16:7  legs: the file has no such column\n" in done.stdout
    assert "1 rule of the book is broken; 7 were not judged\n" in done.stdout


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


def test_what_follows_an_inferred_book_is_told_as_a_command_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{number % 7 * 10};{'ab'[number % 2]};{number % 3}\n" for number in range(600))
    (tmp_path / "t.csv").write_text(f"amount;kind;place\n{rows}")
    told = next_of("infer", "t.csv", "--out", "t.yaml", "--delimiter", ";", "--drop", "place", "--set", "holdout=0.4")
    assert [line.split(": privsynth ")[1] for line in told] == [
        "run t.yaml t.csv --delimiter ';' --drop place --out out/"
    ]
    (tmp_path / "few.csv").write_text("amount;kind;place\n" + rows[: len(rows) // 2])
    warning, alone, model = next_of("infer", "few.csv", "--out", "few.yaml", "--min-group=12")
    assert "it needs 400 people, half of them held out, and there are 3" in warning
    assert alone.endswith(
        "compared with nobody then, and no gate says whether they tell of one person: privsynth run few.yaml --out out/"
    )
    assert model.endswith("which are judged: privsynth run --backend model few.csv --out out/")
    head = (tmp_path / "few.yaml").read_text().partition("version:")[0]
    assert "DATA" not in head
    assert "compared with nobody" in head


def next_of(*words: str) -> list[str]:
    done = command("rules", *words)
    assert done.returncode == 0, done.stderr
    told = (line.strip() for line in done.stderr.splitlines())
    return [line for line in told if line.startswith(("next", "or", "warning"))]


def test_fewer_people_than_the_profile_asks_for_cannot_be_asked(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n2\n")
    out, data = str(tmp_path / "t.yaml"), str(tmp_path / "t.csv")
    assert command("rules", "infer", data, "--out", out, "--min-group", "5").returncode == 2


def test_a_book_is_explained_in_the_order_in_which_it_is_made(zoo: Path) -> None:
    done = command("rules", "explain", "zoo.yaml")
    assert done.returncode == 0
    assert done.stdout == (
        "zoo\n"
        "\n"
        "1. keepers: 2 rows\n"
        "   id      a key: K1, K2, ...\n"
        "           -> used by animals.keeper\n"
        "   age     a whole number, each as likely as the other (low 18, high 70)\n"
        "   expect  in 50 % of rows: age < 60\n"
        "\n"
        "2. animals: for each row of keepers: a count (mean 3)\n"
        "   keeper  the id of its row of the parent\n"
        "           <- rests upon keepers.id\n"
        "   kind    one of 2: lion 50 %, bear 50 %\n"
        "   legs    always 4\n"
        "   expect  in each row: kind = 'lion' OR legs = 4\n"
    )


def test_mistakes_are_told_and_the_rest_is_explained(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("whole:", "hole:").replace("[lion, bear]", "[lion, 7]"))
    done = command("rules", "explain", "zoo.yaml", "--json")
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads((resources("privsynth.report") / "schema" / "result.json").read_text()))
    assert (done.returncode, told["outcome"]) == (2, "broken")
    assert [each["place"] for each in told["mistakes"]] == ["zoo.yaml:8:13", "zoo.yaml:15:14"]
    assert [each["passed_over"] for each in told["tables"]] == [["age"], ["kind"]]
    assert [[column["name"] for column in each["columns"]] for each in told["tables"]] == [["id"], ["keeper", "legs"]]


def test_one_column_is_explained_with_all_that_it_rests_upon(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("legs: {constant: 4}", "legs: {sql: length(kind)}"))
    done = command("rules", "explain", "zoo.yaml", "--table", "animals", "--column", "legs")
    assert [line.split()[0] for line in done.stdout.splitlines()[3:]] == ["kind", "->", "legs", "<-"]
    wrong = command("rules", "explain", "zoo.yaml", "--column", "leg")
    assert (wrong.returncode, "did you mean legs?" in wrong.stderr) == (2, True)


LIBRARY = """version: 1
name: library
tables:
  members:
    rows: 5
    columns:
      id: {sequence: {}}
      born: {date: {low: 1990-01-01, high: 2015-12-31}}
      child: {sql: "born > DATE '2008-01-01'"}
  copies:
    rows: 3
    columns:
      id: {sequence: {}}
      bought: {date: {low: 2020-01-01, high: 2020-12-31}}
      fees: {total: loans.fee}
  loans:
    belongs_to: {table: copies}
    intervals: {stay: {constant: 9}, gap: {exponential: {mean: 40}}, since: parent.bought, until: 2021-12-31}
    columns:
      copy: {reference: id}
      member: {reference: {table: members, key: id, as: member, where: "member.child = 'false'"}}
      lent: {row: since}
      fee: {sql: "day(lent) * 0.25", decimals: 2}
"""


def explained(zoo: Path, text: str, *words: str) -> dict[str, dict[str, object]]:
    """The columns that are told, each by its table and name."""
    (zoo / "zoo.yaml").write_text(text)
    told = json.loads(command("rules", "explain", "zoo.yaml", "--json", *words).stdout)
    return {f"{table['name']}.{each['name']}": each for table in told["tables"] for each in table["columns"]}


def test_a_total_rests_upon_what_it_adds_up_and_that_is_used_by_it(zoo: Path) -> None:
    columns = explained(zoo, LIBRARY)
    assert columns["copies.fees"]["rests_upon"] == ["bought", "loans.fee"]
    assert columns["loans.fee"]["carries"] == ["copies.fees"]
    assert columns["loans.lent"]["rests_upon"] == ["copies.bought"]
    shown = explained(zoo, LIBRARY, "--column", "fees")
    assert set(shown) == {"copies.fees", "copies.bought", "loans.fee", "loans.lent"}


def test_a_reference_rests_upon_what_its_condition_names(zoo: Path) -> None:
    columns = explained(zoo, LIBRARY)
    assert columns["loans.member"]["rests_upon"] == ["members.child", "members.id"]
    assert columns["members.child"]["carries"] == ["loans.member"]
    shown = explained(zoo, LIBRARY, "--table", "loans", "--column", "member")
    assert set(shown) == {"loans.member", "members.id", "members.child", "members.born"}


def test_what_rests_upon_a_mistake_is_passed_over_whatever_lies_between(zoo: Path) -> None:
    spoilt = LIBRARY.replace("high: 2015-12-31}}", "hihg: 2015-12-31}}").replace(
        "born > DATE '2008-01-01'", "born || 'x'"
    )
    shown = explained(zoo, spoilt)
    assert not {"members.born", "members.child", "loans.member"} & set(shown)


def test_words_are_told_as_they_are_written_in_the_book(zoo: Path) -> None:
    age = "age: {whole: {low: 18, high: 70}}"
    (zoo / "zoo.yaml").write_text(
        BOOK.replace(age, f"{age}\n      most_legs: {{total: {{of: animals.legs, as: max}}}}")
    )
    done = command("rules", "explain", "zoo.yaml", "--table", "keepers", "--column", "most_legs")
    assert "total (of animals.legs, as max)" in done.stdout


def test_the_picture_is_the_same_each_time_and_holds_no_script(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("name: zoo", "name: <script>x</script> & co"))
    drawn = []
    for name in ("a.svg", "b.svg"):
        assert command("rules", "explain", "zoo.yaml", "--svg", name).returncode == 0
        drawn.append((zoo / name).read_text())
    assert drawn[0] == drawn[1]
    tree = ElementTree.fromstring(drawn[0])  # noqa: S314 - our own drawing
    tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
    assert "script" not in tags
    assert "href" not in drawn[0]
    assert {"keepers", "animals", "legs", "<script>x</script> & co"} <= {each.text for each in tree.iter()}
    assert sum(each.get("class") == "tie" for each in tree.iter()) == 1
    assert not [each for each in tree.iter() if each.get("class") == "arc"], "a key is told by its tie alone"


def test_the_picture_shows_what_rests_upon_columns_of_other_tables(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(LIBRARY)
    assert command("rules", "explain", "zoo.yaml", "--svg", "a.svg").returncode == 0
    arcs = (zoo / "a.svg").read_text().count('class="arc"')
    assert arcs == sum(
        len([need for need in each["rests_upon"] if not need.endswith(".id")])
        for each in explained(zoo, LIBRARY).values()
    )


def test_a_book_is_proved_against_itself_with_ten_rows_shown(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("rows: 2", "rows: 5000"))
    done = command("rules", "test", "zoo.yaml")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "keepers: 100 rows, the first 10"
    assert lines[11].startswith("K10 ")
    assert lines[-1] == "none of the 21 rules judged is broken; 3 were not judged"
    assert done.stdout == command("rules", "test", "zoo.yaml").stdout
    assert done.stdout != command("rules", "test", "zoo.yaml", "--seed", "1").stdout


def test_a_test_is_of_fewer_rows_where_very_many_follow_from_a_hundred(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("rows: 2", "rows: 5000").replace("mean: 3", "mean: 5000"))
    done = command("rules", "test", "zoo.yaml")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "keepers: 10 rows, the first 10")
    assert "10 rows of a table that says a number, at most: more than 1,000,000 cells follow" in done.stderr


def test_a_book_is_not_released_without_a_row(zoo: Path) -> None:
    done = command("run", "zoo.yaml", "--rows", "0", "--out", "made")
    assert (done.returncode, "ask for 1 or more" in done.stderr) == (2, True)


def test_a_book_that_cannot_keep_its_own_rule_ends_with_3_and_names_it(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("kind = 'lion' OR legs = 4", "legs = 5"))
    done = command("rules", "test", "zoo.yaml", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"]) == (3, "broken")
    assert "zoo.yaml:18:9: this expectation of table animals is broken" in told["failure"]
    assert "broken   zoo.yaml:18:9" in command("rules", "test", "zoo.yaml").stdout


def test_a_correlation_that_the_book_itself_does_not_leave_is_told(zoo: Path) -> None:
    correlated = """version: 1
name: apart
tables:
  t:
    rows: 100
    columns: {a: {normal: {mean: 0, sd: 1}}, b: {normal: {mean: 0, sd: 1}}}
    correlate: [{a ~ b: 0.9}]
    expect: [a * b < 0]
"""
    (zoo / "zoo.yaml").write_text(correlated)
    assert "a ~ b is -0." in command("rules", "test", "zoo.yaml").stderr
    assert "not 0.900" in " ".join(json.loads(command("rules", "test", "zoo.yaml", "--json").stdout)["warnings"])


def test_a_book_with_mistakes_is_tested_as_far_as_it_is_right(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("whole:", "hole:"))
    done = command("rules", "test", "zoo.yaml")
    assert done.returncode == 2
    assert done.stdout.startswith("mistake  zoo.yaml:8:13: tables.keepers.columns.age.hole")
    assert done.stdout.splitlines()[-5:] == [
        "keepers: 2 rows, 5 rules kept, 0 broken",
        "keepers: 2 rules not judged: a mistake stands in its way",
        "animals: 8 rows, 11 rules kept, 0 broken",
        "animals: 2 rules not judged: weights and the shape of laws are not asked",
        "none of the 16 rules judged is broken; 4 were not judged",
    ]


def test_no_rule_is_said_to_be_kept_of_a_table_that_was_passed_over(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("prefix: K", "prefixx: K"))
    done = command("rules", "test", "zoo.yaml", "--json")
    answers = json.loads(done.stdout)["answers"]
    assert {each["table"] for each in answers if each["standing"] == "kept"} == {"keepers"}
    assert {(each["table"], each["columns"][0]) for each in answers if each["standing"] == "not judged"} >= {
        ("keepers", "id"),
        ("animals", "keeper"),
        ("animals", "kind"),
    }
    said = command("rules", "test", "zoo.yaml").stdout
    assert "animals: 4 rules not judged: a mistake stands in its way" in said
    assert "animals: 0 rows" not in said
    assert "animals: 1 rows" not in said
    assert "id" not in said.split("keepers: 2 rows, the first 2\n")[1].splitlines()[0]


SCENARIOS = """scenarios:
  old:
    tables:
      keepers:
        columns: {age: {whole: {low: 60, high: 70}}}
        expect: []
"""


def test_tables_are_held_against_a_scenario_as_against_the_book(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK + SCENARIOS)
    done = command("rules", "check", "zoo.yaml", "data", "--scenario", "old")
    assert done.returncode == 3
    assert "broken  zoo.yaml:23:19  age: within its range" in done.stdout, "the scenario's own word is pointed at"
    assert command("rules", "check", "zoo.yaml", "data").returncode == 0


def test_a_scenario_is_proved_against_itself(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK + SCENARIOS)
    done = command("rules", "test", "zoo.yaml", "--scenario", "old")
    ages = [int(line.split()[1]) for line in done.stdout.splitlines()[2:4]]
    assert (done.returncode, min(ages) >= 60) == (0, True)


@pytest.mark.parametrize("verb", [("test",), ("check", "data")])
def test_an_unknown_scenario_ends_with_2_and_the_nearest(zoo: Path, verb: tuple[str, ...]) -> None:
    (zoo / "zoo.yaml").write_text(BOOK + SCENARIOS)
    done = command("rules", verb[0], "zoo.yaml", *verb[1:], "--scenario", "odl")
    assert (done.returncode, "did you mean old?" in done.stderr) == (2, True)


def test_of_a_book_with_mistakes_no_scenario_is_made(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("whole:", "hole:") + SCENARIOS)
    done = command("rules", "test", "zoo.yaml", "--scenario", "old")
    assert (done.returncode, done.stdout.startswith("mistake  zoo.yaml:8:13")) == (2, True)
    assert "rows" not in done.stdout


def test_a_scenario_of_many_combinations_is_tested_with_the_rows_that_they_take(zoo: Path) -> None:
    numbers = ", ".join(map(str, range(12)))
    (zoo / "zoo.yaml").write_text(
        f"version: 1\nname: wide\ntables:\n  t:\n    rows: 5000\n"
        f"    columns: {{a: {{choice: [{numbers}]}}, b: {{choice: [{numbers}]}}}}\n"
        "scenarios: {all: {tables: {t: {cover: {columns: [a, b]}}}}}\n"
    )
    done = command("rules", "test", "zoo.yaml", "--scenario", "all")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "t: 144 rows, the first 10")


def test_doubts_are_told_before_all_else_and_end_with_0(zoo: Path) -> None:
    (zoo / "zoo.yaml").write_text(BOOK.replace("legs: {constant: 4}", "legs: {sql: \"if(kind = 'lyon', 3, 4)\"}"))
    told = "zoo.yaml:16:14: tables.animals.columns.legs.sql: kind never has a value that it is compared with here."
    for verb in ("explain", "test"):
        done = command("rules", verb, "zoo.yaml")
        assert done.returncode == 0
        assert " ".join(done.stdout.split()).startswith(f"doubt {told} did you mean 'lion'?")
        assert json.loads(command("rules", verb, "zoo.yaml", "--json").stdout)["warnings"] == [
            f"{told} (did you mean 'lion'?)"
        ]
