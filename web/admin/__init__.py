"""Pages for administrators, auditors and privacy officers: accounts, firms, catalogue, settings, the trail."""

from web.admin import agreements, bank, catalogue, checks, firms, settings, trail, users, vetting, workers
from web.admin.blueprint import blueprint
from web.admin.policy import POLICY
from web.navigation import NavItem
from worksorders.domain.roles import Role

ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
TRAIL = frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER})

NAVIGATION = [
    NavItem("admin.users", "Users", ADMINISTRATOR),
    NavItem(
        "admin.firms",
        "Firms",
        ADMINISTRATOR,
        ("/admin/agreements", "/admin/rate-cards", "/admin/workers", "/pricing/rates"),
    ),
    NavItem("admin.vetting", "Vetting", frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})),
    NavItem("admin.bank_accounts", "Bank accounts", frozenset({Role.ADMINISTRATOR, Role.FINANCE})),
    NavItem("admin.catalogue", "Catalogue", ADMINISTRATOR, ("/pricing/drafts",)),
    NavItem("admin.settings", "Settings", ADMINISTRATOR),
    NavItem("admin.audit", "Audit trail", TRAIL),
    NavItem("admin.readings", "Who saw a home", TRAIL),
]

__all__ = [
    "NAVIGATION",
    "POLICY",
    "agreements",
    "bank",
    "blueprint",
    "catalogue",
    "checks",
    "firms",
    "settings",
    "trail",
    "users",
    "vetting",
    "workers",
]
