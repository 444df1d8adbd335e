"""What masking may do with one column: one model for each step, with its parameters.

A step that is given by its name alone has its defaults.

mask: token
mask: { do: partial, last: 4 }
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from privsynth.policy_model import PolicyModel

Mark = Annotated[str, Field(min_length=1, max_length=40)]
Names = list[Annotated[str, Field(min_length=1)]]


class Keep(PolicyModel):
    """As it is, with rare levels and the ends of numbers: never proposed, only asked for."""

    do: Literal["keep"] = "keep"


class Blur(PolicyModel):
    """As it is, but for levels that few share and the ends of numbers: the default for plain columns.

    What lies between the ends stays, also what one person alone has.
    """

    do: Literal["blur"] = "blur"


class Drop(PolicyModel):
    """The column is not in the result."""

    do: Literal["drop"] = "drop"


class Null(PolicyModel):
    """The column stays, without a value."""

    do: Literal["null"] = "null"


class Redact(PolicyModel):
    """Each value becomes the same mark; what was missing stays missing."""

    do: Literal["redact"] = "redact"
    mark: Mark = Field("*", description="What stands in place of every value.")


class Partial(PolicyModel):
    """A few characters stay, the others become a mark; spaces and marks between them stay."""

    do: Literal["partial"] = "partial"
    first: int = Field(0, ge=0, le=12, description="Characters that stay at the beginning.")
    last: int = Field(0, ge=0, le=12, description="Characters that stay at the end.")
    mark: str = Field("*", min_length=1, max_length=1, description="What stands in place of each other character.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.first + self.last:
            raise ValueError("partial keeps nothing: say first or last, or take redact")
        return self


class Token(PolicyModel):
    """A keyed token: equal values get equal tokens, others never. Only columns of one domain can be joined."""

    do: Literal["token"] = "token"
    shape: Literal["auto", "same", "opaque"] = Field(
        "auto",
        description="same: length, case and marks of the value; opaque: 128 bits in base32; "
        "auto: opaque for addresses and names, which could be somebody's.",
    )
    domain: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Name shared by columns whose tokens shall agree; columns tied by a key share one.",
    )


class Encrypt(PolicyModel):
    """FF1 (NIST SP 800-38G): a value of the same length that the holder of the key can turn back. Needs a kept key."""

    do: Literal["encrypt"] = "encrypt"
    domain: str | None = Field(
        None, min_length=1, max_length=100, description="Name shared by columns whose values shall agree."
    )


class Substitute(PolicyModel):
    """Another value of the same kind, chosen by the value alone: equal values have equal substitutes everywhere."""

    do: Literal["substitute"] = "substitute"


class Invent(PolicyModel):
    """What belongs to one invented person: all columns of a row with this step fit each other."""

    do: Literal["invent"] = "invent"


class Generalise(PolicyModel):
    """A coarser value, by a rule that does not look at the rows. Exactly one of the parameters, or a hierarchy."""

    do: Literal["generalise"] = "generalise"
    to: Literal["year", "quarter", "month", "decade"] | None = Field(None, description="Dates: the period that stays.")
    width: float | None = Field(
        None, gt=0, description="Numbers: the width of the ranges, which begin at multiples of it."
    )
    prefix: int | None = Field(
        None, ge=1, le=12, description="Codes: characters that stay at the beginning; the others become *."
    )
    hierarchy: dict[str, Names] | None = Field(
        None, min_length=1, description="Levels: for each coarser word the values that it stands for."
    )
    other: Mark = Field("*", description="With a hierarchy: what a value becomes that it does not name.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.to, self.width, self.prefix, self.hierarchy)) != 1:
            raise ValueError(
                "generalise needs exactly one of: to (dates), width (numbers), prefix (codes), hierarchy (levels)"
            )
        return self


class TopBottom(PolicyModel):
    """Numbers and dates beyond an end become that end. An end that is not given lies where enough people are beyond."""

    do: Literal["top_bottom"] = "top_bottom"
    low: float | str | None = Field(None, description="Least value that is told; a date as YYYY-MM-DD.")
    high: float | str | None = Field(None, description="Largest value that is told.")


class Bucket(PolicyModel):
    """Numbers become ranges between these edges; without edges, between quantiles that hold equally many rows."""

    do: Literal["bucket"] = "bucket"
    edges: list[float] | None = Field(
        None, min_length=1, max_length=1000, description="Edges in order; a range holds its lower edge."
    )
    count: int | None = Field(
        None, ge=2, le=1000, description="How many ranges of equally many rows; 10 when neither is said."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.edges is not None and self.count is not None:
            raise ValueError("bucket takes edges or count, not both")
        if self.edges is not None and any(b <= a for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("bucket: edges must rise")
        return self


class Noise(PolicyModel):
    """Numbers move by chance, by a share of the column's spread; zero stays zero and signs stay."""

    do: Literal["noise"] = "noise"
    share: float = Field(
        0.1, gt=0, le=2, description="Standard deviation of the noise, as a share of the column's interquartile range."
    )


class Relocate(PolicyModel):
    """A latitude or longitude moves, with the other one, into the cell of a map that enough people share."""

    do: Literal["relocate"] = "relocate"
    latitude: str | None = Field(
        None, min_length=1, description="For a longitude: the column of its latitude, which needs this step too."
    )
    longitude: str | None = Field(
        None, min_length=1, description="For a latitude: the column of its longitude, which needs this step too."
    )
    to: Literal["centre", "point"] = Field(
        "centre",
        description="centre: one point for all in the cell, so that groups can be counted; "
        "point: one drawn in the cell for each person, as on a real map.",
    )

    @property
    def other(self) -> str:
        """The column of the other half of the place."""
        return self.latitude or self.longitude or ""

    @model_validator(mode="after")
    def _one_other(self) -> Self:
        if (self.latitude is None) == (self.longitude is None):
            raise ValueError("relocate needs the other half of the place: longitude for a latitude, or latitude")
        return self


class Microaggregate(PolicyModel):
    """Numbers and dates become the mean of the group of nearest ones."""

    do: Literal["microaggregate"] = "microaggregate"
    size: int | None = Field(None, ge=2, description="Fewest people in a group; the profile's k when absent.")


class Shuffle(PolicyModel):
    """Values change places among rows that are alike in these columns: counts stay, the tie to the row goes."""

    do: Literal["shuffle"] = "shuffle"
    within: Names = Field([], description="Columns whose values the rows must share; none: all rows.")


class Shift(PolicyModel):
    """Dates move, all of one person by the same number of days: order and intervals stay."""

    do: Literal["shift"] = "shift"
    days: int = Field(182, ge=1, le=3650, description="Farthest move to either side; never 0.")
    weekday: bool = Field(False, description="Move by whole weeks, so that the day of the week stays.")

    @model_validator(mode="after")
    def _a_week_at_least(self) -> Self:
        if self.weekday and self.days < 7:
            raise ValueError("shift: to keep the weekday, days must be at least 7")
        return self


class KAnonymise(PolicyModel):
    """Coarser together with all other columns of this step, until enough people share each combination."""

    do: Literal["k_anonymise"] = "k_anonymise"
    hierarchy: list[dict[str, Names]] | None = Field(
        None,
        min_length=1,
        max_length=12,
        description="Ever coarser levels: each names its groups and, for the first, the values, "
        "later the groups before.",
    )


class Rewrite(PolicyModel):
    """Sentences are invented anew; nothing of the text stays."""

    do: Literal["rewrite"] = "rewrite"


class Scrub(PolicyModel):
    """The text stays; names in it become the substitutes that they have elsewhere, or marks. The unrecognised stays."""

    do: Literal["scrub"] = "scrub"


Step = (
    Keep
    | Blur
    | Drop
    | Null
    | Redact
    | Partial
    | Token
    | Encrypt
    | Substitute
    | Invent
    | Generalise
    | TopBottom
    | Bucket
    | Noise
    | Relocate
    | Microaggregate
    | Shuffle
    | Shift
    | KAnonymise
    | Rewrite
    | Scrub
)


def _named(asked: Any) -> Any:
    """A step by its name alone; what YAML reads as nothing is the step null."""
    if asked is None or isinstance(asked, str):
        return {"do": asked or "null"}
    return {**asked, "do": "null"} if isinstance(asked, dict) and asked.get("do", "") is None else asked


StepPolicy = Annotated[Annotated[Step, Field(discriminator="do")], BeforeValidator(_named)]


def step_names() -> list[str]:
    """The names of all steps, in the order in which they stand here."""
    return [str(step.model_fields["do"].default) for step in get_args(Step)]
