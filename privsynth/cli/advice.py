"""The ways out of a refusal as commands to paste: what was typed, with what has to change."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from privsynth.cli.changes import RULEBOOKS
from privsynth.policy_places import name_of, split_setting

if TYPE_CHECKING:
    from privsynth.way_out import Change, Path, WayOut

SHOWN = 3  # ways that a screen has room for
SWITCHES = ("--allow-overwrite", "--attempt-remedies", "--dry-run", "--json", "--quiet", "-q")  # without a value
OF_INFER = ("--out", "--min-group")  # flags that mean another thing to a run, or none
SPELT: dict[tuple[str, ...], tuple[str, ...]] = {
    ("rows",): ("--rows", "-n"),
    ("seed",): ("--seed",),
    ("profile",): ("--profile",),
    ("backend",): (
        *("--backend", "-b", "--model-engine", "--where", "--share"),
        *("--key-file", "--key-env", "--keyring", "--report-dir"),  # of the verb mask
        "--scenario",
    ),
    ("backend", "engine"): ("--model-engine",),
    ("drop",): ("--drop",),
}  # the flags that speak of a path, or of what lies below it


def command(typed: Sequence[str], way: WayOut) -> str:
    """What to type now: the same again, but for what the way changes.

    A kept model draws as it was fitted: for all but the number of rows the fit must be made anew.
    """
    paths = [change.path for change in way.changes]
    if typed[:1] == ["sample"] and set(paths) - {("rows",)}:
        return f"fit the model anew with {options(way)}, and draw again"
    kept = _without(typed, paths)
    if kept[:1] == ["mask"] and way.leaves:
        kept = ["run", *kept[1:], *([] if _has(kept, "--out") else ["--out", "out"])]
    if way.leaves:
        kept = list(_without_book(kept))
    from_file = _taken_back(way.changes) if _has(kept, "--config", "-c") else ()
    return shell(["privsynth", *kept, *way.options, *from_file])


def run_after(typed: Sequence[str], *words: str) -> str:
    """The run that comes after `rules infer` and what was typed behind it: of the same files, read in the same way."""
    kept, left = list[str](), iter(_without(typed, [("holdout",), ("seed",)]))
    for word in left:
        if word in OF_INFER:
            next(left, "")
        elif word not in SWITCHES and not word.startswith(tuple(f"{flag}=" for flag in OF_INFER)):
            kept.append(word)
    return shell(["privsynth", "run", *words, *kept, "--out", "out/"])


def options(way: WayOut) -> str:
    """What has to change, where the command that was typed is not at hand."""
    return shell([*way.options, *_taken_back(way.changes)])


def shell(words: Sequence[str]) -> str:
    """Words as a shell reads them back, all printable: a name with a tab or a no-break space is spelt in codes."""
    return " ".join(shlex.quote(word) if word.isprintable() else _in_codes(word) for word in words)


def _in_codes(word: str) -> str:
    """In the quotes that bash, zsh and ksh read codes in."""
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + "'"


def _has(typed: Sequence[str], flag: str, short: str = "") -> bool:
    """Whether a flag is among the words, in any of its spellings."""
    spelt = tuple(filter(None, (f"{flag}=", short)))
    return any(word == flag or word.startswith(spelt) for word in typed)


def _taken_back(changes: Sequence[Change]) -> Iterator[str]:
    """What a policy file may still ask for."""
    for change in changes:
        if change.value is None:
            yield from ("--set", f"{name_of(change.path)}=null")


def _without(typed: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """The words that were typed, without the flags that speak of these paths."""
    kept, words = list[str](), iter(typed)
    for word in words:
        flag, _, value = word.partition("=")
        if flag == "--set":
            text = value or next(words, "")
            kept += [] if _speaks_of(split_setting(text)[0], paths) else ["--set", text]
        elif names := _flag_of(word, paths):
            if word in names:
                next(words, "")
        else:
            kept.append(word)
    return kept


def _without_book(typed: Sequence[str]) -> Iterator[str]:
    """The words but for the rulebook, which no other backend reads."""
    for before, word in zip(("", *typed), typed, strict=False):
        is_value = before.startswith("-") and before not in SWITCHES and "=" not in before
        if is_value or word.startswith("-") or FilePath(word).suffix.lower() not in RULEBOOKS:
            yield word


def _flag_of(word: str, paths: Sequence[Path]) -> tuple[str, ...]:
    """The spellings of the flag that this word is, if it speaks of one of the paths."""
    names = tuple(name for path in paths for name in SPELT.get(path, ()))
    is_one = word in names or any(
        word.startswith(f"{name}=" if name.startswith("--") else name) for name in names if _fits(word, name)
    )
    return names if is_one else ()


def _fits(word: str, name: str) -> bool:
    """A short flag may stand with its value in one word, such as -n500."""
    return name.startswith("--") == word.startswith("--")


def _speaks_of(asked: Path, paths: Sequence[Path]) -> bool:
    return any(asked[: len(path)] == path for path in paths)
