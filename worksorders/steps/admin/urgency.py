"""The urgency classes in force: the operator's figures on top of the estimates of the domain."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from sqlalchemy.orm import Session

from worksorders.domain.order.deadlines import DEFAULT_RULES, DeadlineRules, Urgency
from worksorders.store.tables.work.catalogue import Setting

NAME = "urgency"


@dataclass(frozen=True, slots=True)
class UrgencyFigures:
    """Minutes to make a home safe and working days to finish it, by class; P3 has no make-safe deadline."""

    p1_make_safe_minutes: int = 240
    p2_make_safe_minutes: int = 1440
    p4_make_safe_minutes: int = 240
    p1_permanent_working_days: int = 2
    p2_permanent_working_days: int = 5
    p3_permanent_working_days: int = 10
    p4_permanent_working_days: int = 30


def load_figures(session: Session) -> UrgencyFigures:
    """The defaults with what the operator changed."""
    row = session.get(Setting, NAME)
    known = {field.name for field in fields(UrgencyFigures)}
    return UrgencyFigures(
        **{name: value for name, value in (row.value if row else {}).items() if name in known}
    )


def deadline_rules(session: Session) -> DeadlineRules:
    """The rules by which deadlines of new orders are counted."""
    figures = load_figures(session)
    classes = {}
    for urgency, rule in DEFAULT_RULES.classes.items():
        safe = rule.make_safe_minutes
        if urgency is not Urgency.P3:
            safe = getattr(figures, f"{urgency.lower()}_make_safe_minutes")
        days = getattr(figures, f"{urgency.lower()}_permanent_working_days")
        classes[urgency] = replace(rule, make_safe_minutes=safe, permanent_working_days=days)
    return replace(DEFAULT_RULES, classes=MappingProxyType(classes))
