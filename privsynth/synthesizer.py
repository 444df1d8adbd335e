"""Fit once, draw often, in the manner of scikit-learn. What is drawn is a draft, released if it passes the gates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from privsynth.api import Outcome, column_line, policy_of
from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.generate import Backend
from privsynth.options import AutoOptions, ModelOptions
from privsynth.pipeline import halves
from privsynth.pipeline.acts import Data, Drawn, Prepared, draw, files_in, learn, release, sizes_in_words
from privsynth.pipeline.choices import under_condition
from privsynth.policy import Policy
from privsynth.seeds import Seeds
from privsynth.stages import Stages

PARAMETERS = ("engine", "policy", "seed")


@dataclass(frozen=True, eq=False)
class SampledDraft:
    """Rows that no gate has seen. They come out of `Synthesizer.release`, or not at all."""

    _prepared: Prepared = field(repr=False)
    _drawn: Drawn = field(repr=False)

    def describe(self) -> list[dict[str, Any]]:
        """One line for each column: its table, kind, role, how many values are missing or different. Never a value."""
        return [
            {"table": table.name, "rows": len(table), **column_line(table, column)}
            for table in self._data
            for column in table.columns
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the rows were made."""
        return self._data.notes

    @property
    def _data(self) -> Dataset:
        return self._drawn.draft.dataset

    def __repr__(self) -> str:
        return f"SampledDraft({sizes_in_words(self._data)}; not judged)"


class Synthesizer:
    """A model of one source: `fit`, `sample`, `release`.

    `engine` names what learns; `policy` is a Policy or a mapping like one. `seed` makes a fit and its draws repeat;
    without one each draw is new.
    """

    def __init__(
        self, engine: str = "trees", *, policy: Policy | Mapping[str, Any] | None = None, seed: int | None = None
    ) -> None:
        self.engine, self.policy, self.seed = engine, policy, seed

    def fit(self, data: Data) -> Self:
        """Learn from one part of the data and keep the other aside, to judge what is drawn."""
        prepared, fitted = halves.fit(data, self._policy_to_fit(), Stages())
        return self._become(prepared, fitted, data)

    def sample(
        self,
        rows: int | None = None,
        *,
        where: str | None = None,
        shares: Mapping[str, Mapping[str, float]] | None = None,
        seed: int | None = None,
    ) -> SampledDraft:
        """Rows of the first table, and what hangs on them: as many as the source when no number is asked.

        `where` is a condition that each row meets; `shares` gives the share of levels of columns. The first draw under
        a condition fits a model for it, which is kept for the next.
        """
        prepared, fitted = self._under(where, shares)
        if rows is not None:
            prepared = replace(prepared, policy=prepared.policy.with_(rows=rows))
        return SampledDraft(prepared, draw(prepared, fitted, Stages(), seed=self._seed(seed)))

    def release(self, draft: SampledDraft) -> Outcome:
        """Every gate, against the part of the data that `fit` kept aside: a release, or a refusal that says why."""
        self._check_fitted()
        if draft._prepared.source is not self.prepared_.source:
            raise PolicyError(
                "the draft is not of this synthesizer as it is fitted now.",
                hint="release what its own sample() gave since the last fit",
            )
        return Outcome(release(draft._prepared, lambda _: draft._drawn, Stages()), self.original_, self.paths_)

    def save(self, folder: str | Path, *, key_file: str | Path | None = None, overwrite: bool = False) -> list[Path]:
        """Keep the model in a folder that only its owner may open. It holds no row, but is personal data."""
        self._check_fitted()
        key = None if key_file is None else Path(key_file)
        return halves.keep(
            self.fitted_, self.prepared_, Path(folder), paths=self.paths_, key_file=key, overwrite=overwrite
        )

    @classmethod
    def load(cls, folder: str | Path, data: Data = None, *, key_file: str | Path | None = None) -> Self:
        """The model in a folder, with the data that it was fitted on: where it lay then, if none is given."""
        saved = halves.load(Path(folder), key_file=None if key_file is None else Path(key_file))
        source = list(saved.paths) if data is None and saved.paths else data
        if source is None:
            raise PolicyError(
                "the model was fitted on a frame, which is needed to judge what is drawn.", hint="give it as `data`"
            )
        prepared, fitted = halves.resume(saved, source, saved.policy, Stages())
        options = saved.policy.backend
        engine = options.engine if isinstance(options, ModelOptions) else "trees"
        return cls(engine, policy=saved.policy, seed=saved.policy.seed)._become(prepared, fitted, source)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's signature; no parameter has parameters
        return {name: getattr(self, name) for name in PARAMETERS}

    def set_params(self, **params: Any) -> Self:
        """Other parameters, for the next fit."""
        unknown = sorted(set(params) - set(PARAMETERS))
        if unknown:
            raise PolicyError(
                f"a Synthesizer has no parameter {', '.join(unknown)}.",
                hint=f"its parameters are {', '.join(PARAMETERS)}",
            )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        seed = "" if self.seed is None else f", seed={self.seed!r}"
        return f"Synthesizer(engine={self.engine!r}{seed}{'' if self.policy is None else ', policy=...'})"

    def _policy_to_fit(self) -> Policy:
        policy = policy_of(self.policy, {} if self.seed is None else {"seed": self.seed})
        if not isinstance(policy.backend, ModelOptions | AutoOptions):
            raise PolicyError(
                f"a Synthesizer learns a model; the policy asks for {policy.backend.kind}.",
                hint="use privsynth.synthesize for other backends",
            )
        options = policy.backend.model_dump(exclude_unset=True) if isinstance(policy.backend, ModelOptions) else {}
        return policy.with_(backend={**options, "kind": "model", "engine": self.engine})

    def _become(self, prepared: Prepared, fitted: Backend, data: Data) -> Self:
        self.prepared_, self.fitted_ = prepared, fitted
        self.paths_ = files_in(data)
        self.original_ = None if self.paths_ else data
        self.conditioned_: dict[str, tuple[Prepared, Backend]] = {}
        return self

    def _under(self, where: str | None, shares: Mapping[str, Mapping[str, float]] | None) -> tuple[Prepared, Backend]:
        """What was fitted for this condition; the plain model where there is none."""
        self._check_fitted()
        if not where and not shares:
            return self.prepared_, self.fitted_
        name = json.dumps([where, shares], sort_keys=True, default=dict)
        if name not in self.conditioned_:
            prepared = replace(self.prepared_, policy=under_condition(self.prepared_.policy, where, shares))
            self.conditioned_[name] = prepared, learn(prepared, Stages())
        return self.conditioned_[name]

    def _seed(self, seed: int | None) -> int:
        return Seeds(self.seed if seed is None else seed).seed

    def _check_fitted(self) -> None:
        if not hasattr(self, "fitted_"):
            raise PolicyError("the Synthesizer is not fitted yet.", hint="call fit(data) first")
