"""Pieces that several papers are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tenken.reports.blocks import Block, FlowFigure, Paragraph, Stage
from tenken.reports.stages import StageFigures

SPECIMEN_NOTE = "※　数値は見本として作成したものであり、実在の市の公表値ではない。"


def paragraphs(texts: Mapping[str, str], key: str, *refs: str) -> Iterator[Block]:
    """Yield the paragraphs a text holds, one for each of its lines; *refs* stand at the end of the last."""
    if text := texts[key].strip():
        for index, piece in enumerate(lines := [line.strip() for line in text.splitlines() if line.strip()]):
            yield Paragraph(piece, key, refs if index == len(lines) - 1 else ())


def flow_of(key: str, caption: str, stages: Iterable[StageFigures]) -> FlowFigure:
    """Return the flow chart of *stages*."""
    return FlowFigure(
        key,
        caption,
        tuple(Stage(one.name, one.period, one.purpose, one.target_text, one.outline) for one in stages),
    )
