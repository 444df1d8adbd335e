"""What every part of a policy is: frozen, without unknown names, and silent about what was in it when it is wrong."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class PolicyModel(BaseModel):
    # built when used: --help needs none
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class MisfitError(ValueError):
    """What is asked at one place does not fit the rest of the policy."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = tuple(path.split("."))
