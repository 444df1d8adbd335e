"""Postcodes in a running text: where a word, a town, a state or a verb of dwelling says that a number is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from privsynth.pii import names
from privsynth.pii.forms import LIKELY, SURE, Hit
from privsynth.pii.names import fold
from privsynth.pii.things import is_counted, numbers_a_thing

# Forms that other numbers rarely have.
_TELLING = (
    r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-CEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d"  # British, Canadian
    r"|\d{5}-\d{4}|\d{2}-\d{3}|\d{3} \d{2}|\d{4} [A-RT-Z][A-Z]|\d{4} S[BCE-RT-Z]"  # American, Polish, Swedish, Dutch
    r"|\d{5}-\d{3}|\d{4}-\d{3}|\d{3}-\d{4}"  # Brazilian, Portuguese, Japanese
)
_ANY = rf"{_TELLING}|[A-Z]{{1,2}}\d[A-Z\d]?\d[A-Z]{{2}}|[A-Z]\d[A-Z]\d[A-Z]\d|\d{{4}}[A-Z]{{2}}|\d{{4,8}}"
_CODE = re.compile(rf"(?<![\w.,/@#$\u20ac\u00a3+-])(?:[A-Z]{{1,2}}-)?(?:{_ANY})(?![\w@%]|[-/]\d|[.,]\d)")
_ROYAL = re.compile(r"(?<!\w)(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-CEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d)(?!\w)")
_YEAR = re.compile(r"(?:1[89]|20)\d\d\Z")

_DWELLS = re.compile(r"\b(?:liv(?:e|es|ed|ing)|resid(?:e|es|ed|ing|ents?)) (?:in|at|near|of) (?:the )?\Z|\u3012 ?\Z")
_SENDS = re.compile(
    r"\b(?:mov(?:e|ed|es|ing) to|(?:based|located) (?:in|near)|p\.? ?o\.? ?box \d+,"
    r"|(?:ship(?:s|ped|ping)?|deliver(?:s|ed|y|ies)?|send|sent|mail(?:ed)?|courier|post(?:ed)?)"
    r" (?:it |this |them )?(?:to|in|for)) (?:the )?\Z"
)
_AREA = re.compile(r" (?:area|neighbou?rhood|district|zip|postcode|zip ?code)\b")
_TOWN_BEFORE = re.compile(r"((?:[A-Z\u00c0-\u017d][\w'\u2019.-]+[ -]){0,3}[A-Z\u00c0-\u017d][\w'\u2019-]+),? ?\n?\Z")
_TOWN_AFTER = re.compile(r",? \n?((?:[A-Z\u00c0-\u017d][\w'\u2019.-]+[ -]){0,3}[A-Z\u00c0-\u017d][\w'\u2019-]+)")
_WORDS_EITHER = "|".join(sorted(names.known("postcodes"), key=len, reverse=True)).replace("_", " ?")
_WORDS = re.compile(rf"(?<!\w)(?:{_WORDS_EITHER})(?!\w)")
_DIRECTLY = re.compile(rf"(?<!\w)(?:{_WORDS_EITHER})(?: is| was)?[ :#.]*\Z")
_REACH, _BEHIND = 48, 24  # letters before and behind a code in which a word may announce it


def find_postcodes(text: str, towns: Sequence[tuple[int, int]] = ()) -> Iterator[Hit]:
    """`towns`: where towns are that the words around them gave away.

    A number of four digits that could be a year, and the number of a thing, need a word for a postcode.
    """
    if not any(c.isdigit() for c in text):
        return
    folded = _folded(text)
    for match in _CODE.finditer(text):
        before = folded[max(0, match.start() - _REACH) : match.start()]
        behind = folded[match.end() : match.end() + _BEHIND]
        may_be_one = _may_be_one(match, before, behind)
        if _DIRECTLY.search(before) or (may_be_one and _is_announced(before, behind)):
            yield Hit(match.start(), match.end(), "POSTCODE", SURE)
        elif _ROYAL.fullmatch(match.group()) or (
            may_be_one and (_is_beside(match, towns) or _is_placed(match, before, behind))
        ):
            yield Hit(match.start(), match.end(), "POSTCODE", LIKELY + 0.1)


def _is_announced(before: str, behind: str) -> bool:
    """A word for a postcode in the same sentence, and no other number that it would rather speak of, but for `from`."""
    said = list(_WORDS.finditer(before))
    if not said:
        return _SAYS_BEHIND.match(behind) is not None and _WORDS.search(behind) is not None
    between = before[said[-1].end() :]
    return re.search(r"[.?!;\n] ", between) is None and re.search(r"\d", _CHANGED.sub("", between)) is None


_CHANGED = re.compile(r"\bfrom \S+ to\b|\b\S+ (?:and|or|to|into)\b")
_SAYS_BEHIND = re.compile(r",? (?:is|was|as|=|a|the|\()")


def _may_be_one(match: re.Match[str], before: str, behind: str) -> bool:
    code, words = match.group(), _SMALL.findall(before)
    if _YEAR.match(code) or _PLURAL.match(behind):
        return False
    if words and words[-1] in names.known("numbered"):
        return False
    return not (numbers_a_thing(match.string, match.start()) or is_counted(before, behind))


_SMALL = re.compile(r"[^\W\d_]+(?=[ .:#]{0,2}\Z)")
_PLURAL = re.compile(r" (?!is\b|was\b|has\b)[a-z]+s\b")  # what is counted, as a rule


def _is_beside(match: re.Match[str], towns: Sequence[tuple[int, int]]) -> bool:
    """A town right before or behind; four digits behind it need a comma, since years and counts stand there too."""
    text, mark = match.string, _COMMA if match.group().isdigit() and len(match.group()) == 4 else _BLANK
    return any(
        (end <= match.start() and mark.fullmatch(text, end, match.start()))
        or (match.end() <= start and _BLANK.fullmatch(text, match.end(), start))
        for start, end in towns
    )


_BLANK, _COMMA = re.compile(r",?[ \n]{1,2}"), re.compile(r",[ \n]{1,2}")


def _is_placed(match: re.Match[str], before: str, behind: str) -> bool:
    """A town or a state beside it, a verb of dwelling, or for five digits or a telling form a verb of sending."""
    text, code = match.string, match.group()
    if code.isdigit() and len(code) > 6:
        return False
    town = _TOWN_BEFORE.search(text, max(0, match.start() - 60), match.start())
    after = _TOWN_AFTER.match(text, match.end())
    if town and (
        _is_state(town[1].split()[-1], code) or ((len(code) > 4 or "," in town.group()) and _is_town(town[1]))
    ):
        return True
    if after and _is_town(after[1]):
        return True
    tells = not code.isdigit() or len(code) == 5
    return _DWELLS.search(before) is not None or (
        tells and (_SENDS.search(before) is not None or _AREA.match(behind) is not None)
    )


def _is_state(word: str, code: str) -> bool:
    return word in names.american_states() and re.match(r"\d{5}(?:-\d{4})?\Z", code) is not None


def _is_town(words: str) -> bool:
    """Whether the name of a town begins or ends there; a common word is none."""
    parts = fold(words).split(" ")
    spelt = [
        *(" ".join(parts[at:]) for at in range(len(parts))),
        *(" ".join(parts[:at]) for at in range(1, len(parts))),
    ]
    able = [name for name in spelt if len(name) > 2 and name not in names.common_words()]
    return any(name in names.towns() for name in able) or any(name in names.places() for name in able)


def _folded(text: str) -> str:
    folded = fold(text)
    return folded if len(folded) == len(text) else text.lower()
