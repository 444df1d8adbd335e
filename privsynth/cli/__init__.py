"""The command line: flags become a Policy, an outcome becomes an exit code. No behaviour of its own."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import typer

from privsynth.cli import interrupt
from privsynth.cli.log import format_asked, screen_for
from privsynth.cli.verbs import doctor, fit, init, inspect, judge, key, mask, run, sample, scan, schema
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
app.command("fit")(fit.fit)
app.command("sample")(sample.sample)
app.command("mask")(mask.mask)
app.add_typer(key.app, name="key")
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
    code = int(_run(sys.argv[1:]))
    if code == ExitCode.INTERRUPTED:
        interrupt.end(code)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from typer.exceptions import Exit, TyperException

    screen = screen_for(format_asked(arguments), as_json="--json" in arguments, quiet=True)
    verb = next((word for word in arguments if not word.startswith("-")), "")
    try:
        code: Any = app(arguments, standalone_mode=False)
    except Exit as stop:
        return stop.exit_code
    except TyperException as error:
        if (
            type(error).__name__ == "NoArgsIsHelpError"
        ):  # a verb without its words: its help, and the code of a request that is not whole
            sys.stderr.write(f"{error.format_message()}\n")
            return ExitCode.USAGE
        return screen.error(
            verb, ExitCode.USAGE, error.format_message(), f"see: privsynth {verb} --help".replace("  ", " ")
        )
    except PrivsynthError as error:
        return screen.error(verb, error.exit_code, error.message, error.hint, column=error.column, line=error.line)
    except (KeyboardInterrupt, typer.Abort):
        return screen.error(verb, ExitCode.INTERRUPTED, "interrupted; nothing was written.")
    except BrokenPipeError:
        return ExitCode.RELEASED
    except (Exception, SystemExit) as error:  # noqa: BLE001 - its message may quote a cell: class and place are said; a library that exits has written nothing
        return screen.error(
            verb, ExitCode.INTERNAL, f"internal error: {_place(error)}.", "nothing was written; please report this line"
        )
    if code == ExitCode.INTERRUPTED:  # typer's own way to say it
        return screen.error(verb, ExitCode.INTERRUPTED, "interrupted; nothing was written.")
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
    """No core dumps, which would hold the table; a polite kill is an interruption like Ctrl-C."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    interrupt.heed()
