"""On the spot: the visit begins, each line of the checklist is looked at, photographs are taken, the visit ends."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from tenken.audit.models import RemovedVisitEvidence, Visit, VisitEvidence, VisitItem
from tenken.audit.operations.applying import SUBJECT, locked_visit, move, require_recorder, tell
from tenken.audit.operations.applying import note as journalled
from tenken.audit.states import visit_after
from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.files.operations import store
from tenken.organization.access import Principal
from tenken.organization.names import Checks

NOTE_LIMIT, ATTENDED_LIMIT = 2_000, 200


def _begin(by: Principal, visit: Visit, on: date | None) -> None:
    """Begin the visit: somebody is there. ``Invalid`` before its day."""
    day = on or clock.today()
    if visit.planned_on is not None and day < visit.planned_on:
        raise Invalid("訪問予定日が来てから記録してください。")
    move(visit, "record")
    visit.visited_on = day
    tell(by, visit, "started", "audit.visit.start", {"visited_on": day}, on=on)


@transaction.atomic
def record_item(
    *,
    by: Principal,
    visit: Visit,
    item_id: int,
    seen: str,
    note: str = "",
    version: int,
    on: date | None = None,
) -> VisitItem:
    """Write down what was seen at one line and return it; the first line begins the visit.

    *seen*: agree, disagree, not_seen or '' (nothing yet); *version* is that of the line shown (0: nothing yet). ``Stale``
    when somebody else wrote it since, the section has agreed to the facts, or the visit is reported. Writing what stands
    already changes and records nothing.
    """
    visit = open_to_records(by, visit, on)
    item = VisitItem.objects.select_for_update().filter(pk=item_id, visit=visit).first()
    if item is None:
        raise Missing("この訪問調査にない確認項目です。")
    checks = Checks()
    kept = checks.name(
        note, label="見たこと", limit=NOTE_LIMIT, field=f"note-{item_id}", required=False, lines=True
    )
    if seen and seen not in VisitItem.Seen.values:
        checks.problem("確かめた結果を選んでください。", label="確かめた結果", field=f"seen-{item_id}")
    checks.done()
    if (item.seen, item.note) == (seen, kept):
        return item
    if item.version != version:
        raise Stale("ほかの監査人が先に記録しました。ページを開き直して、内容を確かめてください。")
    item.seen, item.note = seen, kept
    item.seen_by, item.seen_by_name, item.seen_at = by.actor.code, by.actor.name, clock.now()
    item.version += 1
    item.save()
    changes = {"item": item.pk, "revision": item.revision_id, "seen": seen, "note": kept, "said": item.said}
    journalled(by, visit, "audit.item.record", changes, on=on)
    return item


@transaction.atomic
def add_evidence(
    *, by: Principal, visit: Visit, item_id: int, name: str, stream: Any, on: date | None = None
) -> VisitEvidence:
    """Keep a photograph or document of what was seen at one line. ``Invalid`` for a file that is none or too large."""
    visit = open_to_records(by, visit, on)
    item = VisitItem.objects.filter(pk=item_id, visit=visit).first()
    if item is None:
        raise Missing("この訪問調査にない確認項目です。")
    stored = store(by=by, city_code=by.city_code, name=name, stream=stream, subject=(SUBJECT, visit.pk))
    row = VisitEvidence.objects.create(item=item, file=stored, added_by=by.actor.code, added_at=clock.now())
    journalled(
        by, visit, "audit.evidence.add", {"item": item.pk, "file": stored.pk, "sha256": stored.sha256}, on=on
    )
    return row


@transaction.atomic
def remove_evidence(*, by: Principal, evidence: VisitEvidence, on: date | None = None) -> None:
    """Take a file off a line; it stays in the record."""
    visit = open_to_records(by, evidence.item.visit, on)
    if RemovedVisitEvidence.objects.filter(evidence=evidence).exists():
        raise Stale("この証拠は、すでに取り消されています。")
    RemovedVisitEvidence.objects.create(evidence=evidence, removed_by=by.actor.code, removed_at=clock.now())
    journalled(
        by, visit, "audit.evidence.remove", {"file": evidence.file_id, "item": evidence.item_id}, on=on
    )


@transaction.atomic
def finish_visit(
    *, by: Principal, visit: Visit, attended_by: str, version: int, on: date | None = None
) -> Visit:
    """End the visit: who of the section was there. ``Invalid`` (field attended_by), or where a line says nothing yet."""
    visit = locked_visit(by, visit, version)
    require_recorder(by, visit)
    visit_after(visit.status, "finish")
    checks = Checks()
    visit.attended_by = checks.name(attended_by, label="対応者", limit=ATTENDED_LIMIT, field="attended_by")
    checks.done()
    left = visit.items.filter(seen="").count()
    if left:
        raise Invalid(
            f"結果を記録していない確認項目が{left}件あります。",
            [
                Problem(
                    f"結果を記録していない確認項目が{left}件あります。確かめなかったものは「未確認」にしてください。"
                )
            ],
        )
    move(visit, "finish")
    visit.save()
    changes = {"attended_by": visit.attended_by}
    tell(by, visit, "finished", "audit.visit.finish", changes, comment=f"対応者：{visit.attended_by}", on=on)
    return visit


def open_to_records(by: Principal, visit: Visit, on: date | None) -> Visit:
    """Return the visit locked for writing down what was seen, begun if it was not yet.

    ``Denied`` for who may not, ``Stale`` when it is too late: facts the section has agreed to stand.
    """
    visit = locked_visit(by, visit)
    require_recorder(by, visit)
    if visit.facts_answer == Visit.Facts.ACCEPTED:
        raise Stale("課公所が相違ないと確認したあとは、直せません。")
    following = visit_after(visit.status, "record")
    if following != visit.status:
        _begin(by, visit, on)
        visit.save()
    return visit
