"""How rules look at the elements of an e-invoice: their text, their numbers, and where they stand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.form import COMMON, place_of, read_number

NAMES = {"cac": f"{COMMON}AggregateComponents-2", "cbc": f"{COMMON}BasicComponents-2"}


_CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """A sum rounded to the cent, as the rules compare sums; one that is whole already keeps its digits."""
    rounded = amount.quantize(_CENT, ROUND_HALF_UP)
    return amount if amount == rounded else rounded


def text_at(node: etree._Element, path: str) -> str:
    """The text at a path; empty if there is none."""
    return (node.findtext(path, "", NAMES) or "").strip()


def number_at(node: etree._Element, path: str) -> Decimal | None:
    """The number at a path; None if there is none of a size that money can have."""
    return read_number(text_at(node, path))


def fault_at(node: etree._Element, rule: str, what: str, remedy: str) -> IntakeFault:
    """A broken rule with the line and the name of its element."""
    return IntakeFault(place_of(node, etree.QName(node).localname), what, remedy, rule)
