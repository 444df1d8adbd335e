"""The planted-leak suite, small: honest drafts pass, each plant is refused by the gate meant for it.

In full: bench/leaks.py. The honest draft is an independent draw from the process that the source came from: what an
ideal generator would give. L0 to L14 are the numbers of the plants in the design of the gates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import plants
import pytest
from halves import halves
from honest import draft, honest, people, planted, source, with_contacts
from quick import quick_if

from privsynth.dataset import Dataset, Table
from privsynth.gate import gates_for, judge
from privsynth.gate.budget import Budget
from privsynth.lineage.attempts import attempt
from privsynth.measure.significance import copy_pvalue
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Exposure, Source
from privsynth.verdict import Status, Verdict

ROWS = 3000
PROFILES = ("internal", "hipaa-expert", "gdpr-strict", "public-release")
STRICT = PROFILES[1:]
STRICTEST = PROFILES[2:]
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))]
EXTREMES = (PROFILES[0], PROFILES[-1])  # the loosest and the strictest


@cache
def real(seed: int, train: int = ROWS, holdout: int = ROWS) -> Source:
    """The layout of the figures in the design: training rows, hold-out and draft of one size."""
    sides = (with_contacts(people(rows, 10 * seed + at), 10 * seed + at) for at, rows in ((1, train), (2, holdout)))
    return replace(source(*sides), exposure=Exposure(attempt=1))


@cache
def clean(seed: int, rows: int = ROWS) -> Table:
    return with_contacts(honest(rows, 10 * seed + 3), 10 * seed + 3)


@cache
def policy(profile: str, backend: str = "model") -> Policy:
    return Policy(backend=backend, profile=profile)


def verdicts(made: Table | Draft, of: Source, profile: str, gates: Sequence[str] = ()) -> list[Verdict]:
    judged = made if isinstance(made, Draft) else draft(made)
    return [
        judge(gate, judged, of, seconds=300) for gate in gates_for(policy(profile)) if not gates or gate.name in gates
    ]


def refusing(made: Table | Draft, of: Source, profile: str, *gates: str) -> list[str]:
    """The gates, of those asked, that refuse the draft; an error is no refusal."""
    found = verdicts(made, of, profile, gates)
    assert not [verdict.error for verdict in found if verdict.error]
    return [verdict.gate for verdict in found if verdict.status is not Status.PASSED]


def leaky(plant: plants.Plant, seed: int, rows: int = ROWS) -> Draft:
    return draft(plant(real(seed).train.root, clean(seed, rows), np.random.default_rng(seed)))


# L0: nothing planted


@pytest.mark.parametrize("profile", quick_if(lambda profile: profile == "gdpr-strict", PROFILES))
def test_an_independent_table_passes_every_gate(profile: str) -> None:
    assert refusing(clean(1), real(1), profile) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2])
@pytest.mark.parametrize("profile", STRICTEST)
def test_another_independent_table_passes_the_gates_that_compare(seed: int, profile: str) -> None:
    assert (
        refusing(clean(seed), real(seed), profile, "copies", "pii", "inference", "attribute", "tracing", "fidelity")
        == []
    )


@pytest.mark.slow
def test_where_no_isolated_copy_is_allowed_chance_seldom_refuses() -> None:
    refused = [
        seed for seed in range(1, 11) if refusing(honest(ROWS, 10 * seed + 3), _plain(seed), "gdpr-strict", "copies")
    ]
    assert len(refused) <= 1


def _plain(seed: int) -> Source:
    return source(people(ROWS, 10 * seed + 1), people(ROWS, 10 * seed + 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_independent_table_passes_with_a_small_hold_out(seed: int) -> None:
    assert refusing(clean(seed), real(seed, 2400, 600), "internal", "copies", "pii") == []


# L1, L2, L3, L9: rows


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("profile", PROFILES)
def test_one_isolated_row_is_refused(seed: int, profile: str) -> None:
    assert refusing(leaky(plants.one_isolated, seed), real(seed), profile, "copies") == ["copies"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("share", "profiles"),
    [(0.005, STRICTEST), (0.01, PROFILES), (0.02, PROFILES)],
)
def test_verbatim_rows_are_refused(seed: int, share: float, profiles: Sequence[str]) -> None:
    made = leaky(plants.verbatim(share), seed)
    assert [profile for profile in profiles if not refusing(made, real(seed), profile, "copies")] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_noisy_copies_of_five_percent_are_refused(seed: int) -> None:
    made = leaky(plants.nearly(0.05), seed)
    assert [profile for profile in EXTREMES if not refusing(made, real(seed), profile, "copies")] == []


# L16: copies of which something was changed

CHANGED = {
    "2 columns redrawn": lambda share: plants.redrawn(share, 2),
    "3 columns redrawn": lambda share: plants.redrawn(share, 3),
    "3 numbers moved by 1": lambda share: plants.moved(share, 1),
    "3 numbers moved by 1 to 5": lambda share: plants.moved(share, 5),
    "2 columns swapped": plants.swapped,
    "1 column x 1,000": lambda share: plants.rescaled(share, 1_000),
    "1 column x 2.54": lambda share: plants.rescaled(share, 2.54),
    "1 column + 1,000": lambda share: plants.rescaled(share, 1, 1_000),
}
TABLES = [
    "mixed",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("numbers", "classes", "skewed")),
]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("changed", quick_if(lambda changed: changed.startswith("3 columns"), list(CHANGED)))
def test_what_is_changed_in_copies_does_not_hide_them(changed: str, table: str) -> None:
    train, holdout, made = halves(table, 2_500)
    for profile, share in (("internal", 0.02), ("public-release", 0.01)):
        leaky = CHANGED[changed](share)(train, made, np.random.default_rng(1))
        assert refusing(leaky, source(train, holdout), profile, "copies") == ["copies"], profile


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("plant", [plants.one_isolated, plants.one_isolated_noisy])
def test_one_row_of_an_isolated_person_is_enough(plant: plants.Plant, table: str) -> None:
    train, holdout, made = halves(table, 1_000)
    refused = [
        seed
        for seed in range(1, 5)
        if refusing(plant(train, made, np.random.default_rng(seed)), source(train, holdout), "internal", "copies")
    ]
    assert len(refused) >= (4 if plant is plants.one_isolated else 2)


@pytest.mark.slow
def test_noisy_copies_of_two_percent_are_mostly_refused() -> None:
    refused = [
        seed for seed in range(1, 6) if refusing(leaky(plants.nearly(0.02), seed), real(seed), "gdpr-strict", "copies")
    ]
    assert len(refused) >= 4


@pytest.mark.slow
def test_the_row_that_reaches_farthest_is_refused() -> None:
    refused = [
        seed for seed in range(1, 6) if refusing(leaky(plants.richest, seed), real(seed), "hipaa-expert", "copies")
    ]
    assert len(refused) >= 4


def test_a_smaller_hold_out_sees_what_it_says_that_it_sees() -> None:
    """L2 with one row in five held out: a leak below the minimum that the gate prints passes, one above does not."""
    of = real(1, 2400, 600)
    (found,) = verdicts(clean(1), of, "gdpr-strict", ("copies",))
    least = next(each.measured for each in found.findings if each.what.startswith("minimum detectable leak"))
    assert least is not None
    assert 0.005 < least < 0.02
    assert copy_pvalue(round(least * ROWS), 0, 0.8) <= 0.01 / 3
    above = plants.verbatim(2 * least)(of.train.root, clean(1), np.random.default_rng(1))
    assert refusing(above, of, "gdpr-strict", "copies") == ["copies"]


# L4: everything


def test_the_whole_source_is_refused_by_every_gate_that_looks_for_it() -> None:
    wanted = ["copies", "membership", "singling_out", "linkability", "attribute"]
    assert refusing(leaky(plants.everybody, 1), real(1), "internal", *wanted) == wanted


def test_other_headers_and_another_order_of_columns_hide_nothing() -> None:
    assert refusing(leaky(plants.everybody_renamed, 1), real(1), "internal", "schema") == ["schema"]


def test_rows_in_the_order_of_the_source_are_refused() -> None:
    """Only two columns are kept from the source, but row by row."""
    made = planted(clean(1), real(1).train.root, np.arange(ROWS), columns=["town", "job"])
    assert refusing(made, real(1), "internal", "schema") == ["schema"]


def test_rows_but_for_one_column_are_refused() -> None:
    names = [column.name for column in clean(1).columns if not column.role.is_fabricated and column.name != "debt"]
    assert refusing(
        planted(clean(1), real(1).train.root, np.arange(60), columns=names), real(1), "internal", "copies"
    ) == ["copies"]


def test_a_mask_that_keeps_its_rows_as_they_are_is_refused() -> None:
    of, order = real(1), np.random.default_rng(1).permutation(ROWS)
    kept = replace(of.train.root.take(order), origin=order)
    (gate,) = (gate for gate in gates_for(policy("internal", "mask")) if gate.name == "tracing")
    assert judge(gate, draft(kept), of, seconds=300).status is Status.FAILED


# L5 to L8, L10: values


@pytest.mark.parametrize(
    ("names", "profile"),
    quick_if(
        lambda case: case == (("phone",), "internal"),
        [(names, profile) for names in (("email",), ("phone",), ("first_name", "last_name")) for profile in EXTREMES],
    ),
)
def test_a_column_of_real_values_is_refused(names: tuple[str, ...], profile: str) -> None:
    assert refusing(leaky(plants.column(*names), 1), real(1), profile, "pii") == ["pii"]


@pytest.mark.parametrize("name", quick_if(lambda name: name == "ssn", ["email", "ssn"]))
def test_one_real_value_among_ten_thousand_invented_ones_is_refused(name: str) -> None:
    assert refusing(leaky(plants.one_value(name), 1, 10_000), real(1), "internal", "pii") == ["pii"]


@pytest.mark.parametrize(
    ("name", "spelt"),
    quick_if(
        lambda case: case in [("email", plants.wide), ("phone", plants.abroad)],
        [
            ("email", plants.capitals),
            ("email", plants.wide),
            ("email", plants.hidden_signs),
            ("email", plants.trailing),
            ("phone", plants.dotted),
            ("phone", plants.bare),
            ("phone", plants.abroad),
            ("ssn", plants.bare),
            ("ssn", plants.dotted),
            ("ssn", plants.wide),
        ],
    ),
)
def test_a_real_value_in_disguise_is_refused(name: str, spelt: plants.Spelt) -> None:
    assert refusing(leaky(plants.one_value(name, spelt=spelt), 2), real(2), "internal", "pii") == ["pii"]


@pytest.mark.parametrize("name", quick_if(lambda name: name == "phone", ["email", "phone", "ssn"]))
def test_a_real_value_inside_a_sentence_is_refused(name: str) -> None:
    assert refusing(leaky(plants.one_value(name, "note", plants.in_a_sentence), 3), real(3), "internal", "pii") == [
        "pii"
    ]


@pytest.mark.parametrize("name", quick_if(lambda name: name == "ssn", ["email", "ssn"]))
@pytest.mark.parametrize(
    "code", [plants.hashed("sha256"), *quick_if(lambda _: False, [plants.hashed("md5"), plants.in_base64])]
)
def test_a_real_value_behind_a_plain_code_is_refused(name: str, code: plants.Spelt) -> None:
    assert refusing(leaky(plants.one_value(name, "key", code), 1), real(1), "internal", "pii") == ["pii"]


# L11 to L14


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("profile", quick_if(lambda profile: profile == "internal", EXTREMES))
def test_a_secret_learnt_by_heart_is_refused(seed: int, profile: str) -> None:
    assert refusing(leaky(plants.learnt_by_heart, seed), real(seed), profile, "attribute", "inference")


@pytest.mark.slow
def test_with_training_rows_and_hold_out_exchanged_nothing_leaks_but_the_control_is_not_clean() -> None:
    of = real(1)
    swapped, spoilt = replace(of, train=of.holdout, holdout=of.train), leaky(plants.verbatim(0.1), 1)
    comparing = verdicts(spoilt, swapped, "internal", ("copies", "membership", "singling_out", "linkability"))
    failed = [
        (verdict.gate, finding.key) for verdict in comparing for finding in verdict.findings if not finding.passed
    ]
    assert failed == [("copies", "control")]
    assert "copies" in refusing(spoilt, of, "internal", "copies")


def test_of_fifty_attempts_only_as_many_as_the_profile_allows_can_pass(tmp_path: Path) -> None:
    asked, of = policy("gdpr-strict").with_(state=tmp_path / "state"), real(1)
    data, made = Dataset((of.train.root.take(np.arange(200)),)), draft(clean(1))
    passed, counted = [], []
    for number in range(50):
        with attempt(data, asked.with_(seed=number)) as begun:
            assert begun.exposure is not None
            counted.append(begun.exposure.attempt)
            verdict = judge(Budget(asked), made, replace(of, exposure=begun.exposure), seconds=30)
            passed.append(verdict.status is Status.PASSED)
    assert counted == list(range(1, 51))
    assert passed == [True] * 3 + [False] * 47
