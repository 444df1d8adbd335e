"""What can go wrong, as one small tree.

    PrivsynthError
    +-- InputError        the data cannot be read safely        exit 5
    +-- PolicyError       the request contradicts itself        exit 2
    +-- BackendError      the backend cannot do what was asked  exit 1
    +-- MissingExtra      an optional part is not installed     exit 6

A message says what was wrong, what is allowed and what to do next. It may hold column names, line
numbers and counts; it never holds a cell. A gate that says no is not an error: see `release.Refusal`.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; the table in the README is made from this list."""

    RELEASED = 0
    INTERNAL = 1
    USAGE = 2
    BLOCKED = 3
    UNFAITHFUL = 4
    INPUT = 5
    MISSING = 6
    INTERRUPTED = 130


class PrivsynthError(Exception):
    """The root of every error that we raise on purpose."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, *, hint: str = "", column: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.column, self.line = message, hint, column, line

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


def visible(text: str, keep: str = "") -> str:
    """Text as it may stand in a message: what is not printable, and could steer a terminal, is shown as a code."""
    return "".join(c if c.isprintable() or c in keep else f"\\u{ord(c):04x}" for c in text)


class InputError(PrivsynthError):
    """The data cannot be read without guessing, losing or changing something."""

    exit_code = ExitCode.INPUT


class PolicyError(PrivsynthError):
    """The request is unknown, contradicts itself, or asks for something that is not allowed."""

    exit_code = ExitCode.USAGE


class BackendError(PrivsynthError):
    """The backend was asked for something that it cannot make from this data."""


class MissingExtra(PrivsynthError):  # noqa: N818 - it reads as what it is
    """An optional part is needed and not installed."""

    exit_code = ExitCode.MISSING

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the optional part '{extra}', which is not installed.",
            hint=f'install it with: pip install "privsynth[{extra}]"',
        )
