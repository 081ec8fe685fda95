"""Planning a visit: when, where, by whom, what is looked at; the letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django.db import transaction

from tenken.audit.models import Visit, VisitAuditor, VisitItem
from tenken.audit.operations.applying import locked_visit, move, require_recorder, tell
from tenken.audit.operations.notifying import tell_section_scheduled
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.queries.auditors import possible_auditors
from tenken.audit.queries.checklist import offered_lines
from tenken.audit.queries.papers import manager_name
from tenken.audit.states import visit_after
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.organization.access import Principal, decide, require
from tenken.organization.names import Checks

PLACE_LIMIT, REQUEST_LIMIT, LETTER_LIMIT, REASON_LIMIT = 120, 1_000, 40, 300
ITEMS_LIMIT = 150


@transaction.atomic
def plan_visit(
    *,
    by: Principal,
    visit: Visit,
    planned_on: date,
    begins_at: time | None = None,
    ends_at: time | None = None,
    place: str = "",
    request: str = "",
    lead: int,
    team: Sequence[int] = (),
    version: int,
    on: date | None = None,
) -> Visit:
    """Settle when and where a visit takes place and who makes it (keys of people; *lead* is 主任).

    ``Invalid`` names planned_on, ends_at, place, request, lead, team: so for somebody who belongs to the section on that
    day, 兼務 too, or belonged to or managed it in the years before (``rules.conflict_of_interest``). A notified visit may be moved; its section is written to anew.
    """
    require(by, MANAGE_VISITS)
    visit = locked_visit(by, visit, version)
    move(visit, "change")
    checks = Checks()
    if planned_on < (on or by.on):
        checks.problem("これからの日にしてください。", label="訪問予定日", field="planned_on")
    if not visit.unit.is_valid_on(planned_on):
        checks.problem("この課公所は、その日にはありません。", label="訪問予定日", field="planned_on")
    if ends_at and (begins_at is None or ends_at <= begins_at):
        checks.problem("終了の時刻は、開始の時刻より後にしてください。", label="終了", field="ends_at")
    visit.place = checks.name(place, label="場所", limit=PLACE_LIMIT, field="place", required=False)
    visit.request = checks.name(
        request, label="準備のお願い", limit=REQUEST_LIMIT, field="request", required=False, lines=True
    )
    people = _team(by, visit, planned_on, lead, team, checks)
    checks.done()
    visit.planned_on, visit.begins_at, visit.ends_at = planned_on, begins_at, ends_at
    visit.save()
    VisitAuditor.objects.filter(visit=visit).delete()
    VisitAuditor.objects.bulk_create(people)
    tell(
        by,
        visit,
        "changed",
        "audit.visit.plan",
        {
            "planned_on": planned_on,
            "begins_at": begins_at and begins_at.isoformat(),
            "ends_at": ends_at and ends_at.isoformat(),
            "place": visit.place,
            "request": visit.request,
            "auditors": [[row.person_id, row.name, row.lead] for row in people],
        },
        on=on,
    )
    return visit


def _team(
    by: Principal, visit: Visit, day: date, lead: int, team: Sequence[int], checks: Checks
) -> list[VisitAuditor]:
    vendor = visit.system.vendor if visit.system else ""
    possible = {one.person_id: one for one in possible_auditors(by, visit.unit, day, vendor=vendor)}
    rows = []
    for person in dict.fromkeys([lead, *team]):
        field, label = ("lead", "主任") if person == lead else ("team", "監査人")
        found = possible.get(person)
        if found is None:
            checks.problem("その日に監査人の役割にない人です。", label=label, field=field)
        elif found.conflict:
            checks.problem(
                f"{found.name}さんは、この課公所の監査人になれません。{found.conflict}",
                label=label,
                field=field,
            )
        else:
            rows.append(
                VisitAuditor(
                    visit=visit, person_id=person, name=found.name, title=found.title, lead=person == lead
                )
            )
    return rows


@transaction.atomic
def choose_items(
    *, by: Principal, visit: Visit, item_codes: Sequence[str], version: int, on: date | None = None
) -> Visit:
    """Settle what is looked at: items of the section's sheet, or of the bank. What the section said is copied now.

    For the secretariat and the visit's auditors, until the report. A line with something written on it stays.
    ``Invalid`` for an unknown item or more than 150.
    """
    visit = locked_visit(by, visit, version)
    if not decide(by, MANAGE_VISITS):
        require_recorder(by, visit)
    if visit.status not in ("planned", "notified", "in_progress"):
        raise Stale("確認項目を決められるのは、訪問を終えるまでです。")
    offered = {line.item_code: line for line in offered_lines(visit)}
    wanted = list(dict.fromkeys(item_codes))
    problems = [
        Problem(f"「{code[:40]}」という点検項目はありません。", "確認項目", "items")
        for code in wanted
        if code not in offered
    ]
    if not wanted or len(wanted) > ITEMS_LIMIT:
        problems.append(Problem(f"1件から{ITEMS_LIMIT}件までを選んでください。", "確認項目", "items"))
    if problems:
        raise Invalid("確認項目に誤りがあります。", problems[:50])
    standing = {item.revision_id: item for item in visit.items.prefetch_related("observations", "evidence")}
    kept = {
        key
        for key, item in standing.items()
        if item.seen or item.note or item.evidence.all() or item.observations.all()
    }
    chosen = [offered[code] for code in wanted]
    chosen += [line for line in offered.values() if line.revision_id in kept and line not in chosen]
    VisitItem.objects.filter(visit=visit).exclude(revision__in=kept).delete()
    day = on or by.on
    for order, line in enumerate(sorted(chosen, key=lambda line: line.order), start=1):
        if line.revision_id in kept:
            VisitItem.objects.filter(visit=visit, revision=line.revision_id).update(order=order)
            continue
        VisitItem.objects.create(
            visit=visit,
            order=order,
            category_id=line.category_id,
            revision_id=line.revision_id,
            because=line.because,
            said=line.said,
            said_reason=line.said_reason,
            said_comment=line.said_comment,
            said_on=day,
        )
    visit.version += 1
    visit.save(update_fields=["version"])
    said = {line.item_code: line.said for line in chosen}
    tell(by, visit, "items", "audit.visit.items", {"said": said}, comment=f"{len(chosen)}項目", on=on)
    return visit


@transaction.atomic
def notify_visit(
    *, by: Principal, visit: Visit, letter_number: str = "", version: int, on: date | None = None
) -> Visit:
    """Write to the section: from now on it sees the visit. Again after a change. The letter's addressee is kept as it is.

    ``Invalid`` (fields planned_on, lead, items, letter_number) while the plan lacks something.
    """
    require(by, MANAGE_VISITS)
    visit = locked_visit(by, visit, version)
    move(visit, "notify")
    checks = Checks()
    if visit.planned_on is None:
        checks.problem("訪問予定日を決めてください。", label="訪問予定日", field="planned_on")
    if not visit.auditors.filter(lead=True).exists():
        checks.problem("主任の監査人を決めてください。", label="主任", field="lead")
    if not visit.items.exists():
        checks.problem("確認項目を決めてください。", label="確認項目", field="items")
    visit.letter_number = checks.name(
        letter_number, label="文書番号", limit=LETTER_LIMIT, field="letter_number", required=False
    )
    checks.done()
    day = on or by.on
    visit.letter_on = day
    visit.letter_to = manager_name(visit, day)
    visit.letter_from = by.grants[0].post_title if by.grants else by.actor.name
    visit.save()
    changes: dict[str, Any] = {"number": visit.letter_number, "to": visit.letter_to, "on": visit.planned_on}
    tell(by, visit, "notified", "audit.visit.notify", changes, comment=visit.letter_number, on=on)
    tell_section_scheduled(by=by, visit=visit, on=day)
    return visit


@transaction.atomic
def cancel_visit(*, by: Principal, visit: Visit, reason: str, version: int, on: date | None = None) -> Visit:
    """Call a visit off before it begins, and say why. ``Invalid`` names reason."""
    require(by, MANAGE_VISITS)
    visit = locked_visit(by, visit, version)
    visit_after(visit.status, "cancel")
    checks = Checks()
    visit.cancelled_because = checks.name(reason, label="取りやめる理由", limit=REASON_LIMIT, field="reason")
    checks.done()
    move(visit, "cancel")
    visit.save()
    changes = {"reason": visit.cancelled_because}
    tell(by, visit, "cancelled", "audit.visit.cancel", changes, comment=visit.cancelled_because, on=on)
    return visit
