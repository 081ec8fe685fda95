"""Searches with their purpose, saved ones, exports, samples."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0004_reception")]

    operations = []
