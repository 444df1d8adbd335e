"""Makes the two example runs of reports/: one that is released and one that is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

from command import privsynth

ROOT = Path(__file__).parents[1]
RUNS = {
    "example": ["sample_data/patients.csv", "--seed", "7"],
    "example.refused": [
        "sample_data/patients.csv",
        "--seed",
        "7",
        "--set",
        "limits.anon_upper_uni=0.001",
    ],
}


def make(name: str, folder: Path) -> Path:
    """Run one example into `folder`; its reports (and rows, if released) are in the returned folder."""
    out = folder / name.removesuffix(".refused")
    done = privsynth("run", *RUNS[name], "--out", str(out), "--quiet", folder=ROOT)
    assert done.returncode == (3 if name.endswith(".refused") else 0), done.stderr
    return folder / name


if __name__ == "__main__":
    for name in sorted(RUNS, reverse=True):
        shutil.rmtree(ROOT / "reports" / name, ignore_errors=True)
        (ROOT / "reports" / name).parent.mkdir(exist_ok=True)
        made = make(name, ROOT / "reports" / "making")
        shutil.move(made, ROOT / "reports" / name)
    shutil.rmtree(ROOT / "reports" / "making")
