"""The committed examples are what the software makes today."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from examples import ROOT, RUNS, make


def without_figures(folder: Path) -> str:
    """The compliance report with each number as one sign: another processor may differ in a last digit, but no word."""
    return re.sub(r"[\d.,]*\d", "#", (folder / "compliance.html").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_the_committed_example_is_what_a_run_makes(name: str, tmp_path: Path) -> None:
    kept, made = ROOT / "reports" / name, make(name, tmp_path)
    assert sorted(f.name for f in kept.iterdir()) == sorted(f.name for f in made.iterdir())
    old, new = (json.loads((folder / "report.json").read_text()) for folder in (kept, made))
    if old["versions"] != new["versions"]:
        pytest.skip("the examples were made with other versions of the packages: figures may differ")
    assert [(g["gate"], g["status"], [f["what"] for f in g["findings"]]) for g in old["gates"]] == [
        (g["gate"], g["status"], [f["what"] for f in g["findings"]]) for g in new["gates"]
    ], "run: make docs"
    assert without_figures(kept) == without_figures(made), "run: make docs"


@pytest.mark.parametrize("name", RUNS)
def test_the_committed_files_are_those_that_their_manifest_speaks_of(name: str) -> None:
    folder = ROOT / "reports" / name
    manifest = json.loads((folder / "manifest.json").read_text())
    files = [*manifest["data"], *manifest["reports"]]
    assert files
    assert [
        file["name"] for file in files if sha256((folder / file["name"]).read_bytes()).hexdigest() != file["sha256"]
    ] == []


def test_the_refused_example_holds_no_rows() -> None:
    assert not list((ROOT / "reports" / "example.refused").glob("*.csv"))
