"""`privsynth mask`: rows to stdout or a folder, and a clear word for everything that cannot be done."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from command import Ran, privsynth, process

PEOPLE = Path(__file__).parents[2] / "sample_data" / "customers.csv"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The first rows of the sample: enough people for groups of five."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"".join(PEOPLE.read_bytes().splitlines(keepends=True)[:401]))
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "KEY"
    path.touch(mode=0o600)
    path.write_bytes(bytes(range(32)))
    return path


def rows_of(ran: Ran) -> list[dict[str, str]]:
    assert ran.returncode == 0, ran.stderr
    return list(csv.DictReader(io.StringIO(ran.stdout)))


def test_rows_go_to_stdout_and_nothing_else_does(table: Path) -> None:
    rows = rows_of(process("mask", "people.csv", folder=table.parent))
    real = list(csv.DictReader(io.StringIO(table.read_text())))
    assert len(rows) == 400
    assert list(rows[0]) == list(real[0])
    assert {row["email"] for row in rows} & {row["email"] for row in real} == {""}
    assert {path.name for path in table.parent.iterdir()} == {"people.csv"}


def test_a_folder_holds_rows_and_reports(table: Path) -> None:
    ran = privsynth("mask", "people.csv", "--out", "out", "--json", folder=table.parent)
    assert json.loads(ran.stdout)["outcome"] == "released"
    assert {path.name for path in (table.parent / "out").iterdir()} == {
        "people.csv",
        "compliance.html",
        "fidelity.html",
        "report.json",
        "manifest.json",
    }


def test_the_same_key_gives_the_same_people_in_another_file(table: Path, key: Path) -> None:
    """The second file has other rows, another order and another name; who is in both is the same in both."""
    lines = table.read_text().splitlines(keepends=True)
    other = table.with_name("later.csv")
    other.write_text(lines[0] + "".join(reversed(lines[101:])))
    made = [
        rows_of(privsynth("mask", name, "--key-file", str(key), folder=table.parent))
        for name in ("people.csv", "later.csv")
    ]
    assert len({row["customer_id"] for row in made[0]} & {row["customer_id"] for row in made[1]}) == 300
    first, second = ({row["customer_id"]: (row["first_name"], row["last_name"]) for row in rows} for rows in made)
    same = [first[name] == second[name] for name in first.keys() & second.keys()]
    assert sum(same) >= 0.98 * len(same)


def test_the_key_may_come_from_the_environment(table: Path, key: Path) -> None:
    by_file = rows_of(privsynth("mask", "people.csv", "--key-file", str(key), folder=table.parent))
    by_name = rows_of(
        privsynth("mask", "people.csv", "--key-env", "MASKING", MASKING=key.read_bytes().hex(), folder=table.parent)
    )
    assert {row["customer_id"] for row in by_file} == {row["customer_id"] for row in by_name}


def test_a_plan_written_by_init_is_taken_as_it_stands_and_may_be_edited(table: Path) -> None:
    assert privsynth("init", "people.csv", "-b", "mask", folder=table.parent).returncode == 0
    plan = table.parent / "policy.yaml"
    text = plan.read_text()
    assert "mask: k_anonymise" in text
    plan.write_text(
        text.replace("entity: EMAIL, mask: invent", "entity: EMAIL, mask: drop").replace(
            "entity: PHONE, mask: invent", "entity: PHONE, mask: redact"
        )
    )
    rows = rows_of(privsynth("mask", "people.csv", "-c", "policy.yaml", folder=table.parent))
    assert "email" not in rows[0]
    assert {row["phone"] for row in rows} <= {"*", ""}


def test_a_plan_is_used_for_a_stream_whatever_its_table_is_called(table: Path) -> None:
    assert privsynth("init", "people.csv", "-b", "mask", folder=table.parent).returncode == 0
    assert (
        len(rows_of(privsynth("mask", "-", "-c", "policy.yaml", data=table.read_bytes(), folder=table.parent))) == 400
    )


def test_a_new_column_stops_the_run_until_somebody_decides(table: Path) -> None:
    assert privsynth("init", "people.csv", "-b", "mask", folder=table.parent).returncode == 0
    lines = table.read_text().splitlines()
    table.write_text(
        "\n".join([lines[0] + ",badge", *(f"{line},HIDDEN{at}" for at, line in enumerate(lines[1:]))]) + "\n"
    )
    ran = privsynth("mask", "people.csv", "-c", "policy.yaml", folder=table.parent)
    assert ran.returncode == 2
    assert "does not name 1 of the 16 columns of people: badge" in ran.stderr
    assert ran.stdout == ""
    assert "HIDDEN" not in ran.stderr


BAD = [
    (["--key-file", "nowhere"], 2, "cannot be opened"),
    (["--key-file", "OPEN"], 2, "0600 is needed"),
    (["--key-env", "NO_SUCH_KEY"], 2, "is not set"),
    (["--key-env", "SHORT"], 2, "SHORT"),
    (["--key-file", "OPEN", "--key-env", "SHORT"], 2, "one place"),
    (["--set", "tables.people.columns.emial.mask=drop"], 2, 'did you mean "email"'),
    (
        ["--set", "backend.unlisted=propose", "--set", "tables.people.columns.email.mask=tokn"],
        2,
        "is no step of masking",
    ),
    (
        ["--set", "backend.unlisted=propose", "--set", "tables.people.columns.email.mask=encrypt"],
        2,
        "needs a key that is kept",
    ),
    (["--set", "backend.unlisted=propose", "--set", "tables.people.columns.income.mask=shift"], 2, "shift moves dates"),
    (
        [
            "--set",
            "backend.unlisted=propose",
            "--set",
            'tables.people.columns.segment={kind: date, format: "%Y-%m-%d"}',
        ],
        5,
        "column 'segment'",
    ),
    (["--set", "backend.k=1"], 2, "backend.mask.k"),
    (["--set", "backend.k=5000"], 2, "k cannot be reached"),
    (["--set", "limits.k=2"], 2, "may only be tightened"),
    (["--json"], 2, "name a folder with --out"),
    (["--key", "abc"], 2, "No such option"),
    (["--profile", "gdpr-strict", "--key-env", "LONG"], 2, "must keep no key"),
]


@pytest.mark.parametrize(("arguments", "code", "word"), BAD)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    table: Path, arguments: list[str], code: int, word: str
) -> None:
    (table.parent / "OPEN").write_bytes(bytes(range(32)))
    (table.parent / "OPEN").chmod(0o644)
    ran = privsynth(
        "mask",
        "people.csv",
        *arguments,
        "--report-dir",
        "reports",
        SHORT="ab",
        LONG=bytes(range(32)).hex(),
        folder=table.parent,
    )
    assert ran.returncode == code
    assert word in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (table.parent / "reports").exists()
    assert ran.stdout == "" or "--json" in arguments


def test_several_tables_need_a_folder(table: Path) -> None:
    ran = privsynth("mask", "people.csv", str(PEOPLE), folder=table.parent)
    assert ran.returncode == 2
    assert "2 tables cannot all go to stdout" in ran.stderr


@pytest.mark.parametrize("words", [[], ["key"]])
def test_a_verb_without_its_words_shows_its_help_line_by_line(tmp_path: Path, words: list[str]) -> None:
    ran = privsynth(*words, folder=tmp_path)
    assert ran.returncode == 2
    assert "\nCommands:\n" in ran.stderr
    assert "u000a" not in ran.stderr
