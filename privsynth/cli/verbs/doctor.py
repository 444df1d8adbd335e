"""`privsynth doctor`: what is installed here, what is missing, what can be found, under which licences."""

from __future__ import annotations

import sys

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

    missed, kinds = list(missed_canaries()), len(coverage())
    core = [{"package": name, "version": _version(name), "licence": _licence(name)} for name in CORE]
    extras = [
        {"extra": extra, "package": name, "version": _version(name), "brings": brings}
        for extra, (name, brings) in EXTRAS.items()
    ]
    code = 1 if missed else 0
    if as_json:
        outcome = "broken" if missed else "ok"
        write_json(result("doctor", code, outcome=outcome, core=core, extras=extras, entities=kinds, missed=missed))
        return code
    installed = [(line["package"] or "", line["version"] or "", line["licence"] or "") for line in core]
    sys.stdout.write(table(installed, ("package", "version", "licence")) + "\n")
    optional = [(line["extra"] or "", line["version"] or _how(line["extra"]), line["brings"] or "") for line in extras]
    sys.stdout.write(table(optional, ("extra", "installed", "brings")) + "\n")
    names = f": {', '.join(missed)}" if missed else ""
    sys.stdout.write(f"scanner: {kinds} kinds of personal data, {len(missed)} canaries missed{names}\n")
    return code


def _how(extra: str | None) -> str:
    return f'missing: pip install "privsynth[{extra}]"'


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # 20 ms that --help does without

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _licence(name: str) -> str:
    """What the package says of its own licence, in a few words."""
    from importlib.metadata import metadata

    about = metadata(name).json
    licence = str(about.get("license_expression") or about.get("license") or "")
    if licence and len(licence) < 40:
        return licence
    classifiers = [line.split(" :: ")[-1] for line in about.get("classifier", []) if line.startswith("License")]
    return classifiers[0] if classifiers else "see the package"
