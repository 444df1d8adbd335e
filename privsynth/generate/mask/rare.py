"""Values by which one row could be found: levels that few rows hold, and the ends of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]
BLANK = "*"
SMALL = 11  # counts below are not told


def counted(rows: int, what: str = "rows") -> str:
    """A number of rows, or of whatever is counted, as it may be told: small ones only as small."""
    return f"{rows:,} {what}" if rows >= SMALL else f"fewer than {SMALL} {what}"


def without_rare_levels(values: Array, k_rare: int, stand_in: str | None = BLANK) -> tuple[Array, int]:
    """Levels held by fewer than `k_rare` rows become `stand_in`; also how many rows that were."""
    codes, known = pd.factorize(pd.Series(values, dtype=object))
    counts = np.bincount(codes[codes >= 0], minlength=len(known))
    words = np.array([*(word if n >= k_rare else stand_in for word, n in zip(known, counts, strict=True)), None], dtype=object)
    return words[codes], int(counts[counts < k_rare].sum())


def without_extremes(values: Array, k_rare: int) -> tuple[Array, int]:
    """The ends are drawn in until `k_rare` rows share each; also how many rows moved."""
    there = np.sort(values[np.isfinite(values)])
    if len(there) < 2 * k_rare:
        return (np.where(np.isfinite(values), np.median(there), values), len(there)) if len(there) and there[0] < there[-1] else (values, 0)
    low, high = there[k_rare - 1], there[-k_rare]
    drawn = np.clip(values, low, high)
    return drawn, int(((values < low) | (values > high)).sum())
