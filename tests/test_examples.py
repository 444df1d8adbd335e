"""The committed examples are what the software makes today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from examples import ROOT, RUNS, make


@pytest.mark.parametrize("name", RUNS)
def test_the_committed_example_is_what_a_run_makes(name: str, tmp_path: Path) -> None:
    kept, made = ROOT / "reports" / name, make(name, tmp_path)
    assert sorted(f.name for f in kept.iterdir()) == sorted(f.name for f in made.iterdir())
    old, new = (json.loads((folder / "report.json").read_text()) for folder in (kept, made))
    if old["versions"] != new["versions"]:
        pytest.skip("the examples were made with other versions of the packages: figures may differ")
    changed = [f.name for f in kept.iterdir() if f.name != "manifest.json" and f.read_bytes() != (made / f.name).read_bytes()]
    assert changed == [], "run: make docs"


def test_the_refused_example_holds_no_rows() -> None:
    assert not list((ROOT / "reports" / "example.refused").glob("*.csv"))
