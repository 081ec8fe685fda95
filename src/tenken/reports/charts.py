"""Figures drawn: a chart block → Vega-Lite specification → SVG or PNG, by vl-convert. Nothing is fetched; the font is ours.

Colours are the blues of the Digital Agency's design system, from pale to near-black, so that a grey print keeps them apart;
last year's bars are outlined, and every bar carries its number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from tenken.reports.blocks import ChartFigure, Series, Tone

FONT = "Noto Sans CJK JP"
WIDTH = 480  # points, with names and numbers: the text of an A4 page
LABEL_WIDTH = 170
HEIGHT = 610  # points at most, legend and axis included: an A4 page with its header, the caption and a note
_FRAME = 75  # points of the height that legend and axis take
_BAR, _NUMBER = 8.5, 7.5  # points: a bar with its gap, and the type of its number, where there is room
_LINE, _LINES = 14, 3  # characters of a name on a line, and lines
_INK, _GRID = "#1a1a1a", "#d8d8db"
FILLS: dict[Tone, str] = {"before": "#c5d7fb", "now": "#3460fb", "open_before": "#ffffff", "open": "#000060"}
STROKES: dict[Tone, str] = {
    "before": "#3460fb",
    "now": "#3460fb",
    "open_before": "#000060",
    "open": "#000060",
}


def specification(chart: ChartFigure) -> dict[str, Any]:
    """Return the Vega-Lite specification of *chart*: horizontal bars, grouped by category, in the order given."""
    series = [one for one in chart.series if any(value is not None for value in one.values)]
    categories = _axis_labels(chart.categories)
    rows = [
        {"category": category, "series": one.name, "value": one.values[index]}
        for index, category in enumerate(categories)
        for one in series
        if one.values[index] is not None
    ]
    names = [one.name for one in series]
    bar = _bar(len(categories), len(series))
    position = {
        "y": {
            "field": "category",
            "type": "nominal",
            "sort": categories,
            "scale": {"paddingInner": 0.24, "paddingOuter": 0.1},
            "axis": {
                "title": None,
                "labelExpr": "split(datum.label, '\\n')",
                "labelLineHeight": 12,
                "labelLimit": LABEL_WIDTH,
                "labelPadding": 6,
                "ticks": False,
            },
        },
        "yOffset": {"field": "series", "type": "nominal", "sort": names, "scale": {"paddingInner": 0.12}},
        "x": {"field": "value", "type": "quantitative", "axis": _count_axis(chart)},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": {"step": bar, "for": "offset"},
        "layer": [
            {"mark": {"type": "bar", "strokeWidth": 0.8}, "encoding": _colours(series)},
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 3,
                    "fontSize": min(_NUMBER, bar * 1.1),
                    "color": _INK,
                },
                "encoding": {"text": {"field": "value", "type": "quantitative", "format": ","}},
            },
        ],
        "encoding": position,
        "config": _config(),
    }


def _bar(categories: int, series: int) -> float:
    """Return the height of a bar with its gap, in points, so that the whole chart stands on one page."""
    # A category takes its bars and the gaps the scales leave: 0.24 between categories, 0.12 between bars.
    bars = max(1, categories * series)
    return min(_BAR, (HEIGHT - _FRAME) / (bars * (1 / (1 - 0.24) + 0.03)))


def _axis_labels(names: Sequence[str]) -> list[str]:
    """Break long names into lines and keep equal names apart: a bar is found by the name of its category."""
    labels: list[str] = []
    for name in names:
        lines = [name[start : start + _LINE] for start in range(0, len(name), _LINE)] or [""]
        if len(lines) > _LINES:
            lines = [*lines[: _LINES - 1], lines[_LINES - 1][: _LINE - 1] + "…"]
        label = "\n".join(lines)
        labels.append(label + "\u200b" * labels.count(label) if label in labels else label)
    return labels


def _count_axis(chart: ChartFigure) -> dict[str, Any]:
    most = max((value or 0 for one in chart.series for value in one.values), default=0)
    return {
        "title": chart.unit,
        "titleAlign": "right",
        "titleAnchor": "end",
        "format": ",d",
        "tickMinStep": 1,
        "tickCount": min(6, max(1, most)),
        "gridColor": _GRID,
    }


def _colours(series: list[Series]) -> dict[str, Any]:
    names = [one.name for one in series]
    legend = {"title": None, "orient": "top", "columns": 2, "symbolType": "square"}
    return {
        "fill": {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": names, "range": [FILLS[one.tone] for one in series]},
            "legend": legend,
        },
        "stroke": {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": names, "range": [STROKES[one.tone] for one in series]},
            "legend": legend,
        },
    }


def _config() -> dict[str, Any]:
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": _INK, "titleColor": _INK}
    return {
        "font": FONT,
        "background": "#ffffff",
        "view": {"stroke": None},
        "axis": {
            **text,
            "labelFontSize": 9.5,
            "titleFontSize": 9,
            "titleFontWeight": "normal",
            "domainColor": _INK,
        },
        "legend": {
            **text,
            "labelFontSize": 9.5,
            "symbolSize": 80,
            "columnPadding": 18,
            "rowPadding": 1,
            "labelLimit": 240,
        },
        "text": {"font": FONT},
    }


def svg(chart: ChartFigure) -> str:
    """Return *chart* as SVG. Drawn once per specification and process."""
    return _svg(_canonical(chart))


def png(chart: ChartFigure, scale: float = 3.0) -> bytes:
    """Return *chart* as PNG, *scale* pixels per unit (3: about 220 dots per inch in a paper)."""
    return _png(_canonical(chart), scale)


def _canonical(chart: ChartFigure) -> str:
    return json.dumps(specification(chart), sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=64)
def _svg(canonical: str) -> str:
    import vl_convert  # loads a JavaScript engine: only when something is drawn

    _register_fonts()
    drawn: str = vl_convert.vegalite_to_svg(json.loads(canonical), vl_version="5.21", allowed_base_urls=[])
    return drawn


@lru_cache(maxsize=32)
def _png(canonical: str, scale: float) -> bytes:
    drawn = _svg(canonical)
    import vl_convert

    picture: bytes = vl_convert.svg_to_png(drawn, scale=scale)
    return picture


def font_directories() -> tuple[str, ...]:
    """Return the folders of the two fonts the papers are set in (regular and bold)."""
    import noto_cjk_sans_jp_bold as bold
    import noto_cjk_sans_jp_regular as regular

    return tuple(str(Path(str(font.FONT_PATH)).parent) for font in (regular, bold))


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    import vl_convert

    for directory in font_directories():
        vl_convert.register_font_directory(directory)
