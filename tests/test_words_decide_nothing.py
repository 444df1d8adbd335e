"""A sentence may be reworded at any time: here all of them are, and nothing is decided otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privsynth import verdict as verdicts
from privsynth.api import Outcome, synthesize
from privsynth.cli.screen import fidelity_of
from privsynth.errors import ExitCode
from privsynth.gate.budget import Budget
from privsynth.policy import Policy
from privsynth.release import Reason
from privsynth.report import decision, wording
from privsynth.verdict import Finding, StatusWord, Verdict
from tests.honest import honest

SENTENCES = ("title", "question", "what", "note", "remedy", "error", "sentence", "word", "band", "why", "said")
RUNS: dict[str, tuple[ExitCode, dict[str, Any]]] = {
    "released": (ExitCode.RELEASED, {}),
    "unfaithful": (ExitCode.UNFAITHFUL, {"backend": {"kind": "model", "min_leaf": 150}, "limits": {"ties_min": 1.0}}),
    "refused": (ExitCode.BLOCKED, {"profile": "gdpr-strict"}),
}


def run(asked: dict[str, Any], state: Path) -> Outcome:
    rows = honest(520, 3).frame.drop(columns="town")
    return synthesize(rows, Policy(seed=1, holdout=0.4, state=state, **asked))


def reworded(text: str) -> str:
    return f"another sentence of {len(text)} letters" if text else ""


def reword_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for of, names in ((Finding, ("what", "note", "remedy")), (Verdict, ("error",))):
        monkeypatch.setattr(of, "__init__", _rewording(of.__init__, names))
    monkeypatch.setattr(Reason, "sentence", property(lambda self: reworded(repr(self))))
    monkeypatch.setattr(verdicts, "BANDS", tuple((top, reworded(word)) for top, word in verdicts.BANDS))
    for word in StatusWord:
        monkeypatch.setattr(word, "_value_", reworded(word.value))
    gates = {name: (reworded(title), reworded(question)) for name, (title, question) in wording.GATES.items()}
    monkeypatch.setattr(decision, "GATES", gates)


def _rewording(construct: Any, names: tuple[str, ...]) -> Any:
    def constructed(self: object, *values: Any, **named: Any) -> None:
        construct(self, *values, **named)
        for name in names:
            object.__setattr__(self, name, reworded(getattr(self, name)))

    return constructed


def without_sentences(content: Any) -> Any:
    """What is left of a report without what is said in it."""
    match content:
        case dict():
            return {name: without_sentences(inner) for name, inner in content.items() if name not in SENTENCES}
        case list():
            return [without_sentences(inner) for inner in content]
        case str() if " " in content:
            return "..."
        case _:
            return content


def decided(outcome: Outcome) -> dict[str, Any]:
    return {
        "code": outcome.exit_code,
        "status": outcome.status,
        "verdicts": {name: verdict.status for name, verdict in outcome.verdicts.items()},
        "fidelity": fidelity_of(list(outcome.verdicts.values())),
        "leak": outcome.manifest["minimum_detectable_leak"],
        "numbers": [number["value"] for number in outcome.report["numbers"]],
        "report": without_sentences(outcome.report),
    }


@pytest.mark.slow  # each run is made twice
@pytest.mark.parametrize("name", RUNS)
def test_other_words_decide_nothing_else(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, asked = RUNS[name]
    if name == "refused":
        monkeypatch.delattr(Budget, "measure")  # a gate that cannot judge
    before = run(asked, tmp_path / "before")
    reasons = before.reasons  # put into words when they are asked for
    reword_everything(monkeypatch)
    after = run(asked, tmp_path / "after")
    assert before.exit_code is code
    assert decided(after) == decided(before)
    assert not set(reasons) & set(after.reasons)
    spoken, reworded = (
        {finding["what"] for gate in each.report["gates"] for finding in gate["findings"]} for each in (before, after)
    )
    assert not spoken & reworded
