"""A book of 20,000 orders with all kinds of relations keeps each promise, as SQL counts it in the files."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from rulebooks import answer, made

BENCH = Path(__file__).parents[3] / "bench"


def test_each_promise_of_a_large_book_is_kept_in_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)
    bench = importlib.import_module("rules_relations")
    data = made(tmp_path, bench.BOOK)
    assert len(data["orders"]) == 20_000
    found = dict(zip(bench.PROMISES, answer(tmp_path, data, bench.questions()), strict=True))
    assert [promise for promise, (_, rows, _) in found.items() if rows < 40] == []
    assert [(promise, broken) for promise, (_, _, broken) in found.items() if broken] == []
