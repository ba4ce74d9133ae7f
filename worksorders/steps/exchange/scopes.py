"""What a token may be allowed to do, one scope a kind of thing and way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "assessments:read": "See how far assessments are",
        "assessments:write": "Hand assessments in",
        "orders:read": "Read orders and offers, without home or person",
        "visits:read": "Read visits, without home or person",
        "workers:read": "Read firms' workers",
        "workers:write": "Add workers",
        "checks:read": "Read checks of workers and firms",
        "checks:write": "Record checks of workers and firms",
        "catalogue:read": "Read the catalogue",
        "catalogue:write": "Bring a new version of the catalogue",
        "invoices:read": "See how far invoices are",
        "invoices:write": "Hand e-invoices in",
        "plans:read": "Read summaries of plans",
    }
)
