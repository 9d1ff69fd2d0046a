"""Small pictures as inline SVG, drawn on the server: sparkline, interval bar, waterfall and plain bars. Pure.

Colours, widths and hatching are classes in static/charts.css: our pages allow no style attribute. What runs across a
picture is given in per cent, so that a bar is as wide as the place it gets and its round marks stay round. A picture
given a `label` is an image with that name; one without is hidden from readers, who have the same in words beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.wording import whole

# A line that moved less than this many points is drawn flat rather than blown up to the picture's height.
LEAST_SPAN = 20.0
_MARGIN = 4
_BAR_HEIGHT = 20


@dataclass(frozen=True, slots=True)
class Fall:
    """One row of a waterfall: what it adds in points; `mix` is no real change and is hatched."""

    points: float
    mix: bool = False


def sparkline(
    points: Sequence[float | None], label: str = "", *, width: int = 120, height: int = 32
) -> Markup:
    """The course of a score as a line with its last value as a dot; None is a step without answers, a gap."""
    known = [value for value in points if value is not None]
    if not known:
        return _picture(Markup(""), label, height, width, "sparkline")
    middle, span = (max(known) + min(known)) / 2, max(LEAST_SPAN, max(known) - min(known))
    step = (width - 2 * _MARGIN) / max(1, len(points) - 1)
    placed = [
        None
        if value is None
        else (_MARGIN + i * step, height / 2 - (value - middle) / span * (height - 2 * _MARGIN))
        for i, value in enumerate(points)
    ]
    lines = Markup("").join(_line_through(run) for run in _runs(placed))
    x, y = [place for place in placed if place][-1]
    dot = Markup('<circle class="spark-last" cx="{}" cy="{}" r="2.5"/>').format(_short(x), _short(y))
    return _picture(lines + dot, label, height, width, "sparkline")


def interval_bar(
    low: float | None,
    value: float | None,
    high: float | None,
    lowest: float,
    highest: float,
    target: float | None = None,
    label: str | None = None,
) -> Markup:
    """A score on its scale (lowest…highest) with its interval, and the target as a tick. Without a score: the empty
    scale. `label`: its name for readers, made from the figures where None; "" where they stand beside it."""
    parts = [Markup('<rect class="interval-track" x="0" y="8" width="100%" height="4"/>')]
    if low is not None and high is not None:
        parts.append(_block("interval-range", low, high, lowest, highest, 6, 8))
    if target is not None:
        at = _share(target, lowest, highest)
        tick = '<line class="interval-target" x1="{}" x2="{}" y1="1" y2="19"/>'
        parts.append(Markup(tick).format(at, at))
    if value is not None:
        dot = '<circle class="interval-value" cx="{}" cy="10" r="5"/>'
        parts.append(Markup(dot).format(_share(value, lowest, highest)))
    name = _interval_in_words(low, value, high, target) if label is None else label
    return _picture(Markup("").join(parts), name, _BAR_HEIGHT)


def bar(value: float, highest: float, kind: str = "plain") -> Markup:
    """A part of the highest as a bar; hidden from readers: the number belongs beside it. kind: plain|worse|better."""
    block = _block(f"bar-{kind}", 0, value, 0, highest or 1, 4, 12)
    return _picture(block, "", _BAR_HEIGHT)


def waterfall(before: float, falls: Sequence[Fall], since: float) -> list[Markup]:
    """How `before` became `since`: one bar for it, one for each fall where the last one ended, one for `since`.

    All on one scale, hidden from readers: put each into the row that has its name and points.
    """
    ends = [before]
    for fall in falls:
        ends.append(ends[-1] + fall.points)
    reached = [*ends, since]
    room = max(1.0, max(reached) - min(reached)) / 10
    lowest, highest = min(reached) - room, max(reached) + room
    steps = [
        _step(fall, start, end, lowest, highest)
        for fall, start, end in zip(falls, ends, ends[1:], strict=False)
    ]
    return [_total(before, lowest, highest), *steps, _total(since, lowest, highest)]


def _step(fall: Fall, start: float, end: float, lowest: float, highest: float) -> Markup:
    left, right = min(start, end), max(start, end)
    kind = "mix" if fall.mix else "worse" if fall.points < 0 else "better"
    block = _block(f"fall-{kind}", left, right, lowest, highest, 3, 14)
    if fall.mix:
        hatch = '<line class="fall-hatch" x1="{}" x2="{}" y1="10" y2="10"/>'
        block += Markup(hatch).format(_share(left, lowest, highest), _share(right, lowest, highest))
    at = _share(start, lowest, highest)
    level = Markup('<line class="fall-level" x1="{}" x2="{}" y1="0" y2="20"/>').format(at, at)
    return _picture(level + block, "", _BAR_HEIGHT)


def _total(value: float, lowest: float, highest: float) -> Markup:
    """A place on the scale, not a length: the scale need not begin at 0."""
    dot = '<circle class="fall-total" cx="{}" cy="10" r="6"/>'
    return _picture(Markup(dot).format(_share(value, lowest, highest)), "", _BAR_HEIGHT)


def _block(
    kind: str, left: float, right: float, lowest: float, highest: float, y: int, height: int
) -> Markup:
    """A rectangle from left to right on the scale; at least a hair wide, so that what is there can be seen."""
    start, end = _part(left, lowest, highest), _part(right, lowest, highest)
    rect = '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>'
    return Markup(rect).format(kind, _short(start), y, _short(max(end - start, 0.4)), height)


def _picture(inside: Markup, label: str, height: int, width: int | None = None, kind: str = "bar") -> Markup:
    named = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    size = Markup('viewBox="0 0 {} {}" width="{}"').format(width, height, width) if width else 'width="100%"'
    svg = '<svg class="drawing {}" {} height="{}" focusable="false" {}>{}</svg>'
    return Markup(svg).format(kind, Markup(size), height, named, inside)


def _runs(placed: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place in placed:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _line_through(run: Sequence[tuple[float, float]]) -> Markup:
    """A line; a point alone between two gaps is a line of no length, which its round ends make visible."""
    placed = [*run, *run] if len(run) == 1 else run
    text = " ".join(f"{_short(x)},{_short(y)}" for x, y in placed)
    return Markup('<polyline class="spark-line" points="{}"/>').format(text)


def _interval_in_words(
    low: float | None, value: float | None, high: float | None, target: float | None
) -> str:
    if value is None:
        return "No answers yet"
    words = _figure(value)
    if low is not None and high is not None:
        words += f", between {_figure(low)} and {_figure(high)}"
    return words + (f"; target {_figure(target)}" if target is not None else "")


def _figure(value: float) -> str:
    return f"{whole(value)}".replace("-", "\N{MINUS SIGN}")


def _share(value: float, lowest: float, highest: float) -> str:
    return f"{_short(_part(value, lowest, highest))}%"


def _part(value: float, lowest: float, highest: float) -> float:
    """Where a value lies on the scale, 0…100; what lies outside is put at its end."""
    return 100 * min(1.0, max(0.0, (value - lowest) / (highest - lowest)))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
