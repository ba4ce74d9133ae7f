"""Which checks a trade needs of the person and of the firm, and whether they are valid on the day of the visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.trade import TradeExpression
from worksorders.domain.people.check_kinds import Holder, Need, Register, last_day

__all__ = ["Holder", "Need"]


@dataclass(frozen=True, slots=True)
class Check:
    """A check as held: both dates are inside its validity, and no `expires_on` means that it does not lapse."""

    kind: str
    holder: Holder
    issued_on: date
    expires_on: date | None

    def valid_on(self, on: date) -> bool:
        return self.issued_on <= on and (self.expires_on is None or on <= self.expires_on)


@dataclass(frozen=True, slots=True)
class Missing:
    """A need that is not met on the day: why in words, and since when where it lapsed."""

    need: Need
    reason: str
    lapsed_on: date | None = None


def missing_checks(register: Register, trade: str, checks: Iterable[Check], on: date) -> tuple[Missing, ...]:
    """What the worker and the firm together lack for the trade on that day; empty means cleared."""
    held = tuple(checks)
    missing = []
    for need in register.needs_of(trade, on):
        fitting = [check for check in held if check.holder is need.holder and check.kind in need.kinds]
        if not any(check.valid_on(on) for check in fitting):
            missing.append(_missing(need, fitting, on))
    return tuple(missing)


def _missing(need: Need, fitting: Sequence[Check], on: date) -> Missing:
    if any(check.issued_on > on for check in fitting):
        return Missing(need, f"{need.label} is not valid yet on that day")
    lapsed = [check.expires_on for check in fitting if check.expires_on is not None]
    if lapsed:
        return Missing(need, f"{need.label} lapsed on {_day(max(lapsed))}", max(lapsed))
    return Missing(need, f"{need.label} is missing")


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def cleared_trades(
    register: Register, trades: Iterable[str], checks: Iterable[Check], on: date
) -> frozenset[str]:
    """Of a worker's trades those for which nothing is missing on the day."""
    held = tuple(checks)
    return frozenset(trade for trade in trades if not missing_checks(register, trade, held, on))


def may_attend(
    register: Register,
    expression: TradeExpression,
    trades: Iterable[str],
    checks: Iterable[Check],
    on: date,
) -> bool:
    """Whether the worker alone may make the visit on that day; for `any` what all need is enough."""
    held = tuple(checks)
    if missing_checks(register, "", held, on):
        return False
    return expression.satisfied_by(cleared_trades(register, trades, held, on))


WARN_DAYS: tuple[int, ...] = (7, 30, 60)


def lapse_warning(check: Check, today: date) -> int | None:
    """0 once lapsed, else the least of 7, 30 and 60 days within which it lapses, else None."""
    if check.expires_on is None:
        return None
    left = (check.expires_on - today).days
    if left < 0:
        return 0
    return next((days for days in WARN_DAYS if left <= days), None)


def lapsing(checks: Iterable[Check], today: date) -> tuple[tuple[Check, int], ...]:
    """The checks to warn of, soonest first; one that a later check of its kind replaces is left out."""
    held = tuple(checks)
    warned = []
    for check in held:
        days = lapse_warning(check, today)
        if days is not None and not any(_replaces(other, check) for other in held):
            warned.append((check, days))
    return tuple(sorted(warned, key=lambda pair: (pair[0].expires_on or date.max, pair[0].kind)))


def _replaces(later: Check, check: Check) -> bool:
    if (later.kind, later.holder) != (check.kind, check.holder) or check.expires_on is None:
        return False
    return later.expires_on is None or later.expires_on > check.expires_on


@dataclass(frozen=True, slots=True)
class Cover:
    """A worker as far as cover goes: the region codes, the trades and the checks of worker and firm."""

    regions: frozenset[str]
    trades: frozenset[str]
    checks: tuple[Check, ...]
    absent_on: frozenset[date] = frozenset()


def check_new(
    register: Register,
    holder: Holder,
    new: Check,
    *,
    number: str,
    issuer: str,
    today: date,
) -> tuple[tuple[str, str], ...]:
    """The faults of a check to be recorded, as (field, message); empty where it is good."""
    faults = []
    kind = register.kind(new.kind, holder, today)
    if kind is None:
        codes = ", ".join(one.code for one in register.on_offer(holder, today))
        faults.append(("kind", f"“{new.kind}” is not a kind of check of a {holder}: choose one of {codes}."))
    if not number.strip():
        faults.append(("number", "Give the number on the document."))
    if not issuer.strip():
        faults.append(("issuer", "Say who issued it."))
    if new.issued_on > today:
        faults.append(("issued_on", f"{_day(new.issued_on)} lies ahead: give the day on the document."))
    if new.expires_on is not None and new.expires_on < new.issued_on:
        faults.append(
            (
                "expires_on",
                f"It would lapse on {_day(new.expires_on)}, before it was issued: check both dates.",
            )
        )
    longest = last_day(new.issued_on, kind.months) if kind and kind.months else None
    if longest and new.expires_on is not None and new.expires_on > longest and kind:
        faults.append(
            (
                "expires_on",
                f"A check of this kind counts {kind.months} months, until {_day(longest)}: enter that day or an earlier one.",
            )
        )
    return tuple(faults)


def counts_until(register: Register, holder: Holder, new: Check, today: date) -> date | None:
    """The last day on which a check counts: as on the document, else as long as its kind lasts; None without an end."""
    kind = register.kind(new.kind, holder, today)
    if new.expires_on is None and kind is not None and kind.months is not None:
        return last_day(new.issued_on, kind.months)
    return new.expires_on
