"""The one object of `--json`."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from privsynth.report import result_object, schemas
from privsynth.verdict import Finding, Verdict

SCHEMA = schemas()["result"]
VERDICT = Verdict(
    "pii",
    "d",
    (
        Finding("hits", 2, what="hits", limit=0, where=("e-mail",)),
        Finding("not_measured", float("nan"), what="not measured"),
    ),
    seconds=3.0,
)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("verb", "exit_code", "outcome", "more"),
    [
        (
            "run",
            0,
            "released",
            {
                "run_id": "a",
                "outputs": [{"path": "out/a.csv", "sha256": "0" * 64, "rows": 3}],
                "timings": {"read": 0.1},
            },
        ),
        ("run", 3, "refused", {"run_id": "a", "verdicts": [VERDICT]}),
        ("run", 5, "error", {"error": {"code": 5, "message": "not a table", "hint": "", "row": 4}}),
        ("risk", 3, "failed", {"verdicts": [VERDICT]}),
        ("fidelity", 0, "passed", {}),
        ("scan", 0, "nothing found", {"hits": []}),
        ("inspect", 0, "inspected", {"tables": [], "relations": [], "warnings": ["a note"]}),
        ("doctor", 1, "broken", {"core": [], "extras": [], "entities": 70, "missed": ["EMAIL"]}),
    ],
)
def test_every_verbs_object_keeps_to_the_schema(
    verb: str, exit_code: int, outcome: str, more: dict[str, object]
) -> None:
    made = result_object(verb=verb, exit_code=exit_code, outcome=outcome, **more)  # type: ignore[arg-type]
    Draft202012Validator(SCHEMA).validate(made)
    assert set(made) <= set(SCHEMA["properties"])
    assert made["ok"] is (exit_code == 0)
    json.dumps(made, allow_nan=False)


def test_findings_hold_columns_and_figures_and_no_nan() -> None:
    [verdict] = result_object(verb="risk", exit_code=3, outcome="failed", verdicts=[VERDICT])["verdicts"]
    assert [(f["where"], f["measured"], f["limit"], f["passed"]) for f in verdict["findings"]] == [
        (["e-mail"], 2, 0, False),
        ([], None, None, True),
    ]


def test_an_extra_word_of_one_verb_cannot_replace_a_common_one() -> None:
    assert result_object(verb="scan", exit_code=0, outcome="found", schema="mine")["schema"] == "privsynth/result/1"


def test_versions_are_those_that_are_installed() -> None:
    assert "python" in result_object(verb="doctor", exit_code=0, outcome="ok")["versions"]
