"""How the values of a column are spelt in a file: the way back from numbers and dates to text."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from privsynth.keeping import kept
from privsynth.spelling.dates import Names, spelt, unit_of
from privsynth.spelling.digits import fixed_places
from privsynth.spelling.durations import duration_in
from privsynth.spelling.fields import read_under
from privsynth.spelling.numbers import NumberStyle
from privsynth.spelling.times import spelt_durations, spelt_times, step_of
from privsynth.typing import Array


@kept(version=2)
@dataclass(frozen=True)
class Spelling:
    """Numbers: decimals and marks. Dates and times: a format and its names. All: the word for a missing value."""

    decimals: int = 0  # the most places that the column uses
    padded: bool = True  # whether every value shows all of them
    _: KW_ONLY
    decimal_mark: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    names: Names = field(default=Names())
    clock: str = ""  # the format of a time of day
    duration: str = ""  # the format of a duration
    null: str = ""
    fewest: int = 0  # where they are not padded: the places that every value shows all the same
    shortest: bool = False  # full-precision floats: as many digits as tell the value from its neighbours
    style: NumberStyle | None = None  # what stands around the digits, if anything but a minus does

    def write(self, values: Array) -> Array:
        """The text of each value; a missing one is None (the writer puts `null` there)."""
        if values.dtype.kind == "O":
            return values
        codes, known = pd.factorize(values)
        words = self._words(known).to_numpy(zero_copy_only=False)
        return np.append(words.astype(object), np.array([None]))[codes]

    def texts(self, values: Array) -> pa.StringArray:
        """The same as an array of Arrow's, where no text of Python's is wanted."""
        if values.dtype.kind == "O":
            return pa.array(values, pa.string(), from_pandas=True)
        codes, known = pd.factorize(values)
        return self._words(known).take(pa.array(codes, mask=codes < 0))

    def _words(self, known: Array) -> pa.StringArray:
        """The text of each distinct value, none of which is missing."""
        if known.dtype.kind == "M":
            return pa.array(spelt(known, self.date_format, self.names), pa.string())
        if self.is_time:
            words = spelt_times(known, self.clock, self.names) if self.clock else spelt_durations(known, self.duration)
            return pa.array(words, pa.string())
        if self.is_bare:
            return fixed_places(known, self.decimals)
        return pa.array([self.number(value) for value in known], pa.string())

    @property
    def is_bare(self) -> bool:
        """Whether its numbers are digits of so many places and nothing else."""
        is_fixed = not self.shortest and (self.padded or not self.decimals)
        return self.style is None and is_fixed and self.decimal_mark == "." and not self.thousands

    def number(self, value: float) -> str:
        if self.style is None:
            return self._marked(_without_sign_of_zero(self._digits(value)))
        digits = self.style.digits(self._digits(abs(value)), abs(value))
        is_zero = value == 0 or not digits.strip("0.")
        return self.style.dressed(self._marked(digits), 0.0 if is_zero else value)

    def value(self, text: str) -> float:
        """The number that a word means, with what stands around it or without; ValueError if there is none."""
        digits, sign = (text, 1.0) if self.style is None else self.style.undressed(text)
        plain = digits.replace(self.thousands, "") if self.thousands else digits
        return sign * float(plain.replace(self.decimal_mark, "."))

    def _marked(self, text: str) -> str:
        marks: dict[str, str | int | None] = {",": self.thousands, ".": self.decimal_mark}
        return text if self.decimal_mark == "." and not self.thousands else text.translate(str.maketrans(marks))

    def _digits(self, value: float) -> str:
        if self.shortest:
            text: str = np.format_float_positional(value, trim="-")
        else:
            text = f"{value:,.{self.decimals}f}" if self.thousands else f"{value:.{self.decimals}f}"
        if (self.padded and not self.shortest) or not self.decimals:
            return text
        whole, _, places = text.partition(".")
        places = places.rstrip("0").ljust(self.fewest, "0")
        return f"{whole}.{places}" if places else whole

    def rounded(self, values: Array) -> Array:
        """The numbers that the text says: a file in types must not tell more digits than a file in text."""
        if self.is_time:
            return np.rint(values)
        codes, known = pd.factorize(values)
        exponent = None if self.style is None else self.style.exponent
        bare = replace(
            self, decimal_mark=".", thousands="", style=None if exponent is None else NumberStyle(exponent=exponent)
        )
        return np.array([*(float(bare.number(value)) for value in known), np.nan])[codes]

    @property
    def is_time(self) -> bool:
        """Whether the numbers count parts of a day or of a duration."""
        return bool(self.clock or self.duration)

    @property
    def step_us(self) -> int:
        """The microseconds of one count of a time of day or of a duration."""
        return step_of(self.clock or self.duration)

    def count(self, text: str) -> float | None:
        """What a time of day or a duration counts; None where the text is none."""
        if self.duration:
            duration = duration_in(text, self.duration)
            return None if duration is None else float(duration[0] // self.step_us)
        moment = read_under(text, self.clock)
        return None if moment is None else float(int(moment.astype(np.int64)) // self.step_us)

    @property
    def unit(self) -> str:
        """The finest part of a date that is written: us, s, m, h, D, W, M, Q or Y."""
        return unit_of(self.date_format)

    def date(self, value: np.datetime64) -> str:
        return str(spelt(np.array([value]), self.date_format, self.names)[0])


def _without_sign_of_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text
