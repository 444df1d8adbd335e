"""Values as JSON and arrays, and back: only classes of a given list, field by field. Nothing of a file is ever run or imported.

What JSON has is JSON; all else is an object with one key that says what it is. Arrays of numbers go to a second file under
numbers; texts stay readable. A class that is not on the list, or whose fields have changed since, is an error and never a guess.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from privsynth.errors import BackendError, InputError
from privsynth.typing import Array

PLAIN = "biufM"  # kinds of arrays: booleans, numbers, moments
MOST_BYTES = 4 * 2**30  # of all arrays, unpacked
MOST_ARRAYS = 1_000_000
_EMPTY = {"f": "float64", "M": "datetime64[us]", "O": "object"}


@dataclass(frozen=True)
class Known:
    """The classes that may be kept. `derived` names fields that are left out and how they come back from the others."""

    classes: tuple[type, ...]
    derived: Mapping[type, Mapping[str, Callable[[Mapping[str, Any]], Any]]] = field(default_factory=dict)

    @property
    def by_name(self) -> dict[str, type]:
        return {name_of(cls): cls for cls in self.classes}

    def kept_fields(self, cls: Any) -> list[str]:
        return [item.name for item in fields(cls) if item.init and item.name not in self.derived.get(cls, {})]


def name_of(cls: type) -> str:
    """The class with the file it stands in, as the model file names it."""
    return f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}"


class Writer:
    """Turns values into JSON, and collects the arrays."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.arrays: list[Array] = []

    def write(self, value: Any) -> Any:
        match value:
            case Enum():
                return {"enum": [self._name(value), value.value]}
            case None | bool() | str():
                return value
            case int() | np.integer():
                return int(value)
            case float() | np.floating():
                return float(value) if math.isfinite(value) else {"number": str(float(value))}
            case np.ndarray():
                return self._array(value)
            case pd.DataFrame():
                return _empty_frame(value)
            case _ if is_dataclass(value):
                return {
                    self._name(value): {
                        name: self.write(getattr(value, name)) for name in self.known.kept_fields(type(value))
                    }
                }
            case _:
                return self._many(value)

    def _many(self, value: Any) -> Any:
        match value:
            case tuple():
                return [self.write(inner) for inner in value]
            case list():
                return {"list": [self.write(inner) for inner in value]}
            case frozenset():
                return {"set": sorted(self.write(inner) for inner in value)}
            case dict():
                return {"map": {_text(key): self.write(inner) for key, inner in value.items()}}
            case _:
                raise BackendError(f"a {type(value).__name__} has no form in a model file.")

    def _name(self, value: Any) -> str:
        if type(value) not in self.known.classes:
            raise BackendError(f"a {type(value).__name__} has no form in a model file.")
        return name_of(type(value))

    def _array(self, values: Array) -> Any:
        if values.dtype == object:
            if not all(text is None or isinstance(text, str) for text in values):
                raise BackendError("an array of neither numbers nor texts has no form in a model file.")
            return {"texts": list(values)}
        if values.dtype.kind not in PLAIN:
            raise BackendError(f"an array of {values.dtype} has no form in a model file.")
        self.arrays.append(np.ascontiguousarray(values))
        return {"array": len(self.arrays) - 1}


class Reader:
    """Turns JSON back into values, and trusts none of it."""

    def __init__(self, known: Known, arrays: Mapping[str, Array]) -> None:
        self.known, self.arrays = known, arrays

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self.read(inner) for inner in value)
        if not isinstance(value, dict):
            return value
        if len(value) != 1:
            raise InputError("the model file holds an object that says not what it is.")
        what, content = next(iter(value.items()))
        return self._read(what, content)

    def _read(self, what: str, content: Any) -> Any:
        match what:
            case "number":
                return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]
            case "list":
                return [self.read(inner) for inner in content]
            case "set":
                return frozenset(content)
            case "map":
                return {str(key): self.read(inner) for key, inner in content.items()}
            case "texts":
                return _texts(content)
            case "array":
                return self.arrays[f"{int(content)}"]
            case "frame":
                return pd.DataFrame({str(name): pd.Series([], dtype=_EMPTY[kind]) for name, kind in content.items()})
            case "enum":
                return self._class(content[0])(content[1])
            case _:
                return self._object(self._class(what), content)

    def _class(self, name: str) -> Any:
        found = self.known.by_name.get(name)
        if found is None:
            raise InputError(
                "the model file holds a thing that this version does not know.",
                hint="it was made by another version of privsynth: fit it again",
            )
        return found

    def _object(self, cls: Any, content: Mapping[str, Any]) -> Any:
        if sorted(content) != sorted(self.known.kept_fields(cls)):
            raise InputError(
                f"the fields of a {cls.__name__} in the model file are not those of this version.",
                hint="fit it again with this version",
            )
        values = {name: self.read(inner) for name, inner in content.items()}
        return cls(**values, **{name: make(values) for name, make in self.known.derived.get(cls, {}).items()})


def pack(arrays: list[Array]) -> bytes:
    """The arrays as one npz file; equal arrays give equal bytes."""
    file = io.BytesIO()
    named: dict[str, Any] = {str(number): values for number, values in enumerate(arrays)}
    np.savez_compressed(file, **named)
    return file.getvalue()


def unpack(content: bytes) -> dict[str, Array]:
    """The arrays of an npz file, of plain numbers only, and never more memory than the file may claim."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            parts = bundle.infolist()
            if len(parts) > MOST_ARRAYS or sum(part.file_size for part in parts) > MOST_BYTES:
                raise InputError(
                    f"the arrays of the model are larger than {MOST_BYTES // 2**30} GiB.",
                    hint="such a model is not loaded",
                )
            return {part.filename.removesuffix(".npy"): _unpacked(bundle.read(part)) for part in parts}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise InputError("the arrays of the model cannot be read.") from None


def _unpacked(member: bytes) -> Array:
    """One array. numpy would make room for as much as the header claims: what is there is counted first."""
    file = io.BytesIO(member)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another version of the format")
    shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
    data = memoryview(member)[file.tell() :]
    if dtype.kind not in PLAIN or len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError("not an array of plain numbers, or not as long as it says")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if by_column else "C").copy()


def _text(key: Any) -> str:
    if not isinstance(key, str):
        raise BackendError("a mapping whose keys are no texts has no form in a model file.")
    return key


def _texts(content: Any) -> Array:
    if not all(text is None or isinstance(text, str) for text in content):
        raise InputError("a list of texts in the model file holds something else.")
    made = np.empty(len(content), dtype=object)
    made[:] = content
    return made


def _empty_frame(frame: pd.DataFrame) -> Any:
    if len(frame):
        raise BackendError("a table with rows has no form in a model file.")
    return {"frame": {str(name): frame[name].dtype.kind for name in frame.columns}}
