"""A binned column as a few numbers a row: its bins in at most three parts, and contrasts that tell these apart."""

from __future__ import annotations

import numpy as np

from privsynth.typing import Array

PARTS = 3  # of a column
SMALLEST = 0.05  # of the rows: a smaller part has contrasts too large to be told from chance


def contrasts_of(shares: Array) -> Array:
    """Bins by contrasts, of mean 0 and variance 1 in rows of these shares; none where nearly all are in one part."""
    part_of = np.minimum(PARTS - 1, (PARTS * (np.cumsum(shares) - shares / 2)).astype(np.int64))
    large = np.flatnonzero(np.bincount(part_of, weights=shares, minlength=PARTS) >= SMALLEST)
    if len(large) < 2:
        return np.zeros((len(shares), 0))
    part_of = np.minimum(len(large) - 1, np.searchsorted(large, part_of))
    sizes = np.bincount(part_of, weights=shares)
    roots = np.sqrt(sizes / sizes.sum())
    values = np.linalg.qr(np.column_stack([roots, np.eye(len(roots))[:, 1:]]))[0][:, 1:] / roots[:, None]
    return np.asarray(values[part_of])
