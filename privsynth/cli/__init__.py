"""The command line: flags become a Policy, an outcome becomes an exit code. It has no behaviour of its own.

verbs      one file for each verb: read the flags, call one story of the pipeline, say how it ended
flags      every flag and argument, once
changes    what the flags say, as changes of a policy
reading    the flags that say how files are read, for every verb that reads some
screen     what people see while a run works (plain lines), and what machines get (one JSON object)
one_file   a text file that is written for people to edit
log        the same as events, one JSON object a line (`--log-format json`)
live       the line that moves on a terminal
memory     the peak memory that the line shows
outcome    how a run ended
planned    what `run --dry-run` shows
findings   what `scan` found
answers    how tables meet the demands of a rulebook
sarif      what was found, and what is broken, for code hosts
interrupt  Ctrl-C and SIGTERM: the first unwinds the work, the second ends the process
"""

from __future__ import annotations

import atexit
import sys
from typing import NoReturn

import typer

from privsynth.cli import interrupt
from privsynth.cli.log import format_asked, screen_for
from privsynth.cli.verbs import doctor, fit, init, inspect, judge, key, mask, rules, run, sample, scan, schema
from privsynth.errors import ExitCode, PrivsynthError

INTERRUPTED = "interrupted; nothing was written."

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
app.add_typer(rules.app, name="rules")
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
    if code != ExitCode.INTERRUPTED:
        atexit._run_exitfuncs()
    interrupt.end(code)


def _run(arguments: list[str]) -> int:
    from typer.exceptions import Exit, TyperException

    screen = screen_for(format_asked(arguments), as_json="--json" in arguments, quiet=True)
    verb = next((word for word in arguments if not word.startswith("-")), "")
    try:
        code = app(arguments, standalone_mode=False)
    except Exit as stop:
        return stop.exit_code
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # a verb without its arguments: its help, and a usage error
            sys.stderr.write(f"{error.format_message()}\n")
            return ExitCode.USAGE
        message = error.format_message().replace("Value error, ", "")
        return screen.error(verb, ExitCode.USAGE, message, _where_to_look(verb))
    except PrivsynthError as error:
        return screen.error(verb, error.exit_code, error.message, error.hint, column=error.column, row=error.line)
    except (KeyboardInterrupt, typer.Abort):
        return screen.error(verb, ExitCode.INTERRUPTED, INTERRUPTED)
    except BrokenPipeError:
        return ExitCode.RELEASED
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a library that exits has written nothing either
        if isinstance(error.__context__, BrokenPipeError):  # typer exits itself where nobody reads on
            return ExitCode.RELEASED
        message = f"internal error: {_place(error)}."  # its own message may quote a cell
        return screen.error(verb, ExitCode.INTERNAL, message, "nothing was written; please report this line")
    if code == ExitCode.INTERRUPTED:  # typer's own way to say it
        return screen.error(verb, ExitCode.INTERRUPTED, INTERRUPTED)
    return int(code or 0)


def _where_to_look(verb: str) -> str:
    names = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    return f"see: privsynth {verb} --help" if verb in names else "see: privsynth --help"


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
