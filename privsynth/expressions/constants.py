"""The constants that an expression names: numbers as such, texts and days as texts."""

from __future__ import annotations

from privsynth.expressions.grammar import parse


def constants_in(expression: str) -> list[float | str]:
    """In the order of the expression, each once."""
    from sqlglot import exp

    nodes = parse(expression).find_all(exp.Literal, bfs=False)
    return list(dict.fromkeys(str(node.this) if node.is_string else float(node.this) for node in nodes))
