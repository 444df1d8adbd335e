"""`privsynth doctor`: what is installed here, what is missing, what can be found, under which licences."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, metadata, version

from privsynth.cli import flags
from privsynth.cli.screen import result, table, write_json
from privsynth.engines import ENGINES


def _engines(extra: str) -> str:
    names = [record.name for record in ENGINES.values() if record.extra == extra]
    return f"the engine{'s' if len(names) > 1 else ''} {', '.join(names)}"


# extra -> (its leading package, what it brings)
EXTRAS = {
    "sdv": ("sdv", _engines("sdv")),
    "dp": ("opendp", f"{_engines('dp')}: mechanisms of OpenDP"),
    "spark": ("pyspark", "nothing yet: reserved for running on a cluster"),
    "keyring": ("keyring", "masking keys from the system's keyring"),
    "pdf": ("weasyprint", "nothing yet: reserved for reports as PDF"),
}
CORE = (
    "pandas",
    "numpy",
    "scikit-learn",
    "pyarrow",
    "duckdb",
    "presidio-analyzer",
    "spacy",
    "faker",
    "cryptography",
    "pydantic",
    "typer",
)


def doctor(as_json: flags.Json = False) -> int:
    """Show versions, extras with the command that installs them, and whether the scanner finds what it claims."""
    from privsynth.pii import coverage, missed_canaries

    missed = missed_canaries()
    core = [{"package": name, "version": version(name), "licence": _licence(name)} for name in CORE]
    extras = [
        {"extra": extra, "package": name, "version": _version(name), "brings": brings}
        for extra, (name, brings) in EXTRAS.items()
    ]
    code = 1 if missed else 0
    if as_json:
        write_json(
            result(
                "doctor",
                code,
                outcome="ok" if not missed else "broken",
                core=core,
                extras=extras,
                entities=len(coverage()),
                missed=list(missed),
            )
        )
        return code
    sys.stdout.write(
        table(
            [(str(c["package"]), str(c["version"]), str(c["licence"])) for c in core], ("package", "version", "licence")
        )
        + "\n"
    )
    lines = [
        (e["extra"] or "", e["version"] or f'missing: pip install "privsynth[{e["extra"]}]"', e["brings"] or "")
        for e in extras
    ]
    sys.stdout.write(table(lines, ("extra", "installed", "brings")) + "\n")
    sys.stdout.write(
        f"scanner: {len(coverage())} kinds of personal data, {len(missed)} canaries missed{': ' + ', '.join(missed) if missed else ''}\n"
    )
    return code


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _licence(name: str) -> str:
    """What the package says of its own licence, in a few words."""
    about = metadata(name).json
    said = str(about.get("license_expression") or about.get("license") or "")
    if said and len(said) < 40:
        return said
    return next(
        (c.split(" :: ")[-1] for c in about.get("classifier", []) if c.startswith("License")), "see the package"
    )
