"""The key comes from a private place and goes nowhere."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import pytest

from privsynth.errors import PolicyError
from privsynth.generate.mask.keys import Keyring

MASTER = bytes(range(32))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(MASTER)
    return path


def test_a_token_is_hmac_sha256_under_a_key_derived_by_rfc_5869() -> None:
    ring = Keyring(MASTER, "test")
    extracted = hmac.digest(b"\0" * 32, MASTER, "sha256")
    column_key = hmac.digest(extracted, b"privsynth/v1/t.c\x01", "sha256")
    assert ring.tokens("t.c", ["value"]) == [hmac.digest(column_key, b"t.c\x1fvalue", "sha256")]


def test_hmac_agrees_with_rfc_4231_case_2() -> None:
    assert hmac.digest(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hex().startswith("5bdcc146bf60754e6a042426089575c7")


def test_equal_values_meet_only_within_their_domain() -> None:
    ring = Keyring(MASTER, "test")
    assert ring.tokens("a", ["x", "x"]) == ring.tokens("a", ["x"]) * 2
    assert not set(ring.tokens("a", ["x"])) & set(ring.tokens("b", ["x"]))


def test_two_keys_share_no_token() -> None:
    values = [str(n) for n in range(1_000)]
    first, second = Keyring.ephemeral(), Keyring.ephemeral()
    assert not set(first.tokens("d", values)) & set(second.tokens("d", values))


def test_one_letter_in_two_encodings_is_one_value() -> None:
    ring = Keyring(MASTER, "test")
    assert ring.tokens("d", ["e\u0301"]) == ring.tokens("d", ["\u00e9"])


def test_a_private_file_gives_the_same_key_again(key_file: Path) -> None:
    first, second = Keyring.from_file(key_file), Keyring.from_file(key_file)
    assert first.tokens("d", ["x"]) == second.tokens("d", ["x"])
    assert first.key_id == second.key_id


def test_the_key_is_in_no_representation(key_file: Path) -> None:
    ring = Keyring.from_file(key_file)
    assert MASTER.hex() not in repr(ring)
    assert ring.key_id not in MASTER.hex()
    assert Keyring.ephemeral().key_id == "ephemeral"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o700])
def test_refuses_a_file_that_others_can_read_or_run(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(PolicyError, match="0600 is needed"):
        Keyring.from_file(key_file)


def test_refuses_another_users_file(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = key_file.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(PolicyError, match="belongs to another user"):
        Keyring.from_file(key_file)


def test_refuses_a_missing_file_a_link_a_folder_and_a_short_key(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(key_file)
    short = tmp_path / "short"
    short.touch(mode=0o600)
    short.write_bytes(b"short")
    for path in (tmp_path / "absent", link, tmp_path, short):
        with pytest.raises(PolicyError) as error:
            Keyring.from_file(path)
        assert "urandom" in str(error.value)
