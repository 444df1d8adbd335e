"""Addresses of machines and sites that lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.ranges import FreeValues, Numbered, joined
from privsynth.people.shapes import CodeShape, CodeShapes
from privsynth.pii.reserved import (
    CLASS_E,
    DOCUMENTATION_NET6,
    DOCUMENTATION_NETS,
    EXAMPLE_DOMAINS,
    EXAMPLE_ENDINGS,
    void,
)
from privsynth.typing import Array


def ipv4(values: Sequence[str], _: str) -> FreeValues:
    """The three documentation networks; where they are too small, class E, which is routed nowhere."""
    in_use = sum(v.startswith(DOCUMENTATION_NETS) for v in values)
    return Numbered(len(DOCUMENTATION_NETS) * 254, DocumentationNets(), in_use, wider=Numbered(14 << 24, ClassE()))


@kept(version=1)
@dataclass(frozen=True)
class DocumentationNets:
    def __call__(self, numbers: Array, _: Draws) -> Array:
        return joined(
            np.array(DOCUMENTATION_NETS, dtype=object)[numbers // 254],
            np.array([str(n) for n in 1 + numbers % 254], dtype=object),
        )


@kept(version=1)
@dataclass(frozen=True)
class ClassE:
    def __call__(self, numbers: Array, _: Draws) -> Array:
        return np.array(
            [f"{CLASS_E + (n >> 24)}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in numbers], dtype=object
        )


def ipv6(_: Sequence[str], __: str) -> FreeValues:
    return Numbered(2**32, DocumentationPrefix())


@kept(version=1)
@dataclass(frozen=True)
class DocumentationPrefix:
    def __call__(self, numbers: Array, draws: Draws) -> Array:
        low = draws.below("low", 2**32)
        return np.array(
            [
                f"{DOCUMENTATION_NET6}{h >> 16:x}:{h & 65535:x}::{w >> 16:x}:{w & 65535:x}"
                for h, w in zip(numbers, low, strict=True)
            ],
            dtype=object,
        )


def mac(values: Sequence[str], _: str) -> FreeValues:
    """The 256 addresses for documentation; where they are too few, addresses marked as locally administered."""
    examples, local = void("MAC")
    mark = next((m for m in ":-." if sum(m in v for v in values) > len(values) / 2), ":" if not values else "")
    upper = sum(v != v.lower() for v in values) > len(values) / 2
    return Numbered(256, Macs(examples.lower(), mark, upper), wider=Numbered(2**40, Macs(local, mark, upper)))


@kept(version=1)
@dataclass(frozen=True)
class Macs:
    """Twelve hexadecimal digits that begin like this."""

    head: str
    mark: str
    upper: bool

    def __call__(self, numbers: Array, _: Draws) -> Array:
        return np.array([self._spelt(f"{self.head}{n:0{12 - len(self.head)}x}") for n in numbers], dtype=object)

    def _spelt(self, text: str) -> str:
        size = 4 if self.mark == "." else 2
        joined = self.mark.join(text[at : at + size] for at in range(0, 12, size))
        return joined.upper() if self.upper else joined


def uuid(values: Sequence[str], _: str) -> FreeValues:
    hexes = "0123456789ABCDEF" if sum(v != v.lower() for v in values) > len(values) / 2 else "0123456789abcdef"
    mark = () if values and sum("-" in v for v in values) <= len(values) / 2 else ("-",)
    top = hexes[8:12]
    return CodeShapes(
        (
            CodeShape(
                (
                    *(hexes,) * 8,
                    *mark,
                    *(hexes,) * 4,
                    *mark,
                    "4",
                    *(hexes,) * 3,
                    *mark,
                    top,
                    *(hexes,) * 3,
                    *mark,
                    *(hexes,) * 12,
                )
            ),
        ),
        (1.0,),
    )


_WORDS = np.array(
    [
        *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel", "indigo", "juniper", "kelp"),
        *("larch", "maple", "nectar", "opal", "pine", "quartz", "reed", "sage", "willow", "yarrow"),
    ],
    dtype=object,
)


def _slug(numbers: Array) -> Array:
    size = len(_WORDS)
    return joined(_WORDS[numbers % size], np.array([f"-{n // size}" for n in numbers], dtype=object))


def url(values: Sequence[str], _: str) -> FreeValues:
    scheme = "https://" if not values or sum("://" in v for v in values) > len(values) / 2 else ""
    return Numbered(10**9, SampleUrls(scheme))


@kept(version=1)
@dataclass(frozen=True)
class SampleUrls:
    scheme: str

    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return joined(
            f"{self.scheme}www.", draws.pick("domain", np.array(EXAMPLE_DOMAINS, dtype=object)), "/", _slug(numbers)
        )


def domain(_: Sequence[str], __: str) -> FreeValues:
    return Numbered(10**9, ReservedNames())


@kept(version=1)
@dataclass(frozen=True)
class ReservedNames:
    def __call__(self, numbers: Array, draws: Draws) -> Array:
        return joined(_slug(numbers), draws.pick("domain", np.array(EXAMPLE_ENDINGS, dtype=object)))
