"""Detection rules and their versions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0001_initial"),
        ("telemetry", "0005_searches"),
    ]

    operations = [
        migrations.CreateModel(
            name="DetectionRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, verbose_name="コード")),
                (
                    "name",
                    models.CharField(blank=True, default="", max_length=256, verbose_name="Sigmaのname"),
                ),
                ("title", models.CharField(max_length=256, verbose_name="表題")),
                (
                    "title_ja",
                    models.CharField(blank=True, default="", max_length=256, verbose_name="表題（日本語）"),
                ),
                ("description", models.TextField(blank=True, default="", verbose_name="説明")),
                ("text", models.TextField(verbose_name="ルール（Sigma）")),
                (
                    "kind",
                    models.CharField(
                        choices=[("event", "単独"), ("correlation", "相関")],
                        default="event",
                        max_length=12,
                        verbose_name="種類",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("informational", "参考"),
                            ("low", "低"),
                            ("medium", "中"),
                            ("high", "高"),
                            ("critical", "緊急"),
                        ],
                        default="medium",
                        max_length=16,
                        verbose_name="重要度",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "下書き"), ("on", "有効"), ("off", "無効"), ("failed", "異常")],
                        default="draft",
                        max_length=8,
                        verbose_name="状態",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("shipped", "標準"), ("imported", "取込み"), ("own", "独自")],
                        default="own",
                        max_length=8,
                        verbose_name="出所",
                    ),
                ),
                ("product", models.CharField(blank=True, default="", max_length=60, verbose_name="product")),
                (
                    "category",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="category"),
                ),
                ("service", models.CharField(blank=True, default="", max_length=60, verbose_name="service")),
                ("file", models.CharField(blank=True, default="", max_length=300, verbose_name="ファイル")),
                ("group_by", models.JSONField(blank=True, default=list, verbose_name="まとめる項目")),
                (
                    "throttle_seconds",
                    models.PositiveIntegerField(default=3600, verbose_name="まとめる時間（秒）"),
                ),
                ("notify", models.BooleanField(default=True, verbose_name="メールで知らせる")),
                ("reason", models.TextField(blank=True, default="", verbose_name="異常の理由")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="異常になった日時")),
                (
                    "trial_ms",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="試行の時間（ミリ秒）"),
                ),
                (
                    "switched_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="有効・無効にした日時"),
                ),
                ("created_at", models.DateTimeField(verbose_name="登録日時")),
                ("changed_at", models.DateTimeField(verbose_name="更新日時")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="organization.city", verbose_name="市"
                    ),
                ),
            ],
            options={
                "verbose_name": "検知ルール",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="DetectionRuleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="版")),
                ("what", models.CharField(max_length=40, verbose_name="変更の内容")),
                ("text", models.TextField(verbose_name="ルール（Sigma）")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("informational", "参考"),
                            ("low", "低"),
                            ("medium", "中"),
                            ("high", "高"),
                            ("critical", "緊急"),
                        ],
                        max_length=16,
                        verbose_name="重要度",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "下書き"), ("on", "有効"), ("off", "無効"), ("failed", "異常")],
                        max_length=8,
                        verbose_name="状態",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="異常の理由")),
                ("made_at", models.DateTimeField(verbose_name="日時")),
                ("made_by", models.CharField(max_length=64, verbose_name="操作者")),
                ("made_by_name", models.CharField(max_length=100, verbose_name="操作者の氏名")),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="telemetry.detectionrule",
                        verbose_name="検知ルール",
                    ),
                ),
            ],
            options={
                "verbose_name": "検知ルールの版",
                "ordering": ["-number"],
            },
        ),
        migrations.AddIndex(
            model_name="detectionrule",
            index=models.Index(fields=["city", "state"], name="telemetry_rule_state"),
        ),
        migrations.AddIndex(
            model_name="detectionrule",
            index=models.Index(fields=["city", "name"], name="telemetry_rule_name"),
        ),
        migrations.AddConstraint(
            model_name="detectionrule",
            constraint=models.UniqueConstraint(fields=("city", "code"), name="telemetry_rule_code"),
        ),
        migrations.AddConstraint(
            model_name="detectionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("failed_at__isnull", False),
                        ("state", "failed"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "failed"), _negated=True),
                        ("failed_at__isnull", True),
                        ("reason", ""),
                    ),
                    _connector="OR",
                ),
                name="telemetry_rule_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="detectionruleversion",
            constraint=models.UniqueConstraint(fields=("rule", "number"), name="telemetry_rule_version_once"),
        ),
    ]
