"""Alerts, their steps and hits, exclusions, incidents, and how a city handles them."""

import django.db.models.deletion
from django.db import migrations, models

LEVELS = [
    ("informational", "参考"),
    ("low", "低"),
    ("medium", "中"),
    ("high", "高"),
    ("critical", "緊急"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0001_initial"),
        ("organization", "0001_initial"),
        ("telemetry", "0006_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="番号")),
                (
                    "level",
                    models.CharField(
                        choices=LEVELS,
                        max_length=16,
                        verbose_name="重要度",
                    ),
                ),
                ("severity", models.PositiveSmallIntegerField(verbose_name="重要度の順")),
                ("title", models.CharField(max_length=256, verbose_name="内容")),
                (
                    "section",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="所属コード"),
                ),
                ("group_key", models.CharField(max_length=32, verbose_name="まとまり")),
                ("group", models.JSONField(blank=True, default=dict, verbose_name="まとまりの値")),
                ("user", models.CharField(blank=True, default="", max_length=200, verbose_name="アカウント")),
                ("person", models.CharField(blank=True, default="", max_length=64, verbose_name="職員番号")),
                (
                    "device",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="端末機番号"),
                ),
                (
                    "computer",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="コンピューター名"),
                ),
                ("seen", models.JSONField(blank=True, default=dict, verbose_name="現れた端末・アカウント")),
                ("hit_count", models.PositiveIntegerField(default=0, verbose_name="検知件数")),
                ("first_at", models.DateTimeField(verbose_name="最初の操作")),
                ("last_at", models.DateTimeField(verbose_name="最後の操作")),
                ("received_at", models.DateTimeField(verbose_name="最後の受信")),
                ("raised_at", models.DateTimeField(verbose_name="発生日時")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "未対応"),
                            ("assigned", "担当決定"),
                            ("in_hand", "対応中"),
                            ("closed", "完了"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("true_positive", "違反・事故"),
                            ("false_positive", "誤検知"),
                            ("permitted", "許可された行為"),
                            ("test", "試験・訓練"),
                            ("duplicate", "重複"),
                            ("other", "その他"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="完了の理由",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="完了日時")),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="通知日時")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.person",
                        verbose_name="担当者",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="organization.city", verbose_name="市"
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="findings.finding",
                        verbose_name="課題",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="telemetry.detectionrule",
                        verbose_name="検知ルール",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.unit",
                        verbose_name="所属",
                    ),
                ),
            ],
            options={
                "verbose_name": "アラート",
            },
        ),
        migrations.CreateModel(
            name="AlertExclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("conditions", models.JSONField(verbose_name="条件")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("expires_on", models.DateField(verbose_name="有効期限")),
                ("made_by", models.CharField(max_length=64, verbose_name="登録者")),
                ("made_by_name", models.CharField(max_length=100, verbose_name="登録者の氏名")),
                ("made_at", models.DateTimeField(verbose_name="登録日時")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="打切り日時")),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="打ち切った者"),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="organization.city", verbose_name="市"
                    ),
                ),
                (
                    "made_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusions",
                        to="telemetry.alert",
                        verbose_name="元のアラート",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusions",
                        to="telemetry.detectionrule",
                        verbose_name="検知ルール",
                    ),
                ),
            ],
            options={
                "verbose_name": "アラートの除外",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="AlertHit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payload", models.BigIntegerField(verbose_name="受信原本の番号")),
                ("seq", models.PositiveIntegerField(verbose_name="受信原本の中の順")),
                ("ts", models.DateTimeField(verbose_name="操作の日時")),
                (
                    "alert",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hits",
                        to="telemetry.alert",
                        verbose_name="アラート",
                    ),
                ),
                (
                    "exclusion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hits",
                        to="telemetry.alertexclusion",
                        verbose_name="除外",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="telemetry.detectionrule",
                        verbose_name="検知ルール",
                    ),
                ),
            ],
            options={
                "verbose_name": "アラートの検知",
            },
        ),
        migrations.CreateModel(
            name="AlertIncident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("number", models.PositiveIntegerField(verbose_name="番号")),
                ("happened_at", models.DateTimeField(verbose_name="発生日時")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("leak", "情報の漏えい"),
                            ("loss", "紛失・盗難"),
                            ("missent", "誤送付・誤送信"),
                            ("intrusion", "不正アクセス"),
                            ("malware", "ウイルス感染"),
                            ("breach", "規程違反"),
                            ("other", "その他"),
                        ],
                        max_length=10,
                        verbose_name="種別",
                    ),
                ),
                ("outline", models.TextField(max_length=2000, verbose_name="概要")),
                ("opened_by", models.CharField(max_length=64, verbose_name="登録者")),
                ("opened_by_name", models.CharField(max_length=100, verbose_name="登録者の氏名")),
                ("opened_at", models.DateTimeField(verbose_name="登録日時")),
                (
                    "alerts",
                    models.ManyToManyField(
                        related_name="incidents", to="telemetry.alert", verbose_name="アラート"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="organization.city", verbose_name="市"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.unit",
                        verbose_name="所属",
                    ),
                ),
            ],
            options={
                "verbose_name": "インシデント",
                "ordering": ["-fiscal_year", "-number"],
            },
        ),
        migrations.CreateModel(
            name="AlertSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "staff_from",
                    models.CharField(
                        choices=LEVELS,
                        default="medium",
                        max_length=16,
                        verbose_name="事務局に知らせる重要度",
                    ),
                ),
                (
                    "managers_from",
                    models.CharField(
                        blank=True,
                        choices=LEVELS,
                        default="high",
                        max_length=16,
                        verbose_name="所属の情報管理者に知らせる重要度",
                    ),
                ),
                (
                    "exclusion_days",
                    models.PositiveSmallIntegerField(default=90, verbose_name="除外の最長日数"),
                ),
                ("last_number", models.PositiveIntegerField(default=0, verbose_name="最後の番号")),
                (
                    "watermark",
                    models.DateTimeField(blank=True, null=True, verbose_name="取込み済みの受信日時"),
                ),
                (
                    "mails_per_hour",
                    models.PositiveSmallIntegerField(default=60, verbose_name="1時間の通知の上限"),
                ),
                ("mails_left", models.FloatField(default=60, verbose_name="残りの通知数")),
                ("mailed_at", models.DateTimeField(blank=True, null=True, verbose_name="最後の通知")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                (
                    "city",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.city",
                        verbose_name="市",
                    ),
                ),
            ],
            options={
                "verbose_name": "アラートの設定",
            },
        ),
        migrations.CreateModel(
            name="AlertStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=16, verbose_name="できごと")),
                ("status", models.CharField(max_length=10, verbose_name="その後の状態")),
                ("by_code", models.CharField(max_length=64, verbose_name="行った者")),
                ("by_name", models.CharField(max_length=100, verbose_name="氏名")),
                ("comment", models.TextField(blank=True, default="", max_length=2000, verbose_name="内容")),
                ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="telemetry.alert",
                        verbose_name="アラート",
                    ),
                ),
            ],
            options={
                "verbose_name": "アラートの経過",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["rule", "group_key", "-last_at"], name="telemetry_alert_group"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["city", "status", "-severity", "-last_at"], name="telemetry_alert_board"
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["unit", "status"], name="telemetry_alert_unit"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["city", "raised_at"], name="telemetry_alert_raised"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("told_at__isnull", True)), fields=["city"], name="telemetry_alert_untold"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(fields=("city", "number"), name="telemetry_alert_number"),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("status", "closed"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("status", "closed"), _negated=True),
                        ("closed_at__isnull", True),
                        ("reason", ""),
                    ),
                    _connector="OR",
                ),
                name="telemetry_alert_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("assignee__isnull", True), ("status", "new")),
                    ("status", "closed"),
                    models.Q(("assignee__isnull", False), ("status__in", ("assigned", "in_hand"))),
                    _connector="OR",
                ),
                name="telemetry_alert_assigned",
            ),
        ),
        migrations.AddIndex(
            model_name="alertexclusion",
            index=models.Index(fields=["city", "expires_on"], name="telemetry_exclusion_until"),
        ),
        migrations.AddConstraint(
            model_name="alertexclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="telemetry_exclusion_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="alerthit",
            index=models.Index(fields=["alert", "-ts"], name="telemetry_alert_hit_newest"),
        ),
        migrations.AddConstraint(
            model_name="alerthit",
            constraint=models.UniqueConstraint(
                fields=("payload", "seq", "rule"), name="telemetry_alert_hit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alerthit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alert__isnull", False), ("exclusion__isnull", True)),
                    models.Q(("alert__isnull", True), ("exclusion__isnull", False)),
                    _connector="OR",
                ),
                name="telemetry_alert_hit_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertincident",
            constraint=models.UniqueConstraint(
                fields=("city", "fiscal_year", "number"), name="telemetry_incident_number"
            ),
        ),
    ]
