"""How small counts are told, and what stands where nothing may be told."""

from __future__ import annotations

BLANK = "*"
SMALL = 11  # counts below are not told


def counted(rows: int, what: str = "rows") -> str:
    """A number of rows, or of whatever is counted, as it may be told: small ones only as small."""
    return f"{rows:,} {what}" if rows >= SMALL else f"fewer than {SMALL} {what}"
