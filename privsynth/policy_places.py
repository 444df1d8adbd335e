"""Where each thing stands in a policy file, so that a message can say its line; and how earlier files spell it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Mark = tuple[int, int]  # line and column, from 1
OLD_SPELLINGS = {"person": "entity"}  # of a table
FORMER_NAMES = {"linkage_max": "tracing_max"}  # of limits

_PART = re.compile(r'"((?:[^"]|"")*)"(?=[.=]|$)|([^.=]*)')  # of a dotted name: in quotes, or without dots


def path_of(name: str) -> tuple[str, ...]:
    """The parts of a dotted name. With a dot, an equals sign, outer blanks, one is quoted: `columns."Sepal.Length"`."""
    return split_setting(name)[0]


def split_setting(text: str) -> tuple[tuple[str, ...], str | None]:
    """The parts of what stands before the equals sign, and what stands behind it, if there is one."""
    parts, at = list[str](), 0
    while True:
        part = _PART.match(text, at)
        assert part is not None  # noqa: S101  it matches nothing at least
        quoted, plain = part.groups()
        parts.append(plain.strip() if quoted is None else quoted.replace('""', '"'))
        at = part.end()
        if text[at : at + 1] != ".":
            return tuple(parts), text[at + 1 :] if text[at : at + 1] == "=" else None
        at += 1


def name_of(path: Sequence[str]) -> str:
    """The dotted name of a path; `path_of` reads it back."""
    return ".".join(_quoted(part) for part in path)


def _quoted(part: str) -> str:
    is_plain = part and part == part.strip() and not set(part) & set('."=')
    return part if is_plain else '"{}"'.format(part.replace('"', '""'))


def in_new_words(path: Sequence[str]) -> tuple[str, ...]:
    """The path as it is spelt now: earlier files say `tables.NAME.entity` and `limits.linkage_max`."""
    if len(path) == 3 and path[0] == "tables" and path[2] == OLD_SPELLINGS["person"]:
        return (*path[:2], "person")
    if len(path) == 2 and path[0] == "limits":
        return (path[0], FORMER_NAMES.get(path[1], path[1]))
    return tuple(path)


def in_old_words(path: Sequence[str]) -> tuple[str, ...] | None:
    """How earlier files spell what stands at this path, if they spell it otherwise."""
    if len(path) == 3 and path[0] == "tables" and path[2] == "person":
        return (*path[:2], OLD_SPELLINGS["person"])
    former = {name: old for old, name in FORMER_NAMES.items()}
    return (path[0], former[path[1]]) if len(path) == 2 and path[0] == "limits" and path[1] in former else None


@dataclass(frozen=True)
class Places:
    """Where each thing stands in a policy file. Policies that ask for the same are equal, wherever it was written."""

    file: str = field(default="", compare=False)
    at: Mapping[tuple[str, ...], Mark] = field(default_factory=dict, compare=False)

    def of(self, path: Sequence[object]) -> str:
        """The place of the thing itself, or of the last part around it that the file has."""
        place: tuple[str, ...] = ()
        for part in map(str, path):  # parts that no file spells, such as the kind of a union, are passed over
            place = (*place, part) if (*place, part) in self.at else place
        return f"{self.file}:{self.at[place][0]}:{self.at[place][1]} " if place else ""

    def without(self, *names: str) -> Places:
        """Without what a flag says instead of the file."""
        flags = [in_new_words(path_of(name)) for name in names]
        at = {path: mark for path, mark in self.at.items() if not any(path[: len(flag)] == flag for flag in flags)}
        return replace(self, at=at)


NOWHERE = Places()


def places_in(path: Path) -> Places:
    """Line and column of every name in a YAML file that was read before, and so is known to be plain."""
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    at: dict[tuple[str, ...], Mark] = {}

    def walk(node: Any, inside: tuple[str, ...]) -> None:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                at[in_new_words((*inside, str(key.value)))] = (key.start_mark.line + 1, key.start_mark.column + 1)
                walk(value, (*inside, str(key.value)))
        elif isinstance(node, SequenceNode):
            for number, value in enumerate(node.value):
                at[*inside, str(number)] = (value.start_mark.line + 1, value.start_mark.column + 1)
                walk(value, (*inside, str(number)))

    walk(YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8")), ())
    return Places(path.name, at)
