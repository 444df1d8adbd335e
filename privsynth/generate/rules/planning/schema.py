"""What a column of the rulebook is: kind, role, spelling, as declared or as its way to draw implies."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from privsynth.dataset import Column, Kind, Role
from privsynth.errors import PolicyError
from privsynth.generate.rules.values.folk import PARTS
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, Sequence
from privsynth.spelling import Spelling
from privsynth.spelling.fields import can_clock
from privsynth.spelling.times import can_count

_SAMPLE = dt.datetime(2023, 11, 5)  # noqa: DTZ001 - any day whose day, month and year differ
_TEXTS = (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN)


def column_of(name: str, rule: ColumnRule, provider: Provider) -> Column:
    """A column that is drawn or worked out."""
    kind = _kind(rule, provider)
    role = Role.IDENTIFIER if provider.invented and rule.unique else Role.PLAIN
    return _declared(
        Column(
            name,
            kind,
            role=role,
            reason="set in the rulebook",
            fabricated=provider.invented,
            spelling=_spelling(rule, provider, kind),
        ),
        rule,
    )


def key_column(name: str, rule: ColumnRule) -> Column:
    """A sequence or UUIDs."""
    _refuse(rule, decimals=True, format_=True)
    kind = Kind.INTEGER if rule.sequence is not None and is_plain(rule.sequence) else Kind.TEXT
    if rule.kind is not None and Kind(rule.kind) is not kind:
        raise PolicyError(
            f"this makes {kind}, not {rule.kind}.",
            hint="a sequence with a width, a prefix or a suffix is text, one without is integer",
        )
    return _declared(
        Column(
            name,
            kind,
            role=Role.IDENTIFIER,
            entity="UUID" if rule.uuid is not None else None,
            reason="a made-up key",
            fabricated=True,
        ),
        rule,
    )


def person_column(name: str, rule: ColumnRule) -> Column:
    """A part of an invented person."""
    _refuse(rule, decimals=True, format_=True)
    assert rule.person is not None  # noqa: S101 - for the type checker
    entity, role, _ = PARTS[rule.person.part]
    if rule.kind not in (None, "text", "category"):
        raise PolicyError(f"an invented person's {rule.person.part} is text, not {rule.kind}.")
    return _declared(
        Column(
            name,
            Kind(rule.kind or "text"),
            role=role,
            entity=entity,
            reason="part of an invented person",
            fabricated=True,
        ),
        rule,
    )


def reference_column(name: str, rule: ColumnRule, key: Column) -> Column:
    """The parent's key, repeated."""
    _refuse(rule, decimals=True, format_=True)
    if rule.kind is not None and Kind(rule.kind) is not key.kind:
        raise PolicyError(f"the key it refers to is {key.kind}, not {rule.kind}.")
    return _declared(replace(key, name=name, reason="refers to the parent"), rule)


def is_plain(sequence: Sequence) -> bool:
    return not (sequence.width or sequence.prefix or sequence.suffix)


def _declared(column: Column, rule: ColumnRule) -> Column:
    return replace(
        column, role=Role(rule.role or column.role), entity=rule.entity or column.entity, declared=rule.role is not None
    )


def _kind(rule: ColumnRule, provider: Provider) -> Kind:
    implied = provider.kind or Kind.TEXT
    wanted = Kind(rule.kind) if rule.kind else implied
    fits = (
        wanted is implied
        or provider.kind is None
        or (wanted.is_numeric and implied.is_numeric)
        or (wanted in _TEXTS and (implied in _TEXTS or implied.is_numeric))
    )
    if not fits:
        raise PolicyError(
            f"this makes {implied}, which cannot be {wanted}.",
            hint="leave out 'kind', or make the values in another way",
        )
    return wanted


def _spelling(rule: ColumnRule, provider: Provider, kind: Kind) -> Spelling:
    _refuse(
        rule,
        decimals=kind is not Kind.NUMBER and not (kind is Kind.INTEGER and rule.decimals == 0),
        format_=kind is not Kind.DATE and not kind.is_time,
    )
    if kind is Kind.DATE:
        shape = rule.format or ("%Y-%m-%d %H:%M" if provider.has_time else "%Y-%m-%d")
        _check_format(shape)
        return Spelling(date_format=shape)
    if kind.is_time:
        return _time_spelling(kind, rule.format)
    if kind is Kind.NUMBER:
        return Spelling(decimals=provider.decimals if rule.decimals is None else rule.decimals)
    return Spelling()


def _time_spelling(kind: Kind, form: str | None) -> Spelling:
    """Numbers as times: they count the smallest part of the format."""
    shape = form or ("%H:%M" if kind is Kind.TIME else "%H:%M:%S")
    if not (can_clock(shape) if kind is Kind.TIME else can_count(shape)):
        raise PolicyError(f"this is no format of a {kind}.", hint="such as %H:%M or %H:%M:%S")
    return Spelling(clock=shape) if kind is Kind.TIME else Spelling(duration=shape)


def _refuse(rule: ColumnRule, *, decimals: bool, format_: bool) -> None:
    """Words that would have no effect are refused."""
    if decimals and rule.decimals is not None:
        raise PolicyError("decimals are for numbers.", hint="leave out 'decimals'")
    if format_ and rule.format is not None:
        raise PolicyError("a format is for dates.", hint="leave out 'format'")


def _check_format(shape: str) -> None:
    if not tells_days(shape):
        raise PolicyError(
            "this format does not tell day, month and year.", hint="such as %Y-%m-%d, %d.%m.%Y or %Y-%m-%d %H:%M"
        )


def tells_days(shape: str) -> bool:
    """A format must tell day, month and year, or the dates could not be read again."""
    try:
        return dt.datetime.strptime(_SAMPLE.strftime(shape), shape) == _SAMPLE  # noqa: DTZ007 - days of a calendar have no zone
    except ValueError:
        return False
