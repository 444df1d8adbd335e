"""How small counts and shares are told, and what stands where nothing may be told."""

from __future__ import annotations

BLANK = "*"
SMALL = 11  # counts below are not told
NEARLY_ALL = 0.9


def counted(rows: int, what: str = "rows") -> str:
    """A number of rows, or of whatever is counted, as it may be told: small ones only as small."""
    return f"{rows:,} {what}" if rows >= SMALL else f"fewer than {SMALL} {what}"


def roughly(share: float) -> str:
    """A share in words from which no count follows."""
    return "nearly all" if share > NEARLY_ALL else "most" if share > 0.5 else "at most half"
