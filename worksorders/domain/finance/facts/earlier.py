"""What suppliers have claimed before, indexed so that a duplicate is found in one look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.finance.facts.invoices import InvoiceKind


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A line claimed before and how it was decided, in cents ex GST net of credits since."""

    line_id: str
    order_line_id: str
    quantity: Decimal
    claimed_cents: int
    accepted_quantity: Decimal = Decimal(0)
    accepted_cents: int = 0
    held_cents: int = 0
    disputed_cents: int = 0
    acceptance_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlierClaim:
    """An invoice or credit note received before.

    `standing` is False once it was rejected or withdrawn, so that its number may be used again. The GST
    fields say how its GST was decided, net of credits since.
    """

    invoice_id: str
    supplier_id: str
    group: str
    number: str
    kind: InvoiceKind
    issued_on: date
    gross_cents: int
    file_sha256: str = ""
    standing: bool = True
    lines: tuple[EarlierLine, ...] = ()
    accepted_gst_cents: int = 0
    held_gst_cents: int = 0
    disputed_gst_cents: int = 0


@dataclass(frozen=True, slots=True)
class EarlierClaims:
    """The index; make it with `index_claims`. Keys: supplier and normalised number; group; hash; order line."""

    by_number: Mapping[tuple[str, str], tuple[EarlierClaim, ...]] = field(default_factory=dict)
    by_amount: Mapping[tuple[str, int], tuple[EarlierClaim, ...]] = field(default_factory=dict)
    by_hash: Mapping[str, tuple[EarlierClaim, ...]] = field(default_factory=dict)
    by_order_line: Mapping[str, tuple[tuple[EarlierClaim, EarlierLine], ...]] = field(default_factory=dict)


def index_claims(claims: Iterable[EarlierClaim]) -> EarlierClaims:
    """Index claims in one pass; the caller hands in all that could matter for the invoices at hand."""
    numbers: dict[tuple[str, str], list[EarlierClaim]] = {}
    amounts: dict[tuple[str, int], list[EarlierClaim]] = {}
    hashes: dict[str, list[EarlierClaim]] = {}
    lines: dict[str, list[tuple[EarlierClaim, EarlierLine]]] = {}
    for claim in claims:
        numbers.setdefault((claim.supplier_id, normalise_number(claim.number)), []).append(claim)
        amounts.setdefault((claim.group, claim.gross_cents), []).append(claim)
        if claim.file_sha256:
            hashes.setdefault(claim.file_sha256, []).append(claim)
        for line in claim.lines:
            if line.order_line_id:
                lines.setdefault(line.order_line_id, []).append((claim, line))
    return EarlierClaims(
        {key: tuple(found) for key, found in numbers.items()},
        {key: tuple(found) for key, found in amounts.items()},
        {key: tuple(found) for key, found in hashes.items()},
        {key: tuple(found) for key, found in lines.items()},
    )
