"""Words for days, clocks and what lies before: the laws of time that need no other way to draw inside them."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from privsynth.generate.rules.vocabulary.basics import Amount, Day, Name, Number, RuleModel

TimeUnit = Literal["seconds", "minutes", "hours", "days"]
Country = Literal["AT", "DE", "FR", "GB", "NL", "US"]  # whose holidays are known: time/holidays.toml


class Days(RuleModel):
    """Days from low to high, both included; with `time`, minutes."""

    plain_words = ("business",)

    low: Day
    high: Day
    time: bool = False
    weekdays: bool = Field(False, description="Monday to Friday only.")
    business: Country | None = Field(None, description="Monday to Friday, without the holidays of this country.")
    hours: list[Number] | None = Field(None, min_length=2, max_length=2, description="From when to when in a day.")

    @model_validator(mode="after")
    def _clocked(self) -> Self:
        if self.hours is None:
            return self
        if not self.time:
            raise ValueError("'hours' goes with 'time: true'")
        if not 0 <= self.hours[0] < self.hours[1] <= 24:
            raise ValueError("hours are two numbers that rise, from 0 to 24, such as [9, 17.5]")
        return self


class BusinessDay(RuleModel):
    """The n-th business day after another day, or before it."""

    plain_words = ("of",)

    after: str
    days: Amount = Field(description="Below 0: before. 0: the day itself, or else the next one.")
    of: Country


class _Zoned(RuleModel):
    plain_words = ("zone",)

    time: str
    zone: str | None = Field(None, max_length=100, description="Such as Europe/Berlin.")
    zone_of: str | None = Field(None, description="An expression that gives a zone for each row.")

    @model_validator(mode="after")
    def _one_zone(self) -> Self:
        if (self.zone is None) == (self.zone_of is None):
            raise ValueError("a time zone is given either by 'zone', or row by row by 'zone_of'")
        return self


class Local(_Zoned):
    """What the clock shows somewhere at a moment of universal time."""

    offset: bool = Field(False, description="Write it as text, with the distance from universal time.")


class Universal(_Zoned):
    """The moment at which the clock shows this somewhere.

    An hour that is there twice is its first; one that is left out is the moment at which the clock was moved.
    """


class Before(RuleModel):
    """What a column holds some rows earlier, among the rows of one parent."""

    plain_words = ("column",)

    column: Name
    steps: int = Field(1, ge=1, le=1_000_000)
    first: Amount | None = Field(None, description="For rows that have no row so many steps before.")


RUNNING = ("sum", "count", "min", "max", "mean")


class Running(RuleModel):
    """What the rows of one parent come to, up to and including each of them: exactly one of these words."""

    sum: str | None = None
    count: str | None = Field(None, description="A condition: how often it was true.")
    min: str | None = None
    max: str | None = None
    mean: str | None = None
    start: Amount | None = Field(None, description="What a sum or a count begins with.")
    low: Amount | None = Field(None, description="A row that would bring the sum below this is left out of it.")
    high: Amount | None = Field(None, description="A row that would bring the sum above this is left out of it.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        used = [word for word in RUNNING if getattr(self, word) is not None]
        if len(used) != 1:
            raise ValueError(
                f"exactly one of {', '.join(RUNNING)} is expected" + (f", not {' and '.join(used)}" if used else "")
            )
        if self.start is not None and used[0] not in ("sum", "count"):
            raise ValueError(f"'start' is for a sum or a count, not for a {used[0]}")
        if (self.low is not None or self.high is not None) and used[0] != "sum":
            raise ValueError(f"'low' and 'high' are for a sum, not for a {used[0]}")
        return self

    @property
    def word(self) -> str:
        return next(word for word in RUNNING if getattr(self, word) is not None)


class QuietHolidays(RuleModel):
    """On holidays only a part of what would arrive does."""

    plain_words = ("of",)

    of: Country
    weight: Number = Field(0, ge=0, le=1)


_PERIOD = r"([1-9]\d{0,5} )?(second|minute|hour|day|week|month|quarter|year)s?"


def _period(value: str) -> str:
    if not re.fullmatch(_PERIOD, value):
        raise ValueError("a period is written 15 minutes, hour, day, week, 3 months, quarter or year")
    return value


Period = Annotated[str, AfterValidator(_period), Field(description="Such as 15 minutes, day, month.")]


class Season(RuleModel):
    """What goes up and down in each period: as a wave, or in a shape of one's own."""

    plain_words = ("period",)

    period: Period
    size: Amount = Field(description="How far it goes above and below; or what the shape is multiplied by.")
    peak: Number | None = Field(None, ge=0, le=1, description="The share of the period after which a wave is highest.")
    shape: list[Number] | None = Field(None, min_length=2, max_length=1_000, description="Its way through a period.")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.peak is not None and self.shape is not None:
            raise ValueError("a season has either a 'peak' or a 'shape'")
        return self


class Disturbance(RuleModel):
    """Chance on top; with a memory each value rests upon the one before."""

    sd: Amount
    memory: Number = Field(0, ge=0, le=1, description="0: none; near 1: slow; 1: a random walk, sd is that of a step.")


class Series(RuleModel):
    """Rows at even distances, with a value made of level, trend, seasons and noise."""

    plain_words = ("every",)

    every: Period
    since: Day
    until: Day
    level: Amount = Field(0, description="Around which it moves.")
    trend: Amount = Field(0, description="How much it rises in a day.")
    season: list[Season] = Field([], max_length=20)
    noise: Disturbance | None = None
    relative: bool = Field(False, description="Trend, seasons and noise are shares of the level, and compound.")

    @model_validator(mode="after")
    def _shares_of_something(self) -> Self:
        if self.relative and self.level == 0:
            raise ValueError("trend, seasons and noise are shares of a level here: say one, such as  level: 100")
        return self
