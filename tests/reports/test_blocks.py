from __future__ import annotations

from datetime import date

import pytest

from tenken.reports.blocks import (
    Block,
    ChartFigure,
    Column,
    FlowFigure,
    Heading,
    Paper,
    Paragraph,
    Series,
    Table,
    cell_text,
    clean_text,
    heading_text,
    numbered,
    wide_number,
)


def paper(*blocks: Block) -> Paper:
    return Paper("test", "題", "資料１", "青葉市", date(2015, 7, 29), 2014, "見出し", blocks)


def table(key: str, rows: int = 1) -> Table:
    return Table(key, "表題", (Column("番号", "right"),), tuple((index,) for index in range(rows)))


def test_headings_figures_and_tables_are_numbered_as_offices_do() -> None:
    whole = numbered(
        paper(
            Heading(1, "一つ目"),
            Heading(2, "ア"),
            Heading(3, "あ"),
            Heading(3, "い"),
            Heading(2, "イ"),
            Heading(3, "あ"),
            Heading(4, "（見出し）"),
            FlowFigure("flow", "流れ", ()),
            table("a"),
            ChartFigure("chart", "図", (), (), "課"),
            Heading(1, "二つ目"),
            Heading(2, "ア"),
            table("b"),
        )
    )
    assert [heading_text(block) for block in whole.blocks if isinstance(block, Heading)] == [
        "１　一つ目",
        "（１）ア",
        "①あ",
        "②い",
        "（２）イ",
        "①あ",
        "（見出し）",
        "２　二つ目",
        "（１）ア",
    ]
    labels = [block.label for block in whole.blocks if isinstance(block, FlowFigure | ChartFigure | Table)]
    assert labels == ["図１", "表１", "図２", "表２"]


def test_a_paragraph_refers_to_figures_that_come_later() -> None:
    whole = numbered(paper(Paragraph("示す。", refs=("b", "a")), table("a"), table("b")))
    assert whole.blocks[0] == Paragraph("示す。（表２、表１）")
    assert numbered(whole) == whole


def test_a_reference_to_nothing_and_a_key_used_twice_are_errors() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        numbered(paper(Paragraph("示す。", refs=("nowhere",))))
    with pytest.raises(ValueError, match="share the key"):
        numbered(paper(table("a"), table("a")))


def test_characters_no_file_can_hold_are_dropped_everywhere() -> None:
    whole = numbered(
        paper(Paragraph("前\x00後\ud800"), Table("t", "表\x0b", (Column("列\x1f"),), (("値\x08", 3),)))
    )
    assert whole.blocks[0] == Paragraph("前後")
    made = whole.blocks[1]
    assert isinstance(made, Table)
    assert (made.caption, made.columns[0].header, made.rows) == ("表", "列", (("値", 3),))
    assert clean_text("改行\nと\tタブは残る") == "改行\nと\tタブは残る"


def test_cells_print_as_people_write_them() -> None:
    assert [cell_text(one) for one in (1199, None, date(2015, 7, 29), "文", 0)] == [
        "1,199",
        "－",
        "平成27年7月29日",
        "文",
        "0",
    ]
    assert [wide_number(one) for one in (1, 9, 10)] == ["１", "９", "10"]


def test_the_words_for_a_chart_hold_every_number() -> None:
    chart = ChartFigure(
        "c",
        "結果",
        ("甲", "乙"),
        (Series("前", (None, 2), "before"), Series("今", (1234, 0), "now")),
        "課公所",
    )
    assert chart.alt == "結果（単位：課公所）。甲は前－、今1,234。乙は前2、今0。"
