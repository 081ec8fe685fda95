"""Mail to sections about their findings. Written inside the operation's transaction, sent after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from tenken.common import clock
from tenken.common.era import era_date
from tenken.findings.models import Case, Finding, Measure
from tenken.findings.operations.recipients import people_of
from tenken.findings.permissions import REPORT_MEASURES
from tenken.findings.states import TREATED, VERIFIED
from tenken.notices.operations import queue
from tenken.organization.access import Principal

_SHOWN = 20


def tell_checked(*, by: Principal, findings: Sequence[Finding], comment: str, on: date) -> None:
    """Tell each section once which of its reports were verified or returned. Past years tell nobody.

    *findings* carry their unit, and the status they have after the check.
    """
    if not findings or on != clock.today():
        return
    sections: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        sections[finding.unit_id].append(finding)
    people = people_of(by, set(sections), on)
    verified = findings[0].status == VERIFIED
    for unit, of_unit in sections.items():
        if recipients := people.get(unit):
            queue(
                by=by,
                city_code=by.city_code,
                kind="findings.verified" if verified else "findings.returned",
                recipients=recipients,
                subject=_subject(of_unit, verified),
                body=_body(of_unit, verified, comment),
                link=f"/findings/{of_unit[0].pk}/" if len(of_unit) == 1 else "/findings/",
            )


def tell_reason(*, by: Principal, finding: Finding, comment: str, on: date) -> None:
    """Tell the section whether its reason was found true. Past days tell nobody."""
    if on != clock.today():
        return
    if recipients := people_of(by, {finding.unit_id}, on)[finding.unit_id]:
        confirmed = finding.status == TREATED
        until = f"{era_date(finding.review_on)}に見直してください。" if finding.review_on else ""
        what = "改善困難の理由を確認しました" if confirmed else "改善困難の届出は認められませんでした"
        then = (
            f"リスク低減策を続け、{until}" if confirmed else "改善の方法を考えて、改善計画を出してください。"
        )
        queue(
            by=by,
            city_code=by.city_code,
            kind="findings.reason",
            recipients=recipients,
            subject=f"【課題】{what}（課題{finding}）",
            body=f"{what}。\n・{finding}　{finding.title[:80]}\n\n{comment}\n\n{then}",
            link=f"/findings/{finding.pk}/",
        )


def tell_measure(*, by: Principal, finding: Finding, measure: Measure, comment: str, on: date) -> None:
    """Tell the section what became of the measure it reported. Past days tell nobody."""
    if on != clock.today() or not measure.proposed_by:
        return
    if recipients := people_of(by, {finding.unit_id}, on, REPORT_MEASURES)[finding.unit_id]:
        returned = measure.state == Measure.State.RETURNED
        confirmed = measure.confirmed_on is not None
        what = (
            "措置の報告を差し戻しました"
            if returned
            else "措置を確認し、課題を完了しました"
            if confirmed
            else "措置の報告を受け付けました"
        )
        lines = [f"{what}。", f"・{finding.reference or finding}　{finding.title[:80]}"]
        lines += ["", "事務局から：", comment] if comment else []
        lines += ["", "内容を直して、もう一度報告してください。"] if returned else []
        queue(
            by=by,
            city_code=by.city_code,
            kind="findings.measure",
            recipients=recipients,
            subject=f"【措置】{what}（課題{finding}）",
            body="\n".join(lines),
            link=f"/findings/{finding.pk}/",
        )


def tell_permission_asked(*, by: Principal, case: Case, on: date) -> None:
    """Ask the section by mail whether its name may stand beside a case. Past days tell nobody."""
    if case.unit is None or on != clock.today():
        return
    if recipients := people_of(by, {case.unit.pk}, on)[case.unit.pk]:
        queue(
            by=by,
            city_code=by.city_code,
            kind="findings.case",
            recipients=recipients,
            subject="【事例集】課名の掲載についてお尋ねします",
            body=f"課題・対策事例集に「{case.title}」を載せます。\n{case.unit.name}の名を添えてよいか、お答えください。",
            link=f"/cases/{case.pk}/",
        )


def _subject(findings: Sequence[Finding], verified: bool) -> str:
    what = "改善を確認しました" if verified else "改善報告を差し戻しました"
    count = f"（{len(findings)}件）" if len(findings) > 1 else f"（課題{findings[0]}）"
    return f"【課題】{what}{count}"


def _body(findings: Sequence[Finding], verified: bool, comment: str) -> str:
    lines = [
        f"{findings[0].unit.name}の改善報告を確認しました。" if verified else "改善報告を差し戻しました。"
    ]
    lines += [f"・{finding}　{finding.title[:80]}" for finding in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        lines.append(f"・ほか{len(findings) - _SHOWN}件")
    if comment:
        lines += ["", "事務局から：", comment]
    if not verified:
        lines += ["", "内容を確かめて、もう一度改善報告を出してください。"]
    return "\n".join(lines)
