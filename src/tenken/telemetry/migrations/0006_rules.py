"""Detection rules, the lists they name, duty hours."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0005_searches")]

    operations = []
