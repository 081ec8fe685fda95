"""A figure as an answer of its own: pages show it in an ``<img>``, with its numbers in a table beside it."""

from __future__ import annotations

from django.http import HttpResponse

from tenken.reports.blocks import ChartFigure
from tenken.reports.charts import svg

_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg"/>'


def chart_response(chart: ChartFigure | None) -> HttpResponse:
    """Return *chart* drawn as SVG; an empty drawing for None.

    The drawing carries its own style attributes; alone in an ``<img>`` it runs nothing.
    """
    response = HttpResponse(svg(chart) if chart else _NOTHING, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
