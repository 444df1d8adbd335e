"""The backend as a whole: same stream, same rows; columns that do not disturb each other; parents and children."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rulebooks import NOTHING, book, fitted, frame_of, made

from privsynth.dataset import Column, Dataset, Kind, Relation, Table
from privsynth.errors import BackendError, PolicyError
from privsynth.generate import Backend, Described
from privsynth.generate.rules import Rules
from privsynth.options import RulesOptions
from privsynth.policy import Policy

SHIPPED = sorted((Path(__file__).parents[3] / "rules").glob("*.yaml"))
CHILD = """  child:
    belongs_to: {table: t, count: {poisson: {mean: parent.many}}}
    columns:
      id: {sequence: {prefix: X}}
      owner: {reference: key}
      after: {date: {low: parent.day, high: 2030-01-01}}
      share: {sql: parent.many / 10}
  grandchild:
    belongs_to: {table: child, count: {choice: [0, 1, 2]}}
    columns:
      up: {reference: id}
      owner: {sql: parent.owner}
"""
PARENT = (
    "key: {sequence: {prefix: K, width: 3}}\nday: {date: {low: 2020-01-01, high: 2029-12-31}}\nmany: {choice: [0, 5]}"
)


def frames(data: Dataset) -> list[pd.DataFrame]:
    return [table.frame for table in data]


def test_it_is_a_backend_that_describes_itself(tmp_path: Path) -> None:
    rules = fitted(tmp_path, book("x: {constant: 1}"))
    assert isinstance(rules, Described)
    backend: Backend = rules
    assert backend is rules.fit(Dataset(()), NOTHING, np.random.default_rng(0))
    assert str(rules.recipe.details["source"]).startswith("this run read no real data; what the rulebook was made of")
    assert len(str(rules.recipe.details["sha256"])) == 64


def test_without_a_rulebook_it_says_how_to_give_one() -> None:
    with pytest.raises(PolicyError, match="needs a rulebook") as caught:
        Rules(RulesOptions(), Policy().limits).fit(Dataset(()), NOTHING, np.random.default_rng(0))
    assert "rules/shop.yaml" in caught.value.hint


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_the_shipped_rulebooks_run_and_come_out_the_same_for_the_same_seed(path: Path) -> None:
    rules = Rules(RulesOptions(rulebook=path), Policy().limits).fit(Dataset(()), NOTHING, np.random.default_rng(0))
    one, two, three = (rules.sample(60, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(a.equals(b) for a, b in zip(frames(one), frames(two), strict=True))
    assert not frames(one)[0].equals(frames(three)[0])
    assert len(one.tables[0]) == 60
    assert [note for note in one.notes if "look-up file" not in note] == []


def test_each_shipped_rulebook_is_told_of() -> None:
    assert {"clinic.yaml", "shop.yaml"} <= {path.name for path in SHIPPED}
    readme = (SHIPPED[0].parent / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in SHIPPED if f"\n| [`{path.name}`]({path.name}) |" not in readme] == []


def test_a_new_column_changes_no_other(tmp_path: Path) -> None:
    columns = "a: {normal: {mean: 0, sd: 1}, missing: 0.1}\nb: {person: email}\nc: {choice: [x, y]}\nd: {uuid: {}}"
    before = frame_of(tmp_path, columns, 100)
    after = frame_of(
        tmp_path,
        "new: {normal: {mean: 0, sd: 1}}\n" + columns + "\nlast: {person: first_name}\nthen: {sql: a + 1}",
        100,
    )
    assert before.equals(after[list(before.columns)])


def test_a_new_table_changes_no_other(tmp_path: Path) -> None:
    before = made(tmp_path, book(PARENT))
    after = made(tmp_path, book(PARENT, rest=CHILD))
    assert before.tables[0].frame.equals(after.tables[0].frame)


def test_children_hang_below_their_parents(tmp_path: Path) -> None:
    data = made(tmp_path, book(PARENT, rows=200, rest=CHILD))
    parent, child, grandchild = frames(data)
    assert data.relations == (Relation("t", "key", "child", "owner"), Relation("child", "id", "grandchild", "up"))
    assert set(child["owner"]) <= set(parent.loc[parent["many"] == 5, "key"])
    assert child["owner"].value_counts().mean() == pytest.approx(5, rel=0.15)
    joined = child.merge(parent, left_on="owner", right_on="key")
    assert len(joined) == len(child)
    assert (joined["after"] >= joined["day"]).all()
    assert (joined["share"] == 0.5).all()
    assert grandchild["owner"].equals(grandchild.merge(child, left_on="up", right_on="id")["owner_y"].rename("owner"))
    assert data["child"]["owner"].fabricated


def test_rows_are_for_the_first_table_without_a_parent(tmp_path: Path) -> None:
    rest = "  u:\n    rows: 7\n    columns: {x: {constant: 1}}\n"
    assert [len(t) for t in made(tmp_path, book("x: {constant: 1}", rows=3, rest=rest), rows=5)] == [5, 7]
    assert [len(t) for t in made(tmp_path, book("x: {constant: 1}", rows=3, rest=rest))] == [3, 7]


@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row(tmp_path: Path, rows: int) -> None:
    columns = f"""{PARENT}
p: {{person: email, unique: true}}
u: {{uuid: {{}}}}
z: {{pattern: 'a{{3}}'}}
n: {{normal: {{mean: many, sd: 1, low: 0}}, missing: 0.5}}
w: {{when: many > 1, then: {{constant: 1}}, else: {{constant: 2}}}}"""
    data = made(tmp_path, book(columns, rest=CHILD).replace("  child:", "    expect: [n >= 0]\n  child:"), rows=rows)
    assert len(data.root) == rows
    assert [c.name for c in data.root.columns] == list(data.root.frame.columns)


@pytest.mark.parametrize(
    ("count", "words"),
    [("constant: -1", "negative or missing for 50 of 50"), ("constant: 10000000", "500,000,000 rows")],
)
def test_numbers_of_children_that_cannot_be_meant(tmp_path: Path, count: str, words: str) -> None:
    with pytest.raises(BackendError, match=words):
        made(
            tmp_path,
            book(
                "k: {sequence: {}}",
                rest=f"  c:\n    belongs_to: {{table: t, count: {{{count}}}}}\n    columns: {{k: {{reference: k}}}}\n",
            ),
        )


def test_more_cells_than_memory_are_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="900,000,000 cells"):
        made(tmp_path, book("x: {constant: 1}", rows=900_000_000))


def test_data_beside_the_rulebook_makes_no_row_and_is_noted(tmp_path: Path) -> None:
    table = Table("t", (Column("x", Kind.INTEGER),), pd.DataFrame({"x": [9.0, 9.0]}))
    rules = fitted(tmp_path, book("x: {constant: 1}", rows=3))
    plain = rules.sample(None, np.random.default_rng(1))
    beside = rules.fit(Dataset((table,)), NOTHING, np.random.default_rng(5)).sample(None, np.random.default_rng(1))
    assert frames(plain)[0].equals(frames(beside)[0])
    assert "made no row" in beside.notes[0]
