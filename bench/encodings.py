"""How often the encoding of a file that does not say it is found: right, refused with words to paste, or wrong.

    python bench/encodings.py

Two sources. Tables of names and places from Faker, from which the figures of the letters were counted: these say what
is possible. Sentences that spaCy ships as examples of its languages, which were not counted: these say what to
expect, one by one and all those of a language as one file.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator

from faker import Faker

from privsynth.errors import InputError
from privsynth.read.encoding import decoded

WESTERN, CENTRAL = ["cp1252", "iso8859_15", "cp850", "mac_roman"], ["cp1250", "iso8859_2", "cp852"]
CYRILLIC = ["cp1251", "cp866", "koi8_r", "iso8859_5", "mac_cyrillic"]
SAVED = {  # language: its locale in Faker, and the encodings in which its tables are saved
    "de": ("de_DE", WESTERN),
    "fr": ("fr_FR", WESTERN),
    "es": ("es_ES", WESTERN),
    "pt": ("pt_PT", WESTERN),
    "it": ("it_IT", WESTERN),
    "nl": ("nl_NL", WESTERN),
    "fi": ("fi_FI", WESTERN),
    "sv": ("sv_SE", WESTERN),
    "da": ("da_DK", WESTERN),
    "nb": ("no_NO", WESTERN),
    "pl": ("pl_PL", CENTRAL),
    "hu": ("hu_HU", CENTRAL),
    "hr": ("hr_HR", CENTRAL),
    "ro": ("ro_RO", CENTRAL),
    "sk": ("sk_SK", CENTRAL),
    "cs": ("cs_CZ", CENTRAL),
    "sl": ("sl_SI", CENTRAL),
    "lt": ("lt_LT", ["cp1257", "iso8859_13"]),
    "ru": ("ru_RU", CYRILLIC),
    "uk": ("uk_UA", ["cp1251", "koi8_u", "cp866"]),
    "bg": ("bg_BG", ["cp1251", "cp866"]),
    "el": ("el_GR", ["cp1253", "iso8859_7", "cp737"]),
    "tr": ("tr_TR", ["cp1254", "iso8859_9", "cp857"]),
    "he": ("he_IL", ["cp1255", "iso8859_8"]),
    "ar": ("ar_SA", ["cp1256"]),
    "th": ("th_TH", ["cp874"]),
    "ja": ("ja_JP", ["cp932", "euc_jp"]),
    "ko": ("ko_KR", ["cp949", "euc_kr"]),
    "zh": ("zh_CN", ["gb18030", "gbk"]),
}
ROWS = (5, 40, 300)


def main() -> None:
    counts: dict[str, Counter[str]] = {}
    for source, text, encoding in [*tables(), *sentences()]:
        raw = text.encode(encoding, "ignore")  # what the encoding lacks could not be in the file
        if not raw.isascii():
            counts.setdefault(source, Counter())[outcome(raw, raw.decode(encoding))] += 1
    for source, found in counts.items():
        share = "  ".join(f"{word} {found[word] / found.total():6.1%}" for word in ("right", "refused", "wrong"))
        print(f"{source:<32} {found.total():>5} files  {share}")


def outcome(raw: bytes, text: str) -> str:
    try:
        return "right" if decoded(raw, "file", None).data.decode() == text else "wrong"
    except InputError:
        return "refused"


def tables() -> Iterator[tuple[str, str, str]]:
    for locale, encodings in SAVED.values():
        fake = Faker(locale)
        fake.seed_instance(5)
        for rows in ROWS:
            lines = [f"{row},{fake.name()},{fake.city()}" for row in range(rows)]
            text = "\n".join(["id,name,town", *lines]) + "\n"
            yield from ((f"tables of {rows} rows", text, encoding) for encoding in encodings)


def sentences() -> Iterator[tuple[str, str, str]]:
    for language, (_, encodings) in SAVED.items():
        try:
            examples = importlib.import_module(f"spacy.lang.{language}.examples").sentences
        except ModuleNotFoundError:
            continue  # spaCy has no sentences in this language
        for encoding in encodings:
            yield from (("one sentence", one, encoding) for one in examples)
            yield "all sentences of a language", "\n".join(examples), encoding


if __name__ == "__main__":
    main()
