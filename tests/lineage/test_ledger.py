"""The ledger: append-only, chained, private, and found out when somebody was at it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from privsynth.errors import ExitCode, PolicyError, PrivsynthError
from privsynth.lineage import ledger
from privsynth.lineage.ledger import HEAD, KEY, LEDGER, LOCK, has_begun, keep_evidence, open_ledger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def filled(folder: Path, records: int = 3) -> Path:
    for number in range(records):
        with open_ledger(folder).pages() as pages:
            pages.append(event="attempt", source="s", mark=number)
    return folder


def read(folder: Path) -> list[int]:
    with open_ledger(folder).pages() as pages:
        return [record["mark"] for record in pages.records]


def lines(folder: Path) -> list[bytes]:
    return (folder / LEDGER).read_bytes().splitlines(keepends=True)


def test_what_was_written_is_read_in_its_order(folder: Path) -> None:
    assert read(filled(folder)) == [0, 1, 2]


def test_directory_and_files_are_open_to_their_owner_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        keep_evidence(filled(folder), "evidence-000001.json", b"{}")
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == dict.fromkeys(
        (LEDGER, HEAD, KEY, LOCK, "evidence-000001.json"), 0o600
    )


def test_a_record_ties_itself_to_all_before_it(folder: Path) -> None:
    records = [json.loads(line) for line in lines(filled(folder))]
    before = "0" * 64
    for record in records:
        content = {name: value for name, value in record.items() if name != "hash"}
        assert record["hash"] == ledger.chained(before, content)
        before = record["hash"]


def rewrite(folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    (folder / LEDGER).write_bytes(b"".join(change(lines(folder))))


def without_hash(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name != "hash"}


def forged(found: list[bytes]) -> list[bytes]:
    """The last record changed, with a chain that fits: only the head knows."""
    before, last = json.loads(found[-2]), json.loads(found[-1])
    content = {**without_hash(last), "mark": 77}
    return [*found[:-1], json.dumps({**content, "hash": ledger.chained(before["hash"], content)}).encode() + b"\n"]


TAMPERED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a changed figure": lambda found: [found[0], found[1].replace(b'"mark":1', b'"mark":9'), found[2]],
    "a missing record": lambda found: [found[0], found[2]],
    "the end cut off": lambda found: found[:-1],
    "two at the end cut off": lambda found: found[:-2],
    "all cut off": lambda found: [],
    "two exchanged": lambda found: [found[1], found[0], found[2]],
    "one twice": lambda found: [*found, found[-1]],
    "a forged end": forged,
    "no JSON": lambda found: [found[0], b"hello\n", found[2]],
    "another type": lambda found: [found[0], b"[1]\n", found[2]],
    "bytes that are no text": lambda found: [found[0], b"\xff\xfe\n", found[2]],
    "the last line half": lambda found: [*found[:-1], found[-1][:40]],
    "an empty line": lambda found: [*found, b"\n"],
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_changed_ledger_is_an_error(how: str, folder: Path) -> None:
    rewrite(filled(folder), TAMPERED[how])
    with pytest.raises(PrivsynthError, match="changed") as caught:
        read(folder)
    assert caught.value.exit_code is ExitCode.INTERNAL
    assert "restore" in caught.value.hint


@pytest.mark.parametrize("name", [LEDGER, HEAD, KEY])
def test_a_part_that_is_gone_is_an_error(name: str, folder: Path) -> None:
    (filled(folder) / name).unlink()
    with pytest.raises(PrivsynthError, match="lacks a part"):
        open_ledger(folder)


def test_a_ledger_that_is_gone_but_for_its_evidence_is_an_error(folder: Path) -> None:
    keep_evidence(filled(folder), "evidence-000001.json", b"{}")
    for name in (LEDGER, HEAD, KEY):
        (folder / name).unlink()
    with pytest.raises(PrivsynthError, match="lacks a part"):
        open_ledger(folder)


def test_a_key_of_another_length_is_an_error(folder: Path) -> None:
    (filled(folder) / KEY).write_bytes(b"short")
    with pytest.raises(PrivsynthError, match="key"):
        open_ledger(folder)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b'{"records": 9, "hash": "x"}',
        b'{"records": 3, "hash": "x"}',
        b'{"records": -1, "hash": "x"}',
    ],
)
def test_a_changed_head_is_an_error(head: bytes, folder: Path) -> None:
    (filled(folder) / HEAD).write_bytes(head)
    with pytest.raises(PrivsynthError, match="changed"):
        read(folder)


def test_a_head_that_lags_by_the_record_of_a_killed_run_is_mended(folder: Path) -> None:
    before = (filled(folder, 2) / HEAD).read_bytes()
    filled(folder, 1)
    (folder / HEAD).write_bytes(before)
    assert len(read(folder)) == 3
    assert json.loads((folder / HEAD).read_bytes())["records"] == 3


def test_half_a_record_of_a_killed_run_is_dropped(folder: Path) -> None:
    filled(folder)
    with (folder / LEDGER).open("ab") as file:
        file.write(b'{"half": ')
    assert read(folder) == [0, 1, 2]
    assert read(filled(folder, 1)) == [0, 1, 2, 0]


@pytest.mark.parametrize("kept", [[], [LEDGER], [LEDGER, HEAD]])
def test_a_run_killed_while_the_ledger_was_made_does_not_block_the_next(kept: list[str], folder: Path) -> None:
    open_ledger(folder)
    for name in {LEDGER, HEAD, KEY} - set(kept):
        (folder / name).unlink()
    assert read(filled(folder)) == [0, 1, 2]


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_directory_that_others_may_enter_is_refused(mode: int, folder: Path) -> None:
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(PolicyError, match="nobody else"):
        open_ledger(folder)


@pytest.mark.parametrize("name", [LEDGER, HEAD, KEY, LOCK])
def test_a_file_that_others_may_read_is_an_error(name: str, folder: Path) -> None:
    (filled(folder) / name).chmod(0o640)
    with pytest.raises(PrivsynthError, match="by others"):
        read(folder)


def test_a_link_or_a_file_in_the_place_of_the_directory_is_refused(folder: Path, tmp_path: Path) -> None:
    real = filled(tmp_path / "real")
    folder.symlink_to(real)
    with pytest.raises(PolicyError, match="link"):
        open_ledger(folder)
    (tmp_path / "file").write_text("x")
    with pytest.raises(PolicyError, match="a file"):
        open_ledger(tmp_path / "file")


def test_a_link_in_the_place_of_the_ledger_is_an_error(folder: Path, tmp_path: Path) -> None:
    filled(folder)
    (folder / LEDGER).rename(tmp_path / "elsewhere")
    (folder / LEDGER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PrivsynthError, match="cannot be used"):
        read(folder)


def test_a_disk_that_refuses_is_an_error_and_not_a_run_that_nobody_counts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_ledger(folder)

    def full(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(PrivsynthError, match="No space") as caught, opened.pages() as pages:
        pages.append(event="attempt")
    assert caught.value.exit_code is ExitCode.INTERNAL


WRITER = """
import sys
from pathlib import Path
from privsynth.lineage.ledger import open_ledger
for number in range(20):
    with open_ledger(Path(sys.argv[1])).pages() as pages:
        pages.append(event="attempt", mark=number, who=sys.argv[2])
"""


def test_two_processes_that_write_at_once_lose_nothing(folder: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), who]) for who in "ab"]
    assert [process.wait() for process in running] == [0, 0]
    with open_ledger(folder).pages() as pages:
        found = [(record["who"], record["mark"]) for record in pages.records]
    assert sorted(found) == [(who, number) for who in "ab" for number in range(20)]


def test_a_writer_that_is_killed_lets_go_of_the_lock(folder: Path) -> None:
    code = WRITER.replace(
        "        pages.append", "        print('in', flush=True); import time; time.sleep(60); pages.append"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder), "a"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "in\n"
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert read(filled(folder, 1)) == [0]


def test_a_lock_that_is_never_let_go_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", 0.05)
    opened = open_ledger(folder)
    with opened.pages(), pytest.raises(PrivsynthError, match="another run"), opened.pages():
        pass


@pytest.mark.parametrize("place", ["a file", "inside a file", "a link", "open to others"])
def test_a_place_where_no_ledger_can_be_made_is_refused_before_there_is_one(place: str, tmp_path: Path) -> None:
    """What only asks whether there is a ledger, such as a dry run, ends like what makes one."""
    (tmp_path / "table.csv").write_text("a\n1\n")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "open").mkdir(mode=0o755)
    names = {"a file": "table.csv", "inside a file": "table.csv/state", "a link": "link", "open to others": "open"}
    for ask in (has_begun, open_ledger):
        with pytest.raises(PolicyError):
            ask(tmp_path / names[place])
    assert not has_begun(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()
