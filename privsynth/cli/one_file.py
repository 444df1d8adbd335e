"""A text file that a verb writes for people to edit: over nothing that is there, nor over what it is made from."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from privsynth.errors import PolicyError


def refuse_existing(files: list[Path], allowed: bool) -> None:
    for file in files:
        if file.exists() and not allowed:
            raise PolicyError(
                f"{file.name} is there already.", hint="name another file after --out, or add --allow-overwrite"
            )


def refuse_inputs(files: list[Path], data: Sequence[str], what: str) -> None:
    there = [Path(name) for name in data if name != "-" and Path(name).exists()]
    if any(file.exists() and file.samefile(name) for file in files for name in there):
        raise PolicyError(f"{what} would be written over a file that is read.", hint="name another file after --out")


def write_whole(target: Path, text: str, flag: str = "--out") -> None:
    """Whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        with suppress(OSError):  # nor can it be removed where nothing can be written
            part.unlink(missing_ok=True)
        raise PolicyError(
            f"cannot write {target.name}: {error.strerror}.", hint=f"name another file after {flag}"
        ) from None
