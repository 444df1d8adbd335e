"""The engines of the backend `model`: one record each, which all that depends on an engine reads.

What is heavy stands in the engine's own folder of generate/model: `home` names it, and `model.choose` loads it when the
engine is chosen. To add an engine, write its folder, its record here, and its name in `EngineName`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

EngineName = Literal["auto", "trees", "copula", "ctgan", "tvae", "copulagan", "dp"]

BUSL = "BUSL-1.1"  # the Business Source Licence


@dataclass(frozen=True, kw_only=True)
class EngineRecord:
    """What is true of an engine before it is loaded."""

    name: EngineName
    home: str  # the module below generate.model with its `make` and `foresee`
    licence: str
    extra: str | None = None  # the optional part of privsynth that it needs
    options: tuple[str, ...] = ()  # those of ModelOptions that mean something to it and not to every engine
    needs_epsilon: bool = False  # it claims differential privacy
    is_blind: bool = False  # nothing may be taken from the rows but what epsilon pays for
    can_be_given_columns: bool = False  # so that a condition need not be searched for
    keeps_dependencies: bool = False  # columns that another one determines, without help
    is_sized_by_width: bool = False  # it spreads levels out into inputs, so that they cost time and memory
    is_quick: bool = False  # fitted in so little time that it can be fitted again for each fold
    turn: int | None = None  # when `auto` tries it: the cheap ones first
    why_not_kept: str = ""  # the reason why no fitted model of it can be kept; empty: it can

    @property
    def is_busl(self) -> bool:
        return self.licence == BUSL


_TREES = EngineRecord(
    name="trees",
    home="trees",
    licence="Apache-2.0",
    options=("min_leaf",),
    can_be_given_columns=True,
    keeps_dependencies=True,
    is_quick=True,
    turn=1,
)
_COPULA = EngineRecord(
    name="copula",
    home="sdv",
    licence=BUSL,
    extra="sdv",
    is_sized_by_width=True,
    turn=2,
    why_not_kept="its library keeps models as pickles, which run code when they are loaded",
)
_CTGAN = replace(_COPULA, name="ctgan", options=("epochs", "device"), turn=4)
_TVAE = replace(_CTGAN, name="tvae", turn=3)
_COPULAGAN = replace(_CTGAN, name="copulagan", turn=None)
_DP = EngineRecord(
    name="dp",
    home="dp",
    licence="MIT (opendp), Apache-2.0 (mbi, jax)",
    extra="dp",
    options=("mechanism", "epsilon", "delta", "contributions"),
    needs_epsilon=True,
    is_blind=True,
    why_not_kept="its guarantee covers one release with a budget: rows drawn again later would be outside the ledger",
)
_AUTO = EngineRecord(
    name="auto",
    home="choose.auto",
    licence="that of the engine it chooses",
    options=("min_leaf", "seconds"),
    is_sized_by_width=True,
    why_not_kept="which engine it will choose is not known beforehand, and not every one can be kept",
)

ENGINES: Mapping[str, EngineRecord] = {
    record.name: record for record in (_TREES, _COPULA, _CTGAN, _TVAE, _COPULAGAN, _DP, _AUTO)
}

# options that some engines lack
ONLY_SOME = tuple(dict.fromkeys(option for record in ENGINES.values() for option in record.options))


def engines_with(option: str) -> list[str]:
    """The engines to which this option means something."""
    return [record.name for record in ENGINES.values() if option in record.options]
