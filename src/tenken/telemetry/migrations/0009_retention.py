"""Retention rules, legal holds, archives."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0008_device_control")]

    operations = []
