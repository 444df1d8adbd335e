"""The flags that say how files are read, put on every verb that reads files: one for each option of `read:`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

from privsynth.cli import flags
from privsynth.options import LAYOUT, ReadPolicy

TAB = {"\\t": "\t", "tab": "\t"}
FIRST = ("encoding", "delimiter", "header", "on_ragged", "accept")  # what every help shows; that of inspect shows all
NAMES = {"header": ("--header/--no-header",), "accept": ("--accept-reading",)}
MORE = " All flags of reading: privsynth inspect --help."


def reads_files(verb: Callable[..., int], *, shown: tuple[str, ...] = FIRST) -> Callable[..., int]:
    """The verb with the flags of reading; what they say comes to it as `read`, changes of the policy."""
    own = inspect.signature(verb, eval_str=True)
    mine = {name: _flag(name, is_shown=name in shown, is_short=shown == FIRST) for name in LAYOUT}

    @wraps(verb)
    def reading(*args: Any, **given: Any) -> int:
        asked = {name: given.pop(f"read_{name}", None) for name in mine}
        return verb(*args, read=changes_of(asked), **given)

    parameters = [one for name, one in own.parameters.items() if name != "read"]
    signature = own.replace(parameters=[*parameters, *mine.values()])
    reading.__signature__ = signature  # type: ignore[attr-defined]
    reading.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return reading


def reads_files_of_all_kinds(verb: Callable[..., int]) -> Callable[..., int]:
    """The same with all of the flags in its help."""
    return reads_files(verb, shown=LAYOUT)


def changes_of(asked: Mapping[str, object]) -> dict[str, object]:
    """How files are read, as changes of a policy. `tab` and backslash-t are a tab."""
    said = {name: value for name, value in asked.items() if value is not None}
    if "delimiter" in said:
        said["delimiter"] = TAB.get(str(said["delimiter"]), said["delimiter"])
    return {f"read.{name}": value for name, value in said.items()}


def _flag(name: str, *, is_shown: bool, is_short: bool) -> inspect.Parameter:
    kind = _kind(name)
    more = MORE if name == "accept" and is_short else ""
    option = typer.Option(
        *NAMES.get(name, (f"--{name.replace('_', '-')}",)),
        help=f"{flags.help_of(ReadPolicy, name)}{more}",
        show_default=False,
        hidden=not is_shown,
        metavar=None if kind is bool else _metavar(name),
    )
    annotation: Any = Annotated[kind | None, option]
    return inspect.Parameter(f"read_{name}", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _kind(name: str) -> type:
    default = ReadPolicy.model_fields[name].default
    return bool if isinstance(default, bool) else int if name == "table" or isinstance(default, int) else str


def _metavar(name: str) -> str:
    words = {"on_ragged": "refuse|drop|pad|merge", "escape": "doubled|backslash|none|quote", "quote": "\"|'|none"}
    return words.get(name, "N" if _kind(name) is int else "TEXT")
