"""inspect, init and scan: what they show, what they write, and how they end."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from command import privsynth as command

import privsynth
from privsynth.cli.one_file import write_whole
from privsynth.cli.verbs.inspect import _cut
from privsynth.errors import PolicyError
from privsynth.plainyaml import parse_yaml, quoted
from privsynth.policy import load_policy

SAMPLES = Path(__file__).parents[2] / "sample_data"
CUSTOMERS, ORDERS, PATIENTS = (str(SAMPLES / f"{name}.csv") for name in ("customers", "transactions", "patients"))
ADDRESS = "john.smith@corp-sentinel.com"


def test_init_writes_a_plan_that_changes_nothing_and_holds_no_value(tmp_path: Path) -> None:
    plan = tmp_path / "policy.yaml"
    assert command("init", CUSTOMERS, ORDERS, "--out", str(plan)).returncode == 0
    text = plan.read_text()
    assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n")
    jsonschema.validate(parse_yaml(text, "plan"), json.loads((tmp_path / "policy.schema.json").read_text()))
    mails = [line.split(",")[3] for line in Path(CUSTOMERS).read_text().splitlines()[1:]]
    assert [mail for mail in mails if mail and mail in text] == []
    before, after = (
        privsynth.inspect([CUSTOMERS, ORDERS]),
        privsynth.inspect([CUSTOMERS, ORDERS], load_policy(plan, {})),
    )
    for table in before:
        assert [(c.name, c.kind, c.role, c.entity, c.spelling) for c in table.columns] == [
            (c.name, c.kind, c.role, c.entity, c.spelling) for c in after[table.name].columns
        ]
        assert table.person == after[table.name].person
    assert before.relations == after.relations


def test_run_accepts_the_plan_of_init(tmp_path: Path) -> None:
    plan = tmp_path / "policy.yaml"
    command("init", PATIENTS, "--out", str(plan))
    done = command("run", PATIENTS, "-c", str(plan), "--seed", "5", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr


def test_init_does_not_overwrite_unless_told(tmp_path: Path) -> None:
    plan = tmp_path / "policy.yaml"
    plan.write_text("mine")
    assert command("init", PATIENTS, "--out", str(plan)).returncode == 2
    assert plan.read_text() == "mine"
    assert command("init", PATIENTS, "--out", str(plan), "--allow-overwrite").returncode == 0
    assert command("init", PATIENTS, "--out", "-").stdout == plan.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "with space",
        "a: b",
        "#x",
        "true",
        "No",
        "123",
        "",
        'q"uo\\te',
        "new\nline",
        "\u202eevil",
        "\U0001f600",
        "\x85",
        "ümlaut",
        "- x",
    ],
)
def test_any_name_survives_the_plan(name: str) -> None:
    assert parse_yaml(f"{quoted(name)}: {quoted(name)}", "p") == {name: name}


def test_an_unknown_column_is_named_with_its_place_and_the_nearest_name(tmp_path: Path) -> None:
    plan = tmp_path / "p.yaml"
    plan.write_text("tables:\n  patients:\n    columns:\n      diagnosys: { role: sensitive }\n")
    with pytest.raises(
        PolicyError, match=r'p\.yaml:4:7 column "diagnosys" is not in patients; did you mean "diagnosis"\?'
    ):
        privsynth.inspect(PATIENTS, load_policy(plan, {}))
    plan.write_text("tables:\n  patient: {}\n")
    with pytest.raises(PolicyError, match=r'p\.yaml:2:3 table "patient" is not in the data; did you mean "patients"\?'):
        privsynth.inspect(PATIENTS, load_policy(plan, {}))


def test_a_wrong_field_is_named_with_its_place_unless_a_flag_said_it(tmp_path: Path) -> None:
    plan = tmp_path / "p.yaml"
    plan.write_text("rows: 5\nlimits:\n  k: 2\nbackend:\n  kind: mask\n  noise: 1\n")
    with pytest.raises(PolicyError, match=r"p\.yaml:6:3 backend\.mask\.noise"):
        load_policy(plan, {})
    plan.write_text("rows: 5\nlimits:\n  k: 2\n")
    with pytest.raises(PolicyError, match=r"p\.yaml:3:3 limits\.k"):
        load_policy(plan, {})
    with pytest.raises(PolicyError) as caught:
        load_policy(plan, {"limits.k": 9, "rows": -1})
    assert "p.yaml" not in str(caught.value)


def test_policies_are_equal_wherever_they_were_written(tmp_path: Path) -> None:
    plan = tmp_path / "p.yaml"
    plan.write_text("rows: 5\n")
    assert load_policy(plan, {}) == privsynth.Policy(rows=5)
    assert load_policy(plan, {}).with_(seed=1).place_of("rows") == "p.yaml:1:1 "


def test_inspect_says_who_is_in_the_table_and_what_holds_in_it() -> None:
    shown = command("inspect", CUSTOMERS).stdout
    assert "quasi-identifying: city, state, postcode, birth_date" in shown
    assert "postcode decides city in every row" in shown
    found = json.loads(command("inspect", CUSTOMERS, "--json").stdout)
    assert {"missing", "distinct", "confidence", "why"} <= set(found["tables"][0]["columns"][0])
    assert {fact["kind"] for fact in found["facts"]} == {"dependency"}
    assert any("read as utf-8" in note for note in found["warnings"])


@pytest.fixture
def mystery(tmp_path: Path) -> Path:
    """A column of 500 different strings without a meaning, and one of three levels."""
    file = tmp_path / "sales.csv"
    words = (f"{chr(97 + n % 26)}uff {chr(97 + n // 26)}om" for n in range(500))
    file.write_text("mystery,kind\n" + "".join(f"{word},{'abc'[n % 3]}\n" for n, word in enumerate(words)))
    return file


def test_what_is_invented_because_nobody_knows_it_stands_on_the_first_screen(mystery: Path, tmp_path: Path) -> None:
    """With the line that declares it, which does so when it is used."""
    line = "--set tables.sales.columns.mystery.role=drop"
    asked = "warning   sales: nobody knows what mystery holds"
    out = ("--out", str(tmp_path / "out"), "--seed", "1")
    run = command("run", str(mystery), *out)
    assert asked in run.stderr
    assert line in run.stderr
    manifest, page = ((tmp_path / "out" / name).read_text() for name in ("manifest.json", "compliance.html"))
    assert any(line in note for note in json.loads(manifest)["notes"])
    assert "nobody knows what mystery holds" in page
    found = json.loads(command("fit", str(mystery), "--model", str(tmp_path / "model"), "--json").stdout)
    assert any(line in warning for warning in found["warnings"])
    assert f"warning: {asked.split('   ')[1]}" in command("inspect", str(mystery)).stdout
    answered = command("run", str(mystery), *line.split(), "--out", str(tmp_path / "new"), "--dry-run", "--json")
    assert not any("nobody knows" in warning for warning in json.loads(answered.stdout)["warnings"])
    assert json.loads(answered.stdout)["plan"]["tables"][0]["roles"] == {"direct": 1, "plain": 1}


def test_inspect_makes_hidden_signs_of_a_header_visible(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("id,\u202eemag\n" + "".join(f"{n},{n % 3}\n" for n in range(40)))
    shown = command("inspect", str(file)).stdout
    assert "\u202e" not in shown
    assert "\\u202eemag" in shown


def test_a_long_reason_gives_way_to_the_terminal_only() -> None:
    assert _cut("x" * 50, 20) == "x" * 16 + " ..."
    assert _cut("x" * 50, 0) == "x" * 50


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "notes.md").write_text(f"hello\nwrite to {ADDRESS} today\n")
    (tmp_path / "born.csv").write_text(
        "birth_date,kind\n" + "".join(f"19{40 + n % 50}-0{1 + n % 9}-1{n % 9},{'ab'[n % 2]}\n" for n in range(80))
    )
    (tmp_path / "clean.csv").write_text("colour,size\n" + "red,1\nblue,2\n" * 20)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "fail_on", "code"),
    [
        ("notes.md", "high", 3),
        ("notes.md", "never", 0),
        ("born.csv", "high", 0),
        ("born.csv", "medium", 3),
        ("born.csv", "low", 3),
        ("clean.csv", "low", 0),
    ],
)
def test_scan_ends_as_it_was_asked(files: Path, file: str, fail_on: str, code: int) -> None:
    assert command("scan", str(files / file), "--fail-on", fail_on).returncode == code


def test_sarif_names_rules_and_places_and_no_value(files: Path) -> None:
    names = [os.path.relpath(files / name) for name in ("notes.md", "born.csv", "clean.csv")]
    done = command("scan", *names, "--sarif", str(files / "found.sarif"), "--json")
    text = (files / "found.sarif").read_text()
    run = json.loads(text)["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert json.loads(text)["version"] == "2.1.0"
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in run["results"])
    places = {each["ruleId"]: each["locations"][0] for each in run["results"]}
    assert places["EMAIL"]["physicalLocation"]["region"]["startLine"] == 2
    assert places["DATE_OF_BIRTH"]["logicalLocations"][0]["name"] == "birth_date"
    assert {each["ruleId"]: each["level"] for each in run["results"]} | {
        "EMAIL": "error",
        "DATE_OF_BIRTH": "warning",
    } == {each["ruleId"]: each["level"] for each in run["results"]}
    assert ADDRESS not in text + done.stdout + done.stderr
    assert next(hit for hit in json.loads(done.stdout)["hits"] if hit["entity"] == "EMAIL")["lines"] == 1


def test_the_python_scanners_point_at_values_and_do_not_hold_them(files: Path) -> None:
    import pandas as pd

    hit = privsynth.scan_text(f"write to {ADDRESS} today")[0]
    assert (hit.entity, hit.start, hit.end) == ("EMAIL", 9, 9 + len(ADDRESS))
    found = privsynth.scan_table(pd.DataFrame({"email": [f"p{n}@corp.com" for n in range(30)]}))
    assert [(each.column, each.entity, each.confirmed) for each in found] == [("email", "EMAIL", True)]
    assert ADDRESS not in repr(hit)
    with pytest.raises(PolicyError, match="one table"):
        privsynth.scan_table(str(files))


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    """As `privsynth inspect FILE | head -1` does."""
    names = [f"column_{number}" for number in range(3000)]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(names) + "\n" + ",".join(map(str, range(3000))) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "privsynth", "inspect", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_init_says_so_where_nothing_can_be_written_nor_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "write_text", fails)
    monkeypatch.setattr(Path, "unlink", fails)
    with pytest.raises(PolicyError, match=r"cannot write plan.yaml: Read-only file system"):
        write_whole(tmp_path / "plan.yaml", "text")


def test_init_never_writes_over_what_it_reads(tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text("a,b\n1,2\n")
    (tmp_path / "link.yaml").symlink_to(source)
    for name in ("people.csv", "link.yaml"):
        done = command("init", str(source), "--out", str(tmp_path / name), "--allow-overwrite")
        assert done.returncode == 2
        assert "that is read" in done.stderr
    assert source.read_text() == "a,b\n1,2\n"
