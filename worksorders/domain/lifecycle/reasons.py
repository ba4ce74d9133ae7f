"""The reasons that may be given, as data: codes that are stored and labels that are shown."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    `alerts` calls the duty coordinator and makes a call task to the advocate; `unpaid` is the firm's own doing, for
    which no abortive visit is paid.
    """

    code: str
    label: str
    alerts: bool = False
    unpaid: bool = False


@dataclass(frozen=True, slots=True)
class ReasonList:
    """The reasons for one kind of move, in the order in which a page lists them."""

    name: str
    reasons: tuple[Reason, ...]

    def knows(self, code: str | None) -> bool:
        return any(reason.code == code for reason in self.reasons)

    def get(self, code: str) -> Reason:
        """The reason with the code; raises KeyError with the codes there are."""
        for reason in self.reasons:
            if reason.code == code:
                return reason
        raise KeyError(f"{code} is not one of {', '.join(reason.code for reason in self.reasons)}")

    def label(self, code: str) -> str:
        return self.get(code).label

    def choices(self) -> tuple[tuple[str, str], ...]:
        """Pairs of code and label, as a form field takes them."""
        return tuple((reason.code, reason.label) for reason in self.reasons)


def _list(
    name: str, labels: Iterable[str], alerting: int = 0, unpaid: frozenset[str] = frozenset()
) -> ReasonList:
    """A list from labels; the first `alerting` of them alert, those of `unpaid` pay no abortive visit."""
    reasons = [
        Reason(label.lower().replace(",", "").replace(" ", "_"), label, index < alerting, label in unpaid)
        for index, label in enumerate(labels)
    ]
    return ReasonList(name, tuple(reasons))


DECLINE = _list(
    "decline",
    ("No capacity", "Outside area", "Licence not held", "Conflict", "Parts lead time", "Rate", "Safety"),
)
"""A conflict is declined without any detail being asked."""

NO_ACCESS = _list(
    "no access",
    (
        "Nobody home",
        "Client declined today",
        "Wrong or unsafe contact",
        "Perpetrator or unknown person present",
        "Landlord refused entry",
        "Animal",
        "Site hazard or asbestos",
        "Wrong address",
        "Worker late",
        "Access equipment",
    ),
    alerting=4,
    unpaid=frozenset({"Worker late", "Access equipment"}),
)
"""Never a closure: the deadline keeps running, no card is left, no unverified number is called."""

ABORT = ReasonList(
    "abort",
    (
        Reason("left_unsafe", "I left, unsafe", alerts=True),
        Reason("asbestos_suspected", "Asbestos suspected"),
        Reason("wrong_material", "Wrong or missing material"),
        Reason("more_work", "More work than planned"),
        Reason("worker_ill", "Worker ill or hurt", alerts=True),
        Reason("not_ended", "Worker left without ending it", alerts=True),
    ),
)
"""`left_unsafe` has a button of its own on site; `not_ended` is what the office says of a worker whom it has reached."""

CANCEL = _list(
    "cancel",
    (
        "Client moved",
        "Client withdrew",
        "Eligibility ended",
        "Perpetrator returned",
        "Landlord refused",
        "Duplicate",
        "Risk too high, relocated",
        "Superseded",
    ),
)

HOLD = _list("hold", ("Awaiting landlord", "Awaiting material", "Client asked", "Asbestos", "Safety"))

SUSPEND = ReasonList(
    "suspend",
    (
        Reason("worker_left_unsafe", "A worker left, unsafe", alerts=True),
        Reason("perpetrator_near", "Perpetrator at or near the home", alerts=True),
        Reason("police_advice", "Police advice", alerts=True),
        Reason("privacy", "Address or visit may be known", alerts=True),
    ),
)

UNSAFE_DETAILS = _list(
    "unsafe details",
    (
        "I am hurt",
        "I was threatened",
        "There was a weapon",
        "The perpetrator was there",
        "Somebody unknown was there",
        "The client is still there",
        "Children are still there",
        "I called 111",
        "A dog",
        "Something else",
    ),
)
"""What a worker who left unsafe can add afterwards, by a tap each: no words that could name anybody."""

REOPEN = _list("reopen", ("Defect found", "Inspection failed", "Closed by mistake"))

GIVE_BACK = _list(
    "give back",
    ("Worker absent", "No capacity", "Licence not held", "Conflict", "Parts lead time", "Safety"),
)

NO_PHOTO = _list("no photo", ("Upload failed", "Not safe to photograph", "Not necessary", "Other"))

ALL_LISTS: tuple[ReasonList, ...] = (
    DECLINE,
    NO_ACCESS,
    ABORT,
    CANCEL,
    HOLD,
    SUSPEND,
    UNSAFE_DETAILS,
    REOPEN,
    GIVE_BACK,
    NO_PHOTO,
)
