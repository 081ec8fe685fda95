"""横展開: whether the same is found elsewhere."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("findings", "0005_roles_tell_measures")]

    operations = []
