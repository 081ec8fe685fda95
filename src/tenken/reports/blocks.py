"""A paper as a tree of frozen blocks: what Word, PDF and Excel are written from.

Nothing here knows a database, a template or a file format. A renderer calls ``numbered`` first and then walks ``paper.blocks``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, Literal

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear

Cell = str | int | float | date | None
Align = Literal["left", "center", "right"]
Tone = Literal[
    "before", "now", "open_before", "open"
]  # last year, this year, still open last year, still open

NOTHING = "－"  # how a figure that does not exist is printed
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (「１　…」), 2 (「（１）…」), 3 (「①…」) or 4 (「（…）」, never numbered).

    ``plain``: it bears no number and counts for none, whatever its level.
    """

    level: Literal[1, 2, 3, 4]
    text: str
    number: str = ""  # filled by ``numbered`` when empty
    plain: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Prose. ``key`` names it for editing; ``refs`` are keys of figures and tables, printed 「（図１）」 at its end."""

    text: str
    key: str = ""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True)
class BulletList:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """One box of a flow. All texts as printed; ``target`` carries its count: 「全庁（422課公所）」."""

    name: str
    period: str
    purpose: str
    target: str
    outline: str


@dataclass(frozen=True)
class FlowFigure:
    """Stages from left to right with arrows between them."""

    key: str
    caption: str
    stages: tuple[Stage, ...]
    label: str = ""  # 「図１」, filled by ``numbered``

    @property
    def alt(self) -> str:
        """What the figure says, for those who do not see it."""
        steps = " → ".join(f"{stage.name}（{stage.period}、対象：{stage.target}）" for stage in self.stages)
        return f"{self.caption}。{steps}"


@dataclass(frozen=True)
class Series:
    """One set of bars, a value per category (None: there was none). ``tone`` decides its colour."""

    name: str
    values: tuple[int | None, ...]
    tone: Tone


@dataclass(frozen=True)
class ChartFigure:
    """Grouped bars over ``categories``. ``note`` says where the numbers come from when they are not the office's own."""

    key: str
    caption: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    category_title: str = "調査項目"
    note: str = ""
    label: str = ""

    @property
    def alt(self) -> str:
        """Every number of the chart in words."""
        rows = (
            f"{category}は" + "、".join(f"{one.name}{cell_text(one.values[i])}" for one in self.series)
            for i, category in enumerate(self.categories)
        )
        return f"{self.caption}（単位：{self.unit}）。" + "。".join(rows) + ("。" if self.categories else "")


@dataclass(frozen=True)
class Column:
    """``width`` is relative to the other columns."""

    header: str
    align: Align = "left"
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """A captioned table; its header repeats on every page. ``total`` is a last row set apart."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()
    label: str = ""

    @property
    def all_rows(self) -> tuple[tuple[Cell, ...], ...]:
        return self.rows if self.total is None else (*self.rows, self.total)


@dataclass(frozen=True)
class Closing:
    """The line at the right that ends a paper."""

    text: str = "以上"


@dataclass(frozen=True)
class LetterItem:
    """One numbered line below 「記」, with lines of its own."""

    label: str
    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A letter on a page of its own. ``section`` is whose it is, ``addressee`` the post it goes to (without 様)."""

    number: str
    issued_on: date
    section: str
    addressee: str
    sender: str
    subject: str
    body: tuple[str, ...]
    items: tuple[LetterItem, ...]


Block = Heading | Paragraph | BulletList | FlowFigure | ChartFigure | Table | Closing | Letter


@dataclass(frozen=True)
class Paper:
    """One paper. ``number`` is its place on the agenda (「資料１」, '' if none); ``issued_on`` dates the files.

    ``compact``: narrow margins, for what must stand on one page.
    """

    code: str
    title: str
    number: str
    city_name: str
    issued_on: date
    fiscal_year: int
    header: str
    blocks: tuple[Block, ...]
    compact: bool = False

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The letters, when it is a batch of such: then it has nothing else."""
        return tuple(block for block in self.blocks if isinstance(block, Letter))

    @property
    def fiscal_year_label(self) -> str:
        return str(FiscalYear(self.fiscal_year))


def cell_text(value: Cell) -> str:
    """Return *value* as printed: 1,199, 平成27年7月29日, 「－」 for None."""
    if value is None:
        return NOTHING
    if isinstance(value, date):
        return era_date(value)
    if isinstance(value, int | float):
        return f"{value:,}"
    return value


def wide_number(number: int) -> str:
    """Return *number* as offices number things: one digit full-width (「１」), more half-width (「12」)."""
    return str(number).translate(_WIDE) if 0 <= number < 10 else str(number)


def heading_number(level: int, count: int) -> str:
    """Return the printed number of the *count*-th heading of *level*."""
    if level == 1:
        return wide_number(count)
    if level == 2:
        return f"（{wide_number(count)}）"
    if level == 3:
        return _CIRCLED[count - 1] if count <= len(_CIRCLED) else f"({count})"
    return ""


def clean_text(text: str) -> str:
    """Return *text* without the characters no file format here can hold (control characters, lone surrogates)."""
    return _UNWRITABLE.sub("", text)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _cleaned(getattr(value, one.name)) for one in fields(value)})
    return value


def numbered(paper: Paper) -> Paper:
    """Return *paper* with headings, figures and tables numbered, references written out and texts made writable.

    ``ValueError`` when two figures share a key or a paragraph refers to none.
    """
    paper = _cleaned(paper)
    labels = _labels(paper.blocks)
    counts = [0, 0, 0, 0]
    blocks: list[Block] = []
    for block in paper.blocks:
        if isinstance(block, Heading) and block.plain:
            counts[block.level :] = [0] * (4 - block.level)
            blocks.append(block)
        elif isinstance(block, Heading):
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (4 - block.level)
            number = block.number or heading_number(block.level, counts[block.level - 1])
            blocks.append(replace(block, number=number))
        elif isinstance(block, Paragraph):
            blocks.append(replace(block, text=block.text + _reference(block.refs, labels), refs=()))
        elif isinstance(block, FlowFigure | ChartFigure | Table):
            blocks.append(replace(block, label=labels[block.key]))
        else:
            blocks.append(block)
    return replace(paper, blocks=tuple(blocks))


def _labels(blocks: Iterable[Block]) -> dict[str, str]:
    labels: dict[str, str] = {}
    figures = tables = 0
    for block in blocks:
        if not isinstance(block, FlowFigure | ChartFigure | Table):
            continue
        if block.key in labels:
            raise ValueError(f"two figures of one paper share the key {block.key!r}")
        if isinstance(block, Table):
            tables += 1
            labels[block.key] = f"表{wide_number(tables)}"
        else:
            figures += 1
            labels[block.key] = f"図{wide_number(figures)}"
    return labels


def _reference(refs: Sequence[str], labels: dict[str, str]) -> str:
    if not refs:
        return ""
    if missing := [ref for ref in refs if ref not in labels]:
        raise ValueError(f"a paragraph refers to figures the paper does not have: {missing}")
    return f"（{'、'.join(labels[ref] for ref in refs)}）"


def heading_text(heading: Heading) -> str:
    """Return a heading as printed: 「１　情報セキュリティ点検」, 「（１）実施内容」, 「①自己点検の結果」."""
    if heading.plain:
        return heading.text
    return f"{heading.number}　{heading.text}" if heading.level == 1 else f"{heading.number}{heading.text}"
