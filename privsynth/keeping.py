"""Which classes may be kept in a file, and how: each says so itself, where it is defined, with a version.

A class goes by its name, which is unique in the package, and its version, so that it may move to another file. Only
what is registered here is ever written or made again. Raise a version with every change of what the class keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

from privsynth.errors import BackendError

Class = TypeVar("Class", bound=type)
Derive = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class KeptClass:
    """How the objects of one class are kept. `derived`: fields left out, and how they follow from the others."""

    cls: Any
    version: int
    names: tuple[str, ...] = ()  # what is kept of a class that is no dataclass
    derived: Mapping[str, Derive] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.cls.__name__}.{self.version}"

    @property
    def kept_names(self) -> list[str]:
        if not is_dataclass(self.cls):
            return list(self.names)
        return [part.name for part in fields(self.cls) if part.init and part.name not in self.derived]

    def values_of(self, thing: Any) -> Mapping[str, Any]:
        return thing.kept_values() if self.names else {name: getattr(thing, name) for name in self.kept_names}

    def made_of(self, values: Mapping[str, Any]) -> Any:
        if self.names:
            return self.cls.from_kept(values)
        return self.cls(**values, **{name: derive(values) for name, derive in self.derived.items()})


_BY_CLASS: dict[type, KeptClass] = {}
_BY_NAME: dict[str, KeptClass] = {}


def kept(
    *, version: int, names: Sequence[str] = (), derived: Mapping[str, Derive] | None = None
) -> Callable[[Class], Class]:
    """Register a class: a dataclass field by field, an enumeration by its values.

    Any other class keeps the `names`: its method `kept_values` gives them, its class method `from_kept` takes them.
    """

    def register(cls: Class) -> Class:
        entry = KeptClass(cls=cls, version=version, names=tuple(names), derived=derived or {})
        if any(other.cls.__name__ == cls.__name__ for other in _BY_CLASS.values()):
            raise TypeError(f"two classes that may be kept are called {cls.__name__}")
        _BY_CLASS[cls] = _BY_NAME[entry.name] = entry
        return cls

    return register


def kept_class(cls: type) -> KeptClass | None:
    return _BY_CLASS.get(cls)


def kept_class_named(name: str) -> KeptClass | None:
    return _BY_NAME.get(name)


def learnt_values(fitted: object, names: Sequence[str]) -> dict[str, Any]:
    """What was learnt, by name. Any other attribute would be lost without a word: it is an error."""
    learnt = {name: value for name, value in sorted(vars(fitted).items()) if name.endswith("_")}
    if sorted(learnt) != sorted(names):
        strange = ", ".join(sorted(set(learnt) ^ set(names)))
        raise BackendError(f"the model cannot be kept: the format does not know, or misses, {strange}.")
    return learnt
