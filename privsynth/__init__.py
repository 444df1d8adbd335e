"""privsynth turns tables that may not be shared into tables that can, and shows the evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privsynth.api import Outcome as Outcome
    from privsynth.api import evaluate as evaluate
    from privsynth.api import inspect as inspect
    from privsynth.api import run as run
    from privsynth.api import scan_table as scan_table
    from privsynth.api import synthesize as synthesize
    from privsynth.errors import BackendError as BackendError
    from privsynth.errors import InputError as InputError
    from privsynth.errors import MissingExtra as MissingExtra
    from privsynth.errors import PolicyError as PolicyError
    from privsynth.errors import PrivsynthError as PrivsynthError
    from privsynth.masker import Key as Key
    from privsynth.masker import Masker as Masker
    from privsynth.pii import scan_text as scan_text
    from privsynth.policy import Policy as Policy
    from privsynth.synthesizer import Synthesizer as Synthesizer

# Every public name and its home. Each is imported when it is first asked for, so that `privsynth --help` stays fast.
_HOMES = {
    "BackendError": "errors",
    "InputError": "errors",
    "Key": "masker",
    "Masker": "masker",
    "MissingExtra": "errors",
    "Outcome": "api",
    "Policy": "policy",
    "PolicyError": "errors",
    "PrivsynthError": "errors",
    "Synthesizer": "synthesizer",
    "evaluate": "api",
    "inspect": "api",
    "run": "api",
    "scan_table": "api",
    "scan_text": "pii",
    "synthesize": "api",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the list and the homes cannot disagree
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'privsynth' has no attribute '{name}'")
    return getattr(import_module(f"privsynth.{_HOMES[name]}"), name)
