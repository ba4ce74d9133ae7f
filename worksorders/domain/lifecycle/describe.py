"""Draws a machine for the documentation, so that the picture is always the table."""

from worksorders.domain.lifecycle.machine import BACK, Machine, words
from worksorders.domain.lifecycle.reasons import ReasonList


def mermaid(machine: Machine) -> str:
    """A Mermaid state diagram; moves between the same two states share an arrow, a way back out of a pause is a note."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves.values():
        targets = [move.target] if move.target != BACK else []
        for target in targets:
            arrows.setdefault((move.state, target), []).append(words(move.action))
    lines = ["stateDiagram-v2", f"    [*] --> {machine.initial}"]
    lines += [f"    {state} : {words(state)}" for state in machine.states if "_" in state]
    lines += [f"    {first} --> {then} : {', '.join(actions)}" for (first, then), actions in arrows.items()]
    lines += [
        f"    note right of {move.state} : {words(move.action)} goes back to the state before"
        for move in machine.moves.values()
        if move.target == BACK
    ]
    lines += [f"    {state} --> [*]" for state in machine.final]
    return "\n".join(lines) + "\n"


def markdown_table(machine: Machine) -> str:
    """Every allowed move, one a row: from, action, by whom, to, which reason."""
    rows = ["| from | action | by | to | reason |", "|---|---|---|---|---|"]
    for move in machine.moves.values():
        roles = ", ".join(sorted(words(role) for role in move.roles))
        target = "the state before the pause" if move.target == BACK else words(move.target)
        reason = "" if move.reasons is None else f"{move.reasons.name} list"
        rows.append(f"| {words(move.state)} | {words(move.action)} | {roles} | {target} | {reason} |")
    return "\n".join(rows) + "\n"


def document(machines: tuple[Machine, ...], reasons: tuple[ReasonList, ...] = ()) -> str:
    """A page with the drawing and the table of each machine, and the lists of reasons."""
    head = "# Life cycles\n\nGenerated from the tables in the code; everything not listed is refused.\n"
    lists = ["## Reasons\n", *map(_reasons, reasons)] if reasons else []
    return "\n".join([head, *map(_section, machines), *lists])


def _section(machine: Machine) -> str:
    return f"## {machine.name.capitalize()}\n\n```mermaid\n{mermaid(machine)}```\n\n{markdown_table(machine)}"


def _reasons(one: ReasonList) -> str:
    labels = [f"**{reason.label}**" if reason.alerts else reason.label for reason in one.reasons]
    alerting = " (bold: calls duty and the advocate)" if any(reason.alerts for reason in one.reasons) else ""
    return f"{one.name.capitalize()}{alerting}: {'; '.join(labels)}.\n"
