"""What may stand before or behind the digits of a number: currencies, percent, units of measure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

BLANK = "[ \u00a0\u202f]"


@cache
def _registry() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "units.toml").read_text("utf-8"))


def currencies() -> list[str]:
    return _registry()["currencies"]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def before() -> str:
    """A pattern of what may stand before the digits, with the blank between."""
    return rf"(?:{_any(currencies())}){BLANK}?"


@cache
def behind() -> str:
    """A pattern of what may stand behind the digits, with the blank between."""
    registry = _registry()
    return rf"{BLANK}?(?:{_any([*registry['units'], *currencies()])})|{BLANK}(?:{_any(registry['apart'])})"
