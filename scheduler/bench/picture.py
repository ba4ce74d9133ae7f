"""Draws the gap over time, and where the time went, of several runs as SVG, without any library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from scheduler.plan import Progress

WIDTH, HEIGHT, LEFT, TOP = 720, 360, 60, 20
RIGHT = 600  # where the curves end and their names begin
COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#4c2c92", "#b58840", "#28a197")
PALETTE = (
    *("#1d70b8", "#b05c00", "#00703c", "#4c2c92", "#0f7a74", "#b5247d"),
    *("#505a5f", "#8a3324", "#3b5998", "#6b6b00", "#942514"),
)
BAR_LEFT = 110
LEAST_GAP, LEAST_SECONDS = 0.0005, 0.1


def gap_picture(curves: Mapping[str, Sequence[Progress]]) -> str:
    """One stepped line a run: its gap to the bound known at the end, both axes logarithmic."""
    longest = max([LEAST_SECONDS * 10, *(p.seconds for curve in curves.values() for p in curve)])
    lines = []
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        bound = max((p.lower_bound for p in curve if p.lower_bound is not None), default=0)
        steps: list[str] = []
        last: float | None = None
        for point in curve:
            x, y = _x(point.seconds, longest), _y((point.objective - bound) / max(1, point.objective))
            steps += [f"{x:.1f},{last:.1f}"] if last is not None else []
            steps.append(f"{x:.1f},{y:.1f}")
            last = y
        if last is not None:
            steps.append(f"{RIGHT:.1f},{last:.1f}")
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(steps)}"/>')
        lines.append(
            f'<text x="{RIGHT + 12}" y="{TOP + 18 + 18 * number}" fill="{colour}">{_safe(name)}</text>'
        )
    for gap in (1.0, 0.1, 0.01, 0.001):
        y = _y(gap)
        lines.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#b1b4b6"/>')
        lines.append(f'<text x="8" y="{y + 4:.1f}">{gap:.1%}</text>')
    seconds = LEAST_SECONDS
    while seconds <= longest:
        lines.append(f'<text x="{_x(seconds, longest):.1f}" y="{HEIGHT - 6}">{seconds:g} s</text>')
        seconds *= 10
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
    back = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    return "\n".join([head, "<title>Gap over time</title>", back, *lines, "</svg>", ""])


def _x(seconds: float, longest: float) -> float:
    share = math.log(max(seconds, LEAST_SECONDS) / LEAST_SECONDS) / math.log(longest / LEAST_SECONDS)
    return LEFT + share * (RIGHT - LEFT)


def _y(gap: float) -> float:
    share = math.log(max(gap, LEAST_GAP) / LEAST_GAP) / math.log(1 / LEAST_GAP)
    return HEIGHT - 30 - min(1.0, share) * (HEIGHT - 30 - TOP)


def _safe(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;")


def time_picture(times: Mapping[str, Mapping[str, float]]) -> str:
    """One bar a run, cut into what its processor time was spent at; the same colour is the same work in each."""
    whole: dict[str, float] = {}
    for spent in times.values():
        for what, seconds in spent.items():
            whole[what] = whole.get(what, 0.0) + seconds / max(1e-9, sum(spent.values()))
    kinds = sorted(whole, key=lambda what: -whole[what])
    colour = {what: PALETTE[at % len(PALETTE)] for at, what in enumerate(kinds)}
    lines, y = [], TOP
    for name, spent in times.items():
        total, x = sum(spent.values()), float(BAR_LEFT)
        lines.append(f'<text x="8" y="{y + 17}">{_safe(name)}</text>')
        for what in sorted(spent, key=kinds.index):
            wide = (WIDTH - 20 - BAR_LEFT) * spent[what] / max(1e-9, total)
            told = f"<title>{_safe(what)}: {spent[what]:.1f} s, {spent[what] / max(1e-9, total):.0%}</title>"
            lines.append(
                f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="24" fill="{colour[what]}">{told}</rect>'
            )
            if wide > 34:
                share = f"{spent[what] / total:.0%}"
                lines.append(f'<text x="{x + 4:.1f}" y="{y + 17}" fill="#ffffff">{share}</text>')
            x += wide
        y += 34
    for at, what in enumerate(kinds):
        column, row = at % 3, at // 3
        x, top = 8 + 236 * column, y + 8 + 22 * row
        lines.append(f'<rect x="{x}" y="{top}" width="14" height="14" fill="{colour[what]}"/>')
        lines.append(f'<text x="{x + 20}" y="{top + 12}">{_safe(what)}</text>')
    high = y + 16 + 22 * math.ceil(len(kinds) / 3)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" font-family="sans-serif" font-size="12">'
    back = f'<rect width="{WIDTH}" height="{high}" fill="#ffffff"/>'
    return "\n".join([head, "<title>Where the time goes</title>", back, *lines, "</svg>", ""])
