"""Records of keys stand in the ledger beside those of attempts, and neither disturbs the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from privsynth.errors import PrivsynthError
from privsynth.lineage.attempts import exposure_of
from privsynth.lineage.keybook import keybook
from privsynth.lineage.ledger import LEDGER, open_ledger


def deeds(state: Path) -> list[tuple[str, str]]:
    with open_ledger(state).pages() as pages:
        return [(record["deed"], record["key"]) for record in pages.records if record["event"] == "key"]


def test_attempts_are_counted_past_records_of_keys(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with keybook(state) as write:
        write("made", "a" * 16)
    with open_ledger(state).pages() as pages:
        opened = pages.append(event="attempt", source="s", source_rows=10, epsilon=0.5)
        pages.append(event="outcome", attempt=opened["record"], outcome="released", rows=10)
    with keybook(state) as write:
        write("destroyed", "a" * 16)
    with open_ledger(state).pages() as pages:
        found = exposure_of(pages.records, opened)
    assert (found.attempt, found.releases, found.rows, found.epsilon) == (1, 1, 10, 0.5)
    assert deeds(state) == [("made", "a" * 16), ("destroyed", "a" * 16)]


def test_a_record_that_was_changed_is_found_out(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with keybook(state) as write:
        write("made", "a" * 16)
    ledger = state / LEDGER
    ledger.write_bytes(ledger.read_bytes().replace(b"made", b"gone"))
    with pytest.raises(PrivsynthError, match="chain is broken"):
        deeds(state)


def test_a_deed_that_failed_is_not_on_record(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), keybook(tmp_path / "state"):
        raise RuntimeError
    assert deeds(tmp_path / "state") == []


def test_without_a_state_directory_nothing_is_written(tmp_path: Path) -> None:
    with keybook(None) as write:
        write("made", "a" * 16)
    assert list(tmp_path.iterdir()) == []
