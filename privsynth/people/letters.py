"""Names in the letters a to z, for e-mail addresses: accents fall, other scripts are read letter by letter."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "å": "a",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
    }
)
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђѓѕјљњћќџ",
        (
            *("a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch".split()),  # noqa: SIM905
            *(
                "",
                "y",
                "",
                "e",
                "yu",
                "ya",
                "i",
                "yi",
                "ye",
                "g",
                "u",
                "dj",
                "gj",
                "dz",
                "j",
                "lj",
                "nj",
                "c",
                "kj",
                "dz",
            ),
        ),
        strict=True,
    )
)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "ch",
            "ps",
            "o",
        ],
        strict=True,
    )
)
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        [
            "a",
            "b",
            "g",
            "d",
            "e",
            "v",
            "z",
            "t",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "zh",
            "r",
            "s",
            "t",
            "u",
            "p",
            "k",
            "gh",
            "q",
            "sh",
            "ch",
            "ts",
            "dz",
            "ts",
            "ch",
            "kh",
            "j",
            "h",
        ],
        strict=True,
    )
)
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
        "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f ev".split(),  # noqa: SIM905
        strict=True,
    )
)
_SCRIPTS = str.maketrans(_CYRILLIC | _GREEK | _GEORGIAN | _ARMENIAN)


_SPOKEN = frozenset({"HANGUL", "HIRAGANA", "KATAKANA"})  # whose characters are called as they are read
_SYLLABIC = frozenset(
    {"DEVANAGARI", "BENGALI", "GUJARATI", "GURMUKHI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM"}
)
_CONSONANTS = frozenset({"HEBREW", "ARABIC", "THAI"})  # whose letters are called by a word that begins as they are read
_PAIRS = ("sh", "th", "kh", "gh", "dh", "ch", "ts", "ph", "ng")


def plain_letters(word: str) -> str:
    """Lower-case a-z of a word; of a script that is not known here, such as Chinese, none.

    Greek loses its accents first, Cyrillic does not: its й is a letter of its own.
    """
    if word.isascii():
        return "".join(c for c in word.lower() if "a" <= c <= "z")
    lower = _read(word).translate(_LETTERS).lower().translate(_SCRIPTS)
    apart = unicodedata.normalize("NFKD", lower).translate(_SCRIPTS)
    return "".join(c for c in apart if "a" <= c <= "z")


def _read(word: str) -> str:
    """Characters of scripts whose names in Unicode say how they are read.

    An Indian letter has an a after it, which the sign of another vowel takes away.
    """
    out = ""
    for c in word:
        script, _, rest = unicodedata.name(c, "").partition(" ")
        last = rest.rsplit(" ", 1)[-1].lower()
        if script in _SPOKEN:
            out += last
        elif script in _SYLLABIC:
            out = (
                out.removesuffix("a") + last[:1]
                if "VOWEL SIGN" in rest
                else out.removesuffix("a")
                if "VIRAMA" in rest
                else out + _syllable(rest, last)
            )
        elif script in _CONSONANTS:
            out += _consonant(rest)
        else:
            out += c
    return out


def _syllable(rest: str, last: str) -> str:
    return "n" if "ANUSVARA" in rest or "CANDRABINDU" in rest else last if "LETTER" in rest else ""


def _consonant(rest: str) -> str:
    """'LETTER SHEEN' is sh; points and vowel marks, which names leave out mostly, are left out."""
    kind, _, called = rest.partition(" ")
    name = called.removeprefix("FINAL ").lower()
    if kind not in ("LETTER", "CHARACTER") or name.startswith(("mai", "thanthakhat", "paiyannoi")):
        return ""
    name = name.removeprefix("sara ")
    return name[:2] if name.startswith(_PAIRS) else name[:1]
