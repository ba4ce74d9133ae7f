"""Step 9: patterns over many orders and invoices, found in a batch for a person to confirm or dismiss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.local_time import day_words
from worksorders.domain.money import format_cents


@dataclass(frozen=True, slots=True)
class RaisedOrder:
    """An order as raised: by whom, for which contractor, its value ex GST and the raiser's limit."""

    order_code: str
    supplier_id: str
    raised_by: str
    raised_on: date
    value_cents: int
    limit_cents: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """A worker on site for an order, between aware instants."""

    worker_id: str
    order_code: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class BilledItem:
    """An item billed for one opening of one home; `place_key` is opaque and says nothing of either."""

    order_code: str
    supplier_id: str
    place_key: str
    item_code: str
    done_on: date
    net_cents: int
    warranty_days: int


@dataclass(frozen=True, slots=True)
class SupplierShare:
    """What a contractor's orders came to, and how much of it was variations, ex GST."""

    supplier_id: str
    ordered_cents: int
    varied_cents: int
    orders: int

    @property
    def share(self) -> Decimal:
        whole = self.ordered_cents + self.varied_cents
        return Decimal(self.varied_cents) / whole if whole > 0 else Decimal(0)


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval of one contractor's work by one person."""

    approved_by: str
    supplier_id: str


@dataclass(frozen=True, slots=True)
class PhotoUse:
    """A photo, by its hash, as evidence of one order line."""

    sha256: str
    order_line_id: str
    order_code: str


@dataclass(frozen=True, slots=True)
class RecordedRelease:
    """A release with who entered the invoice and who approves its payment."""

    exception_key: str
    invoice_id: str
    released_by: str
    entered_by: str
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class PatternSettings:
    """From when on something is worth a look."""

    split_days: int = 7
    near_limit: Decimal = Decimal("0.95")
    least_orders: int = 5
    outlier_times: Decimal = Decimal(3)
    approver_share: Decimal = Decimal("0.5")
    approver_least: int = 10


DEFAULTS = PatternSettings()


def find_splits(
    orders: Iterable[RaisedOrder], settings: PatternSettings = DEFAULTS
) -> tuple[MatchException, ...]:
    """F01: one person, one contractor, within days, each under the limit and together above it."""
    groups: dict[tuple[str, str], list[RaisedOrder]] = {}
    for order in orders:
        if order.value_cents <= order.limit_cents:
            groups.setdefault((order.raised_by, order.supplier_id), []).append(order)
    return tuple(found for group in groups.values() for found in _splits(group, settings.split_days))


def _splits(group: list[RaisedOrder], days: int) -> Iterator[MatchException]:
    """The widest run that begins on each day, leaving out runs inside one already told."""
    group.sort(key=lambda order: (order.raised_on, order.order_code))
    told = 0
    for at, first in enumerate(group):
        last_on = first.raised_on + timedelta(days=days)
        run = [order for order in group[at:] if order.raised_on <= last_on]
        total = sum(order.value_cents for order in run)
        limit = min(order.limit_cents for order in run)
        if len(run) > 1 and total > limit and at + len(run) > told:
            told = at + len(run)
            codes = tuple(order.order_code for order in run)
            yield MatchException(
                "F01",
                f"at most {format_cents(limit)} without approval",
                f"{len(run)} orders within {days} days, {format_cents(total)} together",
                difference_cents=total - limit,
                evidence=codes,
                about=codes[0],
            )


def find_near_limit(
    orders: Iterable[RaisedOrder], settings: PatternSettings = DEFAULTS
) -> tuple[MatchException, ...]:
    """F02: a value at or just below the limit of the person who raised it."""
    return tuple(
        MatchException(
            "F02",
            f"a value that keeps clear of the limit of {format_cents(order.limit_cents)}",
            format_cents(order.value_cents),
            difference_cents=order.value_cents - order.limit_cents,
            evidence=(order.order_code,),
            about=order.order_code,
        )
        for order in orders
        if order.limit_cents * settings.near_limit <= order.value_cents <= order.limit_cents
    )


def find_two_places(attendances: Iterable[Attendance]) -> tuple[MatchException, ...]:
    """F04: one worker on site for two orders at once; touching ends do not count."""
    found = []
    by_worker: dict[str, list[Attendance]] = {}
    for one in sorted(attendances, key=lambda one: (one.started_at, one.ended_at, one.order_code)):
        open_ones = [other for other in by_worker.get(one.worker_id, ()) if other.ended_at > one.started_at]
        found += [_two_places(other, one) for other in open_ones if other.order_code != one.order_code]
        by_worker[one.worker_id] = [*open_ones, one]
    return tuple(found)


def _two_places(one: Attendance, other: Attendance) -> MatchException:
    minutes = int((min(one.ended_at, other.ended_at) - other.started_at).total_seconds() // 60)
    return MatchException(
        "F04",
        "one job at a time",
        f"two jobs for {minutes} minutes",
        evidence=(one.order_code, other.order_code, one.worker_id),
        about=f"{one.order_code}+{other.order_code}",
    )


def find_rework(items: Iterable[BilledItem]) -> tuple[MatchException, ...]:
    """F05: the same item at the same place billed again inside the earlier one's warranty."""
    last: dict[tuple[str, str], BilledItem] = {}
    found = []
    for item in sorted(items, key=lambda one: (one.done_on, one.order_code)):
        key = (item.place_key, item.item_code)
        earlier = last.get(key)
        if earlier and item.done_on <= earlier.done_on + timedelta(days=earlier.warranty_days):
            until = earlier.done_on + timedelta(days=earlier.warranty_days)
            found.append(
                MatchException(
                    "F05",
                    f"no charge for {item.item_code} there until {day_words(until)}",
                    f"billed again on {day_words(item.done_on)}",
                    difference_cents=item.net_cents,
                    evidence=(earlier.order_code, item.order_code),
                    about=f"{item.order_code}:{item.item_code}",
                )
            )
        last[key] = item
    return tuple(found)


def find_outliers(
    shares: Sequence[SupplierShare], settings: PatternSettings = DEFAULTS
) -> tuple[MatchException, ...]:
    """F06: a share of variations above the median of peers by several median deviations (at least 5 points)."""
    peers = [one for one in shares if one.orders >= settings.least_orders]
    if len(peers) < settings.least_orders:
        return ()
    middle = median(one.share for one in peers)
    spread = max(median(abs(one.share - middle) for one in peers), Decimal("0.05") / settings.outlier_times)
    most = middle + settings.outlier_times * spread
    return tuple(
        MatchException(
            "F06",
            f"at most {most:.1%} variations, as among peers",
            f"{one.share:.1%}",
            evidence=(one.supplier_id,),
            about=one.supplier_id,
        )
        for one in peers
        if one.share > most
    )


def find_close_pairs(
    approvals: Sequence[Approval], settings: PatternSettings = DEFAULTS
) -> tuple[MatchException, ...]:
    """F08: a person gives most of their approvals to one contractor who is no such part of everyone's."""
    by_person = _count((one.approved_by,) for one in approvals)
    by_supplier = _count((one.supplier_id,) for one in approvals)
    pairs = _count((one.approved_by, one.supplier_id) for one in approvals)
    found = []
    for (person, supplier), count in sorted(pairs.items()):
        share = Decimal(count) / by_person[person,]
        usual = Decimal(by_supplier[supplier,]) / len(approvals)
        if count >= settings.approver_least and share > settings.approver_share and share > 2 * usual:
            found.append(
                MatchException(
                    "F08",
                    f"about {usual:.0%} of a person's approvals",
                    f"{share:.0%} ({count} of {by_person[person,]})",
                    evidence=(person, supplier),
                    about=f"{person}:{supplier}",
                )
            )
    return tuple(found)


def _count(keys: Iterable[tuple[str, ...]]) -> Mapping[tuple[str, ...], int]:
    counts: dict[tuple[str, ...], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts


def find_reused_photos(photos: Iterable[PhotoUse]) -> tuple[MatchException, ...]:
    """F09: one photo as the evidence of two order lines."""
    uses: dict[str, dict[str, str]] = {}
    for photo in photos:
        uses.setdefault(photo.sha256, {})[photo.order_line_id] = photo.order_code
    return tuple(
        MatchException(
            "F09",
            "a photo for one piece of work",
            f"the same photo for {len(lines)} lines",
            evidence=(*dict.fromkeys(lines.values()), *lines),
            about=sha256,
        )
        for sha256, lines in uses.items()
        if len(lines) > 1
    )


def find_own_releases(releases: Iterable[RecordedRelease]) -> tuple[MatchException, ...]:
    """F10: released by the person who entered the invoice or approves its payment."""
    return tuple(
        MatchException(
            "F10",
            "a release by someone else",
            "released by the person who entered the invoice or approves its payment",
            evidence=(one.invoice_id, one.exception_key),
            about=one.exception_key,
            stops=(),
        )
        for one in releases
        if one.released_by in {one.entered_by, one.approved_by} - {""}
    )
