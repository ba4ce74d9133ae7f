"""Reads e-invoices from files, one JSON line a file, and writes the self-billed one of an order; nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice import EInvoice, read, summary

einvoice = AppGroup("einvoice", help="UBL 2.1 invoices and credit notes in Peppol PINT A-NZ form.")


@einvoice.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def read_files(files: tuple[Path, ...]) -> None:
    """Print kind, number, amounts and faults of each FILE as one line of JSON.

    A hostile or broken file is a line with its faults. A path that cannot be read is told on the error output too, the
    others are read all the same, and the exit code is 1.
    """
    failed = False
    for path in files:
        document, problem = _read(path)
        failed = failed or bool(problem)
        click.echo(json.dumps({"file": path.name} | summary(document), ensure_ascii=False))
        if problem:
            click.echo(problem, err=True)
    if failed:
        raise SystemExit(1)


def _read(path: Path) -> tuple[EInvoice, str]:
    """The document, or one fault and words about a path that cannot be read."""
    try:
        if path.is_file() or not path.exists():
            return read(path.read_bytes()), ""
        why = "it is no file"
    except OSError as error:
        why = (error.strerror or "it is no file").lower()
    except ValueError:
        why = "it is no path"
    words = f"{path} cannot be read: {why}. Check the path."
    return EInvoice(faults=(IntakeFault("file", words, "Give the path of an XML file."),)), words
