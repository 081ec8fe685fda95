"""横展開: whether the same is found elsewhere; and a finding's cause and what was done at once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0005_roles_tell_measures"),
        ("assets", "0003_systems_as_audit_universe"),
        ("files", "0001_initial"),
        ("organization", "0003_no_overlap_on_postgresql"),
    ]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="cause",
            field=models.TextField(blank=True, default="", max_length=2000, verbose_name="原因"),
        ),
        migrations.AddField(
            model_name="finding",
            name="immediate_action",
            field=models.TextField(blank=True, default="", max_length=2000, verbose_name="応急処置"),
        ),
        migrations.CreateModel(
            name="ExtentCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("number", models.PositiveIntegerField(verbose_name="番号")),
                ("question", models.CharField(max_length=500, verbose_name="確認すること")),
                ("why", models.TextField(max_length=2000, verbose_name="ほかにもある可能性が高い理由")),
                ("chosen_by", models.JSONField(blank=True, default=list, verbose_name="対象を選んだ条件")),
                ("made_on", models.DateField(verbose_name="作成日")),
                ("asked_on", models.DateField(blank=True, null=True, verbose_name="依頼日")),
                ("due_on", models.DateField(verbose_name="回答の期限")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "準備中"),
                            ("sent", "確認中"),
                            ("closed", "終了"),
                            ("withdrawn", "取りやめ"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="終了日")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="organization.city", verbose_name="市"
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extent_checks",
                        to="findings.finding",
                        verbose_name="元の課題",
                    ),
                ),
            ],
            options={
                "verbose_name": "横展開の確認",
            },
        ),
        migrations.CreateModel(
            name="ExtentTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("because", models.CharField(max_length=500, verbose_name="選んだ理由")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "未回答"),
                            ("answered", "回答済（確認待ち）"),
                            ("returned", "差戻し"),
                            ("confirmed", "確認済"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("found", "同種の課題あり"),
                            ("none", "なし"),
                            ("not_applicable", "該当しない"),
                        ],
                        default="",
                        max_length=14,
                        verbose_name="回答",
                    ),
                ),
                (
                    "note",
                    models.TextField(blank=True, default="", max_length=2000, verbose_name="回答の内容"),
                ),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="回答日")),
                (
                    "answered_by_name",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="回答した者"),
                ),
                ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="確認日")),
                (
                    "confirmed_by_name",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="確認した者"),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                (
                    "check_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="findings.extentcheck",
                        verbose_name="横展開の確認",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extent_targets",
                        to="findings.finding",
                        verbose_name="課題",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.informationsystem",
                        verbose_name="情報システム",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extent_targets",
                        to="organization.unit",
                        verbose_name="課公所",
                    ),
                ),
            ],
            options={
                "verbose_name": "横展開の対象",
            },
        ),
        migrations.CreateModel(
            name="ExtentEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_by", models.CharField(max_length=64, verbose_name="登録者")),
                ("added_at", models.DateTimeField(verbose_name="登録日時")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="files.storedfile",
                        verbose_name="ファイル",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="findings.extenttarget",
                        verbose_name="横展開の対象",
                    ),
                ),
            ],
            options={
                "verbose_name": "横展開の証拠",
            },
        ),
        migrations.CreateModel(
            name="ExtentTargetEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=14, verbose_name="できごと")),
                ("by_name", models.CharField(max_length=100, verbose_name="氏名")),
                ("comment", models.TextField(blank=True, default="", max_length=4000, verbose_name="内容")),
                ("happened_on", models.DateField(verbose_name="業務日")),
                ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="findings.extenttarget",
                        verbose_name="横展開の対象",
                    ),
                ),
            ],
            options={
                "verbose_name": "横展開の経過",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="extentcheck",
            index=models.Index(fields=["city", "status"], name="findings_extent_status"),
        ),
        migrations.AddConstraint(
            model_name="extentcheck",
            constraint=models.UniqueConstraint(
                fields=("city", "fiscal_year", "number"), name="findings_extent_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="extentcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_on__isnull", True), ("closed_on__isnull", True), ("status", "draft")),
                    models.Q(("asked_on__isnull", False), ("closed_on__isnull", True), ("status", "sent")),
                    models.Q(("asked_on__isnull", False), ("closed_on__isnull", False), ("status", "closed")),
                    models.Q(
                        ("asked_on__isnull", True), ("closed_on__isnull", False), ("status", "withdrawn")
                    ),
                    _connector="OR",
                ),
                name="findings_extent_dates_of_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="extentcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_on__isnull", True), ("due_on__gte", models.F("asked_on")), _connector="OR"
                ),
                name="findings_extent_due_after_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="extenttarget",
            index=models.Index(fields=["unit", "status"], name="findings_extent_target_unit"),
        ),
        migrations.AddConstraint(
            model_name="extenttarget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("system__isnull", True)),
                fields=("check_of", "unit"),
                name="findings_extent_unit_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="extenttarget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("system__isnull", False)),
                fields=("check_of", "system"),
                name="findings_extent_system_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="extenttarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_on__isnull", True), ("status", "waiting")),
                    models.Q(
                        ("answered_on__isnull", False),
                        ("status__in", ("answered", "returned", "confirmed")),
                        ("answer__in", ("found", "none", "not_applicable")),
                        models.Q(("note", ""), _negated=True),
                        models.Q(("answered_by_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="findings_extent_answer_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="extenttarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirmed_on__isnull", False),
                        ("status", "confirmed"),
                        models.Q(("confirmed_by_name", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("status", "confirmed"), _negated=True),
                        ("confirmed_by_name", ""),
                        ("confirmed_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="findings_extent_confirmed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="extenttarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "found"), ("finding__isnull", False), ("status", "confirmed")),
                    models.Q(
                        models.Q(("answer", "found"), ("status", "confirmed"), _negated=True),
                        ("finding__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="findings_extent_found_has_finding",
            ),
        ),
        migrations.AddConstraint(
            model_name="extentevidence",
            constraint=models.UniqueConstraint(
                fields=("target", "file"), name="findings_extent_evidence_once"
            ),
        ),
    ]
