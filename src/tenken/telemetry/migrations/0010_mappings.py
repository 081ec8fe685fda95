"""Saved mappings of CSV files."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0009_retention")]

    operations = []
