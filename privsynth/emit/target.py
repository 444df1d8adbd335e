"""Where an output may appear. Nothing that is real is destroyed, whatever is asked."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from privsynth.emit.ours import why_not_ours
from privsynth.errors import PolicyError

NOT_EMPTY = "the output folder is not empty."
INSTEAD = "name another one; or --allow-overwrite, which replaces as a whole what privsynth made"
NEW = "name a folder that does not exist yet"


def place_of(target: Path) -> Path:
    """The target as an absolute path that ends in a name."""
    place = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow a link, and we refuse links
    if not place.name:
        raise PolicyError("the root of the file system cannot be the output folder.", hint=NEW)
    return place


def refused_path(target: Path) -> Path:
    """Where a refusal's reports go: beside the target, so that the target itself never exists after a refusal."""
    place = place_of(target)
    return place.with_name(f"{place.name}.refused")


def check_target(target: Path, *, overwrite: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse a target that cannot or must not be written, before any work is done.

    `inputs` are the files and folders that the run reads.
    """
    target = place_of(target)
    try:
        _check_place(target)
        _check_held(target, inputs)
        _check_content(target, overwrite=overwrite)
        _check_parent(target)
    except OSError as error:
        raise PolicyError(
            f"the output folder cannot be looked at: {os.strerror(error.errno or errno.EIO)}.",
            hint="choose another place for it",
        ) from None


def check_refused(target: Path, *, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse a target beside which the reports of a refusal could not be written."""
    place = refused_path(target)
    try:
        check_target(place, overwrite=True, inputs=inputs)
    except PolicyError as error:
        raise PolicyError(
            f"the reasons of a refusal have no place in {shown(place)}: {error.message}",
            hint="remove it yourself, or name another output",
        ) from None


def shown(place: Path) -> str:
    """The folder's own name, on one line."""
    return ascii(place.name)[:80]


def _check_place(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise PolicyError("the output is a file or a link, not a folder.", hint=NEW)
    if os.path.ismount(target):
        raise PolicyError("the output is where a file system is mounted.", hint="name a folder below it")


def _check_held(target: Path, inputs: Iterable[str | Path]) -> None:
    """The output is replaced as a whole: what lies in it would be gone."""
    if holds(target, Path.cwd()):
        raise PolicyError("the output is the working folder, or holds it.", hint=NEW)
    if holds(target, Path("~").expanduser()):
        raise PolicyError("the output is the home folder, or holds it.", hint=NEW)
    if any(holds(target, path) for path in inputs if str(path) != "-"):
        raise PolicyError("the output folder is or holds what this run reads.", hint=NEW)


def holds(folder: Path, path: str | Path) -> bool:
    """Whether a path is the folder or lies in it: as it is written, and where its links lead."""
    written = Path(os.path.realpath(Path(path).parent)) / Path(path).name
    led = Path(os.path.realpath(path))
    return any(_is_same(folder, place) for end in (written, led) for place in (end, *end.parents))


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _check_content(target: Path, *, overwrite: bool) -> None:
    if not target.is_dir() or not any(target.iterdir()):
        return
    if not overwrite:
        raise PolicyError(NOT_EMPTY, hint=INSTEAD)
    check_ours(target)


def check_ours(folder: Path) -> None:
    """Refuse to replace what we did not make."""
    if why := why_not_ours(folder):
        raise PolicyError(
            f"the output folder cannot be replaced: it {why}.",
            hint="privsynth removes only what it made: name another folder, or remove this one yourself",
        )


def _check_parent(target: Path) -> None:
    parent = next(folder for folder in target.parents if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise PolicyError(
            "the folder that is to hold the output cannot be written.", hint="choose another place for it"
        )
