"""Whether a folder is one that privsynth wrote and nobody touched since. Nothing else is ever replaced.

A release or the reports of a refusal are told by their manifest, a short refusal by refusal.json, a kept model by its
seal. Each of them names the digests of what lies beside it.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from privsynth.content import Stored, content_digest, digest
from privsynth.manifest import REFUSAL, SCHEMA

MANIFEST, NOTICE, SEAL = "manifest.json", "refusal.json", "seal.json"
SCHEMAS = {MANIFEST: SCHEMA, NOTICE: REFUSAL}
LISTS = ("data", "reports")  # of a record: the files it speaks of
MOST_RECORD = 64 * 2**20


def why_not_ours(folder: Path) -> str:
    """What speaks against it, in words that end a sentence on the folder; nothing where all is as we wrote it."""
    held = {path.name: path for path in folder.iterdir()}
    plain = {name: path for name, path in held.items() if stat.S_ISREG(path.lstat().st_mode)}
    if SEAL in plain:
        return _of_model(plain, others=len(held) - len(plain))
    name, record = next(((name, read) for name in SCHEMAS if (read := _record(plain.get(name), name))), ("", {}))
    if not record:
        return "was not made by privsynth"
    known = _listed(record)
    strangers = len(held.keys() - (known.keys() & plain.keys()) - {name})
    changed = sum(content_digest(Stored(path)) != known.get(other) for other, path in plain.items() if other != name)
    return _in_words(strangers, "did not write") or _in_words(changed, "wrote otherwise")


def _of_model(plain: Mapping[str, Path], *, others: int) -> str:
    """The seal is over all other files together."""
    files = {name: Stored(path) for name, path in plain.items() if name != SEAL}
    is_whole = not others and _json(plain[SEAL]).get("sha256") == digest(files)
    return "" if is_whole else "is not as `privsynth fit` left it"


def _in_words(files: int, what: str) -> str:
    return f"holds {files:,} file{'' if files == 1 else 's'} that privsynth {what}" if files else ""


def _record(path: Path | None, name: str) -> dict[str, Any]:
    """The content of a record of ours; nothing of any other file."""
    content = {} if path is None else _json(path)
    return content if content.get("schema") == SCHEMAS[name] else {}


def _json(path: Path) -> dict[str, Any]:
    """The mapping in a file; an empty one where there is none."""
    if path.stat().st_size > MOST_RECORD:
        return {}
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _listed(record: Mapping[str, Any]) -> dict[str, str]:
    """The files that a record names, with their digests."""
    lists = [record.get(name) for name in LISTS]
    entries = [entry for files in lists if isinstance(files, list) for entry in files if isinstance(entry, dict)]
    return {str(entry.get("name")): str(entry.get("sha256")) for entry in entries}
