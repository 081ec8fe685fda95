"""Sigma's filters, kept as documents of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0012_lists")]

    operations = [
        migrations.AlterField(
            model_name="detectionrule",
            name="kind",
            field=models.CharField(
                choices=[("event", "単独"), ("correlation", "相関"), ("filter", "フィルター")],
                default="event",
                max_length=12,
                verbose_name="種類",
            ),
        ),
    ]
