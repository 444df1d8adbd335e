"""All mistakes of a book at once, each with its place; what follows from another one is not told."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from rulebooks import book, fitted

from privsynth.errors import PolicyError
from privsynth.generate.rules.mistakes import examined

CHILD = """  c:
    belongs_to: {table: t, count: {poisson: {mean: parent.x}}}
    columns:
      k: {reference: k}
      y: {sql: parent.x + 1}
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(mistake.place.partition(":")[2], mistake.problem) for mistake in examined(text, "b.yaml").mistakes]


def places(text: str) -> list[str]:
    return [place for place, _ in told(text)]


def test_mistakes_of_words_of_columns_and_of_conditions_are_told_together() -> None:
    text = book(
        "a: {uniform: {low: 1, hihg: 2}}\n"
        "b: {uniform: {low: 3, high: 1}}\n"
        "c: {sql: d +}\n"
        "d: {constant: 1}\n"
        "e: {sql: nobody + 1}",
        rest="    expect:\n      - d + 1\n      - d > 0\n",
        head="locale: en_UX\n",
    )
    assert places(text) == ["3:1", "8:11", "8:29", "9:11", "10:11", "12:11", "14:9"]


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ("a: {uniform: {low: 3, high: 1}}\nb: {sql: a + 1}\nc: {sql: b * 2}", "7:11"),
        ("a: {unifrom: {low: 3, high: 1}}\nb: {sql: a + 1}\nc: {by: b, of: {1: {constant: 1}}}", "7:11"),
        ("a: {sql: b + 1}\nb: {sql: a + 1}\nc: {sql: b + 1}", "7:7"),
        ("a: {sql: nobody}\nb: {normal: {mean: a, sd: 1}}\nd: {date: {low: 2024-01-01, high: b}}", "7:11"),
    ],
)
def test_what_rests_upon_a_mistake_is_not_blamed(columns: str, place: str) -> None:
    assert places(book(columns)) == [place]


def test_a_condition_on_a_mistaken_column_is_not_blamed() -> None:
    assert places(book("a: {uniform: {low: 3, high: 1}}", rest="    expect:\n      - a > 1\n")) == ["7:11"]


def test_a_child_of_a_mistaken_parent_is_not_blamed() -> None:
    assert places(book("k: {sequence: {}}\nx: {unifrom: 1}", rest=CHILD)) == ["8:11"]
    assert places(book("k: {unifrom: 1}\nx: {constant: 1}", rest=CHILD)) == ["7:11"]


def test_a_table_without_a_sound_size_is_one_mistake_and_its_children_are_not_blamed() -> None:
    text = book("k: {sequence: {}}\nx: {constant: 1}", rest=CHILD).replace("rows: 50", "rows: -1")
    assert places(text) == ["5:5"]


def test_all_is_said_in_one_error_in_the_order_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        fitted(tmp_path, book("a: {sql: incom}\nincome: {constant: 1}\nb: {pattern: '['}"))
    assert caught.value.message.partition(" characters, [A")[0] == textwrap.dedent(
        """\
        book.yaml:7:11: tables.t.columns.a.sql: expression, character 1: there is no such column.
          did you mean 'income'?
        book.yaml:9:11: tables.t.columns.b.pattern: pattern, character 1: the pattern ends too early.
          known are"""
    )
    assert caught.value.line == 7


def test_a_book_of_which_nothing_is_left_is_still_explained() -> None:
    for text in ("version: 1\nname: x\n", "version: 1\nname: x\ntables: 5\n", "version: 1\nname: x\ntables: {t: 5}\n"):
        assert told(text)


def test_what_is_right_is_planned() -> None:
    found = examined(book("a: {uniform: {low: 3, high: 1}}\nb: {sql: a}\nc: {constant: 1}"), "b.yaml")
    assert found.plan is not None
    assert found.is_aside(("tables", "t", "columns", "a", "uniform"))
    assert not found.is_aside(("tables", "t", "columns", "c"))
