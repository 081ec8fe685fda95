"""Audits as tests need them, written through the operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tenken.audit.competence.operations import add_qualification, save_auditor
from tenken.audit.engagements.operations import (
    EngagementData,
    ItemAnswer,
    ItemData,
    add_item,
    answer_draft,
    appoint,
    issue_engagement,
    notify_engagement,
    plan_engagement,
    save_head,
    send_draft,
)
from tenken.audit.models import Auditor, Engagement, FactAnswer, ReportItem
from tests.factories import Scenario

DAY = date(2026, 11, 10)


def data(city: Scenario, **changes: Any) -> EngagementData:
    """Return the plan of an audit of 企画課."""
    made = EngagementData(
        fiscal_year=2026,
        kind="section",
        unit_id=city.section_a1.pk,
        system_id=None,
        theme="情報セキュリティの管理について",
        purpose="情報資産の管理が規程に沿っているかを確かめる。",
        scope="執務室と書庫",
        criteria="情報セキュリティ対策基準",
        method="書面の確認、現地の確認、聴取り",
        chosen_because="5年監査していない。",
        starts_on=DAY,
        ends_on=date(2026, 12, 25),
        conduct="internal",
    )
    return replace(made, **changes)


def planned(city: Scenario, **changes: Any) -> Engagement:
    return plan_engagement(by=city.by("secretariat"), data=data(city, **changes))


def auditor(city: Scenario, role: str = "auditor", kind: str = "CISA") -> Auditor:
    """Register the person with *role* as an auditor who may lead."""
    by = city.by("secretariat")
    made = save_auditor(by=by, auditor=None, person_id=city.people[role].pk, valid_from=date(2020, 4, 1))
    add_qualification(by=by, auditor=made, kind=kind, number="1234", obtained_on=date(2020, 4, 1))
    return made


def outsider(city: Scenario, organization: str = "株式会社みなと監査") -> Auditor:
    by = city.by("secretariat")
    made = save_auditor(
        by=by,
        auditor=None,
        name="港 太郎",
        organization_name=organization,
        valid_from=date(2020, 4, 1),
    )
    add_qualification(by=by, auditor=made, kind="CAIS-LEAD", obtained_on=date(2020, 4, 1))
    return made


def manned(city: Scenario, lead: Auditor | None = None, **changes: Any) -> Engagement:
    """Plan an audit and appoint its lead: the auditor of the scenario unless given."""
    made = planned(city, **changes)
    who = lead or auditor(city)
    appoint(by=city.by("secretariat"), engagement=made, auditor_id=who.pk, part="lead", valid_from=DAY)
    return fresh(made)


def notified(city: Scenario, made: Engagement | None = None) -> Engagement:
    made = made or manned(city)
    return notify_engagement(
        by=city.by("secretariat"),
        engagement=made,
        letter_number="8総情第45号",
        letter_to="企画課長",
        letter_from="総務局長",
        drafted_by="事務局 主査",
        drafted_on=DAY,
        request="台帳をご用意ください。",
        version=made.version,
    )


def item(city: Scenario, made: Engagement, title: str = "台帳にない媒体がある", **changes: Any) -> ReportItem:
    said = {"kind": "exception", "title": title, "detail": "USBメモリ3本が台帳にない。", "viewpoint": "(3)"}
    return add_item(by=city.by("auditor"), engagement=made, data=ItemData(**(said | changes)))


def drafted(city: Scenario, made: Engagement | None = None) -> Engagement:
    """Send a draft with two exceptions and an opinion to the audited."""
    made = made or notified(city)
    item(city, made)
    item(city, made, "鍵の管理簿がない")
    item(city, made, "研修の記録", kind="opinion", viewpoint="", perspective="effectiveness")
    by = city.by("auditor")
    made = fresh(made)
    made = save_head(
        by=by,
        engagement=made,
        summary="媒体の管理に課題がある。",
        opinion="おおむね良好。",
        version=made.version,
    )
    send_draft(by=by, engagement=made, due_on=date(2026, 11, 20), version=made.version)
    return fresh(made)


def answered(city: Scenario, made: Engagement, **differs: str) -> list[FactAnswer]:
    """Answer the draft: *differs* by the item's title says in what; the others agree."""
    draft = made.drafts.order_by("-number")[0]
    return answer_draft(
        by=city.by("section_manager"),
        engagement=made,
        answers={
            row["key"]: ItemAnswer("differs", differs[row["title"]])
            if row["title"] in differs
            else ItemAnswer("agreed")
            for row in draft.content["items"]
        },
        version=draft.number,
    )


def issued(city: Scenario, made: Engagement | None = None) -> Engagement:
    made = made or drafted(city)
    answered(city, made)
    made = fresh(made)
    issue_engagement(by=city.by("auditor"), engagement=made, version=made.version)
    return fresh(made)


def fresh(made: Engagement) -> Engagement:
    return Engagement.objects.select_related("city", "unit", "system").get(pk=made.pk)
