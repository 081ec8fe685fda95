from django.db import migrations

from tenken.journal.triggers import install, remove


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
