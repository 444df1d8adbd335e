"""YAML as plain data: no objects, no aliases, no surprises in size. An error says where, never what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privsynth.errors import PolicyError

MAX_YAML = 2**20


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file: no objects, no aliases, no surprises in size."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"cannot read {path.name}: {error.strerror}.") from None
    if len(raw) > MAX_YAML:
        raise PolicyError(f"{path.name} is larger than {MAX_YAML} bytes.")
    try:
        return parse_yaml(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError:
        raise PolicyError(f"{path.name} is not UTF-8 text.") from None


def parse_yaml(text: str, name: str) -> Any:
    """The plain content of a YAML text. A YAML error says where, never what."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.tokens import AliasToken, AnchorToken

    yaml = YAML(typ="safe", pure=True)
    try:
        if any(isinstance(token, AliasToken | AnchorToken) for token in yaml.scan(text)):
            raise PolicyError(f"{name}: anchors and aliases are not allowed.")
        content = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise PolicyError(f"{name}{place}: this is not valid YAML.", line=mark.line + 1 if mark else None) from None
    except YAMLError:
        raise PolicyError(f"{name}: this is not valid YAML.") from None
    if not isinstance(content, dict):
        raise PolicyError(f"{name}: a mapping of names to values is expected.")
    return content
