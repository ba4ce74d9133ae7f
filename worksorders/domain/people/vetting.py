"""Which checks a trade needs of the person and of the firm, and whether they are valid on the day of the visit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from catalogue.trade import TradeExpression


class Holder(StrEnum):
    """Whose check it is."""

    WORKER = "worker"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class CheckKind:
    """A kind of check; `limit` is what it cannot tell, shown beside it."""

    code: str
    label: str
    limit: str = ""


KINDS: Mapping[str, CheckKind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            CheckKind(
                "police_vetting", "Police vetting", "True on its day only; it does not follow the person."
            ),
            CheckKind(
                "criminal_record",
                "Ministry of Justice criminal-record check",
                "Does not show concealed convictions.",
            ),
            CheckKind("photo_identity", "Photo identity"),
            CheckKind("security_licence", "Security licence or certificate of approval"),
            CheckKind("electrical_licence", "Electrical practising licence"),
            CheckKind("insurance", "Public liability insurance"),
            CheckKind("induction", "Safety induction"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing needed of a holder: any one of the kinds will do."""

    holder: Holder
    kinds: tuple[str, ...]

    @property
    def label(self) -> str:
        return " or ".join(KINDS[kind].label for kind in self.kinds)


_WORKER, _FIRM = Holder.WORKER, Holder.FIRM
NEEDED_BY_ALL: tuple[Need, ...] = (
    Need(_WORKER, ("police_vetting", "criminal_record")),
    Need(_WORKER, ("photo_identity",)),
    Need(_WORKER, ("induction",)),
    Need(_FIRM, ("insurance",)),
)
_SECURITY = (Need(_WORKER, ("security_licence",)), Need(_FIRM, ("security_licence",)))
NEEDED_BY_TRADE: Mapping[str, tuple[Need, ...]] = MappingProxyType(
    {
        "locksmith": _SECURITY,
        "alarm technician": _SECURITY,
        "monitoring provider": _SECURITY,
        "electrician": (Need(_WORKER, ("electrical_licence",)),),
    }
)


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


def needs_of(trade: str) -> tuple[Need, ...]:
    """What everybody needs and what the trade needs besides."""
    return (*NEEDED_BY_ALL, *NEEDED_BY_TRADE.get(trade, ()))


def missing_checks(trade: str, checks: Iterable[Check], on: date) -> tuple[Missing, ...]:
    """What the worker and the firm together lack for the trade on that day; empty means cleared."""
    held = tuple(checks)
    missing = []
    for need in needs_of(trade):
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


def cleared_trades(trades: Iterable[str], checks: Iterable[Check], on: date) -> frozenset[str]:
    """Of a worker's trades those for which nothing is missing on the day."""
    held = tuple(checks)
    return frozenset(trade for trade in trades if not missing_checks(trade, held, on))


def may_attend(expression: TradeExpression, trades: Iterable[str], checks: Iterable[Check], on: date) -> bool:
    """Whether the worker alone may make the visit on that day; for `any` what all need is enough."""
    held = tuple(checks)
    if missing_checks("", held, on):
        return False
    return expression.satisfied_by(cleared_trades(trades, held, on))


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


def uncovered(
    trades: Iterable[str], regions: Iterable[str], workers: Sequence[Cover], days: Iterable[date]
) -> tuple[tuple[str, str, date], ...]:
    """Each (trade, region, day) for which no cleared worker is there: "no cleared locksmith in Gisborne on Tuesday"."""
    wanted, places = tuple(trades), tuple(regions)
    gaps = []
    for on in days:
        present = [worker for worker in workers if on not in worker.absent_on]
        cleared = [(worker.regions, cleared_trades(worker.trades, worker.checks, on)) for worker in present]
        gaps += [
            (trade, region, on)
            for trade in wanted
            for region in places
            if not any(region in where and trade in can for where, can in cleared)
        ]
    return tuple(gaps)


def check_new(
    kind: str, number: str, issuer: str, issued_on: date, expires_on: date | None
) -> tuple[tuple[str, str], ...]:
    """The faults of a check to be recorded, as (field, message); empty where it is good."""
    faults = []
    if kind not in KINDS:
        faults.append(("kind", f"“{kind}” is not a kind of check: choose one of {', '.join(KINDS)}."))
    if not number.strip():
        faults.append(("number", "Give the number on the document."))
    if not issuer.strip():
        faults.append(("issuer", "Say who issued it."))
    if expires_on is not None and expires_on < issued_on:
        faults.append(
            ("expires_on", f"It would lapse on {_day(expires_on)}, before it was issued: check both dates.")
        )
    return tuple(faults)
