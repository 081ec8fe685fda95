"""Visits are in the room audit; its migration before this one took what was recorded here."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_visits_move_in"),
        ("inspection", "0005_planning"),
    ]

    operations = [migrations.DeleteModel(name="VisitRecord")]
