"""Visits recorded in the room inspection become visits here; the default roles get the capabilities of this room."""

from django.db import migrations
from django.db.models import Max

GIVEN = {
    "ciso": ["audit.visits.view"],
    "bureau_manager": ["audit.visits.view"],
    "section_manager": ["audit.visits.view", "audit.facts.confirm"],
    "deputy": ["audit.visits.view"],
    "secretariat": ["audit.visits.view", "audit.visits.manage", "audit.visits.record"],
    "auditor": ["audit.visits.view", "audit.visits.record"],
}
OLD_KEY = "inspection.visit:"


def give(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [*role.capabilities, *(one for one in GIVEN[role.code] if one not in role.capabilities)]
        role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if not one.startswith("audit.")]
        role.save(update_fields=["capabilities"])


def move_in(apps, schema_editor):
    """Each record becomes a closed visit with its good practice; its findings, 指摘事項 beside what the sheet said."""
    standing = apps.get_model("audit", "Visit").objects.exclude(status="cancelled")
    for record in apps.get_model("inspection", "VisitRecord").objects.order_by("pk"):
        if standing.filter(stage=record.stage_id, unit=record.unit_id, system=None).exists():
            continue  # brought here before, and back
        visit = apps.get_model("audit", "Visit").objects.create(
            stage_id=record.stage_id,
            unit_id=record.unit_id,
            status="closed",
            planned_on=record.visited_on,
            visited_on=record.visited_on,
            reported_on=record.visited_on,
            closed_on=record.visited_on,
        )
        apps.get_model("audit", "VisitEvent").objects.create(
            visit=visit,
            event="past",
            status="closed",
            by_code=record.recorded_by,
            by_name=record.recorded_by,
            happened_on=record.visited_on,
            recorded_at=record.recorded_at,
        )
        if record.good_practice:
            apps.get_model("audit", "GoodPractice").objects.create(visit=visit, text=record.good_practice)
        _move_findings(apps, record, visit)


def _move_findings(apps, record, visit):
    findings = apps.get_model("findings", "Finding").objects.filter(
        city=record.unit.city_id, origin="visit", origin_key__startswith=f"{OLD_KEY}{record.pk}:"
    )
    for number, finding in enumerate(findings.order_by("number"), start=1):
        item = _line(apps, record, visit, finding)
        apps.get_model("audit", "Observation").objects.create(
            visit=visit,
            number=number,
            item=item,
            item_code=finding.item_code,
            category_code=finding.category_code,
            title=finding.title,
            detail=finding.detail[:2000],
            unreported=item is None or item.said != "issue",
            due_on=finding.due_on,
            finding=finding,
        )


def _line(apps, record, visit, finding):
    """Return the line of the checklist a finding was seen at; None where the bank no longer knows its item."""
    items = apps.get_model("audit", "VisitItem").objects
    standing = items.filter(visit=visit, revision__item__code=finding.item_code).first()
    if standing is not None:
        return standing
    answers = apps.get_model("inspection", "Answer").objects.filter(
        sheet__programme=record.stage.programme_id,
        sheet__unit=record.unit_id,
        question__revision__item__code=finding.item_code,
    )
    answer = answers.exclude(verdict="").select_related("question").first()
    revisions = apps.get_model("policy", "CheckItemRevision").objects.filter(
        item__city=record.unit.city_id, item__code=finding.item_code
    )
    revision = revisions.filter(questions__form__programme=record.stage.programme_id).first()
    revision = revision or revisions.order_by("-number").first()
    if revision is None:
        return None
    said = answer.verdict if answer else ""
    last = items.filter(visit=visit).aggregate(last=Max("order"))["last"]
    return items.create(
        visit=visit,
        order=(last or 0) + 1,
        category_id=answer.question.category_id if answer else revision.item.category_id,
        revision=revision,
        said=said,
        said_reason=answer.reason if answer else "",
        said_comment=answer.comment if answer else "",
        said_on=record.visited_on,
        seen="agree" if said == "issue" else "disagree",
        note=finding.title,
        seen_by=record.recorded_by,
        seen_by_name=record.recorded_by,
        seen_at=record.recorded_at,
        version=1,
    )


def move_out(apps, schema_editor):
    """Each visit of a section that took place becomes a record again, with its first good practice."""
    records = apps.get_model("inspection", "VisitRecord").objects
    visits = apps.get_model("audit", "Visit").objects.filter(system=None, visited_on__isnull=False)
    for visit in visits.exclude(status__in=("planned", "notified", "in_progress", "cancelled")):
        event = visit.events.order_by("pk").first()
        practice = visit.good_practices.filter(dropped_because="").order_by("pk").first()
        record = records.create(
            stage_id=visit.stage_id,
            unit_id=visit.unit_id,
            visited_on=visit.visited_on,
            good_practice=practice.text if practice else "",
            recorded_by=event.by_code,
            recorded_at=event.recorded_at,
        )
        observed = visit.observations.filter(finding__isnull=False).order_by("number").select_related("finding")
        for number, observation in enumerate(observed, start=1):
            finding = observation.finding
            finding.origin_key = f"{OLD_KEY}{record.pk}:{number}"
            finding.save(update_fields=["origin_key"])


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(give, take), migrations.RunPython(move_in, move_out)]
