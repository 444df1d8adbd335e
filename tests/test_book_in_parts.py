"""A rulebook of more rows than fit in memory: one file of all parts, judged part by part, released or refused whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Dataset
from privsynth.generate import rules
from privsynth.generate.rules.making import parts
from privsynth.pipeline import whole
from privsynth.policy import load_policy
from privsynth.release import Outcome, Refusal, Release
from privsynth.stages import Stages
from privsynth.streaming import KeysOfParts
from privsynth.verdict import Verdict

BOOK = """version: 1
name: many
tables:
  shops:
    rows: 25
    columns:
      shop: {sequence: {prefix: S, width: 3}}
      town: {choice: ['north, near', south]}
      phone: {pattern: '\\(212\\) 555-01\\d{2}'}
  sales:
    belongs_to: {table: shops, count: {choice: [1, 3]}}
    columns:
      sale: {sequence: {start: 1}}
      shop: {reference: shop}
      amount: {lognormal: {median: 9, sigma: 1}}
    expect: [amount > 0]
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART", 10)
    monkeypatch.setattr(rules, "MOST_AT_ONCE", 10)


def run(folder: Path, text: str, **options: object) -> Outcome:
    (folder / "book.yaml").write_text(text)
    asked = {"backend": "rules", "backend.rulebook": str(folder / "book.yaml"), "seed": 5, **options}
    return whole.run(None, load_policy(None, asked), folder / "out", Stages())[0]


def test_all_parts_are_one_release(tmp_path: Path) -> None:
    outcome = run(tmp_path, BOOK)
    assert isinstance(outcome, Release)
    shops, sales = (pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("shops", "sales"))
    assert shops.shop.tolist() == [f"S{number:03d}" for number in range(1, 26)]
    assert sales.sale.tolist() == list(range(1, len(sales) + 1))
    assert set(sales.shop) == set(shops.shop)
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [(table["name"], table["rows"]) for table in told["tables"]] == [("shops", 25), ("sales", len(sales))]
    assert any("made in 3 parts" in note for note in outcome.dataset.notes)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_first_part_that_is_refused_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    make = rules.Rules._made
    monkeypatch.setattr(rules.Rules, "_made", lambda *given: made.append(1) or make(*given))
    outcome = run(tmp_path, BOOK.replace("555-01", "[2-9]\\\\d{2}-\\\\d{2}"))
    assert isinstance(outcome, Refusal)
    assert len(made) == 1
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.refused").is_dir()


def test_keys_that_come_again_in_another_part_are_counted(tmp_path: Path) -> None:
    outcome = run(tmp_path, BOOK, rows=8)
    assert isinstance(outcome, Release)
    keys = KeysOfParts()
    keys.add(outcome.dataset)
    fine = keys.judged(Verdict("schema", "", (), "", 0.0))
    keys.add(Dataset(tuple(table.take(np.array([0, 1])) for table in outcome.dataset), outcome.dataset.relations))
    wrong = keys.judged(Verdict("schema", "", (), "", 0.0))
    assert [verdict.findings[0].measured for verdict in (fine, wrong)] == [0, 2]
    assert wrong.findings[0].where == ("shops.shop",)
