"""How a gate is heard: in time or not at all, whole or not at all, and about exactly one subject."""

from __future__ import annotations

import threading
from threading import Event
from typing import Any

import numpy as np
import pytest
from builders import draft
from threadpoolctl import threadpool_info

from privsynth.dataset import Dataset
from privsynth.gate import judge, timed
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.stages import Watch, unwatched
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Status

NOTHING = Source(Dataset(()), Dataset(()), Statistics({}, Taken()))
FINE = [Finding("fine", 0.0, what="fine", limit=1.0)]


def test_what_a_gate_says_is_kept_with_its_name_its_subject_and_its_time() -> None:
    class Fine:
        name = "copies"

        def measure(self, made: Draft, source: Source) -> list[Finding]:
            assert source is NOTHING
            return FINE

    verdict = judge(Fine(), draft(), NOTHING, seconds=60)
    assert (verdict.gate, verdict.subject, verdict.findings, verdict.error) == (
        "copies",
        draft().digest,
        tuple(FINE),
        "",
    )
    assert verdict.status is Status.PASSED
    assert 0 <= verdict.seconds < 60


@pytest.mark.parametrize(
    "error",
    [ValueError("Sentinel-1"), MemoryError(), KeyboardInterrupt(), SystemExit(0), GeneratorExit(), RecursionError()],
)
def test_whatever_is_raised_is_an_error_named_by_its_class(error: BaseException) -> None:
    def measure() -> list[Finding]:
        raise error

    verdict = timed("pii", "subject", measure, 60)
    assert verdict.status is Status.ERRORED
    assert verdict.error == type(error).__name__
    assert verdict.subject == "subject"


def test_a_gate_that_hangs_blocks_and_does_not_keep_the_process_from_ending() -> None:
    never, seen = Event(), list[threading.Thread]()

    def measure() -> list[Finding]:
        seen.append(threading.current_thread())
        never.wait(30)
        return FINE

    verdict = timed("pii", "subject", measure, 0.05)
    never.set()
    assert verdict.error == "TimeOut after 0 s"
    assert verdict.findings == ()
    assert verdict.status is Status.ERRORED
    assert seen[0].daemon


@pytest.mark.parametrize("said", [None, 5])
def test_what_is_no_list_of_findings_is_an_error(said: Any) -> None:
    assert timed("pii", "subject", lambda: said, 60).error == "TypeError"


def test_no_finding_is_no_pass() -> None:
    assert timed("pii", "subject", list, 60).status is Status.ERRORED


class Slow:
    name = "copies"
    watch: Watch = staticmethod(unwatched)

    def measure(self, made: Draft, source: Source) -> list[Finding]:
        self.watch(1, 4)
        return FINE


def test_a_gate_that_takes_long_says_how_far_it_is() -> None:
    heard: list[tuple[int, int]] = []
    judge(Slow(), draft(), NOTHING, seconds=60, watch=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 4)]


def test_what_a_gate_measures_does_not_take_every_core() -> None:
    asked = list[int]()

    def measure() -> list[Finding]:
        np.ones((2, 2)) @ np.ones((2, 2))
        asked.extend(pool["num_threads"] for pool in threadpool_info())
        return FINE

    timed("pii", "subject", measure, 60)
    assert set(asked) == {1}
