"""The key comes from a private place and goes nowhere."""

from __future__ import annotations

import base64
import hmac
import os
import pickle
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.errors import MissingExtra, PolicyError, PrivsynthError
from privsynth.keyring import Keyring, macs
from privsynth.options import MaskOptions

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
        assert "privsynth key new" in str(error.value)


def test_a_key_in_the_environment_is_hex_or_base64(monkeypatch: pytest.MonkeyPatch, key_file: Path) -> None:
    expected = Keyring.from_file(key_file).tokens("d", ["x"])
    for text in (
        MASTER.hex(),
        MASTER.hex().upper() + "\n",
        base64.b64encode(MASTER).decode(),
        base64.urlsafe_b64encode(MASTER).decode().rstrip("="),
    ):
        monkeypatch.setenv("MASKING_KEY", text)
        ring = Keyring.from_env("MASKING_KEY")
        assert ring.tokens("d", ["x"]) == expected
        assert ring.key_id == Keyring.from_file(key_file).key_id
        assert (ring.kept, ring.where) == (True, "environment variable")


@pytest.mark.parametrize("text", [None, "", "not a key!", "ab" * 31, "YWJj", "é" * 64, "00" * 32])
def test_refuses_what_the_environment_does_not_hold(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    monkeypatch.delenv("MASKING_KEY", raising=False)
    if text is not None:
        monkeypatch.setenv("MASKING_KEY", text)
    with pytest.raises(PolicyError, match="MASKING_KEY") as error:
        Keyring.from_env("MASKING_KEY")
    assert "export MASKING_KEY=" in error.value.hint
    assert error.value.__cause__ is None
    assert not text or text not in str(error.value)


class Wallet(ModuleType):
    """A stand-in for the library keyring."""

    class errors:  # noqa: N801 - its name there
        class KeyringError(Exception):
            pass

    held: str | None = None
    locked = False

    def get_password(self, service: str, name: str) -> str | None:
        assert (service, name) == ("privsynth", "team")
        if self.locked:
            raise self.errors.KeyringError("quotes something")
        return self.held


def test_a_key_in_the_systems_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    wallet = Wallet("keyring")
    monkeypatch.setitem(sys.modules, "keyring", wallet)
    with pytest.raises(PolicyError, match="team"):
        Keyring.from_keyring("team")
    wallet.held = MASTER.hex()
    ring = Keyring.from_keyring("team")
    assert (ring.tokens("d", ["x"]), ring.where) == (Keyring(MASTER, "test").tokens("d", ["x"]), "keyring")
    wallet.locked = True
    with pytest.raises(PolicyError, match="cannot be opened") as error:
        Keyring.from_keyring("team")
    assert "quotes" not in str(error.value)


def test_says_how_to_install_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingExtra, match="keyring") as error:
        Keyring.from_keyring("team")
    assert "privsynth[keyring]" in error.value.hint


def test_a_policy_chooses_the_place(monkeypatch: pytest.MonkeyPatch, key_file: Path) -> None:
    monkeypatch.setenv("MASKING_KEY", MASTER.hex())
    kept = [
        Keyring.for_options(MaskOptions(key_file=key_file)),
        Keyring.for_options(MaskOptions(key_env="MASKING_KEY")),
    ]
    assert [(ring.kept, ring.where) for ring in kept] == [(True, "file"), (True, "environment variable")]
    assert kept[0].key_id == kept[1].key_id
    fresh = Keyring.for_options(MaskOptions())
    assert (fresh.kept, fresh.key_id, fresh.where) == (False, "ephemeral", "made for this run, destroyed with it")


def test_a_destroyed_key_is_overwritten_and_makes_nothing(key_file: Path) -> None:
    ring = Keyring.from_file(key_file)
    held = ring._master
    assert not ring.is_destroyed
    ring.destroy()
    ring.destroy()
    assert (ring.is_destroyed, bytes(held)) == (True, b"")
    for use in (lambda: ring.tokens("d", ["x"]), lambda: ring.seeds("d", ["x"]), lambda: ring.key("d")):
        with pytest.raises(PrivsynthError, match="was destroyed"):
            use()


def test_a_key_is_not_pickled_nor_shown() -> None:
    ring = Keyring(MASTER, "test")
    with pytest.raises(TypeError, match="never pickled") as error:
        pickle.dumps(ring)
    for text in (repr(ring), str(error.value), repr(Keyring.ephemeral())):
        assert not any(
            form in text for form in (MASTER.hex(), base64.b64encode(MASTER).decode(), repr(MASTER), "bytearray")
        )


@pytest.mark.parametrize(
    ("key", "data", "expected"),
    [  # RFC 4231, test cases 1, 2, 3, 4, 6 and 7; 5 is cut short
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            b"\xaa" * 131,
            b"This is a test using a larger than block-size key and a larger than block-size data. "
            b"The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ],
)
def test_the_hash_agrees_with_rfc_4231(key: bytes, data: bytes, expected: str) -> None:
    assert macs(key, b"", [data])[0].hex() == expected
    assert macs(key, data[:3], [data[3:]])[0].hex() == expected


@given(st.binary(max_size=140), st.binary(max_size=140), st.lists(st.binary(max_size=200), max_size=5))
def test_the_hash_agrees_with_the_library(key: bytes, head: bytes, texts: list[bytes]) -> None:
    assert macs(key, head, texts) == [hmac.digest(key, head + text, "sha256") for text in texts]


def test_bytes_of_tokens_are_even() -> None:
    from scipy.stats import chisquare

    made = np.frombuffer(b"".join(Keyring(MASTER, "test").tokens("d", map(str, range(20_000)))), dtype=np.uint8)
    assert chisquare(np.bincount(made, minlength=256)).pvalue > 0.001
