"""Cities that stand already: their default roles get what this room newly allows, and lose it on the way back."""

from django.db import migrations

GIVEN = {
    "ciso": ["findings.cases.view"],
    "bureau_manager": ["findings.cases.view"],
    "section_manager": ["findings.cases.view"],
    "deputy": ["findings.cases.view"],
    "system_manager": ["findings.cases.view"],
    "network_manager": ["findings.cases.view"],
    "staff": ["findings.cases.view"],
    "secretariat": [
        "findings.confirm",
        "findings.trace",
        "findings.cases.view",
        "findings.cases.propose",
        "findings.cases.manage",
    ],
    "auditor": ["findings.confirm", "findings.cases.view", "findings.cases.propose"],
    "committee": ["findings.cases.view"],
    "commissioner": ["findings.cases.view"],
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
    dependencies = [("findings", "0002_improvement_traces_cases"), ("organization", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
