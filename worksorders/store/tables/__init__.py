"""Every table, imported here so that one import fills the metadata."""

from worksorders.store.tables import exchange, trail
from worksorders.store.tables.base import Base
from worksorders.store.tables.confidential import forgetting, interests, keys, seals, vault, walls
from worksorders.store.tables.firms import contractors, vetting
from worksorders.store.tables.identity import accounts, people
from worksorders.store.tables.money import books, finance, invoice_files, payouts
from worksorders.store.tables.plans import places, plan_parts, planning
from worksorders.store.tables.work import (
    aftercare,
    cases,
    catalogue,
    completion,
    duty,
    hazards,
    offers,
    orders,
    safety,
    telling,
    variations,
)

__all__ = [
    "Base",
    "accounts",
    "aftercare",
    "books",
    "cases",
    "catalogue",
    "completion",
    "contractors",
    "duty",
    "exchange",
    "finance",
    "forgetting",
    "hazards",
    "interests",
    "invoice_files",
    "keys",
    "offers",
    "orders",
    "payouts",
    "people",
    "places",
    "plan_parts",
    "planning",
    "safety",
    "seals",
    "telling",
    "trail",
    "variations",
    "vault",
    "vetting",
    "walls",
]
