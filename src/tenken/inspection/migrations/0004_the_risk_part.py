"""A decision about a risk is guarded against lost updates; a section may say that it holds no main asset."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0003_the_running_inspection")]

    operations = [
        migrations.AddField(
            model_name="sheetrisk",
            name="version",
            field=models.PositiveIntegerField(default=1, verbose_name="版"),
        ),
        migrations.CreateModel(
            name="NoMainAssets",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "reason",
                    models.CharField(max_length=300, verbose_name="主要な情報資産がない理由"),
                ),
                (
                    "sheet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="no_main_assets",
                        to="inspection.sheet",
                        verbose_name="点検シート",
                    ),
                ),
            ],
            options={"verbose_name": "主要な情報資産がないこと"},
        ),
    ]
