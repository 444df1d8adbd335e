"""Rulebooks that are refused: each message says where, what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebooks import book, fitted, made

from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.book import MAX_BYTES, parse_rulebook, read_rulebook

PARENT = "      k: {sequence: {}}\n"
CHILD = "  c:\n    belongs_to: {table: t, count: {constant: 1}}\n    columns: {k: {reference: k}}\n"


@pytest.mark.parametrize(
    ("columns", "place", "words"),
    [
        ("x: {unifrom: {low: 1, high: 2}}", "7:11", "did you mean 'uniform'"),
        ("x: {uniform: {lo: 1, high: 2}}", "7:21", "did you mean 'low'"),
        ("x: {uniform: {low: a +, high: 2}}", "7:21", "not valid SQL"),
        ("x: {uniform: {low: .inf, high: 2}}", "7:21", "must be finite"),
        ("x: {uniform: {low: 3, high: 1}}", "7:11", "low is above high"),
        ("x: {uniform: }", "7:7", "needs more words"),
        ("x: {normal: {mean: 0, sd: -1}}", "7:11", "sd is below 0"),
        ("x: {normal: {mean: 0, sd: 1, low: 50, high: 51}}", "7:11", "nearly nothing"),
        ("x: {poisson: {mean: -1}}", "7:11", "mean is below 0"),
        ("x: {exponential: {mean: 0}}", "7:11", "mean is not above 0"),
        ("x: {lognormal: {median: 0, sigma: 1}}", "7:11", "median is not above 0"),
        ("x: {whole: {low: 0.2, high: 0.8}}", "7:11", "no whole number"),
        ("x: {choice: {a: 0.5, b: 0.3}}", "7:7", "these sum to 0.8"),
        ("x: {choice: {a: -1, b: 3}}", "7:7", "not be negative"),
        ("x: {choice: {a: 0, b: 0}}", "7:7", "one must be above 0"),
        ("x: {choice: {}}", "7:11", "at least 1 item"),
        ("x: {choice: []}", "7:11", "at least 1 item"),
        ("x: {choice: [1, a]}", "7:11", "several kinds"),
        ("x: {mixture: [{weight: 0.5, constant: 1}]}", "7:7", "must sum to 1"),
        ("x: {histogram: {edges: [1, 2], weights: [1, 2]}}", "7:11", "need 3 edges"),
        ("x: {histogram: {edges: [2, 1], weights: [1]}}", "7:11", "edges must rise"),
        ("x: {constant: 1, sql: '2'}", "7:7", "not constant and sql"),
        ("x: {unique: true}", "7:7", "nothing says how"),
        ("x: {when: 'true', then: {constant: 1}}", "7:7", "'when' goes with"),
        ("x: {constant: 1, then: {constant: 1}}", "7:7", "'when' goes with"),
        ("x: {when: 'true', then: {constnt: 1}, else: {constant: 2}}", "7:32", "did you mean 'constant'"),
        ("x: {when: 'true', then: {constant: 1}, else: {constant: a}}", "7:7", "different kinds"),
        ("x: {when: 'true', then: {sequence: {}}, else: {constant: a}}", "7:25", "makes a whole column"),
        ("x: {when: '1 + 1', then: {constant: 1}, else: {constant: 2}}", "7:11", "true or false"),
        ("x: {by: y, of: {a: {constant: 1}}}", "7:11", "no such column"),
        ("x: {sql: \"read_csv('x')\"}", "7:11", "not allowed"),
        ("income: {constant: 1}\nx: {sql: incom + 1}", "8:11", "did you mean 'income'"),
        ("x: {sql: y + 1}\ny: {sql: z}\nz: {sql: x}", "7:7", "x -> y -> z -> x"),
        ("x: {sql: x + 1}", "7:7", "x -> x"),
        ("x: {pattern: '[a'}", "7:11", "ends too early"),
        ("x: {date: {low: '2020-13-01', high: 2020-02-01}}", "7:18", "no such day"),
        ("x: {date: {low: 2021-01-01, high: 2020-02-01}}", "7:11", "low is after high"),
        ("x: {date: {low: 2024-06-01, high: 2024-06-02, weekdays: true}}", "7:11", "no Monday to Friday"),
        ("x: {date: {low: 1 + 1, high: 2024-06-02}}", "7:18", "a day is expected"),
        ("x: {date: {low: 2020-01-01, high: 2020-02-01}, format: '%Y'}", "7:7", "does not tell"),
        ("x: {constant: 1, format: '%Y'}", "7:7", "a format is for dates"),
        ("x: {constant: a, decimals: 2}", "7:7", "decimals are for numbers"),
        ("x: {constant: a, kind: number}", "7:7", "cannot be number"),
        ("x: {constant: a, kind: numbr}", "7:24", "did you mean 'number'"),
        ("x: {constant: 1, missing: 2}", "7:7", "from 0 to 1"),
        ("x: {constant: 1, missing: \"'a'\"}", "7:24", "a number is expected"),
        ("x: {person: emial}", "7:11", "'email'"),
        ("x: {person: name, unique: true}", "7:25", "cannot be unique"),
        ("x: {person: {part: name, gender: sex}}", "7:11", "no such column"),
        ("x: {reference: y}", "7:7", "belongs_to"),
        ("x: {sequence: {width: 5}, kind: integer}", "7:7", "not integer"),
        ("y: {constant: 1}\nx: {sql: y, unique: true}", "8:19", "cannot be made unique"),
        ("parent.x: {constant: 1}", "4:3", "parent.something"),
        ('"a\\nb": {constant: 1}', "4:3", "cannot be seen"),
        ('x: {constant: "a\\0b"}', "7:11", "cannot be printed"),
        ('x: {choice: [a, "\\e"]}', "7:23", "cannot be printed"),
        ('x: {when: 1 = 1, then: {template: "\\x7f"}, else: {constant: a}}', "7:31", "cannot be printed"),
        ('"a\\0b": {constant: 1}', "6:5", "cannot be printed"),
        ("x: {mixture: [{weight: 1e308, constant: 1}, {weight: 1e308, constant: 2}]}", "7:22", "1e100"),
        ("x: {choice: {a: 1e308, b: 1e308}}", "7:20", "1e100"),
        ("x: {histogram: {edges: [0, 1], weights: [1e300]}}", "7:48", "1e100"),
        ("x: {uniform: {low: -1e308, high: 1e308}}", "7:21", "1e100"),
        ("x: {whole: {low: 0, high: 1e60}}", "7:11", "up to which whole numbers are exact"),
        ("x: {whole: {low: 0, high: 1e300}}", "7:27", "1e100"),
        ("x: {lognormal: {median: 1, sigma: 900}}", "7:11", "gives numbers beyond"),
        ("x: {pareto: {least: 1, shape: 0.001}}", "7:11", "gives numbers beyond"),
        ("x: {geometric: {chance: 1.0e-300}}", "7:11", "chance is below"),
    ],
)
def test_says_where_and_what(tmp_path: Path, columns: str, place: str, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        fitted(tmp_path, book(columns))
    assert f"book.yaml:{place}: " in str(caught.value)
    assert words in str(caught.value)


def test_what_becomes_infinite_in_a_row_is_an_error_that_counts(tmp_path: Path) -> None:
    wide = "z: {constant: 1}\nx: {uniform: {low: z * -1.0e308, high: z * 1.0e308}}"
    with pytest.raises(BackendError, match=r"table t, column x: 50 of 50 values are larger than any number\."):
        made(tmp_path, book(wide))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (book("x: {constant: 1}", rows=-5), "a number of at least 0 is expected"),
        (book("x: {constant: 1}", rows="many"), "a whole number is expected"),
        (book("x: {constant: 1}").replace("version: 1", "version: 2"), "known is 1"),
        (book("x: {constant: 1}").replace("  t:", "  '../t':"), "a name begins with"),
        (book("x: {constant: 1}", head="locale: en_UX\n"), "known are: en_US, en_GB"),
        (book("x: {constant: 1}\nx: {constant: 2}"), "stands twice in one place"),
        (book("x: {constant: 1}", rest="    expect: ['x + 1']\n"), "true or false"),
        (book("x: {constant: 1}", rest="    expect: [{that: x = 1, rate: 0}]\n"), "a number above 0"),
        (book("k: {sequence: {}}", rest=CHILD.replace("table: t", "table: zz")), "no such table"),
        (
            book("k: {sequence: {}}", rest=CHILD.replace("{reference: k}", "{constant: 1}")),
            "one column with 'reference', not 0",
        ),
        (book("k: {sequence: {}}", rest=CHILD.replace("{reference: k}", "{reference: zz}")), "has no such column"),
        (
            book("k: {sequence: {}}", rest=CHILD.replace("constant: 1", "constant: many")),
            "a number of rows is expected",
        ),
        (book("k: {sequence: {}}", rest=CHILD.replace("constant: 1", "sequence: {}")), "a number of rows is expected"),
        (book("k: {sequence: {}}", rest=CHILD.replace("constant: 1", "poisson: {mean: parent.zz}")), "no such column"),
        (book("k: {constant: 1}", rest=CHILD), "a key must be"),
        (book("k: {sequence: {}, missing: 0.1}", rest=CHILD), "a key must be"),
        (
            book("k: {sequence: {}}", rest=CHILD.replace("{reference: k}", "{reference: k, missing: 0.1}")),
            "belong to nobody",
        ),
        (CHILD.join(("version: 1\nname: t\ntables:\n", "")).replace("table: t", "table: c"), "circle: c -> c"),
        ("a: &a [x]\nb: [*a, *a]\n", "aliases are not allowed"),
        ("version: !!python/object/apply:os.system ['id']\n", "not valid YAML"),
        ("a: " + "[" * 5000 + "]" * 5000, "nested more than"),
        (book("x: " + "{mixture: [{weight: 1, " * 40 + "constant: 1" + "}]}" * 40), "nested more than"),
        ("- 1\n", "a mapping"),
        ("", "a mapping"),
    ],
)
def test_refuses_a_book_that_cannot_be_meant(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        fitted(tmp_path, text)


def test_tells_many_problems_at_once_but_not_all() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_rulebook(book("\n".join(f"x{at}: {{constnt: 1}}" for at in range(30))), "b.yaml")
    assert str(caught.value).count("did you mean") == 10
    assert "and 20 more" in str(caught.value)
    assert caught.value.line == 7


def test_no_message_repeats_a_value(tmp_path: Path) -> None:
    for columns in (
        "x: {choice: {Zanzibar: Zanzibar}}",
        "x: {constant: [Zanzibar]}",
        'x: {sql: "Zanzibar + 1"}',
        "x: {sql: \"'Zanzibar' > 1\"}",
        "x: {uniform: {low: [Zanzibar], high: 1}}",
    ):
        with pytest.raises(PolicyError) as caught:
            fitted(tmp_path, book(columns))
        assert "Zanzibar" not in str(caught.value).replace("choice.Zanzibar", "")


def test_a_file_that_is_not_there_or_not_text_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot read"):
        read_rulebook(tmp_path / "none.yaml")
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError, match="not UTF-8"):
        read_rulebook(tmp_path / "a.yaml")
    (tmp_path / "a.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(PolicyError, match="larger than"):
        read_rulebook(tmp_path / "a.yaml")
