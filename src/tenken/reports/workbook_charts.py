"""The chart of a figure as Excel draws it itself, over the cells beside it."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

from tenken.reports.blocks import ChartFigure
from tenken.reports.charts import FILLS, STROKES

_WIDTH_CM = 20.0
_LEGEND_CM = 1.4


def bar_chart(sheet: Any, chart: ChartFigure, *, first_row: int) -> BarChart:
    """Return horizontal grouped bars over the table whose header stands in *first_row*, from column A on."""
    last_row = first_row + len(chart.categories)
    made: Any = BarChart()
    made.type, made.grouping, made.gapWidth, made.overlap = "bar", "clustered", 35, 0
    made.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(chart.series), min_row=first_row, max_row=last_row),
        titles_from_data=True,
    )
    made.set_categories(Reference(sheet, min_col=1, min_row=first_row + 1, max_row=last_row))
    for drawn, one in zip(made.series, chart.series, strict=True):
        drawn.graphicalProperties = GraphicalProperties(
            solidFill=FILLS[one.tone][1:], ln=LineProperties(solidFill=STROKES[one.tone][1:], w=9525)
        )
        drawn.dLbls = _labels()
    made.x_axis.scaling.orientation = "maxMin"  # the first item on top, as printed
    made.x_axis.delete = made.y_axis.delete = False
    made.x_axis.txPr = made.y_axis.txPr = _text(900)
    made.y_axis.numFmt, made.y_axis.majorGridlines.spPr = (
        "#,##0",
        GraphicalProperties(ln=LineProperties(solidFill="D8D8DB")),
    )
    made.y_axis.crosses = "max"  # numbers at the foot, though the items run downward
    made.y_axis.scaling.min = 0
    made.legend.position = "t"
    made.width = _WIDTH_CM
    made.height = 3.0 + len(chart.categories) * (0.35 + 0.36 * len(chart.series))
    top = _LEGEND_CM / made.height
    made.layout = Layout(
        manualLayout=ManualLayout(
            layoutTarget="inner",
            xMode="edge",
            yMode="edge",
            x=0.28,
            y=top,
            w=0.68,
            h=0.94 - top - 0.8 / made.height,
        )
    )
    return made


def _labels() -> DataLabelList:
    labels = DataLabelList()
    labels.showVal = True
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.txPr = _text(800)
    return labels


def _text(size: int) -> RichText:
    """Return text of *size* hundredths of a point."""
    font = CharacterProperties(sz=size, latin=Font(typeface="游ゴシック"), ea=Font(typeface="游ゴシック"))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=font), endParaRPr=font)])
