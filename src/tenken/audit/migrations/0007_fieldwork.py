"""Working papers, questions and answers, reconciliations, drafts of reports."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_rotation")]

    operations = []
