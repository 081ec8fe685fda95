"""Who audits, by date. An appointment survives transfers; what comes between an auditor and the audit is shown, and ends it."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.audit.competence.queries.register import appointable
from tenken.audit.engagements.operations.applying import locked_engagement, move, tell
from tenken.audit.engagements.queries.scope import vendor_of
from tenken.audit.models import Appointment, Auditor, Engagement
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.common.refusals import Missing, Stale
from tenken.organization.access import Principal, require
from tenken.organization.models import Assignment
from tenken.organization.models.validity import valid_on
from tenken.organization.names import Checks


@transaction.atomic
def appoint(
    *,
    by: Principal,
    engagement: Engagement,
    auditor_id: int,
    part: str,
    valid_from: date | None = None,
    version: int | None = None,
    on: date | None = None,
) -> Appointment:
    """Appoint an auditor of the register, from *valid_from* (today unless given).

    ``Invalid`` (fields auditor, part, valid_from): who is not called upon on that day, is appointed already, is not
    independent of what is audited (says why, with dates), or is to lead without the competence; a second lead.
    """
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    move(engagement, "appoint")
    day = valid_from or on or by.on
    checks = Checks()
    auditor = (
        Auditor.objects.filter(valid_on(day), pk=auditor_id, city=by.city_id).select_related("person").first()
    )
    standing = engagement.appointments.filter(valid_to__isnull=True)
    if part not in Appointment.Part.values:
        checks.problem("役割を選んでください。", label="役割", field="part")
    elif part == Appointment.Part.LEAD and standing.filter(part=part).exists():
        checks.problem("主任監査人はすでに任命されています。", label="役割", field="part")
    if auditor is None:
        checks.problem("その日に監査人として登録されていない人です。", label="監査人", field="auditor")
    elif standing.filter(auditor=auditor).exists():
        checks.problem(f"{auditor.name}さんは任命されています。", label="監査人", field="auditor")
    else:
        _check_able(engagement, auditor, part, day, checks)
    checks.done()
    assert auditor is not None
    made = Appointment.objects.create(
        engagement=engagement,
        auditor=auditor,
        part=part,
        name=auditor.name,
        title=_title(auditor, day),
        valid_from=day,
    )
    engagement.save(update_fields=["version"])
    changes = {"auditor": auditor.pk, "name": auditor.name, "part": part, "valid_from": day}
    words = f"{made.get_part_display()}　{auditor.name}"
    tell(by, engagement, "appointed", "audit.appointment.make", changes, comment=words, on=on)
    return made


@transaction.atomic
def end_appointment(
    *,
    by: Principal,
    appointment: Appointment,
    reason: str,
    valid_to: date | None = None,
    on: date | None = None,
) -> Appointment:
    """End an appointment from *valid_to* on (today unless given) and say why; it stays in the audit's history.

    ``Invalid`` names reason and valid_to.
    """
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, appointment.engagement)
    move(engagement, "appoint")
    found = Appointment.objects.select_for_update().filter(pk=appointment.pk).first()
    if found is None:
        raise Missing("この任命はありません。")
    if found.valid_to is not None:
        raise Stale("この任命は、すでに終わっています。")
    day = valid_to or on or by.on
    checks = Checks()
    found.ended_because = checks.name(reason, label="外れる理由", limit=300, field="reason")
    if day < found.valid_from:
        checks.problem("任命の開始日より前です。", label="終了日", field="valid_to")
    checks.done()
    found.valid_to = day
    found.save(update_fields=["valid_to", "ended_because"])
    engagement.save(update_fields=["version"])
    changes = {"appointment": found.pk, "valid_to": day, "reason": found.ended_because}
    words = f"{found.name}　{found.ended_because}"
    tell(by, engagement, "ended", "audit.appointment.end", changes, comment=words, on=on)
    return found


def check_lead(engagement: Engagement, on: date, checks: Checks) -> None:
    """Put into *checks* why the audit cannot go to the audited as it is manned: no lead, or one who is not competent or
    not independent; members who are not independent."""
    standing = list(
        engagement.appointments.filter(valid_to__isnull=True).select_related("auditor__person").order_by("pk")
    )
    lead = next((row for row in standing if row.part == Appointment.Part.LEAD), None)
    if lead is None:
        checks.problem("主任監査人を任命してください。", label="主任監査人", field="lead")
    day = max(on, engagement.starts_on)
    for row in standing:
        _check_able(engagement, row.auditor, row.part, day, checks, field="lead")


def _check_able(
    engagement: Engagement, auditor: Auditor, part: str, day: date, checks: Checks, field: str = "auditor"
) -> None:
    until = max(engagement.ends_on, day)
    found = appointable(
        engagement.city, engagement.unit, vendor_of(engagement), day, until, auditors=[auditor]
    )[0]
    if found.conflict:
        checks.problem(
            f"{auditor.name}さんは、この監査の監査人になれません。{found.conflict}",
            label="監査人",
            field=field,
        )
    if part == Appointment.Part.LEAD and not found.competence:
        checks.problem(
            f"{auditor.name}さんは、主任監査人になれません。{found.competence.because}",
            label="主任監査人",
            field=field,
        )


def _title(auditor: Auditor, on: date) -> str:
    """Return what somebody is on a date: their post, or their organization."""
    if auditor.person_id is None:
        return auditor.organization_name
    row = (
        Assignment.objects.filter(valid_on(on), person=auditor.person_id)
        .select_related("post")
        .order_by("pk")
        .first()
    )
    return row.post.title[:160] if row else ""
