"""`edges`: rows at the ends of what columns can have, listed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rulebooks import NOTHING, book, fitted, made

from privsynth.dataset import Dataset
from privsynth.emit import serialise
from privsynth.errors import PolicyError
from privsynth.gate.schema import Schema
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source

COLUMNS = """id: {sequence: {}}
age: {whole: {low: 18, high: 90}}
kind: {choice: {new: 3, '': 1}, missing: 0.1}
code: {pattern: "[A-Z]{1,3}"}
change: {when: age > 50, then: {normal: {mean: 0, sd: 3, low: -5, high: 5}}, else: {constant: null}}
day: {date: {low: 2023-02-10, high: 2024-03-20}}
twice: {sql: age * 2}"""
DAY = "kind: {choice: {new: 3, '': 1}, missing: 0.1}\nday: {date: {low: 2023-02-10, high: 2024-03-20}}"
VISITS = """  visits:
    belongs_to: {table: t, count: {whole: {low: 0, high: 40}}}
    columns:
      id: {reference: id}
      fee: {uniform: {low: 0, high: 300}}
      until: {date: {low: parent.day, high: 2024-12-31}}
    edges: true
    expect:
      - fee <= 250 OR parent.kind = 'new'
      - fee > 1
"""


def edges(folder: Path, words: str = "true", rest: str = "") -> tuple[pd.DataFrame, dict[tuple[str, str], pd.Series]]:
    """The list of edges, and of each edge the row in which it stands."""
    data = made(folder, book(COLUMNS, rest=f"    edges: {words}\n{rest}"))
    listed = data["edges"].frame
    return listed, {
        (line.table, f"{line.column} {line.edge}"): data[line.table].frame.iloc[int(line.row) - 1]
        for line in listed.itertuples()
    }


def test_each_end_of_each_column_stands_in_a_row_that_is_listed(tmp_path: Path) -> None:
    listed, found = edges(tmp_path)
    assert set(listed["table"]) == {"t"}
    expected = {
        "age lowest": ("age", 18), "age highest": ("age", 90), "kind longest text": ("kind", "new"),
        "kind empty text": ("kind", ""), "change lowest (then)": ("change", -5), "change highest (then)": ("change", 5),
        "change zero (then)": ("change", 0), "day first day": ("day", pd.Timestamp("2023-02-10")),
        "day last day": ("day", pd.Timestamp("2024-03-20")), "day 29 February": ("day", pd.Timestamp("2024-02-29")),
        "day end of February": ("day", pd.Timestamp("2023-02-28")),
    }  # fmt: skip
    for name, (column, value) in expected.items():
        assert found["t", name][column] == value, name
    assert pd.isna(found["t", "kind missing value"]["kind"])
    assert [len(found["t", f"code {name} text"]["code"]) for name in ("shortest", "longest")] == [1, 3]
    assert all(row["twice"] == 2 * row["age"] for row in found.values())


def test_an_edge_that_is_forbidden_in_one_row_stands_in_another_and_one_that_is_in_all_is_told(tmp_path: Path) -> None:
    data = made(tmp_path, book(COLUMNS, rest=f"    edges: [age]\n{VISITS}"))
    listed, visits = data["edges"].frame, data["visits"].frame
    (at,) = listed.loc[listed["edge"].eq("highest") & listed["column"].eq("fee"), "row"].astype(int) - 1
    assert visits["fee"].iloc[at] == 300
    assert (visits["fee"] > 1).all()
    assert "table visits: expectations forbid 1 edges: fee lowest" in data.notes


def test_the_fewest_and_the_most_rows_of_a_child_are_there(tmp_path: Path) -> None:
    data = made(tmp_path, book(COLUMNS, rest=f"    edges: [age]\n{VISITS}"))
    counts = data["visits"].frame["id"].value_counts()
    rows = data["edges"].frame.set_index("edge")["row"]
    assert counts[rows["most rows of visits"]] == 40
    assert rows["fewest rows of visits"] not in counts.index


def test_limits_that_differ_from_row_to_row_are_met_in_their_row(tmp_path: Path) -> None:
    data = made(tmp_path, book(COLUMNS, rest=f"    edges: [age]\n{VISITS}"))
    listed, visits, days = data["edges"].frame, data["visits"].frame, data["t"].frame.set_index("id")["day"]
    (at,) = listed.loc[listed["edge"].eq("first day") & listed["column"].eq("until"), "row"].astype(int) - 1
    assert visits["until"].iloc[at] == days[visits["id"].iloc[at]]


def test_edges_change_no_row_that_has_none(tmp_path: Path) -> None:
    with_edges = made(tmp_path, book(COLUMNS, rest="    edges: [age]\n"))
    usual = made(tmp_path, book(COLUMNS)).root.frame
    rows = with_edges["edges"].frame["row"].astype(int) - 1
    others = [name for name in usual if name != "change"]  # whose way hangs on the age of the rows before
    assert with_edges.root.frame.drop(index=rows)[others].equals(usual.drop(index=rows)[others])
    assert not any("no row can have" in note for note in with_edges.notes)


def test_a_column_more_moves_no_edge_of_another(tmp_path: Path) -> None:
    one = "id: {sequence: {}}\na: {whole: {low: 0, high: 100}}\nk: {choice: [x, y]}"
    plain, more = (
        made(tmp_path, book(columns, rows=300, rest="    edges: true\n" + VISITS))
        for columns in (f"{one}\n{DAY}", f"new: {{whole: {{low: 1, high: 9}}}}\n{one}\n{DAY}")
    )
    pd.testing.assert_frame_equal(plain.root.frame, more.root.frame.drop(columns="new"))
    pd.testing.assert_frame_equal(plain["visits"].frame, more["visits"].frame)
    listed = more["edges"].frame
    same = listed[listed["column"].ne("new")].sort_values(["table", "row", "column", "edge"], ignore_index=True)
    before = plain["edges"].frame.sort_values(["table", "row", "column", "edge"], ignore_index=True)
    pd.testing.assert_frame_equal(same, before)


def test_the_gate_passes_edges(tmp_path: Path) -> None:
    data = made(tmp_path, book(COLUMNS, rest=f"    edges: true\n{VISITS}"))
    draft = Draft(data, serialise(data), None, fitted(tmp_path, book(COLUMNS)).recipe)
    found = Schema(Policy(backend={"kind": "rules"})).measure(draft, Source(Dataset(()), Dataset(()), NOTHING))
    assert "rows that break rule 'expect 1' (visits)" in [finding.what for finding in found]
    assert all(finding.passed for finding in found)


@pytest.mark.parametrize(
    ("words", "rest", "said"),
    [
        ("[nobody]", "", "edges.0: there is no such column"),
        ("[id]", "", "column id is made as a whole"),
        ("[twice]", "", "column twice is worked out from others"),
        ("true", "    errors: [{duplicate: 0.1}]\n", "edges and errors are not made in one table"),
        ("true", "  edges: {rows: 1, columns: {a: {constant: 1}}}\n", "a table edges lists them"),
    ],
)
def test_edges_that_cannot_be_made_are_refused(tmp_path: Path, words: str, rest: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        made(tmp_path, book(COLUMNS, rest=f"    edges: {words}\n{rest}"))


def test_a_row_keeps_its_edge_while_the_rest_of_it_is_drawn_again(tmp_path: Path) -> None:
    columns = "x: {uniform: {low: 0, high: 9}}\ny: {uniform: {low: 0, high: 1}, decimals: 6}"
    data = made(tmp_path, book(columns, rest="    edges: [x]\n    expect:\n      - x < 9 OR y > 0.999\n"))
    (at,) = data["edges"].frame.query("edge == 'highest'")["row"].astype(int) - 1
    assert data.root.frame["x"].iloc[at] == 9
    assert data.root.frame["y"].iloc[at] > 0.999


def test_a_table_of_which_no_column_has_an_edge_says_so(tmp_path: Path) -> None:
    stays = "{stay: {constant: 9}, gap: {constant: 3}, since: 2024-01-01, until: 2024-03-01}"
    words = f"    edges: true\n    intervals: {stays}\n"
    text = f"version: 1\nname: stays\ntables:\n  t:\n{words}    columns: {{a: {{row: since}}}}\n"
    assert any("table t: edges are asked for, and none" in note for note in made(tmp_path, text).notes)
