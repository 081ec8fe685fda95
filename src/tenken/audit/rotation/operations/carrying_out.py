"""What a decided selection comes to: an audit for each visit and technical audit, and whom the self-inspection asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from tenken.assets.queries import owners_on
from tenken.audit.engagement_states import CANCELLED
from tenken.audit.engagements.operations import EngagementData, plan_engagement
from tenken.audit.models import Engagement, SystemChoice, SystemSelection, YearPlan
from tenken.audit.rotation.rules.parts import Tier
from tenken.audit.rotation.rules.select import Because
from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Kind, Programme, Stage, TargetRule
from tenken.inspection.operations import TargetSaid, set_targets
from tenken.organization.access import Principal

_TARGET_REASON, _CHOSEN_BECAUSE = 300, 1_000
_KINDS = {Tier.VISIT: Engagement.Kind.SYSTEM, Tier.TECHNICAL: Engagement.Kind.TECHNICAL}
_PURPOSE = {
    Tier.VISIT: "システム所管課の対策の状況を、聞き取りと現場確認により確かめ、改善につなげる。",
    Tier.TECHNICAL: "情報システムのぜい弱性を、診断と現場確認により確かめ、改善につなげる。",
}
_METHOD = {
    Tier.VISIT: "点検シートの確認、監査人による聞き取りと現場確認",
    Tier.TECHNICAL: "点検シートの確認、監査人による聞き取りと現場確認、診断ツールによるサーバ・機器診断とWebアプリケーション診断",
}


def plan_audits(
    by: Principal, selection: SystemSelection, rows: Sequence[SystemChoice], on: date | None
) -> None:
    """Plan an audit for each visit and technical audit of a selection, in the year's period for it.

    A system whose audit of the same kind is planned for the year already keeps that one.
    """
    chosen = [row for row in rows if Tier(row.tier) in _KINDS]
    standing = {
        (one.system_id, one.kind): one
        for one in Engagement.objects.filter(
            city=selection.city_id,
            fiscal_year=selection.fiscal_year,
            system__in=[row.system_id for row in chosen],
        ).exclude(status=CANCELLED)
    }
    owners = owners_on(selection.city, on or by.on, {row.system.owner_id for row in chosen})
    spans = {tier: audit_period(selection, tier) for tier in _KINDS}
    for row in chosen:
        tier = Tier(row.tier)
        kept = standing.get((row.system_id, _KINDS[tier].value))
        if kept is None:
            owner = owners[row.system.owner_id]
            data = _data(selection, row, tier, owner, spans[tier])
            kept = plan_engagement(by=by, data=data, on=on)
        row.engagement = kept
    SystemChoice.objects.bulk_update(chosen, ["engagement"])


def _data(
    selection: SystemSelection, row: SystemChoice, tier: Tier, owner: int, span: tuple[date, date]
) -> EngagementData:
    return EngagementData(
        fiscal_year=selection.fiscal_year,
        kind=_KINDS[tier].value,
        unit_id=owner,
        system_id=row.system_id,
        theme=f"{row.system.name}の{_KINDS[tier].label}",
        purpose=_PURPOSE[tier],
        scope=f"{row.system.name}の運用と管理",
        criteria="情報セキュリティポリシーと情報セキュリティ実施手順",
        method=_METHOD[tier],
        chosen_because=because(selection, row)[:_CHOSEN_BECAUSE],
        starts_on=span[0],
        ends_on=span[1],
    )


def audit_period(selection: SystemSelection, tier: Tier) -> tuple[date, date]:
    """Return the days within which the audits of a tier are held: as the year's plan says, else the visit stage of the
    year's programme, else November and December (document 001, 資料2 2(2))."""
    plan = YearPlan.objects.filter(city=selection.city_id, fiscal_year=selection.fiscal_year).first()
    stages = (Tier.TECHNICAL, Tier.VISIT) if tier == Tier.TECHNICAL else (Tier.VISIT,)
    said = {row[0]: (row[2], row[3]) for row in (plan.periods if plan else ())}
    for stage in stages:
        if stage.value in said:
            first, last = said[stage.value]
            return date.fromisoformat(first), date.fromisoformat(last)
    visit = Stage.objects.filter(
        programme__city=selection.city_id,
        programme__fiscal_year=selection.fiscal_year,
        programme__kind=Kind.SYSTEM_AUDIT,
        kind=Stage.Kind.VISIT,
    ).first()
    if visit is not None:
        return visit.starts_on, visit.ends_on
    return date(selection.fiscal_year, 11, 1), date(selection.fiscal_year, 12, 28)


def name_targets(
    by: Principal, selection: SystemSelection, rows: Iterable[SystemChoice], on: date | None
) -> Programme | None:
    """Make the chosen systems the targets of the year's system audit while it is being planned; None when there is none."""
    programme = Programme.objects.filter(
        city=selection.city_id,
        fiscal_year=selection.fiscal_year,
        kind=Kind.SYSTEM_AUDIT,
        status=Programme.Status.PLANNED,
    ).first()
    if programme is None:
        return None
    said = [
        TargetSaid(True, because(selection, row)[:_TARGET_REASON], system_id=row.system_id)
        for row in rows
        if row.tier != Tier.NONE
    ]
    selection.programme = set_targets(
        by=by,
        programme=programme,
        target_rule=TargetRule.LISTED_SYSTEMS,
        exceptions=said,
        version=programme.version,
        on=on,
    )
    selection.version += 1
    selection.save()
    return selection.programme


def because(selection: SystemSelection, row: SystemChoice) -> str:
    """Return in one sentence why a system was chosen, for its audit and for its sheet."""
    place = f"{FiscalYear(selection.fiscal_year)}の監査対象の選定（{selection}）により{Tier(row.tier).label}"
    if row.override_reason:
        return f"{place}（規則では{Tier(row.drawn_tier).label}）。{row.override_reason}"
    step = Because(row.because).label if row.because else ""
    words = "、".join(f"{said}（{points}点）" for _, points, said in row.parts)
    return f"{place}（{step}、{row.rank}位、{row.points}点）。{words}"
