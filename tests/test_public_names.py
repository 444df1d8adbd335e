"""The public names are few, sorted, and all there."""

from __future__ import annotations

import importlib
import subprocess
import sys

import privsynth


def test_the_public_names_are_these() -> None:
    assert privsynth.__all__ == [
        "BackendError",
        "InputError",
        "Key",
        "Masker",
        "MissingExtra",
        "Outcome",
        "Policy",
        "PolicyError",
        "PrivsynthError",
        "Synthesizer",
        "evaluate",
        "inspect",
        "run",
        "scan_table",
        "scan_text",
        "synthesize",
    ]


def test_each_public_name_can_be_imported() -> None:
    assert all(getattr(privsynth, name) for name in privsynth.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(importlib.import_module("privsynth"), "no_such_name")


HEAVY = (
    "numpy",
    "pandas",
    "pyarrow",
    "sklearn",
    "scipy",
    "duckdb",
    "presidio_analyzer",
    "spacy",
    "faker",
    "sdv",
    "torch",
    "jinja2",
    "rich",
    "ruamel",
)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import atexit, sys; from privsynth.cli import main; sys.argv = ['privsynth', '--help']\n"
        f"atexit.register(lambda: print([m for m in {HEAVY} if m in sys.modules])); main()"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_writes_nothing_and_sets_up_no_logging() -> None:
    code = "import logging, privsynth; print(logging.root.handlers, privsynth.Policy().profile)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[] internal\n"
    assert shown.stderr == ""
