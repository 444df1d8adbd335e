"""Proof before every scan: one value of each claimed kind is hidden, and must be found on the path of the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from privsynth.dataset import Kind
from privsynth.pii.analyzer import second_reading, supported, wired
from privsynth.pii.columns import type_column
from privsynth.pii.entities import Entity, Trait, entities
from privsynth.pii.texts import scan_text


def canaries() -> Mapping[str, str]:
    """The hidden value of each kind: from a reserved range or a published example."""
    return {name: entity.canary for name, entity in entities().items()}


def missed_canaries() -> list[str]:
    """Kinds that the scanner claims and does not find. Anything but an empty list makes its findings worthless."""
    ours = [name for name, entity in entities().items() if not _is_found(entity)]
    return ours + [name for name in _unread() if name not in ours]


def _unread() -> list[str]:
    """Kinds whose second reader was not let in, and the one that only it is asked to prove that it reads at all."""
    lost = [name for name, label in wired().items() if label not in supported()]
    proof = entities()["DRIVER_LICENSE"]
    read = second_reading(proof.sentence.replace("{}", proof.canary), [proof.name])
    return lost if read else [*lost, proof.name]


def _is_found(entity: Entity) -> bool:
    """In a sentence where a text can tell, and as a column under its name."""
    in_text = not entity.sentence or _found_in_text(entity)
    return in_text and (not entity.names or _found_in_column(entity))


def _found_in_text(entity: Entity) -> bool:
    start = entity.sentence.index("{}")
    end = start + len(entity.canary)
    hits = scan_text(entity.sentence.replace("{}", entity.canary))
    return any(hit.entity == entity.name and _overlap(hit.start, hit.end, start, end) >= 0.5 for hit in hits)


def _overlap(start: int, end: int, other_start: int, other_end: int) -> float:
    """Length in common over length of both together."""
    common = min(end, other_end) - max(start, other_start)
    return common / (max(end, other_end) - min(start, other_start)) if common > 0 else 0.0


def _found_in_column(entity: Entity) -> bool:
    """A column of the kind's own name, of canaries that differ where it allows it, is typed as it or a sibling."""
    name = entity.column or entity.names[0]
    typed = type_column(name, _cells(entity), _kind(entity))
    return typed.entity is not None and (
        typed.entity == entity.name or entity.name in typed.also or name in entities()[typed.entity].names
    )


def _cells(entity: Entity) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """A column of thirty rows: the canary itself where a form or a list must know it, else words that begin with it."""
    if entity.has_shape or Trait.MANY not in entity.traits:
        return np.array([entity.canary] * 30, dtype=object)
    return np.array([f"{entity.canary}{letter}" for letter in "abcdefghijklmnopqrstuvwxyzabcd"], dtype=object)


def _kind(entity: Entity) -> Kind:
    return Kind.DATE if Trait.DATE in entity.traits else Kind.TEXT
