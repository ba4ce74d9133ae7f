"""Reads e-invoices from files, one JSON line a file, and writes the self-billed one of an order; nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from web.extensions import request_now
from web.services import services
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice import EInvoice, read, summary, write_self_billed
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance.billing.document import find_document
from worksorders.steps.finance.billing.own_details import OwnDetails, save_own_details

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
        click.echo(_line({"file": path.name} | summary(document)))
        if problem:
            click.echo(problem, err=True)
    if failed:
        raise SystemExit(1)


def _line(said: dict[str, object]) -> str:
    """JSON on one line for every reader: what some of them take for the end of a line is escaped.

    So are the halves of characters that a file's name may hold.
    """
    text = json.dumps(said, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


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


@einvoice.command("write")
@click.argument("code")
@click.option("--firm", "firm_code", default="", help="The firm's code, where an order has several.")
def write_self_billed_invoice(code: str, firm_code: str) -> None:
    """Print the self-billed invoice or credit note of CODE: its own number, or the code of its order.

    For an order without one, it is what would be made of the accepted work now; nothing is stored or sent.
    """
    with services().sessions() as session:
        try:
            written = find_document(session, code, request_now(), firm_code=firm_code)
            xml = write_self_billed(written.document)
        except FaultsError as faults:
            raise click.ClickException(" ".join(fault.message for fault in faults.faults)) from None
        except (RefusedError, NotFoundError) as refused:
            raise click.ClickException(str(refused)) from None
    for note in written.notes:
        click.echo(note, err=True)
    click.echo(xml.decode(), nl=False)


@einvoice.command("own")
@click.argument("name")
@click.argument("nzbn")
@click.argument("gst_number")
def record_own_details(name: str, nzbn: str, gst_number: str) -> None:
    """Record NAME, NZBN and GST_NUMBER of the programme, which self-billed invoices name as the buyer."""
    with services().sessions.begin() as session:
        try:
            own = save_own_details(session, None, OwnDetails(name, nzbn, gst_number))
        except FaultsError as faults:
            raise click.ClickException(" ".join(fault.message for fault in faults.faults)) from None
    click.echo(f"Self-billed invoices name {own.name}, NZBN {own.nzbn}, GST {own.gst_number}.")
