"""Where a column ends: what lies beyond an end that was declared, or that enough people share, becomes that end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.generate.mask.steps.kinds import to_places
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.steps.stay import DrawnIn, End
from privsynth.groups.rare import counted
from privsynth.groups.sharing import ends, people_with
from privsynth.mask_steps import TopBottom


def learn_top_bottom(step: TopBottom, lesson: Lesson) -> DrawnIn:
    """Declared ends are the policy's; the others are drawn in until enough people lie at them."""
    column = lesson.column
    if not (column.kind.is_numeric or column.kind is Kind.DATE):
        fits = "top_bottom fits numbers and dates; for levels take generalise with a hierarchy."
        raise lesson.misfit("top_bottom", fits)
    low, high = ends(lesson.values, lesson.people, lesson.k_rare)
    if column.kind.is_numeric:
        low, high = to_places(np.array([low, high]), column.spelling)
    low = low if step.low is None else _declared(lesson, step.low, "low")
    high = high if step.high is None else _declared(lesson, step.high, "high")
    if low > high:
        other = " with the end that the rows give" if None in (step.low, step.high) else ""
        raise lesson.error(f"top_bottom: low and high cross{other}.", hint="declare both ends, low below high.")
    return DrawnIn(column, low, high, _notes(lesson, low, high))


def _declared(lesson: Lesson, end: float | str, which: str) -> End:
    """An end in the storage type of the column."""
    is_date = lesson.column.kind is Kind.DATE
    try:
        if lesson.column.kind.is_time and (count := lesson.column.spelling.count(str(end))) is not None:
            return count
        if not is_date:
            return float(end)
        if not isinstance(end, str):
            raise TypeError  # noqa: TRY301  becomes the message below
        moment: np.datetime64 = pd.Timestamp(end).to_datetime64().astype("datetime64[us]")
        return moment  # noqa: TRY300
    except (ValueError, TypeError):
        form = "a date written YYYY-MM-DD" if is_date else "a number, or a time as the file writes it"
        raise lesson.error(f"top_bottom: {which} must be {form}.") from None


def _notes(lesson: Lesson, low: End, high: End) -> tuple[str, ...]:
    """How many were moved to each end, and whether an end would still name somebody."""
    values, sentences = lesson.values, list[str]()
    for which, moved, at_end in (("low", values < low, values <= low), ("high", values > high, values >= high)):
        if moved.any():
            sentences.append(f"{counted(int(moved.sum()))} lay beyond the {which} end and became it")
        if at_end.any() and people_with(lesson.people, at_end) < lesson.k_rare:
            sentences.append(f"fewer than {lesson.k_rare} people share the {which} end")
    return lesson.notes(*sentences)
