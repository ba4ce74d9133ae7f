"""What a state machine is here: one table of allowed moves, and the one function that makes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worksorders.domain.errors import RefusedError
from worksorders.domain.lifecycle.reasons import ReasonList
from worksorders.domain.roles import Role

BACK = "(back)"


@dataclass(frozen=True, slots=True)
class Move:
    """From a state by an action of one of the roles to a target; `BACK` is the state remembered when pausing."""

    state: str
    action: str
    roles: frozenset[Role]
    target: str
    reasons: ReasonList | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A named table of moves; everything that is not in it is refused."""

    name: str
    initial: str
    states: tuple[str, ...]
    pauses: frozenset[str]
    moves: Mapping[tuple[str, str], Move]

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(action for _, action in self.moves))

    @property
    def final(self) -> tuple[str, ...]:
        """The states that nothing leads out of."""
        left = {state for state, _ in self.moves}
        return tuple(state for state in self.states if state not in left)

    def is_open(self, state: str) -> bool:
        """Whether something can still happen from here."""
        return state not in self.final


def build(
    name: str, states: Iterable[str], moves: Iterable[Iterable[Move]], pauses: Iterable[str] = ()
) -> Machine:
    """The machine with its first state as initial; raises ValueError on an unknown state or a move twice."""
    known = tuple(states)
    paused = frozenset(pauses)
    table: dict[tuple[str, str], Move] = {}
    for move_ in (one for group in moves for one in group):
        if {move_.state, move_.target} - {*known, BACK}:
            raise ValueError(f"{name}: {move_.state} –{move_.action}→ {move_.target} names an unknown state")
        if (move_.state, move_.action) in table:
            raise ValueError(f"{name}: {move_.action} from {move_.state} is in the table twice")
        table[move_.state, move_.action] = move_
    return Machine(name, known[0], known, paused, table)


def allow(
    action: str,
    sources: Iterable[str],
    target: str,
    roles: Iterable[Role],
    reasons: ReasonList | None = None,
) -> tuple[Move, ...]:
    """The same move from each of the sources."""
    by = frozenset(roles)
    return tuple(Move(state, action, by, target, reasons) for state in sources)


def possible(machine: Machine, state: str, role: Role) -> tuple[str, ...]:
    """The actions that the role may take in the state, in the table's order: what a page offers as buttons."""
    return tuple(
        action for (at, action), move_ in machine.moves.items() if at == state and role in move_.roles
    )


def move(
    machine: Machine,
    state: str,
    action: str,
    role: Role,
    *,
    reason: str | None = None,
    back_to: str | None = None,
) -> str:
    """The state after the action.

    `reason` is a code of the move's list, needed exactly where the move has one; `back_to` is the remembered
    state for a move out of a pause. Raises RefusedError naming state, action and what is possible instead.
    """
    found = machine.moves.get((state, action))
    actions = possible(machine, state, role)
    instead = (
        f"possible here: {', '.join(map(words, actions))}"
        if actions
        else "nothing is possible here for this role"
    )
    if found is None:
        raise _refused(
            f"“{words(action)}” is not possible for {article(machine.name)} that is {words(state)}; {instead}",
            state,
            action,
            actions,
        )
    if role not in found.roles:
        message = f"A {words(role)} may not “{words(action)}” {article(machine.name)} that is {words(state)}; {instead}"
        raise _refused(message, state, action, actions)
    _check_reason(found, reason, actions)
    if found.target != BACK:
        return found.target
    if back_to not in machine.states or back_to in machine.pauses or back_to in machine.final:
        raise _refused(
            f"There is no state to go back to ({back_to}); close this pause by cancelling instead",
            state,
            action,
            actions,
        )
    return back_to


def _check_reason(found: Move, reason: str | None, actions: tuple[str, ...]) -> None:
    if found.reasons is None or found.reasons.knows(reason):
        return
    shown = f"“{reason}” is not a reason for this" if reason else "A reason is needed"
    choices = ", ".join(one.label for one in found.reasons.reasons)
    raise _refused(f"{shown}; choose one of: {choices}", found.state, found.action, actions)


def _refused(message: str, state: str, action: str, actions: tuple[str, ...]) -> RefusedError:
    return RefusedError(f"{message}.", state=state, action=action, possible=actions)


def remembered(machine: Machine, state: str, target: str, back_to: str | None) -> str | None:
    """What to remember after a move: the state left for a pause; kept from pause to pause; else nothing."""
    if target not in machine.pauses:
        return None
    return back_to if state in machine.pauses else state


def words(code: str) -> str:
    """A state, action or role as words: `consent_pending` is “consent pending”."""
    return code.replace("_", " ")


def article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
