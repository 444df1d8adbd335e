"""A fitted model in a folder, with what is needed to judge later what is drawn from it.

It holds no row, only figures of at least k people each, and is protected like the source all the same.

model.json  model.npz    the model, readable anywhere (see generate/model/saved)
fit.json                 private: the policy, the seed, sizes, where the source lay, a fingerprint of its two halves
seal.json                a digest over the three, and an HMAC where a key was given
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.content import digest
from privsynth.dataset import Table
from privsynth.emit.staging import publish
from privsynth.errors import InputError, PolicyError
from privsynth.generate import Backend
from privsynth.manifest import canonical, sizes, versions
from privsynth.options import AutoOptions, BackendOptions
from privsynth.policy import Policy
from privsynth.source import Source
from privsynth.statistics import Taken
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.model import Model
    from privsynth.keyring import Keyring

FORMAT = 1
FIT_FILE, SEAL_FILE = "fit.json", "seal.json"
MODEL_FILES = ("model.json", "model.npz")
MOST_BYTES = 4 * 2**30  # of one file
OPEN = "other users of this machine may read the model, which is as private as its source: chmod -R go= its folder."
PROTECT = "the model itself is personal data and is protected like its source"
FIT_FILE_IS = (
    "private: how this model was fitted. The key lies beside the fingerprint, "
    "which guards against mix-ups and against nothing else"
)
ELSEWHERE = "name the files it was fitted on with --data, as they were then, or fit a new model"


@dataclass(frozen=True, eq=False, kw_only=True)
class SavedModel:
    """A model as it was found, sealed and unchanged, and what was written down when it was fitted."""

    files: Mapping[str, bytes] = field(repr=False)
    policy: Policy
    seed: int
    paths: tuple[str, ...]
    key: bytes = field(repr=False)
    fingerprint: str = field(repr=False)
    tables: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def model(self, taken: Taken) -> Model:
        """The model itself. `taken` is what nobody may be given, made anew from the source."""
        from privsynth.generate.model.saved import model_of

        return model_of(self.files, taken)


def check_keepable(options: BackendOptions) -> None:
    """Refuse before any work what could not be kept afterwards."""
    from privsynth.generate.model.saved import check_storable

    if not isinstance(options, AutoOptions):
        check_storable(options)


def save(
    fitted: Backend, record: Mapping[str, Any], folder: Path, *, keyring: Keyring | None = None, overwrite: bool = False
) -> list[Path]:
    """Write the folder: mode 0700, files 0600, whole or not at all."""
    from privsynth.generate.model import Model
    from privsynth.generate.model.saved import files_of

    if not isinstance(fitted, Model):
        raise PolicyError(
            "only privsynth's own models can be kept.", hint="use `synthesize` with a backend of your own"
        )
    check_keepable(fitted.options)
    files = {**files_of(fitted), FIT_FILE: canonical(record)}
    return publish({**files, SEAL_FILE: canonical(_seal(files, keyring))}, folder, overwrite=overwrite)


def recall(folder: Path, keyring: Keyring | None = None) -> SavedModel:
    """What is in the folder. A file that is not exactly as it was written is refused."""
    content = {name: _content(folder, name) for name in (*MODEL_FILES, FIT_FILE, SEAL_FILE)}
    seal = _json(content.pop(SEAL_FILE), SEAL_FILE)
    notes = [*_check_seal(content, seal, keyring), *_open_to_others(folder)]
    record = _json(content.pop(FIT_FILE), FIT_FILE)
    if record.get("format") != FORMAT:
        raise InputError(
            f"{FIT_FILE} has another format than this version of privsynth reads.",
            hint="update privsynth, or fit the model again",
        )
    try:
        return SavedModel(
            files=content,
            policy=Policy(**record["policy"]),
            seed=int(record["seed"]),
            paths=tuple(map(str, record["data"])),
            key=bytes.fromhex(record["fingerprint"]["key"]),
            fingerprint=str(record["fingerprint"]["of"]),
            tables=tuple(map(str, record["rows"]["train"])),
            notes=(*notes, *_version_notes(record["versions"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(f"{FIT_FILE} is not what privsynth writes.", hint="fit the model again") from None


def check_same(saved: SavedModel, source: Source) -> None:
    """The rows must be those of the fit: others would make a hold-out of rows that the model has seen."""
    if set(source.train.names) != set(saved.tables):
        raise InputError(
            f"the model was fitted on {', '.join(saved.tables)}; what was read is {', '.join(source.train.names)}.",
            hint="tables are named after files: give each file its old name; what came from stdin: --data -",
        )
    if not hmac.compare_digest(_fingerprint(saved.key, source), saved.fingerprint):
        raise InputError(
            "the data is not what the model was fitted on: rows, columns or their roles differ.", hint=ELSEWHERE
        )


def fit_record(policy: Policy, source: Source, *, seed: int, paths: Sequence[str]) -> dict[str, Any]:
    """How a model was fitted, for `fit.json`: enough to split the same source in the same way again."""
    key = secrets.token_bytes(32)
    fields = policy.model_dump(mode="json", exclude_unset=True)
    fields |= {} if policy.state is None else {"state": str(policy.state.resolve())}
    fields["backend"] = {**policy.backend.model_dump(mode="json", exclude_unset=True), "kind": policy.backend.kind}
    return {
        "format": FORMAT,
        "what": FIT_FILE_IS,
        "policy": fields,
        "seed": seed,
        "rows": {"train": sizes(source.train), "holdout": sizes(source.holdout)},
        "data": [str(Path(path).resolve()) for path in paths],
        "fingerprint": {"key": key.hex(), "of": _fingerprint(key, source)},
        "versions": versions(),
    }


def _fingerprint(key: bytes, source: Source) -> str:
    """One keyed digest over the values of both halves, and over what their columns were taken for."""
    total = hmac.new(key, digestmod="sha256")
    for part in (source.train, source.holdout):
        for table in part:
            for piece in _pieces(table):
                total.update(piece)
    return total.hexdigest()


def _pieces(table: Table) -> Iterator[bytes]:
    yield f"\x1d{table.name}\x1f{len(table)}\x1f{table.person}".encode("utf-8", "surrogatepass")
    for column in table.columns:
        yield f"\x1e{column.name}\x1f{column.kind.value}\x1f{column.role.value}\x1f".encode("utf-8", "surrogatepass")
        yield _bytes(table.values(column.name))


def _bytes(values: Array) -> bytes:
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes()
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]").astype("<i8").tobytes()
    return "\x1f".join("\x00" if value is None else value for value in values).encode("utf-8", "surrogatepass")


def _seal(files: Mapping[str, bytes], keyring: Keyring | None) -> dict[str, Any]:
    plain = digest(files)
    signed = None
    if keyring is not None:
        signed = {"key_id": keyring.key_id, "hmac_sha256": keyring.tokens("fitted model", [plain])[0].hex()}
    return {"format": FORMAT, "sha256": plain, "signed": signed}


def _check_seal(files: Mapping[str, bytes], seal: Mapping[str, Any], keyring: Keyring | None) -> list[str]:
    """What is to be said of the seal; a broken one is an error."""
    expected = _seal(files, keyring)
    if not _equal(seal.get("sha256"), expected["sha256"]):
        raise InputError(
            "the model was changed since it was fitted, or its files do not belong together.", hint="fit it again"
        )
    signed = seal.get("signed")
    if keyring is None:
        return ["the model is sealed with a key that was not given: who wrote it was not checked."] if signed else []
    if not isinstance(signed, Mapping):
        raise InputError(
            "a key was given, and the model is not sealed with any.",
            hint="leave --key-file out, or fit it again with the key",
        )
    if not _equal(signed.get("key_id"), keyring.key_id):
        raise InputError("the model is sealed with another key.", hint="give the key file that was used for the fit")
    if not _equal(signed.get("hmac_sha256"), expected["signed"]["hmac_sha256"]):
        raise InputError(
            "the seal of the model is broken: it was changed by somebody without the key.", hint="fit it again"
        )
    return []


def _equal(read: object, expected: str) -> bool:
    return isinstance(read, str) and hmac.compare_digest(read.encode("utf-8", "surrogatepass"), expected.encode())


def _content(folder: Path, name: str) -> bytes:
    """A plain file of the folder, not too large, and not by way of a link."""
    try:
        handle = os.open(folder / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise InputError(
            f"{folder.name}: {name} of the model cannot be opened ({error.strerror}).",
            hint="name a folder that `privsynth fit` made",
        ) from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            raise InputError(
                f"{name} of the model is not a plain file of at most {MOST_BYTES // 2**30} GiB.",
                hint="name a folder that `privsynth fit` made",
            )
        return file.read()


def _json(text: bytes, name: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise InputError(f"{name} is not what privsynth writes.", hint="fit the model again")
    return content


def _open_to_others(folder: Path) -> list[str]:
    paths = (folder, *(folder / name for name in MODEL_FILES))
    return [OPEN] if any(path.stat().st_mode & 0o077 for path in paths) else []


def _version_notes(then: Mapping[str, str]) -> list[str]:
    now = versions()
    changed = ", ".join(name for name in ("privsynth", "numpy", "pandas", "faker") if then.get(name) != now.get(name))
    note = f"the model was fitted with other versions of {changed}: the rows may differ from those drawn then."
    return [note] if changed else []
