"""What all words of a rulebook are built from: numbers, days, names, and models that know no other words."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from privsynth.plainyaml import NoSuchDay

MOST = 1e100  # up to which numbers can be added up and multiplied without becoming infinite
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # in no file of text


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number must be finite")
    if not -MOST <= value <= MOST:
        raise ValueError("a number lies between -1e100 and 1e100")
    return value


def _day(value: Any) -> Any:
    """Days may be written as such, or as an expression; texts like 2024-01-31 are days."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - days of a calendar have no zone
    if isinstance(value, NoSuchDay) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return _iso(value)
    return value


def _iso(value: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day; days are written 2024-12-31") from None


def _scalar(value: Any) -> Any:
    return _day(value) if isinstance(value, dt.date | NoSuchDay) else value


Number = Annotated[StrictInt | StrictFloat, AfterValidator(_finite)]
Amount = Annotated[Number | StrictStr, Field(description="A number, or an expression that gives one for each row.")]
Moment = Annotated[dt.datetime, Field(strict=True)]  # otherwise a number would count seconds since 1970
Day = Annotated[Moment | StrictStr, BeforeValidator(_day)]
Bound = Annotated[Number | Moment | StrictStr, BeforeValidator(_day)]
Scalar = Annotated[StrictBool | Number | StrictStr | Moment | None, BeforeValidator(_scalar)]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}_[A-Z]{2}$")]
Name = Annotated[str, Field(min_length=1, max_length=128)]


class RuleModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    plain_words: ClassVar[tuple[str, ...]] = ()  # those that hold no expression of its columns
