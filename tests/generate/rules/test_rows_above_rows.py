"""A table that refers to itself: no circle, at most so many roots, and bounds on depth and span."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rulebooks import answer, book, fitted, made

from privsynth.dataset import Relation
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.relations.trees import TreeShape, levels_of

STAFF = """id: {sequence: {prefix: E}}
manager: {reference: {table: t, key: id, as: boss, WORDS}}
"""
TREE = """WITH RECURSIVE up AS (
    SELECT id, id AS top, manager, 1 AS level FROM t WHERE manager IS NULL
    UNION ALL SELECT t.id, top, t.manager, level + 1 FROM t JOIN up ON t.manager = up.id)
"""


def staff(words: str = "roots: 1", rest: str = "", rows: int = 2000, expect: str = "") -> str:
    return book(STAFF.replace("WORDS", words) + rest, rows=rows, rest=expect)


@pytest.mark.parametrize(
    ("words", "roots", "depth", "span"),
    [
        ("roots: 1", 1, 60, 2000),
        ("roots: 3, depth: 3", 3, 3, 2000),
        ("roots: 2, span: 4", 2, 20, 4),
        ("roots: 5, depth: 6, span: 5", 5, 6, 5),
        ("roots: 1, depth: 2", 1, 2, 2000),
        ("roots: 1, span: 1", 1, 2000, 1),
    ],
)
def test_everybody_stands_below_a_root_within_the_bounds(
    tmp_path: Path, words: str, roots: int, depth: int, span: int
) -> None:
    data = made(tmp_path, staff(words))
    sql = "SELECT count(*), count(DISTINCT id), count(DISTINCT top), max(level) FROM up"
    [(rows, different, tops, levels)] = answer(tmp_path, data, TREE + sql)
    assert (rows, different, tops) == (2000, 2000, roots)
    assert levels <= depth
    [(widest,)] = answer(
        tmp_path, data, "SELECT max(n) FROM (SELECT count(*) n FROM t GROUP BY manager HAVING manager > '')"
    )
    assert 1 <= widest <= span
    assert data.relations == (Relation("t", "id", "t", "manager"),)


def test_a_tree_may_be_full_to_the_last_place(tmp_path: Path) -> None:
    assert len(made(tmp_path, staff("roots: 2, depth: 4, span: 3", rows=80))["t"]) == 80
    with pytest.raises(BackendError, match="at most 3 rows right below one hold 80 rows; up to 81"):
        made(tmp_path, staff("roots: 2, depth: 4, span: 3", rows=81))


def test_columns_of_the_row_above_are_seen_level_by_level(tmp_path: Path) -> None:
    rest = """salary:
  when: boss.salary IS NULL
  then: {uniform: {low: 90000, high: 120000}}
  else: {uniform: {low: boss.salary * 0.5, high: boss.salary * 0.9}}
rank: {sql: "coalesce(boss.rank, 0) + 1", kind: integer}
grade: {choice: [a, b]}
above: {sql: boss.grade}
day: {date: {low: "coalesce(boss.day, DATE '2020-01-01')", high: 2025-12-31}}
"""
    data = made(tmp_path, staff("roots: 2, span: 6", rest))
    sql = """SELECT count(*), bool_and(s.salary BETWEEN m.salary * 0.5 - 0.01 AND m.salary * 0.9 + 0.01),
        bool_and(s.rank = up.level), bool_and(s.above = m.grade), bool_and(s.day >= m.day)
        FROM up JOIN t s USING (id) JOIN t m ON s.manager = m.id"""
    assert answer(tmp_path, data, TREE + sql) == [(1998, True, True, True, True)]
    [(roots,)] = answer(tmp_path, data, "SELECT min(salary) FROM t WHERE manager IS NULL")
    assert roots >= 90000


def test_what_rows_below_look_at_is_mended_before_they_do(tmp_path: Path) -> None:
    rest = "pay: {uniform: {low: 0, high: 9}}\nabove: {sql: boss.pay}\n"
    data = made(tmp_path, staff("roots: 1", rest, expect="    expect: [pay < 8]\n"))
    sql = "SELECT max(s.pay), bool_and(s.above = m.pay) FROM t s JOIN t m ON s.manager = m.id"
    [(most, right)] = answer(tmp_path, data, sql)
    assert most < 8
    assert right


def test_an_expectation_between_rows_cannot_be_mended_and_is_told_with_counts(tmp_path: Path) -> None:
    rest = "pay: {uniform: {low: 0, high: 9}}\n"
    with pytest.raises(BackendError, match=r"by \d+ of 2000 rows and none of the columns it names can be drawn again"):
        made(tmp_path, staff("roots: 1", rest, expect="    expect: [pay < boss.pay]\n"))


def test_a_tree_below_each_parent(tmp_path: Path) -> None:
    text = """version: 1
name: firms
tables:
  firms: {rows: 200, columns: {firm: {sequence: {}}}}
  t:
    belongs_to: {table: firms, count: {whole: {low: 0, high: 30}}}
    columns:
      firm: {reference: firm}
      id: {sequence: {}}
      manager: {reference: {table: t, key: id, as: boss, roots: 2, depth: 4, span: 4}}
"""
    data = made(tmp_path, text)
    sql = """SELECT count(*) FILTER (s.firm <> m.firm), max(level), (SELECT max(n) FROM
        (SELECT count(*) n FROM t WHERE manager IS NULL GROUP BY firm)), count(*)
        FROM up JOIN t s USING (id) LEFT JOIN t m ON s.manager = m.id"""
    [(strangers, levels, roots, rows)] = answer(tmp_path, data, TREE + sql)
    assert (strangers, roots, rows) == (0, 2, len(data["t"]))
    assert 3 <= levels <= 4


@pytest.mark.parametrize(
    ("words", "rest", "problem"),
    [
        ("where: boss.id = id", "", "where does not go with other rows of the same table"),
        ("missing: 0.5, unique: true", "", "missing and unique does not go with"),
        ("roots: 0", "", "a number of at least 1 is expected"),
        ("roots: 1", "x: {sql: boss.x + 1}", "say what it is"),
        ("roots: 1", "x: {sql: boss.y}\ny: {sql: boss.x}", "circle: x -> y -> x"),
        ("roots: 1", "x: {choice: [1, 2], kind: integer}\nx2: {sql: x2 + 1}", "circle: x2 -> x2"),
    ],
)
def test_a_tree_that_cannot_be_meant_is_refused(tmp_path: Path, words: str, rest: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem):
        fitted(tmp_path, staff(words, rest))


def test_roots_are_for_rows_of_the_same_table(tmp_path: Path) -> None:
    other = "  u: {rows: 5, columns: {x: {reference: {table: t, key: id, roots: 2}}}}\n"
    with pytest.raises(PolicyError, match="roots does not go with rows of another table"):
        fitted(tmp_path, book("id: {sequence: {}}", rest=other))


def test_levels_by_hand() -> None:
    above = np.array([-1, 0, 0, 1, 3, -1, 5])
    assert [list(level) for level in levels_of(above)] == [[0, 5], [1, 2, 6], [3], [4]]
    assert levels_of(np.array([], dtype=int)) == []


def test_each_tree_stays_among_its_own_rows() -> None:
    sizes = np.array([0, 1, 7, 0, 12])
    for shape in (TreeShape(2), TreeShape(2, depth=3), TreeShape(2, span=2), TreeShape(1, depth=4, span=3)):
        above = shape.above(sizes, np.random.default_rng(1))
        tree = np.repeat(np.arange(5), sizes)
        below = above >= 0
        assert (above < np.arange(20)).all()
        assert (tree[above[below]] == tree[below]).all()
