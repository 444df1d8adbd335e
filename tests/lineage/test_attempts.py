"""Each attempt is counted before it begins, for its source and configuration; what it came to is written afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import draft, passing, reports

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.lineage.attempts import attempt
from privsynth.policy import Policy
from privsynth.release import Outcome, decide


def source(rows: int = 2, start: int = 0) -> Dataset:
    frame = pd.DataFrame({"n": pd.Series(range(start, start + rows), dtype="float64")})
    return Dataset((Table("t", (Column("n", Kind.INTEGER),), frame),))


def policy(state: Path, **more: Any) -> Policy:
    return Policy(**{"backend": "model", "state": state, **more})


def released() -> Outcome:
    return decide(draft(), reports(), passing(draft(), reports()))


def refused() -> Outcome:
    return decide(draft(), reports(), [])


def tried(data: Dataset, asked: Policy, outcome: Outcome | None = None) -> Any:
    with attempt(data, asked) as begun:
        begun.close(outcome or released())
    return begun.exposure


def records(state: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (state / "ledger.jsonl").read_text().splitlines()]


def test_the_attempt_is_on_the_disk_before_it_begins(tmp_path: Path) -> None:
    with attempt(source(), policy(tmp_path / "s")) as begun:
        (opened,) = records(tmp_path / "s")
        assert (opened["event"], opened["related"], opened["rows"], opened["source_rows"], opened["epsilon"]) == (
            "attempt",
            [],
            2,
            2,
            0,
        )
        assert set(opened["limits"]) == {"attempts_max", "rows_max", "eps_max", "delta_max"}
        begun.close(released())
    closed = records(tmp_path / "s")[1]
    assert (closed["event"], closed["attempt"], closed["outcome"], closed["rows"]) == ("outcome", 1, "released", 2)


def test_attempts_and_rows_add_up_over_runs(tmp_path: Path) -> None:
    found = [
        tried(source(), policy(tmp_path / "s", seed=seed), outcome)
        for seed, outcome in enumerate([released(), refused(), released()])
    ]
    assert [(e.attempt, e.releases, e.rows) for e in found] == [(1, 0, 0), (2, 1, 2), (3, 1, 2)]


def test_another_source_backend_or_profile_is_counted_apart_and_its_rows_with_the_source(tmp_path: Path) -> None:
    tried(source(), policy(tmp_path / "s"))
    others = [
        tried(source(start=9), policy(tmp_path / "s")),
        tried(source(), policy(tmp_path / "s", backend="clone")),
        tried(source(), policy(tmp_path / "s", profile="gdpr-strict"), refused()),
        tried(source(), policy(tmp_path / "s", backend={"kind": "model", "min_leaf": 99}, seed=4)),
    ]
    assert [(e.attempt, e.rows) for e in others] == [(1, 0), (1, 2), (1, 4), (2, 4)]


def test_a_run_that_raises_is_counted_as_an_error(tmp_path: Path) -> None:
    def broken(error: type[BaseException]) -> None:
        with pytest.raises(error), attempt(source(), policy(tmp_path / "s")):
            raise error

    broken(ValueError)
    broken(KeyboardInterrupt)
    assert [r["outcome"] for r in records(tmp_path / "s") if r["event"] == "outcome"] == ["error", "interrupted"]
    assert tried(source(), policy(tmp_path / "s")).attempt == 3


def test_a_run_that_is_never_closed_is_an_error(tmp_path: Path) -> None:
    with attempt(source(), policy(tmp_path / "s")):
        pass
    assert records(tmp_path / "s")[1]["outcome"] == "error"


KILLED = """
import sys, time
sys.path[:0] = [{tests!r}, {here!r}]
from pathlib import Path
from test_attempts import attempt, policy, source
with attempt(source(), policy(Path({state!r}))):
    print("in", flush=True)
    time.sleep(60)
"""


def test_a_run_that_is_killed_between_its_two_records_has_counted(tmp_path: Path) -> None:
    here = Path(__file__).parent
    code = KILLED.format(tests=str(here.parent), here=str(here), state=str(tmp_path / "s"))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "in\n"
        os.kill(running.pid, signal.SIGKILL)
    exposure = tried(source(), policy(tmp_path / "s"))
    assert (exposure.attempt, exposure.rows) == (2, 0)


def test_two_runs_at_once_cannot_together_release_more_than_one_may(tmp_path: Path) -> None:
    """Each alone is within the limit: three rows may go out, each has two."""
    asked = policy(tmp_path / "s", limits={"rows_ratio": 1.5})
    with attempt(source(), asked) as first:
        with attempt(source(), asked) as second:
            second.close(released())
        assert first.exposure is not None
        assert (first.exposure.rows, second.exposure.attempt) == (0, 2)  # type: ignore[union-attr]
        with pytest.raises(PrivsynthError, match="another run"):
            first.close(released())
    assert [r["outcome"] for r in records(tmp_path / "s") if r["event"] == "outcome"] == ["released", "error"]


def test_two_refusals_at_once_do_not_mind_each_other(tmp_path: Path) -> None:
    asked = policy(tmp_path / "s", limits={"rows_ratio": 1})
    with attempt(source(), asked) as first, attempt(source(), asked) as second:
        second.close(released())
        first.close(refused())


def test_epsilon_is_spent_by_trying(tmp_path: Path) -> None:
    private = policy(tmp_path / "s", backend={"kind": "model", "engine": "dp", "epsilon": 1.5})
    assert tried(source(), private, refused()).epsilon == 1.5
    with pytest.raises(ValueError, match="x"), attempt(source(), private):
        raise ValueError("x")
    assert tried(source(), private, refused()).epsilon == 4.5
    assert tried(source(), policy(tmp_path / "s")).epsilon == 4.5


def test_epsilon_that_is_used_up_is_refused_before_anything_is_noised_and_is_not_charged(tmp_path: Path) -> None:
    private = policy(tmp_path / "s", backend={"kind": "model", "engine": "dp", "epsilon": 4})
    assert [tried(source(), private, refused()).epsilon for _ in range(2)] == [4, 8]
    with pytest.raises(PolicyError, match="8 is spent"), attempt(source(), private):
        pytest.fail("it began")
    assert [record["event"] for record in records(tmp_path / "s")].count("attempt") == 2
    assert tried(source(start=5), private, refused()).epsilon == 4


def test_each_table_of_a_private_run_is_charged(tmp_path: Path) -> None:
    two = Dataset((*source().tables, Table("u", source().tables[0].columns, source().tables[0].frame)))
    assert (
        tried(two, policy(tmp_path / "s", backend={"kind": "model", "engine": "dp", "epsilon": 1}), refused()).epsilon
        == 2
    )


def test_without_a_state_directory_nothing_is_counted_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tried(source(), Policy(backend="model")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"profile": "gdpr-strict"},
        {"limits": {"attempts_max": 2}},
        {"backend": {"kind": "model", "engine": "dp", "epsilon": 1}},
    ],
)
def test_a_limit_over_several_runs_needs_a_ledger(asked: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="no ledger") as caught, attempt(source(), Policy(**asked)):
        pass
    assert "name a state directory" in caught.value.hint


def test_a_rulebook_that_reads_no_data_is_not_counted(tmp_path: Path) -> None:
    with attempt(Dataset(()), Policy(backend="rules", profile="gdpr-strict", state=tmp_path / "s")) as begun:
        assert begun.exposure is None
        begun.close(released())
    assert not (tmp_path / "s").exists()


def test_the_exact_figures_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    tried(source(), policy(tmp_path / "s", profile="gdpr-strict"), released())
    evidence = tmp_path / "s" / "evidence-000001.json"
    assert evidence.stat().st_mode & 0o777 == 0o600
    assert {f["measured"] for v in json.loads(evidence.read_text())["verdicts"] for f in v["findings"]} == {0.0}


def test_the_ledger_holds_no_value_and_no_name_of_a_column(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"Sentinel-Column": pd.Series(["Sentinel-77", None], dtype=object), "n": np.array([4711.0, 4712.0])}
    )
    data = Dataset((Table("Sentinel-Table", (Column("Sentinel-Column", Kind.TEXT), Column("n", Kind.NUMBER)), frame),))
    tried(data, policy(tmp_path / "s"))
    said = (tmp_path / "s" / "ledger.jsonl").read_text()
    assert "Sentinel" not in said
    told = [
        {name: value for name, value in record.items() if name not in ("hash", "source", "sketch", "time")}
        for record in records(tmp_path / "s")
    ]
    assert "471" not in json.dumps(told)
