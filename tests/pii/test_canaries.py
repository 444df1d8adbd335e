"""A scanner that finds nothing must say so."""

from __future__ import annotations

import sys

import pytest

from privsynth.pii import canaries, coverage, missed_canaries
from privsynth.pii.entities import entities


def test_every_claimed_kind_is_found() -> None:
    assert missed_canaries() == []


def test_what_is_claimed_is_what_has_a_canary() -> None:
    assert list(canaries()) == [line.entity for line in coverage()] == list(entities())
    assert all(canaries().values())


def test_a_blind_text_scanner_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["privsynth.pii.canaries"], "scan_text", lambda text: [])
    missed = missed_canaries()
    assert {"EMAIL", "PERSON", "CREDIT_CARD"} <= set(missed)


def test_a_blind_column_typing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from privsynth.dataset import Role
    from privsynth.pii.columns import Typing

    monkeypatch.setattr(sys.modules["privsynth.pii.canaries"], "type_column", lambda *_: Typing(Role.PLAIN))
    assert {"USERNAME", "LAST_NAME", "PASSWORD"} <= set(missed_canaries())


def test_a_second_reader_that_was_not_let_in_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["privsynth.pii.canaries"], "supported", lambda: {"US_DRIVER_LICENSE"})
    assert "US_PASSPORT" in missed_canaries()


def test_the_limits_of_weak_kinds_are_said() -> None:
    said = {line.entity: line for line in coverage()}
    assert "language model" in said["PERSON"].limits
    assert said["CREDIT_CARD"].how == "form and check digits"
