"""YAML as plain data: no objects, no aliases, no surprises in size. An error says where, never what.

Size, depth, the number of parts and the digits of numbers are bounded while the text is cut into tokens, before
anything is built of them: what nests thousands deep takes minutes, and a number of a million digits an error of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from privsynth.errors import PolicyError

MAX_YAML = 2**20
MAX_DEPTH = 64
MAX_TOKENS = 200_000
MAX_NUMBER = 100  # characters
_NUMBER_LIKE = re.compile(r"[-+.\d][-+.:_\da-fA-FxXoO]*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}  # what YAML takes for something else
INVALID = "this is not valid YAML"
_SAID = (  # words of the reader; whether it is where that begins, and not where it was noticed; our words; a hint
    ("found duplicate key", False, "this word stands twice in one place", "leave out one of the two"),
    ("found character '\\t'", False, "a tab stands here", "indent with spaces"),
    ("a flow mapping", True, "a '{' opens here and is not closed", "close it with '}', with a comma between its words"),
    (
        "a flow sequence",
        True,
        "a '[' opens here and is not closed",
        "close it with ']', with a comma between its items",
    ),
    (
        "a quoted scalar",
        True,
        "a quote opens here and is not closed",
        "close it; inside '...' a quote is written twice",
    ),
    ("found '}'", False, "a '}' closes what was not opened", "leave it out"),
    ("found ']'", False, "a ']' closes what was not opened", "leave it out"),
    (
        "mapping values are not allowed",
        False,
        "a ':' stands where no name can be",
        "put a text that holds ': ' in quotes",
    ),
    ("cannot start any token", False, "a text cannot begin with this sign", "put the text in quotes"),
    ("could not find expected ':'", True, "a name stands here without ':'", "write  name: value"),
    ("a block ", False, "this line is not indented as those that it belongs to", "indent with as many spaces as they"),
)
_UNFIT = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)  # of values, in ruamel


class NoSuchDay(str):
    """A day that no calendar has, such as February 30, as it was written."""

    __slots__ = ()


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file: no objects, no aliases, no surprises in size."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_YAML + 1)  # a file of no size may have no end
    except OSError as error:
        raise PolicyError(f"cannot read {path.name}: {error.strerror}.") from None
    if len(raw) > MAX_YAML:
        raise PolicyError(f"{path.name} is larger than {MAX_YAML} bytes.")
    try:
        return parse_yaml(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError:
        raise PolicyError(f"{path.name} is not UTF-8 text.") from None


def parse_yaml(text: str, name: str) -> Any:
    """The plain content of a YAML text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _constructor()
    try:
        for number, (token, depth) in enumerate(_with_depth(yaml.scan(text))):
            _check(token, depth, number, name)
        content = yaml.load(text)
    except MarkedYAMLError as error:
        raise _explained(name, error) from None
    except (YAMLError, *_UNFIT):
        raise _invalid(name) from None
    if not isinstance(content, dict):
        raise PolicyError(f"{name}: a mapping of names to values is expected.")
    return content


def _invalid(name: str, mark: Any = None, why: str = INVALID, hint: str = "") -> PolicyError:
    place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    return PolicyError(f"{name}{place}: {why}.", hint=hint, line=mark.line + 1 if mark else None)


def _explained(name: str, error: Any) -> PolicyError:
    """What is wrong in our words: those of the reader show values, and say little to who does not know YAML."""
    said = f"{error.context or ''}: {error.problem or ''}"
    for theirs, begins_before, ours, hint in _SAID:
        if theirs in said:
            mark = error.context_mark if begins_before else error.problem_mark
            return _invalid(name, mark or error.problem_mark, f"{INVALID}: {ours}", hint)
    return _invalid(name, error.problem_mark)


@cache
def _constructor() -> Any:
    """Of plain content, in which a day that no calendar has is kept as it is written."""
    from ruamel.yaml.constructor import SafeConstructor

    class Plain(SafeConstructor):
        def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
            try:
                return super().construct_yaml_timestamp(node, values)
            except ValueError:
                return NoSuchDay(node.value)

    Plain.add_constructor("tag:yaml.org,2002:timestamp", Plain.construct_yaml_timestamp)
    return Plain


def _with_depth(tokens: Iterator[Any]) -> Iterator[tuple[Any, int]]:
    """Each token, and how many lists and mappings are open around it."""
    from ruamel.yaml import tokens as kinds

    opening = (
        kinds.BlockSequenceStartToken,
        kinds.BlockMappingStartToken,
        kinds.FlowSequenceStartToken,
        kinds.FlowMappingStartToken,
    )
    closing = kinds.BlockEndToken, kinds.FlowSequenceEndToken, kinds.FlowMappingEndToken
    depth = 0
    for token in tokens:
        depth += isinstance(token, opening) - isinstance(token, closing)
        yield token, depth


def _check(token: Any, depth: int, number: int, name: str) -> None:
    from ruamel.yaml.tokens import AliasToken, AnchorToken, ScalarToken

    mark = token.start_mark
    if isinstance(token, AliasToken | AnchorToken):
        raise _invalid(name, mark, "anchors and aliases are not allowed")
    if depth > MAX_DEPTH:
        raise _invalid(name, mark, f"lists and mappings are nested more than {MAX_DEPTH} deep")
    if number > MAX_TOKENS:
        raise _invalid(name, mark, f"there are more than {MAX_TOKENS:,} names, values and signs")
    is_long = isinstance(token, ScalarToken) and token.plain and len(token.value) > MAX_NUMBER
    if is_long and _NUMBER_LIKE.fullmatch(token.value):
        raise _invalid(name, mark, f"a number has more than {MAX_NUMBER} characters")


def quoted(text: str) -> str:
    """A word as YAML reads it back, whatever is in it."""
    if _PLAIN.match(text) and text.casefold() not in _WORDS:
        return text
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
