"""Text comes back as UTF-8 whatever its encoding was, and that is said where it is a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from privsynth.policy import Policy
from privsynth.read import read_files

TEXT = "stadt,zahl\nMünchen,1\nKöln,2\nDüsseldorf,3\nNürnberg,4\nLübeck,5\n"


@pytest.mark.parametrize(
    ("encoding", "ends"),
    [("utf-8", "2 columns"), ("utf-8-sig", "2 columns"), ("cp1252", "utf-8"), ("utf-16", "utf-8")],
)
def test_another_encoding_is_said_to_come_back_as_utf_8(encoding: str, ends: str, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_bytes(TEXT.encode(encoding))
    data = read_files([tmp_path / "towns.csv"], Policy.model_validate({"read": {"encoding": encoding}}))
    note = next(note for note in data.notes if "read as" in note)
    assert note.endswith("; text is written as utf-8" if ends == "utf-8" else ends)
