"""Writes the state in Prometheus' text form: ages in seconds and counts in tens, which tell nothing of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from web.watch.state import State

Figure = tuple[str, str, list[tuple[Mapping[str, str], float | None]]]


def as_text(state: State) -> str:
    """Every figure with its help and type; one that could not be read is left out."""
    return "".join(_lines(_figures(state)))


def _figures(state: State) -> list[Figure]:
    readings = state.readings
    return [
        ("works_ready", "1 where every part is well.", [({}, 0.0 if state.failing else 1.0)]),
        ("works_part_up", "1 where the part is well.", [({"part": name}, float(up)) for name, up in state.checks.items()]),
        ("works_database_seconds", "How long the database took to answer.", [({}, state.database_seconds)]),
        ("works_relay_age_seconds", "Since the relay last said that it works.", [({}, state.relay_seconds)]),
        ("works_unsealed_seconds", "How long the oldest unsealed event of the trail waits.",
         [({}, readings.unsealed_seconds if readings else None)]),
        ("works_overdue_seconds", "How long the oldest due work waits.", [({}, readings.overdue_seconds if readings else None)]),
        ("works_waiting", "Work that is due, rounded up to tens.", [({}, readings.waiting if readings else None)]),
        ("works_queued", "Jobs in each queue, rounded up to tens.", [({"queue": name}, count) for name, count in state.queued.items()]),
    ]  # fmt: skip


def _lines(figures: Iterable[Figure]) -> Iterable[str]:
    for name, words, samples in figures:
        known = [(labels, value) for labels, value in samples if value is not None]
        if not known:
            continue
        yield f"# HELP {name} {words}\n# TYPE {name} gauge\n"
        for labels, value in known:
            inner = ",".join(f'{label}="{text}"' for label, text in labels.items())
            yield f"{name}{{{inner}}} {value:g}\n" if inner else f"{name} {value:g}\n"
