"""Mail to the visited section. Written inside the operation's transaction, sent after it; past days tell nobody."""

from __future__ import annotations

from datetime import date

from tenken.audit.models import Visit
from tenken.audit.permissions import VIEW_VISITS
from tenken.common import clock
from tenken.common.era import era_date
from tenken.notices.operations import Recipient, queue
from tenken.notices.texts import notice_text
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, PostRole, Role
from tenken.organization.models.validity import valid_on


def tell_section_scheduled(*, by: Principal, visit: Visit, on: date) -> None:
    """Tell the section when it is visited, by whom, and what to have ready."""
    assert visit.planned_on is not None
    subject, body = notice_text(
        "visit.scheduled",
        unit=visit.unit.name,
        day=era_date(visit.planned_on),
        time=clock_span(visit),
        place=visit.place or "貴課",
        visitors="、".join(one.name for one in visit.auditors.all()),
        request=visit.request or "ありません。",
    )
    _queue(by, visit, on, "visit.scheduled", subject, body)


def tell_section_facts(*, by: Principal, visit: Visit, on: date) -> None:
    """Ask the section to look whether what was written down is so."""
    assert visit.facts_due_on is not None
    subject = f"【訪問調査】{visit.unit.name}の訪問調査の結果の確認をお願いします"
    body = (
        "訪問調査で確かめたことに相違がないか、確認してください。\n"
        f"期限：{era_date(visit.facts_due_on)}（期限までに回答がないときは、相違ないものとして報告します）"
    )
    _queue(by, visit, on, "visit.facts", subject, body)


def tell_section_reported(*, by: Principal, visit: Visit, findings: int, on: date) -> None:
    """Tell the section that the visit is reported, and how many findings it has to see to."""
    subject = f"【訪問調査】{visit.unit.name}の訪問調査の結果を報告しました"
    after = (
        f"改善をお願いする課題は{findings}件です。改善計画を作成してください。"
        if findings
        else "改善をお願いする課題はありません。"
    )
    _queue(by, visit, on, "visit.reported", subject, after)


def clock_span(visit: Visit) -> str:
    """Return 「13:30～15:00」 as far as it is settled."""
    if visit.begins_at is None:
        return ""
    ends = f"{visit.ends_at:%H:%M}" if visit.ends_at else ""
    return f"{visit.begins_at:%H:%M}～{ends}"


def _queue(by: Principal, visit: Visit, on: date, kind: str, subject: str, body: str) -> None:
    if on != clock.today():
        return
    if recipients := _people_of(by, visit, on):
        queue(
            by=by,
            city_code=by.city_code,
            kind=kind,
            recipients=recipients,
            subject=subject,
            body=body,
            link=f"/visits/{visit.pk}/",
        )


def _people_of(by: Principal, visit: Visit, on: date) -> list[Recipient]:
    """Return who sees visits for the section itself, or for what became of it, and has an address. Three queries."""
    roles = [
        role.pk for role in Role.objects.filter(city=by.city_id) if VIEW_VISITS.code in role.capabilities
    ]
    heirs = by.tree.lineage_forward([visit.unit_id])
    posts = PostRole.objects.filter(valid_on(on), role__in=roles, unit__in=heirs).values("post_id")
    people = (
        Assignment.objects.filter(valid_on(on), post__in=posts)
        .exclude(person__email="")
        .order_by("person__number")
        .values_list("person__number", "person__email")
        .distinct()
    )
    return [Recipient(code=number, address=address) for number, address in people]
