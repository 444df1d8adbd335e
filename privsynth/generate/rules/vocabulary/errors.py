"""Words for errors that are made on purpose, and listed."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from privsynth.generate.rules.vocabulary.basics import Name, Number, RuleModel

ErrorKind = Literal["typo", "out_of_range", "wrong_type", "swapped", "duplicate", "late"]

OF_ROWS = ("duplicate", "late")  # the others are of cells


class ErrorRule(RuleModel):
    """One kind of error, and the share of the values or rows that have it."""

    column: Name | None = None
    columns: list[Name] | None = Field(None, min_length=2, max_length=2, description="Two that are swapped.")
    typo: Number | None = Field(None, description="A text with a letter too many, too few, or a wrong one.")
    out_of_range: Number | None = Field(None, description="A number or a date far below or above all others.")
    wrong_type: Number | None = Field(None, description="A number or a date that is none any more.")
    swapped: Number | None = Field(None, description="The values of two columns stand in each other's place.")
    duplicate: Number | None = Field(None, description="A row that stands there twice.")
    late: Number | None = Field(None, description="A row that comes after all others of its parent, or of the table.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        said = [kind for kind in get_args(ErrorKind) if getattr(self, kind) is not None]
        if len(said) != 1:
            raise ValueError(f"exactly one of {', '.join(get_args(ErrorKind))} is expected, with its share")
        if not 0 < self.rate <= 0.5:
            raise ValueError("the share of errors lies above 0 and is 0.5 at most")
        wanted = {"swapped": "columns", **dict.fromkeys(OF_ROWS, "")}.get(self.kind, "column")
        if {word for word in ("column", "columns") if getattr(self, word) is not None} != {wanted} - {""}:
            raise ValueError(
                "a cell's error has a 'column', 'swapped' two 'columns', and 'duplicate' and 'late' have none"
            )
        return self

    @property
    def kind(self) -> str:
        return next(str(kind) for kind in get_args(ErrorKind) if getattr(self, kind) is not None)

    @property
    def rate(self) -> float:
        return float(getattr(self, self.kind))

    @property
    def cells(self) -> list[str]:
        """The columns whose cells it changes."""
        return [self.column] if self.column is not None else list(self.columns or [])
