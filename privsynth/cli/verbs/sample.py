"""`privsynth sample`: the second half of `run`, from a model that was kept. The rows are judged as those of any run."""

from __future__ import annotations

from pathlib import Path

from privsynth.cli import flags
from privsynth.cli.changes import only_set, shares_of
from privsynth.cli.log import screen_for
from privsynth.cli.outcome import end
from privsynth.policy import Policy


def sample(
    model: flags.ModelDir,
    *,
    out: flags.Out,
    rows: flags.Rows = None,
    data: flags.DataOfTheFit = None,
    where: flags.Where = None,
    share: flags.Share = None,
    seed: flags.SeedOfTheDraw = None,
    key_file: flags.SealingKeyFile = None,
    state: flags.State = None,
    allow_overwrite: flags.ReplaceOut = False,
    format: flags.Format = None,  # noqa: A002 - the name of the flag
    log_format: flags.Logging = "text",
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
) -> int:
    """Draw rows from a kept model, judge them as `run` does, and write only what passed.

    The data of the fit must be at hand: rows are judged against the part of it that the model has never seen.
    """
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    shares = shares_of(share or [])

    from privsynth.pipeline import halves
    from privsynth.pipeline.choices import under_condition

    outcome, written = halves.sample(
        model,
        lambda policy: under_condition(_with(policy, rows, format, state), where, shares),
        out,
        screen,
        data=data or (),
        seed=seed,
        key_file=key_file,
        overwrite=allow_overwrite,
    )
    return end("sample", screen, outcome, written, out=out)


def _with(policy: Policy, rows: int | None, form: str | None, state: Path | None) -> Policy:
    changes: dict[str, object] = only_set({"rows": rows, "state": state})
    if form is not None:
        changes["write"] = {**policy.write.model_dump(exclude_unset=True), "format": form}
    return policy.with_(**changes) if changes else policy
