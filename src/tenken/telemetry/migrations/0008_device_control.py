"""Device policies, approved devices, remote sessions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0007_alerts")]

    operations = []
