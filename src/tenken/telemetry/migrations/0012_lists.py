"""Lists that rules and enrichment ask, duty hours."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0011_accounts")]

    operations = []
