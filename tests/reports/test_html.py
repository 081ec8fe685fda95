"""A paper as an HTML file: whole, readable, and nothing in it that a reader's browser would run or fetch."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from tenken.reports.blocks import Letter, Paper, Paragraph, Table, cell_text
from tenken.reports.html import html
from tenken.reports.paper1 import build_paper
from tests.reports.specimen import FY2014


class _Read(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


PAPER = build_paper(FY2014, {}, issued_on=date(2015, 7, 29))


def test_every_cell_and_paragraph_is_in_the_file() -> None:
    read = _Read(html(PAPER).decode())
    text = re.sub(r"\s+", "", read.text)
    for block in PAPER.blocks:
        if isinstance(block, Paragraph):
            assert re.sub(r"\s+", "", block.text) in text
        if isinstance(block, Table):
            for row in block.all_rows:
                for cell in row:
                    assert re.sub(r"\s+", "", cell_text(cell)) in text
    assert read.tags.count("h1") == 1
    assert {"main", "header", "caption", "th"} <= set(read.tags)


def test_nothing_is_fetched_and_nothing_runs() -> None:
    read = _Read(html(PAPER).decode())
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(read.tags)
    for _, name, value in read.attributes:
        assert not name.startswith("on")
        assert name not in ("src", "style", "href") or (value or "").startswith("#")


def test_hostile_words_stay_words() -> None:
    hostile = "<script>alert(1)</script>&amp;"
    read = _Read(html(replace(PAPER, title=hostile, blocks=(Paragraph(hostile),))).decode())
    assert "script" not in read.tags
    assert read.text.count(hostile) >= 2


def test_letters_are_not_published() -> None:
    letter = Letter("1", date(2015, 7, 29), "総務課", "総務課長", "局長", "件名", ("本文",), ())
    paper = Paper("letter", "通知", "", "みどり市", date(2015, 7, 29), 2015, "通知", (letter,))
    with pytest.raises(ValueError, match="letters"):
        html(paper)
