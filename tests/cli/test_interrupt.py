"""Ctrl-C and a polite kill, from real processes: how they end, what they say, and that nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from privsynth.errors import ExitCode

PATIENTS = str(Path(__file__).parents[2] / "sample_data" / "patients.csv")
START = """
import hashlib, sys, time
from privsynth.cli.interrupt import held, heed
from privsynth.cli.screen import Screen
heed()
def ready():
    sys.stderr.write('ready\\n')
    sys.stderr.flush()
"""
STUCK = START + "ready(); hashlib.pbkdf2_hmac('sha256', b'x', b'y', 2 * 10**9)"
SWALLOWS = (  # as some libraries do
    START
    + """
try:
    ready()
    time.sleep(60)
except KeyboardInterrupt:
    pass
try:
    Screen().progress(1, 2)
except KeyboardInterrupt:
    sys.exit(130)
"""
)
SAVES = (
    START
    + """
with held():
    ready()
    time.sleep(1)
sys.stderr.write('written')
"""
)


def run_into(folder: Path) -> list[str]:
    """A run whose ledger, which remembers attempts that came to nothing too, lies elsewhere."""
    (folder / "here").mkdir()
    return ["run", PATIENTS, "--out", str(folder / "here" / "out"), "--seed", "1", "--set", f"state={folder / 'state'}"]


def started(*words: str, code: str | None = None) -> subprocess.Popen[str]:
    begin = [sys.executable, "-c", code] if code else [sys.executable, "-m", "privsynth"]
    return subprocess.Popen([*begin, *words], stderr=subprocess.PIPE, text=True, env={**os.environ, "CI": "1"})


def heard(process: subprocess.Popen[str], words: str) -> None:
    """Wait until it has said this."""
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it ended without saying {words}")


@pytest.mark.parametrize(
    ("name", "after"), [(signal.SIGTERM, "describe"), pytest.param(signal.SIGINT, "schema", marks=pytest.mark.slow)]
)
def test_while_it_learns_and_while_a_gate_works_the_first_wish_stops_the_run_and_leaves_nothing(
    name: signal.Signals, after: str, tmp_path: Path
) -> None:
    running = started(*run_into(tmp_path))
    heard(running, f" {after} ")
    time.sleep(0.1)
    running.send_signal(name)
    _, said = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED, said
    assert "interrupted; nothing was written" in said
    assert {path.name for path in (tmp_path / "here").iterdir()} <= {
        "privsynth-state"
    }  # the ledger remembers what was begun


def test_the_second_wish_ends_compiled_code_at_once() -> None:
    running = started(code=STUCK)
    heard(running, "ready")
    time.sleep(1)  # it says so just before it begins
    running.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(timeout=0.5)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode == ExitCode.INTERRUPTED


def test_an_interruption_that_a_library_swallows_is_raised_again() -> None:
    running = started(code=SWALLOWS)
    heard(running, "ready")
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED, said


def test_a_release_that_is_being_written_is_finished() -> None:
    running = started(code=SAVES)
    heard(running, "ready")
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (ExitCode.RELEASED, "written")
