"""All files or none: written in a private folder beside the target, flushed, and moved there by one rename."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from privsynth.content import Content, Stored, blocks, close_unnamed, content_digest, flush_folder
from privsynth.emit.target import INSTEAD, NOT_EMPTY, check_ours, place_of
from privsynth.errors import PolicyError, PrivsynthError

LAST = "manifest.json"  # written after all it speaks of
_AT_FDCWD, _NOREPLACE, _EXCHANGE = -100, 1, 2


def publish(files: Mapping[str, Content], target: Path, *, overwrite: bool) -> list[Path]:
    """Write the files and let the folder appear at `target` by one rename.

    The folder is open to its owner alone (0700, files 0600); the owner says who else on this machine may read it.
    """
    target = place_of(target)
    _check_names(files)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        with _staging(target) as folder:
            for name in sorted(files, key=lambda name: (name == LAST, name)):
                _write(folder / name, files[name])
            flush_folder(folder)
            _check_written(folder, files)
            _appear(folder, target, overwrite=overwrite)
    except OSError as error:
        raise PrivsynthError(
            f"the files could not be written: {os.strerror(error.errno or errno.EIO)}.", hint="nothing was published"
        ) from None
    return [target / name for name in sorted(files)]


def _check_names(files: Mapping[str, Content]) -> None:
    """A file name that leads out of the folder, or hides in it, is a mistake of ours."""
    wrong = [name for name in files if name != Path(name).name or name.startswith(".") or "\0" in name]
    if wrong:
        raise PrivsynthError(
            f"{len(wrong)} of the files to be written have names that are not allowed.", hint="nothing was published"
        )


def folder_beside(target: Path | None) -> Path:
    """Where the private folder of the run stands: on the file system of the output."""
    place = Path.cwd() if target is None else target.absolute().parent
    return next(folder for folder in (place, *place.parents) if folder.is_dir())


@contextmanager
def private_folder(beside: Path) -> Iterator[Path]:
    """A private folder for a run, gone when the run ends; that of a killed run goes with the next run."""
    with ExitStack() as stack:
        try:
            target = place_of(beside / "run")
            _sweep(target)
            folder = stack.enter_context(_staging(target))
        except OSError as error:
            said = os.strerror(error.errno or errno.EIO)
            raise PolicyError(
                f"there is no place for the private files of the run: {said}.",
                hint="name another place with --report-dir",
            ) from None
        stack.callback(close_unnamed, folder)
        yield folder


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A folder that only we can read, on the target's file system, locked while we live."""
    folder = target.parent / f".{target.name}.privsynth-{os.getpid()}"
    lock = folder.with_name(f"{folder.name}.lock")
    try:
        with _locked(lock):
            try:
                folder.mkdir(mode=0o700)
                if folder.stat().st_dev != target.parent.stat().st_dev:
                    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)
    except OSError:
        lock.unlink(missing_ok=True)  # where not even the lock could be had
        raise


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold the lock file. If a sweep took it away before we had it, make it again."""
    while True:
        with _opened(lock) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if _is_there(lock, held):
                yield
                return


def _opened(lock: Path) -> BinaryIO:
    return os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")


def _is_there(lock: Path, held: BinaryIO) -> bool:
    try:
        return lock.stat().st_ino == os.fstat(held.fileno()).st_ino
    except FileNotFoundError:
        return False


def _sweep(target: Path) -> None:
    """Remove what killed runs left beside this target: folders whose lock nobody holds."""
    start, end = f".{target.name}.privsynth-", ".lock"
    for lock in list(target.parent.iterdir()):
        if lock.name.startswith(start) and lock.name.endswith(end) and lock.name[len(start) : -len(end)].isdigit():
            _sweep_one(lock)


def _sweep_one(lock: Path) -> None:
    with _opened(lock) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(lock.with_name(lock.name.removesuffix(".lock")), ignore_errors=True)
        lock.unlink(missing_ok=True)


def _write(path: Path, content: Content) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        for block in blocks(content):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _check_written(folder: Path, files: Mapping[str, Content]) -> None:
    """What lies there is what was judged: these files, each of them whole, and no other."""
    held = {path.name: path for path in folder.iterdir()}
    if held.keys() != files.keys() or any(
        path.is_symlink() or content_digest(Stored(path)) != content_digest(files[name]) for name, path in held.items()
    ):
        raise PrivsynthError(
            "the files on the disk are not those that were written.",
            hint="nothing was published; look to the disk, and try again",
        )


def _appear(folder: Path, target: Path, *, overwrite: bool) -> None:
    """One rename. If the disk does not confirm it, it is taken back: an error never leaves data behind."""
    replaced = _move(folder, target, overwrite=overwrite)
    try:
        flush_folder(target.parent)
    except BaseException:
        _rename(target, folder, _EXCHANGE if replaced else _NOREPLACE)
        raise


def _move(folder: Path, target: Path, *, overwrite: bool) -> bool:
    """Whether a full folder was exchanged. An empty one in the way gives way."""
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    if overwrite and target.exists():
        _exchange(folder, target)
        return True
    try:
        _rename(folder, target, _NOREPLACE)
    except FileExistsError:
        raise PolicyError(NOT_EMPTY, hint=INSTEAD) from None
    return False


def _exchange(folder: Path, target: Path) -> None:
    """What was there is then in the staging folder, which is removed: it must be ours, also at that very moment."""
    check_ours(target)
    _rename(folder, target, _EXCHANGE)
    try:
        check_ours(folder)
    except BaseException:
        _rename(folder, target, _EXCHANGE)
        raise


def _rename(source: Path, target: Path, how: int) -> None:
    """renameat2 where the file system has it, so that nothing is ever replaced by accident."""
    problem = _renameat2(source, target, how)
    if problem in (errno.EINVAL, errno.ENOSYS):
        _rename_plainly(source, target, how)
    elif problem:
        raise OSError(problem, os.strerror(problem))


def _renameat2(source: Path, target: Path, how: int) -> int:
    """The error number; 0 is success."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return errno.ENOSYS
    done = rename(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), how) == 0
    return 0 if done else ctypes.get_errno()


def _rename_plainly(source: Path, target: Path, how: int) -> None:
    if how == _EXCHANGE:
        raise PolicyError(
            "this file system cannot exchange folders in one step.", hint="remove the old output, or name a new one"
        )
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    source.rename(target)
