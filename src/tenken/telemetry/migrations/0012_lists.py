"""Lists that rules and enrichment ask, duty hours."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0001_initial"), ("telemetry", "0011_accounts")]

    operations = [
        migrations.CreateModel(
            name="DutyHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "day",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "月"),
                            (1, "火"),
                            (2, "水"),
                            (3, "木"),
                            (4, "金"),
                            (5, "土"),
                            (6, "日"),
                            (7, "祝日・閉庁日"),
                        ],
                        verbose_name="曜日",
                    ),
                ),
                ("starts", models.TimeField(verbose_name="始まり")),
                ("ends", models.TimeField(verbose_name="終わり")),
            ],
            options={
                "verbose_name": "執務時間",
                "ordering": ["unit", "day", "starts"],
            },
        ),
        migrations.CreateModel(
            name="WatchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.CharField(max_length=300, verbose_name="値")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="備考")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="開始日")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="終了日")),
                ("added_by", models.CharField(max_length=64, verbose_name="登録者")),
                ("added_by_name", models.CharField(max_length=100, verbose_name="登録者の氏名")),
                ("added_at", models.DateTimeField(verbose_name="登録日時")),
            ],
            options={
                "verbose_name": "リストの値",
                "ordering": ["value"],
            },
        ),
        migrations.CreateModel(
            name="WatchList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="コード")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("folders", "指定フォルダ"),
                            ("keywords", "キーワード"),
                            ("approved_apps", "許可アプリケーション"),
                            ("approved_addresses", "許可メールアドレス"),
                            ("approved_hosts", "許可サイト"),
                            ("own", "独自のリスト"),
                        ],
                        default="own",
                        max_length=20,
                        verbose_name="種類",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="説明")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
            ],
            options={
                "verbose_name": "リスト",
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="dutyhours",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organization.unit",
                verbose_name="所属",
            ),
        ),
        migrations.AddField(
            model_name="watchlist",
            name="city",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="organization.city", verbose_name="市"
            ),
        ),
        migrations.AddField(
            model_name="watchentry",
            name="watch_list",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="telemetry.watchlist",
                verbose_name="リスト",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyhours",
            constraint=models.UniqueConstraint(fields=("unit", "day", "starts"), name="telemetry_duty_once"),
        ),
        migrations.AddConstraint(
            model_name="dutyhours",
            constraint=models.CheckConstraint(condition=models.Q(("day__lte", 7)), name="telemetry_duty_day"),
        ),
        migrations.AddConstraint(
            model_name="watchlist",
            constraint=models.UniqueConstraint(fields=("city", "code"), name="telemetry_list_code"),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.UniqueConstraint(fields=("watch_list", "value"), name="telemetry_list_value"),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("value", ""), _negated=True), name="telemetry_list_value_said"
            ),
        ),
        migrations.AddConstraint(
            model_name="watchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="telemetry_list_period",
            ),
        ),
    ]
