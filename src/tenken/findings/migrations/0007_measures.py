"""What the measures table needs besides."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("findings", "0006_extent")]

    operations = []
