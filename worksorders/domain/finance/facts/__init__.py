"""Frozen facts that go into the match: orders, invoices, parties and what was claimed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from worksorders.domain.finance.facts.earlier import EarlierClaim, EarlierClaims, EarlierLine, index_claims
from worksorders.domain.finance.facts.invoices import (
    IntakeFacts,
    IntakeFault,
    InvoiceFacts,
    InvoiceKind,
    InvoiceLineFacts,
    InvoiceSource,
    TaxInformation,
)
from worksorders.domain.finance.facts.orders import (
    AcceptanceFacts,
    OrderFacts,
    OrderLineFacts,
    VariationFacts,
    index_open_work,
)
from worksorders.domain.finance.facts.parties import (
    AgreementFacts,
    BankAccountFacts,
    ContractFacts,
    PartyIndex,
    RetentionFacts,
    SharedDetail,
    SupplierFacts,
    UpliftTerm,
    YearCap,
    index_parties,
)

__all__ = [
    "AcceptanceFacts",
    "AgreementFacts",
    "BankAccountFacts",
    "ContractFacts",
    "EarlierClaim",
    "EarlierClaims",
    "EarlierLine",
    "IntakeFacts",
    "IntakeFault",
    "InvoiceFacts",
    "InvoiceKind",
    "InvoiceLineFacts",
    "InvoiceSource",
    "MatchFacts",
    "MatchSettings",
    "OrderFacts",
    "OrderLineFacts",
    "PartyIndex",
    "RetentionFacts",
    "SharedDetail",
    "SupplierFacts",
    "TaxInformation",
    "UpliftTerm",
    "VariationFacts",
    "YearCap",
    "index_claims",
    "index_open_work",
    "index_parties",
]


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """What an operator may set. A tolerance is not among them: absent means zero.

    The two GST bands are gross cents, and an amount on the boundary belongs to the lower band.
    """

    low_band_cents: int = 20_000
    high_band_cents: int = 100_000
    alike_within_days: int = 3
    alike_distance: int = 2
    bank_change_days: int = 30
    retention_notice_working_days: int = 10


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """Everything that an invoice is matched against, read in one transaction before the match.

    `orders` is keyed by the order's code, `agreements` by id, `contracts` by code. `suppliers` needs only
    the supplier of the invoice, while `parties` and `earlier` cover everyone; `open_work` (from
    `index_open_work`) offers candidates for lines that name no order. `approver` is the person who
    would approve the payment, where known. `prepaid_cents` is what we know to have paid in advance.
    """

    today: date
    suppliers: Mapping[str, SupplierFacts] = field(default_factory=dict)
    orders: Mapping[str, OrderFacts] = field(default_factory=dict)
    agreements: Mapping[str, AgreementFacts] = field(default_factory=dict)
    contracts: Mapping[str, ContractFacts] = field(default_factory=dict)
    earlier: EarlierClaims = field(default_factory=EarlierClaims)
    parties: PartyIndex = field(default_factory=PartyIndex)
    retentions: Mapping[str, RetentionFacts] = field(default_factory=dict)
    open_work: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    settings: MatchSettings = MatchSettings()
    approver: str = ""
    prepaid_cents: int = 0
