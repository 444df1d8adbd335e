"""Where expressions run: a database in memory that can open no file, no network, and none of our variables."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, cast

from privsynth.errors import BackendError, PolicyError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SECONDS = 120  # one expression over one table
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
_LOCKS = ("SET enable_external_access = false", "SET lock_configuration = true")
_local = threading.local()

ROWS = "rows_"  # the one table there is


def _connection() -> duckdb.DuckDBPyConnection:
    """A way of its own for each thread into the one locked database; it keeps nothing between two questions."""
    if not hasattr(_local, "connection"):
        _local.connection = _database().cursor()
    opened: duckdb.DuckDBPyConnection = _local.connection
    return opened


@cache
def _database() -> duckdb.DuckDBPyConnection:
    import duckdb

    opened = duckdb.connect(":memory:", config=_SETTINGS)
    for lock in _LOCKS:
        opened.execute(lock)
    return opened


def types_of(columns: list[str], table: pa.Table) -> list[str]:
    """The types that these checked expressions would have, asked of a table without rows."""
    import duckdb

    try:
        return [str(t) for t in _ask(columns, table).types]
    except duckdb.Error:
        raise PolicyError(
            "the types in an expression do not fit each other, or a constant in it is out of range.",
            hint="numbers go with numbers, text with text, dates with dates such as DATE '2024-12-31';"
            " CAST(x AS VARCHAR) makes text",
        ) from None


def run(columns: list[str], table: pa.Table) -> pa.Table:
    """The values of checked expressions, one column each."""
    import duckdb

    connection = _connection()
    watch = threading.Timer(SECONDS, connection.interrupt)
    watch.daemon = True
    watch.start()
    try:
        return cast("pa.Table", _ask(columns, table).to_arrow_table())
    except duckdb.InterruptException:
        raise BackendError(
            f"an expression took longer than {SECONDS} seconds.", hint="make it simpler, or ask for fewer rows"
        ) from None
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise BackendError(
            f"an expression cannot be worked out for every row ({kind}).",
            hint="guard what may be out of range with CASE WHEN ... END",
        ) from None
    finally:
        watch.cancel()
        watch.join()  # a thread that is still ending when the process does makes duckdb complain on stderr
        connection.unregister(ROWS)


def _ask(columns: list[str], table: pa.Table) -> duckdb.DuckDBPyRelation:
    connection = _connection()
    connection.register(ROWS, table)
    # Only text made from a tree whose every node was checked comes here.
    return connection.sql(f"SELECT {', '.join(f'{column} AS r{i}' for i, column in enumerate(columns))} FROM {ROWS}")  # noqa: S608
