"""Words for how tables hang together: whose rows they are, and to which rows they refer."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from privsynth.generate.rules.vocabulary.basics import Amount, Name, RuleModel

TableName = Annotated[str, Field(pattern=r"^\w[\w. -]{0,63}$")]
LinkName = Annotated[str, Field(pattern=r"^\w[\w -]{0,63}$")]


class RefersTo(RuleModel):
    """The key of the parent's row; or, with a table, that of a row of this table which is drawn.

    Columns with the same `as` refer to the same row.
    """

    plain_words = ("table", "key", "name", "where", "weight", "missing")

    table: TableName | None = None
    key: Name
    name: LinkName | None = Field(None, alias="as", description="Its columns are seen as name.column.")
    where: str | None = Field(None, description="Which of its rows fit: equal columns, or what holds for them alone.")
    weight: Amount = Field(1, description="How likely each of its rows is, beside the others that fit.")
    unique: bool = Field(False, description="No two rows of one parent refer to the same row.")
    missing: Amount = Field(0, description="The share of the rows that refer to none.")
    roots: int = Field(1, ge=1, le=10**9, description="In the same table: how many rows have none above them.")
    depth: int | None = Field(None, ge=1, le=1_000, description="In the same table: levels at most.")
    span: int | None = Field(None, ge=1, le=10**6, description="In the same table: rows right below one at most.")

    @model_validator(mode="after")
    def _with_a_table(self) -> Self:
        said = sorted(self.words)
        if self.table is None and said:
            raise ValueError(f"{' and '.join(said)} need a table: whose row the parent is, 'belongs_to' says")
        if isinstance(self.missing, int | float) and not 0 <= self.missing <= 1:
            raise ValueError("missing is a share from 0 to 1, or an expression")
        return self

    @property
    def link(self) -> str | None:
        """The name of the row that is referred to; None is the parent."""
        return self.name or self.table

    @property
    def words(self) -> set[str]:
        """What is said of the row, rather than which column of it is meant."""
        return {"as" if word == "name" else word for word in self.model_fields_set - {"table", "key"}}


class Total(RuleModel):
    """What the rows of another table that belong or refer to each row come to."""

    plain_words: ClassVar[tuple[str, ...]] = ("of", "how", "through")

    of: str = Field(min_length=1, description="table.column; for a count the table will do.")
    how: Literal["sum", "count", "min", "max", "mean"] = Field("sum", alias="as")
    through: LinkName | None = Field(None, description="Which reference it is, where the table has several to here.")


class Deal(RuleModel):
    """A total that is given, dealt out over the rows that belong or refer to it."""

    plain_words: ClassVar[tuple[str, ...]] = ("of",)

    of: Name = Field(description="The total, such as parent.total.")
    weight: Amount = 1
    least: Amount = Field(0, description="What each row gets at least.")
