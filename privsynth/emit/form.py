"""In which files a table is given back: those in which its source came, unless the policy says otherwise."""

from __future__ import annotations

from dataclasses import replace

from privsynth.dataset import Dataset, Form


def in_form(synthetic: Dataset, source: Dataset, format: str) -> Dataset:  # noqa: A002 - the name of the field in the policy
    """The synthetic tables, each with the form of its source; a table without a source is text."""
    return synthetic.replace_tables(
        *(
            replace(table, form=_form(source[table.name].form if table.name in source else Form(), format))
            for table in synthetic
        )
    )


def _form(source: Form, wished: str) -> Form:
    if wished == "same":
        return source
    return replace(source, text=wished != "parquet", parquet=wished != "csv")
