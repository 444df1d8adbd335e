"""All that every gate says of a few small drafts, word by word and to three digits: no figure moves unseen.

A figure that moves on purpose is looked at in the difference and taken over with `--snapshot-update`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from honest import draft, draft_of, honest, most_isolated, noisy, people, planted, source, with_contacts, with_frame
from shop import shop
from syrupy.assertion import SnapshotAssertion

from privsynth.dataset import Dataset, Table
from privsynth.gate import gates_for
from privsynth.policy import Policy
from privsynth.recipe import PrivacyClaim, PrivacyCost, Recipe, TableRecipe
from privsynth.release import Draft
from privsynth.source import Exposure, Source, SourceFold
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding

TRAIN, HOLDOUT, HONEST = people(600, 1), people(300, 2), honest(500, 3)
EXPOSURE = Exposure(attempt=2, releases=1, rows=250, epsilon=0.5, delta=1e-7)
MODEL, MASK = Policy(backend="model", profile="gdpr-strict"), Policy(backend="mask", profile="gdpr-strict")
CLAIMED = Policy(backend={"kind": "model", "engine": "dp", "epsilon": 1})


@cache
def with_holdout() -> Source:
    return dataclasses.replace(source(TRAIN, HOLDOUT), exposure=EXPOSURE)


@cache
def in_folds() -> Source:
    whole = source(TRAIN, TRAIN.take(np.arange(0)))
    parts = Dataset((TRAIN,)).folds(3, np.random.default_rng(0))
    drawn = tuple(Dataset((honest(500, 10 + fold),)) for fold in range(3))
    folds = tuple(SourceFold(*part, (made,)) for part, made in zip(parts, drawn, strict=True))
    return Source(whole.train, whole.holdout, whole.statistics, folds=folds, exposure=EXPOSURE)


def half_copied() -> Table:
    """Rows as they are, the most isolated person again and again, and, from behind, rows with noise."""
    made = planted(HONEST, TRAIN, np.r_[np.arange(60), [most_isolated(TRAIN)] * 20])
    near = noisy(TRAIN.take(np.arange(60, 160)), np.random.default_rng(4))
    return planted(made.take(np.arange(len(made))[::-1]), near, np.arange(len(near)))


def real_contacts() -> Table:
    """Invented contacts, but for ten real addresses and ten real names."""
    real, made = with_contacts(TRAIN, 1), with_contacts(HONEST, 3)
    rows = np.arange(10)
    return planted(made, real, rows, columns=["email", "first_name", "last_name", "phone", "note"])


def kept_people() -> Table:
    order = np.random.default_rng(1).permutation(len(TRAIN))
    return dataclasses.replace(TRAIN.take(order), origin=order)


def noise() -> Table:
    words = dict.fromkeys(("sex", "town", "job", "member"), "hissing")
    return with_frame(HONEST, HONEST.frame.assign(**words, age=200.0, income=-1.0, debt=-1.0))


def of_shop() -> tuple[Draft, Source]:
    """Customers and their orders; a third of the customers are drawn, a third are held out."""
    drawn, train, holdout = (holdout for _, holdout in shop(330).folds(3, np.random.default_rng(0)))
    return draft_of(drawn), Source(train, holdout, Statistics({}, Taken()), exposure=EXPOSURE)


def claiming(claim: PrivacyClaim) -> Draft:
    cost = PrivacyCost(details={"rho": 0.01}, epsilon=1.0000000013, delta=1e-9, unit="one row", claim=claim)
    told = Recipe(backend="model", tables={"people": TableRecipe(engine="dp", privacy=cost)})
    return dataclasses.replace(draft(HONEST), recipe=told)


CASES: dict[str, tuple[Callable[[], tuple[Draft, Source]], Policy]] = {
    "honest": (lambda: (draft(HONEST), with_holdout()), MODEL),
    "honest, in folds": (lambda: (draft(HONEST), in_folds()), MODEL),
    "copies": (lambda: (draft(half_copied()), with_holdout()), MODEL),
    "copies, in folds": (lambda: (draft(half_copied()), in_folds()), MODEL),
    "contacts": (
        lambda: (draft(real_contacts()), source(with_contacts(TRAIN, 1), with_contacts(HOLDOUT, 2))),
        MODEL,
    ),
    "rows in order": (lambda: (draft(TRAIN), with_holdout()), MODEL),
    "noise": (lambda: (draft(noise()), with_holdout()), MODEL),
    "mask": (lambda: (draft(kept_people()), with_holdout()), MASK),
    "a claim that says nothing": (lambda: (draft(HONEST), with_holdout()), CLAIMED),
    "a claim": (lambda: (claiming(PrivacyClaim(made=True)), with_holdout()), CLAIMED),
    "a claim that is void": (
        lambda: (claiming(PrivacyClaim(made=True, withheld_because=("bounds were read",))), with_holdout()),
        CLAIMED,
    ),
    "several tables": (of_shop, MODEL),
    "no source": (
        lambda: (draft(HONEST), Source(Dataset(()), Dataset(()), Statistics({}, Taken()))),
        Policy(backend="rules"),
    ),
}
GATES = [gate.name for gate in gates_for(MODEL)]
OF_CLAIMS = ("claim", "budget")  # the gates that a claim means something to


@cache
def case(name: str) -> tuple[Draft, Source]:
    return CASES[name][0]()


@pytest.mark.parametrize(
    ("name", "gate"),
    [(name, gate) for name in CASES for gate in (OF_CLAIMS if CASES[name][1] is CLAIMED else GATES)],
)
def test_a_gate_says_what_it_said(name: str, gate: str, snapshot: SnapshotAssertion) -> None:
    judged, beside = case(name)
    (judge,) = (each for each in gates_for(CASES[name][1]) if each.name == gate)
    assert "\n".join(map(told, judge.measure(judged, beside))) == snapshot


def told(finding: Finding) -> str:
    """A finding on a line, its numbers to three digits."""
    fields = {field.name: getattr(finding, field.name) for field in dataclasses.fields(finding)}
    return "; ".join(f"{name} {short(value)}" for name, value in fields.items() if value is not None and value != "")


def short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"({', '.join(map(short, value))})" if isinstance(value, tuple) else str(value)
