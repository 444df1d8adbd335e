"""Masking in Python: a frame in, and the same kind of frame out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from privsynth.api import Outcome, policy_of, synthesize
from privsynth.errors import PrivsynthError
from privsynth.options import MaskOptions
from privsynth.pipeline.acts import Data
from privsynth.policy import Policy

if TYPE_CHECKING:
    from privsynth.keyring import Keyring


@dataclass(frozen=True)
class Key:
    """Where the masking key is kept. The key itself is read when it is used, and is never part of this."""

    options: Mapping[str, str]

    @classmethod
    def from_env(cls, name: str) -> Self:
        """An environment variable that holds the key, as hex or base64."""
        return cls._at("key_env", name)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """A file of mode 0600."""
        return cls._at("key_file", str(path))

    @classmethod
    def from_keyring(cls, name: str) -> Self:
        """An entry of the system's keyring."""
        return cls._at("keyring", name)

    @property
    def key_id(self) -> str:
        """The name of the key in reports: it tells two keys apart, and nothing of either."""
        ring = self._ring()
        name = ring.key_id
        ring.destroy()
        return name

    @classmethod
    def _at(cls, place: str, name: str) -> Self:
        """A key that cannot be read is refused now, and not in the middle of a run."""
        key = cls({place: name})
        key._ring().destroy()
        return key

    def _ring(self) -> Keyring:
        from privsynth.keyring import Keyring

        return Keyring.for_options(MaskOptions(**self.options))


class RefusedError(PrivsynthError):
    """The gates refused the masked rows; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            f"the masked rows were refused: {'; '.join(outcome.reasons)}.",
            hint="error.outcome.report says what was measured, and what to try",
        )
        self.outcome = outcome


class Masker:
    """Masks frames of one kind by one plan: a frame in, the same kind of frame out, or `RefusedError`.

    `plan` is a Policy or a mapping like one, whose columns say `mask`; without a plan the roles of the columns decide.
    Without a key one is made for each call and destroyed with it.
    """

    def __init__(
        self, plan: Policy | Mapping[str, Any] | None = None, *, key: Key | None = None, **options: Any
    ) -> None:
        self.plan, self.key, self.options = plan, key, options

    def transform(self, data: Data) -> Any:
        """The masked rows. What happened is in `outcome_` afterwards."""
        self.outcome_ = synthesize(data, self._policy())
        if not self.outcome_.released:
            raise RefusedError(self.outcome_)
        return self.outcome_.data

    def _policy(self) -> Policy:
        policy = policy_of(self.plan, self.options)
        backend = policy.backend if isinstance(policy.backend, MaskOptions) else MaskOptions()
        key = {} if self.key is None else dict(self.key.options)
        return policy.with_(backend={**backend.model_dump(exclude_unset=True), "kind": "mask", **key})
