"""The order in two halves: a model is fitted and may be kept in a folder; later, rows are drawn from it and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from privsynth.dataset import Dataset
from privsynth.emit import check_output, check_target
from privsynth.errors import InputError, PolicyError
from privsynth.generate import Backend
from privsynth.pipeline.acts import Data, Prepared, certain_refusal, draw, learn, prepare, read, release, write
from privsynth.pipeline.bound import bound_again, unbound
from privsynth.pipeline.choices import with_ledger
from privsynth.pipeline.evidence import missing_evidence, needed_in_words
from privsynth.policy import Policy
from privsynth.release import Outcome
from privsynth.saved_model import PROTECT, SavedModel, check_keepable, check_same, fit_record, recall, save
from privsynth.seeds import Seeds
from privsynth.stages import Stages

if TYPE_CHECKING:
    from privsynth.keyring import Keyring

ANEW = "the model was not fitted for this condition: one was fitted anew for it, on the same rows with the same seed."


def fit(data: Data, policy: Policy, stages: Stages) -> tuple[Prepared, Backend]:
    """A model of one part of the data; the other part is kept aside, to judge what is drawn."""
    prepared = prepare(read(data, policy, stages), policy, stages)
    refuse_unjudged(prepared)
    return prepared, learn(prepared, stages)


def refuse_unjudged(prepared: Prepared) -> None:
    """No model is made of which no draw could ever be released."""
    if missing_evidence(prepared) is None:
        return
    _, advice = certain_refusal(prepared)
    ways = " or ".join(f"`privsynth run` with {' '.join(way.options)}" for way in advice.ways)
    works = f"{advice.nothing_left} {ways}".strip()
    raise PolicyError(
        f"nothing was fitted: no draw of such a model could be judged; {needed_in_words(prepared)}.",
        hint="; ".join(filter(None, ("give more people", works, *advice.by_hand))),
    )


def fit_and_keep(
    files: Sequence[str],
    policy: Policy,
    folder: Path,
    stages: Stages,
    *,
    key_file: Path | None = None,
    overwrite: bool = False,
) -> tuple[Dataset, list[Path]]:
    """A model of the files in a folder, and what they were taken for.

    What cannot be kept, and what no draw could be judged of, is refused first.
    """
    check_keepable(policy.backend)
    check_target(folder, overwrite=overwrite, inputs=files)
    keyring = _keyring(key_file)
    prepared = prepare(read(files, policy, stages), policy, stages)
    refuse_unjudged(prepared)
    fitted = learn(prepared, stages)
    with stages.unbroken():
        paths = [name for name in files if name != "-"]
        return prepared.data, _keep(fitted, prepared, folder, paths=paths, keyring=keyring, overwrite=overwrite)


def keep(
    fitted: Backend,
    prepared: Prepared,
    folder: Path,
    *,
    paths: Sequence[str],
    key_file: Path | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """A fitted model in a folder, sealed with a key where one is named."""
    return _keep(fitted, prepared, folder, paths=paths, keyring=_keyring(key_file), overwrite=overwrite)


def load(folder: Path, *, key_file: Path | None = None) -> SavedModel:
    """What `keep` wrote, found unchanged."""
    return recall(folder, _keyring(key_file))


def resume(saved: SavedModel, data: Data, policy: Policy, stages: Stages) -> tuple[Prepared, Backend]:
    """The source split as it was for the fit, and the model.

    `policy` is the saved one, perhaps with another number of rows or with a condition. For a condition that the model
    was not fitted for, a model is fitted anew: on the same rows, with the same seed and otherwise the same policy.
    """
    dataset = read(data, policy, stages)
    prepared = prepare(dataset, policy.with_(seed=saved.seed), stages)
    check_same(saved, prepared.source)
    is_its_own = policy.backend == saved.policy.backend
    told = prepared.data.notes
    prepared = prepared.with_notes(*saved.notes, _drawn_from(saved) if is_its_own else ANEW)
    fitted = (
        bound_again(saved.model(prepared.source.statistics.taken), prepared.policy, prepared.source)
        if is_its_own
        else learn(prepared, stages)
    )
    stages.notes([note for note in prepared.data.notes if note not in told])
    return prepared, fitted


def sample(
    folder: Path,
    ask: Callable[[Policy], Policy],
    out: Path,
    stages: Stages,
    *,
    data: Sequence[str] = (),
    seed: int | None = None,
    key_file: Path | None = None,
    overwrite: bool = False,
) -> tuple[Outcome, list[Path]]:
    """Rows of a kept model, judged as those of any run. `ask` changes the policy of the fit into that of the draw."""
    check_output(out, overwrite=overwrite, inputs=[folder, *data])
    saved = load(folder, key_file=key_file)
    policy, files = with_ledger(ask(saved.policy), out), _files_at_hand(data or saved.paths)
    check_output(out, overwrite=overwrite, inputs=files)
    prepared, fitted = resume(saved, files, policy, stages)
    seed = Seeds(seed).seed
    outcome = release(prepared, lambda ready: draw(ready, fitted, stages, seed=seed), stages)
    with stages.unbroken():
        return outcome, write(outcome, out, overwrite=overwrite, inputs=[folder, *files], state=policy.state)


def _keep(
    fitted: Backend,
    prepared: Prepared,
    folder: Path,
    *,
    paths: Sequence[str],
    keyring: Keyring | None,
    overwrite: bool,
) -> list[Path]:
    check_target(folder, overwrite=overwrite, inputs=paths)
    fitted = unbound(fitted)
    record = fit_record(prepared.policy, prepared.source, seed=prepared.seeds.seed, paths=paths)
    return save(fitted, record, folder, keyring=keyring, overwrite=overwrite)


def _keyring(key_file: Path | None) -> Keyring | None:
    if key_file is None:
        return None
    from privsynth.keyring import Keyring

    return Keyring.from_file(key_file)


def _drawn_from(saved: SavedModel) -> str:
    return f"rows were drawn from a model that was fitted before, with seed {saved.seed}; {PROTECT}."


def _files_at_hand(files: Sequence[str]) -> list[str]:
    """The files of the fit. Without them nothing can be judged, and what is not judged is not released."""
    gone = [name for name in files if name != "-" and not Path(name).exists()]
    if files and not gone:
        return list(files)
    missing = (
        f"{len(gone)} of the {len(files)} files it was fitted on are not there"
        if gone
        else "where it was fitted, the data came from no file"
    )
    raise InputError(
        f"the rows cannot be judged without the data of the fit: {missing}.", hint="name the files with --data FILE"
    )
