"""What is installed on terminals and how it changed; support dates, licences, counts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0002_roles_watch_terminals")]

    operations = []
