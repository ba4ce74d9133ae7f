"""Which trades a measure needs, and whether a worker or a crew has them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

TRADES: tuple[str, ...] = (
    "locksmith",
    "carpenter",
    "handyperson",
    "glazier",
    "electrician",
    "alarm technician",
    "monitoring provider",
    "specialist",
)

ANY = "any"


class TradeError(ValueError):
    """A trade expression that cannot be read; the message names the value and the remedy."""


@dataclass(frozen=True, slots=True)
class TradeExpression:
    """Alternatives of trades needed together: `a|b` is either, `a+b` both, `any` nobody in particular.

    `str()` gives the expression back in one canonical form, which `parse_trade` reads again.
    """

    alternatives: tuple[frozenset[str], ...]

    def __str__(self) -> str:
        return "|".join("+".join(sorted(together)) or ANY for together in self.alternatives)

    @property
    def is_any(self) -> bool:
        return frozenset() in self.alternatives

    @property
    def trades(self) -> frozenset[str]:
        """Every trade named, in whichever alternative."""
        return frozenset().union(*self.alternatives)

    def satisfied_by(self, worker_trades: Collection[str]) -> bool:
        """Whether one worker alone has all that some alternative needs."""
        return any(together.issubset(worker_trades) for together in self.alternatives)

    def could_join(self, worker_trades: Collection[str]) -> bool:
        """Whether the worker has at least one of the trades, so is of use in a crew."""
        return self.is_any or not self.trades.isdisjoint(worker_trades)

    def satisfied_by_crew(self, crew: Sequence[Collection[str]]) -> bool:
        """Whether together they have some alternative and each of them brings one of its trades."""
        if not crew:
            return False
        together_have = frozenset().union(*(frozenset(worker) for worker in crew))
        for together in self.alternatives:
            each_helps = all(not together or not together.isdisjoint(worker) for worker in crew)
            if each_helps and together <= together_have:
                return True
        return False

    def choose(self, preferred: Iterable[str]) -> "TradeExpression":
        """The first alternative made only of preferred trades, taken in their order; else unchanged."""
        for trade in preferred:
            if frozenset({trade}) in self.alternatives:
                return TradeExpression((frozenset({trade}),))
        return self


def parse_trade(text: str, known: Collection[str] = TRADES) -> TradeExpression:
    """Read `a`, `a+b`, `a|b`, `a+b|c` or `any`; raises TradeError for an unknown or missing trade."""
    alternatives: list[frozenset[str]] = []
    for part in text.split("|"):
        names = [name.strip() for name in part.split("+")]
        if names == [ANY]:
            alternatives.append(frozenset())
            continue
        for name in names:
            if name not in known:
                shown = f"'{name}'" if name else "an empty name"
                raise TradeError(f"{shown} is not a known trade; use one of {', '.join(known)}, or any")
        alternatives.append(frozenset(names))
    if len(set(alternatives)) != len(alternatives):
        raise TradeError(f"'{text}' names the same alternative twice; name each once")
    if frozenset() in alternatives and len(alternatives) > 1:
        raise TradeError(f"'{text}' mixes any with a trade; use any alone")
    return TradeExpression(tuple(alternatives))
