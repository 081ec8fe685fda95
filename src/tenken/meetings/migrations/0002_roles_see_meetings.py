"""Cities that stand already: their default roles get the capabilities of this room, and lose them on the way back."""

from django.db import migrations

GIVEN = {
    "ciso": ["meetings.view", "meetings.duties.view", "meetings.duties.record"],
    "bureau_manager": ["meetings.view", "meetings.duties.view", "meetings.duties.record"],
    "section_manager": ["meetings.view"],
    "deputy": ["meetings.view"],
    "secretariat": ["meetings.view", "meetings.manage", "meetings.duties.view"],
    "auditor": ["meetings.view", "meetings.duties.view"],
    "committee": ["meetings.view"],
    "commissioner": ["meetings.view"],
}


def give(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [*role.capabilities, *(one for one in GIVEN[role.code] if one not in role.capabilities)]
        role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if not one.startswith("meetings.")]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("organization", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
