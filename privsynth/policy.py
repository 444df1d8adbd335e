"""What the user asked for; what can be asked at all stands in `options`.

A policy is merged once, here: built-in profile, then the policy file, then the flags. Limits may only be tightened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast, get_args

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from privsynth.engines import ENGINES
from privsynth.errors import PolicyError
from privsynth.mask_steps import step_names
from privsynth.options import (
    LEAST_SUPPORT,
    AutoOptions,
    BackendOptions,
    FigureStyle,
    Limits,
    MaskOptions,
    ModelOptions,
    ReadPolicy,
    RelationPolicy,
    TablePolicy,
    Waiver,
    WritePolicy,
)
from privsynth.plainyaml import parse_yaml, read_yaml
from privsynth.policy_model import MisfitError, PolicyModel
from privsynth.policy_places import FORMER_NAMES, NOWHERE, Places, in_new_words, in_old_words, path_of, places_in

PROFILES = {
    "internal": 4,
    "hipaa-expert": 3,
    "gdpr-strict": 3,
    "public-release": 3,
}  # and the version of each: a file of another one is not ours
RULES = {"figures", "waivers", "backends", "limits"}
ProfileName = Literal["internal", "hipaa-expert", "gdpr-strict", "public-release"]


class Policy(PolicyModel):
    """Everything that was asked of one run. Frozen: a change is a new policy."""

    version: Literal[1] = Field(1, description="Version of the policy format.")
    profile: ProfileName = Field("internal", description="Named set of limits: for whom the data is meant.")
    limits: Limits = Field(description="Limits of the profile, tightened where the policy says so.")
    backend: Annotated[BackendOptions, Field(discriminator="kind")] = Field(
        AutoOptions(), description="What makes the rows."
    )
    rows: int | None = Field(
        None, ge=0, description="Rows to make in the first table; as many as the source when absent."
    )
    seed: int | None = Field(
        None,
        ge=0,
        lt=2**63,
        description="Seed of every random choice; a fresh one when absent. "
        "Rows that follow people (clone, mask) are made again only with a kept key besides.",
    )
    holdout: float | None = Field(
        None,
        gt=0,
        le=0.5,
        description="Share of people kept from the backend as control; "
        "sized for the smallest leak worth seeing when absent.",
    )
    tables: dict[str, TablePolicy] = Field({}, description="Tables by name.")
    drop: list[str] = Field(
        [], description="Columns to leave out, whatever makes the rows: NAME, or TABLE.NAME where several have it."
    )
    relations: list[RelationPolicy] = Field([], description="Keys between tables; found by themselves when absent.")
    keep_rules: Path | None = Field(
        None,
        description="A rulebook whose expectations, uniqueness, totals and relations the rows of model, clone or mask "
        "keep.",
    )
    read: ReadPolicy = Field(ReadPolicy(), description="How files are read.")
    write: WritePolicy = Field(WritePolicy(), description="How files are written.")
    nlp: str = Field(
        "auto",
        min_length=1,
        description="Language model that reads texts besides: auto (one that is installed), none, "
        "or the name or folder of a spaCy model.",
    )
    population: int | None = Field(
        None, ge=1, description="People in the population that the source was drawn from, where it is known."
    )
    state: Path | None = Field(
        None,
        description="Folder of the ledger that counts attempts and releases of one source; "
        "beside the output when absent.",
    )
    against: list[Path] = Field(
        [],
        description="Folders of earlier releases about the same people: how many rows can be joined with theirs is "
        "measured. Those that the ledger knows of this source are looked at without being named.",
    )
    waivers: list[Waiver] = Field(
        [],
        description="Gates for whose measured failure a named person answers; never with the profile public-release.",
    )
    gate_seconds: int = Field(900, ge=1, description="A gate that takes longer than this blocks.")

    _places: Places = PrivateAttr(default=NOWHERE)

    def __init__(self, places: Places = NOWHERE, /, **asked: Any) -> None:
        try:
            super().__init__(**asked)
        except ValidationError as error:
            raise PolicyError(_explain(error, places), hint=_suggest(error)) from None
        self._places = places

    def place_of(self, *path: str) -> str:
        """`policy.yaml:14:7 ` where the file speaks of this, or nothing if it was said elsewhere."""
        return self._places.of(path)

    @model_validator(mode="before")
    @classmethod
    def _from_profile(cls, asked: Any) -> Any:
        if not isinstance(asked, Mapping):
            raise ValueError("a policy is a mapping of names to values")  # noqa: TRY004  pydantic translates a ValueError
        asked = dict(asked)
        if isinstance(asked.get("backend"), str):
            asked["backend"] = {"kind": asked["backend"]}
        elif isinstance(asked.get("backend"), Mapping) and "kind" not in asked["backend"]:
            asked["backend"] = {
                "kind": "model",
                **asked["backend"],
            }  # options alone, such as a condition, are those of what learns
        base = profile_limits(asked.get("profile", "internal"))
        limits = asked.get("limits", {})
        if isinstance(limits, Limits):
            limits = limits.model_dump()
        if isinstance(limits, Mapping):
            asked["limits"] = {**base, **_under_new_names(limits)}
        return asked

    @model_validator(mode="after")
    def _only_tighter(self) -> Self:
        base = profile_limits(self.profile)
        for name, limit in Limits.model_fields.items():
            side = (limit.json_schema_extra or {})["tighter"]  # type: ignore[index]
            asked, given = getattr(self.limits, name), base[name]
            if not _is_tight(asked, given, str(side)):
                raise MisfitError(
                    f"limits.{name}",
                    f"may only be tightened: {self.profile} asks for {given}, a {side} value is tighter",
                )
        return self

    @model_validator(mode="after")
    def _as_the_profile_allows(self) -> Self:
        rule = profile_rules(self.profile)["backends"].get(self.backend.kind, "allowed")
        if rule == "refused":
            raise MisfitError(
                "backend",
                f"the profile {self.profile} does not allow {self.backend.kind}, "
                "whose rows follow the rows of people; take model",
            )
        if (
            rule == "ephemeral"
            and isinstance(self.backend, MaskOptions)
            and (self.backend.keeps_key or self.backend.direct == "token")
        ):
            raise MisfitError(
                "backend",
                f"with the profile {self.profile} mask must keep no key and no token for people; "
                "leave out its key and direct: token",
            )
        if self.has_claim and self.seed is not None:
            raise MisfitError("seed", "must be left out for the engine dp: who knows the seed knows the noise")
        return self

    @model_validator(mode="after")
    def _one_rulebook_with_rows(self) -> Self:
        if self.keep_rules is not None and self.backend.kind == "rules":
            raise MisfitError(
                "keep_rules", "binds the rows of model, clone or mask; backend rules keeps the rulebook that makes them"
            )
        if self.rows == 0 and self.backend.kind == "rules":
            raise MisfitError(
                "rows", "is 0, and a book would be released without a row; ask for 1 or more, or leave it out"
            )
        return self

    @model_validator(mode="after")
    def _waivers_in_their_place(self) -> Self:
        gates = [waiver.gate for waiver in self.waivers]
        if gates and profile_rules(self.profile)["waivers"] == "never":
            raise MisfitError("waivers", f"with the profile {self.profile} nobody can answer for a gate that failed")
        if len(set(gates)) < len(gates):
            raise MisfitError("waivers", "a gate is named twice; one person answers for one gate")
        return self

    @property
    def least_shared(self) -> int:
        """How many people must hold a value of words that comes out as it is."""
        fewest = self.limits.k_rare
        return fewest if isinstance(self.backend, MaskOptions) else max(fewest, LEAST_SUPPORT)

    @property
    def has_claim(self) -> bool:
        """Whether the rows are to come from a mechanism that claims differential privacy."""
        return isinstance(self.backend, ModelOptions) and ENGINES[self.backend.engine].needs_epsilon

    @property
    def is_quick(self) -> bool:
        """Whether what is to make the rows can be fitted several times without much ado."""
        return isinstance(self.backend, ModelOptions) and ENGINES[self.backend.engine].is_quick

    @property
    def figures(self) -> FigureStyle:
        """How much the reports tell: as the profile says, but nothing exact beside a claim of differential privacy."""
        asked = cast("FigureStyle", profile_rules(self.profile)["figures"])
        return "bands" if asked == "exact" and self.has_claim else asked

    @property
    def needs_ledger(self) -> bool:
        """Whether a limit counts over several runs, so that somebody must remember them."""
        return self.limits.attempts_max is not None or self.has_claim

    def table(self, name: str) -> TablePolicy:
        """What was asked of one table; nothing, where the policy does not name it."""
        return self.tables.get(name, TablePolicy())

    @property
    def ruled(self) -> frozenset[str]:
        """The tables whose rows keep no arithmetic but what rules declare."""
        return frozenset(name for name, table in self.tables.items() if table.arithmetic == "declared")

    def with_(self, **changes: Any) -> Policy:
        """The same policy with some values changed, checked anew."""
        return Policy(self._places, **{**_opened(self), **changes})

    def laid(self, changes: Iterable[tuple[Sequence[str], object]]) -> Policy:
        """The same policy with something else at some paths, such as ("backend", "min_leaf"), checked anew."""
        asked = _opened(self)
        for path, value in changes:
            _lay(asked, path, value)
        return Policy(self._places, **asked)


@cache
def _profile_text(name: str) -> bytes:
    path = Path(__file__).parent / "profiles" / f"{name}.yaml"
    if name not in get_args(ProfileName):
        raise ValueError(f"profile must be one of: {', '.join(get_args(ProfileName))}")
    return path.read_bytes()


@cache
def profile_rules(name: str) -> dict[str, Any]:
    """All that a named profile says: limits, how figures are shown, whether waivers are allowed, which backends are."""
    rules = dict(parse_yaml(_profile_text(name).decode(), "profile"))
    if (rules.get("profile"), rules.get("version")) != (name, PROFILES[name]) or not rules.keys() >= RULES:
        raise PolicyError(
            f"the file of the profile {name} is not whole, or not that of this version.", hint="install privsynth anew"
        )
    return rules


def profile_limits(name: str) -> dict[str, Any]:
    """The limits of a named profile."""
    return dict(profile_rules(name)["limits"])


def _is_tight(asked: float | None, given: float | None, side: str) -> bool:
    """Whether what is asked is what the profile says, or stricter. No limit at all is the loosest."""
    if asked is None or given is None:
        return given is None
    return asked == given or (asked < given) == (side == "lower")


def profile_digest(name: str) -> str:
    """What exactly the named profile says, for the manifest."""
    return sha256(_profile_text(name)).hexdigest()


def load_policy(path: Path | None, changes: Mapping[str, Any]) -> Policy:
    """The policy file, if there is one, with `changes` (dotted names allowed) laid over it."""
    asked: dict[str, Any] = {} if path is None else dict(read_yaml(path))
    places = NOWHERE if path is None else places_in(path).without(*changes)
    for name, value in changes.items():
        words = in_new_words(path_of(name))
        if (former := in_old_words(words)) is not None:
            _drop(asked, former)  # the flag wins, whichever name the file uses
        _lay(asked, words, value)
    return Policy(places, **{str(name): value for name, value in asked.items()})


def _under_new_names(limits: Mapping[Any, Any]) -> dict[str, Any]:
    for former, name in FORMER_NAMES.items():
        if former in limits and name in limits:
            raise MisfitError(f"limits.{former}", f"is the former name of {name}; name the limit once")
    return {FORMER_NAMES.get(str(name), str(name)): limit for name, limit in limits.items()}


def _lay(into: dict[str, Any], path: Sequence[str], value: Any) -> None:
    head, *rest = path
    if not rest:
        into[head] = value
        return
    inner = into.get(head)
    if isinstance(inner, PolicyModel):
        into[head] = _opened(inner)
    else:
        into[head] = dict(inner) if isinstance(inner, Mapping) else {} if inner is None else {"kind": inner}
    _lay(into[head], rest, value)


def _opened(model: PolicyModel) -> dict[str, Any]:
    """What was asked of a part of a policy, by name; which of several forms it has is always said."""
    form = next((name for name in ("kind", "do") if getattr(model, name, None) is not None), None)
    asked = {name: getattr(model, name) for name in model.model_fields_set}
    return asked if form is None else {form: getattr(model, form), **asked}


def _drop(asked: Mapping[str, Any], path: Sequence[str]) -> None:
    *above, name = path
    inner: Any = asked
    for part in above:
        inner = inner.get(part) if isinstance(inner, Mapping) else None
    if isinstance(inner, dict):
        inner.pop(name, None)


_STEP = f"is no step of masking; the steps are: {', '.join(step_names())}"


# what pydantic says of these would be of no help to the writer of a policy
_PLAIN = {"extra_forbidden": "there is no such name here", "missing": "must be said"}


MOST_TOLD = 20  # things that are wrong


def _explain(error: ValidationError, places: Places) -> str:
    items = error.errors(include_url=False, include_input=False)
    more = [f"and {len(items) - MOST_TOLD:,} more"] if len(items) > MOST_TOLD else []
    return "the policy cannot be used: " + "; ".join([*(_line(item, places) for item in items[:MOST_TOLD]), *more])


def _without_levels(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path without what may be a value of the data: levels are keys in these two places."""
    if "shares" in path:
        return path[: path.index("shares") + 2]
    return path[: path.index("hierarchy") + 1] if "hierarchy" in path else path


def _line(item: Mapping[str, Any], places: Places) -> str:
    """One thing that is wrong: where it stands in the file, its name, and why."""
    cause = item.get("ctx", {}).get("error")
    path = cause.path if isinstance(cause, MisfitError) else _without_levels(tuple(map(str, item["loc"])))
    is_no_step = item["type"].startswith("union_tag") and "mask" in path
    plain = _STEP if is_no_step else _PLAIN.get(item["type"], item["msg"])
    message = str(cause) if isinstance(cause, ValueError) else plain
    return f"{places.of(path)}{'.'.join(path) or 'policy'}: {message}"


def _parts_of(model: type[PolicyModel]) -> Iterator[type[PolicyModel]]:
    for part in model.__subclasses__():
        yield part
        yield from _parts_of(part)


def _suggest(error: ValidationError) -> str:
    """The nearest known name for each unknown one."""
    from difflib import get_close_matches

    names = {name for part in _parts_of(PolicyModel) for name in part.model_fields}
    errors = error.errors(include_url=False, include_input=False)[:MOST_TOLD]
    unknown = [str(item["loc"][-1]) for item in errors if item["type"] == "extra_forbidden"]
    pairs = [(name, get_close_matches(name, names - {name}, n=1)) for name in unknown]
    return "; ".join(f"did you mean '{near[0]}' instead of '{name}'?" for name, near in pairs if near)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file, for editors. Limits left out come from the profile."""
    schema = Policy.model_json_schema()
    schema["$defs"]["Limits"].pop("required", None)
    schema["required"] = [name for name in schema.get("required", []) if name != "limits"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "privsynth policy, version 1", **schema}
