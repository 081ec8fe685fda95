"""中期監査計画: which system is looked at in which year and how deeply, with the proof and the load of each year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tenken.audit.models import MidTermPlan
from tenken.audit.permissions import VIEW_ROTATION
from tenken.audit.rotation.queries.papers import MidTermData, MidTermRow, mid_term_plan_data
from tenken.audit.rotation.rules.parts import Tier
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table
from tenken.reports.rotation.selection import loads_table

CODE = "audit-midterm"
_MARKS = {Tier.NONE: "", Tier.SELF: "自", Tier.VISIT: "訪", Tier.TECHNICAL: "技"}


def of(by: Principal, key: int, on: date) -> Paper:
    """Return a mid-term plan as a paper dated *on*. ``Missing`` when there is none *by* may see."""
    plan = (
        MidTermPlan.objects.restrict(by, VIEW_ROTATION)
        .select_related("city", "rule_row")
        .filter(pk=key)
        .first()
    )
    if plan is None:
        raise Missing("中期監査計画がないか、見ることのできる範囲にありません。")
    told = mid_term_plan_data(plan)
    span = f"{FiscalYear(told.from_year)}から{FiscalYear(told.to_year)}まで"
    return Paper(
        code=CODE,
        title=f"中期監査計画（{span}）",
        number="",
        city_name=plan.city.name,
        issued_on=on,
        fiscal_year=told.from_year,
        header=f"中期監査計画（第{told.number}号）",
        blocks=tuple(_blocks(told)),
    )


def records(by: Principal, on: date) -> Iterable[tuple[str, int]]:
    """Return the plans made by a day."""
    rows = MidTermPlan.objects.restrict(by, VIEW_ROTATION).filter(made_on__lte=on)
    return [
        (f"{first}-{number}", key) for first, number, key in rows.values_list("from_year", "number", "pk")
    ]


def _blocks(told: MidTermData) -> Iterator[Block]:
    yield Heading(1, "目的")
    yield Paragraph(told.purpose)
    if told.priorities:
        yield Heading(1, "重点")
        yield Paragraph(told.priorities)
    yield Heading(1, "年度ごとの件数と周期の確認")
    for sentence in told.proof.sentences:
        yield Paragraph(sentence)
    yield loads_table("loads", told.loads)
    yield Table(
        key="rule",
        caption=f"選定の規則（{told.rule_name}）",
        columns=(Column("項目", "left", 1.2), Column("内容", "left", 3.0)),
        rows=told.rule,
    )
    yield Heading(1, "情報システムごとの計画")
    yield _matrix(told)
    if changed := [*_changed(told)]:
        yield Table(
            key="changed",
            caption="規則による計画を人が変更したもの",
            columns=(
                Column("情報システム", "left", 2.0),
                Column("年度", "left", 1.0),
                Column("規則", "left", 0.9),
                Column("計画", "left", 0.9),
                Column("変更の理由", "left", 3.0),
            ),
            rows=tuple(changed),
        )
    yield Closing()


def _matrix(told: MidTermData) -> Table:
    return Table(
        key="matrix",
        caption="年度ごとの監査の対象",
        columns=(
            Column("情報システム", "left", 3.2),
            Column("前回の訪問", "left", 1.4),
            *(Column(str(FiscalYear(year)), "center", 0.9) for year in told.years),
        ),
        rows=tuple(
            (_name(row), row.last_visit, *(_MARKS[tier] or None for tier in row.tiers)) for row in told.rows
        ),
        notes=("（注）　自：自己点検、訪：自己点検と訪問調査、技：自己点検、訪問調査と技術監査。",),
    )


def _name(row: MidTermRow) -> str:
    return f"{row.name}{'（重要）' if row.important else ''}\n{row.code}　{row.section}"


def _changed(told: MidTermData) -> Iterator[tuple[str, ...]]:
    for row in told.rows:
        for year, tier, drawn, reason in zip(told.years, row.tiers, row.drawn, row.reasons, strict=True):
            if reason:
                yield row.name, str(FiscalYear(year)), drawn.label, tier.label, reason
