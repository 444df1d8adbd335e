"""YAML as plain data: no objects, no aliases, no surprises in size. An error says where, never what.

Size, depth, the number of parts and the digits of numbers are bounded while the text is cut into tokens, before
anything is built of them: what nests thousands deep takes minutes, and a number of a million digits an error of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_UNFIT = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)  # of values, in ruamel


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
    try:
        for number, (token, depth) in enumerate(_with_depth(yaml.scan(text))):
            _check(token, depth, number, name)
        content = yaml.load(text)
    except MarkedYAMLError as error:
        raise _invalid(name, error.problem_mark) from None
    except (YAMLError, *_UNFIT):
        raise _invalid(name) from None
    if not isinstance(content, dict):
        raise PolicyError(f"{name}: a mapping of names to values is expected.")
    return content


def _invalid(name: str, mark: Any = None, why: str = "this is not valid YAML") -> PolicyError:
    place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    return PolicyError(f"{name}{place}: {why}.", line=mark.line + 1 if mark else None)


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
