"""What made the rows, as its maker tells it. What something is decided by has a field; the rest is only shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

FIGURES = frozenset({"epsilon", "delta", "rho"})  # of differential privacy


@dataclass(frozen=True, kw_only=True)
class PrivacyClaim:
    """Whether a mechanism stands by its epsilon, and what that covers."""

    made: bool
    withheld_because: tuple[str, ...] = ()
    covers: str = ""
    assumes: tuple[str, ...] = ()
    vetting: str = ""


@dataclass(frozen=True, kw_only=True)
class PrivacyCost:
    """What one table cost in differential privacy, and whom that protects."""

    epsilon: float | None
    delta: float | None
    unit: str
    claim: PrivacyClaim | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        claim = {} if self.claim is None else {"claim": asdict(self.claim)}
        return {"epsilon": self.epsilon, "delta": self.delta, "unit": self.unit, **claim, **self.details}


@dataclass(frozen=True, kw_only=True)
class RuleKept:
    """How one rule came to hold: of so many rows so many broke it at first, and what was done about them."""

    rule: str
    table: str
    place: str = ""  # where it is written
    rows: int = 0
    broken: int = 0  # of the rows that were made first
    redrawn: int = 0  # of these, those that were drawn again
    repaired: int = 0  # of these, those of which a value was changed
    excused: int = 0  # rows that follow a row of the source that breaks it as well
    unasked: str = ""  # why it could not be asked of the rows

    @property
    def words(self) -> str:
        """What was done, or why nothing could be asked; nothing where the rows kept it as they came."""
        if self.unasked:
            return f"not asked: {self.unasked}"
        done = [f"{self.broken:,} of {self.rows:,} rows broke it"] if self.broken else []
        done += [f"{self.redrawn:,} were drawn again"] if self.redrawn else []
        done += [f"{self.repaired:,} were repaired"] if self.repaired else []
        done += [f"{self.excused:,} break it as their source rows do"] if self.excused else []
        return ", ".join(done)


def added_up(parts: Sequence[RuleKept]) -> RuleKept:
    """One rule over all parts of a table."""
    counts = {
        name: sum(getattr(part, name) for part in parts)
        for name in ("rows", "broken", "redrawn", "repaired", "excused")
    }
    return replace(parts[0], **counts)


@dataclass(frozen=True, kw_only=True)
class TableRecipe:
    """How one table was learnt, as its engine tells it."""

    engine: str
    licence: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, object] | None = None
    privacy: PrivacyCost | None = None
    why: str = ""  # this engine, where it had to be chosen
    kept: Mapping[str, RuleKept] = field(default_factory=dict)  # rules that the engine's rows keep, by name
    details: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _no_privacy_in(self.parameters or {}, self.details)

    def record(self) -> dict[str, object]:
        told = {"licence": self.licence, "versions": self.versions, "why": self.why}
        parameters = {} if self.parameters is None else {"parameters": self.parameters}
        privacy = {} if self.privacy is None else self.privacy.record()
        return {"engine": self.engine, **_said(told), **parameters, **privacy, **self.details}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a backend made the rows; a foreign backend that tells nothing has its type's name and no more."""

    backend: str
    tables: Mapping[str, TableRecipe] = field(default_factory=dict)  # those that an engine learnt
    columns: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)  # what was done, by table
    direct: str = ""  # what stands for people: substitute or token
    inferred: Mapping[str, object] = field(
        default_factory=dict
    )  # a rulebook: of which real rows it was made, if of any
    repeatable: bool | None = None  # whether a kept key makes the same tokens again
    versions: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[RuleKept, ...] = ()  # how the rules of the rulebook that binds the rows came to hold
    details: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _no_privacy_in(self.details)

    def record(self) -> dict[str, object]:
        """As manifest and report write it."""
        tables = {name: table.record() for name, table in self.tables.items()}
        told: dict[str, object] = {
            "tables": tables,
            "columns": self.columns,
            "direct": self.direct,
            "versions": self.versions,
            "inferred": self.inferred,
            "rules_kept": [asdict(rule) for rule in self.kept],
        }
        repeatable = {} if self.repeatable is None else {"repeatable": self.repeatable}
        return {"backend": self.backend, **_said(told), **repeatable, **self.details}


def _said(told: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if value}


def _no_privacy_in(*told: Mapping[str, object]) -> None:
    if any(FIGURES & details.keys() for details in told):
        raise ValueError("epsilon, delta and rho are told as a PrivacyCost, so that the gate for claims sees them")


UNTOLD = Recipe(backend="")
ELSEWHERE = Recipe(backend="another tool")  # of a table that was given to be judged: nothing is known of it
