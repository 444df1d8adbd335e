"""The planted-leak suite, small: honest drafts pass, each plant is refused, and scores rise with the leak.

The honest draft is an independent draw from the process that the source came from: what an ideal generator would give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from honest import LEARNT, draft, honest, most_isolated, noisy, people, planted, source, with_frame

from privsynth.dataset import Source, Table
from privsynth.gate import gates_for, judge
from privsynth.policy import Policy
from privsynth.verdict import Status

INTERNAL = Policy(backend="model")
NO_ISOLATED = INTERNAL.with_(limits={"isolated_max": 0})
ROWS = 3000


@cache
def real(seed: int, train: int = ROWS, holdout: int = ROWS) -> Source:
    """The layout of the figures in the design: training rows, hold-out and draft of one size."""
    return source(people(train, 10 * seed + 1), people(holdout, 10 * seed + 2))


def refusing(made: Table, of: Source, policy: Policy = INTERNAL) -> list[str]:
    """The gates that refuse the draft."""
    verdicts = [judge(gate, draft(made), of, seconds=300) for gate in gates_for(policy)]
    assert not [verdict.error for verdict in verdicts if verdict.error]
    return [verdict.gate for verdict in verdicts if verdict.status is not Status.PASSED]


def clean(seed: int, rows: int = ROWS) -> Table:
    return honest(rows, 10 * seed + 3)


def trained(of: Source) -> Table:
    return of.train.root


def draws(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_independent_table_passes(seed: int) -> None:
    assert refusing(clean(seed), real(seed)) == []


def test_where_no_isolated_copy_is_allowed_chance_seldom_refuses() -> None:
    (copies,) = (gate for gate in gates_for(NO_ISOLATED) if gate.name == "copies")
    refused = [seed for seed in range(1, 11) if not all(finding.passed for finding in copies.measure(draft(clean(seed)), real(seed)))]
    assert len(refused) <= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_independent_table_passes_with_a_small_hold_out(seed: int) -> None:
    assert refusing(clean(seed), real(seed, 2400, 600)) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_verbatim_isolated_row_is_refused_where_none_is_allowed(seed: int) -> None:
    of = real(seed)
    assert refusing(planted(clean(seed), trained(of), np.array([most_isolated(trained(of))])), of, NO_ISOLATED) == ["copies"]


@pytest.mark.parametrize("share", [0.01, 0.02])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_verbatim_rows_are_refused(seed: int, share: float) -> None:
    of = real(seed)
    assert "copies" in refusing(planted(clean(seed), trained(of), draws(seed).permutation(ROWS)[: round(share * ROWS)]), of)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noisy_copies_of_five_percent_are_refused(seed: int) -> None:
    of, rng = real(seed), draws(seed)
    assert "copies" in refusing(planted(clean(seed), noisy(trained(of), rng), rng.permutation(ROWS)[:150]), of)


def training_rows(of: Source) -> Table:
    return trained(of).take(draws(1).permutation(ROWS))


def renamed_rows(of: Source) -> Table:
    """A whole copy with fresh keys and addresses."""
    fresh = clean(1)
    rows = trained(of).take(draws(1).permutation(ROWS))
    return with_frame(fresh, rows.frame.assign(key=fresh.frame["key"], email=fresh.frame["email"]))


def shuffled_columns(of: Source) -> Table:
    """Whole copies under other headers: the columns stand in another order than declared."""
    rows = training_rows(of)
    return Table(rows.name, rows.columns[::-1], rows.frame.iloc[:, ::-1])


def one_column_of_mail(of: Source) -> Table:
    made = clean(1)
    return with_frame(made, made.frame.assign(email=pd.Series(trained(of).values("email")[draws(1).permutation(ROWS)], dtype=object)))


def one_mail(of: Source) -> Table:
    made = clean(1)
    mail = made.frame["email"].copy()
    mail.iloc[1234] = trained(of).frame["email"].iloc[77]
    return with_frame(made, made.frame.assign(email=mail))


def one_mail_in_capitals(of: Source) -> Table:
    made = clean(1)
    mail = made.frame["email"].copy()
    mail.iloc[1234] = trained(of).frame["email"].iloc[77].upper() + " "
    return with_frame(made, made.frame.assign(email=mail))


def one_real_key(of: Source) -> Table:
    made = clean(1)
    keys = made.frame["key"].copy()
    keys.iloc[5] = trained(of).frame["key"].iloc[77]
    return with_frame(made, made.frame.assign(key=keys))


def all_but_one_column(of: Source) -> Table:
    return planted(clean(1), trained(of), np.arange(60), columns=[name for name in LEARNT if name != "debt"])


def rows_in_order(of: Source) -> Table:
    """Only two columns are kept from the source, but row by row."""
    return planted(clean(1), trained(of), np.arange(ROWS), columns=["town", "job"])


@pytest.mark.parametrize(
    ("leak", "gate"),
    [
        (training_rows, "copies"),
        (renamed_rows, "copies"),
        (shuffled_columns, "schema"),
        (one_column_of_mail, "pii"),
        (one_mail, "pii"),
        (one_mail_in_capitals, "pii"),
        (one_real_key, "pii"),
        (all_but_one_column, "copies"),
        (rows_in_order, "schema"),
    ],
)
def test_a_leak_is_refused_by_the_gate_meant_for_it(leak: Callable[[Source], Table], gate: str) -> None:
    of = real(1)
    assert gate in refusing(leak(of), of)


def test_exchanging_training_rows_and_hold_out_shows_no_leak() -> None:
    of = real(1)
    swapped = Source(of.holdout, of.train, of.profile)
    spoilt = planted(clean(1), trained(of), np.arange(300))
    assert "copies" not in refusing(spoilt, swapped)
    assert "copies" in refusing(spoilt, of)


def test_the_excess_rises_with_the_leak() -> None:
    of = real(1)
    copies = next(gate for gate in gates_for(INTERNAL) if gate.name == "copies")
    leaks = [planted(clean(1), trained(of), np.arange(round(share * ROWS))) for share in (0, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)]
    excess = [copies.measure(draft(made), of)[1].measured for made in leaks]
    assert excess == sorted(excess, key=float)
    assert excess[-1] == pytest.approx(1.0, abs=0.01)


def test_a_mask_that_keeps_its_rows_as_they_are_is_refused() -> None:
    of = real(1)
    order = draws(1).permutation(ROWS)
    kept = replace(training_rows(of), origin=order)
    assert "linkage" in refusing(kept, of, Policy(backend="mask"))
