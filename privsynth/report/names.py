"""Makes names of columns fit to be shown: nothing in them can hide, turn the line around or stretch the page."""

from __future__ import annotations

import unicodedata

LONGEST = 80
# Letters that draw nothing, although Unicode does not count them among the invisible ones.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")


def visible(text: str) -> str:
    """The text with each invisible, control or direction-changing character as a code like ⟨U+202E⟩."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _shows(c) else f"\u27e8U+{ord(c):04X}\u27e9" for c in text)


def short(text: str, longest: int = LONGEST) -> str:
    """A name cut to a length that a page can bear; the cut says how long the name is."""
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026 ({len(text):,} characters)"


def _shows(character: str) -> bool:
    category = unicodedata.category(character)
    return character == " " or not (category[0] == "C" or category in ("Zl", "Zp", "Zs") or character in _BLANK)
