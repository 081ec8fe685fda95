"""Cities that stand already: their default roles report measures and look for the same elsewhere."""

from django.db import migrations

GIVEN = {
    "section_manager": ["findings.measures.report"],
    "deputy": ["findings.measures.report"],
    "secretariat": ["findings.measures.report", "findings.reports.manage", "findings.extent.manage"],
}


def give(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [*role.capabilities, *(one for one in GIVEN[role.code] if one not in role.capabilities)]
        role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    new = {one for given in GIVEN.values() for one in given}
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if one not in new]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("findings", "0004_findings_of_every_origin"), ("organization", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
