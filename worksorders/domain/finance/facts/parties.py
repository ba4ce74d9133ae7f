"""What is known of suppliers, their agreements and the funding contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from worksorders.domain.finance.facts.identifiers import compact_account, compact_digits


@dataclass(frozen=True, slots=True)
class BankAccountFacts:
    """A version of a supplier's account; only one entered by one person and verified by another is paid to."""

    account: str
    version: int
    changed_on: date
    entered_by: str
    verified_by: str | None = None
    verified_on: date | None = None

    @property
    def verified(self) -> bool:
        return bool(self.verified_by) and self.verified_by != self.entered_by


@dataclass(frozen=True, slots=True)
class SharedDetail:
    """A detail (account, address or phone) that a supplier has in common with someone, named by code."""

    what: str
    shared_with: str


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    """A firm that is paid. `group_id` joins firms of one owner; empty means it stands alone.

    `schedular` says that schedular tax applies; `declaration_on` when its IR330C declaration was received.
    """

    supplier_id: str
    name: str
    active: bool = True
    nzbn: str = ""
    gst_number: str = ""
    bank: BankAccountFacts | None = None
    group_id: str = ""
    shared: tuple[SharedDetail, ...] = ()
    schedular: bool = False
    declaration_on: date | None = None

    @property
    def group(self) -> str:
        return self.group_id or self.supplier_id


@dataclass(frozen=True, slots=True)
class UpliftTerm:
    """A charge on top of the rate that an agreement allows: at most a fraction of the line."""

    name: str
    fraction: Decimal


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """A contractor agreement: its term, how it is billed, what is kept back.

    `retention` is a fraction of the accepted amount ex GST, zero for these small jobs.
    """

    agreement_id: str
    supplier_id: str
    contract_code: str
    valid_from: date
    valid_to: date | None = None
    self_billing: bool = False
    uplifts: tuple[UpliftTerm, ...] = ()
    retention: Decimal = Decimal(0)

    def in_term(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class YearCap:
    """A contract year's cap, in the contract's GST basis, and what other invoices have drawn, ex GST."""

    name: str
    starts_on: date
    ends_on: date
    cap_cents: int
    drawn_cents: int = 0


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """The funding contract as the match needs it; `drawn_cents` is ex GST and leaves out this invoice."""

    code: str
    starts_on: date
    ends_on: date
    gst_inclusive: bool
    cap_cents: int
    years: tuple[YearCap, ...]
    drawn_cents: int = 0

    def year_of(self, name: str, on: date | None) -> YearCap | None:
        """The year of that name, or else the year that holds the date."""
        for year in self.years:
            if year.name == name or (not name and on and year.starts_on <= on <= year.ends_on):
                return year
        return None


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """Money kept back on one invoice: withheld, posted to the trust account, released or used."""

    agreement_id: str
    withheld_cents: int
    trust_posting: str = ""
    releasable_on: date | None = None
    released_cents: int = 0
    released_on: date | None = None
    used_cents: int = 0
    notice_given_on: date | None = None
    used_on: date | None = None


@dataclass(frozen=True, slots=True)
class PartyIndex:
    """Which suppliers hold a NZBN or a bank account, so that two records of one firm are found at once."""

    by_nzbn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_account: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def index_parties(suppliers: Iterable[SupplierFacts]) -> PartyIndex:
    """Index all suppliers, active or not, by NZBN and bank account."""
    nzbns: dict[str, tuple[str, ...]] = {}
    accounts: dict[str, tuple[str, ...]] = {}
    for supplier in sorted(suppliers, key=lambda one: one.supplier_id):
        if supplier.nzbn:
            key = compact_digits(supplier.nzbn)
            nzbns[key] = (*nzbns.get(key, ()), supplier.supplier_id)
        if supplier.bank:
            key = compact_account(supplier.bank.account)
            accounts[key] = (*accounts.get(key, ()), supplier.supplier_id)
    return PartyIndex(nzbns, accounts)
