"""The command line from within this process; a process of its own is started only where that is the point."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from privsynth import cli

Ran = subprocess.CompletedProcess[str]


def privsynth(*words: str, folder: Path | None = None, data: bytes = b"", **environment: str) -> Ran:
    """What `privsynth WORDS` answers, prints and says, with these bytes as its input and these variables set."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(chdir(folder or Path.cwd()))
        stack.enter_context(mock.patch.dict(os.environ, environment))
        stack.enter_context(mock.patch.object(sys, "argv", ["privsynth", *words]))
        stack.enter_context(mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(data))))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        code = cli._run(list(words))
    return Ran(words, int(code), *(stream.buffer.getvalue().decode() for stream in (out, err)))


def process(*words: str, code: str = "", folder: Path | None = None, **environment: str) -> Ran:
    """The same from a process of its own, which may begin with some code."""
    begin = [sys.executable, "-c", code] if code else [sys.executable, "-m", "privsynth"]
    variables = {**os.environ, **environment}
    return subprocess.run([*begin, *words], cwd=folder, env=variables, capture_output=True, text=True, check=False)
