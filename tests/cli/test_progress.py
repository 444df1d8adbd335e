"""What is seen of a run: a moving line on a terminal, plain lines elsewhere, events for programs, and its plan."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import Ran, privsynth

from privsynth.cli.live import Live
from privsynth.cli.log import Log, format_asked
from privsynth.cli.screen import Screen
from privsynth.errors import ExitCode
from privsynth.stages import Estimate

SAMPLES = Path(__file__).parents[2] / "sample_data"
CUSTOMERS, ORDERS, PATIENTS = (str(SAMPLES / f"{name}.csv") for name in ("customers", "transactions", "patients"))


def on_a_terminal(*words: str) -> tuple[int, str]:
    """The exit code, and all that a terminal was sent."""
    master, slave = pty.openpty()
    quiet = {name: value for name, value in os.environ.items() if name != "CI"}
    with subprocess.Popen(
        [sys.executable, "-m", "privsynth", *words], stderr=slave, env={**quiet, "TERM": "xterm", "COLUMNS": "120"}
    ) as running:
        os.close(slave)
        sent = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            sent += part
    os.close(master)
    return running.returncode, sent.decode()


def test_a_terminal_sees_a_line_that_counts_and_then_one_line_for_each_stage(tmp_path: Path) -> None:
    enough = tmp_path / "patients.csv"
    enough.write_text("".join(Path(PATIENTS).read_text().splitlines(keepends=True)[:451]))
    code, sent = on_a_terminal("run", str(enough), "--out", str(tmp_path / "out"), "--seed", "1", "--rows", "200")
    assert code == ExitCode.RELEASED
    seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", sent)
    assert re.search(r"fit  \[#*\.*\] \d+/\d+  \d+ s.*peak [\d.]+ [MG]B", seen)
    assert re.search(r"gate pii  \d+ s  peak [\d.]+ [MG]B", seen)
    assert re.search(r"  fit +model/trees", seen)
    assert sent.count("\x1b[?25l") == sent.count("\x1b[?25h")  # the cursor is there again


def test_elsewhere_a_finished_stage_is_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    with screen.stage("fit") as stage:
        screen.progress(1, 2)
        stage.say("model/trees")
    said = capsys.readouterr().err
    assert re.fullmatch(r"  fit       model/trees   \d\.\d s\n", said)


def test_time_left_is_the_rest_at_the_speed_so_far_and_anew_for_the_next_table() -> None:
    live = Live("fit")
    try:
        live.counted -= 10
        live.done, live.total = 5, 20
        assert live._left() == ", 30 s left"
        live.progress(20, 20)
        assert live._left() == ""
        live.progress(1, 4)
        assert live._left() == ", 0 s left"
        assert live._count() == ["[######..................] 1/4"]
    finally:
        live.stop()


def test_a_long_fit_is_foretold_and_a_short_one_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().expect(Estimate(10, 10**8))
    assert capsys.readouterr().err == ""
    Screen().expect(Estimate(720, 31 * 10**8))
    assert "about 12 min, 3.1 GB" in capsys.readouterr().err


def test_a_stage_that_breaks_gives_the_terminal_back() -> None:
    screen, stopped = Screen(), []

    class Double:
        def stop(self) -> None:
            stopped.append(True)

    def broken() -> None:
        with screen.stage("fit"):
            screen.live = Double()  # type: ignore[assignment]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert stopped == [True]
    assert "fit" not in screen.seconds


def test_events_are_one_object_a_line_with_the_same_six_names(tmp_path: Path) -> None:
    done = privsynth("run", PATIENTS, "--out", str(tmp_path / "out"), "--dry-run", "--log-format", "json", "--json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert all({"t", "stage", "event", "done", "total", "rss_mb"} <= set(event) for event in events)
    for moment in ("begin", "end"):
        assert [event["stage"] for event in events if event["event"] == moment] == ["read", "describe"]
    assert json.loads(done.stdout)["outcome"] == "planned"


def test_an_error_is_an_event_too(tmp_path: Path) -> None:
    done = privsynth("run", "absent.csv", "--out", str(tmp_path / "out"), "--log-format=json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert events[-1]["event"] == "error"
    assert events[-1]["code"] == done.returncode == ExitCode.INPUT


def test_steps_are_told_at_most_once_a_second_but_the_last_always(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log()
    with log.stage("fit"):
        for step in range(1, 1001):
            log.progress(step, 1000)
    told = [
        event for line in capsys.readouterr().err.splitlines() if (event := json.loads(line))["event"] == "progress"
    ]
    assert told[0]["done"] == 1
    assert told[-1]["done"] == 1000
    assert len(told) < 10


@pytest.mark.parametrize(
    ("words", "format_"),
    [
        ([], "text"),
        (["--log-format", "json"], "json"),
        (["--log-format=json"], "json"),
        (["--log-format", "text", "json"], "text"),
    ],
)
def test_the_format_is_known_before_the_flags_are_understood(words: list[str], format_: str) -> None:
    assert format_asked(["run", *words]) == format_


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(tmp_path: Path) -> None:
    done = privsynth("run", CUSTOMERS, ORDERS, "--out", str(tmp_path / "out"), "--dry-run")
    assert done.returncode == 0, done.stderr
    for words in (
        "customers, 5,000 rows x 15 columns",
        "transactions, 20,000 rows",
        "5 direct",
        "engine trees",
        "about ",
        "copies",
        "k_rare 3",
        "nothing was",
    ):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_is_one_object_for_machines(tmp_path: Path) -> None:
    done = privsynth("run", PATIENTS, "--out", str(tmp_path / "out"), "--dry-run", "--json", "-b", "mask")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["plan"]["backend"], answer["plan"]["seconds"]) == (
        0,
        "planned",
        "mask",
        None,
    )
    assert list(tmp_path.iterdir()) == []


def first_patients(rows: int, folder: Path) -> str:
    file = folder / "few.csv"
    file.write_text("".join(Path(PATIENTS).read_text().splitlines(keepends=True)[: rows + 1]))
    return str(file)


def test_a_dry_run_of_too_few_people_ends_like_the_run(tmp_path: Path) -> None:
    words = ("run", first_patients(100, tmp_path), "--out", str(tmp_path / "out"), "--dry-run")
    shown = privsynth(*words)
    assert shown.returncode == ExitCode.BLOCKED
    assert "blocked   nothing was fitted or drawn" in shown.stdout
    assert "at least 150 people, and there are 100" in shown.stdout
    answer = json.loads(privsynth(*words, "--json").stdout)
    assert (answer["exit_code"], answer["outcome"]) == (ExitCode.BLOCKED, "refused")
    assert any("there are 100" in warning for warning in answer["warnings"])
    run = json.loads(privsynth(*words[:-1], "--json").stdout)
    changed = [way["changed"] for way in run["ways"]]
    assert [way["changed"] for way in answer["ways"]] == changed == [["--backend", "mask"]]
    assert (answer["nothing_left"], answer["by_hand"]) == (run["nothing_left"], run["by_hand"])
    assert run["nothing_left"] in shown.stderr
    assert "--dry-run --backend mask" in shown.stderr


def test_the_estimate_of_a_small_table_is_that_of_the_fits_of_all_folds_too(tmp_path: Path) -> None:
    words = ("--out", str(tmp_path / "out"), "--dry-run")
    small = first_patients(300, tmp_path)
    assert "all rows learnt from, and 8 folds" in privsynth("run", small, *words).stdout
    folds = seconds(privsynth("run", small, *words, "--json"))
    half = first_patients(450, tmp_path)
    once = seconds(privsynth("run", half, *words, "--set", "holdout=0.5", "--json"))
    assert folds > 5 * once


def test_the_estimate_counts_every_draft_of_the_folds_and_the_gates_and_is_said_to_be_rough(tmp_path: Path) -> None:
    words = (first_patients(300, tmp_path), "--out", str(tmp_path / "out"), "--dry-run")
    assert "gates included" in privsynth("run", *words).stdout
    assert "roughly" in privsynth("run", *words).stdout
    all_ = seconds(privsynth("run", *words, "--json"))
    assert all_ > 60  # nine fits alone take less than twenty seconds


def seconds(done: Ran) -> float:
    return float(json.loads(done.stdout)["plan"]["seconds"])


def test_a_dry_run_refuses_what_the_run_would_refuse(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    assert privsynth("run", PATIENTS, "--out", str(tmp_path / "out"), "--dry-run").returncode == ExitCode.USAGE
