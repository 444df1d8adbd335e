"""A run that is killed leaves its target absent or complete, at whatever moment it dies."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

POINTS, ROWS = 50, 451  # rows enough for a release, and no more
SAMPLE = Path(__file__).parents[1] / "sample_data" / "patients.csv"

# One warm process forks a child for each point: what is killed is a whole run, without the seconds that imports take.
DRIVER = """
import os, signal, sys, time
from pathlib import Path
import numpy, pandas, sklearn.tree, scipy.stats, privsynth.api as api, privsynth.pii, privsynth.generate.model
privsynth.pii.missed_canaries()
folder, sample, points = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def start(name):
    child = os.fork()
    if child == 0:
        try:
            api.run(sample, folder / name, seed=1, rows=200)
        finally:
            os._exit(0)
    return child
began = time.monotonic()
os.waitpid(start("whole"), 0)
lasts = time.monotonic() - began
for point in range(points):
    # the last third of the points lies in the last tenth of the time, where files are written
    share = point / (points * 2 / 3) * 0.9 if point < points * 2 / 3 else 0.9 + 0.2 * (point / points - 2 / 3)
    child = start(f"run{point}")
    time.sleep(lasts * share)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def test_killed_at_fifty_points_the_target_is_absent_or_complete(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("".join(SAMPLE.read_text().splitlines(keepends=True)[:ROWS]))
    subprocess.run([sys.executable, "-c", DRIVER, str(tmp_path), str(sample), str(POINTS)], check=True, capture_output=True)
    whole = sorted(p.name for p in (tmp_path / "whole").iterdir())
    targets = [tmp_path / f"run{point}" for point in range(POINTS)]
    present = [target for target in targets if target.exists()]
    assert len(present) < POINTS, "no kill came before the end: the test shows nothing"
    for target in present:
        assert sorted(p.name for p in target.iterdir()) == whole
        manifest = json.loads((target / "manifest.json").read_text())
        for file in (*manifest["data"], *manifest["reports"]):
            assert sha256((target / file["name"]).read_bytes()).hexdigest() == file["sha256"]
