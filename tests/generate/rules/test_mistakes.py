"""All mistakes of a book at once, each with its place; what follows from another one is not told."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from rulebooks import book, fitted

from privsynth.errors import PolicyError
from privsynth.generate.rules.mistakes.found import examined

RULEBOOKS = Path(__file__).parents[3] / "rules"
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
    assert places(text) == ["3:1", "8:29", "9:11", "10:11", "12:11", "14:9"]


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


def test_a_word_that_a_table_does_not_know_hides_no_mistake_of_its_columns() -> None:
    text = book("a: {sql: lenght('x')}\nb: {pattern: '('}").replace("rows: 50", "row: 50")
    assert places(text) == ["5:5", "7:11", "8:11"]


@pytest.mark.parametrize(
    ("word", "place"), [("expect: a > 1", "8:5"), ("unique: a", "8:5"), ("errors: [{column: a}]", "8:14")]
)
def test_a_list_of_the_wrong_shape_hides_no_mistake_of_the_columns(word: str, place: str) -> None:
    assert places(book("a: {sql: lenght('x')}", rest=f"    {word}\n")) == ["7:11", place]


def test_a_parent_that_is_not_there_hides_no_mistake_of_the_columns() -> None:
    child = CHILD.replace("table: t", "table: tt").replace("      y: ", "      z: {pattern: '('}\n      y: ")
    assert places(book("k: {sequence: {}}\nx: {constant: 1}", rest=child)) == ["10:18", "13:11"]


def test_a_parent_that_is_not_there_is_told_beside_a_key_that_is_missing() -> None:
    child = "  c:\n    belongs_to: {table: tt, count: {constant: 1}}\n    columns: {x: {constant: 1}}\n"
    assert places(book("k: {sequence: {}}", rest=child)) == ["9:5", "9:18"]


def test_a_size_that_is_missing_is_told_beside_an_unknown_word() -> None:
    text = book("a: {constant: 1}").replace("rows: 50", "colour: red")
    assert places(text) == ["4:3", "5:5"]


@pytest.mark.parametrize(
    ("size", "found"),
    [
        ("rows: 5\n    belongs_to: {table: t, count: {constant: 1}}", ["9:3"]),
        ("belongs_to: {table: t}", ["9:3"]),
        ("rows: 5\n    arrivals: {rate: 5, since: 2024-01-01, until: 2024-02-01}", ["9:3"]),
    ],
)
def test_sizes_that_contradict_each_other_are_one_mistake(size: str, found: list[str]) -> None:
    key = "k: {constant: 1}" if "arrivals" in size else "k: {reference: k}"
    told_places = places(
        book("k: {sequence: {}}\nx: {constant: 1}", rest=f"  c:\n    {size}\n    columns: {{{key}}}\n")
    )
    assert told_places == found


def test_a_column_of_the_same_name_in_another_table_is_not_taken_for_a_mistaken_one() -> None:
    other = "  u:\n    rows: 5\n    columns:\n      a: {constant: 1}\n      b: {sql: a + nobody}\n"
    assert places(book("a: {unifrom: 1}", rest=other)) == ["7:11", "12:11"]


def test_a_total_of_a_mistaken_column_is_not_blamed() -> None:
    columns = "k: {sequence: {}}\nx: {constant: 1}\nt: {total: c.y}"
    assert places(book(columns, rest=CHILD.replace("parent.x + 1", "parent.x +"))) == ["14:11"]
    assert places(book(columns, rest=CHILD.replace("reference: k", "refernce: k"))) == ["13:11"]


def test_mistakes_of_a_scenario_are_told_beside_those_of_the_book() -> None:
    text = book("a: {constant: 1}\nb: {constant: 1}\nc: {constant: 1}\nd: {sql: lenght('x')}")
    tables = "{tt: {rows: 5}, t: {columns: {b: {sql: a +}, c: {choice: {x: 0.5}}, nobody: {missing: 1}}}}"
    assert places(f"{text}scenarios:\n  s:\n    tables: {tables}\n") == ["10:11", "13:14", "13:47", "13:58", "13:81"]


def test_what_a_scenario_names_of_a_mistaken_column_is_not_blamed() -> None:
    columns = "{columns: {a: {missing: 0.5}, b: {sql: a + 1}}}"
    text = book("a: {unifrom: 1}\nb: {constant: 1}") + f"scenarios: {{s: {{tables: {{t: {columns}}}}}}}\n"
    assert places(text) == ["7:11"]


def test_a_scenario_that_makes_a_mistaken_column_otherwise_is_looked_at() -> None:
    columns = "{columns: {a: {uniform: {low: 3, high: 1}}}}"
    text = book("a: {unifrom: 1}\nb: {constant: 1}") + f"scenarios: {{s: {{tables: {{t: {columns}}}}}}}\n"
    assert len(places(text)) == 2


@pytest.mark.parametrize(
    ("columns", "place", "problem"),
    [
        ("d: {date: {low: 2024-02-30, high: 2024-03-01}}", "7:18", "there is no such day; days are written 2024-12-31"),
        ("d: {constant: 2023-02-29}", "7:11", "there is no such day; days are written 2024-12-31"),
        ("n: {normal: {mean: 1}}", "7:11", "this word is missing"),
        ("h: {histogram: {edges: [1], weights: [1]}}", "7:23", "at least 2 items are expected here, not 1"),
        ("p: {person: naem}", "7:11", "this is not known here; did you mean 'name'?"),
        ("p: {person: {part: naem}}", "7:20", "this is not known here; did you mean 'name'?"),
        ("n: {unique: 5, constant: 1}", "7:11", "true or false is expected here"),
        ("n: {}", "7:7", "nothing says how its values are made, such as  choice: [a, b]"),
        ("n: {uuid: {}, sequence: {}}", "7:7", "one way to make its values is expected, not sequence and uuid"),
        ("n: {uniform: {low: [], high: 1}}", "7:21", "a number or a text is expected here"),
    ],
)
def test_the_shape_of_words_is_told_in_our_words(columns: str, place: str, problem: str) -> None:
    assert told(book(columns)) == [(place, problem)]


@pytest.mark.parametrize("words", ["unique: [a]", "unique: a", "unique: [[a]]"])
def test_a_column_that_is_unique_alone_is_shown_how_to_say_so(words: str) -> None:
    [(place, problem)] = told(book("a: {constant: 1}", rest=f"    {words}\n"))
    assert (place, "one alone says  unique: true  in its own words" in problem) == ("8:5", True)


def test_a_day_that_is_none_hides_no_other_mistake() -> None:
    assert places(book("d: {date: {low: 2024-02-30, high: 2024-03-01}}\nx: {sql: lenght('x')}")) == ["7:18", "8:11"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: {b: 1, c: 2\nd: 3\n", "b.yaml:1:4: this is not valid YAML: a '{' opens here and is not closed."),
        ("a:\n\tb: 1\n", "b.yaml:2:1: this is not valid YAML: a tab stands here."),
        ("a: 1\na: Smith\n", "b.yaml:2:1: this is not valid YAML: this word stands twice in one place."),
        ("a: 'x\nb: 1\n", "b.yaml:1:4: this is not valid YAML: a quote opens here and is not closed."),
        ("a: {b: 1}}\n", "b.yaml:1:10: this is not valid YAML: a '}' closes what was not opened."),
        ("a:\n  - 1\n b: 2\n", "b.yaml:3:2: this is not valid YAML: "),
    ],
)
def test_what_is_no_yaml_is_told_in_our_words_and_without_a_value(text: str, problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        examined(text, "b.yaml")
    assert caught.value.message.startswith(problem)
    assert caught.value.hint
    assert "Smith" not in caught.value.message


def hint_of(text: str) -> str:
    [mistake] = examined(text, "b.yaml").mistakes
    return mistake.hint


def test_a_locale_that_is_not_known_is_shown_those_of_its_language() -> None:
    assert hint_of(book("a: {constant: 1}", head="locale: de_XX\n")).startswith("known are: de_DE, de_AT, de_CH")


def test_a_clock_is_not_taken_for_the_nearest_function() -> None:
    assert "write a day" in hint_of(book("a: {sql: now()}"))
    assert "did you mean" not in hint_of(book("a: {sql: bow()}"))


@pytest.mark.parametrize(
    ("count", "found"),
    [("{constant: 2}", ["13:27"]), ("{whole: {low: 2, high: 3}}", ["13:27"]), ("{poisson: {mean: 2}}", [])],
)
def test_too_few_different_values_for_the_rows_that_the_book_asks_for_are_a_mistake(
    count: str, found: list[str]
) -> None:
    child = CHILD.replace("{poisson: {mean: parent.x}}", count).replace(
        "{sql: parent.x + 1}", "{choice: [a, b], unique: true}"
    )
    text = book("k: {sequence: {}}\nx: {choice: [1, 2]}", rows=2, rest=child)
    assert places(text) == found


def test_all_that_is_too_few_is_told_and_nothing_of_a_table_whose_size_is_a_mistake() -> None:
    text = book("a: {choice: [x], unique: true}\nb: {constant: 1}\nc: {choice: [x, y]}", rest="    unique: [b, c]\n")
    assert told(text) == [
        ("7:24", "column a of table t must hold 50 different values; its rule has 1."),
        ("10:14", "b and c of table t must not be alike in 50 rows; their rules have 2 combinations."),
    ]
    assert places(text.replace("rows: 50", "rows: many")) == ["5:5"]


def test_a_scenario_of_more_rows_than_there_are_values_is_told() -> None:
    text = book("a: {choice: [x, y, z], unique: true}", rows=3) + "scenarios: {s: {tables: {t: {rows: 9}}}}\n"
    assert "in scenario s: column a of table t must hold 9 different values" in told(text)[0][1]


@pytest.mark.parametrize(
    ("name", "lines"), [("payroll", (27, 122, 133)), ("sensors", (23, 96, 102, 113)), ("hospital", (53,))]
)
def test_keys_and_laws_misspelt_in_a_shipped_book_are_told_and_nothing_that_follows(
    name: str, lines: tuple[int, ...]
) -> None:
    text = (RULEBOOKS / f"{name}.yaml").read_text().splitlines()
    for at in lines:
        text[at - 1] = re.sub(r": \{(\w)", r": {\1q", text[at - 1], count=1)
    found = examined("\n".join(text), f"{name}.yaml", RULEBOOKS)
    assert [mistake.line for mistake in found.mistakes] == [*lines]
    assert found.plan is not None


@pytest.mark.parametrize("word", ["belongs_to", "columns", "arrivals"])
def test_what_stands_under_a_misspelt_word_of_a_table_is_read_as_it_was_meant(word: str) -> None:
    child = """  c:
    belongs_to: {table: t}
    arrivals: {rate: parent.x, since: 2024-01-01, until: 2024-02-01}
    columns:
      k: {reference: k}
      at: {row: time}
      y: {sql: lenght('x')}
"""
    text = book("k: {sequence: {}}\nx: {constant: 1}", rest=child.replace(f"    {word}:", f"    {word[0]}q{word[1:]}:"))
    line = {"belongs_to": "10:5", "arrivals": "11:5", "columns": "12:5"}[word]
    assert places(text) == [line, "15:11"]


def test_a_word_that_is_there_but_misspelt_is_told_once() -> None:
    assert places(book("n: {normal: {mean: 1, sdd: 2}}")) == ["7:29"]
