"""Numbers that are no person's: those of orders, parts and tickets, amounts, and counts of something."""

from __future__ import annotations

import re
from functools import cache

from privsynth.pii.names import fold, known

_SIGHT = 40  # letters before a number in which the thing and the words between are looked for


def numbers_a_thing(text: str, start: int) -> bool:
    """Whether what begins at `start` is announced as the number of a thing: `order no. `, `Ref: `."""
    return _announcement().search(fold(text[max(0, start - _SIGHT) : start])) is not None


@cache
def _announcement() -> re.Pattern[str]:
    things = "|".join(sorted(known("things"), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:{things})(?: ?(?:no|nr|num|number|nummer|numero|id|code|key|#)\b)?(?: is| was)?[ .:#=]*\Z"
    )


_UNIT = re.compile(r" ?([^\W\d_]+|[$\u20ac\u00a3\u00a5%])")
_MONEY = re.compile(
    r"(?:[$\u20ac\u00a3\u00a5]|\b(?:usd|eur|gbp|chf|rs\.?)|\b(?:total|amount|sum|price|balance|revenue|sales|population)"
    r"(?: is| was| of|:)?) ?-?\Z"
)


def is_counted(before: str, after: str) -> bool:
    """An amount of money, or of something that is named behind it: both texts in small letters, without accents."""
    unit = _UNIT.match(after)
    return _MONEY.search(before) is not None or (
        unit is not None and unit[1] in {*known("counted"), *"$\u20ac\u00a3\u00a5%"}
    )
