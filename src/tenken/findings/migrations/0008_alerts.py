"""Findings that come from an alert of the terminals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0007_measures")]

    operations = [
        migrations.AlterField(
            model_name="finding",
            name="origin",
            field=models.CharField(
                choices=[
                    ("self_inspection", "自己点検"),
                    ("visit", "訪問調査"),
                    ("trace", "追跡調査"),
                    ("audit", "監査"),
                    ("external_audit", "外部の監査"),
                    ("scan", "技術監査（診断）"),
                    ("extent", "横展開の確認"),
                    ("alert", "アラート"),
                ],
                max_length=20,
                verbose_name="出所",
            ),
        ),
    ]
