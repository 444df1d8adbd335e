"""Days, years and ages in a running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privsynth.pii.forms import LIKELY, SURE, Hit
from privsynth.spelling.months import MONTHS

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|avril|juin|juillet|août|septembre|octobre"
    r"|novembre|décembre"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\.?"
)
_WEEKDAY = r"(?:mon|tues?|wednes|wed|thurs?|thu|fri|satur|sat|sun)(?:day)?"
_FULL_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_YEAR = r"(?:1[89]\d\d|20\d\d)"
_NAMED_MONTH = f"(?:{'|'.join(MONTHS)})"
_DAY_OR_DIGIT = re.compile(r"[0-9]|day", re.IGNORECASE)
_TIME = r"(?:,? ?(?:at )?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?)"

_DAYS = re.compile(
    rf"(?<![\w/.-])(?:"
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?"
    rf"|\d{{1,2}}([-/.])\d{{1,2}}\1(?:\d{{4}}|\d{{2}}){_TIME}?"
    rf"|(?:{_WEEKDAY},? )?(?:the )?\d{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:of )?{_MONTH},?(?:[ -]{_YEAR})?{_TIME}?"
    rf"|(?:{_WEEKDAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?{_TIME}?"
    rf"|{_MONTH} {_YEAR}"
    rf"|{_MONTH}[-/]\d{{1,2}}[-/](?:{_YEAR}|\d{{2}})|\d{{1,2}}[-/]{_MONTH}[-/](?:{_YEAR}|\d{{2}})"
    rf"|{_FULL_WEEKDAY},? (?:the )?\d{{1,2}}(?:st|nd|rd|th)"
    rf"|{_FULL_WEEKDAY}(?:,? (?:morning|afternoon|evening|night))?(?:,? (?:at )?\d{{1,2}}(?::\d{{2}})? ?[ap]m)?"
    rf")(?![\w/-])",
    re.IGNORECASE,
)
_BEGINS_MONTH = (
    r"(?:jan|feb|f\u00e9v|ene|mar|m\u00e4r|apr|avr|abr|may|mai|jun|jui|jul|aug|ao\u00fb|ago|sep|oct|okt|nov"
    r"|dec|dez|d\u00e9c|dic)"
)
_DAYISH = re.compile(
    rf"\d[-/.]\d|day\b|\b{_BEGINS_MONTH}[^\W\d_]*\.?,? ?-?\d|\d(?:st|nd|rd|th|\.)?[ -](?:of )?{_BEGINS_MONTH}",
    re.IGNORECASE,
)
_YEARS = re.compile(
    rf"\b(?:in|on|for|at|since|from|until|till|by|before|after|during|years?|of|around|circa|through|between|and|or"
    rf"|to|born|dated?|is|was|early"
    rf"|late|mid|spring|summer|autumn|fall|winter)[:,]? (?:the )?(?:year )?({_YEAR}s?)(?![\w/-]|\.\d|,\d)",
    re.IGNORECASE,
)
_YEARISH = re.compile(r"(?<!\d)(?:1[89]|20)\d\d")
_DECADES = re.compile(r"\bthe ((?:1[89]|20)\d0s)(?!\w)", re.IGNORECASE)
_MONTHS = re.compile(
    rf"\b(?:[Ii]n|[Oo]n|[Uu]ntil|[Ss]ince|[Bb]y|[Ff]rom|[Ll]ast|[Nn]ext|[Tt]his|[Bb]efore|[Aa]fter|[Dd]uring|[Bb]orn"
    rf"|[Ee]nd of) ({_NAMED_MONTH})(?![\w'])"
)
_COMPACT = re.compile(
    r"\b(?:on|dated?|since|from|until|born|of|in|dob|by)[: ]{1,2}((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d"
    r"|3[01]))(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?:born|birth|birthday|dob|d\.o\.b|geboren|né|née|nacid[oa]|nascid[oa]|nato|nata)\b[^.\n]{0,20}\Z",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?<![\w.-])(\d{1,3})(?=[- ](?:years?|yrs?)[- ]?(?:old|of age)\b| ?y/?o\b)|(?:\b(?:aged?|turned|turning|age of"
    r"|age is|age:) )(\d{1,3})(?![\w.,/-]*\d)\b",
    re.IGNORECASE,
)


def find_days(text: str) -> Iterator[Hit]:
    """Days and years; beside a word for birth a day is a date of birth."""
    for match in _MONTHS.finditer(text) if any(month in text for month in MONTHS) else ():
        yield Hit(match.start(1), match.end(1), "DATE", LIKELY)
    if _DAY_OR_DIGIT.search(text) is None:
        return
    for match in _DAYS.finditer(text) if _DAYISH.search(text) else ():
        if _is_calendar(match.group()):
            born = _BORN.search(text, 0, match.start()) is not None
            yield Hit(
                match.start(),
                match.end(),
                "DATE_OF_BIRTH" if born else "DATE",
                SURE if any(c.isdigit() for c in match.group()) else LIKELY,
            )
    for expression in (_YEARS, _DECADES, _COMPACT) if _YEARISH.search(text) else ():
        for match in expression.finditer(text):
            yield Hit(match.start(1), match.end(1), "DATE", LIKELY)


def find_ages(text: str) -> Iterator[Hit]:
    """The number alone: `50` of `50 years old`."""
    for match in _AGE.finditer(text):
        start, end = match.span(1) if match.group(1) else match.span(2)
        age = int(text[start:end])
        if 0 < age <= 125:
            yield Hit(start, end, "AGE_OVER_89" if age > 89 else "AGE", SURE)


def _is_calendar(found: str) -> bool:
    """A day and a month that exist, in some order."""
    numbers = [int(n) for n in re.findall(r"\d+", found.split("T", maxsplit=1)[0].split(":", maxsplit=1)[0])]
    if len(numbers) < 3 or any(c.isalpha() for c in found.split("T", maxsplit=1)[0]):
        return True
    small = sorted(n for n in numbers[:3] if 1 <= n <= 31)  # the year may be 00
    return len(small) >= 2 and small[0] <= 12
