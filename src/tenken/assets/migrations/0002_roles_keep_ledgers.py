"""Cities that stand already: their default roles get the capabilities of this room, and lose them on the way back."""

from django.db import migrations

GIVEN = {
    "ciso": ["assets.view"],
    "bureau_manager": ["assets.view"],
    "section_manager": ["assets.view", "assets.keep"],
    "deputy": ["assets.view", "assets.keep"],
    "system_manager": ["assets.view", "assets.systems.manage"],
    "network_manager": ["assets.view", "assets.systems.manage"],
    "secretariat": ["assets.view", "assets.keep", "assets.systems.manage"],
    "auditor": ["assets.view"],
}


def give(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        new = [one for one in GIVEN[role.code] if one not in role.capabilities]
        role.capabilities = [*role.capabilities, *new]
        role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if not one.startswith("assets.")]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial"), ("organization", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
