"""Where sources may send from, enrolled hosts, what came in each day, how the receivers are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0003_inventory")]

    operations = [
        migrations.CreateModel(
            name="SourceAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=43, verbose_name="アドレスの範囲")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="addresses", to="telemetry.source", verbose_name="送信元")),
            ],
            options={
                "verbose_name": "送信元のアドレス",
                "ordering": ["network"],
                "constraints": [models.UniqueConstraint(fields=("network",), name="telemetry_source_address_network")],
            },
        ),
        migrations.CreateModel(
            name="EnrolledNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("host_identifier", models.CharField(max_length=200, verbose_name="ホストの識別子")),
                ("key_hash", models.CharField(max_length=64, unique=True, verbose_name="鍵のハッシュ値")),
                ("enrolled_at", models.DateTimeField(verbose_name="登録日時")),
                ("last_seen_at", models.DateTimeField(verbose_name="最後に受信した日時")),
                ("revoked_at", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="取り消した日時")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="nodes", to="telemetry.source", verbose_name="送信元")),
                ("terminal", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="telemetry.terminal", verbose_name="端末")),
            ],
            options={
                "verbose_name": "登録されたホスト",
                "ordering": ["host_identifier"],
                "constraints": [models.UniqueConstraint(fields=("source", "host_identifier"), name="telemetry_node_host")],
            },
        ),
        migrations.CreateModel(
            name="SourceDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日")),
                ("payloads", models.PositiveBigIntegerField(default=0, verbose_name="受信件数")),
                ("events", models.PositiveBigIntegerField(default=0, verbose_name="操作ログの件数")),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="受信したバイト数")),
                ("repeated", models.PositiveBigIntegerField(default=0, verbose_name="重複")),
                ("quarantined", models.PositiveBigIntegerField(default=0, verbose_name="読み取れなかった件数")),
                ("refused", models.PositiveBigIntegerField(default=0, verbose_name="受け取らなかった件数")),
                ("turned_away", models.PositiveBigIntegerField(default=0, verbose_name="後で送り直すよう伝えた件数")),
                ("last_received_at", models.DateTimeField(null=True, verbose_name="最後に受信した日時")),
                ("last_peer", models.CharField(blank=True, default="", max_length=64, verbose_name="最後の相手")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="days", to="telemetry.source", verbose_name="送信元")),
            ],
            options={
                "verbose_name": "送信元の受信（日）",
                "constraints": [models.UniqueConstraint(fields=("source", "day"), name="telemetry_source_day")],
            },
        ),
        migrations.CreateModel(
            name="ReceiverState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="受信プロセス")),
                ("started_at", models.DateTimeField(verbose_name="開始日時")),
                ("told_at", models.DateTimeField(verbose_name="知らせた日時")),
                ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="終了日時")),
                ("state", models.JSONField(default=dict, verbose_name="状態")),
            ],
            options={"verbose_name": "受信プロセスの状態", "ordering": ["name"]},
        ),
    ]
