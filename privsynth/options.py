"""What can be asked: each option with its default, its bounds and its help text, which stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from math import ceil
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from privsynth.engines import ENGINES, ONLY_SOME, EngineName, engines_with
from privsynth.mask_steps import StepPolicy
from privsynth.policy_model import PolicyModel

KindName = Literal["number", "integer", "boolean", "category", "ordinal", "date", "time", "duration", "text"]
RoleName = Literal["identifier", "direct", "quasi", "sensitive", "plain", "free_text"]
RoleAsked = Literal[RoleName, "drop"]
BackendName = Literal["auto", "model", "rules", "clone", "mask"]
Mechanism = Literal["pairs", "mst", "aim"]
FigureStyle = Literal["exact", "bands", "pass_fail"]  # how much the reports tell of a measure; the later, the less
# The gates whose measured "no" a named person may answer for. What a person cannot answer for is not on the list.
WaivableGate = Literal[
    "copies", "membership", "singling_out", "linkability", "inference", "attribute", "tracing", "classical"
]

# What an option means when it is absent. The option stays None: nobody asked, and the engine may have no use for it.
BINS = 32
EPOCHS = 300
DEVICE = "cpu"
MECHANISM: Mechanism = "pairs"
SECONDS = 120
DELTA = 1e-9  # at most 1/(10 n) for a hundred million rows, so that it need not be read from the table


def _lower(default: Any = ..., **bounds: Any) -> Any:
    return Field(default, json_schema_extra={"tighter": "lower"}, **bounds)


def _higher(default: Any = ..., **bounds: Any) -> Any:
    return Field(default, json_schema_extra={"tighter": "higher"}, **bounds)


LEAST_SUPPORT = 10  # what fewer hold is never learnt, however lax the limits


class Limits(PolicyModel):
    """What a draft must keep to. The values come from a profile; a policy may tighten each of them."""

    k_rare: int = _higher(ge=1, description="A value held by fewer rows than this is rare.")
    alpha: float = _higher(
        gt=0, lt=1, description="Chance of a false alarm allowed to each statistical test; a larger one is stricter."
    )
    overlap_other: float = _lower(
        ge=0, le=1, description="Share of rare ordinary strings that may equal real ones beyond chance."
    )
    pii_weak: float = _lower(
        ge=0, le=1, description="Share of a column's distinct values that may weakly look like personal data."
    )
    copy_max: float = _lower(ge=0, le=1, description="Share of draft rows that may copy training rows beyond chance.")
    isolated_max: float = _lower(ge=0, le=1, description="Share of isolated people of whom one draft row may tell.")
    k: int = _higher(ge=2, description="Smallest group of rows that share their quasi-identifiers (mask and clone).")
    risk_max: float = _lower(gt=0, le=1, description="Largest re-identification risk of one row (mask and clone).")
    tracing_max: float = _lower(
        ge=0, le=1, description="Share of draft rows whose source row may be found as the nearest one (mask and clone)."
    )
    joined_max: float | None = _lower(
        ge=0,
        le=1,
        description="Share of rows that may be joined with an earlier release of the same people by what both keep "
        "(mask and clone); reported only when absent.",
    )
    control_min: int = _higher(ge=1, description="Fewest held-out people on which a statement may rest.")
    folds_min: int = _higher(
        ge=1,
        description="Fewest people on which a statement may rest where none can be held out and each is left out once.",
    )
    fidelity_min: float = _higher(
        ge=0, le=1, description="Least fidelity, as a share of what a fresh real sample reaches."
    )
    column_min: float = _higher(
        ge=0,
        le=1,
        description="Least share of what a column says by itself, its values and how many there are, that each column "
        "must keep.",
    )
    ties_min: float = _higher(
        ge=0,
        le=1,
        description="Least share of what a column says of the others that each column must keep, and all of them "
        "together.",
    )
    relations_min: float = _higher(
        ge=0,
        le=1,
        description="Least share of the rows in which what holds in every real row must hold.",
    )
    use_min: float = _higher(
        ge=0,
        le=1,
        description="Least share of what a model learns from real rows that one taught on the synthetic rows must "
        "learn.",
    )
    auc_max: float = _lower(
        ge=0.5,
        le=1,
        description="How well a classifier may tell whole rows from real ones: area under the ROC curve, .5 is chance.",
    )
    order_min: float | None = _higher(
        ge=0,
        le=1,
        description="Least part of the dependence on the row before, in time or of one person, that must be kept; "
        "reported only when absent.",
    )
    steady_min: float | None = _higher(
        ge=0,
        le=1,
        description="Least share of people whose rows must agree in what stays the same within a person; "
        "reported only when absent.",
    )
    mia_all: float = _lower(
        gt=0,
        le=1,
        description="Share of people an attacker may surely recognise as part of the source, at 1 % false alarms.",
    )
    mia_isolated: float = _lower(gt=0, le=1, description="The same for the people who are most unlike the others.")
    anon_risk: float = _lower(
        ge=0, le=1, description="Risk beyond chance of singling out (by one and by several columns) and of linking."
    )
    anon_risk_inference: float = _lower(ge=0, le=1, description="Risk beyond chance of inferring a sensitive value.")
    anon_lower_uni: float | None = _lower(
        ge=0, le=1, description="Proven risk (lower bound) of singling out by one column; reported only when absent."
    )
    anon_lower_multi: float | None = _lower(
        ge=0, le=1, description="Proven risk of singling out by several columns; reported only when absent."
    )
    anon_lower_link: float | None = _lower(ge=0, le=1, description="Proven risk of linking; reported only when absent.")
    anon_lower_inference: float | None = _lower(
        ge=0, le=1, description="Proven risk of inference; reported only when absent."
    )
    anon_upper_uni: float | None = _lower(
        ge=0, le=1, description="Risk that cannot be ruled out (upper bound), one column; reported only when absent."
    )
    anon_upper_link: float | None = _lower(
        ge=0, le=1, description="Risk of linking that cannot be ruled out; reported only when absent."
    )
    attr_max: float = _lower(
        ge=0,
        le=1,
        description="How much better a secret of the people in the source may be guessed than that of others.",
    )
    l_min: int | None = _higher(
        ge=1, description="Fewest different sensitive values in a group (mask and clone); reported only when absent."
    )
    average_risk_max: float | None = _lower(
        gt=0, le=1, description="Largest average re-identification risk (mask and clone); reported only when absent."
    )
    population_unique_max: float | None = _lower(
        ge=0,
        le=1,
        description="Share of rows that may be the only such person in the population, where its size is given; "
        "reported only when absent.",
    )
    eps_max: float = _lower(gt=0, description="Largest epsilon of the engine dp, summed over all runs on one source.")
    delta_max: float = _lower(
        gt=0,
        lt=1,
        description="Largest delta of the engine dp, summed over all runs on one source; of one run at most 1/(10 n).",
    )
    attempts_max: int | None = _lower(
        ge=1,
        description="Most attempts on one source with one backend and profile, whatever the seed; "
        "only counted when absent.",
    )
    rows_ratio: float = _lower(
        gt=0, description="Most rows of all releases from one source, as a multiple of its rows."
    )


class DomainPolicy(PolicyModel):
    """What a column may hold, known to the public and not read from the data: levels, or the ends of bins."""

    levels: list[str] | None = Field(None, min_length=1, description="All values that may occur, as spelt in a file.")
    cuts: list[float | str] | None = Field(
        None, min_length=2, description="Ends of the bins of a number or date, in order, the outermost included."
    )
    low: float | str | None = Field(None, description="Least value, with high and bins: bins of equal width.")
    high: float | str | None = Field(None, description="Largest value.")
    bins: int | None = Field(None, ge=1, le=10_000, description=f"How many bins of equal width; {BINS} when absent.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.levels is not None, self.cuts is not None, self.low is not None and self.high is not None)
        if sum(ways) != 1 or (self.low is None) != (self.high is None) or (self.bins is not None and self.low is None):
            raise ValueError("domain is said in one of three ways: levels, or cuts, or low and high (with bins)")
        return self


_WITH_MISFITS = ("number", "integer", "date", "time", "duration")


class ColumnPolicy(PolicyModel):
    """What the user knows better about one column."""

    role: RoleAsked | None = Field(
        None, description="What the column means for people; drop: it is left out, whatever makes the rows."
    )
    kind: KindName | None = Field(None, description="What its values are.")
    entity: str | None = Field(None, description="Which kind of personal data it holds, such as EMAIL.")
    format: str | None = Field(
        None, description="How dates and times are spelt, as strftime writes it, with %q for a quarter."
    )
    decimal: Literal[",", "."] | None = Field(
        None,
        description="Which mark stands before decimals in its numbers, where 1,234 could be a thousand or little more "
        "than one; kind: integer settles it too: then the mark is one of thousands.",
    )
    may_be_lost: bool = Field(
        False,
        description="Whether the rows may go out although the column says nothing any more; it is noted, and no limit "
        "of fidelity is held against it.",
    )
    misfits: Literal["missing"] | None = Field(
        None,
        description="Cells that do not fit the declared kind of number, date or time count as missing, instead of "
        "being refused with their line. Without a declared kind up to 1 % of the cells do.",
    )
    domain: DomainPolicy | None = Field(
        None, description="What the column may hold, as the public knows it; the engine dp needs it."
    )
    mask: StepPolicy | None = Field(
        None,
        description="What backend mask does with it, such as token, or { do: partial, last: 4 }; "
        "proposed from the role when absent.",
    )

    @model_validator(mode="after")
    def _misfits_of_a_kind(self) -> Self:
        if self.misfits and self.kind not in _WITH_MISFITS and not (self.format or self.decimal):
            raise ValueError(
                "misfits are cells that do not fit kind: number, integer, date, time or duration; say which one"
            )
        return self

    @model_validator(mode="after")
    def _decimals_of_numbers(self) -> Self:
        if self.decimal and (self.kind not in (None, "number", "integer") or self.format):
            raise ValueError("decimal is the mark of numbers; leave it out, or say kind: number or integer")
        return self

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_a_step(cls, asked: Any) -> Any:
        """YAML reads `mask: null` as nothing; it was said, and means the step of that name."""
        return (
            {**asked, "mask": "null"}
            if isinstance(asked, dict) and "mask" in asked and asked["mask"] is None
            else asked
        )


class RulePolicy(PolicyModel):
    """What must hold in every row that is made; rows of the source that break it are counted and said."""

    name: str = Field(min_length=1, description="A short name, for reports.")
    expect: str = Field(
        min_length=1, description="A condition over the columns of the table, such as  discharged >= admitted."
    )


class ReadPolicy(PolicyModel):
    """How files are read, where looking is not enough, and how large they may be."""

    encoding: str | None = Field(None, description="Encoding of the input; found by itself when absent.")
    delimiter: str | None = Field(
        None,
        min_length=1,
        max_length=8,
        description="Field delimiter, such as ; or ::, or a word: blanks (runs of them), columns (fixed width), "
        "drawn (a table drawn with bars); found by itself when absent.",
    )
    quote: Literal['"', "'", "none"] | None = Field(
        None, description="What fields are quoted with; found by itself when absent."
    )
    escape: Literal["doubled", "backslash", "none", "quote"] | None = Field(
        None,
        description="How a quote inside quotes is written: doubled, with a backslash, as it is (none), "
        "or \" twice where ' quotes the fields (quote); found by itself when absent.",
    )
    skip: int = Field(0, ge=0, description="Lines above the table to leave out.")
    footer: int = Field(0, ge=0, description="Lines below the table to leave out; blank ones at the end do not count.")
    comment: str | None = Field(
        None, min_length=1, max_length=8, description="What lines begin with that are comments, such as #."
    )
    table: int | None = Field(None, ge=1, description="Which table to read, where several stand in one file.")
    header: bool = Field(True, description="Whether the first record names the columns.")
    header_lines: int = Field(1, ge=1, le=9, description="Records that name the columns together; joined by a blank.")
    on_ragged: Literal["refuse", "drop", "pad", "merge"] = Field(
        "refuse",
        description="Rows of too few or too many fields: refuse; drop; pad short ones with missing cells; "
        "merge, besides, what overflowed back into its column. What does not fit is dropped and counted.",
    )
    accept: bool = Field(False, description="Take the reading that is proposed, where it fits well enough.")
    max_bytes: int = Field(2 * 2**30, ge=1, description="Largest file, after expansion.")
    max_columns: int = Field(10_000, ge=1, description="Most columns.")
    max_cells: int = Field(100_000_000, ge=1, description="Most cells.")
    max_cell_bytes: int = Field(2**20, ge=1, description="Largest cell.")

    @model_validator(mode="after")
    def _one_header(self) -> Self:
        if not self.header and self.header_lines > 1:
            raise ValueError("read.header_lines needs a header; leave it out, or say header: true")
        return self

    def with_(self, other: ReadPolicy | Mapping[str, Any]) -> ReadPolicy:
        """The same reading, with what the other says laid over it."""
        said = other.said if isinstance(other, ReadPolicy) else other
        return ReadPolicy(**{**self.said, **said}) if said else self

    @property
    def said(self) -> dict[str, Any]:
        """The options that were set."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


LAYOUT = tuple(name for name in ReadPolicy.model_fields if not name.startswith("max_"))  # what only text has


class TablePolicy(PolicyModel):
    """What the user knows better about one table."""

    key: str | None = Field(None, description="The column that names each row.")
    person: str | None = Field(
        None,
        description="The column that says which rows belong to one person; "
        "the unit that is split, counted and protected. Looked for when absent; null: each row is one person.",
    )
    columns: dict[str, ColumnPolicy] = Field({}, description="Columns by name.")
    rules: list[RulePolicy] = Field([], description="Constraints that every made row keeps.")
    targets: list[str] = Field(
        [],
        max_length=3,
        description="Columns that models shall learn from the rows: up to three whose use is measured; chosen when "
        "absent.",
    )
    arithmetic: Literal["found", "declared"] = Field(
        "found",
        description="Sums, products and the like between columns that the rows of a model keep: "
        "those found in the source, in as many rows as there; or only those that rules declare.",
    )
    read: ReadPolicy = Field(ReadPolicy(), description="How its file is read, where that differs from the others.")

    @model_validator(mode="before")
    @classmethod
    def _old_spelling(cls, asked: Any) -> Any:
        """`entity` is how earlier policies spell `person`."""
        if not isinstance(asked, dict) or "entity" not in asked:
            return asked
        if "person" in asked:
            raise ValueError("entity is the old spelling of person; both stand here, keep person")
        return {("person" if name == "entity" else name): value for name, value in asked.items()}


class RelationPolicy(PolicyModel):
    """A key between two tables: `child.column -> parent.column`."""

    parent: str = Field(description="Table whose rows are referred to.")
    parent_key: str = Field(description="Its key column.")
    child: str = Field(description="Table whose rows refer.")
    child_key: str = Field(description="Its column that repeats the key.")


class WritePolicy(PolicyModel):
    """In which files the rows are given back."""

    format: Literal["same", "csv", "parquet", "both"] = Field(
        "same",
        description="Files to write: as each table came (text keeps its delimiter, gzip comes back unpacked), "
        "or text, Parquet, or both.",
    )


class Waiver(PolicyModel):
    """A named person answers for one gate that measured too much; never for one that could not judge."""

    gate: WaivableGate = Field(description="The gate whose failure is answered for.")
    reason: str = Field(min_length=1, max_length=500, description="Why the risk is taken; it stands in the report.")
    person: str = Field(min_length=1, max_length=200, description="Who takes it; the name stands in the report.")
    expires: date = Field(description="Last day on which it may be used.")

    @field_validator("gate", mode="before")
    @classmethod
    def _by_its_name_of_today(cls, asked: Any) -> Any:
        """The gate tracing was called linkage before."""
        return "tracing" if asked == "linkage" else asked

    @model_validator(mode="after")
    def _in_force(self) -> Self:
        if self.expires < datetime.now(UTC).date():
            raise ValueError(f"the waiver for the gate {self.gate} has expired")
        if not (self.reason.strip() and self.person.strip()):
            raise ValueError("a waiver needs a reason and a person")
        return self


class AutoOptions(PolicyModel):
    """The backend is chosen: `model` where there is data, `rules` where there is only a rulebook."""

    kind: Literal["auto"] = "auto"


def _for_engines(option: str, meaning: str) -> str:
    return f"{', '.join(engines_with(option))}: {meaning}"


class ModelOptions(PolicyModel):
    """Rows from a learned joint distribution."""

    kind: Literal["model"] = "model"
    engine: EngineName = Field(
        "trees",
        description="What learns: our sequential trees; sdv's copula, ctgan, tvae or copulagan; "
        "dp, OpenDP's mechanisms; auto tries and takes the best.",
    )
    min_leaf: int | None = Field(
        None,
        ge=10,
        description=_for_engines(
            "min_leaf", "fewest rows behind a drawn value. Larger is more private and less faithful."
        ),
    )
    epochs: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description=_for_engines("epochs", f"passes over the training rows; {EPOCHS} when absent."),
    )
    device: Literal["cpu", "cuda", "auto"] | None = Field(
        None,
        description=_for_engines("device", f"where they train; {DEVICE} when absent, which repeats."),
    )
    mechanism: Mechanism | None = Field(
        None,
        description=_for_engines(
            "mechanism",
            "what OpenDP counts: pairs, every two columns; mst, a tree of them; aim, what its model knows least. "
            f"{MECHANISM} when absent.",
        ),
    )
    epsilon: float | None = Field(
        None,
        gt=0,
        description=_for_engines(
            "epsilon", "how much one person may change what comes out; smaller is more private. Required."
        ),
    )
    delta: float | None = Field(
        None,
        ge=0,
        lt=1,
        description=_for_engines(
            "delta", "the chance that epsilon does not hold; 1/(10 n) at most, and the profile's limit."
        ),
    )
    contributions: int | None = Field(
        None,
        ge=1,
        description=_for_engines(
            "contributions", "most rows that one person gives; further ones are dropped before anything is counted."
        ),
    )
    seconds: int | None = Field(
        None, ge=1, description=_for_engines("seconds", f"seconds to spend on trying engines; {SECONDS} when absent.")
    )
    no_busl: bool = Field(
        False,
        description="Refuse engines under the Business Source Licence: "
        f"{', '.join(record.name for record in ENGINES.values() if record.is_busl)}.",
    )
    where: str | None = Field(
        None,
        min_length=1,
        description="A condition that every made row of the first table meets, such as: age > 60 and state = 'CA'.",
    )
    shares: dict[str, dict[str, float]] = Field(
        {}, description="Columns of the first table whose levels shall have these shares; other levels keep theirs."
    )

    @model_validator(mode="after")
    def _honest(self) -> Self:
        record = ENGINES[self.engine]
        for name in ONLY_SOME:
            if getattr(self, name) is not None and name not in record.options:
                engines = " or ".join(engines_with(name))
                raise ValueError(f"{name} is an option of the engine {engines} and means nothing to {self.engine}")
        if self.no_busl and record.is_busl:
            raise ValueError(
                f"the engine {self.engine} is under the Business Source Licence, which no_busl refuses; "
                "use the engine trees"
            )
        if record.needs_epsilon and self.epsilon is None:
            raise ValueError(
                f"epsilon must be set for the engine {self.engine}: how much one person may change what comes out"
            )
        for column, shares in self.shares.items():
            if not shares or any(not 0 <= share <= 1 for share in shares.values()) or sum(shares.values()) > 1 + 1e-9:
                raise ValueError(f"shares.{column} must be shares between 0 and 1 that sum to no more than 1")
        return self


class RulesOptions(PolicyModel):
    """Rows from a rulebook; no real data is read to make them."""

    kind: Literal["rules"] = "rules"
    rulebook: Path | None = Field(None, description="The rulebook, a YAML file.")
    scenario: str | None = Field(
        None, min_length=1, max_length=128, description="The scenario of the rulebook; without one the book as it is."
    )


class KeyedOptions(PolicyModel):
    """Of what makes rows that follow people: whoever could draw the same chance again could undo what was done.

    So it comes from a key, which dies with the run unless a kept one is named.
    """

    key_file: Path | None = Field(
        None, description="File of mode 0600 with the masking key; without one a key is made and destroyed."
    )
    key_env: str | None = Field(
        None, min_length=1, description="Environment variable that holds the masking key, as hex or base64."
    )
    keyring: str | None = Field(
        None, min_length=1, description="Name under which the system's keyring holds the masking key."
    )

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if sum(source is not None for source in (self.key_file, self.key_env, self.keyring)) > 1:
            raise ValueError("the masking key comes from one place: key_file, key_env or keyring")
        return self

    @property
    def keeps_key(self) -> bool:
        """Whether the key outlives the run, so that its holder can link what was made with it."""
        return any(source is not None for source in (self.key_file, self.key_env, self.keyring))


class CloneOptions(KeyedOptions):
    """Whole people, masked and then multiplied under new identities."""

    kind: Literal["clone"] = "clone"
    noise: float = Field(
        0.5,
        gt=0,
        le=5,
        description="How far numbers move, as a multiple of the range of the tenth of the rows around each value.",
    )
    max_shift_days: int = Field(
        182, ge=1, le=3650, description="Dates of a clone move together by up to this many days, never by none."
    )


class MaskOptions(KeyedOptions):
    """The same rows with identities replaced and quasi-identifiers generalised."""

    kind: Literal["mask"] = "mask"
    direct: Literal["substitute", "token"] = Field(
        "substitute", description="Direct identifiers become invented people, or keyed tokens."
    )
    unlisted: Literal["refuse", "propose"] = Field(
        "refuse",
        description="Columns that a written plan does not name: refuse the run, or let their role propose a step.",
    )
    suppress_max: float = Field(
        0.05, ge=0, le=1, description="Most rows whose quasi-identifiers may be blanked to reach k."
    )
    k: int | None = Field(
        None,
        ge=2,
        description="People who shall share each combination of quasi-identifiers; "
        "the profile's k when absent, never less.",
    )
    l: int | None = Field(  # noqa: E741
        None, ge=1, description="Different sensitive values in each such group; the profile's l when absent."
    )
    t: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Largest distance between the sensitive values of a group and those of the table; "
        "none when absent.",
    )


BackendOptions = AutoOptions | ModelOptions | RulesOptions | CloneOptions | MaskOptions


def effective_k(limits: Limits, options: BackendOptions) -> int:
    """How many people must share their quasi-identifiers: the most of what k, risk_max and the plan of a mask ask for.

    The gate compares 1 / people with risk_max as it stands, so that a risk just below 1/3 asks for four people.
    """
    by_risk = ceil(1 / limits.risk_max - 1e-9)
    if 1 / by_risk > limits.risk_max:
        by_risk += 1
    by_plan = options.k if isinstance(options, MaskOptions) else None
    return max(limits.k, by_risk, by_plan or 0)
