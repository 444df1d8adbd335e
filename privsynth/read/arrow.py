"""One Arrow column into its storage type, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.dataset import Column, Kind, Table
from privsynth.options import ColumnPolicy
from privsynth.read.kinds import Typed, typed
from privsynth.read.numerals import SAFE_DIGITS
from privsynth.read.place import Place
from privsynth.read.records import Words
from privsynth.spelling import Spelling
from privsynth.spelling.arrow import as_arrow, counts, nanoseconds
from privsynth.spelling.times import DAY_US
from privsynth.typing import Array

LARGEST = 10**SAFE_DIGITS - 1
MICROSECOND = "%Y-%m-%d %H:%M:%S.%f"


def arrow_column(name: str, values: Any, file: str, wish: ColumnPolicy | None) -> Typed:
    """The column in its storage type. Text is typed as the text of a file would be; a frame's own types are kept."""
    place = Place(file, name, lambda row: row + 1)
    kind = values.type
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    ordered = pa.types.is_dictionary(kind) and kind.ordered
    if pa.types.is_dictionary(kind):
        values = pc.cast(values, kind.value_type)
        column = _as_words(values, place, wish or ColumnPolicy(kind="ordinal" if ordered else "category"))
    elif wish is not None and (wish.kind or wish.format):
        column = _as_words(_text(values, place), place, wish)
    else:
        column = _by_type(values, place)
    return column


def _by_type(values: Any, place: Place) -> Typed:
    kind, types = values.type, pa.types
    if types.is_null(kind):
        return Typed(Column(place.name, Kind.CATEGORY), np.full(len(values), None, dtype=object))
    if types.is_boolean(kind):
        return _as_words(_text(values, place), place, ColumnPolicy(kind="boolean"))
    if types.is_integer(kind):
        return _integers(values, place)
    if types.is_floating(kind):
        return _floats(values, place)
    if types.is_decimal(kind):
        return _decimals(values, place)
    if types.is_date(kind) or types.is_timestamp(kind):
        return _moments(values, place)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _as_words(values, place, None)
    if types.is_time(kind) or types.is_duration(kind):
        return _times(values, place)
    raise place.refuse(f"the type {kind} cannot be read", "make it text, a number or a date")


def _text(values: Any, place: Place) -> Any:
    try:
        return pc.cast(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise place.refuse(f"the type {values.type} has no text form", "make it text first") from None


def _as_words(values: Any, place: Place, wish: ColumnPolicy | None) -> Typed:
    """Through the same typing as text from a file. Frames know missing values, so the word NA is only a word."""
    coded = pc.dictionary_encode(_text(values, place))
    words = coded.dictionary.to_pylist()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    if nul := [code for code, word in enumerate(words) if "\0" in word]:
        raise place.refuse(
            "there is a NUL character", "take it out: no text of a file may hold one", int(np.isin(codes, nul).argmax())
        )
    if "" in words:
        words, codes = _without_empty(words, codes)
    return typed(Words(words, codes), place, wish, nulls=())


def _without_empty(words: list[str], codes: Array) -> tuple[list[str], Array]:
    at = words.index("")
    lookup = np.array([code - (code > at) if code != at else -1 for code in range(len(words))] + [-1], dtype=np.int32)
    return [word for word in words if word], lookup[codes]


def _float64(values: Any) -> Array:
    numbers: Array = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype("float64")
    return numbers


def _integers(values: Any, place: Place) -> Typed:
    """Integers that a float keeps; longer ones are names rather than amounts, and stay text."""
    low, high = (pc.min_max(values)[side].as_py() for side in ("min", "max"))
    if high is not None and max(high, -low) > LARGEST:
        words = _as_words(_text(values, place), place, ColumnPolicy(kind="text"))
        return Typed(words.column, words.values, (place.note("integers of more than 15 digits are kept as text"),))
    return Typed(Column(place.name, Kind.INTEGER), _float64(values))


def _floats(values: Any, place: Place) -> Typed:
    numbers = _float64(values)
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        raise place.refuse(
            "an infinite value has no place in a table", "make it missing, or a number", int(infinite[0])
        )
    return Typed(Column(place.name, Kind.NUMBER, spelling=_float_spelling(values, numbers)), numbers)


def _float_spelling(values: Any, numbers: Array) -> Spelling:
    """As few decimals as give every float back."""
    if pa.types.is_float32(values.type) or pa.types.is_float16(values.type):
        numbers = np.array([float(str(v)) for v in np.unique(_small(values))])
    distinct = np.unique(numbers[~np.isnan(numbers)])
    places = next((d for d in range(11) if (np.round(distinct, d) == distinct).all()), None)
    if places is not None and (not len(distinct) or np.abs(distinct).max() * 10.0**places < LARGEST):
        return Spelling(places, padded=False, fewest=min(1, places)) if places else Spelling(1)
    return Spelling(17, padded=False, fewest=1, shortest=True)


def _small(values: Any) -> Array:
    numbers: Array = pc.drop_null(values).to_numpy(zero_copy_only=False)
    return numbers


def _decimals(values: Any, place: Place) -> Typed:
    """Decimals of at most 15 digits; longer ones stay text, because a float would round them."""
    if values.type.precision > SAFE_DIGITS:
        used = pc.max(pc.utf8_length(_text(values, place))).as_py() or 0
        if used > SAFE_DIGITS:
            words = _as_words(_text(values, place), place, ColumnPolicy(kind="text"))
            return Typed(words.column, words.values, (place.note("decimals of more than 15 digits are kept as text"),))
    scale = max(0, values.type.scale)
    return Typed(Column(place.name, Kind.NUMBER if scale else Kind.INTEGER, spelling=Spelling(scale)), _float64(values))


def _moments(values: Any, place: Place) -> Typed:
    """Days and moments in microseconds; moments with a zone in UTC, because a table has no room for zones."""
    notes = []
    if pa.types.is_timestamp(values.type) and values.type.tz:
        notes.append(place.note(f"its zone {values.type.tz} is left out of files: they hold UTC"))
    cut = (
        pc.cast(values, pa.timestamp("us"), safe=False)
        if not pa.types.is_timestamp(values.type) or not values.type.tz
        else pc.cast(values, pa.timestamp("us", "UTC"), safe=False)
    )
    moments = cut.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    if pa.types.is_timestamp(values.type) and values.type.unit == "ns" and (_nanoseconds(values) % 1000).any():
        notes.append(place.note("nanoseconds are cut off"))
    present = moments[~np.isnat(moments)]
    form = (
        "%Y-%m-%d"
        if (present == present.astype("datetime64[D]")).all()
        else "%Y-%m-%d %H:%M:%S"
        if (present == present.astype("datetime64[s]")).all()
        else MICROSECOND
    )
    return Typed(Column(place.name, Kind.DATE, spelling=Spelling(date_format=form)), moments, tuple(notes))


def _times(values: Any, place: Place) -> Typed:
    """Times of day and durations, in counts of the coarsest part that all of them share."""
    is_duration = pa.types.is_duration(values.type)
    nano, missing = nanoseconds(values)
    notes = (place.note("nanoseconds are cut off"),) if (nano % 1000).any() else ()
    form = _time_form(nano[~missing] // 1000, is_duration=is_duration)
    spelling = Spelling(duration=form) if is_duration else Spelling(clock=form)
    column = Column(place.name, Kind.DURATION if is_duration else Kind.TIME, spelling=spelling)
    return Typed(column, counts(values, spelling), notes)


def _time_form(micro: Array, *, is_duration: bool) -> str:
    """Days alone where there is no clock; no fractions, and no seconds in a time of day, where there are none."""
    days = "%D days" if is_duration else ""
    if is_duration and not (micro % DAY_US).any():
        return days
    minutes = f"{days} %H:%M".strip()
    if not is_duration and not (micro % 60_000_000).any():
        return minutes
    return f"{minutes}:%S" if not (micro % 1_000_000).any() else f"{minutes}:%S%.f"


def _nanoseconds(values: Any) -> Array:
    moments: Array = pc.drop_null(pc.cast(values, pa.int64())).to_numpy(zero_copy_only=False)
    return moments


def back_to_arrow(table: Table, name: str, kind: Any) -> Any:
    """One column in the Arrow type it had."""
    return as_arrow(table.values(name), table[name].spelling, kind)
