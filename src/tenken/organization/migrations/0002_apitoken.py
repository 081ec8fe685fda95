import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("organization", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("prefix", models.CharField(max_length=8, verbose_name="先頭")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="ハッシュ")),
                ("read_only", models.BooleanField(default=True, verbose_name="読取りのみ")),
                ("created_at", models.DateTimeField(verbose_name="発行日時")),
                ("expires_on", models.DateField(verbose_name="有効期限")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="最終利用")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="失効日時")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_tokens",
                        to="organization.person",
                        verbose_name="職員",
                    ),
                ),
            ],
            options={"verbose_name": "APIトークン", "ordering": ["-created_at", "-pk"]},
        ),
    ]
