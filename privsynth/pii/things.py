"""Numbers of things: a word for an order, a part or a ticket stands right before them."""

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
