"""Ctrl-C and SIGTERM: the first unwinds the work, so that all it opened is closed and removed; the second ends at once.

Python runs a signal's handler between two steps of the main thread, so a long step in compiled code delays it.
The second signal must not wait: the byte that the interpreter writes for each signal is read by a thread that ends
the process itself.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from privsynth.errors import ExitCode

TWICE = 0.1  # seconds within which one Ctrl-C may arrive twice: a terminal and a wrapper both pass it on
SHOW_CURSOR = "\x1b[?25h"


@dataclass
class _Interruption:
    asked: bool = False
    held: bool = False  # a release is being written, and is finished


_interruption = _Interruption()


def heed() -> None:
    """From now on both signals are heard. For the main thread of a process of our own."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _unwind)
    threading.Thread(target=_end_at_the_second, args=(reader,), name="interruptions", daemon=True).start()


def heeded() -> None:
    """Raise what was asked for, should a library have swallowed it."""
    if _interruption.asked and not _interruption.held:
        raise KeyboardInterrupt


@contextmanager
def held() -> Iterator[None]:
    """What is done here is done whole. Interrupted before, it is not begun."""
    heeded()
    _interruption.held = True
    try:
        yield
    finally:
        _interruption.held = False


def end(code: int) -> NoReturn:
    """End the process without waiting for threads that still compute for nobody, and without taking apart, object by
    object, all that was loaded: that takes up to a second.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _unwind(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature of a handler
    first, _interruption.asked = not _interruption.asked, True
    if first and not _interruption.held:
        raise KeyboardInterrupt


def _end_at_the_second(reader: int) -> None:
    os.read(reader, 1)
    first = time.monotonic()
    while os.read(reader, 1):
        if time.monotonic() - first > TWICE:
            _say_goodbye()
            os._exit(int(ExitCode.INTERRUPTED))


def _say_goodbye() -> None:
    """Straight to the terminal: the stream may be held by the thread that is being ended."""
    if os.isatty(2):
        os.write(2, f"\r\n{SHOW_CURSOR}".encode())
