"""What a rulebook may say: its words, their bounds, and what they mean. `rules/README.md` shows them in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, field_validator, model_validator

from privsynth.errors import PolicyError
from privsynth.generate.rules.values.templates import fields_of
from privsynth.generate.rules.vocabulary.basics import Amount, Bound, Day, Locale, Name, Number, RuleModel, Scalar
from privsynth.generate.rules.vocabulary.errors import ErrorRule
from privsynth.generate.rules.vocabulary.relations import Deal, RefersTo, TableName, Total
from privsynth.generate.rules.vocabulary.scenarios import Break, CoverRule, Scenario
from privsynth.generate.rules.vocabulary.time import (
    Before,
    BusinessDay,
    Days,
    Local,
    QuietHolidays,
    Running,
    Series,
    TimeUnit,
    Universal,
)
from privsynth.options import KindName, RoleName


def _template(value: str) -> str:
    try:
        fields_of(value)
    except PolicyError as problem:
        raise ValueError(f"{problem.message} {problem.hint}") from None
    return value


MOST_ALIKE = 0.99  # a rank correlation; what is alike altogether is better worked out


class Sequence(RuleModel):
    """1, 2, 3, ...; with a width, a prefix or a suffix it is text."""

    start: int = Field(1, ge=0, le=10**15)
    step: int = Field(1, ge=1, le=10**6)
    width: int = Field(0, ge=0, le=30, description="Zeros are put in front up to this many digits.")
    prefix: str = Field("", max_length=50)
    suffix: str = Field("", max_length=50)


class Uuid(RuleModel):
    """Random UUIDs of version 4."""


class Uniform(RuleModel):
    low: Amount
    high: Amount


class Whole(RuleModel):
    """Whole numbers, each as likely as the other; both ends belong to it."""

    low: Amount
    high: Amount


class _Cut(RuleModel):
    low: Amount | None = None
    high: Amount | None = None


class Normal(_Cut):
    mean: Amount
    sd: Amount


class Lognormal(_Cut):
    median: Amount
    sigma: Amount


class Exponential(_Cut):
    mean: Amount


class Poisson(_Cut):
    mean: Amount


class Triangular(RuleModel):
    """What an expert says of an amount: least, most, and most often."""

    low: Amount
    mode: Amount
    high: Amount


class Gamma(_Cut):
    """Waiting times and claims; the larger the shape, the narrower."""

    mean: Amount
    shape: Amount


class Beta(_Cut):
    """Shares from 0 to 1, around alpha / (alpha + beta)."""

    alpha: Amount
    beta: Amount


class Weibull(_Cut):
    """Lifetimes: with a shape below 1 failures become rarer, above 1 more frequent."""

    scale: Amount
    shape: Amount


class Pareto(_Cut):
    """Wealth and damages: nothing below the least, and a long tail; the larger the shape, the shorter."""

    least: Amount
    shape: Amount


class StudentT(_Cut):
    """A bell with heavier tails; the fewer degrees, the heavier."""

    median: Amount
    scale: Amount
    degrees: Amount


class Binomial(_Cut):
    """How many of so many tries succeed."""

    trials: Amount
    chance: Amount


class Geometric(_Cut):
    """Tries up to the first success: 1, 2, 3, ..."""

    chance: Amount


class Zipf(RuleModel):
    """Ranks from 1 to high: how often words and articles are wanted."""

    shape: Amount
    high: Amount
    low: Amount | None = None


class Histogram(_Cut):
    """An empirical table: uniform inside each bin."""

    edges: list[Number] = Field(min_length=2, max_length=10_000)
    weights: list[Number] = Field(min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.edges) != len(self.weights) + 1:
            raise ValueError(
                f"{len(self.weights)} weights need {len(self.weights) + 1} edges, {len(self.edges)} are given"
            )
        if any(a >= b for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("edges must rise")
        check_weights(self.weights)
        return self


PersonPart = Literal[
    "name", "first_name", "last_name", "title", "email", "username", "phone", "street", "city", "job", "company",
    "ssn", "nhs", "ip", "mac", "url", "card", "iban", "maiden_name", "initials", "postcode", "region", "ipv6", "domain",
    "imei", "us_ssn", "us_npi", "us_ein", "uk_nhs", "uk_nino", "de_tax_id", "fi_hetu", "in_aadhaar", "no_fodselsnummer",
]  # fmt: skip


class Person(RuleModel):
    """One part of an invented person; parts with the same `who` belong to one person.

    A part that is there twice is somebody else's the second time: nobody has two names.
    """

    part: PersonPart
    who: str = Field("person", max_length=50)
    gender: Name | None = Field(None, description="Column that says woman or man; the first name follows it.")
    like: str | None = Field(None, max_length=100, description="An invented example whose form is kept.")
    locale: Locale | None = Field(None, description="Where this person is at home, if elsewhere than the table.")


class LookupRule(RuleModel):
    """A column of a CSV file beside the book; columns with the same `row` come from one drawn row of it."""

    plain_words = ("file", "column", "weight", "row")

    file: str = Field(min_length=1, max_length=200)
    column: Name
    weight: Name | None = Field(None, description="The file's column of weights; without it all rows are alike.")
    by: dict[Name, Name] = Field({}, max_length=10, description="Columns of the file, and columns they must equal.")
    row: str | None = Field(None, min_length=1, max_length=50, description="Which drawn row; when absent, the file's.")


class RoundArea(RuleModel):
    """All that is no farther than so many kilometres from a point."""

    lat: Amount
    lon: Amount
    km: Amount


class BoxArea(RuleModel):
    """Between two latitudes and two longitudes; where west is above east, it crosses the date line."""

    south: Amount
    west: Amount
    north: Amount
    east: Amount


class PointRule(RuleModel):
    """Latitude or longitude; columns with the same `place` are of one point, and one of them says where it lies."""

    plain_words = ("part", "place")

    part: Literal["latitude", "longitude"]
    within: RoundArea | None = None
    box: BoxArea | None = None
    place: str = Field("here", min_length=1, max_length=50)

    @model_validator(mode="after")
    def _one_region(self) -> Self:
        if self.within is not None and self.box is not None:
            raise ValueError("a point lies within a circle or in a box, not both")
        return self

    @property
    def has_region(self) -> bool:
        return self.within is not None or self.box is not None

    def expressions(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Those of its region, with the words that lead to them."""
        for word, region in (("within", self.within), ("box", self.box)):
            for name, value in region or ():
                if isinstance(value, str):
                    yield (word, name), value


def check_weights(weights: Any) -> None:
    """Whole numbers are proportions; with decimals they are shares, and have to sum to 1."""
    if any(weight < 0 for weight in weights) or not sum(weights) > 0:
        raise ValueError("weights must not be negative, and one must be above 0")
    if any(not float(weight).is_integer() for weight in weights) and abs(sum(weights) - 1) > 1e-6:
        raise ValueError(
            f"weights with decimals are shares and must sum to 1; these sum to {sum(weights):.6g}."
            " Whole numbers are taken as proportions"
        )


GENERATORS = (
    "constant", "sequence", "uuid", "uniform", "whole", "normal", "lognormal", "exponential", "poisson", "histogram",
    "triangular", "gamma", "beta", "weibull", "pareto", "student_t", "binomial", "geometric", "zipf",
    "template", "lookup", "point",
    "choice", "date", "pattern", "person", "reference", "total", "deal", "sql", "before", "running", "row",
    "business_day", "local", "utc", "mixture", "when", "by",
)  # fmt: skip

SEVERAL = ("mixture", "when", "by")  # ways made of other ways


class Draw(RuleModel):
    """One way to make values: exactly one of these words."""

    constant: Scalar = None
    sequence: Sequence | None = None
    uuid: Uuid | None = None
    uniform: Uniform | None = None
    whole: Whole | None = None
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    exponential: Exponential | None = None
    poisson: Poisson | None = None
    histogram: Histogram | None = None
    triangular: Triangular | None = None
    gamma: Gamma | None = None
    beta: Beta | None = None
    weibull: Weibull | None = None
    pareto: Pareto | None = None
    student_t: StudentT | None = None
    binomial: Binomial | None = None
    geometric: Geometric | None = None
    zipf: Zipf | None = None
    choice: list[Scalar] | dict[Scalar, Number] | None = Field(None, min_length=1, max_length=10_000)
    date: Days | None = None
    pattern: str | None = None
    template: Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_template)] | None = None
    lookup: LookupRule | None = None
    point: PointRule | None = None
    person: Person | None = None
    reference: RefersTo | None = None
    total: Total | None = None
    deal: Deal | None = None
    sql: str | None = None
    before: Before | None = None
    running: Running | None = None
    business_day: BusinessDay | None = None
    local: Local | None = None
    utc: Universal | None = None
    row: str | None = Field(None, description="What the row is given by the process that it comes from.")
    mixture: list[Weighted] | None = Field(None, min_length=1, max_length=100)
    when: str | None = None
    then: Draw | None = None
    by: Name | None = Field(None, description="A column; `of` has a way for each of its values.")
    of: dict[Scalar, Draw] | None = Field(None, min_length=1, max_length=10_000)
    otherwise: Draw | None = Field(None, alias="else")
    low: Bound | None = Field(None, description="Beside mixture, when or by: what lies below is drawn again.")
    high: Bound | None = Field(None, description="Beside mixture, when or by: what lies above is drawn again.")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        forms = (("person", "part"), ("reference", "key"), ("total", "of"))
        return content | {word: {inner: content[word]} for word, inner in forms if isinstance(content.get(word), str)}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        used = [name for name in GENERATORS if name in self.model_fields_set]
        if not used:
            raise ValueError("nothing says how its values are made, such as  choice: [a, b]")
        if len(used) > 1:
            raise ValueError(f"one way to make its values is expected, not {' and '.join(used)}")
        if used[0] != "constant" and getattr(self, used[0]) is None:
            raise ValueError(f"{used[0]} needs more words; {{}} where it takes none")
        self._check_companions(used[0])
        return self

    def _check_companions(self, used: str) -> None:
        wanted = {"when": {"then", "otherwise"}, "by": {"of"}}.get(used, set())
        companions = {name for name in ("then", "of", "otherwise") if getattr(self, name) is not None}
        if wanted - companions or companions - wanted - ({"otherwise"} if used == "by" else set()):
            raise ValueError("'when' goes with 'then' and 'else', 'by' with 'of' and perhaps 'else'")
        if used not in SEVERAL and (self.low is not None or self.high is not None):
            raise ValueError(f"beside a way stand low and high for {', '.join(SEVERAL)} only; a law has its own inside")
        if isinstance(self.choice, dict):
            check_weights(list(self.choice.values()))
        if self.mixture is not None:
            check_weights([part.weight for part in self.mixture])

    @property
    def generator(self) -> str:
        return next(name for name in GENERATORS if name in self.model_fields_set)

    def inner(self) -> Iterator[tuple[str, Draw]]:
        """The ways inside this one, with the words that lead to them."""
        yield from ((name, way) for name, way in (("then", self.then), ("else", self.otherwise)) if way is not None)
        yield from ((f"of.{key}", way) for key, way in (self.of or {}).items())
        yield from ((f"mixture.{at}", way) for at, way in enumerate(self.mixture or ()))


class Weighted(Draw):
    """One way of a mixture, and its weight."""

    weight: Number


class ColumnRule(Draw):
    """One column: how it is made, and what it is."""

    kind: KindName | None = None
    role: RoleName | None = None
    entity: str | None = Field(None, max_length=50)
    decimals: int | None = Field(None, ge=0, le=12)
    format: str | None = Field(None, max_length=50, description="How dates are spelt, as strftime writes it.")
    missing: Amount = 0
    unique: bool = False
    about: str | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if isinstance(self.missing, int | float) and not 0 <= self.missing <= 1:
            raise ValueError("missing is a share from 0 to 1, or an expression")
        return self


class Expect(RuleModel):
    """What must hold in each row, or in this share of the rows."""

    that: str
    rate: Number = Field(1.0, gt=0, le=1)


class Correlate(RuleModel):
    """Rank correlations: of all pairs of some columns, or pair by pair as `a ~ b: 0.6`."""

    columns: list[Name] | None = Field(None, min_length=2, max_length=50)
    rank: list[list[Number]] | None = None
    pairs: dict[str, Number] | None = Field(None, min_length=1, max_length=1_000)

    @model_validator(mode="before")
    @classmethod
    def _pair_by_pair(cls, content: Any) -> Any:
        if isinstance(content, dict) and not content.keys() & {"columns", "rank"}:
            return {"pairs": content}
        return content

    @model_validator(mode="after")
    def _square(self) -> Self:
        for words, rank in (self.pairs or {}).items():
            _check_pair(words, rank)
        if self.pairs is None:
            _check_ranks(self.columns or [], self.rank or [])
        return self


def _check_pair(words: str, rank: float) -> None:
    sides = [side.strip() for side in words.split("~")]
    if len(sides) != 2 or not all(sides) or sides[0] == sides[1]:
        raise ValueError("a pair of columns is written  a ~ b: 0.6")
    if not abs(rank) <= MOST_ALIKE:
        raise ValueError(f"a rank correlation lies between -{MOST_ALIKE} and {MOST_ALIKE}")


def _check_ranks(columns: list[str], rank: list[list[Any]]) -> None:
    size = range(len(columns))
    if len(set(columns)) < len(columns) or len(rank) != len(columns) or any(len(row) != len(columns) for row in rank):
        raise ValueError(f"columns stand once, and rank has a row and a column for each: {len(columns)} by as many")
    if any(rank[a][a] != 1 or rank[a][b] != rank[b][a] for a in size for b in size):
        raise ValueError("rank has 1 from corner to corner, and the same on both sides of it")
    for at in size:
        for before in range(at):
            _check_pair(f"{columns[before]}~{columns[at]}", rank[before][at])


class BelongsTo(RuleModel):
    """The parent of a table, and how many rows each row of the parent has here (unless they come from a process)."""

    table: str
    key: list[Name] | None = Field(None, min_length=1, max_length=20, description="Its key, if of several columns.")
    count: Draw | None = None

    @field_validator("key", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


def _alone(value: Any) -> Any:
    return {value: 1} if isinstance(value, str) else value


class States(RuleModel):
    """Rows are the steps of a path from state to state; a state from which no move leads is the end."""

    plain_words = ("unit",)

    start: Annotated[dict[Name, Amount], BeforeValidator(_alone), Field(min_length=1)] = Field(
        description="The first state, or several with weights."
    )
    moves: dict[Name, dict[Name, Amount]] = Field(min_length=1, max_length=200)
    stay: dict[Name, Draw] = Field(max_length=200, description="How long each state lasts.")
    unit: TimeUnit = Field("days", description="Of the stays; days leave out the time of day.")
    since: Day
    until: Day | None = None


class Bursts(RuleModel):
    """Now and then many arrive within a short time."""

    rate: Amount = Field(description="Bursts a day.")
    size: Draw = Field(description="How many arrive in one.")
    minutes: Amount = Field(description="How long one lasts.")


class Arrivals(RuleModel):
    """Rows arrive by chance, one independent of the other, more often in some hours and on some days."""

    rate: Amount = Field(description="Arrivals a day, without those of bursts.")
    hours: list[Number] | None = Field(None, min_length=24, max_length=24, description="Weights from midnight on.")
    weekdays: list[Number] | None = Field(None, min_length=7, max_length=7, description="Weights from Monday on.")
    bursts: Bursts | None = None
    holidays: QuietHolidays | None = None
    since: Day
    until: Day

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        for weights in (self.hours, self.weekdays):
            if weights is not None and (min(weights) < 0 or not max(weights) > 0):
                raise ValueError("weights must not be negative, and one must be above 0")
        return self


class Intervals(RuleModel):
    """Rows are stays, one after the other with gaps between: those of one parent cannot overlap."""

    plain_words = ("unit",)

    stay: Draw
    gap: Draw
    unit: TimeUnit = Field("days", description="Of both; days leave out the time of day.")
    since: Day
    until: Day


PROCESSES = ("states", "arrivals", "series", "intervals")


def _expectation(value: Any) -> Any:
    return {"that": value} if isinstance(value, str) else value


class TableRule(RuleModel):
    """One table: a root with its number of rows, or the child of another."""

    rows: int | None = Field(None, ge=0, le=1_000_000_000)
    belongs_to: BelongsTo | None = None
    states: States | None = None
    arrivals: Arrivals | None = None
    series: Series | None = None
    intervals: Intervals | None = None
    columns: dict[Name, ColumnRule] = Field(min_length=1, max_length=10_000)
    unique: list[Annotated[list[Name], Field(min_length=2, max_length=20)]] = Field(
        [], max_length=100, description="Columns in which, together, no two rows are alike."
    )
    in_order: Name | None = Field(None, description="A column that rises from row to row of one parent.")
    locale: Locale | None = Field(None, description="Where its people are at home, if elsewhere than the book's.")
    correlate: list[Correlate] = Field([], max_length=100)
    expect: list[Annotated[Expect, BeforeValidator(_expectation)]] = Field([], max_length=1_000)
    errors: list[ErrorRule] = Field([], max_length=100, description="Errors that are made on purpose, and listed.")
    edges: bool | list[Name] = Field(False, description="Rows at the ends of what all, or these, columns can have.")
    cover: CoverRule | None = Field(None, description="All combinations of levels of some columns, in few rows.")
    breaks: Break | None = Field(None, alias="break", description="Each expectation is broken in some rows, listed.")
    about: str | None = None

    @field_validator("unique", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        several = [value] if isinstance(value, list) and value and isinstance(value[0], str) else value
        listed = several if isinstance(several, list) else []
        if isinstance(value, str) or any(isinstance(each, list) and len(each) == 1 for each in listed):
            raise ValueError(
                "two or more columns stand here, as [a, b]; one alone says  unique: true  in its own words"
            )
        return several

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if self.process is not None:
            self._check_process()
        elif (self.rows is None) == (self.belongs_to is None):
            raise ValueError("a table has either 'rows' or 'belongs_to'")
        elif self.belongs_to is not None and self.belongs_to.count is None:
            raise ValueError("'belongs_to' needs 'count': how many rows each row of the parent has here")
        if any(name.startswith("parent.") or not name.isprintable() for name in self.columns):
            raise ValueError("a column may not be named parent.something, nor hold characters that cannot be seen")
        return self

    def with_rows(self, rows: int) -> Self:
        """The same table with another number of rows."""
        return self.model_copy(update={"rows": rows})

    def without_errors(self) -> Self:
        """The same table without errors on purpose."""
        return self.model_copy(update={"errors": [], "breaks": None})

    @property
    def is_wrong(self) -> bool:
        """Whether it has errors on purpose."""
        return bool(self.errors) or self.breaks is not None

    def _check_process(self) -> None:
        if len([word for word in PROCESSES if getattr(self, word) is not None]) > 1:
            raise ValueError(f"rows come from one process: one of {', '.join(PROCESSES)}")
        if self.rows is not None or (self.belongs_to is not None and self.belongs_to.count is not None):
            raise ValueError(f"{self.process} say how many rows there are; leave out 'rows' and 'count'")

    @property
    def process(self) -> str | None:
        """What the rows come from, if not from a number of rows."""
        return next((word for word in PROCESSES if getattr(self, word) is not None), None)


class Inferred(RuleModel):
    """Of which rows a book was made, and who was held out of them before anything was looked at."""

    rows: dict[TableName, StrictInt] = Field(description="Rows of each table that were looked at, in two digits.")
    k: StrictInt = Field(ge=2, description="People who share whatever the book says, at least.")
    holdout: Number = Field(ge=0, lt=1, description="Share of the people who were held out.")
    seed: StrictInt = Field(ge=0, lt=2**63, description="Of the chance by which they were held out.")
    digest: str | None = Field(
        None, pattern="^[0-9a-f]{32}$", description="Of all rows of all tables; absent: no data can stand beside it."
    )
    untold: dict[TableName, dict[Name, Annotated[Number, Field(gt=0, le=1)]]] = Field(
        {}, description="Share of the rows whose value a column's rule does not give; absent: as k people are, at most."
    )


class Rulebook(RuleModel):
    """All tables of one dataset."""

    version: Literal[1]
    name: str = Field(max_length=100)
    about: str | None = None
    locale: Locale = Field("en_US", description="Where invented people are at home.")
    inferred: Inferred | None = Field(None, description="A book that `rules infer` made of rows; absent: of none.")
    tables: dict[TableName, TableRule] = Field(min_length=1, max_length=100)
    scenarios: dict[Name, Scenario] = Field({}, max_length=100, description="Named variations of the book.")
