"""A whole run under differential privacy: what its reports claim and keep back, what is refused before it costs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import privsynth
from privsynth.errors import PolicyError
from privsynth.gate import Gate, gates_for
from privsynth.pipeline import acts
from privsynth.policy import Policy
from privsynth.release import Draft, Outcome
from privsynth.source import Source
from privsynth.verdict import Finding

pytestmark = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("opendp"), reason="the extra 'dp' is not installed"
)

ROWS = 1_951  # of which nobody is told, nor the 1,300 or so that are learnt from
DOMAINS: dict[str, Any] = {
    "age": {"low": 18, "high": 90, "bins": 12},
    "region": {"levels": ["north", "south", "east", "west"]},
    "income": {"low": 0, "high": 30_000, "bins": 12},
}
PRIVATE: dict[str, Any] = {"kind": "model", "engine": "dp", "epsilon": 3}
NEEDED = ("schema", "copies", "claim", "budget", "fidelity")  # the others are content: a run takes seconds


class Content:
    def __init__(self, name: str) -> None:
        self.name = name

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        return [Finding("nothing", 0, what="nothing", limit=0)]


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acts, "gates_for", _few)
        yield


def _few(policy: Policy) -> tuple[Gate, ...]:
    return tuple(gate if gate.name in NEEDED else Content(gate.name) for gate in gates_for(policy))


def asked(**domains: Any) -> dict[str, Any]:
    return {
        "backend": PRIVATE,
        "tables": {"people": {"columns": {name: {"domain": domain} for name, domain in domains.items()}}},
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(3)
    age = rng.integers(18, 91, ROWS)
    frame = pd.DataFrame(
        {
            "customer_id": [f"C-{at:05d}" for at in rng.permutation(ROWS)],
            "email": [f"person{at}@mail{at % 50}.com" for at in range(ROWS)],
            "age": age,
            "region": rng.choice(["north", "south", "east", "west"], ROWS, p=[0.4, 0.3, 0.2, 0.1]),
            "income": np.round(rng.lognormal(8, 0.5, ROWS) + age * 20, 2).clip(0, 30_000),
            "member": np.where(rng.random(ROWS) < 0.2 + 0.5 * (age > 50), "yes", "no"),
        }
    )
    path = tmp_path_factory.mktemp("source") / "people.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def released(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    folder = tmp_path_factory.mktemp("run")
    return privsynth.run(source, folder / "out", asked(**DOMAINS), state=folder / "state"), folder


def test_epsilon_is_claimed_in_every_paper(released: tuple[Outcome, Path]) -> None:
    outcome, folder = released
    assert outcome.status in ("released", "refused"), outcome.reasons
    claim = {"claimed": True, "epsilon": 3.0, "delta": 1e-9, "unit": "one row", "withheld_because": []}
    assert outcome.manifest["differential_privacy"] == claim
    assert outcome.report["differential_privacy"] == claim
    page = next(folder.rglob("compliance.html")).read_text()
    assert (
        "epsilon 3, delta 1e-09, for one row; the decision to release and the figures beside it are not covered" in page
    )
    assert "contrib" in page
    assert "have not been vetted" in page


def test_no_paper_holds_a_seed_or_the_number_of_real_rows(released: tuple[Outcome, Path]) -> None:
    outcome, folder = released
    opened = json.loads((folder / "state" / "ledger.jsonl").read_text().splitlines()[0])
    assert opened["source_rows"] == ROWS  # the ledger, which stays, knows it
    assert outcome.manifest["seed"] is None
    assert outcome.manifest["split"] == {}
    text = "".join(
        path.read_text()
        for path in folder.rglob("*")
        if path.suffix in (".html", ".json") and "state" not in path.parts
    )
    assert not re.search(rf"(?<![0-9a-f])({ROWS}|{ROWS:,})(?![0-9a-f])", text)  # digests are not read as numbers


def test_the_number_of_rows_made_is_a_noisy_one(released: tuple[Outcome, Path]) -> None:
    made = json.loads(json.dumps(released[0].manifest))["tables"][0]["rows"]
    assert 1_200 < made < 1_400


def test_a_second_run_is_charged_too_and_a_third_is_refused_before_the_fit(
    released: tuple[Outcome, Path], source: Path
) -> None:
    folder = released[1]
    again = privsynth.run(source, folder / "again", asked(**DOMAINS), state=folder / "state")
    assert again.manifest["exposure"]["epsilon"] == 6.0
    with pytest.raises(PolicyError, match="6 is spent"):
        privsynth.run(source, folder / "third", asked(**DOMAINS), state=folder / "state")


def test_a_missing_domain_costs_nothing_and_is_answered_with_the_lines_to_write(source: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="'age', 'region', 'income'") as caught:
        privsynth.run(source, tmp_path / "out", {"backend": PRIVATE}, state=tmp_path / "state")
    assert '"region": { domain: { levels: [ONE, ANOTHER] } }' in caught.value.hint
    assert not (tmp_path / "state").exists()


def test_a_seed_is_refused(source: Path, tmp_path: Path) -> None:
    words = [
        "run",
        str(source),
        "--out",
        str(tmp_path / "out"),
        "--model-engine",
        "dp",
        "--set",
        "backend.epsilon=3",
        "--seed",
        "4",
    ]
    done = subprocess.run([sys.executable, "-m", "privsynth", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "who knows the seed knows the noise" in done.stderr
