"""A rulebook as a text that people read: short ways on one line, longer ones in blocks, and the reasons behind `#`."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from privsynth.errors import visible
from privsynth.plainyaml import quoted

WIDTH = 118


def lines_of(content: Mapping[str, Any], comments: Mapping[tuple[str, ...], str], indent: int = 0) -> Iterator[str]:
    """A mapping as lines of YAML; a comment stands above the word that its path leads to."""
    yield from _mapping(content, comments, (), indent)


def _mapping(
    content: Mapping[Any, Any], comments: Mapping[tuple[str, ...], str], path: tuple[str, ...], indent: int
) -> Iterator[str]:
    for key, value in content.items():
        here = (*path, str(key))
        if here in comments:
            yield from commented(comments[here], indent)
        flow = f"{' ' * indent}{_scalar(key)}: {_flow(value)}"
        if _is_short(value, flow, comments, here):
            yield flow
            continue
        yield f"{' ' * indent}{_scalar(key)}:"
        if isinstance(value, Mapping):
            yield from _mapping(value, comments, here, indent + 2)
        else:
            yield from _items(value, indent + 2)


def commented(words: str, indent: int) -> Iterator[str]:
    pad = " " * indent + "# "
    yield from (pad + line for line in textwrap.wrap(visible(words), WIDTH - len(pad), break_long_words=False))


def _items(content: Sequence[Any], indent: int) -> Iterator[str]:
    for item in content:
        flow = f"{' ' * indent}- {_flow(item)}"
        if len(flow) <= WIDTH or not isinstance(item, Mapping):
            yield flow
            continue
        first, *rest = _mapping(item, {}, (), indent + 2)
        yield f"{' ' * indent}- {first.lstrip()}"
        yield from rest


def _is_short(value: Any, flow: str, comments: Mapping[tuple[str, ...], str], here: tuple[str, ...]) -> bool:
    if not isinstance(value, Mapping | list):
        return True
    holds_comment = any(path[: len(here)] == here and path != here for path in comments)
    if holds_comment or any(word in value for word in ("by", "when", "mixture")):
        return False
    return len(flow) <= WIDTH or (isinstance(value, list) and not any(isinstance(item, Mapping) for item in value))


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return np.format_float_positional(float(value), trim="0")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return quoted(str(value))
