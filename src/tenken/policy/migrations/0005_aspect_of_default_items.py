"""Banks that stand already: the default items that are mended in the technology say so."""

from django.db import migrations

TECHNICAL = (
    "M-EM-07",
    "M-VM-02",
    "R-VM-01",
    "R-VM-02",
    "R-BK-01",
    "R-BK-04",
    "R-AC-01",
    "R-AC-02",
    "R-PT-01",
    "R-PT-02",
    "R-PT-03",
    "R-LG-01",
    "R-LG-02",
    "R-CN-02",
    "R-CN-03",
    "R-PE-01",
    "R-PE-02",
    "R-PE-03",
    "R-WB-01",
    "R-MN-01",
    "R-MN-02",
)


def say(apps, schema_editor):
    items = apps.get_model("policy", "CheckItem").objects
    items.filter(code__in=TECHNICAL).update(aspect="technical")


class Migration(migrations.Migration):
    dependencies = [("policy", "0004_operational_or_technical")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
