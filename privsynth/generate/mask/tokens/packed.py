"""Texts of one column as matrices of bytes, one a row, and back: what lets numpy work on characters."""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.typing import Array

LONGEST = 64  # longer texts are not identifiers


def packed(values: Array) -> tuple[list[tuple[Array, Array]], Array]:
    """The short ASCII texts, by length: positions, and a matrix of their bytes. Then the positions of all others."""
    if not len(values):
        return [], np.empty(0, dtype=np.int64)
    data, offsets = _bytes(values)
    lengths = np.diff(offsets)
    odd = (lengths == 0) | (lengths > LONGEST)
    if len(data) and int(data.max()) > 127:
        strange = np.concatenate([[0], np.cumsum(data > 127)])
        odd |= strange[offsets[1:]] > strange[offsets[:-1]]
    found = np.unique(lengths[~odd])
    if len(found) == 1 and not odd.any():
        return [(np.arange(len(lengths)), data[offsets[0] : offsets[-1]].reshape(len(lengths), -1))], np.empty(
            0, dtype=np.int64
        )
    made = []
    for length in found:
        rows = np.flatnonzero((lengths == length) & ~odd)
        made.append((rows, data[offsets[rows][:, None] + np.arange(length)]))
    return made, np.flatnonzero(odd)


def unpacked(matrix: Array) -> Array:
    """The texts that the rows of a matrix spell."""
    import pyarrow as pa

    rows, width = matrix.shape
    offsets: Any = np.arange(rows + 1, dtype=np.int64) * width
    data: Any = np.ascontiguousarray(matrix)
    made: Any = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
    return np.asarray(made.to_numpy(zero_copy_only=False), dtype=object)


def _bytes(values: Array) -> tuple[Array, Array]:
    """All texts in UTF-8 one behind the other, and where each begins."""
    import pyarrow as pa

    try:
        texts: Any = pa.array(values, type=pa.large_string())
    except (UnicodeEncodeError, pa.ArrowInvalid):  # half of a surrogate pair
        texts = pa.array([value.encode("utf-8", "surrogatepass") for value in values], type=pa.large_binary())
    buffers: list[Any] = texts.buffers()
    offsets = np.frombuffer(buffers[1], dtype=np.int64)[: len(texts) + 1]
    return np.frombuffer(buffers[2], dtype=np.uint8) if offsets[-1] else np.empty(0, dtype=np.uint8), offsets


def alike(matrix: Array) -> list[tuple[bytes, Array]]:
    """The different rows of a matrix, in order of their first place, each with the positions where it stands."""
    if not len(matrix):
        return []
    if (matrix == matrix[0]).all():
        return [(matrix[0].tobytes(), np.arange(len(matrix)))]
    codes = numbered(matrix)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))[:-1]
    return [(matrix[rows[0]].tobytes(), rows) for rows in np.split(order, ends)]


def numbered(matrix: Array) -> Array:
    """A number from 0 for each different row, in order of its first place."""
    import pandas as pd

    wide = np.zeros((len(matrix), -(-matrix.shape[1] // 8) * 8), dtype=np.uint8)
    wide[:, : matrix.shape[1]] = matrix
    words = wide.view(np.uint64)
    codes = pd.factorize(words[:, 0])[0]
    for word in words.T[1:]:  # eight characters at a time: exact, where a hash of the row could be made to collide
        more, known = pd.factorize(word)
        codes = pd.factorize(codes * len(known) + more)[0]
    return np.asarray(codes)
