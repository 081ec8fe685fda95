"""監査報告書: what was audited and how, what was found, and what the audited held to be otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tenken.audit.engagements.queries.papers import AuditReportData, ItemLine, audit_report_data
from tenken.audit.engagements.queries.scope import engagements_for
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.organization.access import Principal
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table

CODE = "audit-report"
_STAGES = {"working": "（作成中）", "draft": "（案）", "issued": ""}
_NOTHING = "特になし"
# In the order of document 002; the first three are named also when there is nothing.
_ALWAYS = ("exception", "opinion", "potential")


def of(by: Principal, key: int, on: date) -> Paper:
    """Return the report of an audit as far as *by* may read it, dated as issued, else *on*. ``Missing`` otherwise."""
    told = audit_report_data(by, key)
    dated = told.issued_on or on
    stage = _STAGES[told.stage]
    return Paper(
        code=CODE,
        title=f"{told.kind}報告書{stage}",
        number="",
        city_name=by.city.name,
        issued_on=dated,
        fiscal_year=FiscalYear.of(dated).year,
        header=f"{told.theme}（{told.number}）{stage}",
        blocks=tuple(_blocks(told)),
    )


def records(by: Principal, on: date) -> Iterable[tuple[str, int]]:
    """Return the audits that were reported by a day."""
    rows = (
        engagements_for(by)
        .filter(issued_on__isnull=False, issued_on__lte=on)
        .order_by("fiscal_year", "number")
    )
    return [(str(row), row.pk) for row in rows]


def _blocks(told: AuditReportData) -> Iterator[Block]:
    yield Heading(1, "監査の概要")
    yield Table(
        key="head",
        caption="監査の概要",
        columns=(Column("項目", "left", 1.0), Column("内容", "left", 4.0)),
        rows=tuple(_head(told)),
    )
    yield Heading(1, "監査の結果")
    if told.opinion:
        yield Heading(2, "監査意見")
        yield Paragraph(told.opinion)
    if told.summary:
        yield Heading(2, "総評")
        yield Paragraph(told.summary)
    yield counts_table(told)
    yield Heading(1, "指摘事項等")
    yield from _items(told)
    if told.differences:
        yield Heading(1, "事実確認における相違と対応")
        yield _differences(told)
    if told.sha256:
        yield Paragraph(f"（この報告書の内容のハッシュ値（SHA-256）：{told.sha256}）")
    yield Closing()


def _head(told: AuditReportData) -> Iterator[tuple[str, str]]:
    conduct = f"{told.conduct}（{told.conducted_with}）" if told.conducted_with else told.conduct
    auditors = "\n".join(
        f"{one.part_label}　{one.name}{f'（{one.title}）' if one.title else ''}" for one in told.auditors
    )
    rows = (
        ("監査の番号", told.number),
        ("監査の種類", f"{told.kind}（{conduct}）"),
        ("監査のテーマ", told.theme),
        ("監査の対象", f"{told.section}\n{told.system}".strip()),
        ("目的", told.purpose),
        ("範囲", told.scope),
        ("基準", told.criteria),
        ("方法", told.method),
        ("期間", f"{era_date(told.starts_on)}から{era_date(told.ends_on)}まで"),
        ("監査人", auditors),
    )
    yield from ((label, text) for label, text in rows if text)


def counts_table(told: AuditReportData) -> Table:
    """Return how many items of each kind the report has."""
    kinds = _kinds(told)
    return Table(
        key="counts",
        caption="区分ごとの件数",
        columns=(Column("区分", "left", 2.0), Column("件数", "right", 1.0)),
        rows=tuple((label, sum(item.kind == code for item in told.items)) for code, label in kinds.items()),
        total=("計", len(told.items)),
    )


def _kinds(told: AuditReportData) -> dict[str, str]:
    labels = {"exception": "指摘", "opinion": "意見", "potential": "リスク発現の可能性があるもの"}
    return labels | {item.kind: item.kind_label for item in told.items if item.kind not in _ALWAYS}


def _items(told: AuditReportData) -> Iterator[Block]:
    viewpoints = dict(told.viewpoints)
    for code, label in _kinds(told).items():
        yield Heading(2, label)
        items = [item for item in told.items if item.kind == code]
        if not items:
            yield Paragraph(_NOTHING)
            continue
        yield Table(
            key=f"items-{code}",
            caption=label,
            columns=(
                Column("番号", "left", 1.0),
                Column("内容", "left", 4.2),
                Column("改善の提案", "left", 2.4),
                Column("期限", "left", 1.2),
            ),
            rows=tuple(_row(item, viewpoints) for item in items),
        )


def _row(item: ItemLine, viewpoints: dict[str, str]) -> tuple[str, str, str | None, date | None]:
    lines = []
    if item.viewpoint:
        lines.append(f"着眼点{item.viewpoint}　{viewpoints.get(item.viewpoint, '')}".strip())
    lines.append(f"{item.title}{f'【{item.perspective_label}の視点】' if item.perspective_label else ''}")
    if item.detail:
        lines.append(item.detail)
    return item.reference or "－", "\n".join(lines), item.recommendation or None, item.due_on


def _differences(told: AuditReportData) -> Table:
    return Table(
        key="differences",
        caption="監査対象からの意見と対応",
        columns=(
            Column("事項", "left", 2.0),
            Column("監査対象の意見", "left", 3.0),
            Column("監査人の対応", "left", 3.0),
        ),
        rows=tuple(
            (
                one.title,
                f"{one.words}\n（{one.by}、{era_date(one.on)}）",
                f"{one.outcome}\n{one.reply}".strip() or None,
            )
            for one in told.differences
        ),
    )
