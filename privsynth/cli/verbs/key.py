"""`privsynth key`: make, name, rotate and destroy masking keys. A key is never shown, only its id."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from privsynth.cli import flags
from privsynth.cli.screen import result, write_json
from privsynth.errors import visible

UNRECORDED = "nothing was recorded: name a state directory with --state"
OLD_STAYS = "what was masked with the old key stays linkable by it, until that is destroyed too"
KEPT_BLOCKS = (
    "a file system that copies on writing, a flash disk or a backup may still hold the old bytes; encrypt such disks"
)
LOST = "tokens of this key can no longer be made or turned back, unless another copy of the key exists"

app = typer.Typer(
    help="Make, name, rotate and destroy masking keys; a key is never shown.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("new")
def new(file: flags.KeyFile, state: flags.StateOfKeys = None, as_json: flags.Json = False) -> int:
    """Make a key file: 32 bytes from the system's generator, mode 0600. A file that exists is left alone."""
    from privsynth.keyring import files as keyfiles
    from privsynth.keyring import key_id
    from privsynth.lineage.keybook import keybook

    with keybook(state) as write:
        new_id = key_id(keyfiles.make(file))
        write("made", new_id)
    return _say("new", new_id, _unrecorded(state), as_json=as_json)


@app.command("id")
def show_id(file: flags.KeyFile, as_json: flags.Json = False) -> int:
    """Show the id of a key, as it stands in manifests and reports."""
    return _say("id", _id_of(file), [], as_json=as_json)


@app.command("rotate")
def rotate(file: flags.KeyFile, state: flags.StateOfKeys = None, as_json: flags.Json = False) -> int:
    """Put a new key at FILE; the old one moves to FILE.<its id>."""
    from privsynth.keyring import files as keyfiles
    from privsynth.keyring import key_id
    from privsynth.lineage.keybook import keybook

    old_id = _id_of(file)
    with keybook(state) as write:
        new_id = key_id(keyfiles.rotate(file, file.with_name(f"{file.name}.{old_id}")))
        write("rotated", old_id)
        write("made", new_id)
    notes = [f"the old key is {old_id}; {OLD_STAYS}", *_unrecorded(state)]
    return _say("rotate", new_id, notes, as_json=as_json, before=old_id)


@app.command("destroy")
def destroy(file: flags.KeyFile, state: flags.StateOfKeys = None, as_json: flags.Json = False) -> int:
    """Overwrite a key file and remove it."""
    from privsynth.keyring import files as keyfiles
    from privsynth.lineage.keybook import keybook

    old_id = _id_of(file)
    with keybook(state) as write:
        keyfiles.destroy(file)
        write("destroyed", old_id)
    return _say("destroy", old_id, [LOST, KEPT_BLOCKS, *_unrecorded(state)], as_json=as_json)


def _id_of(file: Path) -> str:
    from privsynth.keyring import Keyring

    ring = Keyring.from_file(file)
    ring.destroy()
    return ring.key_id


def _unrecorded(state: Path | None) -> list[str]:
    return [UNRECORDED] if state is None else []


def _say(verb: str, key: str, notes: list[str], *, as_json: bool, before: str | None = None) -> int:
    """The id on stdout, what a person should know on stderr."""
    if as_json:
        more = {} if before is None else {"key_id_before": before}
        write_json(result(f"key {verb}", 0, outcome="ok", key_id=key, warnings=notes, **more))
        return 0
    sys.stdout.write(f"{key}\n")
    for note in notes:
        sys.stderr.write(f"  note      {visible(note)}\n")
    return 0
