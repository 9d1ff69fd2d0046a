"""The small pictures: what is drawn where, what readers are told, and nothing that our pages' policy forbids."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from shared.web.drawing import Fall, bar, interval_bar, sparkline, waterfall

EVERY = [
    sparkline([41, None, 22.5, 30], "NPS of 4 weeks"),
    sparkline([]),
    interval_bar(11, 22, 33, -100, 100, target=40),
    bar(3, 10),
    *waterfall(41, [Fall(-18), Fall(-1, mix=True)], 22),
]


def parts(svg: Markup, kind: str) -> list[dict[str, str]]:
    return [dict(found.attrib) for found in ElementTree.fromstring(svg) if found.get("class") == kind]


@pytest.mark.parametrize("svg", EVERY)
def test_pictures_are_named_or_hidden_and_have_no_inline_style(svg: Markup) -> None:
    root = ElementTree.fromstring(svg)
    assert (root.get("role") == "img" and root.get("aria-label")) or root.get("aria-hidden") == "true"
    assert not re.search(r"\b(style|on\w+|fill|stroke)=", svg)


def test_a_sparkline_has_a_gap_where_nobody_answered() -> None:
    lines = parts(sparkline([10, 20, None, 30]), "spark-line")
    assert [len(line["points"].split()) for line in lines] == [2, 2]
    assert lines[1]["points"].split()[0] == lines[1]["points"].split()[1], "alone between gaps: a dot"


def test_a_sparkline_goes_down_when_the_score_does_and_ends_in_a_dot() -> None:
    svg = sparkline([80, 20])
    first, last = (
        float(place.split(",")[1]) for place in parts(svg, "spark-line")[0]["points"].split()
    )  # y grows downwards
    assert first < last
    assert float(parts(svg, "spark-last")[0]["cy"]) == last


def test_noise_is_not_blown_up_to_a_drama() -> None:
    heights = [float(p.split(",")[1]) for p in parts(sparkline([40, 41]), "spark-line")[0]["points"].split()]
    assert max(heights) - min(heights) < 2


def test_an_interval_bar_puts_each_mark_on_its_scale() -> None:
    svg = interval_bar(-50, 0, 50, -100, 100, target=80)
    assert parts(svg, "interval-range")[0] | {} == {
        "class": "interval-range", "x": "25%", "y": "6", "width": "50%", "height": "8"
    }  # fmt: skip
    assert parts(svg, "interval-value")[0]["cx"] == "50%"
    assert parts(svg, "interval-target")[0]["x1"] == "90%"


def test_an_interval_bar_says_its_figures_with_a_true_minus() -> None:
    svg = interval_bar(-12.4, -3.5, 5, -100, 100, target=30)
    assert ElementTree.fromstring(svg).get("aria-label") == "−4, between −12 and 5; target 30"


def test_without_answers_there_is_a_scale_and_no_zero() -> None:
    svg = interval_bar(None, None, None, -100, 100)
    assert not parts(svg, "interval-value")
    assert not parts(svg, "interval-range")
    assert ElementTree.fromstring(svg).get("aria-label") == "No answers yet"


def test_bounds_beyond_the_scale_stay_in_the_picture() -> None:
    """The adjusted Wald bounds of few answers may pass 100."""
    found = parts(interval_bar(60, 90, 104, -100, 100), "interval-range")[0]
    assert float(found["x"].rstrip("%")) + float(found["width"].rstrip("%")) == 100


def test_a_waterfall_walks_from_before_to_since() -> None:
    before, courier, gained, mix, since = waterfall(41, [Fall(-15), Fall(2), Fall(-6, mix=True)], 22)

    def edges(svg: Markup, kind: str) -> tuple[float, float]:
        [found] = parts(svg, kind)
        start = float(found["x"].rstrip("%"))
        return start, round(start + float(found["width"].rstrip("%")), 1)

    def place(svg: Markup) -> float:
        return float(parts(svg, "fall-total")[0]["cx"].rstrip("%"))

    top = place(before)
    assert edges(courier, "fall-worse")[1] == pytest.approx(top, abs=0.2)
    assert edges(gained, "fall-better")[0] == pytest.approx(edges(courier, "fall-worse")[0], abs=0.2)
    assert edges(mix, "fall-mix")[1] == pytest.approx(edges(gained, "fall-better")[1], abs=0.2)
    assert place(since) == pytest.approx(edges(mix, "fall-mix")[0], abs=0.2)
    assert parts(mix, "fall-hatch")
    assert not parts(courier, "fall-hatch")


def test_names_are_escaped() -> None:
    assert "<script>" not in sparkline([1, 2], '"><script>')
