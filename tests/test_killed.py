"""A run that is killed leaves its target absent or complete, at whatever moment it dies; and it has counted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

import privsynth
from privsynth.dataset import Dataset
from privsynth.emit import staging
from privsynth.errors import ExitCode
from privsynth.lineage.ledger import Pages, open_ledger
from privsynth.verdict import Status

ROWS = 451  # enough for a release with half of them held out, which needs no folds and is quick
SAMPLE = Path(__file__).parents[1] / "sample_data" / "patients.csv"

# One warm process forks a child for each point: what is killed is a whole run, without the seconds that imports take.
DRIVER = """
import os, signal, sys, time
from pathlib import Path
import numpy, pandas, sklearn.tree, scipy.stats, privsynth.api as api, privsynth.pii, privsynth.generate.model
folder, sample, points = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if points < 50:  # gates that are content: quick, and as many records and files
    import builders
    from privsynth.pipeline import acts
    acts.gates_for = builders.counting_gates
privsynth.pii.missed_canaries()
def start(name):
    child = os.fork()
    if child == 0:
        try:
            api.run(sample, folder / name, seed=1, rows=200, holdout=0.5, state=folder / f"{name}.state")
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


def short(folder: Path) -> Path:
    sample = folder / "sample.csv"
    sample.write_text("".join(SAMPLE.read_text().splitlines(keepends=True)[:ROWS]))
    return sample


def killed(work: Callable[[], None]) -> None:
    """The work in a process of its own, which must not live to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # later Pythons warn of forks beside threads; this child needs none of them
        child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("points", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_any_point_the_target_is_absent_or_complete(points: int, tmp_path: Path) -> None:
    sample = short(tmp_path)
    words = [sys.executable, "-c", DRIVER, str(tmp_path), str(sample), str(points)]
    places = os.pathsep.join((str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])))
    subprocess.run(words, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": places})
    whole = sorted(p.name for p in (tmp_path / "whole").iterdir())
    targets = [tmp_path / f"run{point}" for point in range(points)]
    present = [target for target in targets if target.exists()]
    assert len(present) < points, "no kill came before the end: the test shows nothing"
    for target in present:
        assert sorted(p.name for p in target.iterdir()) == whole
        manifest = json.loads((target / "manifest.json").read_text())
        for file in (*manifest["data"], *manifest["reports"]):
            assert sha256((target / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    counted(tmp_path, targets)


def counted(folder: Path, targets: list[Path]) -> None:
    """Each ledger held through the kill: it has each attempt that began, and an outcome of each that was written."""
    begun = 0
    for target in targets:
        state = folder / f"{target.name}.state"
        with open_ledger(state).pages() as pages:
            events = [record["event"] for record in pages.records]
            outcomes = [record["outcome"] for record in pages.records if record["event"] == "outcome"]
        assert events in ([], ["attempt"], ["attempt", "outcome"], ["attempt", "outcome", "place"])
        assert not target.exists() or outcomes == ["released"]
        begun += events == ["attempt"]
    assert begun, "nobody was killed between two records: the test shows nothing"


class Dying:
    """A backend that kills its process where it is asked to."""

    def fit(self, dataset: Dataset, profile: object, rng: np.random.Generator) -> Self:
        os.kill(os.getpid(), signal.SIGKILL)
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        raise AssertionError("nobody lives so long")


def killing(real: Callable[..., Any], at: int, *, after: bool) -> Callable[..., Any]:
    calls = iter(range(1, 10))

    def call(*args: Any, **more: Any) -> Any:
        here = next(calls) == at
        if here and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        made = real(*args, **more)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        return made

    return call


MOMENTS = {  # where the run dies -> the events that the ledger holds afterwards
    "before its first record": (lambda: setattr(Pages, "append", killing(Pages.append, 1, after=False)), []),
    "after its first record": (lambda: setattr(Pages, "append", killing(Pages.append, 1, after=True)), ["attempt"]),
    "while it learns": (lambda: None, ["attempt"]),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_attempt_that_is_killed_has_counted_once_it_has_begun(moment: str, tmp_path: Path, quick: None) -> None:
    change, events = MOMENTS[moment]
    asked = {"seed": 1, "rows": 50, "limits": {"attempts_max": 1}}
    sample = short(tmp_path)

    def die() -> None:
        change()
        privsynth.run(sample, tmp_path / "killed", backend=Dying(), **asked)

    killed(die)
    with open_ledger(tmp_path / "privsynth-state").pages() as pages:
        assert [record["event"] for record in pages.records] == events
    outcome = privsynth.run(sample, tmp_path / "next", **asked)
    assert not (tmp_path / "killed").exists()
    assert outcome.verdicts["budget"].status is (Status.FAILED if events else Status.PASSED)
    assert (outcome.exit_code is ExitCode.BLOCKED) or not events


def test_a_release_that_is_killed_between_its_record_and_its_files_has_counted(tmp_path: Path, quick: None) -> None:
    """The rows are charged although nobody has them: the other way round they could be had for nothing."""
    sample = short(tmp_path)

    def die() -> None:
        staging._appear = killing(staging._appear, 1, after=False)
        privsynth.run(sample, tmp_path / "killed", seed=1, rows=200)

    killed(die)
    assert not (tmp_path / "killed").exists()
    with open_ledger(tmp_path / "privsynth-state").pages() as pages:
        assert [(record["event"], record.get("rows")) for record in pages.records] == [
            ("attempt", 200),
            ("outcome", 200),
            ("place", None),
        ]
