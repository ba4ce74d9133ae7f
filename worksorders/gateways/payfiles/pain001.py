"""The bank's payment file, ISO 20022 pain.001.001.09: one transfer a supplier, codes for references."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from lxml import etree

from worksorders.domain.errors import Faults
from worksorders.domain.finance.facts.identifiers import CheckDigit, check_account, compact_account
from worksorders.domain.finance.payment import REFERENCE, Payment, hash_total
from worksorders.domain.money import NZD, plain_cents
from worksorders.gateways.einvoice.safe_xml import parse

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_NOT_SWIFT = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, and from which account."""

    name: str
    account: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """What a payment file says when it is read back."""

    message_id: str
    pay_on: date
    count: int
    total_cents: int
    hash_total: int
    payments: tuple[tuple[str, int, str], ...]


def write_pain001(
    run_id: str, payments: Sequence[Payment], payer: Payer, pay_on: date, created_at: datetime
) -> bytes:
    """The file of a run in UTF-8; the same run gives the same bytes.

    Message id, references and end-to-end ids hold codes only. Raises FaultsError with every fault: no
    payment, an amount not above zero, an account with a bad check digit, a reference that is no code.
    """
    _check(run_id, payments, payer, created_at)
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    message = _add(root, "CstmrCdtTrfInitn")
    total = plain_cents(sum(payment.amount_cents for payment in payments))
    header = _add(message, "GrpHdr")
    _add(header, "MsgId", run_id)
    _add(header, "CreDtTm", created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _add(header, "NbOfTxs", str(len(payments)))
    _add(header, "CtrlSum", total)
    _add(_add(header, "InitgPty"), "Nm", bank_text(payer.name))
    batch = _add(message, "PmtInf")
    _add(batch, "PmtInfId", run_id)
    _add(batch, "PmtMtd", "TRF")
    _add(batch, "BtchBookg", "false")
    _add(batch, "NbOfTxs", str(len(payments)))
    _add(batch, "CtrlSum", total)
    _add(_add(batch, "ReqdExctnDt"), "Dt", pay_on.isoformat())
    _add(_add(batch, "Dbtr"), "Nm", bank_text(payer.name))
    _account(_add(batch, "DbtrAcct"), payer.account)
    _add(_add(_add(_add(batch, "DbtrAgt"), "FinInstnId"), "Othr"), "Id", compact_account(payer.account)[:6])
    for at, payment in enumerate(payments, start=1):
        _transfer(batch, payment, run_id, at)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def bank_text(name: str) -> str:
    """A name in the letters that banks accept: macrons lose their bar, at most 70 characters."""
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_NOT_SWIFT.sub(" ", plain).split())[:70] or "-"


def _check(run_id: str, payments: Sequence[Payment], payer: Payer, created_at: datetime) -> None:
    faults = Faults()
    faults.require(REFERENCE.fullmatch(run_id), "run_id", f"“{run_id}” is no code of at most 12 characters.")
    faults.require(payments, "payments", "There is nothing to pay.")
    faults.require(created_at.tzinfo, "created_at", f"{created_at} has no time zone.")
    accounts = [
        ("payer", payer.account),
        *((f"payments-{at}", one.account) for at, one in enumerate(payments)),
    ]
    for field, account in accounts:
        wrong = check_account(account) is CheckDigit.INVALID
        faults.require(not wrong, f"{field}-account", "The account fails its check digits.")
    for at, payment in enumerate(payments):
        faults.require(payment.amount_cents > 0, f"payments-{at}-amount", "The amount is not above zero.")
        faults.require(
            REFERENCE.fullmatch(payment.reference),
            f"payments-{at}-reference",
            f"“{payment.reference}” is no code of at most 12 characters.",
        )
    faults.raise_if_any()


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    node.text = text
    return node


def _account(parent: etree._Element, account: str) -> None:
    _add(_add(_add(parent, "Id"), "Othr"), "Id", compact_account(account))


def _transfer(batch: etree._Element, payment: Payment, run_id: str, at: int) -> None:
    node = _add(batch, "CdtTrfTxInf")
    _add(_add(node, "PmtId"), "EndToEndId", f"{run_id}-{at}")
    amount = _add(_add(node, "Amt"), "InstdAmt", plain_cents(payment.amount_cents))
    amount.set("Ccy", NZD)
    agent = _add(_add(_add(node, "CdtrAgt"), "FinInstnId"), "Othr")
    _add(agent, "Id", compact_account(payment.account)[:6])
    _add(_add(node, "Cdtr"), "Nm", bank_text(payment.supplier_name))
    _account(_add(node, "CdtrAcct"), payment.account)
    _add(_add(node, "RmtInf"), "Ustrd", payment.reference)


def read_pain001(data: bytes) -> BankFile:
    """Read a file back: its payments as (account, cents, reference) and its own control figures recomputed."""
    root = parse(data)
    names = {"p": NAMESPACE}
    payments = tuple(
        (
            node.findtext("p:CdtrAcct/p:Id/p:Othr/p:Id", "", names),
            int(Decimal(node.findtext("p:Amt/p:InstdAmt", "0", names)) * 100),
            node.findtext("p:RmtInf/p:Ustrd", "", names),
        )
        for node in root.iterfind(".//p:CdtTrfTxInf", names)
    )
    found = [Payment("", "", account, cents, reference, (), ()) for account, cents, reference in payments]
    return BankFile(
        root.findtext(".//p:GrpHdr/p:MsgId", "", names),
        date.fromisoformat(root.findtext(".//p:ReqdExctnDt/p:Dt", "", names)),
        len(payments),
        sum(cents for _, cents, _ in payments),
        hash_total(found),
        payments,
    )
