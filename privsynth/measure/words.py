"""Texts as words, so that a value can be looked for in a report whatever stands between its parts."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

# A number keeps its decimal point; everything else is cut at whatever is no letter and no digit.
_WORD = re.compile(r"(?<![^\W_])\d+\.\d+(?![^\W_])|[^\W_]+")
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?!\d|,\d)")
_INLINE = re.compile(r"</?(?:b|code|em|i|strong|sub|sup|wbr)>")
_MARKUP = re.compile(r'[<>"]')
_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)"')
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def words_of(text: str) -> list[str]:
    """Folded words, in order; a number is one word in one form: no thousands marks, no zeros at its end."""
    grouped = _GROUPED.sub(lambda words: words[0].replace(",", ""), fold(text)) if "," in text else fold(text)
    words = _WORD.findall(grouped)
    return [word.rstrip("0").rstrip(".") if "." in word else word for word in words] if "." in text else words


def fold(text: str) -> str:
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def unescaped(text: str) -> str:
    """The text as a reader sees it: HTML entities and JSON escapes resolved."""
    if "\\u" in text:
        text = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    if "\\n" in text or "\\t" in text:
        text = text.replace("\\n", " ").replace("\\t", " ").replace("\\r", " ")
    return html.unescape(text)


def passages(name: str, text: str) -> list[str]:
    """The stretches of a file that a reader reads in one go: cell by cell of a page, string by string of JSON.

    A value stands inside of one. The last word of a cell and the first of the next are nobody's name.
    """
    if name.endswith(".html"):
        parts = _MARKUP.split(_INLINE.sub("", text))
    elif name.endswith(".json"):
        parts = _QUOTE.sub(r'\1\n"', text).split('\n"')
    else:
        parts = [text]
    return [unescaped(part) for part in parts]


class PrintedText:
    """One report as words, with a quick way to ask whether a run of words is in it."""

    def __init__(self, name: str, parts: Sequence[str], without: Iterable[Sequence[str]] = ()) -> None:
        """`without`: runs of words that are taken out first, where they stand as a whole."""
        self.name = name
        spoken = (" ".join(words_of(part)) for part in parts)
        line = f" {' | '.join(filter(None, spoken))} "
        for run in without:
            phrase = f" {' '.join(run)} "
            if phrase in line:
                line = line.replace(phrase, " | ").replace(phrase, " | ")  # twice: neighbours share a blank
        self._line = line
        self.words = frozenset(line.split())

    def holds(self, words: Sequence[str]) -> bool:
        """Whether these words stand in the report one after the other."""
        if not self.words.issuperset(words):
            return False
        return len(words) == 1 or f" {' '.join(words)} " in self._line
