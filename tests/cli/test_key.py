"""`privsynth key`: keys are made, rotated and destroyed, each deed is on record, and no key is ever shown."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privsynth.cli.verbs.key import KEPT_BLOCKS, UNRECORDED, app
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.keyring import Keyring
from privsynth.keyring import files as keyfiles
from privsynth.lineage.keybook import keybook
from privsynth.lineage.ledger import open_ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "team.key"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def key(*words: object) -> tuple[str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout, done.stderr


def record(state: Path) -> list[tuple[str, str]]:
    with open_ledger(state).pages() as pages:
        return [(record["deed"], record["key"]) for record in pages.records if record["event"] == "key"]


def test_new_makes_a_private_key_and_tells_its_id_alone(file: Path, state: Path) -> None:
    said, _ = key("new", file, "--state", state)
    assert file.stat().st_mode & 0o7777 == 0o600
    assert len(file.read_bytes()) == 32
    assert said == f"{Keyring.from_file(file).key_id}\n" == key("id", file)[0]
    assert record(state) == [("made", said.strip())]


def test_new_never_overwrites(file: Path, state: Path) -> None:
    key("new", file)
    before = file.read_bytes()
    with pytest.raises(PolicyError, match="exists already"):
        key("new", file, "--state", state)
    assert file.read_bytes() == before
    assert record(state) == []
    link = file.with_name("link")
    link.symlink_to(file.with_name("elsewhere"))
    with pytest.raises(PolicyError):
        key("new", link)
    assert not file.with_name("elsewhere").exists()


def test_rotate_keeps_the_old_key_under_its_id(file: Path, state: Path) -> None:
    old_id, old = key("new", file)[0].strip(), file.read_bytes()
    new_id, said = key("rotate", file, "--state", state)
    aside = file.with_name(f"{file.name}.{old_id}")
    assert (aside.read_bytes(), aside.stat().st_mode & 0o7777) == (old, 0o600)
    assert file.read_bytes() != old
    assert Keyring.from_file(file).key_id == new_id.strip() != old_id
    assert record(state) == [("rotated", old_id), ("made", new_id.strip())]
    assert "stays linkable" in said
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(["state", file.name, aside.name])


def test_rotate_leaves_all_as_it_was_where_the_old_key_finds_no_place(file: Path) -> None:
    old_id, old = key("new", file)[0].strip(), file.read_bytes()
    file.with_name(f"{file.name}.{old_id}").write_text("somebody's")
    with pytest.raises(PolicyError, match="exists already"):
        key("rotate", file)
    assert file.read_bytes() == old
    assert len(list(file.parent.iterdir())) == 2


def test_destroy_overwrites_before_it_removes(file: Path, state: Path) -> None:
    made = key("new", file)[0].strip()
    witness = file.with_name("another name of the same blocks")
    witness.hardlink_to(file)
    said = key("destroy", file, "--state", state)[1]
    assert not file.exists()
    assert witness.read_bytes() == bytes(32)
    assert record(state) == [("destroyed", made)]
    assert KEPT_BLOCKS in said


@pytest.mark.parametrize("deed", ["id", "rotate", "destroy"])
def test_refuses_a_key_that_others_can_read(file: Path, state: Path, deed: str) -> None:
    key("new", file)
    file.chmod(0o640)
    with pytest.raises(PolicyError, match="0600 is needed"):
        key(deed, file)
    assert file.exists()


def test_nothing_is_done_where_it_cannot_be_recorded(file: Path, tmp_path: Path) -> None:
    key("new", file)
    before = file.read_bytes()
    wrong = tmp_path / "wrong"
    wrong.write_text("a file")
    for deed in ("new", "rotate", "destroy"):
        with pytest.raises(PrivsynthError, match="state directory"):
            key(deed, file if deed != "new" else tmp_path / "second", "--state", wrong)
    assert file.read_bytes() == before
    assert not (tmp_path / "second").exists()


def test_says_that_nothing_was_recorded(file: Path) -> None:
    assert UNRECORDED in key("new", file)[1]


def test_json_is_one_object(file: Path, state: Path) -> None:
    made = json.loads(key("new", file, "--state", state, "--json")[0])
    assert (made["verb"], made["outcome"], made["key_id"], made["warnings"]) == (
        "key new",
        "ok",
        Keyring.from_file(file).key_id,
        [],
    )
    turned = json.loads(key("rotate", file, "--state", state, "--json")[0])
    assert turned["key_id_before"] == made["key_id"] != turned["key_id"]


def test_no_key_is_in_anything_written_or_said(file: Path, state: Path) -> None:
    said, secrets = [key("new", file, "--state", state)], [file.read_bytes()]
    said.append(key("rotate", file, "--state", state, "--json"))
    secrets.append(file.read_bytes())
    said += [key("id", file), key("destroy", file, "--state", state)]
    written = b"".join(path.read_bytes() for path in state.iterdir()) + "".join(map("".join, said)).encode()
    for secret in secrets:
        for form in (secret, secret.hex().encode(), base64.b64encode(secret), repr(secret).encode()):
            assert form not in written
    assert str(file.parent).encode() not in written


def test_records_of_keys_and_of_attempts_share_a_ledger(state: Path) -> None:
    with open_ledger(state).pages() as pages:
        pages.append(event="attempt", source="s")
    with keybook(state) as write:
        write("made", "0123456789abcdef")
    assert record(state) == [("made", "0123456789abcdef")]


def test_a_file_of_another_kind_is_no_key(tmp_path: Path) -> None:
    for make in (keyfiles.read_private, keyfiles.destroy):
        with pytest.raises(PolicyError, match="not a plain file"):
            make(tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be made"):
        keyfiles.make(tmp_path / "absent" / "key")
