"""Every table, imported here so that one import fills the metadata."""

from worksorders.store.tables import (
    cases,
    catalogue,
    contractors,
    duty,
    finance,
    interests,
    offers,
    orders,
    people,
    planning,
    safety,
    seals,
    telling,
    trail,
    variations,
    vault,
    vetting,
)
from worksorders.store.tables.base import Base

__all__ = [
    "Base",
    "cases",
    "catalogue",
    "contractors",
    "duty",
    "finance",
    "interests",
    "offers",
    "orders",
    "people",
    "planning",
    "safety",
    "seals",
    "telling",
    "trail",
    "variations",
    "vault",
    "vetting",
]
