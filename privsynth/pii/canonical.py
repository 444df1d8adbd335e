"""One form for all spellings of a value, by which real values are looked for. Two values of one form are one value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining, decimal, normalize

from privsynth.pii.names import calling_codes, fold

NATIONAL = range(7, 13)  # digits of a telephone number without country code
INTERNATIONAL = 11  # so many digits may begin with a country code although nothing says so

_MARKS = {code: None for code in range(128) if not chr(code).isalnum()}
# Letters of other scripts that look like Latin ones in most typefaces.
_LIKE = {
    "a": "\u0430\u03b1\u0251",
    "b": "\u0432\u044c",
    "c": "\u0441\u03f2\u1d04",
    "d": "\u0501",
    "e": "\u0435\u03b5",
    "g": "\u0261\u0581",
    "h": "\u04bb\u043d\u0570",
    "i": "\u0456\u03b9\u0131\u04cf",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba",
    "m": "\u043c",
    "n": "\u0578\u03b7",
    "o": "\u043e\u03bf\u1d0f\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b\u0566",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u03c5\u057d",
    "v": "\u03bd\u1d20\u0475",
    "w": "\u051d\u03c9",
    "x": "\u0445\u03c7",
    "y": "\u0443",
}
_LOOKALIKES = str.maketrans({sign: latin for latin, signs in _LIKE.items() for sign in signs})
TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "herr", "frau", "jr", "sr", "ii", "iii", "phd", "md")
)
_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"\d+|[^\W\d_]+")
_EXTENSION = re.compile(r"(?i)(?<=\d)[ ,;]*(?:x|ext\.?|extension)[ .:]*\d{1,6}\Z")


def letters(text: str) -> str:
    """Small Latin letters and digits: without case, width, accents, look-alikes, spaces, marks, invisible letters."""
    if text.isascii():  # the same, many times as fast
        return text.lower().translate(_MARKS) or text.lower()
    return "".join(c if c.isascii() else _digit(c) for c in _latin(text) if c.isalnum()) or text.casefold()


def _latin(text: str) -> str:
    apart = normalize("NFKD", normalize("NFKC", text).casefold())
    return fold("".join(c for c in apart if not combining(c)).translate(_LOOKALIKES))


def _digit(sign: str) -> str:
    """Digits of all scripts are the same numbers."""
    value = decimal(sign, None)
    return sign if value is None else str(value)


def runs(text: str) -> list[str]:
    """Letters and digits in runs of one sort: a value ends where a mark stands, or letters begin after digits."""
    if text.isascii():
        return _RUN.findall(text.lower())
    seen = "".join(c for c in normalize("NFKC", text) if c.isprintable() or c.isspace())
    return [form for run in _RUN.findall(seen) if (form := letters(run))]


def words(text: str) -> list[str]:
    """The words of a name, without titles and initials."""
    spelt = [letters(word) for word in _WORD.findall(text)]
    return [word for word in spelt if len(word) > 1 and word not in TITLES]


def whole_name(name: str) -> str:
    """First and last word in the order of the alphabet: the same for "Ann B. Lee", "Lee, Ann" and "LEE Ann"."""
    parts = words(name)
    return "".join(sorted((parts[0], parts[-1]))) if len(parts) > 1 else "".join(parts)


def name_forms(name: str) -> set[str]:
    """A whole name as it can stand in a text: all words, or the first and the last, the last one behind or in front."""
    parts = words(name)
    if len(parts) < 2:
        return set()
    first, last = parts[0], parts[-1]
    return {"".join(order) for order in (parts, parts[1:] + parts[:1], parts[-1:] + parts[:-1])} | {
        first + last,
        last + first,
    }


def numbers(value: str) -> set[str]:
    """A telephone number with and without its country code: its spellings share a form, and no other number does."""
    spelt = _EXTENSION.sub("", normalize("NFKC", value).strip().removeprefix("tel:"))
    digits = re.sub(r"\D", "", spelt)
    if len(digits) < NATIONAL.start:
        return {letters(value)}
    whole = digits.removeprefix("00").removeprefix("0")
    abroad = spelt.startswith(("+", "(+", "00")) or (len(whole) >= INTERNATIONAL and not digits.startswith("0"))
    return {whole, *(_national(whole) if abroad else ())}


def _national(whole: str) -> Iterator[str]:
    """The number behind each country code that it may begin with; a zero in front of an area is not part of it."""
    for length in (1, 2, 3):
        rest = whole[length:].removeprefix("0")
        if whole[:length] in calling_codes() and len(rest) in NATIONAL:
            yield rest


def forms_of(value: str, *, is_phone: bool = False) -> set[str]:
    """The forms of a real value: as it is, without a scheme in front, an address without its tag."""
    if is_phone:
        return numbers(value)
    plain = {value, _SCHEME.sub("", value)}
    plain |= {_TAG.sub("", text) for text in plain}
    return {form for form in map(letters, plain) if form}


_SCHEME = re.compile(r"(?i)^\s*(?:[a-z][a-z0-9+.-]{1,15}:(?://)?)(?:www\.)?")
_TAG = re.compile(r"(?<=[\w.-])\+[^@\s]*(?=@)")
