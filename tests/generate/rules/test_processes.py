"""What holds of every process: no rows, one row, and columns that do not disturb each other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rulebooks import book, made

from privsynth.errors import BackendError

PARENT = """key: {sequence: {}}
from: {date: {low: 2026-01-01, high: 2026-01-31}, missing: 0.5}
size: {whole: {low: 1, high: 5}}"""
PROCESSES = {
    "states": "{start: a, moves: {a: {a: size, b: 1}}, stay: {a: {exponential: {mean: size}}}, WINDOW}",
    "arrivals": "{rate: size / 9, bursts: {rate: 0.01, size: {constant: 3}, minutes: 5}, WINDOW}",
    "series": "{every: 3 days, level: size, noise: {sd: size, memory: 0.5}, WINDOW}",
    "intervals": "{gap: {exponential: {mean: size}}, stay: {constant: 2}, WINDOW}",
}
PARTS = {"states": "state", "arrivals": "burst", "series": "value", "intervals": "until"}


def child(process: str, since: str = "parent.from", extra: str = "") -> str:
    words = PROCESSES[process].replace("size:", "SIZE:").replace("size", "parent.size").replace("SIZE:", "size:")
    return f"""  c:
    belongs_to: {{table: t}}
    {process}: {words.replace("WINDOW", f"since: {since}, until: 2026-04-30")}
    columns:
      owner: {{reference: key}}
      number: {{row: number}}
      part: {{row: {PARTS[process]}}}
{extra}"""


def rows_of(folder: Path, text: str, rows: int = 40) -> pd.DataFrame:
    return made(folder, text, rows=rows)["c"].frame


@pytest.mark.parametrize("process", PROCESSES)
def test_no_parent_no_rows(tmp_path: Path, process: str) -> None:
    text = book(PARENT, rest=child(process))
    assert len(rows_of(tmp_path, text, rows=0)) == 0
    assert list(rows_of(tmp_path, text, rows=0).columns) == ["owner", "number", "part"]
    later = book(PARENT, rest=child(process, since="parent.from + INTERVAL 2 YEAR"))
    assert len(rows_of(tmp_path, later)) == 0


@pytest.mark.parametrize("process", PROCESSES)
def test_rows_of_a_parent_without_a_beginning_are_none_and_all_are_numbered(tmp_path: Path, process: str) -> None:
    data = made(tmp_path, book(PARENT, rest=child(process)), rows=400)
    t, c = data["t"].frame, data["c"].frame
    assert set(c["owner"]) <= set(t.loc[t["from"].notna(), "key"])
    assert c["owner"].is_monotonic_increasing
    assert (c["number"] == c.groupby("owner").cumcount() + 1).all()


@pytest.mark.parametrize("process", PROCESSES)
def test_a_new_column_and_a_new_seed(tmp_path: Path, process: str) -> None:
    before = rows_of(tmp_path, book(PARENT, rest=child(process)))
    extra = "      z: {normal: {mean: 0, sd: 1}}\n      last: {before: {column: number}}\n"
    after = rows_of(tmp_path, book(PARENT, rest=child(process, extra=extra)))
    assert before.equals(after[list(before.columns)])
    assert not before.equals(made(tmp_path, book(PARENT, rest=child(process)), rows=40, seed=2)["c"].frame)


@pytest.mark.parametrize("process", PROCESSES)
def test_children_of_a_process_and_expectations_of_it(tmp_path: Path, process: str) -> None:
    """A table below a process, and rows of one that are mended in what is drawn for them."""
    extra = "      x: {normal: {mean: 0, sd: 1}}\n      id: {sequence: {}}\n    expect: [x < 1, number > 0]\n"
    below = """  d:
    belongs_to: {table: c, count: {constant: 2}}
    columns: {up: {reference: id}, n: {sql: parent.number}}
"""
    data = made(tmp_path, book(PARENT, rest=child(process, extra=extra) + below), rows=40)
    assert (data["c"].frame["x"] < 1).all()
    assert len(data["d"].frame) == 2 * len(data["c"].frame)
    assert data["d"].frame["n"].tolist() == data["c"].frame["number"].repeat(2).tolist()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "series: {every: year, since: 0001-01-01, until: 9999-12-31, level: 1, trend: '1.0e+308'}",
            "beyond all numbers",
        ),
        (
            "series: {every: year, since: 0001-01-01, until: 9999-12-31, level: 1, noise: {sd: '1.0e+308'}}",
            "beyond all",
        ),
        ("arrivals: {rate: '1.7e+308', WINDOW}", "far too many rows"),
        ("arrivals: {rate: 1, bursts: {rate: 1, size: {constant: 1.0e+99}, minutes: 1}, WINDOW}", "far too many rows"),
        ("arrivals: {rate: 1, bursts: {rate: 1, size: {constant: 3}, minutes: 1.0e+99}, WINDOW}", "lasts too long"),
        ("intervals: {gap: {constant: 1.0e+99}, stay: {constant: 1}, WINDOW}", "too long, in 32 rows"),
        (
            "states: {start: a, moves: {a: {a: '1.0e+308', b: '1.7e+308'}}, stay: {a: {constant: 1}}, WINDOW}",
            "too large",
        ),
    ],
)
def test_numbers_beyond_all_measure_are_refused_with_their_place(tmp_path: Path, words: str, message: str) -> None:
    words = words.replace("WINDOW", "since: 2024-01-01, until: 2024-12-31")
    text = f"version: 1\nname: x\ntables:\n  t:\n    {words}\n    columns: {{x: {{row: number}}}}\n"
    with pytest.raises(BackendError, match=f"book.yaml:5:[0-9]+: .*{message}"):
        made(tmp_path, text)
