"""Step 8: money kept back, off by default for these small jobs (Construction Contracts Act 2002)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import RetentionFacts
from worksorders.domain.finance.split.case import MatchCase
from worksorders.domain.finance.split.fold import LineFold, fold_line
from worksorders.domain.local_time import day_words
from worksorders.domain.money import Rounding, format_cents, round_cents
from worksorders.domain.workdays import Calendar, add_working_days


def retention_cents(case: MatchCase, folds: Collection[tuple[str, LineFold]]) -> int:
    """What each agreement keeps back of the accepted cents, fractions kept; credits give none back here."""
    accepted: dict[Decimal, int] = {}
    cents = {line_id: fold.accepted_cents for line_id, fold in folds}
    for bound in case.lines:
        agreement = case.agreement_of(bound)
        if agreement and agreement.retention:
            accepted[agreement.retention] = accepted.get(agreement.retention, 0) + cents[bound.line.line_id]
    return sum(round_cents(Decimal(total) * share, Rounding.UP) for share, total in accepted.items())


def check(case: MatchCase, found: Collection[MatchException]) -> tuple[MatchException, ...]:
    """T01-T04 on the retention recorded for this invoice; nothing recorded, nothing to check yet."""
    recorded = case.facts.retentions.get(case.invoice.invoice_id)
    return () if recorded is None else tuple(_check(case, recorded, due_cents(case, found)))


def due_cents(case: MatchCase, found: Collection[MatchException]) -> int:
    """What has to be kept back of what the lines alone make payable, whatever stands against the document."""
    on_lines = [one for one in found if one.line_id is not None or one.stops]
    folds = [(bound.line.line_id, fold_line(case, bound, on_lines)) for bound in case.lines]
    return retention_cents(case, folds)


def _check(case: MatchCase, kept: RetentionFacts, due: int) -> Iterator[MatchException]:
    if kept.withheld_cents != due:
        yield MatchException(
            "T01",
            format_cents(due),
            format_cents(kept.withheld_cents),
            difference_cents=kept.withheld_cents - due,
        )
    if kept.withheld_cents and not kept.trust_posting:
        yield MatchException(
            "T02", f"{format_cents(kept.withheld_cents)} posted to the trust account", "no posting"
        )
    released_on, releasable_on = kept.released_on, kept.releasable_on
    if kept.released_cents and (released_on is None or releasable_on is None or released_on < releasable_on):
        yield MatchException(
            "T03",
            f"release on {day_words(releasable_on)} or later" if releasable_on else "no release agreed yet",
            f"{format_cents(kept.released_cents)} released"
            + (f" on {day_words(released_on)}" if released_on else " without a date"),
            difference_cents=kept.released_cents,
        )
    if kept.used_cents and not _noticed(case, kept):
        yield MatchException(
            "T04",
            f"{case.facts.settings.retention_notice_working_days} working days' notice before use",
            f"{format_cents(kept.used_cents)} used",
            difference_cents=kept.used_cents,
        )


def _noticed(case: MatchCase, kept: RetentionFacts) -> bool:
    if kept.notice_given_on is None or kept.used_on is None:
        return False
    days = case.facts.settings.retention_notice_working_days
    return add_working_days(kept.notice_given_on, days, Calendar.CONSTRUCTION_CONTRACTS) <= kept.used_on
