"""Words as times of day or as durations: counts of the smallest part that any of them shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa

from privsynth.dataset import Kind
from privsynth.read.place import spaced
from privsynth.read.skeletons import TIME, time_format
from privsynth.spelling.dates import Names
from privsynth.spelling.durations import Duration, duration_in, iso_form
from privsynth.spelling.fields import can_clock, fields_of
from privsynth.spelling.times import can_count, spelt_durations, spelt_times, step_of
from privsynth.typing import Array

SAMPLE = 200
FEWEST = 0.5  # of a sample must look like times before a column is read as times
LONGEST = 40
DURATION_NAMES = re.compile(
    r"(?i)(duration|elapsed|pace|lap|split|run_?time|runtime|length|took|dauer|duree|durée|duracion|duración|duur|lengte)"
)
TIME_NAMES = re.compile(
    r"(?i)(time|hour|clock|start|end|open|clos|arriv|depart|sunrise|sunset|uhr|zeit|heure|hora|ora|tijd|godzina|from|until|to$|at$)"
)

CLOCK_NAMES = re.compile(
    r"(?i)(^|[^a-z])(time|clock|uhr|uhrzeit|zeit|heure|hora|ora|orario|tijd|godzina|tid)($|[^a-z])|uhrzeit$"
)
POINTED = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3])\.(?P<minute>[0-5][0-9])", re.ASCII)
MANY = 20  # so many different numbers of two decimals, none of them above 59, are no chance


@dataclass(frozen=True, eq=False)
class TimeReading:
    """What each word counts, and the format that spells it."""

    values: Array  # NaN where the word is a misfit
    format: str
    _: KW_ONLY
    is_duration: bool
    fits: Array
    respelt: Array
    names: Names = field(default=Names())
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.DURATION if self.is_duration else Kind.TIME


def times(words: list[str], name: str, cells: Array | None = None) -> TimeReading | None:
    """The words as times of day or durations; with `cells`, how often each stands in the column, some may not fit."""
    sample = words[:: -(-len(words) // SAMPLE) or 1]
    weights = np.ones(len(words)) if cells is None else cells.astype(float)
    looks = [bool(len(word) <= LONGEST and (_time_look(word) or duration_in(word))) for word in sample]
    if sum(looks) < max(1, FEWEST * len(sample)):
        return None
    ways: list[Callable[[], TimeReading | None]] = [
        lambda: _times_of_day(words, weights, name),
        lambda: _durations(words, weights),
    ]
    if DURATION_NAMES.search(name):
        ways.reverse()
    reading = ways[0]()
    if reading is None or not reading.fits.all():
        readings = [each for each in (reading, ways[1]()) if each is not None]
        reading = max(readings, key=lambda each: weights[each.fits].sum(), default=None)
    return reading if reading is not None and (cells is not None or reading.fits.all()) else None


def pointed_times(words: list[str], name: str) -> TimeReading | None:
    """Words such as `17.20` as times of day, where the name of the column says so and they are no usual numbers."""
    if not words or not CLOCK_NAMES.search(spaced(name)) or DURATION_NAMES.search(name):
        return None
    reading = _with_points(words)
    return reading if reading is not None and _are_clocks(words) else None


def _with_points(words: list[str]) -> TimeReading | None:
    if not all(POINTED.fullmatch(word) for word in words):
        return None
    is_padded = not any(word[1] == "." for word in words) or any(word[0] == "0" and word[1] != "." for word in words)
    reading = _times_of_day(words, np.ones(len(words)), "time", form="%H.%M" if is_padded else "%-H.%M")
    return reading and replace(reading, notes=(_POINTED,))


def _are_clocks(words: list[str]) -> bool:
    """No number begins with a zero before another digit; half hours alone could be decimals."""
    if any(word[0] == "0" and word[1] != "." for word in words):
        return True
    hours, minutes = ({word[: word.index(".")] for word in words}, {word[-2:] for word in words})
    return len(words) >= MANY and len(hours) > 2 and not minutes <= {"00", "50"}


_POINTED = "read as times of day with a point between hours and minutes; kind: number in the policy reads decimals"


def times_as(words: list[str], *, is_duration: bool, form: str | None) -> TimeReading | None:
    """The words as the policy says; None where no format is known that fits any."""
    weights = np.ones(len(words))
    if is_duration:
        return _durations(words, weights, form=form)
    if form is not None and not can_clock(form):
        return None
    pointed = _with_points(words) if form is None else None
    return replace(pointed, notes=()) if pointed else _times_of_day(words, weights, "time", form=form)


@lru_cache(maxsize=4096)
def _time_look(word: str) -> str:
    """The format of a time of day; nothing if the word is none."""
    match = TIME.fullmatch(word)
    if match is None or match["packed"] or (match["zone"] or "").strip()[:1] in ("+", "-"):
        return ""
    return time_format(match)


def _times_of_day(words: list[str], weights: Array, name: str, *, form: str | None = None) -> TimeReading | None:
    """Under the commonest format, and the words that fit others."""
    texts = pa.array(words, pa.string())
    left, micro = np.ones(len(words), dtype=bool), np.full(len(words), -1, dtype=np.int64)
    spellings: list[tuple[str, Names, float]] = []
    looks = (_time_look(word) for word in words[:: -(-len(words) // SAMPLE) or 1])
    tried = [look for look, _ in Counter(look for look in looks if look).most_common(8)] if form is None else [form]
    for way in tried:
        found = fields_of(texts, way)
        new = left & found.fits
        if new.any():
            micro[new], left = found.moments[new].astype(np.int64), left & ~new
            spelling = found.spelling(weights * new) if form is None else (form, found.names(form, weights * new))
            spellings.append((*spelling, float(weights[new].sum())))
    if not spellings:
        return None
    finest = min(step_of(spelling) for spelling, _, _ in spellings)
    chosen, names, _ = max((one for one in spellings if step_of(one[0]) == finest), key=lambda one: one[2])
    counts = np.where(left, np.nan, micro // finest)
    respelt = _respelt(words, left, spelt_times(counts[~left], chosen, names))
    notes = () if TIME_NAMES.search(name) or chosen not in ("%H:%M", "%-H:%M") else (_EITHER,)
    return TimeReading(counts, chosen, is_duration=False, fits=~left, respelt=respelt, names=names, notes=notes)


_EITHER = "read as hours and minutes of the day; kind: duration in the policy makes lengths of time of them"


def _respelt(words: list[str], left: Array, written: Array) -> Array:
    respelt = np.zeros(len(words), dtype=bool)
    respelt[~left] = written != np.array(words, dtype=object)[~left]
    return respelt


def _durations(words: list[str], weights: Array, *, form: str | None = None) -> TimeReading | None:
    """The format that gives most of the words back, of those that show the smallest part."""
    found = [duration_in(word, form or "") if len(word) <= LONGEST else None for word in words]
    found = _with_hours(found) if form is None else found
    forms = Counter[str]()
    for duration, weight in zip(found, weights.tolist(), strict=True):
        if duration is not None:
            forms[duration[1]] += weight
    left = np.array([duration is None for duration in found])
    micro = np.array([0 if duration is None else duration[0] for duration in found], dtype=np.int64)
    ways = (_joined(forms) if form is None else [form]) if forms else []
    ways = [way for way in dict.fromkeys(ways) if can_count(way) and not (micro[~left] % step_of(way)).any()]
    if not ways:
        return None
    tried = np.flatnonzero(~left)[:: -(-int((~left).sum()) // SAMPLE) or 1]
    best = min(ways, key=lambda way: weights[tried][_differ(words, micro, tried, way)].sum())
    respelt = np.zeros(len(words), dtype=bool)
    respelt[~left] = _differ(words, micro, np.flatnonzero(~left), best)
    if form is None and not _is_meant(forms, weights[respelt].sum() / weights.sum()):
        return None
    counts = np.where(left, np.nan, micro / step_of(best))
    return TimeReading(counts, best, is_duration=True, fits=~left, respelt=respelt)


def _differ(words: list[str], micro: Array, at: Array, form: str) -> Array:
    """Which of these words the format would write otherwise."""
    written = spelt_durations(micro[at] / step_of(form), form)
    return np.asarray(written != np.array([words[place] for place in at], dtype=object))


def _with_hours(found: list[Duration | None]) -> list[Duration | None]:
    """Beside `1:05:30` the two parts of `59:10` are minutes and seconds."""
    forms = {duration[1] for duration in found if duration is not None}
    if not {1, 2} <= {form.count(":") for form in forms if not form.startswith("%D")}:
        return found
    return [
        (duration[0] // 60, "%-H:%M:%S") if duration is not None and duration[1].count(":") == 1 else duration
        for duration in found
    ]


def _is_meant(forms: Counter[str], respelt: float) -> bool:
    """`5 m` alone is an amount of something; two parts, a clock or ISO 8601 say that it is time."""
    return respelt <= FEWEST and any(form.startswith("P") or form.count("%") > 1 or "days" in form for form in forms)


def _joined(forms: Counter[str]) -> list[str]:
    """The formats of the words, and what joins the parts and the fractions that different words show."""
    known = [form for form, _ in forms.most_common(8)]
    bare = list(dict.fromkeys(re.sub(r"(\.%\df|%-\.f)$", "", form) for form in known))
    places = max((int(form[-2]) for form in known if re.search(r"\.%\df$", form)), default=0)
    fractions = [f".%{places}f", "%.f" if places == 6 else f"%.{places}f", "%-.f"] if places else []
    clocks = [form for form in bare if ":" in form]
    joined = [f"{form}{fraction}" for form in clocks for fraction in fractions]
    unpadded = [form for form in clocks if form.startswith("%-")]
    lettered = [form for form in forms if ":" not in form and form != "%D days"]
    return [*known, *joined, *bare, *unpadded, *_unions(lettered)]


def _unions(forms: list[str]) -> list[str]:
    """`PT%HH` and `PT%MM` make `PT%HH%MM`; `%Hh` and `%Mm` make `%Hh%Mm`, with or without a space."""
    fraction = "%-.f" if any(form.endswith("%-.f") for form in forms) else ""
    bare = [form.removesuffix("%-.f") for form in forms]
    iso = {part for form in bare if form.startswith("P") for part in re.findall(r"%([DHMS])", form)}
    if iso:
        parts = [f"%{part}{part}" for part in "DHMS" if part in iso]
        return [iso_form(parts) + fraction]
    letters: dict[str, str] = {}
    for form in bare:
        for part, behind in re.findall(r"%([DHMS])([^%]*)", form):
            letters.setdefault(part, behind.rstrip())
    parts = [f"%{part}{letters[part]}" for part in "DHMS" if part in letters]
    return [between.join(parts) + fraction for between in ("", " ")] if len(parts) > 1 else []
