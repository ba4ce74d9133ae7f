"""The machines of works-orders.md as tables: assessment, order, visit, offer, plan, opening, variation; beside them those of aftercare and of requests."""

from worksorders.domain.lifecycle.aftercare import DEFECT, INSPECTION
from worksorders.domain.lifecycle.machine import BACK, Machine, allow, build
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.lifecycle.reasons import (
    ABORT,
    CANCEL,
    DECLINE,
    GIVE_BACK,
    HOLD,
    NO_ACCESS,
    REOPEN,
    SUSPEND,
)
from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.domain.roles import Role

_COORDINATOR = (Role.COORDINATOR,)
_CONTRACTOR = (Role.CONTRACTOR,)
_SYSTEM = (Role.SYSTEM,)
_OFFICE = (Role.COORDINATOR, Role.SYSTEM)
_SITE = (Role.CONTRACTOR, Role.COORDINATOR)
_APPROVERS = (Role.COORDINATOR, Role.ADMINISTRATOR)

ASSESSMENT: Machine = build(
    "assessment",
    ("waiting", "ordered", "handed_over", "superseded"),
    [
        allow("raise_order", ["waiting"], "ordered", _COORDINATOR),
        allow("hand_over", ["waiting"], "handed_over", _COORDINATOR),
        allow("take_back", ["handed_over"], "waiting", _COORDINATOR),
        allow("release", ["ordered"], "waiting", _OFFICE),
        allow("supersede", ["waiting", "ordered", "handed_over"], "superseded", _OFFICE),
    ],
)

# The contractor's own move is to take a request back.
_DECIDERS = (*_APPROVERS, Role.CONTRACTOR, Role.SYSTEM)
_BEFORE_ISSUE = ("draft", "consent_pending", "approval_pending", "ready")
_WORKING = (*_BEFORE_ISSUE, "issued", "variation_pending")
_PAUSED = ("on_hold", "suspended")

ORDER: Machine = build(
    "order",
    (*_BEFORE_ISSUE, "issued", "closed", *_PAUSED, "variation_pending", "cancelled", "superseded"),
    [
        allow("ask_consent", ["draft"], "consent_pending", _COORDINATOR),
        allow("submit", ["draft", "consent_pending"], "approval_pending", _COORDINATOR),
        allow("approve", ["approval_pending"], "ready", _APPROVERS),
        allow("override", ["consent_pending", "approval_pending"], "ready", _COORDINATOR),
        allow("revise", ["consent_pending", "approval_pending", "ready"], "draft", _COORDINATOR),
        allow("issue", ["ready"], "issued", _COORDINATOR),
        allow("ask_variation", ["issued", "variation_pending"], "variation_pending", _SITE),
        allow("decide_one_variation", ["variation_pending"], "variation_pending", _DECIDERS),
        allow("decide_variation", ["variation_pending"], "issued", _DECIDERS),
        allow("close", ["issued"], "closed", _COORDINATOR),
        allow("reopen", ["closed"], "issued", _COORDINATOR, REOPEN),
        allow("hold", _WORKING, "on_hold", _COORDINATOR, HOLD),
        allow("resume", ["on_hold"], BACK, _COORDINATOR),
        allow(
            "suspend",
            [*_WORKING, "on_hold"],
            "suspended",
            (Role.COORDINATOR, Role.CONTRACTOR, Role.PRIVACY_OFFICER, Role.SYSTEM),
            SUSPEND,
        ),
        allow("lift", ["suspended"], BACK, _COORDINATOR),
        allow("cancel", [*_WORKING, *_PAUSED], "cancelled", _COORDINATOR, CANCEL),
        allow("supersede", [*_WORKING, *_PAUSED], "superseded", _OFFICE),
    ],
    pauses=_PAUSED,
)
"""`override` is the P1 path: logged with its reason, never blocked. `decide_one_variation` leaves others pending."""

VISIT: Machine = build(
    "visit",
    (
        "unplanned",
        "planned",
        "published",
        "offered",
        "accepted",
        "en_route",
        "on_site",
        "done",
        "no_access",
        "aborted",
        "cancelled",
    ),
    [
        allow("plan", ["unplanned"], "planned", _OFFICE),
        allow("unplan", ["planned", "published"], "unplanned", _OFFICE),
        allow("publish", ["planned"], "published", _OFFICE),
        allow("offer", ["published"], "offered", _OFFICE),
        allow("offer_at_once", ["unplanned", "planned"], "offered", _OFFICE),
        allow("accept", ["offered"], "accepted", _CONTRACTOR),
        allow("release", ["offered"], "unplanned", (Role.CONTRACTOR, Role.COORDINATOR, Role.SYSTEM)),
        allow("give_back", ["accepted"], "unplanned", _CONTRACTOR, GIVE_BACK),
        allow("reassign", ["accepted", "en_route"], "unplanned", _OFFICE),
        allow("set_out", ["accepted"], "en_route", _CONTRACTOR),
        allow("arrive", ["accepted", "en_route"], "on_site", _CONTRACTOR),
        allow("finish", ["on_site"], "done", _CONTRACTOR),
        allow("report_no_access", ["accepted", "en_route", "on_site"], "no_access", _SITE, NO_ACCESS),
        allow("abort", ["accepted", "en_route", "on_site"], "aborted", _SITE, ABORT),
        allow("return_to_planning", ["no_access", "aborted"], "unplanned", _OFFICE),
        allow(
            "cancel",
            ["unplanned", "planned", "published", "offered", "accepted", "en_route", "no_access", "aborted"],
            "cancelled",
            _OFFICE,
        ),
    ],
)

OFFER: Machine = build(
    "offer",
    ("open", "accepted", "declined", "lapsed", "withdrawn"),
    [
        allow("accept", ["open"], "accepted", _CONTRACTOR),
        allow("decline", ["open"], "declined", _CONTRACTOR, DECLINE),
        allow("lapse", ["open"], "lapsed", _SYSTEM),
        allow("withdraw", ["open", "accepted"], "withdrawn", _OFFICE),
    ],
)

PLAN: Machine = build(
    "plan",
    ("queued", "solving", "draft", "published", "discarded", "cancelled", "failed"),
    [
        allow("start", ["queued", "solving"], "solving", _SYSTEM),
        allow("finish", ["solving"], "draft", _SYSTEM),
        allow("fail", ["queued", "solving"], "failed", _SYSTEM),
        allow("cancel", ["queued", "solving"], "cancelled", _OFFICE),
        allow("publish", ["draft"], "published", _COORDINATOR),
        allow("discard", ["draft"], "discarded", _OFFICE),
        allow("retry", ["failed"], "queued", _COORDINATOR),
    ],
)
"""`start` from solving is a run begun again after its worker died."""

_OPENINGS = tuple(state.value for state in OpeningState)

OPENING: Machine = build(
    "opening",
    _OPENINGS,
    [
        allow("make_secure", _OPENINGS, OpeningState.SECURE.value, _SITE),
        allow("secure_temporarily", _OPENINGS, OpeningState.TEMPORARILY_SECURED.value, _SITE),
        allow("find_insecure", _OPENINGS, OpeningState.INSECURE.value, _SITE),
    ],
)

VARIATION: Machine = build(
    "variation",
    ("asked", "approved", "declined", "withdrawn", "acknowledged"),
    [
        allow("approve", ["asked"], "approved", (*_APPROVERS, Role.SYSTEM)),
        allow("decline", ["asked"], "declined", (*_APPROVERS, Role.SYSTEM)),
        allow("withdraw", ["asked"], "withdrawn", _CONTRACTOR),
        allow("acknowledge", ["approved", "declined"], "acknowledged", _CONTRACTOR),
    ],
)

MACHINES: tuple[Machine, ...] = (
    ASSESSMENT,
    ORDER,
    VISIT,
    OFFER,
    PLAN,
    OPENING,
    VARIATION,
    INSPECTION,
    DEFECT,
    REQUEST,
)
