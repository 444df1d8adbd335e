"""People may be called like the words of the reports; what is really theirs is found in a report all the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from privsynth.api import synthesize
from privsynth.gate.artefacts import Artefacts
from privsynth.policy import Policy
from privsynth.release import Reports
from privsynth.source import Source
from privsynth.verdict import Status, Verdict

FIRST = (
    "Al Rich Max May Mark Page Will Case Field Art Bill Grant Frank Guy Dean Drew Chase Chance Rose Ray Rob Sue Pat "
    "Jack Dale Lane Reed Wade Miles Major Earl Duke Prince King Noble Price Penny Faith Hope Grace Joy April June Dawn "
    "Iris Ivy Gene Norm Robin Jean Carol Sage Holden Trace Train Data Table Rule Root Leaf Key Seed Limit Gate"
)
LAST = (
    "Page Field Case Long Short Small Low High Best Row Rows Day Hand Head Chart Line Note Range Measure Score Law "
    "Source Mean Median Count Noise Mark Marks Sample Column Level Passed Measured Released"
)
TOWNS = "Reading Mobile Data Split Orange Normal Defiance Surprise Why Truth Private Public Model Mask Total Level"
RARE = "total yes no mean none Wert Spalte Bericht rapport ligne moyenne"
ROWS = 420


def hostile() -> pd.DataFrame:
    """Two names stand side by side in the reports, as the end of one cell and the start of the next."""
    rng = np.random.default_rng(3)
    names = [f"{first} {last}" for first in FIRST.split() for last in LAST.split()]
    return pd.DataFrame(
        {
            "name": ["Ingunn Quixley", "Key Rows", "Low Interval", *rng.choice(names, ROWS - 3, replace=False)],
            "first_name": (FIRST.split() * 7)[:ROWS],
            "town": ["Fjordstadt", *rng.choice(TOWNS.split(), ROWS - 1)],
            "level": ["high"] * 300 + ["low"] * 109 + RARE.split(),
            "age": rng.integers(18, 90, ROWS),
        }
    )


@pytest.fixture(scope="module")
def run() -> Iterator[tuple[Verdict, Reports, Source]]:
    """The verdict on the reports, and what it was given."""
    heard = list[tuple[Reports, Source]]()
    real = Artefacts.check
    with pytest.MonkeyPatch.context() as patch:

        def check(gate: Artefacts, reports: Reports, source: Source, *, seconds: float) -> Verdict:
            heard.append((reports, source))
            return real(gate, reports, source, seconds=seconds)

        patch.setattr(Artefacts, "check", check)
        outcome = synthesize(hostile(), Policy.model_validate({"seed": 1, "backend": {"kind": "mask"}}))
        yield (outcome.verdicts["artefacts"], *heard[0])


def test_the_reports_own_words_are_nobodys_name(run: tuple[Verdict, Reports, Source]) -> None:
    assert run[0].status is Status.PASSED


@pytest.mark.parametrize("value", ["Ingunn Quixley", "Fjordstadt"])
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("report.json", '"notes": [', '"notes": ["one row holds {}",'),  # in a note
        ("manifest.json", '"name": "age"', '"name": "age of {}"'),  # in the name of a column
        ("fidelity.html", "</main>", "<svg><text>{}</text></svg></main>"),  # on a chart
        ("compliance.html", "</main>", '<p title="{}">a page</p></main>'),
    ],
)
def test_a_real_value_in_the_very_same_reports_is_found(
    value: str, name: str, before: str, after: str, run: tuple[Verdict, Reports, Source]
) -> None:
    _, reports, source = run
    text = reports.files[name].decode()
    assert before in text
    planted = Reports({**reports.files, name: text.replace(before, after.format(value), 1).encode()})
    assert any(not finding.passed for finding in Artefacts(Policy()).measure(planted, source))
