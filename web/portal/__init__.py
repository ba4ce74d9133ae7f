"""Pages for contractors, made for a phone: offers, today, one visit, the own firm."""

from web.navigation import NavItem
from web.portal import address, attend, firm, invoices, offers, photos, today, visit
from web.portal.blueprint import blueprint
from web.portal.checklist import papers
from web.portal.checklist import routes as checklist
from web.portal.door import routes as door
from web.portal.onsite import begin, unsafe
from web.portal.policy import POLICY
from web.portal.varying import routes as varying
from worksorders.domain.roles import Role

_CONTRACTOR = frozenset({Role.CONTRACTOR})

NAVIGATION = [
    NavItem("portal.today", "Today", _CONTRACTOR, ("/portal/visits", "/portal/papers")),
    NavItem("portal.offers", "Offers", _CONTRACTOR),
    NavItem("portal.variations", "Changes", _CONTRACTOR, ("/portal/lines",)),
    NavItem("portal.invoices", "Invoices", _CONTRACTOR, ("/portal/payments",)),
    NavItem(
        "portal.firm", "My firm", _CONTRACTOR, ("/portal/people", "/portal/our-firm", "/portal/calendar")
    ),
]

__all__ = [
    "NAVIGATION",
    "POLICY",
    "address",
    "attend",
    "begin",
    "blueprint",
    "checklist",
    "door",
    "firm",
    "invoices",
    "offers",
    "papers",
    "photos",
    "today",
    "unsafe",
    "varying",
    "visit",
]
