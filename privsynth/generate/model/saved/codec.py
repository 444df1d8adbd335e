"""Values as JSON and arrays, and back: only classes that are registered, field by field. Nothing of a file is ever run
or imported.

What JSON has is JSON; all else is an object with one key that says what it is. Arrays of numbers go to a second file
under numbers; texts stay readable. A class that is not registered, or has another version or other fields, is an error
and never a guess.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from privsynth.errors import BackendError, InputError
from privsynth.keeping import KeptClass, kept_class, kept_class_named
from privsynth.typing import Array

PLAIN = "biufM"  # kinds of arrays: booleans, numbers, moments
MOST_BYTES = 4 * 2**30  # of all arrays, unpacked
MOST_ARRAYS = 1_000_000
_EMPTY = {"f": "float64", "M": "datetime64[us]", "O": "object"}


class Writer:
    """Turns values into JSON, and collects the arrays."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []

    def write(self, value: Any) -> Any:
        match value:
            case Enum():
                return {"enum": [_kept(value).name, value.value]}
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
                cls = _kept(value)
                return {cls.name: {name: self.write(inner) for name, inner in cls.values_of(value).items()}}

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

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self.read(inner) for inner in value)
        if not isinstance(value, dict):
            return value
        if len(value) != 1:
            raise InputError("the model file holds an object that says not what it is.")
        tag, content = next(iter(value.items()))
        return self._read(tag, content)

    def _read(self, tag: str, content: Any) -> Any:
        match tag:
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
                return self._level(*content)
            case _:
                return self._object(_kept_named(tag), content)

    def _level(self, name: str, value: Any) -> Enum:
        cls: type[Enum] = _kept_named(name).cls
        if not issubclass(cls, Enum):
            raise InputError("the model file names a level of what has none.", hint="fit it again")
        return cls(value)

    def _object(self, cls: KeptClass, content: Mapping[str, Any]) -> Any:
        if sorted(content) != sorted(cls.kept_names):
            raise InputError(
                f"the fields of a {cls.cls.__name__} in the model file are not those of this version.",
                hint="fit it again with this version",
            )
        return cls.made_of({name: self.read(inner) for name, inner in content.items()})


def _kept(value: Any) -> KeptClass:
    cls = kept_class(type(value))
    if cls is None:
        raise BackendError(f"a {type(value).__name__} has no form in a model file.")
    return cls


def _kept_named(name: str) -> KeptClass:
    cls = kept_class_named(name)
    if cls is None:
        raise InputError(
            "the model file holds a thing that this version does not know.",
            hint="it was made by another version of privsynth: fit it again",
        )
    return cls


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
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
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
    texts = np.empty(len(content), dtype=object)
    texts[:] = content
    return texts


def _empty_frame(frame: pd.DataFrame) -> Any:
    if len(frame):
        raise BackendError("a table with rows has no form in a model file.")
    return {"frame": {str(name): frame[name].dtype.kind for name in frame.columns}}
