"""Which visits are inspected: a share by trade and firm, more for new firms, chosen so that nobody can foresee it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares in percent: by trade, for all others, and for firms that are new (up to so many visits made)."""

    by_trade: Mapping[str, int]
    other: int = 10
    new_firm: int = 50
    new_firm_visits: int = 5


def percent_of(
    trades: Collection[str], visits_made: int, shares: Shares, *, firm_percent: int | None = None
) -> int:
    """The share for one visit: the firm's own where one was set, else the highest of its trades, more for a new firm.

    `visits_made` are those that the firm finished before this one.
    """
    if firm_percent is not None:
        return firm_percent
    highest = max((shares.by_trade.get(trade, shares.other) for trade in trades), default=shares.other)
    return max(highest, shares.new_firm) if visits_made < shares.new_firm_visits else highest


def is_drawn(digest: bytes, percent: int) -> bool:
    """Whether a visit with this keyed digest is in the sample.

    The same digest always gives the same answer, a higher share only adds visits, and without the key nobody can
    tell beforehand which visit will be chosen.
    """
    return int.from_bytes(digest[:8], "big") % SCALE < percent * SCALE // 100
