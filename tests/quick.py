"""Which of many cases run by default; the others are slow tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def quick_if(is_quick: Callable[[Any], bool], cases: Iterable[Any]) -> list[Any]:
    """All these cases, with those that are not quick marked slow. A case of several values is a tuple."""
    return [case if is_quick(case) else slow(*(case if isinstance(case, tuple) else (case,))) for case in cases]


def slow(*values: object) -> Any:
    """A case of a parametrised test that is a slow test."""
    return pytest.param(*values, marks=pytest.mark.slow)
