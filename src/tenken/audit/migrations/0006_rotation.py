"""Whose turn it is: rotation, mid-term and yearly plans, selections of systems."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_competence")]

    operations = []
