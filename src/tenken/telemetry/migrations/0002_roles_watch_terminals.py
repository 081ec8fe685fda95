"""Cities that stand already: their default roles watch terminals, search operation logs and handle alerts."""

from django.db import migrations

GIVEN = {
    "ciso": [
        "telemetry.terminals.view",
        "telemetry.alerts.view",
        "telemetry.devices.view",
        "telemetry.searches.view",
    ],
    "bureau_manager": [
        "telemetry.terminals.view",
        "telemetry.alerts.view",
        "telemetry.devices.view",
    ],
    "section_manager": [
        "telemetry.terminals.view",
        "telemetry.alerts.view",
        "telemetry.devices.view",
        "telemetry.devices.apply",
    ],
    "deputy": [
        "telemetry.terminals.view",
        "telemetry.alerts.view",
        "telemetry.devices.view",
    ],
    "network_manager": [
        "telemetry.terminals.view",
        "telemetry.terminals.manage",
        "telemetry.sources.manage",
        "telemetry.alerts.view",
        "telemetry.alerts.handle",
        "telemetry.devices.view",
        "telemetry.devices.approve",
        "telemetry.remote.record",
    ],
    "secretariat": [
        "telemetry.terminals.view",
        "telemetry.terminals.manage",
        "telemetry.sources.manage",
        "telemetry.events.search",
        "telemetry.searches.view",
        "telemetry.alerts.view",
        "telemetry.alerts.handle",
        "telemetry.rules.manage",
        "telemetry.devices.view",
        "telemetry.devices.approve",
        "telemetry.devices.manage",
        "telemetry.remote.record",
        "telemetry.retention.manage",
    ],
    "auditor": [
        "telemetry.terminals.view",
        "telemetry.alerts.view",
        "telemetry.devices.view",
        "telemetry.searches.view",
    ],
}


def give(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        new = [one for one in GIVEN[role.code] if one not in role.capabilities]
        role.capabilities = [*role.capabilities, *new]
        role.save(update_fields=["capabilities"])


def take(apps, schema_editor):
    for role in apps.get_model("organization", "Role").objects.filter(code__in=GIVEN):
        role.capabilities = [one for one in role.capabilities if not one.startswith("telemetry.")]
        role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0001_initial"), ("organization", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
