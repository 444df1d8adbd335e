"""What the user asked for: the only home of defaults, bounds and help texts.

A policy is merged once, here: built-in profile, then the policy file, then the flags. Limits may only be tightened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from privsynth.errors import PolicyError

ProfileName = Literal["internal"]
KindName = Literal["number", "integer", "boolean", "category", "ordinal", "date", "text"]
RoleName = Literal["identifier", "direct", "quasi", "sensitive", "plain", "free_text"]
BackendName = Literal["auto", "model", "rules", "clone", "mask"]


@dataclass(frozen=True)
class Places:
    """Where each thing stands in a policy file, for messages. Two policies that ask for the same are equal wherever it was written."""

    file: str = field(default="", compare=False)
    at: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict, compare=False)  # line and column, from 1

    def of(self, path: Sequence[object]) -> str:
        """The place of the thing itself, or of the last part around it that the file has."""
        known: tuple[str, ...] = ()
        for part in map(str, path):  # parts that no file spells, such as the kind of a union, are passed over
            known = (*known, part) if (*known, part) in self.at else known
        return f"{self.file}:{self.at[known][0]}:{self.at[known][1]} " if known else ""

    def without(self, *names: str) -> Places:
        """Without what a flag says instead of the file."""
        said = [tuple(name.split(".")) for name in names]
        return replace(self, at={path: mark for path, mark in self.at.items() if not any(path[: len(other)] == other for other in said)})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)  # built when used: --help needs none


def _lower(default: Any = ..., **bounds: Any) -> Any:
    return Field(default, json_schema_extra={"tighter": "lower"}, **bounds)


def _higher(default: Any = ..., **bounds: Any) -> Any:
    return Field(default, json_schema_extra={"tighter": "higher"}, **bounds)


class Limits(_Part):
    """What a draft must keep to. The values come from a profile; a policy may tighten each of them."""

    k_rare: int = _higher(ge=1, description="A value held by fewer rows than this is rare.")
    alpha: float = _higher(gt=0, lt=1, description="Chance of a false alarm allowed to each statistical test; a larger one is stricter.")
    overlap_other: float = _lower(ge=0, le=1, description="Share of rare ordinary strings that may equal real ones beyond chance.")
    pii_weak: float = _lower(ge=0, le=1, description="Share of a column's distinct values that may weakly look like personal data.")
    copy_max: float = _lower(ge=0, le=1, description="Share of draft rows that may copy training rows beyond chance.")
    isolated_max: float = _lower(ge=0, le=1, description="Share of the most isolated real rows that a draft row may sit upon.")
    k: int = _higher(ge=2, description="Smallest group of rows that share their quasi-identifiers (mask and clone).")
    risk_max: float = _lower(gt=0, le=1, description="Largest re-identification risk of one row (mask and clone).")
    linkage_max: float = _lower(ge=0, le=1, description="Share of draft rows whose source row may be found as the nearest one (mask and clone).")
    control_min: int = _higher(ge=1, description="Fewest held-out entities on which a statement may rest.")
    fidelity_min: float = _higher(ge=0, le=1, description="Least fidelity, as a share of what a fresh real sample reaches.")


class ColumnPolicy(_Part):
    """What the user knows better about one column."""

    role: RoleName | None = Field(None, description="What the column means for people.")
    kind: KindName | None = Field(None, description="What its values are.")
    entity: str | None = Field(None, description="Which kind of personal data it holds, such as EMAIL.")
    format: str | None = Field(None, description="How dates are spelt, as strftime writes it.")


class TablePolicy(_Part):
    """What the user knows better about one table."""

    key: str | None = Field(None, description="The column that names each row.")
    entity: str | None = Field(None, description="The column that says which rows belong to one person; the unit that is split, counted and protected.")
    columns: dict[str, ColumnPolicy] = Field({}, description="Columns by name.")


class RelationPolicy(_Part):
    """A key between two tables: `child.column -> parent.column`."""

    parent: str = Field(description="Table whose rows are referred to.")
    parent_key: str = Field(description="Its key column.")
    child: str = Field(description="Table whose rows refer.")
    child_key: str = Field(description="Its column that repeats the key.")


class ReadPolicy(_Part):
    """How files are read, where looking is not enough, and how large they may be."""

    encoding: str | None = Field(None, description="Encoding of the input; found by itself when absent.")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="Field delimiter of the input; found by itself when absent.")
    on_ragged: Literal["refuse", "drop"] = Field("refuse", description="What to do with rows of too few or too many fields.")
    header: bool = Field(True, description="Whether the first record names the columns.")
    max_bytes: int = Field(2 * 2**30, ge=1, description="Largest file, after expansion.")
    max_columns: int = Field(10_000, ge=1, description="Most columns.")
    max_cells: int = Field(100_000_000, ge=1, description="Most cells.")
    max_cell_bytes: int = Field(2**20, ge=1, description="Largest cell.")


class WritePolicy(_Part):
    """In which files the rows are given back."""

    format: Literal["same", "csv", "parquet", "both"] = Field(
        "same", description="Files to write: as each table came (text keeps its delimiter, gzip comes back unpacked), or text, Parquet, or both."
    )


class AutoOptions(_Part):
    """The backend is chosen: `model` where there is data, `rules` where there is only a rulebook."""

    kind: Literal["auto"] = "auto"


class ModelOptions(_Part):
    """Rows from a learned joint distribution."""

    kind: Literal["model"] = "model"
    engine: Literal["trees", "copula"] = Field("trees", description="What learns: our sequential trees, or sdv's Gaussian copula.")
    min_leaf: int | None = Field(None, ge=10, description="Trees: fewest rows behind a drawn value. Larger is more private and less faithful.")

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.engine != "trees" and self.min_leaf is not None:
            raise ValueError(f"min_leaf is an option of the engine trees and means nothing to {self.engine}")
        return self


class RulesOptions(_Part):
    """Rows from a rulebook; no real data is read."""

    kind: Literal["rules"] = "rules"
    rulebook: Path | None = Field(None, description="The rulebook, a YAML file.")


class CloneOptions(_Part):
    """Whole entities, masked and then multiplied under new identities."""

    kind: Literal["clone"] = "clone"
    noise: float = Field(0.5, gt=0, le=5, description="How far numbers move, in multiples of the gap between neighbouring values' deciles.")
    max_shift_days: int = Field(182, ge=1, le=3650, description="Dates of a clone move together by up to this many days, never by none.")


class MaskOptions(_Part):
    """The same rows with identities replaced and quasi-identifiers generalised."""

    kind: Literal["mask"] = "mask"
    key_file: Path | None = Field(None, description="File of mode 0600 with the masking key; without one a key is made and destroyed.")
    direct: Literal["substitute", "token"] = Field("substitute", description="Direct identifiers become invented people, or keyed tokens.")
    suppress_max: float = Field(0.05, ge=0, le=1, description="Most rows whose quasi-identifiers may be blanked to reach k.")


BackendOptions = AutoOptions | ModelOptions | RulesOptions | CloneOptions | MaskOptions


class Policy(_Part):
    """Everything that was asked of one run. Frozen: a change is a new policy."""

    version: Literal[1] = Field(1, description="Version of the policy format.")
    profile: ProfileName = Field("internal", description="Named set of limits.")
    limits: Limits = Field(description="Limits of the profile, tightened where the policy says so.")
    backend: Annotated[BackendOptions, Field(discriminator="kind")] = Field(AutoOptions(), description="What makes the rows.")
    rows: int | None = Field(None, ge=0, description="Rows to make in the first table; as many as the source when absent.")
    seed: int | None = Field(None, ge=0, lt=2**63, description="Seed of every random choice; a fresh one when absent.")
    holdout: float | None = Field(
        None, gt=0, le=0.5, description="Share of entities kept from the backend as control; sized for the smallest leak worth seeing when absent."
    )
    tables: dict[str, TablePolicy] = Field({}, description="Tables by name.")
    relations: list[RelationPolicy] = Field([], description="Keys between tables; found by themselves when absent.")
    read: ReadPolicy = Field(ReadPolicy(), description="How files are read.")
    write: WritePolicy = Field(WritePolicy(), description="How files are written.")
    nlp: str = Field(
        "auto", min_length=1, description="Language model that reads texts besides: auto (one that is installed), none, or the name or folder of a spaCy model."
    )
    gate_seconds: int = Field(900, ge=1, description="A gate that takes longer than this blocks.")

    _places: Places = PrivateAttr(default=Places())

    def __init__(self, places: Places = Places(), /, **asked: Any) -> None:
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
            raise ValueError("a policy is a mapping of names to values")  # noqa: TRY004 - pydantic translates a ValueError
        asked = dict(asked)
        if isinstance(asked.get("backend"), str):
            asked["backend"] = {"kind": asked["backend"]}
        base = profile_limits(asked.get("profile", "internal"))
        limits = asked.get("limits", {})
        if isinstance(limits, Limits):
            limits = limits.model_dump()
        if isinstance(limits, Mapping):
            asked["limits"] = {**base, **limits}
        return asked

    @model_validator(mode="after")
    def _only_tighter(self) -> Self:
        base = profile_limits(self.profile)
        for name, limit in Limits.model_fields.items():
            side = (limit.json_schema_extra or {})["tighter"]  # type: ignore[index]
            asked, given = getattr(self.limits, name), base[name]
            if asked != given and (asked < given) != (side == "lower"):
                raise ValueError(f"limits.{name} may only be tightened: {self.profile} asks for {given}, a {side} value is tighter")
        return self

    def with_(self, **changes: Any) -> Policy:
        """The same policy with some values changed, checked anew."""
        return Policy(self._places, **{**{name: getattr(self, name) for name in self.model_fields_set}, **changes})


@cache
def _profile_text(name: str) -> bytes:
    path = Path(__file__).parent / "profiles" / f"{name}.yaml"
    if name not in get_args(ProfileName):
        raise ValueError(f"profile must be one of: {', '.join(get_args(ProfileName))}")
    return path.read_bytes()


@cache
def profile_limits(name: str) -> dict[str, Any]:
    """The limits of a named profile."""
    return dict(parse_yaml(_profile_text(name).decode(), "profile")["limits"])


def profile_digest(name: str) -> str:
    """What exactly the named profile says, for the manifest."""
    return sha256(_profile_text(name)).hexdigest()


def load_policy(path: Path | None, changes: Mapping[str, Any]) -> Policy:
    """The policy file, if there is one, with `changes` (dotted names allowed) laid over it."""
    asked: dict[str, Any] = {} if path is None else dict(read_yaml(path))
    places = Places() if path is None else _places(path).without(*changes)
    for name, value in changes.items():
        _lay(asked, name.split("."), value)
    return Policy(places, **{str(name): value for name, value in asked.items()})


def _places(path: Path) -> Places:
    """Line and column of every name in a YAML file that was read before, and so is known to be plain."""
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    at: dict[tuple[str, ...], tuple[int, int]] = {}

    def walk(node: Any, inside: tuple[str, ...]) -> None:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                at[*inside, str(key.value)] = (key.start_mark.line + 1, key.start_mark.column + 1)
                walk(value, (*inside, str(key.value)))
        elif isinstance(node, SequenceNode):
            for number, value in enumerate(node.value):
                at[*inside, str(number)] = (value.start_mark.line + 1, value.start_mark.column + 1)
                walk(value, (*inside, str(number)))

    walk(YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8")), ())
    return Places(path.name, at)


def _lay(into: dict[str, Any], path: list[str], value: Any) -> None:
    head, *rest = path
    if not rest:
        into[head] = value
        return
    inner = into.get(head)
    into[head] = dict(inner) if isinstance(inner, Mapping) else {} if inner is None else {"kind": inner}
    _lay(into[head], rest, value)


MAX_YAML = 2**20


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file: no objects, no aliases, no surprises in size."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"cannot read {path.name}: {error.strerror}.") from None
    if len(raw) > MAX_YAML:
        raise PolicyError(f"{path.name} is larger than {MAX_YAML} bytes.")
    try:
        return parse_yaml(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError:
        raise PolicyError(f"{path.name} is not UTF-8 text.") from None


def parse_yaml(text: str, name: str) -> Any:
    """The plain content of a YAML text. A YAML error says where, never what."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.tokens import AliasToken, AnchorToken

    yaml = YAML(typ="safe", pure=True)
    try:
        if any(isinstance(token, AliasToken | AnchorToken) for token in yaml.scan(text)):
            raise PolicyError(f"{name}: anchors and aliases are not allowed.")
        content = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise PolicyError(f"{name}{place}: this is not valid YAML.", line=mark.line + 1 if mark else None) from None
    except YAMLError:
        raise PolicyError(f"{name}: this is not valid YAML.") from None
    if not isinstance(content, dict):
        raise PolicyError(f"{name}: a mapping of names to values is expected.")
    return content


def _explain(error: ValidationError, places: Places) -> str:
    lines = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        message = item["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in item["loc"])
        place = places.of(item["loc"] or message.partition(" ")[0].split("."))  # our own messages begin with the name
        lines.append(f"{place}{name or 'policy'}: {message}")
    return "the policy cannot be used: " + "; ".join(lines)


def _suggest(error: ValidationError) -> str:
    """The nearest known name for each unknown one."""
    from difflib import get_close_matches

    known = {name for part in _parts(Policy) for name in part.model_fields}
    unknown = [str(item["loc"][-1]) for item in error.errors(include_url=False, include_input=False) if item["type"] == "extra_forbidden"]
    pairs = [(name, get_close_matches(name, known, n=1)) for name in unknown]
    return "; ".join(f"did you mean '{near[0]}' instead of '{name}'?" for name, near in pairs if near)


def _parts(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [
        model,
        Limits,
        ColumnPolicy,
        TablePolicy,
        RelationPolicy,
        ReadPolicy,
        WritePolicy,
        AutoOptions,
        ModelOptions,
        RulesOptions,
        CloneOptions,
        MaskOptions,
    ]


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file, for editors. Limits left out come from the profile."""
    schema = Policy.model_json_schema()
    schema["$defs"]["Limits"].pop("required", None)
    schema["required"] = [name for name in schema.get("required", []) if name != "limits"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "privsynth policy, version 1", **schema}
