"""年度監査計画: why, on what, when and by which means, with every audit of the year and the reason it was chosen for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tenken.audit.models import YearPlan
from tenken.audit.permissions import VIEW_ROTATION
from tenken.audit.rotation.queries.papers import PlannedAudit, YearPlanData, year_plan_data
from tenken.common.era import era_date
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table

CODE = "audit-plan"


def of(by: Principal, key: int, on: date) -> Paper:
    """Return the plan of a year as a paper dated *on*. ``Missing`` when there is none *by* may see."""
    plan = YearPlan.objects.restrict(by, VIEW_ROTATION).select_related("city").filter(pk=key).first()
    if plan is None:
        raise Missing("年度監査計画がないか、見ることのできる範囲にありません。")
    told = year_plan_data(plan)
    return Paper(
        code=CODE,
        title=told.name,
        number="",
        city_name=plan.city.name,
        issued_on=on,
        fiscal_year=told.fiscal_year,
        header=f"{told.name}（{told.status}）",
        blocks=tuple(_blocks(told)),
    )


def records(by: Principal, on: date) -> Iterable[tuple[str, int]]:
    """Return every plan of a year; *on* only dates the sheets."""
    rows = YearPlan.objects.restrict(by, VIEW_ROTATION).values_list("fiscal_year", "pk")
    return [(str(year), key) for year, key in rows]


def _blocks(told: YearPlanData) -> Iterator[Block]:
    for title, text in (("目的", told.purpose), ("重点", told.focus), ("方針", told.policy)):
        if text:
            yield Heading(1, title)
            yield Paragraph(text)
    yield Heading(1, "実施の期間")
    if told.periods:
        yield Table(
            key="periods",
            caption="実施の期間",
            columns=(Column("段階", "left", 2.0), Column("開始", "left", 1.4), Column("終了", "left", 1.4)),
            rows=told.periods,
        )
    else:
        yield Paragraph("期間は、個別の監査ごとに定める。")
    if means := [*_means(told)]:
        yield Heading(1, "体制と経費")
        yield Table(
            key="means",
            caption="体制と経費",
            columns=(Column("項目", "left", 1.2), Column("内容", "left", 3.0)),
            rows=tuple(means),
        )
    yield Heading(1, "監査の対象")
    if told.self_inspected is not None:
        yield Paragraph(f"自己点検は、{told.self_inspected}件の情報システムを対象とする。")
    if told.audits:
        yield _audits(told.audits)
    else:
        yield Paragraph("個別の監査は、まだ計画していない。")
    if told.adopted_on:
        yield Paragraph(f"この計画は、{era_date(told.adopted_on)}に{told.adopted_by}が決定した。")
    yield Closing()


def _means(told: YearPlanData) -> Iterator[tuple[str, str]]:
    if told.auditor_days is not None:
        yield "監査人の延べ日数", f"{told.auditor_days:,}日"
    if told.budget_yen is not None:
        yield "予算額", f"{told.budget_yen:,}円{f'（{told.budget_note}）' if told.budget_note else ''}"


def _audits(audits: tuple[PlannedAudit, ...]) -> Table:
    return Table(
        key="audits",
        caption="個別の監査",
        columns=(
            Column("番号", "left", 0.9),
            Column("監査の対象", "left", 2.2),
            Column("種類", "left", 1.2),
            Column("期間", "left", 1.6),
            Column("選んだ理由", "left", 3.2),
        ),
        rows=tuple(
            (
                one.number,
                f"{one.system}\n{one.section}" if one.system else one.section,
                f"{one.kind}\n{one.conduct}{'・特命' if one.special else ''}",
                f"{era_date(one.starts_on)}から\n{era_date(one.ends_on)}まで",
                f"{one.ordered}の命令：{one.because}" if one.special else (one.because or None),
            )
            for one in audits
        ),
    )
