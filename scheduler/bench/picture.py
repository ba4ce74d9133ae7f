"""Draws the gap over time of several runs as one SVG, without any library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from scheduler.plan import Progress

WIDTH, HEIGHT, LEFT, TOP = 720, 360, 60, 20
COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#4c2c92", "#b58840", "#28a197")
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
            steps.append(f"{WIDTH - 20:.1f},{last:.1f}")
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(steps)}"/>')
        lines.append(
            f'<text x="{WIDTH - 150}" y="{TOP + 18 + 18 * number}" fill="{colour}">{_safe(name)}</text>'
        )
    for gap in (1.0, 0.1, 0.01, 0.001):
        y = _y(gap)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#b1b4b6"/>')
        lines.append(f'<text x="8" y="{y + 4:.1f}">{gap:.1%}</text>')
    seconds = LEAST_SECONDS
    while seconds <= longest:
        lines.append(f'<text x="{_x(seconds, longest):.1f}" y="{HEIGHT - 6}">{seconds:g} s</text>')
        seconds *= 10
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, "<title>Gap over time</title>", *lines, "</svg>", ""])


def _x(seconds: float, longest: float) -> float:
    share = math.log(max(seconds, LEAST_SECONDS) / LEAST_SECONDS) / math.log(longest / LEAST_SECONDS)
    return LEFT + share * (WIDTH - LEFT - 20)


def _y(gap: float) -> float:
    share = math.log(max(gap, LEAST_GAP) / LEAST_GAP) / math.log(1 / LEAST_GAP)
    return HEIGHT - 30 - min(1.0, share) * (HEIGHT - 30 - TOP)


def _safe(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;")
