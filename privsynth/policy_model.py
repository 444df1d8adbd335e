"""What every part of a policy is: frozen, without unknown names, and silent about what was in it when it is wrong."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class PolicyModel(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )  # built when used: --help needs none
