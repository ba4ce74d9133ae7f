"""What stands in the navigation: a few groups on top, and under them the pages of the group that one is in.

A page package names its entries (`NAVIGATION`); this module says which belong together. An entry of no group, or one
whose group shows nothing else to this person, stands on top by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request, url_for

GROUPS: dict[str, tuple[str, ...]] = {
    "Cases": ("coordinator.assessments", "coordinator.handovers", "consents.answers_due", "search.search"),
    "Works": (
        "coordinator.orders",
        "changes.variations",
        "dispatch.works",
        "aftercare.inspections",
        "lists.lists",
        "changes.overrides",
    ),
    "Planning": ("planning.plans", "dispatch.visits", "dispatch.offers"),
    "On the day": (
        "dispatch.alerts",
        "telling.clients",
        "telling.calls",
        "duty.roster",
        "telling.messages",
    ),
    "Contractors": ("admin.firms", "supply.matrix", "admin.vetting", "admin.bank_accounts"),
    "Set-up": (
        "admin.users",
        "auth.waiting",
        "office.coordinators",
        "admin.catalogue",
        "admin.settings",
        "exchange.imports",
        "exchange.tokens",
    ),
    "Books": ("finance.clocks", "finance.months", "finance.patterns", "finance.contract"),
    "Privacy": (
        "privacy.reviews",
        "admin.readings",
        "admin.audit",
        "privacy.walls",
        "privacy.broken_glass",
        "privacy.requests",
        "privacy.retention",
    ),
}


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation: shown to users who have one of `roles` (empty: to everyone signed in).

    `also` are beginnings of addresses of further pages that belong to it.
    """

    endpoint: str
    text: str
    roles: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Navigation:
    """The two rows, as GOV.UK's service navigation wants its items; `group` names the second, which may be empty."""

    main: list[dict[str, Any]] = field(default_factory=list)
    group: str = ""
    pages: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    address: str
    endpoint: str
    also: tuple[str, ...] = ()

    @property
    def nearness(self) -> int:
        """How much of the address of the page shown is this entry's; 0 for none of it."""
        return max((len(one) for one in (self.address, *self.also) if _is_under(one)), default=0)


def navigation_for(user: Any) -> Navigation:
    """The navigation of a signed-in user; empty for nobody.

    `user.role` is compared with each item's roles; items of pages that do not exist are left out.
    """
    if user is None:
        return Navigation()
    items: Iterable[NavItem] = current_app.extensions["navigation"]
    role = str(user.role)
    seen = [
        _Entry(item.text, url_for(item.endpoint), item.endpoint, item.also)
        for item in items
        if item.endpoint in current_app.view_functions and (not item.roles or role in item.roles)
    ]
    closest = max(seen, key=lambda entry: entry.nearness, default=None)
    nearest = closest.address if closest and closest.nearness else None
    rows = [(name, entries) for name, entries in _grouped(seen).items() if entries]
    main = []
    group, pages = "", []
    for name, entries in rows:
        here = any(entry.address == nearest for entry in entries)
        alone = len(entries) == 1
        text = entries[0].text if alone else name
        main.append(_item(_Entry(text, entries[0].address, entries[0].endpoint), active=here, exact=alone))
        if here and not alone:
            group = name
            pages = [_item(entry, active=entry.address == nearest) for entry in entries]
    return Navigation(main, group, pages)


def _grouped(seen: list[_Entry]) -> dict[str, list[_Entry]]:
    """Entries by group, in the order in which each group's first entry was declared; others by themselves."""
    group_of = {endpoint: name for name, endpoints in GROUPS.items() for endpoint in endpoints}
    found: dict[str, list[_Entry]] = {}
    for entry in seen:
        found.setdefault(group_of.get(entry.endpoint, entry.endpoint), []).append(entry)
    for name, entries in found.items():
        if name in GROUPS:
            entries.sort(key=lambda entry: GROUPS[name].index(entry.endpoint))
    order = list(GROUPS)
    return dict(sorted(found.items(), key=lambda row: order.index(row[0]) if row[0] in GROUPS else -1))


def _item(entry: _Entry, *, active: bool, exact: bool = True) -> dict[str, Any]:
    return {
        "text": entry.text,
        "href": entry.address,
        "current": exact and request.endpoint == entry.endpoint,
        "active": active,
    }


def _is_under(address: str) -> bool:
    """Whether the page shown is this address or lies below it."""
    return request.path == address or request.path.startswith(address.rstrip("/") + "/")
