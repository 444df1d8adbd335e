"""Texts of many rows at once: written as a sheet of characters, a row each, or joined column by column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.typing import Array

_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype=np.uint16)  # two digits of each byte
_PARTS = (0, 8, 12, 16, 20, 32)  # digits between which the dashes of a UUID stand


def drawn_letters(sets: Sequence[str], rows: int, rng: np.random.Generator) -> Array:
    """A text of one character out of each set, in each row."""
    return lettered(sets, [rng.integers(0, len(letters), rows) for letters in sets])


def lettered(sets: Sequence[str], places: Sequence[Array]) -> Array:
    """The text of each row: of every set the character at its place."""
    plain = all(letters.isascii() for letters in sets)
    sheet = np.empty((len(places[0]), len(sets)), dtype=np.uint8 if plain else np.uint32)
    for at, (letters, chosen) in enumerate(zip(sets, places, strict=True)):
        sheet[:, at] = np.array([*map(ord, letters)], dtype=sheet.dtype)[chosen]
    return _read_off(sheet) if plain else sheet.view(f"U{len(sets)}").ravel().astype(object)


def _read_off(sheet: Array) -> Array:
    """The rows of a sheet of ASCII as texts."""
    rows, width = sheet.shape
    ends = pa.py_buffer(np.arange(rows + 1, dtype=np.int64) * width)
    return np.asarray(pa.LargeStringArray.from_buffers(rows, ends, pa.py_buffer(sheet)).to_numpy(zero_copy_only=False))


def numbered(numbers: Array, *, width: int, prefix: str, suffix: str) -> Array:
    """Whole numbers, filled with zeros from the left, between two texts."""
    if (numbers < 0).any():  # the sign stands before the zeros
        texts = np.empty(len(numbers), dtype=object)
        texts[:] = [f"{prefix}{number:0{width}d}{suffix}" for number in numbers.tolist()]
        return texts
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return np.asarray(pc.binary_join_element_wise(prefix, digits, suffix, "").to_numpy(zero_copy_only=False))


def random_uuids(rows: int, rng: np.random.Generator) -> Array:
    """UUIDs of version 4."""
    raw = np.frombuffer(rng.bytes(16 * rows), dtype=np.uint8).reshape(rows, 16).copy()
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    digits = _HEX.take(raw).view(np.uint8)
    sheet = np.full((rows, 36), ord("-"), dtype=np.uint8)
    for dashes, (start, end) in enumerate(pairwise(_PARTS)):
        sheet[:, start + dashes : end + dashes] = digits[:, start:end]
    return _read_off(sheet)
