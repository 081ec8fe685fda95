"""Cities that stand already: their default roles plan, hold and answer audits."""

from django.db import migrations

GIVEN = {
    "ciso": ["audit.engagements.view", "audit.engagements.order", "audit.rotation.view", "audit.auditors.view"],
    "bureau_manager": ["audit.engagements.view"],
    "section_manager": ["audit.engagements.view", "audit.questions.answer"],
    "deputy": ["audit.engagements.view", "audit.questions.answer"],
    "system_manager": ["audit.engagements.view", "audit.questions.answer"],
    "network_manager": ["audit.engagements.view", "audit.questions.answer"],
    "secretariat": ["audit.engagements.view", "audit.engagements.manage", "audit.engagements.record", "audit.rotation.view", "audit.rotation.manage", "audit.auditors.view", "audit.auditors.manage", "audit.weaknesses.judge"],
    "auditor": ["audit.engagements.view", "audit.engagements.record", "audit.rotation.view", "audit.auditors.view", "audit.weaknesses.judge"],
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
    dependencies = [("audit", "0003_engagements"), ("organization", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
