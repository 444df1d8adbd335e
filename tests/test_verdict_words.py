"""What a verdict is called: one word, the same on the screen, in the reports, in the manifest and in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.api import Outcome, synthesize
from privsynth.cli.screen import MARKS, Screen, headline
from privsynth.policy import Policy
from privsynth.verdict import Finding, StatusWord, Verdict, blocking

RULES = str(Path(__file__).parents[1] / "rules" / "shop.yaml")

HELD = Finding("held", 0.1, what="held", limit=1.0)
BEYOND = Finding("beyond", 2.0, what="beyond", limit=1.0)
TOLD = Finding("told", 0.1, what="told")
EMPTY = Finding("empty", 0, what="empty", note="there is none", empty=True)
EVIDENCE = Finding("evidence", 9, what="evidence", limit=1, good="high", evidence=True)
THIN = Finding("evidence", 0, what="evidence", limit=1, good="high", evidence=True)
MISSING = Finding("missing", None, what="missing", limit=1.0)


@pytest.mark.parametrize(
    ("findings", "word"),
    [
        ((HELD,), StatusWord.PASSED),
        ((HELD, TOLD, EMPTY), StatusWord.PASSED),
        ((HELD, BEYOND), StatusWord.FAILED),
        ((HELD, MISSING), StatusWord.NOT_JUDGED),
        ((HELD, THIN), StatusWord.NOT_JUDGED),
        ((BEYOND, THIN), StatusWord.FAILED),
        ((), StatusWord.NOT_JUDGED),
        ((TOLD,), StatusWord.REPORTED),
        ((TOLD, EMPTY), StatusWord.REPORTED),
        ((EVIDENCE, TOLD), StatusWord.REPORTED),
        ((EMPTY,), StatusWord.NOTHING),
        ((EVIDENCE, EMPTY), StatusWord.NOTHING),
        ((EVIDENCE,), StatusWord.NOTHING),
    ],
)
def test_only_what_was_held_against_a_limit_has_passed_it(findings: tuple[Finding, ...], word: StatusWord) -> None:
    assert Verdict("copies", "subject", findings).word is word


def test_evidence_that_is_missing_blocks_by_whatever_word_it_is_called() -> None:
    thin = Verdict("copies", "subject", (HELD, THIN))
    assert blocking([thin]) == [thin]


@pytest.mark.parametrize(
    ("findings", "text"),
    [
        ((TOLD,), "-     reported only: told: 0.1"),
        ((EVIDENCE, EMPTY), "-     nothing to judge: there is none"),
        ((HELD,), "PASS  held: 0.1  limit at most 1"),
        ((MISSING,), "ERROR missing: not measured  limit at most 1"),
        ((THIN,), "FAIL  could not judge: evidence: 0  limit at least 1"),
        ((BEYOND,), "FAIL  beyond: 2  limit at most 1"),
    ],
)
def test_the_screen_says_pass_only_beside_what_was_judged(
    findings: tuple[Finding, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Screen().stage("gate copies") as stage:
        stage.judge(Verdict("copies", "subject", findings))
    assert f"gate      copies       {text}   " in capsys.readouterr().err


def test_an_edition_without_figures_does_not_show_them_beside_what_had_nothing_to_judge() -> None:
    few = Finding("few", 7, what="tables", note="7 rows", empty=True)
    assert headline(Verdict("copies", "subject", (few,), figures="bands")) == "nothing to judge: tables"


def plain(rows: int = 450) -> pd.DataFrame:
    """Nothing sensitive, nobody's place or age."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "colour": rng.choice(["red", "green", "blue"], rows),
            "size": rng.normal(50, 9, rows).round(1),
            "weight": rng.gamma(3, 4, rows).round(2),
        }
    )


def contacts(rows: int = 60) -> pd.DataFrame:
    """Nothing that would be kept."""
    return pd.DataFrame({"email": [f"u{i}.x{i * 7 % 1009}@mail{i % 7}.example" for i in range(rows)]})


ATTACKS = ("selftest", "copies", "membership", "singling_out", "linkability", "inference", "attribute")
CASES: dict[str, tuple[Any, dict[str, Any], tuple[str, ...]]] = {
    "rules": (None, {"backend": {"kind": "rules", "rulebook": RULES}}, (*ATTACKS, "tracing", "classical", "budget")),
    "mask": (contacts(), {"backend": {"kind": "mask"}}, (*ATTACKS, "tracing", "classical")),
    "clone": (plain(), {"backend": {"kind": "clone"}}, ("selftest", "membership", "singling_out", "linkability")),
    "model": (plain(), {"holdout": 0.5}, ("inference", "attribute", "tracing", "classical")),
}


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest) -> tuple[Outcome, tuple[str, ...]]:
    data, asked, idle = CASES[request.param]
    return synthesize(data, Policy.model_validate({"seed": 2, **asked})), idle


def test_no_gate_that_judged_nothing_is_called_passed(run: tuple[Outcome, tuple[str, ...]]) -> None:
    outcome, idle = run
    words = {gate: outcome.verdicts[gate].word for gate in outcome.verdicts}
    assert {gate: words[gate] for gate in (*idle, "claim")} == dict.fromkeys((*idle, "claim"), StatusWord.NOTHING)
    assert {words[gate] for gate in ("schema", "pii", "artefacts")} == {StatusWord.PASSED}


def test_every_page_and_record_uses_the_same_word(run: tuple[Outcome, tuple[str, ...]]) -> None:
    outcome, _ = run
    words = {gate: verdict.word.value for gate, verdict in outcome.verdicts.items()}
    of_report = {gate["gate"]: gate["word"] for gate in outcome.report["gates"]}
    of_manifest = {each["gate"]: each["word"] for each in outcome.manifest["verdicts"]}
    page = outcome.result.reports.files["compliance.html"].decode()
    del words["artefacts"], of_report["artefacts"]  # these judge the pages, after they are written
    assert of_report == of_manifest == words
    assert page.count("</span> nothing to judge</span>") == 2 * list(words.values()).count("nothing to judge")
    assert all(f"{gate} {word}" in repr(outcome) for gate, word in words.items())


def test_each_word_has_its_mark_and_only_one_says_pass() -> None:
    assert set(MARKS) == set(StatusWord)
    assert [word for word, mark in MARKS.items() if mark == "PASS"] == [StatusWord.PASSED]
