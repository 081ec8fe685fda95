"""Results of scanners, weaknesses and where they were seen."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_fieldwork")]

    operations = []
