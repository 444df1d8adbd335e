"""The source lies in no file that outlives the run, also where the run is killed."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from privsynth.content import Stored, unnamed
from privsynth.emit import private_folder
from privsynth.read.parts import spool

MARK = b"Ingunn Quixley"

KILLED = """
import io, os, signal, sys
from pathlib import Path
from privsynth.emit import private_folder
from privsynth.read.parts import spool
with private_folder(Path(sys.argv[1])) as folder:
    spool(io.BytesIO(sys.argv[2].encode() * 1000), folder / "stdin.csv", 10**6)
    assert (folder / "stdin.csv").read_bytes().startswith(sys.argv[2].encode())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def open_handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_killed_stream_leaves_nothing_of_the_source(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), MARK.decode()], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.suffix for path in files_below(tmp_path)] == [".lock"]
    assert not any(MARK in path.read_bytes() for path in files_below(tmp_path))
    with private_folder(tmp_path):
        pass
    assert not list(tmp_path.iterdir()), "the next run sweeps the rest"


def test_a_spooled_stream_is_read_like_any_file_and_let_go_with_the_folder(tmp_path: Path) -> None:
    before = open_handles()
    with private_folder(tmp_path) as folder:
        assert spool(io.BytesIO(MARK), folder / "stdin.csv", 100) == len(MARK)
        for _ in range(2):
            assert (folder / "stdin.csv").read_bytes() == MARK
        assert b"".join(Stored(folder / "stdin.csv").blocks()) == MARK
        assert len(Stored(folder / "stdin.csv")) == (folder / "stdin.csv").stat().st_size == len(MARK)
        assert not [path for path in files_below(folder) if path.name != ".lock"]
    assert open_handles() == before


def test_a_file_that_is_there_is_not_taken_for_a_private_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        unnamed(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"mine"
