"""What is true of an engine stands in its record: no other code asks an engine for its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from privsynth.engines import ENGINES, ONLY_SOME, EngineName
from privsynth.options import ModelOptions

PACKAGE = Path(__file__).parents[1] / "privsynth"
ELSEWHERE = {"auto"}  # also a backend, a shape of tokens and a language model: counts only beside the word engine


def compared(tree: ast.AST) -> Iterator[ast.expr | ast.MatchValue]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.MatchValue):
            yield node


def names_compared(source: str) -> set[str]:
    """The engines whose names this code compares with something."""
    lines, named = source.splitlines(), set[str]()
    for node in compared(ast.parse(source)):
        words = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)} & set(ENGINES)
        named |= words if "engine" in lines[node.lineno - 1].lower() else words - ELSEWHERE
    return named


@pytest.mark.parametrize(
    "code",
    [
        'if options.engine == "auto": pass',
        'if name != "copula": pass',
        'blind = name in ("dp", "other")',
        'match name:\n    case "trees" | "other": pass',
    ],
)
def test_a_comparison_with_the_name_of_an_engine_is_found(code: str) -> None:
    assert names_compared(code)


def test_nothing_in_the_package_compares_the_name_of_an_engine() -> None:
    found = {str(path): names for path in PACKAGE.rglob("*.py") if (names := names_compared(path.read_text("utf-8")))}
    assert not found, "ask its record in privsynth/engines.py"


def test_each_engine_that_can_be_named_has_one_record() -> None:
    assert set(ENGINES) == set(get_args(EngineName))


@pytest.mark.parametrize("name", ENGINES)
def test_each_engine_says_how_it_is_made_and_what_it_takes(name: str) -> None:
    home = import_module(f"privsynth.generate.model.{ENGINES[name].home}")
    assert callable(home.make)
    assert callable(home.foresee)


def test_options_of_some_engines_are_options_of_a_model() -> None:
    assert set(ONLY_SOME) < set(ModelOptions.model_fields)
