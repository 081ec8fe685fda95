"""Audits step by step, as the people of the city would hold them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tenken.audit.engagements.operations import (
    EngagementData,
    ItemAnswer,
    ItemData,
    add_item,
    answer_draft,
    begin_engagement,
    change_engagement,
    close_engagement,
    issue_engagement,
    notify_engagement,
    save_head,
    send_draft,
)
from tenken.audit.models import Engagement
from tenken.demo import plan
from tenken.demo.auditors import man
from tenken.demo.city import DemoCity
from tenken.demo.data_files import case_of, digest
from tenken.demo.days import opening_day
from tenken.findings import operations as findings
from tenken.findings.models import Finding
from tenken.organization.access import Principal

CISO = "情報セキュリティ監査統括責任者"


def days_after(day: date, days: int) -> date:
    """Return the opening day so many days after (before, where negative) another."""
    return opening_day(day + timedelta(days=days))


def notify(made: DemoCity, engagement: Engagement, on: date, *, outside: bool = False) -> Principal:
    """Appoint auditors and write to the audited; return the employee who keeps the record, as on *on*."""
    keeper = man(made, engagement, on, outside=outside)
    secretariat = made.acting(plan.secretariat_post(), on)
    notify_engagement(
        by=secretariat,
        engagement=engagement,
        letter_number=f"総内統第{100 + digest('audit letter', engagement.fiscal_year, engagement.number) % 400}号",
        letter_to=f"{engagement.unit.name}長",
        letter_from=CISO,
        drafted_by=secretariat.actor.name,
        drafted_on=on,
        request="体制図、操作の記録、バックアップの記録、委託の契約書を見られるようにしてください。",
        version=engagement.version,
        on=on,
    )
    engagement.refresh_from_db()
    return keeper


def begin(made: DemoCity, engagement: Engagement, keeper: Principal, on: date) -> Principal:
    """Begin the fieldwork; return its keeper on that day."""
    by = replace(keeper, on=on)
    begin_engagement(by=by, engagement=engagement, version=engagement.version, on=on)
    engagement.refresh_from_db()
    return by


def draft(
    made: DemoCity,
    engagement: Engagement,
    keeper: Principal,
    on: date,
    *,
    summary: str,
    opinion: str,
    items: Iterable[ItemData] = (),
    due_on: date | None = None,
) -> None:
    """Word the report and send its draft for the facts."""
    by = replace(keeper, on=on)
    for item in items:
        add_item(by=by, engagement=engagement, data=item, on=on)
    engagement.refresh_from_db()
    save_head(
        by=by, engagement=engagement, summary=summary, opinion=opinion, version=engagement.version, on=on
    )
    engagement.refresh_from_db()
    send_draft(
        by=by, engagement=engagement, due_on=due_on or days_after(on, 14), version=engagement.version, on=on
    )
    engagement.refresh_from_db()


def issue(made: DemoCity, engagement: Engagement, keeper: Principal, answered: date, on: date) -> None:
    """Let the section find nothing wrong with the draft, and issue the report."""
    sent = engagement.drafts.get()
    head = made.acting(f"{engagement.unit.code}-1", answered)
    answers = {item["key"]: ItemAnswer("agreed") for item in sent.content["items"]}
    answer_draft(by=head, engagement=engagement, answers=answers, version=sent.number, on=answered)
    engagement.refresh_from_db()
    issue_engagement(by=replace(keeper, on=on), engagement=engagement, version=engagement.version, on=on)
    engagement.refresh_from_db()


def improve(made: DemoCity, found: Sequence[Finding], planned: date, reported: date, checked: date) -> None:
    """Let the sections plan and report what they did about findings, and the secretariat see to it."""
    for finding in found:
        case = case_of(finding.unit.code, finding.item_code or "R-PT-01", finding.fiscal_year)
        head = f"{finding.unit.code}-1"
        by = made.acting(head, planned)
        finding = findings.plan(
            by=by,
            finding=finding,
            text=case["plan"],
            owner=by.actor.name,
            due_on=checked,
            version=finding.version,
            on=planned,
        )
        finding = findings.report(
            by=made.acting(head, reported),
            finding=finding,
            action=case["action"],
            action_on=reported,
            version=finding.version,
            on=reported,
        )
        findings.check(
            by=made.acting(plan.secretariat_post(), checked),
            finding=finding,
            outcome="verified",
            comment="記録と設定の画面を確かめた。",
            version=finding.version,
            on=checked,
        )


def close(made: DemoCity, engagement: Engagement, on: date) -> None:
    """End an audit whose findings are settled."""
    engagement.refresh_from_db()
    by = made.acting(plan.secretariat_post(), on)
    close_engagement(by=by, engagement=engagement, version=engagement.version, on=on)


def bring_forward(made: DemoCity, engagement: Engagement, starts_on: date, ends_on: date, on: date) -> None:
    """Hold a planned audit earlier than the year's plan says."""
    data = EngagementData(
        **{
            name: getattr(engagement, name)
            for name in EngagementData.__dataclass_fields__
            if name not in ("starts_on", "ends_on")
        },
        starts_on=starts_on,
        ends_on=ends_on,
    )
    by = made.acting(plan.secretariat_post(), on)
    change_engagement(by=by, engagement=engagement, data=data, version=engagement.version, on=on)
    engagement.refresh_from_db()
