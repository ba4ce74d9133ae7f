"""Who may approve what an order or a variation costs: limits, delegations, a second person, the P1 override."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.order.deadlines import Urgency


class Purpose(StrEnum):
    """Which of a user's two limits counts."""

    RAISE = "raise"
    VARY = "vary"


@dataclass(frozen=True, slots=True)
class Approver:
    """A user with both limits in whole cents, GST left out as in the order's net total."""

    user_id: str
    raise_limit_cents: int
    vary_limit_cents: int

    def limit_cents(self, purpose: Purpose) -> int:
        return self.raise_limit_cents if purpose is Purpose.RAISE else self.vary_limit_cents


@dataclass(frozen=True, slots=True)
class Delegation:
    """One user lends another their limits from one day to another, both inside, up to a sum (None: all of them)."""

    giver: Approver
    to_user: str
    from_on: date
    to_on: date
    limit_cents: int | None = None
    delegation_id: str = ""

    def in_force_on(self, on: date) -> bool:
        return self.from_on <= on <= self.to_on

    def lent_cents(self, purpose: Purpose) -> int:
        """What may be approved with it: never more than the giver could approve."""
        own = self.giver.limit_cents(purpose)
        return own if self.limit_cents is None else min(own, self.limit_cents)


class How(StrEnum):
    """On what an approval rests."""

    OWN_LIMIT = "own_limit"
    SECOND_PERSON = "second_person"
    DELEGATED = "delegated"
    P1_OVERRIDE = "p1_override"


@dataclass(frozen=True, slots=True)
class Approval:
    """What is logged: approver, amount, limit used, on what it rests, an override's reason, the limit lent."""

    approver_id: str
    amount_cents: int
    limit_cents: int
    how: How
    reason: str = ""
    lent: Delegation | None = None


def within_own_limit(amount_cents: int, raiser: Approver, purpose: Purpose = Purpose.RAISE) -> bool:
    """Whether no second person is needed; an amount equal to the limit is inside it."""
    return amount_cents <= raiser.limit_cents(purpose)


def approve(
    amount_cents: int,
    *,
    raiser: Approver,
    approver: Approver,
    on: date,
    purpose: Purpose = Purpose.RAISE,
    delegations: Iterable[Delegation] = (),
) -> Approval:
    """The approval, or NotPermittedError: above one's own limit nobody approves their own, limits lent included.

    A delegation from the raiser does not help either: it would be the raiser's own limit at work.
    """
    if approver.user_id == raiser.user_id:
        limit = raiser.limit_cents(purpose)
        if amount_cents > limit:
            raise NotPermittedError(
                f"{_dollars(amount_cents)} is above your limit of {_dollars(limit)}: somebody else with the limit approves it."
            )
        return Approval(approver.user_id, amount_cents, limit, How.OWN_LIMIT)
    own = approver.limit_cents(purpose)
    if amount_cents <= own:
        return Approval(approver.user_id, amount_cents, own, How.SECOND_PERSON)
    usable = [
        one
        for one in delegations
        if one.to_user == approver.user_id and one.giver.user_id != raiser.user_id and one.in_force_on(on)
    ]
    best = max(usable, key=lambda one: (one.lent_cents(purpose), one.delegation_id), default=None)
    lent = best.lent_cents(purpose) if best else 0
    if amount_cents <= lent:
        return Approval(approver.user_id, amount_cents, lent, How.DELEGATED, lent=best)
    raise NotPermittedError(
        f"{_dollars(amount_cents)} is above your limit of {_dollars(max(own, lent))}: ask somebody with a higher one."
    )


def override(amount_cents: int, urgency: Urgency, *, by: Approver, reason: str) -> Approval:
    """The P1 path: one person alone, never blocked by an amount, always logged with a reason.

    NotPermittedError for any other class, FaultsError at `reason` without one.
    """
    if urgency is not Urgency.P1:
        raise NotPermittedError(f"Only a P1 order may go ahead without its approval; this one is {urgency}.")
    faults = Faults()
    faults.require(reason.strip(), "reason", "Say why it cannot wait: the reason is logged and reviewed.")
    faults.raise_if_any()
    return Approval(by.user_id, amount_cents, by.limit_cents(Purpose.RAISE), How.P1_OVERRIDE, reason.strip())


def cost_warning(net_cents: int, planned_cents: int) -> str | None:
    """Words where a home costs more than the programme planned for one, else None."""
    if net_cents <= planned_cents:
        return None
    over = _dollars(net_cents - planned_cents)
    return f"This home costs {_dollars(net_cents)}, {over} more than the planned {_dollars(planned_cents)}."


def require_cost_reason(net_cents: int, planned_cents: int, urgency: Urgency, reason: str) -> None:
    """A home over its planned cost needs a reason (FaultsError at `reason`); a P1 is warned and never blocked."""
    warning = cost_warning(net_cents, planned_cents)
    if warning is None or urgency is Urgency.P1:
        return
    faults = Faults()
    faults.require(reason.strip(), "reason", f"{warning} Give the reason.")
    faults.raise_if_any()


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
