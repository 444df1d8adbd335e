"""The command line: flags become a Policy, an outcome becomes an exit code. No behaviour of its own."""

from __future__ import annotations

import signal
import sys
from typing import Any, NoReturn

import typer

from privsynth.cli import doctor, init, inspect, judge, run, scan, schema
from privsynth.cli.screen import Screen
from privsynth.errors import ExitCode, PrivsynthError

app = typer.Typer(
    name="privsynth",
    help="Turn tables that may not be shared into tables that can, and show the evidence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: it starts in half the time and reads well in a pipe
    pretty_exceptions_enable=False,  # a traceback shows local variables, and those hold cells
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("inspect")(inspect.inspect)
app.command("init")(init.init)
app.command("fidelity")(judge.fidelity)
app.command("risk")(judge.risk)
app.command("scan")(scan.scan)
app.command("schema")(schema.schema)
app.command("doctor")(doctor.doctor)


@app.callback(invoke_without_command=True)
def _version(version: bool = typer.Option(False, "--version", help="Show the version and end.")) -> None:
    if version:
        from privsynth import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> NoReturn:
    """Run the command line and end the process with one of the codes of `ExitCode`."""
    _harden()
    sys.exit(int(_run(sys.argv[1:])))


def _run(arguments: list[str]) -> int:
    from typer.exceptions import Exit, TyperException

    screen = Screen(json="--json" in arguments, quiet=True)
    verb = next((word for word in arguments if not word.startswith("-")), "")
    try:
        code: Any = app(arguments, standalone_mode=False)
    except Exit as stop:
        return stop.exit_code
    except TyperException as error:
        return screen.error(verb, ExitCode.USAGE, error.format_message(), f"see: privsynth {verb} --help".replace("  ", " "))
    except PrivsynthError as error:
        return screen.error(verb, error.exit_code, error.message, error.hint, column=error.column, line=error.line)
    except (KeyboardInterrupt, typer.Abort):
        return screen.error(verb, ExitCode.INTERRUPTED, "interrupted; nothing was written.")
    except BrokenPipeError:
        return ExitCode.RELEASED
    except Exception as error:  # noqa: BLE001 - the message of an unknown error may quote a cell: its class and place are said
        return screen.error(verb, ExitCode.INTERNAL, f"internal error: {_place(error)}.", "nothing was written; please report this line")
    return int(code or 0)


def _place(error: BaseException) -> str:
    """The class of an error and the line of ours it came through."""
    place, trace = "", error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if "privsynth" in file:
            place = f"{file.rsplit('privsynth', 1)[-1].lstrip('/')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def _harden() -> None:
    """No core dumps, which would hold the table; a polite kill is an interruption."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
