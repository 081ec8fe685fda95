"""What auditors are able to do, and whom they may not audit."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_roles_audit_systems")]

    operations = []
