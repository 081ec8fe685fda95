"""What the secretariat does: check reports, one or many, and end the improvement stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import prefetch_related_objects

from tenken.common.refusals import Invalid, Problem
from tenken.findings.models import Finding
from tenken.findings.operations.applying import (
    apply,
    apply_many,
    changed_since,
    locked_finding,
    pressed_twice,
)
from tenken.findings.operations.notifying import tell_checked, tell_reason
from tenken.findings.operations.opening import check_city
from tenken.findings.permissions import CHECK_FINDINGS, CONFIRM_REASONS, IMPROVE_FINDINGS
from tenken.findings.states import (
    NOT_DONE,
    OTHER,
    REASONS,
    REPORTED,
    Confirm,
    Refuse,
    Reopen,
    Return,
    StageClosed,
    Verify,
)
from tenken.organization.access import Principal, decide, require
from tenken.organization.models import City

VERIFIED, RETURNED = "verified", "returned"
CONFIRMED, REFUSED = "confirmed", "refused"


@transaction.atomic
def check(
    *,
    by: Principal,
    finding: Finding,
    outcome: str,
    comment: str = "",
    version: int,
    on: date | None = None,
) -> Finding:
    """Check a report: *outcome* "verified", or "returned" with a comment. The section is told by mail.

    ``Invalid`` names the fields outcome and comment; ``Stale`` says who changed the finding since *version*.
    """
    finding = locked_finding(by, finding, CHECK_FINDINGS)
    event = _decision(outcome, comment)
    if apply(by=by, finding=finding, event=event, version=version, on=on):
        tell_checked(by=by, findings=[finding], comment=comment.strip(), on=on or by.on)
    return finding


def _decision(outcome: str, comment: str) -> Verify | Return:
    if outcome == VERIFIED:
        return Verify(comment)
    if outcome == RETURNED:
        return Return(comment)
    message = "「改善を確認」か「差し戻す」を選んでください。"
    raise Invalid(message, [Problem(message, "確認の結果", "outcome")])


@transaction.atomic
def confirm_reason(
    *,
    by: Principal,
    finding: Finding,
    outcome: str,
    comment: str,
    version: int,
    on: date | None = None,
) -> Finding:
    """Say whether it is true that a finding cannot be fixed: *outcome* "confirmed" with how that was found out, or
    "refused" with why. The section is told by mail.

    ``Invalid`` names the fields outcome and comment.
    """
    finding = locked_finding(by, finding, CONFIRM_REASONS)
    event: Confirm | Refuse
    if outcome == CONFIRMED:
        event = Confirm(comment, by.actor.code, by.actor.name)
    elif outcome == REFUSED:
        event = Refuse(comment)
    else:
        message = "「理由を確認した」か「認めない」を選んでください。"
        raise Invalid(message, [Problem(message, "確認の結果", "outcome")])
    if apply(by=by, finding=finding, event=event, version=version, on=on):
        tell_reason(by=by, finding=finding, comment=comment.strip(), on=on or by.on)
    return finding


@transaction.atomic
def reopen(*, by: Principal, finding: Finding, comment: str, version: int, on: date | None = None) -> Finding:
    """Take a finding out of its compensating measure, back to planning: by its section, or who confirms reasons.

    ``Invalid`` names the field comment.
    """
    mine = decide(by, IMPROVE_FINDINGS, unit=finding.unit)
    finding = locked_finding(by, finding, IMPROVE_FINDINGS if mine else CONFIRM_REASONS)
    apply(by=by, finding=finding, event=Reopen(comment), version=version, on=on)
    return finding


@transaction.atomic
def check_many(
    *,
    by: Principal,
    city: City,
    versions: Mapping[int, int],
    outcome: str = VERIFIED,
    comment: str = "",
    on: date | None = None,
) -> tuple[list[Finding], list[tuple[Finding, str]]]:
    """Check many reports at once: *versions* maps each finding's key to the version shown.

    Returns those done, and those passed over with the reason (changed since, or no longer waiting). Keys out of reach
    are passed over silently, as if there were none; so is what the same person has just done (a button pressed twice).
    """
    require(by, CHECK_FINDINGS)
    check_city(by, city)
    event = _decision(outcome, comment)
    found = list(
        Finding.objects.restrict(by, CHECK_FINDINGS)
        .select_for_update(of=("self",))
        .select_related("unit", "city")
        .filter(pk__in=versions)
        .order_by("pk")
    )
    ready = [row for row in found if row.status == REPORTED and row.version == versions[row.pk]]
    stale = [row for row in found if row not in ready]
    prefetch_related_objects(stale, "events")
    day = on or by.on
    passed = [
        (row, changed_since(row, versions[row.pk]))
        for row in stale
        if not pressed_twice(by, row, event, versions[row.pk], day)
    ]
    apply_many(
        by=by,
        city_code=city.code,
        pairs=[(finding, event) for finding in ready],
        operation=f"findings.batch.{outcome}",
        on=day,
    )
    tell_checked(by=by, findings=ready, comment=comment.strip(), on=day)
    return ready, passed


@transaction.atomic
def close_improvement_stage(
    *,
    by: Principal,
    city: City,
    fiscal_year: int,
    on: date,
    reasons: Mapping[int, tuple[str, str]] | None = None,
    origin: str = Finding.Origin.SELF_INSPECTION,
) -> list[Finding]:
    """End the improvement stage of a year: what is not 改善済 becomes 未改善, and stays counted so. Returns those.
    What cannot be fixed is counted so too and keeps its status.

    Each needs a reason: the section's own, or the secretariat's in *reasons* (finding key → code, note), which wins only
    where the section gave none. ``Invalid`` lists those without (``Problem.field``: "reason-<key>"); then nothing is
    written. Run again, it takes only what came since. Visit findings belong to the follow-up: *origin* leaves them out.
    """
    require(by, CHECK_FINDINGS)
    check_city(by, city)
    given = reasons or {}
    found = list(
        Finding.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(
            city=city,
            fiscal_year=fiscal_year,
            origin=origin,
            status__in=NOT_DONE,
            closed_as_not_improved=False,
        )
        .order_by("number")
    )
    pairs: list[tuple[Finding, StageClosed]] = []
    problems: list[Problem] = []
    for finding in found:
        reason, note = ("", "") if finding.not_improved_reason else given.get(finding.pk, ("", ""))
        event = StageClosed(reason, note)
        problems += _lacking(finding, event)
        pairs.append((finding, event))
    if problems:
        raise Invalid(f"未改善の理由が必要な課題が{len(problems)}件あります。", problems)
    apply_many(by=by, city_code=city.code, pairs=pairs, operation="findings.batch.stage_closed", on=on)
    return found


def _lacking(finding: Finding, event: StageClosed) -> Sequence[Problem]:
    place = f"{finding}（{finding.unit.name}）"
    if not finding.not_improved_reason and event.reason not in REASONS:
        return [Problem("未改善の理由を選んでください。", place, f"reason-{finding.pk}")]
    if event.reason == OTHER and not event.note.strip():
        return [Problem("「その他」のときは、説明を入力してください。", place, f"note-{finding.pk}")]
    return []
