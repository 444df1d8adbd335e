"""Nothing real is destroyed: only what privsynth made gives way, and no folder that anything else hangs on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import record_of

from privsynth.content import digest
from privsynth.emit import check_output, staging
from privsynth.emit.ours import why_not_ours
from privsynth.emit.staging import publish
from privsynth.emit.target import check_target
from privsynth.errors import PolicyError

FILES = record_of({"t.csv": b"n\n1\n", "report.json": b"{}"})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, with a folder in which the work is done and another with the source."""
    home = tmp_path / "home"
    for name in ("project", "source"):
        (home / name).mkdir(parents=True)
    (home / "source" / "people.csv").write_text("n\n1\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "project")
    return home


def refusal(target: str | Path, *inputs: str | Path) -> str:
    with pytest.raises(PolicyError) as caught:
        check_target(Path(target), overwrite=True, inputs=inputs)
    return str(caught.value)


@pytest.mark.parametrize("target", [".", "..", "../../home", "../..", "../project/"])
def test_the_working_folder_and_what_holds_it_are_no_output(home: Path, target: str) -> None:
    assert "working folder" in refusal(target)


def test_home_and_what_holds_it_are_no_output(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert "home" in refusal(home)
    assert "home" in refusal(home.parent)


@pytest.mark.parametrize("target", ["/", "//", "/.."])
def test_a_root_is_no_output(target: str) -> None:
    assert "root" in refusal(target)


def test_where_a_file_system_is_mounted_is_no_output(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "disk").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "disk")
    assert "mounted" in refusal(home / "disk")


def linked(home: Path) -> Path:
    (home / "way").symlink_to(home)
    return home / "way" / "source"


def to_the_file(home: Path) -> Path:
    (home / "project" / "p.csv").symlink_to(home / "source" / "people.csv")
    return home / "project" / "p.csv"


@pytest.mark.parametrize(
    ("target", "read"),
    [
        (lambda home: home / "source", lambda home: home / "source" / "people.csv"),
        (lambda home: home / "source", lambda home: home / "source"),
        (linked, lambda home: home / "source" / "people.csv"),
        (lambda home: home / "source", to_the_file),
        (lambda home: home / "source", lambda home: Path("../source/people.csv")),
    ],
    ids=["its folder", "the folder that is read", "by a link above", "a link that is read", "a relative path"],
)
def test_what_is_read_lies_in_no_output_whatever_it_is_called(
    home: Path, target: Callable[[Path], Path], read: Callable[[Path], Path]
) -> None:
    assert "what this run reads" in refusal(target(home), read(home))


def test_a_release_that_is_read_is_not_replaced_by_what_is_made_of_it(home: Path) -> None:
    publish(FILES, home / "out", overwrite=False)
    assert "what this run reads" in refusal(home / "out", home / "out" / "t.csv")
    check_target(home / "out", overwrite=True, inputs=["-", home / "source" / "people.csv"])


def test_a_refusal_is_no_place_for_what_is_read(home: Path) -> None:
    publish(FILES, home / "out.refused", overwrite=False)
    check_output(home / "out", overwrite=False)
    with pytest.raises(PolicyError, match=r"out\.refused.*what this run reads"):
        check_output(home / "out", overwrite=False, inputs=[home / "out.refused" / "t.csv"])


def another(folder: Path) -> None:
    (folder / "mine.txt").write_text("mine")


def below(folder: Path) -> None:
    (folder / "mine").mkdir()


def link(folder: Path) -> None:
    (folder / "mine").symlink_to("t.csv")


def changed(folder: Path) -> None:
    (folder / "t.csv").write_text("n\n2\n")


def behind_a_link(folder: Path) -> None:
    (folder / "t.csv").rename(folder.parent / "t.csv")
    (folder / "t.csv").symlink_to(folder.parent / "t.csv")


def without_record(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def of_others(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": "manifest/3", "data": [{"name": "t.csv"}]}')


def damaged(folder: Path) -> None:
    (folder / "manifest.json").write_text("[" * 100_000)


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        (another, "1 file that privsynth did not write"),
        (below, "1 file that privsynth did not write"),
        (link, "1 file that privsynth did not write"),
        (changed, "1 file that privsynth wrote otherwise"),
        (behind_a_link, "1 file that privsynth did not write"),
        (without_record, "was not made by privsynth"),
        (of_others, "was not made by privsynth"),
        (damaged, "was not made by privsynth"),
    ],
)
def test_a_folder_that_is_not_as_we_left_it_is_not_replaced(
    home: Path, touch: Callable[[Path], None], why: str
) -> None:
    target = home / "out"
    publish(FILES, target, overwrite=False)
    assert why_not_ours(target) == ""
    touch(target)
    before = {path.name: path.stat().st_mtime_ns for path in target.iterdir()}
    assert why in refusal(target)
    with pytest.raises(PolicyError, match="cannot be replaced"):
        publish(FILES, target, overwrite=True)
    assert {path.name: path.stat().st_mtime_ns for path in target.iterdir()} == before
    assert not list(home.glob(".*"))


def test_a_kept_model_is_ours_while_its_seal_is_right(home: Path) -> None:
    model = {"model.json": b"{}", "model.npz": b"x"}
    publish({**model, "seal.json": json.dumps({"sha256": digest(model)}).encode()}, home / "model", overwrite=False)
    assert why_not_ours(home / "model") == ""
    another(home / "model")
    assert "privsynth fit" in why_not_ours(home / "model")


def test_reports_whose_rows_went_elsewhere_are_ours(home: Path) -> None:
    kept = record_of({"t.csv": b"n\n1\n", "report.json": b"{}"}, kept=["report.json"])
    publish(kept, home / "reports", overwrite=False)
    assert why_not_ours(home / "reports") == ""


def test_what_was_put_there_at_the_last_moment_is_given_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = home / "out"
    publish(FILES, target, overwrite=False)
    real = staging._rename

    def rename(source: Path, to: Path, how: int) -> None:
        if not (target / "mine.txt").exists() and not (source / "mine.txt").exists():
            another(target)
        real(source, to, how)

    monkeypatch.setattr(staging, "_rename", rename)
    with pytest.raises(PolicyError, match="did not write"):
        publish(FILES, target, overwrite=True)
    assert (target / "mine.txt").read_text() == "mine"
    assert not list(home.glob(".*"))
