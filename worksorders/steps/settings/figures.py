"""The operator's figures by group: what each means, its unit and bounds, its value, and how it is changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.lifecycle.reasons import NO_ACCESS
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin.urgency import UrgencyFigures
from worksorders.steps.aftercare.settings import AFTERCARE, AftercareSettings
from worksorders.steps.finance import settings as paying
from worksorders.steps.offers.settings import OfferSettings
from worksorders.steps.ordering.settings import ORDERING, OrderSettings
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.safety.charge import NAME as ABORTIVE
from worksorders.steps.safety.charge import AbortiveRule
from worksorders.steps.tell import settings as telling
from worksorders.store.tables.work.catalogue import Setting

MINUTES_OF_MONTH = 31 * 24 * 60
MOST_CENTS = 100_000_000
INSPECTED_TRADES = (
    "locksmith",
    "carpenter",
    "handyperson",
    "glazier",
    "electrician",
    "alarm_technician",
    "specialist",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One whole number with its bounds, both allowed; `is_money` counts in cents.

    `loosens` is 1 where a higher figure shows or allows more, -1 where a lower one does: then two people change it.
    """

    name: str
    label: str
    unit: str
    least: int
    most: int
    loosens: int = 0

    @property
    def is_money(self) -> bool:
        return self.unit == "cents"


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that are kept under one name; `defaults` is the dataclass that their readers build."""

    name: str
    title: str
    hint: str
    defaults: Callable[[], Any]
    figures: tuple[Figure, ...]


def _by_class(name: str, label: str, unit: str, most: int, classes: str = "1234") -> tuple[Figure, ...]:
    return tuple(Figure(name.format(n), f"P{n}: {label}", unit, 1, most) for n in classes)


GROUPS: tuple[Group, ...] = (
    Group(
        "urgency",
        "Urgency classes",
        "They count for orders that are raised from now on; a deadline that runs stays as it is.",
        UrgencyFigures,
        (
            *_by_class("p{}_make_safe_minutes", "make safe within", "minutes", MINUTES_OF_MONTH, "124"),
            *_by_class("p{}_permanent_working_days", "finish within", "working days", 250),
        ),
    ),
    Group(
        ORDERING,
        "Orders",
        "What a home is planned to cost, and how long a visit may be.",
        OrderSettings,
        (
            Figure("planned_home_cents", "Planned cost of a home, before GST", "cents", 0, MOST_CENTS),
            Figure(
                "variation_limit_cents",
                "Variations of an order approved by rule, before GST",
                "cents",
                0,
                MOST_CENTS,
                loosens=1,
            ),
            Figure(
                "urgent_variation_cents",
                "The same where the home cannot be left secure otherwise",
                "cents",
                0,
                MOST_CENTS,
                loosens=1,
            ),
            Figure("day_minutes", "Longest visit of one day", "minutes", 60, 1440),
            Figure("review_days", "Look at an order on hold again after", "days", 1, 366),
        ),
    ),
    Group(
        "offers",
        "Offers",
        "How long a firm may think, and when an accepted visit shows its address.",
        OfferSettings,
        (
            *_by_class("p{}_answer_minutes", "offer open for", "minutes", MINUTES_OF_MONTH),
            Figure("answer_before_start_minutes", "Answer wanted before the visit", "minutes", 0, 7 * 1440),
            Figure("least_answer_minutes", "Shortest time to answer", "minutes", 1, 1440),
            Figure("again_minutes", "Ask again after declining an urgent visit", "minutes", 1, 1440),
            Figure("recent_days", "Share work fairly over", "days", 1, 366),
            Figure("travel_buffer_minutes", "Kept free between two visits", "minutes", 0, 240),
            Figure("address_window_hours", "Address shown before the visit", "hours", 1, 72, loosens=1),
            Figure(
                "area_dwellings", "Least dwellings in a named area", "dwellings", 500, 1_000_000, loosens=-1
            ),
        ),
    ),
    Group(
        ABORTIVE,
        "Abortive visits",
        "Which reasons for no access pay the firm an abortive visit: 1 where they do, 0 where not.",
        AbortiveRule,
        tuple(Figure(code, label, "1 or 0", 0, 1) for code, label in NO_ACCESS.choices()),
    ),
    Group(
        telling.NAME,
        "Telling and duty",
        "When clients are told who comes, when a worker is looked for, and how long the person on duty may take.",
        telling.TellSettings,
        (
            Figure("acknowledge_minutes", "Call the next person after", "minutes", 1, 240),
            Figure("check_out_margin_minutes", "A visit may last longer by", "minutes", 0, 480),
            Figure("extend_minutes", "More time for a worker who asks", "minutes", 5, 240),
            Figure("tell_client_hours", "Tell the client before the visit", "hours", 1, 168),
        ),
    ),
    Group(
        "planning",
        "Planning",
        "Horizon, speeds on the road, and the prices by which a plan weighs one thing against another.",
        PlanSettings,
        (
            Figure("days", "Days planned ahead", "days", 1, 28),
            Figure("seconds", "Longest solving time", "seconds", 2, 600),
            Figure("workers", "Planning workers that run at once", "workers", 1, 16),
            Figure("work", "Most steps of solving (0: by time alone)", "steps", 0, 1_000_000),
            Figure("town_speed_kmh", "Speed in town", "km/h", 5, 100),
            Figure("open_speed_kmh", "Speed on the open road", "km/h", 10, 120),
            Figure("buffer_minutes", "Added to each trip", "minutes", 0, 120),
            *(
                Figure(f"unassigned_p{n}_cents", f"P{n}: a visit left out", "cents", 0, MOST_CENTS)
                for n in "1234"
            ),
            *(Figure(f"late_p{n}_cents", f"P{n}: a day late", "cents", 0, MOST_CENTS) for n in "1234"),
            Figure("exposure_cents_per_day", "A home insecure for a day", "cents", 0, MOST_CENTS),
            Figure("held_cents_per_day", "A home only held for now, a day", "cents", 0, MOST_CENTS),
            Figure("extra_worker_cents", "Another worker in one home", "cents", 0, MOST_CENTS),
            Figure("move_cents", "Moving a published visit", "cents", 0, MOST_CENTS),
            Figure("travel_cents_per_minute", "A minute of travel", "cents", 0, MOST_CENTS),
            Figure("shift_cents", "Opening a shift", "cents", 0, MOST_CENTS),
        ),
    ),
    Group(
        AFTERCARE,
        "After the work",
        "Which share of visits is inspected, how soon defects are mended, and how long an alarm is monitored.",
        AftercareSettings,
        (
            *(
                Figure(f"{trade}_percent", f"Inspected: {trade.replace('_', ' ')}", "percent", 0, 100)
                for trade in INSPECTED_TRADES
            ),
            Figure("other_percent", "Inspected: anybody else", "percent", 0, 100),
            Figure("new_firm_percent", "Inspected: a new firm", "percent", 0, 100),
            Figure("new_firm_visits", "A firm is new for", "visits", 0, 100),
            Figure("inspect_within_days", "Inspect within", "working days", 1, 60),
            Figure("unsafe_hours", "Mend what is not safe within", "hours", 1, 168),
            Figure("faulty_days", "Mend what does not work within", "working days", 1, 60),
            Figure("finish_days", "Mend a finish within", "working days", 1, 120),
            Figure("monitoring_months", "An alarm is monitored for", "months", 1, 36),
            Figure("first_review_months", "First review after", "months", 1, 36),
            Figure("recovery_days", "Recover an alarm within", "working days", 1, 60),
            Figure("review_shown_days", "Reviews shown ahead", "days", 0, 90),
        ),
    ),
    Group(
        paying.PAYING,
        "Paying",
        "Terms of payment, the account of bills in Xero, and the smallest count that leaves in a report.",
        paying.PaySettings,
        (
            Figure("e_invoice_days", "Pay e-invoices within", "business days", 1, 60),
            Figure("other_days", "Pay other invoices within", "business days", 1, 60),
            Figure("target_percent", "Paid in time, at least", "percent", 1, 100),
            Figure("bills_account", "Account of bills", "account number", 1, 99_999),
            Figure("least_cell", "Smallest count in a report", "homes or people", 2, 100, loosens=-1),
        ),
    ),
)


def group_of(name: str) -> Group:
    """A group by its name; raises NotFoundError."""
    for group in GROUPS:
        if group.name == name:
            return group
    raise NotFoundError("There is no such group of settings.")


def values_of(session: Session) -> dict[str, dict[str, int]]:
    """The figures in force by group: the defaults with what the operator changed, in one query."""
    rows = {row.name: row.value for row in session.scalars(select(Setting))}
    found = {}
    for group in GROUPS:
        defaults = asdict(group.defaults())
        changed = rows.get(group.name, {})
        found[group.name] = {
            figure.name: changed.get(figure.name, defaults[figure.name]) for figure in group.figures
        }
    return found


def change(session: Session, actor: Actor, name: str, values: Mapping[str, int], now: datetime) -> Group:
    """Keep a group's figures; raises FaultsError naming every figure out of its bounds, and keeps nothing then.

    NotPermittedError where one of them loosens the group: that is asked for (`steps/account_changes/loosening.py`).
    """
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
    group = check(name, values)
    if looser(session, name, values):
        raise NotPermittedError("A figure that shows or allows more waits for a second person: ask for it.")
    put(session, actor, name, values, now)
    return group


def looser(session: Session, name: str, values: Mapping[str, int]) -> dict[str, int]:
    """The figures among these that show or allow more than those in force."""
    before = values_of(session)[name]
    return {
        figure.name: values[figure.name]
        for figure in group_of(name).figures
        if figure.name in values and (values[figure.name] - before[figure.name]) * figure.loosens > 0
    }


def check(name: str, values: Mapping[str, int]) -> Group:
    """The group; raises FaultsError naming every figure out of its bounds or that the group lacks."""
    group = group_of(name)
    faults = Faults()
    known = {figure.name: figure for figure in group.figures}
    for unknown in sorted(values.keys() - known.keys()):
        faults.add(unknown, f"“{unknown}” is not a figure of {group.title}.")
    for figure in group.figures:
        value = values.get(figure.name)
        if value is not None and not figure.least <= value <= figure.most:
            faults.add(
                figure.name,
                f"{figure.label} is {value}; give a whole number of {figure.unit} "
                f"from {figure.least} to {figure.most}.",
            )
    faults.raise_if_any()
    return group


def put(
    session: Session,
    actor: Actor | None,
    name: str,
    values: Mapping[str, int],
    now: datetime,
    *,
    asked_by: uuid.UUID | None = None,
) -> None:
    """Keep figures that were checked; the trail names who asked for them beside who confirmed, where two did."""
    by = asked_by or (actor.user_id if actor else None)
    if by is None:
        raise NotPermittedError("Somebody has to ask for other figures.")
    before = values_of(session)[name]
    after = before | dict(values)
    row = session.get(Setting, name, with_for_update=True)
    if row is None:
        row = Setting(name=name, value={})
        session.add(row)
    row.value = {**row.value, **after}
    row.changed_at, row.changed_by = now, by
    session.flush()
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    audit.record(
        session,
        actor,
        "setting.changed",
        ("app_user", by),
        detail={"group": name, "changes": changes} | ({"asked_by": str(asked_by)} if asked_by else {}),
    )
