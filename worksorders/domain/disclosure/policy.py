"""Who may see which field of an order, when and for what: one table, read by every page and tested cell by cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from worksorders.domain.roles import Role

ADDRESS_WINDOW = timedelta(hours=18)


class Field(StrEnum):
    """A field of an order, or a group of fields that are shown together."""

    CODE = "code"
    REGION = "region"
    STATE = "state"
    DEADLINES = "deadlines"
    AREA = "area"
    OFFER_NAMES = "offer_names"
    VISIT_WINDOW = "visit_window"
    FIRM_PRICE = "firm_price"
    AMOUNTS = "amounts"
    ITEM_CODES = "item_codes"
    MEASURES = "measures"
    OPENING_LABELS = "opening_labels"
    SECURE_STATE = "secure_state"
    FINDINGS = "findings"
    CONSENT = "consent"
    LEGAL_BASIS = "legal_basis"
    NEVER_SEND = "never_send"
    ADDRESS = "address"
    CLIENT_NAME = "client_name"
    CLIENT_PHONE = "client_phone"
    COORDINATES = "coordinates"
    HAZARDS = "hazards"
    CODE_WORD = "code_word"
    PHOTOS = "photos"
    ALARM_DETAILS = "alarm_details"
    OTHER_PEOPLE = "other_people"
    HISTORY = "history"
    AUDIT_TRAIL = "audit_trail"


class Relation(StrEnum):
    """How a contractor's user stands to a visit; users of the office have none."""

    NONE = "none"
    OFFERED = "offered"
    FIRM = "accepted_firm"
    NAMED = "named_worker"


class Purpose(StrEnum):
    """Why a protected field is opened; it is logged with the reading."""

    SCHEDULE = "schedule"
    CONTACT_CLIENT = "contact_client"
    ATTEND_VISIT = "attend_visit"
    VERIFY_HOME = "verify_home"
    EMERGENCY = "emergency"
    PRIVACY_REQUEST = "privacy_request"


class Refusal(StrEnum):
    """Why not; `WALLED` and `NOT_YOURS` are shown to the user as if the order did not exist."""

    NOT_YOURS = "not_yours"
    WALLED = "walled"
    NOT_FOR_ROLE = "not_for_role"
    TOO_EARLY = "too_early"
    OVER = "over"
    CHECK_LAPSED = "check_lapsed"
    PURPOSE_NEEDED = "purpose_needed"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the role, a contractor's relation to the visit, checks valid today, a wall around the case."""

    role: Role
    relation: Relation = Relation.NONE
    checks_valid_today: bool = True
    walled: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When they look: the states of order and visit, the visit's start if it has one, and the clock (aware UTC)."""

    order_state: str
    visit_state: str
    starts_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer; `logged` fields are shown only in answer to a POST with a purpose, and each reading is recorded."""

    allowed: bool
    logged: bool = False
    refusal: Refusal | None = None


class When(StrEnum):
    """During which part of a visit's life a contractor may see a field."""

    ALWAYS = "while offered or booked"
    BOOKED = "from acceptance to the visit's end, and what was done afterwards"
    ATTENDING = "from acceptance to the visit's end"
    NEAR = "for the named worker with valid checks, from 18 hours before the start to the visit's end"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: which roles of the office see the field, which need a purpose, and when a contractor does."""

    office: frozenset[Role]
    with_purpose: Mapping[Role, frozenset[Purpose]]
    contractor: When | None


_C, _A, _F = Role.COORDINATOR, Role.ADMINISTRATOR, Role.FINANCE
_AU, _P, _S = Role.AUDITOR, Role.PRIVACY_OFFICER, Role.SYSTEM


def _rule(
    office: Iterable[Role],
    contractor: When | None = None,
    with_purpose: Mapping[Role, Iterable[Purpose]] | None = None,
) -> Rule:
    purposes = {role: frozenset(allowed) for role, allowed in (with_purpose or {}).items()}
    return Rule(frozenset(office), MappingProxyType(purposes), contractor)


_PROTECTED: Mapping[Role, Iterable[Purpose]] = {
    _C: (Purpose.CONTACT_CLIENT, Purpose.VERIFY_HOME, Purpose.EMERGENCY),
    _P: (Purpose.PRIVACY_REQUEST, Purpose.EMERGENCY),
    Role.CONTRACTOR: (Purpose.ATTEND_VISIT,),
}
_PLACE: Mapping[Role, Iterable[Purpose]] = {_P: (Purpose.PRIVACY_REQUEST,), _S: (Purpose.SCHEDULE,)}
_CALL: Mapping[Role, Iterable[Purpose]] = {
    _C: (Purpose.CONTACT_CLIENT,),
    Role.CONTRACTOR: (Purpose.ATTEND_VISIT,),
}
_PEOPLE: Mapping[Role, Iterable[Purpose]] = {_C: (Purpose.CONTACT_CLIENT,), _P: (Purpose.PRIVACY_REQUEST,)}

TABLE: Mapping[Field, Rule] = MappingProxyType(
    {
        Field.CODE: _rule([_C, _A, _F, _AU, _P, _S], When.ALWAYS),
        Field.REGION: _rule([_C, _A, _F, _AU, _P, _S]),
        Field.STATE: _rule([_C, _A, _F, _AU, _P, _S]),
        Field.DEADLINES: _rule([_C, _A, _S]),
        Field.AREA: _rule([_C, _S], When.ALWAYS),
        Field.OFFER_NAMES: _rule([_C, _S], When.ALWAYS),
        Field.VISIT_WINDOW: _rule([_C, _S], When.ALWAYS),
        Field.FIRM_PRICE: _rule([_C, _F, _S], When.ALWAYS),
        Field.AMOUNTS: _rule([_C, _A, _F, _AU, _S]),
        Field.ITEM_CODES: _rule([_C, _A, _F, _S], When.BOOKED),
        Field.MEASURES: _rule([_C, _A, _S], When.BOOKED),
        Field.OPENING_LABELS: _rule([_C, _S], When.ATTENDING),
        Field.SECURE_STATE: _rule([_C, _S], When.ATTENDING),
        Field.FINDINGS: _rule([_C, _S]),
        Field.CONSENT: _rule([_C, _S]),
        Field.LEGAL_BASIS: _rule([_C]),
        Field.NEVER_SEND: _rule([_C, _S]),
        Field.ADDRESS: _rule([], When.NEAR, _PROTECTED),
        Field.CLIENT_NAME: _rule([], When.NEAR, _PROTECTED),
        Field.CLIENT_PHONE: _rule([], None, {_C: _PROTECTED[_C], _P: _PROTECTED[_P]}),
        Field.COORDINATES: _rule([], None, _PLACE),
        Field.HAZARDS: _rule([_C, _S], When.NEAR),
        Field.CODE_WORD: _rule([], When.NEAR, _CALL),
        Field.PHOTOS: _rule([_C], When.ATTENDING),
        Field.ALARM_DETAILS: _rule([], None, {_C: (Purpose.EMERGENCY,)}),
        Field.OTHER_PEOPLE: _rule([], None, _PEOPLE),
        Field.HISTORY: _rule([_C, _S]),
        Field.AUDIT_TRAIL: _rule([_AU, _P]),
    }
)

_NOBODY = _rule([])
_LIVE_ORDER = frozenset({"issued", "variation_pending"})
_ATTENDING = frozenset({"accepted", "en_route", "on_site"})
_BOOKED = _ATTENDING | {"done"}
_SITE = frozenset({"en_route", "on_site"})


def verdict(
    field: Field,
    viewer: Viewer,
    moment: Moment,
    purpose: Purpose | None = None,
    address_window: timedelta = ADDRESS_WINDOW,
) -> Verdict:
    """Whether the viewer sees the field at that moment; what the table does not allow is refused."""
    rule = TABLE.get(field, _NOBODY)
    refusal = _refusal(rule, viewer, moment, address_window)
    if refusal is not None:
        return Verdict(False, refusal=refusal)
    allowed = None if viewer.role in rule.office else rule.with_purpose.get(viewer.role)
    if allowed is not None and purpose not in allowed:
        return Verdict(False, logged=True, refusal=Refusal.PURPOSE_NEEDED)
    return Verdict(True, logged=allowed is not None)


def _refusal(rule: Rule, viewer: Viewer, moment: Moment, address_window: timedelta) -> Refusal | None:
    if viewer.walled:
        return Refusal.WALLED
    if viewer.role is Role.CONTRACTOR:
        return _contractor(rule, viewer, moment, address_window)
    seen = viewer.role in rule.office or viewer.role in rule.with_purpose
    return None if seen else Refusal.NOT_FOR_ROLE


def _contractor(rule: Rule, viewer: Viewer, moment: Moment, address_window: timedelta) -> Refusal | None:
    """What stands in a contractor's way, None if nothing."""
    if viewer.relation is Relation.NONE:
        return Refusal.NOT_YOURS
    if rule.contractor is None:
        return Refusal.NOT_FOR_ROLE
    if rule.contractor is When.ALWAYS:
        return _offered(viewer, moment)
    return _booked(rule.contractor, viewer, moment, address_window)


def _offered(viewer: Viewer, moment: Moment) -> Refusal | None:
    if viewer.relation is Relation.OFFERED:
        live = moment.visit_state == "offered" and moment.order_state in _LIVE_ORDER
        return None if live else Refusal.OVER
    return None if moment.visit_state in _BOOKED else Refusal.OVER


def _booked(when: When, viewer: Viewer, moment: Moment, address_window: timedelta) -> Refusal | None:
    if viewer.relation is Relation.OFFERED:
        return Refusal.TOO_EARLY
    if when is When.BOOKED and moment.visit_state == "done":
        return None
    if moment.order_state not in _LIVE_ORDER or moment.visit_state not in _ATTENDING:
        return Refusal.OVER
    return _near(viewer, moment, address_window) if when is When.NEAR else None


def _near(viewer: Viewer, moment: Moment, address_window: timedelta) -> Refusal | None:
    if viewer.relation is not Relation.NAMED:
        return Refusal.NOT_FOR_ROLE
    if not viewer.checks_valid_today:
        return Refusal.CHECK_LAPSED
    if moment.visit_state in _SITE:
        return None
    early = moment.starts_at is None or moment.now < moment.starts_at - address_window
    return Refusal.TOO_EARLY if early else None


def visible_fields(
    viewer: Viewer, moment: Moment, address_window: timedelta = ADDRESS_WINDOW
) -> frozenset[Field]:
    """The fields that a page may show the viewer without asking for a purpose."""
    return frozenset(field for field in Field if verdict(field, viewer, moment, None, address_window).allowed)


def shown_to(role: Role) -> frozenset[Field]:
    """The fields that pages of the role may hold without asking why; of a contractor those that have a time at all."""
    return frozenset(
        field
        for field, rule in TABLE.items()
        if (rule.contractor is not None if role is Role.CONTRACTOR else role in rule.office)
    )


def may_open(field: Field, role: Role, purpose: Purpose | None) -> bool:
    """Whether the role opens the sealed field for the purpose; without one whether it does for any.

    A contractor's time is asked by `verdict`, with the visit at hand.
    """
    allowed = TABLE.get(field, _NOBODY).with_purpose.get(role, frozenset())
    return bool(allowed) if purpose is None else purpose in allowed


def markdown_table() -> str:
    """The whole table for the documentation."""
    roles = [role for role in Role if role is not Role.CONTRACTOR]
    rows = [
        f"| field | {' | '.join(role.replace('_', ' ') for role in roles)} | contractor |",
        "|---" * (len(roles) + 2) + "|",
    ]
    for field, rule in TABLE.items():
        cells = [_cell(rule, role) for role in roles]
        purposes = rule.with_purpose.get(Role.CONTRACTOR)
        contractor = "" if rule.contractor is None else rule.contractor.value
        contractor += " (with a purpose, logged)" if purposes else ""
        rows.append(f"| {field.replace('_', ' ')} | {' | '.join(cells)} | {contractor} |")
    return "\n".join(rows) + "\n"


def _cell(rule: Rule, role: Role) -> str:
    if role in rule.office:
        return "yes"
    purposes = rule.with_purpose.get(role)
    return "for " + ", ".join(sorted(purpose.replace("_", " ") for purpose in purposes)) if purposes else ""
