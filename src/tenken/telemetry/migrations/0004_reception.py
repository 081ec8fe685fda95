"""Mappings, enrolled nodes, account names."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0003_inventory")]

    operations = []
