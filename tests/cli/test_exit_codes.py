"""Every exit code, with what it prints and leaves behind: once from a real process, else from within this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command import Ran, privsynth, process

from privsynth.errors import ExitCode

SAMPLES = Path(__file__).parents[2] / "sample_data"
PATIENTS = str(SAMPLES / "patients.csv")
BREAKS = """
import privsynth.pipeline.acts
def read_files(*words, **more): raise ValueError('Sentinel-77')
privsynth.pipeline.acts.read_files = read_files
from privsynth.cli import main; main()
"""
NO_SDV = "import sys; sys.modules['sdv'] = None; sys.argv[0] = 'privsynth'; from privsynth.cli import main; main()"


def bad_csv(folder: Path) -> str:
    file = folder / "bad.csv"
    file.write_text("a,b\n1,2\n1,2,Sentinel-77\n")
    return str(file)


def enough_rows(folder: Path) -> str:
    """Rows enough for a release, and no more."""
    file = folder / "enough.csv"
    file.write_text("".join(Path(PATIENTS).read_text().splitlines(keepends=True)[:451]))
    return str(file)


def few_rows(folder: Path) -> str:
    file = folder / "few.csv"
    file.write_text("a,b\n" + "".join(f"{i},{i % 3}\n" for i in range(50)))
    return str(file)


ENDS = [
    (ExitCode.RELEASED, ["enough", "--seed", "1", "--rows", "200"]),
    (ExitCode.BLOCKED, ["few"]),
    (ExitCode.INPUT, ["bad"]),
    (ExitCode.USAGE, [PATIENTS, "--no-such-flag"]),
]
UNFAITHFUL = ["enough", "--seed", "5", "--set", "backend.min_leaf=150", "--set", "limits.ties_min=1.0"]  # ties are lost
OTHER_WAYS = [
    (ExitCode.INPUT, ["absent.csv"]),
    (ExitCode.USAGE, [PATIENTS, "--backend", "modle"]),
    (ExitCode.USAGE, [PATIENTS, "--set", "limits.k=1"]),
    (ExitCode.USAGE, [PATIENTS, "--rows", "-5"]),
    (ExitCode.USAGE, [PATIENTS, "-b", "mask", "-n", "5"]),
    (ExitCode.UNFAITHFUL, UNFAITHFUL),
]


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        *((process, *end) for end in ENDS),
        *((privsynth, *end) for end in OTHER_WAYS),
        pytest.param(process, ExitCode.UNFAITHFUL, UNFAITHFUL, marks=pytest.mark.slow),
    ],
)
def test_run_ends_with(run: Callable[..., Ran], code: ExitCode, words: list[str], tmp_path: Path) -> None:
    files = {"bad": bad_csv(tmp_path), "few": few_rows(tmp_path), "enough": enough_rows(tmp_path)}
    done = run("run", *[files.get(word, word) for word in words], "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == code, done.stderr
    answer = json.loads(done.stdout)
    assert answer["exit_code"] == code
    assert done.stdout.count("\n") == 1
    assert (tmp_path / "out").exists() == (code is ExitCode.RELEASED)
    assert "Traceback" not in done.stderr
    assert "Sentinel" not in done.stderr + done.stdout


def test_a_missing_extra_ends_with_its_install_command(tmp_path: Path) -> None:
    done = process("run", PATIENTS, "--out", str(tmp_path / "out"), "--model-engine", "copula", code=NO_SDV)
    assert done.returncode == ExitCode.MISSING
    assert "privsynth[sdv]" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(name: signal.Signals, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "privsynth", "run", str(SAMPLES / "customers.csv"), "--out", str(tmp_path / "out")]
    running = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env={**os.environ, "CI": "1"})
    assert running.stderr
    running.stderr.readline()  # the first stage is done: the run is under way
    time.sleep(0.2)
    running.send_signal(name)
    _, said = running.communicate()
    assert running.returncode == ExitCode.INTERRUPTED, said
    assert {path.name for path in tmp_path.iterdir()} <= {"privsynth-state"}  # the ledger remembers what was begun
    assert "Traceback" not in said


def test_an_unknown_error_ends_with_one_and_says_only_its_place(tmp_path: Path) -> None:
    done = process("run", PATIENTS, "--out", str(tmp_path / "out"), code=BREAKS)
    assert done.returncode == ExitCode.INTERNAL
    assert "ValueError" in done.stderr
    assert "Sentinel" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_target_that_is_not_empty_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    done = privsynth("run", PATIENTS, "--out", str(tmp_path / "out"))
    assert done.returncode == ExitCode.USAGE
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_version_and_help_end_with_zero() -> None:
    assert privsynth("--version").stdout.strip() == "0.1.0"
    assert privsynth("--help").returncode == 0
