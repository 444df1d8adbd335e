"""All files or none, whatever goes wrong, and whenever the process dies."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import record_of

from privsynth.emit import staging
from privsynth.emit.staging import publish
from privsynth.emit.target import check_target
from privsynth.errors import ExitCode, PolicyError, PrivsynthError

FILES = record_of({"t.csv": b"a\n1\n", "report.json": b"{}"})
OLD = record_of({"old": b"x"})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_appears_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert publish(FILES, target, overwrite=False) == [target / name for name in sorted(FILES)]
    assert {path.name: path.read_bytes() for path in target.iterdir()} == FILES
    assert names(tmp_path) == ["out"]
    assert target.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o600}


def test_the_manifest_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real = staging._write
    monkeypatch.setattr(staging, "_write", lambda path, content: (order.append(path.name), real(path, content)))
    publish(FILES, tmp_path / "out", overwrite=False)
    assert order == ["report.json", "t.csv", "manifest.json"]


def test_missing_parents_are_made_and_an_empty_target_gives_way(tmp_path: Path) -> None:
    publish(FILES, tmp_path / "a" / "b", overwrite=False)
    (tmp_path / "c").mkdir()
    publish(FILES, tmp_path / "c", overwrite=False)
    assert names(tmp_path / "a" / "b") == names(tmp_path / "c") == sorted(FILES)


def test_a_full_target_is_only_replaced_when_asked_and_then_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    publish(OLD, target, overwrite=False)
    with pytest.raises(PolicyError, match="not empty"):
        publish(FILES, target, overwrite=False)
    assert names(target) == sorted(OLD)
    publish(FILES, target, overwrite=True)
    assert names(target) == sorted(FILES)
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "/etc/x", "a\0b", ".."])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PrivsynthError, match="not allowed"):
        publish({name: b""}, tmp_path / "out", overwrite=False)
    assert names(tmp_path) == []


CALLS = [
    "os.fsync",
    "os.open",
    "os.close",
    "os.fdopen",
    "fcntl.flock",
    "pathlib.Path.mkdir",
    "privsynth.emit.staging._renameat2",
]


def call_of(name: str) -> tuple[Any, str]:
    import importlib
    import pathlib

    if name.startswith("pathlib"):
        return pathlib.Path, "mkdir"
    module, _, attribute = name.rpartition(".")
    return importlib.import_module(module), attribute


def failing(real: Callable[..., Any], at: int, error: BaseException) -> Callable[..., Any]:
    calls = iter(range(10_000))

    def call(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == at:
            raise error
        return real(*args, **kwargs)

    return call


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EIO, "I/O error"),
        PermissionError(errno.EACCES, "no"),
        KeyboardInterrupt(),
        MemoryError(),
    ],
)
@pytest.mark.parametrize("name", CALLS)
def test_a_failing_call_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException, overwrite: bool
) -> None:
    owner, attribute = call_of(name)
    real = getattr(owner, attribute)
    for at in range(40):
        target = tmp_path / f"out{at}"
        if overwrite:
            publish(OLD, target, overwrite=False)
        with monkeypatch.context() as patch:
            patch.setattr(owner, attribute, failing(real, at, error))
            try:
                publish(FILES, target, overwrite=overwrite)
            except (PrivsynthError, KeyboardInterrupt, MemoryError) as caught:
                failed: BaseException | None = caught
            else:
                failed = None
        if failed is None:
            assert names(target) == sorted(FILES)
            break
        left = names(target) if target.exists() else []
        if isinstance(failed, PrivsynthError):
            assert failed.exit_code is ExitCode.INTERNAL
            assert not [path for path in tmp_path.iterdir() if path.name.startswith(".") and path.is_dir()]
            assert left == (sorted(OLD) if overwrite else [])
        else:  # an interruption while the old output is being removed finds the new one complete
            assert left in ([sorted(OLD), sorted(FILES)] if overwrite else [[]])
    else:
        pytest.fail("the call never succeeded")
    assert at > 0


def test_an_error_says_what_the_system_said_and_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 0, OSError(errno.ENOSPC, "x")))
    with pytest.raises(PrivsynthError, match="No space left on device") as caught:
        publish(FILES, tmp_path / "out", overwrite=False)
    assert caught.value.hint == "nothing was published"
    assert caught.value.__cause__ is None


def test_another_file_system_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        st_dev = -1

    real = Path.stat
    monkeypatch.setattr(
        Path,
        "stat",
        lambda self, **how: (
            Elsewhere() if ".privsynth-" in self.name and not self.name.endswith("lock") else real(self, **how)
        ),
    )
    with pytest.raises(PrivsynthError, match="cross-device"):
        publish(FILES, tmp_path / "out", overwrite=False)


def test_what_killed_runs_left_is_swept_and_live_runs_are_not(tmp_path: Path) -> None:
    for pid in ("1", "2"):
        (tmp_path / f".out.privsynth-{pid}").mkdir()
        (tmp_path / f".out.privsynth-{pid}.lock").touch()
    (tmp_path / ".out.privsynth-x.lock").touch()
    with (tmp_path / ".out.privsynth-2.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        publish(FILES, tmp_path / "out", overwrite=False)
    assert names(tmp_path) == [".out.privsynth-2", ".out.privsynth-2.lock", ".out.privsynth-x.lock", "out"]


def test_a_lock_that_was_swept_away_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = fcntl.flock, iter(range(10))

    def flock(file: Any, how: int) -> None:
        real(file, how)
        if next(calls) == 0:
            next(tmp_path.glob(".*.lock")).unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    publish(FILES, tmp_path / "out", overwrite=False)
    assert names(tmp_path) == ["out"]


def test_a_file_system_without_renameat2_still_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_renameat2", lambda *how: errno.EINVAL)
    publish(FILES, tmp_path / "out", overwrite=False)
    with pytest.raises(PolicyError, match="not empty"):
        publish(FILES, tmp_path / "out", overwrite=False)
    with pytest.raises(PolicyError, match="exchange"):
        publish(FILES, tmp_path / "out", overwrite=True)
    assert names(tmp_path / "out") == sorted(FILES)


def test_a_system_without_renameat2_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *how, **more: object())
    publish(FILES, tmp_path / "out", overwrite=False)
    assert names(tmp_path) == ["out"]


def test_targets_that_cannot_be_written_are_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    publish(OLD, tmp_path / "ours", overwrite=False)
    (tmp_path / "link").symlink_to(tmp_path / "full")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("file", "full", "link", "dangling", "file/below"):
        with pytest.raises(PolicyError):
            check_target(tmp_path / name, overwrite=False)
    with pytest.raises(PolicyError):
        check_target(Path("/"), overwrite=True)
    for name in ("new", "ours", "new/deeper"):
        check_target(tmp_path / name, overwrite=True)
    monkeypatch.setattr(os, "access", lambda *how: False)
    with pytest.raises(PolicyError, match="cannot be written"):
        check_target(tmp_path / "new", overwrite=False)


def test_a_target_that_cannot_be_looked_at_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path) -> None:
        raise PermissionError(errno.EACCES, "no")

    (tmp_path / "out").mkdir()
    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(PolicyError, match="Permission denied"):
        check_target(tmp_path / "out", overwrite=False)


# A child that publishes again and again, and kills itself when the n-th system call of a publication is reached.
DYING = """
import json, os, signal, sys
from pathlib import Path
from privsynth.emit import staging
folder, overwrite = Path(sys.argv[1]), sys.argv[2] == "1"
files = json.load(sys.stdin)
files = {name: text.encode() for name, text in files.items()}
def hook(owner, name, state):
    real = getattr(owner, name)
    def call(*args, **kwargs):
        for moment in range(2):
            state["seen"] += 1
            if state["seen"] == state["at"]:
                os.kill(os.getpid(), signal.SIGKILL)
            if not moment:
                made = real(*args, **kwargs)
        return made
    setattr(owner, name, call)
for at in range(1, 200):
    child = os.fork()
    if child == 0:
        state = {"seen": 0, "at": at}
        for name in ("fsync", "open", "close", "fdopen"):
            hook(os, name, state)
        calls = (
            (staging, "_renameat2"),
            (Path, "mkdir"),
            (Path, "unlink"),
            (staging.shutil, "rmtree"),
            (staging.fcntl, "flock"),
        )
        for owner, name in calls:
            hook(owner, name, state)
        target = folder / f"out{at}"
        staging.publish(files, target, overwrite=overwrite)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(at - 1)
        break
"""


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_kill_at_any_call_leaves_the_target_absent_or_complete(tmp_path: Path, overwrite: bool) -> None:
    for at in range(1, 200) if overwrite else ():
        publish(OLD, tmp_path / f"out{at}", overwrite=False)
    large = record_of({"t.csv": b"a" * 300_000, "report.json": b"{}"})
    texts = {name: content.decode() for name, content in large.items()}
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(tmp_path), str(int(overwrite))],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    points = int(done.stdout)
    assert points >= 20
    whole = sorted(FILES)
    for at in range(1, points + 1):
        target = tmp_path / f"out{at}"
        found = names(target) if target.exists() else []
        assert found in ([sorted(OLD), whole] if overwrite else [[], whole])
        assert found != whole or (target / "t.csv").stat().st_size == 300_000
        publish(FILES, target, overwrite=True)
    assert not [path for path in tmp_path.iterdir() if ".privsynth-" in path.name]


# A child that publishes as often as it can, and is killed after a while.
ENDLESS = """
import os, signal, sys, time
from pathlib import Path
from privsynth.emit.staging import publish
files = {"manifest.json": b"{}", "t.csv": b"a" * 300_000, "report.json": b"{}"}
for turn in range(20):
    child = os.fork()
    if child == 0:
        for number in range(100_000):
            publish(files, Path(sys.argv[1]) / f"out{turn}-{number}", overwrite=False)
    time.sleep(0.005 + 0.0037 * turn)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def test_a_kill_at_any_time_leaves_only_complete_targets(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", ENDLESS, str(tmp_path)], check=True)
    found = list(tmp_path.glob("out*"))
    assert found
    for target in found:
        assert names(target) == sorted(FILES)
        assert (target / "t.csv").stat().st_size == 300_000
