"""Which SQL may stand in an expression: scalars only, from a list. What is not listed is refused.

Nothing here reads a table, a file, a setting or a clock, and nothing can grow a text without bound.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from privsynth.errors import PolicyError

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST = 4_000  # characters of one expression
MOST_TOKENS = 1_000
MOST_NODES = 600
DEEPEST = 60  # brackets, CASEs and the like inside one another
LONGEST_TEXT = 100_000  # what a text may grow to, if a column's texts have 100 characters
COLUMN_TEXT = 100
LONGEST_PAD = 1_000

LIKE = 0.7  # how alike a name must be to be what was meant: one other letter of three is not
CLOCKS = ("now", "today", "current_date", "current_timestamp", "current_time", "getdate", "sysdate", "age")

FUNCTIONS = frozenset(
    """
    abs cast ceil ceiling coalesce concat contains date_add date_diff date_trunc datediff day dayofweek dayofyear
    ends_with exp extract floor greatest hour if ifnull isodow last_day least left length ln log10 lower lpad minute
    mod month nullif pow power quarter regexp_extract regexp_matches regexp_replace replace right round rpad second
    sign split_part sqrt starts_with strftime strpos substr substring to_days trim trunc try_cast upper week year
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_BEFORE_BRACKET = frozenset(
    """
    and or not in case when then else between like ilike is as interval from end distinct year month day hour minute
    """.split()  # noqa: SIM905 - as above
)
_NODES = """
    Paren Literal Boolean Null Column Identifier And Or Not EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Between In Is
    Like ILike Case If Coalesce Nullif Add Sub Mul Div IntDiv Mod Neg Pow Abs Round Floor Ceil Sqrt Exp Ln Log
    Greatest Least Sign Trunc Upper Lower Trim Length Substring Left Right Concat DPipe Replace RegexpLike
    RegexpExtract RegexpReplace StartsWith EndsWith Contains StrPosition Pad SplitPart Cast TryCast DataType Extract
    Year Month Quarter Week Day DayOfWeek DayOfWeekIso DayOfYear Hour Minute Second DateDiff DateAdd TimestampTrunc
    DateTrunc Interval ToDays Var LastDay TimeToStr
"""
_TYPES = frozenset(["INT", "BIGINT", "DOUBLE", "FLOAT", "TEXT", "VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN"])
_READ_AS = {"TIMESTAMPNTZ": "TIMESTAMP"}  # what the parser calls a type that is written otherwise
_UNITS = frozenset(
    f"{unit}{s}" for unit in ("SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR") for s in ("", "S")
)


@cache
def parse(text: str) -> exp.Expr:
    """The checked tree of an expression; do not change it."""
    if len(text) > LONGEST:
        raise PolicyError(
            f"an expression has {len(text)} characters; at most {LONGEST} are allowed.",
            hint="split it over several columns",
        )
    _check_tokens(text)
    tree = _tree(text)
    _check_nodes(tree, text)
    if _growth(tree) > LONGEST_TEXT:
        raise PolicyError(
            "an expression could make texts without bound.",
            hint="replace texts by shorter ones, and fewer of them inside one another",
        )
    return tree


def refuse(text: str, at: int, problem: str, hint: str = "") -> PolicyError:
    """An error that says where, and never repeats what stands there: it may be somebody's name."""
    line = text.count("\n", 0, at) + 1
    place = f"character {at - (text.rfind(chr(10), 0, at) + 1) + 1}" + (f" of line {line}" if "\n" in text else "")
    return PolicyError(f"expression, {place}: {problem}", hint=hint)


def _check_tokens(text: str) -> None:
    """The first wall: names in front of a bracket, and how many brackets there are."""
    tokens = _tokens(text)
    if not tokens:
        raise PolicyError("an expression is empty.")
    if len(tokens) > MOST_TOKENS:
        raise PolicyError(
            f"an expression has {len(tokens)} words and signs; at most {MOST_TOKENS} are allowed.",
            hint="split it over several columns",
        )
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth > DEEPEST:
            raise refuse(text, token.start, f"more than {DEEPEST} brackets are open.", "split it over several columns")
        if following is not None and following.text == "(" and re.match(r"\w", token.text):
            _check_name(text, token)


def _tokens(text: str) -> list[Any]:
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return list(sqlglot.tokenize(text, dialect="duckdb"))
    except SqlglotError:
        raise PolicyError(
            "an expression cannot be read: a quotation mark or a comment does not end.",
            hint="text goes in 'single quotes', odd column names in \"double quotes\"",
        ) from None


def _check_name(text: str, token: Any) -> None:
    name = token.text.lower()
    if name in FUNCTIONS and token.token_type.name != "IDENTIFIER":
        return
    if name not in _BEFORE_BRACKET:
        near = get_close_matches(name, FUNCTIONS, n=1, cutoff=LIKE)
        hint = f"did you mean {near[0]}()?" if near else f"allowed are: {', '.join(sorted(FUNCTIONS))}"
        if name in CLOCKS:
            hint = (
                "nothing here knows what time it is, so that rows come out the same: write a day, as DATE '2024-12-31'"
            )
        raise refuse(text, token.start, "this function is not allowed.", hint)


def _tree(text: str) -> exp.Expr:
    import sqlglot
    from sqlglot.errors import SqlglotError

    log = logging.getLogger("sqlglot")
    before, log.disabled = log.disabled, True  # it would print statements that it cannot read
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
    except RecursionError:
        raise PolicyError("an expression is nested too deeply.", hint="split it over several columns") from None
    except SqlglotError as error:
        place: Mapping[str, Any] = next(iter(getattr(error, "errors", None) or ()), {})
        raise PolicyError(
            f"an expression is not valid SQL, near character {place.get('col', 1)} of line {place.get('line', 1)}.",
            hint="see rules/README.md for what is allowed",
        ) from None
    finally:
        log.disabled = before
    if len(trees) != 1:
        raise PolicyError("an expression must be one SQL expression, without semicolons.")
    return trees[0]


@cache
def _allowed() -> frozenset[type]:
    from sqlglot import exp

    return frozenset(getattr(exp, name) for name in _NODES.split() if hasattr(exp, name))


def _check_nodes(tree: exp.Expr, text: str) -> None:
    """The second wall: each node of the tree must be of a listed type."""
    from sqlglot import exp

    for count, node in enumerate(tree.walk()):
        if type(node) not in _allowed():
            raise refuse(
                text,
                _start(node),
                "this is not allowed in an expression.",
                "allowed are columns, values, arithmetic, comparisons, CASE and listed functions",
            )
        _check_parts(node, text)
        if node.depth > 2 * DEEPEST or count > MOST_NODES:
            raise PolicyError("an expression is too large.", hint="split it over several columns")
        if isinstance(node, exp.Column) and (node.args.get("db") or not isinstance(node.this, exp.Identifier)):
            raise refuse(text, _start(node), "a column is written name or parent.name.")


def _check_parts(node: exp.Expr, text: str) -> None:
    from sqlglot import exp

    if isinstance(node, exp.In) and not node.expressions:
        raise refuse(text, _start(node), "IN takes a list of values in brackets.")
    if isinstance(node, exp.DataType) and not _is_allowed(node):
        raise refuse(text, _start(node), "this type is not allowed.", f"allowed are: {', '.join(sorted(_TYPES))}")
    if isinstance(node, exp.Var) and node.name.upper() not in _UNITS:
        raise refuse(
            text,
            _start(node),
            "this unit of time is not allowed.",
            "allowed are: second, minute, hour, day, week, month, quarter, year",
        )
    pattern = node.expression if isinstance(node, exp.RegexpLike | exp.RegexpExtract | exp.RegexpReplace) else None
    if pattern is not None and not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise refuse(text, _start(node), "a regular expression must be a text in 'single quotes'.")
    if isinstance(node, exp.Pad) and not _is_count(node.expression, LONGEST_PAD):
        raise refuse(text, _start(node), f"the length to fill up to must be a number up to {LONGEST_PAD}.")


def _is_allowed(kind: exp.DataType) -> bool:
    name = _READ_AS.get(kind.this.name, kind.this.name)
    return name in _TYPES and not kind.expressions and not kind.args.get("nested")


def _is_count(node: Any, most: int) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit() and int(node.name) <= most


def _start(node: exp.Expr) -> int:
    """Where the node begins, as far as the parser remembers: at its first named part."""
    return min((part.meta["start"] for part in node.walk() if "start" in part.meta), default=0)


def _growth(node: Any) -> int:
    """The longest text that can come out, if the columns' texts have `COLUMN_TEXT` characters."""
    from sqlglot import exp

    if isinstance(node, exp.Literal):
        return len(node.name)
    if isinstance(node, exp.Column):
        return COLUMN_TEXT
    parts = [_growth(part) for part in node.iter_expressions()]
    if isinstance(node, exp.Replace | exp.RegexpReplace):
        new = node.args.get("replacement")
        return (_growth(node.this) + 1) * max(1, _growth(new) if new is not None else 0)
    if isinstance(node, exp.Pad):
        return max(sum(parts), LONGEST_PAD)
    return sum(parts)


def bare(node: Any) -> Any:
    """Without the brackets around it."""
    from sqlglot import exp

    while isinstance(node, exp.Paren):
        node = node.this
    return node
