"""The record of a run: complete, canonical, and silent about secrets and refused rows."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import frame
from hypothesis import given
from hypothesis import strategies as st

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.manifest import Facts, blunt, canonical, detectable_leak, manifest_of, plain, policy_record, versions
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Verdict

NOON = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
TABLE = Table(
    "people",
    (Column("name", Kind.TEXT, role=Role.DIRECT, fabricated=True), Column("age", Kind.INTEGER)),
    frame(name=["a", "b"], age=[30, 40]),
)
FILES = {"people.csv": b"name,age\na,30\nb,40\n"}
PASSED = (
    Verdict("schema", "digest", (Finding("columns", 0, what="columns", limit=0),)),
    Verdict(
        "copies",
        "digest",
        (Finding("detectable_leak", 0.012, what="Minimum detectable leak (people)", table="people"),),
    ),
)
FAILED = (Verdict("schema", "digest", (Finding("columns", 1, what="columns", limit=0),)),)


def record(
    verdicts: tuple[Verdict, ...] = PASSED, policy: Policy | None = None, made: Table = TABLE, **facts: Any
) -> dict[str, Any]:
    source = Source(
        Dataset((TABLE.take(np.array([0])),)), Dataset((TABLE.take(np.array([1])),)), Statistics({}, Taken())
    )
    known = Facts(
        **{
            "run_id": "r1",
            "started": NOON,
            "finished": NOON,
            "seed": 7,
            "seconds": {"read": 0.12345},
            "notes": ("a note",),
            **facts,
        }
    )
    written = manifest_of(
        Dataset((made,)), FILES, verdicts, source, policy or Policy(backend="model"), known, {"report.json": b"{}"}
    )
    return dict(json.loads(written.to_bytes()))


def test_vouches_for_data_and_reports_by_digest() -> None:
    made = record()
    assert made["data"] == [{"name": "people.csv", "sha256": sha256(FILES["people.csv"]).hexdigest(), "bytes": 19}]
    assert made["reports"][0]["sha256"] == sha256(b"{}").hexdigest()
    assert (made["outcome"], made["data_sha256"], made["generation"], made["synthetic"]) == (
        "released",
        "digest",
        1,
        True,
    )


def test_rows_that_are_peoples_are_not_called_synthetic() -> None:
    masked = dataclasses.replace(TABLE, origin=np.arange(len(TABLE)))
    assert record(made=masked)["synthetic"] is False


def test_a_refusal_holds_no_digest_of_the_rows() -> None:
    made = record(FAILED)
    assert (made["outcome"], made["data"], made["data_sha256"]) == ("refused", [], None)
    assert sha256(FILES["people.csv"]).hexdigest() not in json.dumps(made)
    assert "digest" not in json.dumps(made["verdicts"])


def test_limits_that_follow_from_the_number_of_rows_are_blunt_where_figures_may_not_be_told() -> None:
    assert [blunt(limit) for limit in (1 / 67, 0.02603814413703464, 1234.5678)] == [0.015, 0.026, 1200]
    assert [blunt(limit) for limit in (None, 0, 0.005, 0.125, 200, 1e-6, 1 - 0.85)] == [
        None,
        0,
        0.005,
        0.125,
        200,
        1e-6,
        0.15,
    ]
    worked_out = (Verdict("copies", "digest", (Finding("isolated", 0.0, what="isolated", limit=1 / 67),)),)
    dp = Policy(backend={"kind": "model", "engine": "dp", "epsilon": 1})
    assert record(worked_out, dp)["verdicts"][0]["findings"][0]["limit"] == 0.015
    assert record(worked_out)["verdicts"][0]["findings"][0]["limit"] == 1 / 67


def test_verdicts_about_different_data_vouch_for_none() -> None:
    assert record((PASSED[0], Verdict("copies", "other", PASSED[1].findings)))["data_sha256"] is None


def test_times_are_in_utc_and_know_it() -> None:
    assert record()["started"] == "2026-03-01T12:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        record(started=datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None))


def test_says_what_was_split_learnt_and_made() -> None:
    made = record()
    assert made["split"] == {"train": {"people": 1}, "holdout": {"people": 1}}
    assert [(c["name"], c["role"], c["fabricated"]) for c in made["tables"][0]["columns"]] == [
        ("name", "direct", True),
        ("age", "plain", False),
    ]
    assert (made["seed"], made["seconds"], made["minimum_detectable_leak"]) == (7, {"read": 0.123}, 0.012)


def test_the_path_of_a_key_stays_where_it_is(tmp_path: Path) -> None:
    made = policy_record(Policy(backend={"kind": "mask", "key_file": str(tmp_path / "secret.key")}))
    assert made["backend"]["key_file"] == "given"
    assert str(tmp_path) not in json.dumps(made)
    assert policy_record(Policy(backend="mask"))["backend"]["key_file"] is None


def test_a_rulebook_is_named_without_its_folder(tmp_path: Path) -> None:
    made = policy_record(Policy(backend={"kind": "rules", "rulebook": str(tmp_path / "people.yaml")}))
    assert made["backend"]["rulebook"] == "people.yaml"


def test_without_a_gate_that_computed_it_no_leak_is_claimed_detectable() -> None:
    assert detectable_leak(FAILED) is None


def test_python_and_what_we_depend_on_have_versions() -> None:
    found = versions()
    assert {"python", "numpy", "pandas"} <= set(found)
    found["numpy"] = "changed"
    assert versions()["numpy"] != "changed"


def test_equal_content_gives_equal_bytes_in_any_order() -> None:
    assert (
        canonical({"b": 1, "a": [1.5, None]})
        == canonical({"a": [1.5, None], "b": 1})
        == b'{\n "a": [\n  1.5,\n  null\n ],\n "b": 1\n}\n'
    )


class Foreign:
    def __repr__(self) -> str:
        return "a cell"


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (float("nan"), None),
        (np.float64("inf"), None),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (Role.DIRECT, "direct"),
        ({1: (2, 3)}, {"1": [2, 3]}),
        ({"b", "a"}, ["a", "b"]),
        (Path("/home/somebody/people.yaml"), "people.yaml"),
        (Foreign(), "Foreign"),
    ],
)
def test_only_what_json_knows_is_written(value: Any, made: Any) -> None:
    assert plain(value) == made


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_is_recorded_can_be_read_back(value: Any) -> None:
    raw = canonical({"value": value})
    assert raw.isascii()
    assert canonical(json.loads(raw)) == raw
