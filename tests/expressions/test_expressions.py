from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth import expressions
from privsynth.dataset import Kind
from privsynth.errors import BackendError, PolicyError
from privsynth.expressions import check_columns, compile_condition, names_in
from privsynth.expressions.grammar import FUNCTIONS

compile_ = expressions.compile_expression
KINDS = {
    "a": Kind.NUMBER,
    "n": Kind.INTEGER,
    "s": Kind.TEXT,
    "d": Kind.DATE,
    "b": Kind.BOOLEAN,
    'odd "name': Kind.NUMBER,
    "parent.d": Kind.DATE,
}
NAN, NAT = np.nan, np.datetime64("NaT")


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "a": [1.5, 0.0, NAN, -4.0],
            "n": [1.0, 2.0, NAN, 0.0],
            "s": pd.Series(["ab-c", None, "5", "x y"], dtype=object),
            "d": np.array(["2020-01-31", "NaT", "2021-02-03", "2020-12-31"], dtype="datetime64[us]"),
            "b": pd.Series(["true", "false", None, "true"], dtype=object),
            'odd "name': [1.0, 2.0, 3.0, 4.0],
            "parent.d": np.array(["2019-01-31", "NaT", "2019-02-03", "2020-12-31"], dtype="datetime64[us]"),
        }
    )


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("a + n", "number", [2.5, 2, NAN, -4]),
        ("n * 2", "integer", [2, 4, NAN, 0]),
        ("a / n", "number", [1.5, 0, NAN, NAN]),
        ("n // n", "integer", [1, 1, NAN, NAN]),
        ("a % n", "number", [0.5, 0, NAN, NAN]),
        ("-a", "number", [-1.5, 0, NAN, 4]),
        ("a ^ 2", "number", [2.25, 0, NAN, 16]),
        ("abs(a)", "number", [1.5, 0, NAN, 4]),
        ("sign(a)", "integer", [1, 0, NAN, -1]),
        ("ceil(a) + ceiling(a)", "number", [4, 0, NAN, -8]),
        ("floor(a)", "number", [1, 0, NAN, -4]),
        ("trunc(a)", "number", [1, 0, NAN, -4]),
        ("round(a + 0.26, 1)", "number", [1.8, 0.3, NAN, -3.7]),
        ("exp(a * 0)", "number", [1, 1, NAN, 1]),
        ("ln(exp(n))", "number", [1, 2, NAN, 0]),
        ("log10(n * 10)", "number", [1, 1.301029995663981, NAN, NAN]),
        ("sqrt(n)", "number", [1, 1.4142135623730951, NAN, 0]),
        ("power(n, 2) + pow(n, 2)", "number", [2, 8, NAN, 0]),
        ("mod(n, 2)", "integer", [1, 0, NAN, 0]),
        ("greatest(a, n)", "number", [1.5, 2, NAN, 0]),
        ("least(a, n)", "number", [1, 0, NAN, -4]),
        ("coalesce(a, 7)", "number", [1.5, 0, 7, -4]),
        ("nullif(n, 2)", "integer", [1, NAN, NAN, 0]),
        ("if(a > 0, 1, 2)", "integer", [1, 2, 2, 2]),
        ("CASE WHEN a > 0 THEN 1.5 ELSE 2 END", "number", [1.5, 2, 2, 2]),
        ("length(s)", "integer", [4, NAN, 1, 3]),
        ("strpos(s, '-')", "integer", [3, NAN, 0, 0]),
        ("CAST(s AS DOUBLE)", "number", [NAN, NAN, 5, NAN]),
        ("try_cast(s as int)", "integer", [NAN, NAN, 5, NAN]),
        ("year(d) * 100 + month(d)", "integer", [202001, NAN, 202102, 202012]),
        ("quarter(d) * 1000 + dayofyear(d)", "integer", [1031, NAN, 1034, 4366]),
        ("extract(day from d) + day(d)", "integer", [62, NAN, 6, 62]),
        ("isodow(d) * 10 + dayofweek(d)", "integer", [55, NAN, 33, 44]),
        ("week(d)", "integer", [5, NAN, 5, 53]),
        ("hour(d) + minute(d) + second(d)", "integer", [0, NAN, 0, 0]),
        ("date_diff('day', parent.d, d)", "integer", [365, NAN, 731, 0]),
        ("datediff('month', parent.d, d)", "integer", [12, NAN, 24, 0]),
        ('"odd ""name" * 2', "number", [2, 4, 6, 8]),
    ],
)
def test_numbers_come_out_as_worked_out_by_hand(rows: pd.DataFrame, text: str, kind: str, wanted: list[float]) -> None:
    made = compile_(text, KINDS)
    assert made.kind == kind
    np.testing.assert_allclose(made.evaluate(rows), np.array(wanted, dtype=float), atol=1e-12)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("upper(s) || lower(s)", ["AB-Cab-c", None, "55", "X Yx y"]),
        ("concat(s, '!')", ["ab-c!", "!", "5!", "x y!"]),
        ("left(s, 2) || right(s, 1)", ["abc", None, "55", "x y"]),
        ("substr(s, 2) || substring(s, 1, 1)", ["b-ca", None, "5", " yx"]),
        ("trim(s || ' ')", ["ab-c", None, "5", "x y"]),
        ("lpad(s, 5, '0') || rpad(s, 5, '.')", ["0ab-cab-c.", None, "000055....", "00x yx y.."]),
        ("replace(s, '-', '_')", ["ab_c", None, "5", "x y"]),
        ("regexp_extract(s, '([a-z]+)', 1)", ["ab", None, "", "x"]),
        ("regexp_replace(s, '[a-z]', '*')", ["*b-c", None, "5", "* y"]),
        ("split_part(s, '-', 1)", ["ab", None, "5", "x y"]),
        ("ifnull(s, 'none')", ["ab-c", "none", "5", "x y"]),
        ("strftime(d, '%d.%m.%y')", ["31.01.20", None, "03.02.21", "31.12.20"]),
        ("s || n", ["ab-c1", None, None, "x y0"]),
        ("CASE n WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", ["one", "two", None, None]),
        ("NULL", [None] * 4),
    ],
)
def test_texts_come_out_as_worked_out_by_hand(rows: pd.DataFrame, text: str, wanted: list[str | None]) -> None:
    made = compile_(text, KINDS)
    assert made.kind is Kind.TEXT
    assert list(made.evaluate(rows)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted", "timed"),
    [
        ("d + INTERVAL 1 MONTH", ["2020-02-29", NAT, "2021-03-03", "2021-01-31"], True),
        ("d - INTERVAL (n) DAY", ["2020-01-30", NAT, NAT, "2020-12-31"], True),
        ("d + to_days(n)", ["2020-02-01", NAT, NAT, "2020-12-31"], True),
        ("date_add(d, INTERVAL 1 DAY)", ["2020-02-01", NAT, "2021-02-04", "2021-01-01"], True),
        ("CAST(d AS DATE) + 1", ["2020-02-01", NAT, "2021-02-04", "2021-01-01"], False),
        ("date_trunc('month', d)", ["2020-01-01", NAT, "2021-02-01", "2020-12-01"], True),
        ("last_day(d)", ["2020-01-31", NAT, "2021-02-28", "2020-12-31"], False),
        ("least(d, DATE '2020-06-01')", ["2020-01-31", "2020-06-01", "2020-06-01", "2020-06-01"], True),
        ("least(d, TIMESTAMP '2020-06-01 12:30:00')", ["2020-01-31", *["2020-06-01T12:30"] * 3], True),
        ("CAST(CAST(d AS DATE) AS TIMESTAMP)", ["2020-01-31", NAT, "2021-02-03", "2020-12-31"], True),
    ],
)
def test_dates_come_out_as_worked_out_by_hand(rows: pd.DataFrame, text: str, wanted: list[Any], timed: bool) -> None:
    made = compile_(text, KINDS)
    assert (made.kind, made.has_time) == (Kind.DATE, timed)
    np.testing.assert_array_equal(made.evaluate(rows), np.array(wanted, dtype="datetime64[us]"))


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("a > 0", [1, 0, 0, 0], [0, 1, 0, 1]),
        ("NOT a > 0", [0, 1, 0, 1], [1, 0, 0, 0]),
        ("s = 'ab-c' OR s IN ('5')", [1, 0, 1, 0], [0, 0, 0, 1]),
        ("s NOT IN ('5', 'x y')", [1, 0, 0, 0], [0, 0, 1, 1]),
        ("a BETWEEN 0 AND 2", [1, 1, 0, 0], [0, 0, 0, 1]),
        ("a IS NULL", [0, 0, 1, 0], [1, 1, 0, 1]),
        ("a IS DISTINCT FROM n", [1, 1, 0, 1], [0, 0, 1, 0]),
        ("s LIKE 'a%' OR s ILIKE 'X%'", [1, 0, 0, 1], [0, 0, 1, 0]),
        ("regexp_matches(s, '^[a-z]')", [1, 0, 0, 1], [0, 0, 1, 0]),
        ("starts_with(s, 'a') AND ends_with(s, 'c') AND contains(s, '-')", [1, 0, 0, 0], [0, 0, 1, 1]),
        ("d > DATE '2020-06-01'", [0, 0, 1, 1], [1, 0, 0, 0]),
        ("b = 'true'", [1, 0, 0, 1], [0, 1, 0, 0]),
    ],
)
def test_unknown_neither_holds_nor_fails(rows: pd.DataFrame, text: str, true: list[int], false: list[int]) -> None:
    made = compile_condition(text, KINDS)
    assert list(made.holds(rows)) == [bool(v) for v in true]
    assert list(made.fails(rows)) == [bool(v) for v in false]


def test_truth_values_are_stored_as_words(rows: pd.DataFrame) -> None:
    assert list(compile_("a > 0", KINDS).evaluate(rows)) == ["true", "false", None, "false"]


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("1 / n", [0, 0, 0, 1]),
        ("ln(a)", [0, 1, 0, 1]),
        ("sqrt(a)", [0, 0, 0, 1]),
        ("exp(a * 1000)", [1, 0, 0, 0]),
        ("a + n", [0, 0, 0, 0]),
    ],
)
def test_arithmetic_without_an_answer_is_missing_and_counted(rows: pd.DataFrame, text: str, lost: list[int]) -> None:
    made = compile_(text, KINDS)
    assert list(made.undefined(rows)) == [bool(v) for v in lost]
    assert np.isnan(made.evaluate(rows)[np.array(lost, dtype=bool)]).all()


ATTACKS = [
    "read_csv('/etc/passwd')",
    "\"read_csv\"('/etc/passwd')",
    "main.read_csv('x')",
    "parquet_scan('x')",
    "COPY t TO 'x'",
    "ATTACH 'x.db'",
    "INSTALL httpfs",
    "LOAD 'x'",
    "PRAGMA version",
    "SET threads = 4",
    "(SELECT 1)",
    "EXISTS(SELECT 1)",
    "a IN (SELECT 1)",
    "a = (FROM rows_)",
    "WITH q AS (SELECT 1) SELECT 1",
    "VALUES (1)",
    "query('select 1')",
    "list_transform(s, x -> x)",
    "lambda x: x",
    "getenv('HOME')",
    "getvariable('x')",
    "current_setting('threads')",
    "current_date",
    "now()",
    "random()",
    "uuid()",
    "a; DROP TABLE t",
    "a, n",
    "a AS x",
    "a[1]",
    "[1, 2]",
    "{'a': 1}",
    "?",
    "$1",
    ":x",
    "*",
    "columns('a')",
    "count(*)",
    "sum(a)",
    "sum(a) OVER ()",
    "a OVER ()",
    "rows_",
    "c0",
    "x.y.a",
    "s.lower()",
    "s COLLATE nocase",
    "d AT TIME ZONE 'UTC'",
    "CAST(a AS DECIMAL(10, 2))",
    "CAST(a AS JSON)",
    "CAST(a AS STRUCT(x INT))",
    "extract(epoch FROM d)",
    "date_trunc('decade', d)",
    "repeat('a', 1000000000)",
    "lpad(s, 1000000000, 'x')",
    "lpad(s, n, 'x')",
    "regexp_matches(s, s)",
    "regexp_matches(s, '(')",
    "regexp_matches(s, 'a{1000}{1000}')",
    "replace(" * 8 + "s" + ", 'a', 'aaaaaaaa')" * 8,
    "(" * 200 + "a" + ")" * 200,
    "NOT " * 900 + "b = 'true'",
    "- " * 900 + "a",
    "a" + " + a" * 400,
    "CASE WHEN a > 1 THEN " * 60 + "1" + " END" * 60,
    "'" + "x" * 10_000 + "'",
    "'not closed",
    "/* not closed",
    "a +",
    "",
    "  -- nothing",
]


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_refuses_all_that_is_no_listed_scalar(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PolicyError):
        compile_(text, KINDS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        's = 5',
        "a = 'x'",
        "a IN (1, 'x')",
        "a BETWEEN 1 AND 'x'",
        "coalesce(a, 'x')",
        "CASE WHEN a > 0 THEN 1 ELSE 'x' END",
        "CASE a WHEN 'x' THEN 1 END",
        "if(a > 0, 1, 'x')",
        "d > '2020-01-01'",
        'a + s',
        'NOT a',
        'a AND n',
        'CASE WHEN a THEN 1 END',
        'b AND a > 0',
        'd - d',
        'INTERVAL 3 DAY',
        "DATE '2020-13-01'",
        '2147483647 * 2',
        "strftime(d, '%Q')",
        'upper(a, n)',
    ],
)  # fmt: skip
def test_types_are_checked_before_data_is_touched(text: str) -> None:
    with pytest.raises(PolicyError):
        compile_(text, KINDS)


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(PolicyError, match="true or false"):
        compile_condition("a + 1", KINDS)


def test_an_unknown_column_is_told_by_its_place_and_never_repeated() -> None:
    with pytest.raises(PolicyError) as caught:
        compile_('s = "Miller-Zanzibar"', KINDS)
    assert "Zanzibar" not in str(caught.value)
    assert "character 5" in str(caught.value)
    assert "single quotes" in str(caught.value)


def test_a_misspelt_column_or_function_gets_a_suggestion() -> None:
    with pytest.raises(PolicyError, match="did you mean 'income'"):
        check_columns("incom + 1", ["income", "age"])
    with pytest.raises(PolicyError, match=r"did you mean round\(\)"):
        compile_("rund(a)", KINDS)


def test_the_place_counts_lines() -> None:
    with pytest.raises(PolicyError, match="character 3 of line 2"):
        compile_("a +\n  nope", KINDS)


def test_errors_at_run_time_hold_no_value() -> None:
    made = compile_("n * 9223372036854775807", KINDS)
    with pytest.raises(BackendError) as caught:
        made.evaluate(pd.DataFrame({"n": [424242.0]}))
    assert "424242" not in str(caught.value)
    with pytest.raises(BackendError, match="column 'n'"):
        compile_("n + 1", KINDS).evaluate(pd.DataFrame({"n": [1.5]}))


def test_no_expression_can_see_a_python_variable_or_a_file() -> None:
    from duckdb import Error

    from privsynth.expressions.sandbox import _connection

    secret = pd.DataFrame({"x": [1]})
    for text in (
        "SELECT * FROM secret",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SET threads = 2",
        "COPY (SELECT 1) TO '/tmp/privsynth.x'",
        "INSTALL httpfs",
        "ATTACH '/tmp/privsynth.db'",
    ):
        with pytest.raises(Error):
            _connection().sql(text).fetchall()
    assert len(secret) == 1


def test_threads_share_one_database_and_none_of_its_rows() -> None:
    from privsynth.expressions.sandbox import _database

    twice = compile_("2 * n", KINDS)

    def asked(number: int) -> list[float]:
        return [float(twice.evaluate(pd.DataFrame({"n": [float(number)]}))[0]) for _ in range(20)]

    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(asked, range(8))] == [[2.0 * number] * 20 for number in range(8)]
    assert _database.cache_info().currsize == 1


def test_names_are_told_in_the_order_of_first_use() -> None:
    assert names_in('n + "odd ""name" + n + parent.d') == ("n", 'odd "name', "parent.d")


def test_a_quoted_name_cannot_break_out(rows: pd.DataFrame) -> None:
    nasty = 'x" FROM rows_; DROP TABLE rows_; --'
    made = compile_('"' + nasty.replace('"', '""') + '" + 1', {nasty: Kind.NUMBER})
    assert list(made.evaluate(rows.rename(columns={"a": nasty}).fillna(0))) == [2.5, 1.0, 1.0, -3.0]


def test_an_expression_without_columns_has_a_value_for_each_row(rows: pd.DataFrame) -> None:
    assert list(compile_("1 + 1", {}).evaluate(rows)) == [2.0] * 4
    assert len(compile_("1 + 1", {}).evaluate(rows.iloc[:0])) == 0


def test_every_listed_function_is_used_in_these_tests() -> None:
    from pathlib import Path

    text = Path(__file__).read_text(encoding="utf-8").lower()
    assert not [name for name in FUNCTIONS if f"{name}(" not in text]


@given(st.text(max_size=60))
def test_any_text_is_refused_or_runs(text: str) -> None:
    frame = pd.DataFrame({"a": [1.0, NAN]})
    try:
        made = compile_(text, {"a": Kind.NUMBER})
    except PolicyError as problem:
        assert problem.message  # noqa: PT017 - either way is good
        return
    assert len(made.evaluate(frame)) == 2


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6))), st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6))))
def test_arithmetic_agrees_with_numpy(left: list[float | None], right: list[float | None]) -> None:
    size = min(len(left), len(right))
    frame = pd.DataFrame({"a": np.array(left[:size], dtype=float), "n": np.array(right[:size], dtype=float)})
    made = compile_("a * n - a", {"a": Kind.NUMBER, "n": Kind.NUMBER}).evaluate(frame)
    np.testing.assert_allclose(made, frame["a"].to_numpy() * frame["n"].to_numpy() - frame["a"].to_numpy())
