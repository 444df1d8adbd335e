"""People, places and firms in a running text, without a language model: lists, capitals, and the words around them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from privsynth.pii import names
from privsynth.pii.forms import LIKELY, SURE, Hit
from privsynth.pii.namesakes import like_surname

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽĿŁŃŅŇŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽΑ-ΩА-Я"
_NAME = rf"[{_UPPER}](?:[^\W\d_]|['\u2019-](?=[^\W\d_])(?!s\b))*"
_PARTICLE = r"van der |van den |van de |van |von |de la |de |del |der |da |dos |di |bin |al |el |la |le |nad |am |upon "
_RUN = re.compile(
    rf"{_NAME}(?:(?:(?<=\b[{_UPPER}])\.|(?<=\bSt)\.)? (?:{_PARTICLE})?{_NAME})*(?: (?:and|&) (?:Sons|Co|Partners"
    rf"|Associates)\b)?"
)
_LEGAL = (
    r"(?:Inc|LLC|Ltd|GmbH(?: & Co\.? KG)?|Corp|PLC|LLP|S\.[AL]\.?(?:S\.)?(?!\w)|S/A|s\.r\.l|S\.r\.l|S\.p\.A|s\.r\.o"
    r"|a\.s\.|d\.o\.o"
    r"|B\.V|N\.V|s\.c|k\.s|o\.s|v\.o\.s|d\.d|k\.d|s\.p|S\.Com|S\.Coop|S\.L\.(?:[LNU]\.?)?|S\.C\.P|A\.\u015e"
    r"|Ltd\. ?\u015eti|Kft|Zrt|Nyrt"
    r"|Kht|Bt|Osk|Tmi|Ky|Ltda|ME|EIRELI|Cia|Lda|Sdn|Bhd|ANS|ASA|K/S|I/S|P/S|OG|UG|mbH|e\. ?V|S\u00e0rl|SNC|SAS|SA"
    r"|e Hijos|e Filhos"
    r"|og S\u00f8nner|& [Cc]o|and Co"
    r"|A/S|ApS|AB|HB|AG|KG|OHG|SARL|Oyj?|Sp\. z o\.o|sp\. j|s\.c|Pty|and Sons|& Sons|e figli|et Fils|und S\u00f6hne"
    r"|Group|Holdings?)(?!\w)"
)
_LINK = r"(?: (?:&|del|de la|de|du|of|e|y|et|und|and|og|och|ja|i|en|\u00e9s|ve))? "
_FIRMED = re.compile(
    rf"{_NAME}(?:(?:, |{_LINK}){_NAME}){{0,4}},? {_LEGAL}\.?|{_NAME}(?: {_NAME})? & {_NAME}"
    rf"|{_NAME}(?:, {_NAME})+,? (?:and|&|y|e|et|und|og|och|ja|en|i) {_NAME}"
)
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|rev|herr|frau|mme|mlle|sr|sra|dott|ing)\b\.? ?\Z",
    re.IGNORECASE,
)
_TITLED = re.compile(
    rf"\b((?i:mr|mrs|ms|mx|dr|prof))\.? ((?:{_PARTICLE})?[^\W\d_][^\W\d_'-]+(?: [{_UPPER}][^\W\d_'-]+)?)"
)


_EPONYM = re.compile(
    r"(?:['\u2019]s)? (?:disease|syndrome|palsy|lymphoma|sarcoma|tumou?r|sign|law|test|score|index|scale)\b"
)


@cache
def _cues(topic: str) -> str:
    """The alternatives of one topic of `cues.toml`, as one expression."""
    with (Path(__file__).parent / "cues.toml").open("rb") as file:
        topics = tomllib.load(file)
    return "|".join(topics[topic].split("\n")[:-1])


@cache
def _before(topic: str) -> re.Pattern[str]:
    return re.compile(rf"(?:\b(?:{_cues(topic)})[:,]? ?(?:the |called |named )?)\Z", re.IGNORECASE)


@cache
def _after(topic: str) -> re.Pattern[str]:
    own = (
        r"'s\b|\u2019s\b| \(?\d{2}\)?, |,? \(?\d{1,3} years| \(\+?\d|, (?:tel\.? )?\+?[\d(]{3}|,? [<(]?[\w.+-]+@|"
        if topic == "person_after"
        else rf",? {_LEGAL}|"
    )
    return re.compile(rf"(?:{own},? (?:{_cues(topic)})\b)")


_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_START = re.compile(r"(?:\A|[.!?:\n\"“?]|\? )[\s\"'“(*?-]*\Z")


@dataclass(frozen=True)
class _Words:
    """A run of capitalised words and where it stands."""

    text: str
    start: int
    end: int

    @property
    def parts(self) -> list[tuple[str, int, int]]:
        return [
            (m.group(), self.start + m.start(), self.start + m.end())
            for m in _WORD.finditer(self.text[self.start : self.end])
        ]


def find_speech(text: str) -> Iterator[Hit]:
    """Titles, people, places, firms and nationalities."""
    yield from _titled(text)
    words = [(names.fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]
    yield from (Hit(start, end, "NATIONALITY", LIKELY) for word, start, end in words if word in names.known("demonyms"))
    if text == text.lower():
        yield from _small(text)
        return
    if text.isupper():
        return
    for match in _FIRMED.finditer(text) if _FIRMISH.search(text) else ():
        cue = _before("firm_before").search(text, max(0, match.start() - 60), match.start()) or _after(
            "firm_after"
        ).match(text, match.end())
        if cue or not _lists_people(match.group()):
            yield Hit(match.start(), match.end(), "ORGANIZATION", LIKELY + 0.1)
    for match in _RUN.finditer(text):
        yield from _judge(text, match.start(), match.end())
    yield from (
        Hit(start, end, "COUNTRY", LIKELY) for word, start, end in words if text[start].isupper() and _is_country(word)
    )
    if _LONG.search(text):
        yield from (Hit(match.start(), match.end(), "COUNTRY", SURE) for match in _long_countries().finditer(text))


_LONG = re.compile(r" (?:and|of|the) [A-Z]| \(")


@cache
def _long_countries() -> re.Pattern[str]:
    """Countries whose names have small words or brackets in them."""
    long_names = [name for name in names.country_names() if re.search(r" (?:and|of|the) | \(", name)]
    return re.compile("|".join(sorted(map(re.escape, long_names), key=len, reverse=True)))


_FIRMISH = re.compile(rf", [{_UPPER}]| & | {_LEGAL}")


def _lists_people(found: str) -> bool:
    """`Anna, Boris and Carla` are three people, `Hubbard, Fox and Gillespie`, without a given name, may be a firm."""
    if re.search(rf" {_LEGAL}\.?\Z", found):
        return False
    parts = [part for part in re.split(r", | (?:and|y|e|et|und|og|och|ja|en|i|&) ", found) if part]
    common = names.common_words()
    if all(names.fold(part) in common or names.fold(part) in names.known("calendar") for part in parts):
        return True
    return any(_is_given(part.split(" ")[0]) or names.fold(part) in names.countries() for part in parts)


def _titled(text: str) -> Iterator[Hit]:
    """Whoever stands after a title is a person, also in small letters."""
    for match in _TITLED.finditer(text):
        end = match.end(1) + (1 if text[match.end(1) : match.end(1) + 1] == "." else 0)
        if names.fold(match.group(2)) not in names.common_words() or match.group(2)[0].isupper():
            yield Hit(match.start(1), end, "TITLE", SURE)
            yield Hit(match.start(2), match.end(2), "PERSON", SURE)


def _small(text: str) -> Iterator[Hit]:
    """A text without capitals: pairs of known names, and given names beside telling words."""
    places = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]
    taken = -1
    for at, (word, start, end) in enumerate(places):
        if start < taken or not _is_given(word) or len(word) < 3:
            continue
        following = (
            places[at + 1] if at + 1 < len(places) and places[at + 1][1] == end + 1 and text[end] == " " else None
        )
        if (
            following
            and (_is_surname(following[0]) or like_surname(names.fold(following[0])))
            and following[0] not in names.common_words()
        ):
            yield Hit(start, following[2], "PERSON", LIKELY)
            taken = following[2]
        elif (
            _before("person_before").search(text, max(0, start - 40), start)
            or _after("person_after").match(text, end)
            or at == 0
            or text[:start].rstrip().endswith(("of", "given"))
        ) and len(word) >= 4:
            yield Hit(start, end, "PERSON", 0.6)


def _is_country(word: str) -> bool:
    return len(word) > 3 and word in names.countries() and word not in names.common_words() and word not in _AMBIGUOUS


_AMBIGUOUS = frozenset(["jordan", "chad", "georgia", "jersey", "israel"])


def _judge(text: str, start: int, end: int) -> Iterator[Hit]:
    """What a run of capitalised words is: words that begin a sentence only because they stand first are cut off it."""
    words = _trimmed(_Words(text, start, end))
    if not words:
        return
    start, end = words[0][1], words[-1][2]
    folded = [names.fold(word) for word, _, _ in words]
    kind, score = _kind(text, start, end, folded, [word for word, _, _ in words])
    if kind:
        yield Hit(start, end, kind, score)


def _trimmed(run: _Words) -> list[tuple[str, int, int]]:
    """Without leading and trailing ordinary words, titles and days; a lone ordinary word is nothing."""
    words = run.parts
    common = names.common_words()
    whole = " ".join(names.fold(word) for word, _, _ in words)
    if len(words) > 1 and (whole in names.countries() or whole in names.regions() or whole in names.towns()):
        return words
    first = _START.search(run.text, max(0, run.start - 6), run.start) is not None
    while words and _CONTRACTED.match(words[0][0]):
        words, first = words[1:], False
    while words and _is_only_first(words, run, first=first, common=common):
        words = words[1:]
        first = False
    while words and (
        names.fold(words[-1][0]) in names.known("calendar") or (len(words) == 1 and len(words[0][0]) == 1)
    ):
        words = words[:-1]
    return words


_CONTRACTED = re.compile(
    r"(?:I|It|He|She|We|You|They|That|There|Here|What|Who|Where|How|Let)['\u2019](?:m|s|ve|d|ll|re)\Z"
)


def _is_only_first(words: list[tuple[str, int, int]], run: _Words, *, first: bool, common: frozenset[str]) -> bool:
    """Whether the first word has its capital from something else than a name: a title, a day, a new sentence."""
    word = names.fold(words[0][0])
    if word in names.known("titles") or word in names.known("calendar"):
        return True
    if word not in common or _begins_firm(words):
        return False
    is_given_name = word in names.given_names() and len(word) > 3
    if len(words) > 1 and not first and len(word) > 3:
        return False  # a capital inside of a sentence is there for a reason: South Amberfort
    if len(words) > 1:
        return not (is_given_name and names.fold(words[1][0]) not in common) and (first or not is_given_name)
    return not (is_given_name and _after("person_after").match(run.text, words[0][2]) is not None)


def _begins_firm(words: list[tuple[str, int, int]]) -> bool:
    return len(words) > 1 and names.fold(words[-1][0]) in names.known("firms")


def _kind(text: str, start: int, end: int, folded: list[str], spelt: list[str]) -> tuple[str | None, float]:
    before, whole = text[max(0, start - 60) : start], " ".join(folded)
    if len(folded) > 5 or all(word in names.known("demonyms") for word in folded):
        return None, 0.0
    if (
        len(folded) > 1
        and folded[-1] in names.known("firms")
        and any(word not in names.common_words() for word in folded[:-1])
    ) or _before("firm_before").search(before):
        return (
            ("ORGANIZATION", LIKELY)
            if not (len(folded) == 1 and folded[0] in names.countries())
            else ("COUNTRY", LIKELY)
        )
    if _TITLE.search(before) or (_before("person_surely_before").search(before) and not spelt[0].isupper()):
        return "PERSON", SURE
    if whole in names.countries() and whole not in _AMBIGUOUS:
        return "COUNTRY", LIKELY
    if len(folded) > 1 and (several := _of_several(before, folded, spelt, whole)):
        return several
    if whole in names.regions() and not _is_given(spelt[0]):
        return "REGION", LIKELY
    if _before("person_before").search(before) and not spelt[0].isupper():
        return "PERSON", LIKELY
    if _before("place_surely_before").search(before) and (
        whole in names.towns() or not _is_given(spelt[0]) or len(folded) > 1 or not before.rstrip().endswith("from")
    ):
        return "CITY", LIKELY
    if spelt[0].isupper() and len(spelt[0]) > 1:
        return None, 0.0
    return _alone(text, end, before, folded, spelt, whole)


def _of_several(before: str, folded: list[str], spelt: list[str], whole: str) -> tuple[str | None, float] | None:
    """Two words or more: ordinary ones are nothing, some begin a place, and a given name begins a person."""
    if all(word in names.ordinary_words() for word in folded) and not (_is_given(spelt[0]) and _is_surname(spelt[-1])):
        return None, 0.0
    if folded[0] in names.known("toponyms") and not any(word in names.ordinary_words() for word in folded[1:]):
        return "CITY", LIKELY
    is_given_name = folded[0] in names.given_names() and (
        folded[0] not in names.common_words() or folded[-1] not in names.ordinary_words()
    )
    if is_given_name and not (_before("place_surely_before").search(before) and whole in names.towns()):
        return "PERSON", SURE if _is_surname(spelt[-1]) else LIKELY
    return None


def _alone(
    text: str, end: int, before: str, folded: list[str], spelt: list[str], whole: str
) -> tuple[str | None, float]:
    """No telling word before it: lists, what follows, and whether the capital can have another reason."""
    if _EPONYM.match(text, end):
        return None, 0.0
    if (
        _after("person_after").match(text, end)
        and (folded[0] not in names.common_words() or folded[0] in names.given_names())
        and whole not in names.countries()
    ):
        return "PERSON", LIKELY
    if _after("firm_after").match(text, end) or (
        len(folded) == 1 and spelt[0].count("-") == 1 and _is_surname(spelt[0].split("-")[0])
    ):
        return "ORGANIZATION", 0.6
    if _before("place_before").search(before) and whole in names.towns() and not _is_given(spelt[0]):
        return "CITY", LIKELY
    if _is_given(spelt[0]) and len(folded) <= 3:
        return "PERSON", LIKELY
    if len(folded) == 1 and _TOWN_ENDS.match(folded[0]) and not _is_surname(spelt[0]):
        return "CITY", 0.6
    if len(folded) == 1 and (_is_surname(spelt[0]) or like_surname(folded[0])):
        return "PERSON", 0.6
    if whole in names.towns() and len(whole) > 4 and folded[0] not in names.common_words():
        return "CITY", 0.6
    if _is_pair(text, before, folded, spelt):
        return "PERSON", 0.55
    return None, 0.0


_TOWN_ENDS = re.compile(
    r".{3,}(?:ville|burgh?|mouth|fort|stad|haven|bury|ford|shire|chester|borough|furt|dorf|hausen|heim|grad|minster"
    r"|wick|hampton|ington|feld|kirchen|vik|by"
    r"|furth|port|land|side|shagen|polis|abad|pur)\Z"
)
_DETERMINED = re.compile(
    r"\b(?:the|an?|our|your|this|that|my|his|her|their|its|of|in|each|every|any|some|no)[ \"']{1,2}\Z", re.IGNORECASE
)


def _is_pair(text: str, before: str, folded: list[str], spelt: list[str]) -> bool:
    """Two or three capitalised words that no list knows: a name without an article before, if not all is capitals."""
    if (
        not 2 <= len(folded) <= 3
        or _DETERMINED.search(before)
        or any(word in names.ordinary_words() for word in folded)
    ):
        return False
    if (
        any(len(word) > 1 and not word[1:].islower() and "-" not in word and "'" not in word for word in spelt)
        or max(map(len, spelt)) < 3
    ):
        return False
    words = _WORD.findall(text)
    small = sum(1 for word in words if word[0].islower())
    return small >= 0.4 * len(words) or len(words) <= len(folded) + 1 or "\n" in text


def _is_given(word: str) -> bool:
    folded = names.fold(word)
    return folded in names.given_names() and folded not in names.common_words() and len(folded) > 2


def _is_surname(word: str) -> bool:
    folded = names.fold(word)
    return folded in names.surnames() and folded not in names.common_words()
