"""Findings of answers and visits know their system and aspect; who has charge of systems fills in their sheets."""

from django.db import migrations

GIVEN = {
    "system_manager": "inspection.system_sheets.fill",
    "network_manager": "inspection.network_sheets.fill",
}
_BATCH = 1_000


def give(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        if GIVEN[role.code] not in role.capabilities:
            role.capabilities = [*role.capabilities, GIVEN[role.code]]
            role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if one != GIVEN[role.code]]
        role.save(update_fields=["capabilities"])


def tell(apps, schema_editor):
    Finding = apps.get_model("findings", "Finding")
    say_aspect(apps, Finding)
    answers = apps.get_model("inspection", "Answer").objects.filter(sheet__system__isnull=False)
    say_system(Finding, "inspection.answer", answers.values_list("pk", "sheet__system"))
    seen = apps.get_model("audit", "Observation").objects.filter(visit__system__isnull=False)
    say_system(Finding, "audit.observation", seen.values_list("pk", "visit__system"))


def say_aspect(apps, Finding):
    """Take the aspect of each finding from its city's bank: one statement for each city and aspect."""
    items = apps.get_model("policy", "CheckItem").objects.values_list("city", "aspect", "code")
    codes = {}
    for city, aspect, code in items:
        codes.setdefault((city, aspect), []).append(code)
    for (city, aspect), of_aspect in codes.items():
        for start in range(0, len(of_aspect), 500):
            some = of_aspect[start : start + 500]
            Finding.objects.filter(city=city, aspect="", item_code__in=some).update(aspect=aspect)


def say_system(Finding, prefix, rows):
    """Give findings the system of the row they came from. *rows*: (its key, the system's)."""
    systems = {f"{prefix}:{key}": system for key, system in rows}
    changed = []
    findings = Finding.objects.filter(system=None, origin_key__startswith=f"{prefix}:")
    for finding in findings.only("pk", "origin_key").iterator(chunk_size=_BATCH):
        if (system := systems.get(finding.origin_key)) is not None:
            finding.system_id = system
            changed.append(finding)
    Finding.objects.bulk_update(changed, ["system"], batch_size=_BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0006_visits_moved_out"),
        ("findings", "0004_findings_of_every_origin"),
        ("policy", "0005_aspect_of_default_items"),
        ("audit", "0001_initial"),
        ("organization", "0003_no_overlap_on_postgresql"),
    ]

    operations = [
        migrations.RunPython(give, take),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
