"""A code that goes with a country: clean, missing at random, wrong in a few rows. Either it is kept, or it blocks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from honest import draft as draft_of

from privsynth.dataset import Table
from privsynth.gate.fidelity import Fidelity
from privsynth.pipeline.acts import Prepared, draw, judged_by, learn, prepare, read
from privsynth.policy import Policy
from privsynth.seeds import Seeds
from privsynth.stages import Stages
from privsynth.verdict import Finding
from privsynth.ways import ways_out

ROWS, LANDS = 1_200, 30
POLICY = Policy(backend={"kind": "model"}, seed=1)
WAYS = ["clean", "missing", "wrong"]


def trade(way: str) -> pd.DataFrame:
    """Amounts between two years of invented lands; the code of a land, as it is, or not in 6 or 2 % of the rows."""
    rng = np.random.default_rng(5)
    at, codes = rng.integers(0, LANDS, ROWS), rng.permutation(900)[:LANDS] + 1_000
    code = pd.Series(codes[at])
    if way == "missing":
        code = code.mask(rng.random(ROWS) < 0.06)
    elif way == "wrong":
        code = code.mask(rng.random(ROWS) < 0.02, rng.choice(codes, ROWS))
    return pd.DataFrame(
        {
            "year": rng.integers(1946, 2001, ROWS),
            "land": [f"Land {chr(65 + place // 9)}{chr(97 + place % 9)}" for place in at],
            "code": code.astype("Int64"),
            "trade": np.round(np.exp(rng.normal(3, 1, ROWS)), 1),
        }
    )


def prepared(frame: pd.DataFrame, folder: Path, policy: Policy = POLICY) -> Prepared:
    path = folder / "trade.csv"
    frame.to_csv(path, index=False)
    return prepare(read([path], policy, Stages()), policy, Stages(), Seeds(1))


def relations(table: Table, ready: Prepared) -> Finding:
    return next(f for f in Fidelity(ready.policy).measure(draft_of(table), ready.source) if f.key == "relations")


def strangers(rows: pd.DataFrame, real: pd.DataFrame) -> float:
    known = set(real.dropna()[["land", "code"]].itertuples(index=False, name=None))
    return float(np.mean([pair not in known for pair in rows.dropna()[["land", "code"]].itertuples(index=False)]))


@pytest.mark.parametrize("way", WAYS)
def test_a_model_keeps_the_code_with_its_land(way: str, tmp_path: Path) -> None:
    frame = trade(way)
    ready = prepared(frame, tmp_path)
    draft = draw(ready, learn(ready, Stages(), None), Stages()).draft
    rows = draft.dataset.root.frame
    assert strangers(rows, frame.astype({"code": float})) <= 0.02
    assert rows["code"].isna().mean() == pytest.approx(frame["code"].isna().mean(), abs=0.03)
    assert relations(draft.dataset.root, ready).passed


def mixed_up(table: Table, share: float) -> Table:
    """Some rows have the code of other ones."""
    rng = np.random.default_rng(1)
    codes, rows = table.frame["code"].to_numpy().copy(), np.flatnonzero(rng.random(len(table)) < share)
    codes[rows] = codes[rng.permutation(rows)]
    return replace(table, frame=table.frame.assign(code=codes))


@pytest.mark.parametrize("share", [1.0, 0.2])
@pytest.mark.parametrize("way", WAYS)
def test_whoever_mixes_codes_and_lands_up_is_refused_by_their_names(way: str, share: float, tmp_path: Path) -> None:
    ready = prepared(trade(way), tmp_path)
    table = ready.data.root
    finding = relations(mixed_up(table, share), ready)
    assert not finding.passed
    assert finding.limit_name == "relations_min"
    assert set(finding.where) == {"land", "code"}
    assert "may_be_lost" in finding.remedy
    assert relations(table, ready).passed


@pytest.mark.parametrize("way", WAYS)
def test_the_way_out_leaves_the_code_out_and_passes(way: str, tmp_path: Path) -> None:
    ready = prepared(trade(way), tmp_path)
    mixed = draft_of(mixed_up(ready.data.root, 0.2))
    verdicts = judged_by(("fidelity",), mixed, ready.source, ready.policy, Stages())
    assert {finding.key for verdict in verdicts for finding in verdict.failures} == {"relations"}
    advice = ways_out(verdicts, ready.policy, mixed, ready.source, ())
    policy = next(step.applied(POLICY) for step in advice.to_follow if step.applied(POLICY).drop)
    assert policy.drop in (["code"], ["land"])
    again = prepared(trade(way), tmp_path, policy)
    left = draft_of(mixed_up(ready.data.root, 0.2).without(policy.drop))
    (verdict,) = judged_by(("fidelity",), left, again.source, policy, Stages())
    assert verdict.failures == ()
