"""Ways out followed one after another, by made-up figures: nothing is run twice, and nothing in vain is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import cycle

import pytest
from builders import passing, reports
from honest import draft, honest, people, source

from privsynth.options import ModelOptions
from privsynth.pipeline.following import MOST, follow
from privsynth.policy import Policy
from privsynth.recipe import Recipe
from privsynth.release import Draft, Outcome, Release, decide
from privsynth.source import Source
from privsynth.stages import Stages
from privsynth.verdict import Finding, Verdict
from privsynth.way_out import Advice, Course
from privsynth.ways import leaks, ways_out
from privsynth.ways.tried import settings_of

Measure = Callable[[Policy], float]  # the part of the limit that a draft of this policy uses up
TARGET = Policy(backend="model", tables={"people": {"targets": ["income"]}})


@pytest.fixture(autouse=True)
def _known_carriers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaks, "carriers", lambda gate, key, tables, names: list(names))


@cache
def real() -> Source:
    return source(people(800, 1), people(100, 2))


@cache
def synthetic() -> Draft:
    return draft(honest(800))


def runs(policy: Policy, measure: Measure, gate: str, key: str) -> tuple[Outcome, list[Policy]]:
    """What came of it, and the policy of each run."""
    asked = list[Policy]()
    made = replace(synthetic(), recipe=Recipe(backend="model"))

    def once(now: Policy, course: Course) -> Outcome:
        asked.append(now)
        used = measure(now)
        good = "high" if gate == "fidelity" else "low"
        measured = 0.5 / used if good == "high" else 0.5 * used
        found = Finding(key, measured, what=key, limit=0.5, table="people", where=("income", "age", "town"), good=good)
        verdicts = [
            replace(each, findings=(found,)) if each.gate == gate else each for each in passing(made, reports())
        ]
        judged = [verdict for verdict in verdicts if verdict.gate == gate]
        return decide(made, reports(), verdicts, advice=course.onwards(advised(judged, now, course)))

    def advised(verdicts: list[Verdict], now: Policy, course: Course) -> Advice:
        return ways_out(verdicts, now, made, real(), course.path)

    return follow(policy, once, Stages()), asked


def moved(policy: Policy) -> list[str]:
    """What of it differs from what was asked first."""
    options = policy.backend
    assert isinstance(options, ModelOptions)
    changed = {
        "leaf": options.min_leaf is not None,
        "engine": options.engine != "trees",
        "rows": policy.rows is not None,
        "drop": bool(policy.drop),
    }
    return [name for name, is_changed in changed.items() if is_changed]


@pytest.mark.parametrize(("gate", "key"), [("fidelity", "use"), ("membership", "recognised")])
def test_what_moved_nothing_is_taken_back_before_anything_else_is_tried(gate: str, key: str) -> None:
    _, asked = runs(TARGET, lambda _: 2.0, gate, key)
    assert len(asked) >= 4
    assert [len(moved(policy)) for policy in asked] == [0] + [1] * (len(asked) - 1)
    assert not any("income" in policy.drop for policy in asked)  # a target is never left out


def test_what_helped_stays_while_more_is_tried() -> None:
    """A smaller leaf brings it halfway, and the column the rest of the way."""
    outcome, asked = runs(TARGET, lambda policy: 3.0 - len(moved(policy)) * 1.1, "fidelity", "use")
    assert isinstance(outcome, Release)
    assert moved(asked[-1]) == ["leaf", "drop"]


@pytest.mark.parametrize(("gate", "key"), [("fidelity", "use"), ("membership", "recognised"), ("copies", "near")])
@pytest.mark.parametrize("used", [[3.0], [3.0, 1.2, 5.0], [2.0, 2.0, 1.1], [1.5, 4.0]])
def test_no_policy_is_run_twice_whatever_the_figures_do(gate: str, key: str, used: list[float]) -> None:
    figures = cycle(used)
    _, asked = runs(TARGET, lambda _: next(figures), gate, key)
    settings = [settings_of(policy) for policy in asked]
    assert not any(each in settings[:at] for at, each in enumerate(settings))
    assert len(asked) <= MOST
