"""The checklist of an audit: lines chosen from the bank with what the audited had said, a result each, items proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import transaction

from tenken.audit.engagements.operations import propose_item
from tenken.audit.fieldwork.operations.applying import (
    auditors_engagement,
    note,
    recording_engagement,
    require_version,
)
from tenken.audit.fieldwork.queries.checklist import has_visit_lines, offered_lines
from tenken.audit.models import ChecklistLine, Engagement, PaperLink, ReportItem
from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.organization.access import Principal
from tenken.organization.names import Checks

SUBJECT = "audit.checklist_line"
LINES_LIMIT: Final = 300
ORIGIN: Final = "audit.checklist_line:{}"


@transaction.atomic
def choose_lines(
    *, by: Principal, engagement: Engagement, item_codes: Sequence[str], on: date | None = None
) -> list[ChecklistLine]:
    """Settle what an audit looks at: items of the bank by code, in the wording in force now; what the audited answered in
    its own inspection is copied now. Lines with something written on them stay.

    ``Invalid`` for an unknown item, none or more than 300; ``Stale`` when the audit looks at a visit's lines.
    """
    engagement = auditors_engagement(by, engagement)
    if has_visit_lines(engagement):
        raise Stale("この監査は、訪問調査の確認項目を使います。")
    day = on or clock.today()
    offered = {line.item_code: line for line in offered_lines(engagement, day)}
    wanted = list(dict.fromkeys(item_codes))
    problems = [
        Problem(f"「{code[:40]}」という点検項目はありません。", "確認項目", "items")
        for code in wanted
        if code not in offered
    ][:50]
    if not 1 <= len(wanted) <= LINES_LIMIT:
        problems.append(Problem(f"1件から{LINES_LIMIT}件までを選んでください。", "確認項目", "items"))
    if problems:
        raise Invalid("確認項目に誤りがあります。", problems)
    standing = list(engagement.lines.select_related("revision__item"))
    used = set(PaperLink.objects.filter(line__engagement=engagement).values_list("line_id", flat=True))
    kept = {row.revision.item.code for row in standing if row.result or row.note or row.pk in used}
    ChecklistLine.objects.filter(
        pk__in=[row.pk for row in standing if row.revision.item.code not in kept]
    ).delete()
    last = max((row.order for row in standing if row.revision.item.code in kept), default=0)
    new = [
        ChecklistLine(
            engagement=engagement,
            order=order,
            category_id=line.category_id,
            revision_id=line.revision_id,
            said=line.said,
            said_reason=line.said_reason,
            said_comment=line.said_comment,
            said_on=day,
        )
        for order, line in enumerate((offered[code] for code in wanted if code not in kept), start=last + 1)
    ]
    ChecklistLine.objects.bulk_create(new)
    changes = {"items": wanted, "kept": sorted(kept)}
    note(by, "audit.checklist.choose", ("audit.engagement", engagement.pk), changes, on)
    return list(engagement.lines.all())


@transaction.atomic
def record_line(
    *,
    by: Principal,
    line: ChecklistLine,
    result: str,
    note_text: str = "",
    version: int,
    on: date | None = None,
) -> ChecklistLine:
    """Write down the result at one line (conforms, issue, unconfirmed, not_applicable or '': nothing yet) and what was
    seen. *version* as shown. Writing what stands already changes nothing. ``Invalid`` names result-<key>, note-<key>."""
    engagement = recording_engagement(by, line.engagement_id, on)
    row = ChecklistLine.objects.select_for_update().filter(pk=line.pk, engagement=engagement).first()
    if row is None:
        raise Missing("確認項目がありません。")
    checks = Checks()
    kept = checks.name(
        note_text, label="確かめたこと", limit=2_000, field=f"note-{row.pk}", required=False, lines=True
    )
    if result and result not in ChecklistLine.Result.values:
        checks.problem("結果を選んでください。", label="結果", field=f"result-{row.pk}")
    if result == ChecklistLine.Result.ISSUE and not kept:
        checks.problem("不備の内容を入力してください。", label="確かめたこと", field=f"note-{row.pk}")
    checks.done()
    if (row.result, row.note) == (result, kept):
        return row
    require_version(row, version)
    row.result, row.note = result, kept
    row.recorded_by, row.recorded_by_name, row.recorded_at = by.actor.code, by.actor.name, clock.now()
    if not result:
        row.recorded_at = None
    row.version += 1
    row.save()
    changes = {"engagement": engagement.pk, "result": result, "note": kept, "said": row.said}
    note(by, "audit.checklist.record", (SUBJECT, row.pk), changes, on)
    return row


@transaction.atomic
def propose_from_line(*, by: Principal, line: ChecklistLine, on: date | None = None) -> ReportItem:
    """Propose an item of the report from a line where something is amiss; its working papers become the item's.

    ``Stale`` where nothing is amiss.
    """
    engagement = auditors_engagement(by, line.engagement_id)
    row = (
        ChecklistLine.objects.select_for_update(of=("self",))
        .select_related("revision__item")
        .filter(pk=line.pk, engagement=engagement)
        .first()
    )
    if row is None or row.result != ChecklistLine.Result.ISSUE:
        raise Stale("「不備」とした確認項目からだけ、指摘を作れます。")
    item = propose_item(
        by=by,
        engagement=engagement,
        kind=ReportItem.Kind.EXCEPTION,
        title=row.note.splitlines()[0][:200],
        detail=row.note,
        item_code=row.revision.item.code,
        aspect=getattr(row.revision.item, "aspect", ""),
        origin_key=ORIGIN.format(row.pk),
        on=on,
    )
    linked = set(item.papers.values_list("paper_id", flat=True))
    papers = PaperLink.objects.filter(line=row).exclude(paper__in=linked).values_list("paper_id", flat=True)
    PaperLink.objects.bulk_create([PaperLink(paper_id=paper, item=item) for paper in papers])
    return item
