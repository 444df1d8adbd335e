"""Attempts, rows and epsilon over all runs on one source, each held against its limit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Relation, Table
from privsynth.emit import serialise
from privsynth.gate import judge
from privsynth.gate.budget import Budget
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Exposure, Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Status, Verdict


def rows(count: int, name: str = "t") -> Table:
    return Table(name, (Column("n", Kind.INTEGER),), pd.DataFrame({"n": np.arange(count, dtype="float64")}))


def source(count: int, exposure: Exposure | None) -> Source:
    table = rows(count)
    half = np.arange(count) < count // 2
    return Source(
        Dataset((table.take(half),)), Dataset((table.take(~half),)), Statistics({}, Taken()), exposure=exposure
    )


def judged(made: int, exposure: Exposure | None, **asked: Any) -> Verdict:
    data = Dataset((rows(made),))
    return judge(Budget(Policy(**asked)), Draft(data, serialise(data)), source(100, exposure), seconds=60)


def finding(verdict: Verdict, words: str) -> Finding:
    return next(found for found in verdict.findings if words in found.what)


@pytest.mark.parametrize(
    ("number", "status"), [(1, Status.PASSED), (3, Status.PASSED), (4, Status.FAILED), (50, Status.FAILED)]
)
def test_the_attempt_beyond_the_last_one_fails(number: int, status: Status) -> None:
    verdict = judged(50, Exposure(number), profile="gdpr-strict")
    assert verdict.status is status
    assert finding(verdict, "attempts").measured == number


def test_attempts_are_only_counted_where_the_profile_sets_no_limit() -> None:
    assert judged(50, Exposure(1_000)).status is Status.PASSED


@pytest.mark.parametrize(
    ("made", "earlier", "status"),
    [(100, 0, Status.PASSED), (100, 100, Status.PASSED), (101, 100, Status.FAILED), (1, 200, Status.FAILED)],
)
def test_rows_of_all_releases_count_together(made: int, earlier: int, status: Status) -> None:
    verdict = judged(made, Exposure(1, releases=1, rows=earlier), profile="gdpr-strict")
    assert verdict.status is status
    assert finding(verdict, "rows of all releases").measured == (made + earlier) / 100


def test_rows_of_this_draft_count_even_where_nobody_counts_runs() -> None:
    assert judged(1_000, None).status is Status.PASSED
    assert judged(1_001, None).status is Status.FAILED
    assert "not counted" in finding(judged(1, None), "attempts").note


def test_a_limit_that_nobody_counted_for_blocks() -> None:
    assert judged(50, None, profile="gdpr-strict").status is Status.ERRORED
    assert judged(50, None, backend={"kind": "model", "engine": "dp", "epsilon": 1}).status is Status.ERRORED


@pytest.mark.parametrize(
    ("spent", "status"), [(1, Status.PASSED), (8, Status.PASSED), (8.5, Status.FAILED), (float("nan"), Status.ERRORED)]
)
def test_epsilon_is_summed_over_runs(spent: float, status: Status) -> None:
    assert (
        judged(50, Exposure(1, epsilon=spent), backend={"kind": "model", "engine": "dp", "epsilon": 1}).status is status
    )


def test_epsilon_spent_by_others_is_said_and_does_not_block_a_run_that_spends_none() -> None:
    verdict = judged(50, Exposure(1, epsilon=20))
    assert verdict.status is Status.PASSED
    assert finding(verdict, "epsilon").limit is None


def test_people_are_counted_in_the_first_table_of_several() -> None:
    child = dataclasses.replace(rows(900, "child"))
    relation = Relation("t", "n", "child", "n")
    there = source(100, Exposure(1))
    both = dataclasses.replace(
        there, train=dataclasses.replace(there.train, tables=(*there.train.tables, child), relations=(relation,))
    )
    data = Dataset((rows(200), rows(9_000, "child")), (relation,))
    verdict = judge(Budget(Policy(profile="gdpr-strict")), Draft(data, serialise(data)), both, seconds=60)
    assert finding(verdict, "rows of all releases").measured == 2


def test_a_part_counts_as_the_whole_that_it_is_a_part_of() -> None:
    """What is not there comes out as whole as the part."""
    part = dataclasses.replace(source(100, Exposure(1)), of_rows=300)
    data = Dataset((rows(80),))
    verdict = judge(Budget(Policy()), Draft(data, serialise(data)), part, seconds=60)
    found = finding(verdict, "rows of all releases")
    assert (found.measured, found.n) == ((80 + 300 - 100) / 300, 300)


def test_a_source_without_rows_is_divided_by_one() -> None:
    nobody = dataclasses.replace(source(2, Exposure(1)), of_rows=0)
    data = Dataset((rows(5),))
    verdict = judge(Budget(Policy()), Draft(data, serialise(data)), nobody, seconds=60)
    assert finding(verdict, "rows of all releases").measured == 3


def test_without_a_record_that_is_said_of_each_sum() -> None:
    private = {"kind": "model", "engine": "dp", "epsilon": 1}
    for words in ("attempts", "rows of all releases", "epsilon", "delta"):
        assert "not counted" in finding(judged(5, None, backend=private), words).note
        assert "not counted" not in finding(judged(5, Exposure(1), backend=private), words).note
