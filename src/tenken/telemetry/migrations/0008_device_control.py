"""Device policies, approved devices, what was handed out, remote sessions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial"), ("telemetry", "0007_alerts")]

    operations = [
        migrations.CreateModel(
            name='ApprovedDevice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='媒体番号')),
                ('kind', models.CharField(choices=[('usb_memory', 'USBメモリ'), ('usb_disk', 'USBハードディスク'), ('card_reader', 'カードリーダー／ライター'), ('optical', 'CD／DVD／ブルーレイディスクドライブ'), ('imaging', 'イメージスキャナー・デジタルカメラ'), ('mobile', 'モバイル端末'), ('esata', 'eSATA接続ハードディスク'), ('floppy', 'フロッピーディスク'), ('sd', 'SDカード'), ('dvd_ram', 'DVD-RAM'), ('mo', 'MOディスク'), ('compact_flash', 'コンパクトフラッシュ'), ('memory_stick', 'メモリースティック'), ('xd_picture', 'xDピクチャーカード'), ('smart_media', 'スマートメディア'), ('multimedia_card', 'マルチメディアカード'), ('print', '印刷')], max_length=16, verbose_name='種類')),
                ('name', models.CharField(max_length=100, verbose_name='名称')),
                ('vendor_id', models.CharField(blank=True, default='', max_length=4, verbose_name='ベンダーID')),
                ('product_id', models.CharField(blank=True, default='', max_length=4, verbose_name='プロダクトID')),
                ('serial', models.CharField(blank=True, default='', max_length=100, verbose_name='シリアル')),
                ('access', models.CharField(choices=[('allow', '使用可'), ('read', '読み取り専用'), ('forbid', '使用不可')], default='allow', max_length=8, verbose_name='使い方')),
                ('starts_on', models.DateField(verbose_name='開始日')),
                ('ends_on', models.DateField(verbose_name='終了日')),
                ('purpose', models.CharField(max_length=300, verbose_name='目的')),
                ('state', models.CharField(choices=[('applied', '申請中'), ('sent_back', '差戻し'), ('dropped', '取下げ'), ('approved', '許可'), ('returned', '返却'), ('withdrawn', '許可の取消し')], default='applied', max_length=10, verbose_name='状態')),
                ('applied_by', models.CharField(max_length=64, verbose_name='申請者')),
                ('applied_by_name', models.CharField(max_length=100, verbose_name='申請者名')),
                ('applied_on', models.DateField(verbose_name='申請日')),
                ('approved_on', models.DateField(blank=True, null=True, verbose_name='許可日')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='返却・取消しの日')),
                ('ended_because', models.CharField(blank=True, default='', max_length=300, verbose_name='返却・取消しの理由')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': '許可した媒体',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='DeviceHandout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target', models.CharField(max_length=200, verbose_name='対象')),
                ('segment', models.CharField(blank=True, default='', max_length=60, verbose_name='ネットワークの区分')),
                ('on', models.DateField(verbose_name='基準日')),
                ('sha256', models.CharField(max_length=64, verbose_name='ハッシュ')),
                ('made_at', models.DateTimeField(verbose_name='作成日時')),
                ('made_by', models.CharField(max_length=64, verbose_name='作成者')),
                ('made_by_name', models.CharField(max_length=100, verbose_name='作成者名')),
            ],
            options={
                'verbose_name': '設定ファイルの払出し',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='DevicePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版の番号')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='改めた理由')),
                ('published_at', models.DateTimeField(null=True, verbose_name='公布日時')),
                ('published_on', models.DateField(null=True, verbose_name='公布日')),
                ('published_by', models.CharField(blank=True, default='', max_length=64, verbose_name='公布者')),
                ('published_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='公布者名')),
                ('sha256', models.CharField(blank=True, default='', max_length=64, verbose_name='ハッシュ')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': '外部媒体の使用制限',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='DevicePolicyLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(verbose_name='順')),
                ('kind', models.CharField(blank=True, choices=[('usb_memory', 'USBメモリ'), ('usb_disk', 'USBハードディスク'), ('card_reader', 'カードリーダー／ライター'), ('optical', 'CD／DVD／ブルーレイディスクドライブ'), ('imaging', 'イメージスキャナー・デジタルカメラ'), ('mobile', 'モバイル端末'), ('esata', 'eSATA接続ハードディスク'), ('floppy', 'フロッピーディスク'), ('sd', 'SDカード'), ('dvd_ram', 'DVD-RAM'), ('mo', 'MOディスク'), ('compact_flash', 'コンパクトフラッシュ'), ('memory_stick', 'メモリースティック'), ('xd_picture', 'xDピクチャーカード'), ('smart_media', 'スマートメディア'), ('multimedia_card', 'マルチメディアカード'), ('print', '印刷')], default='', max_length=16, verbose_name='種類')),
                ('segment', models.CharField(blank=True, default='', max_length=60, verbose_name='ネットワークの区分')),
                ('access', models.CharField(choices=[('allow', '使用可'), ('read', '読み取り専用'), ('forbid', '使用不可')], max_length=8, verbose_name='制限')),
                ('approved_excepted', models.BooleanField(default=False, verbose_name='許可した媒体を除く')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='理由')),
            ],
            options={
                'verbose_name': '使用制限の行',
                'ordering': ['order'],
            },
        ),
        migrations.CreateModel(
            name='RemoteSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('operate', 'リモート操作'), ('view', '画面閲覧')], max_length=8, verbose_name='種別')),
                ('operator', models.CharField(max_length=100, verbose_name='実施者')),
                ('begins_at', models.DateTimeField(verbose_name='開始')),
                ('ends_at', models.DateTimeField(verbose_name='終了')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('told', models.CharField(choices=[('before', '事前に知らせた'), ('after', '事後に知らせた'), ('not', '知らせていない')], max_length=6, verbose_name='使用者への連絡')),
                ('ticket', models.CharField(blank=True, default='', max_length=60, verbose_name='受付番号')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('recorded_by_name', models.CharField(max_length=100, verbose_name='記録者名')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('struck_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取消しの理由')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': 'リモート保守の記録',
                'ordering': ['-begins_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='approveddevice',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='approveddevice',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='使う人'),
        ),
        migrations.AddField(
            model_name='approveddevice',
            name='terminal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telemetry.terminal', verbose_name='使う端末'),
        ),
        migrations.AddField(
            model_name='approveddevice',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='所属'),
        ),
        migrations.AddField(
            model_name='devicehandout',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='devicehandout',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='ファイル'),
        ),
        migrations.AddField(
            model_name='devicehandout',
            name='terminal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telemetry.terminal', verbose_name='端末'),
        ),
        migrations.AddField(
            model_name='devicehandout',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='所属'),
        ),
        migrations.AddField(
            model_name='devicepolicy',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='devicehandout',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handouts', to='telemetry.devicepolicy', verbose_name='外部媒体の使用制限'),
        ),
        migrations.AddField(
            model_name='devicepolicyline',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='telemetry.devicepolicy', verbose_name='外部媒体の使用制限'),
        ),
        migrations.AddField(
            model_name='devicepolicyline',
            name='terminal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telemetry.terminal', verbose_name='端末'),
        ),
        migrations.AddField(
            model_name='devicepolicyline',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='所属'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='terminal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telemetry.terminal', verbose_name='端末'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='所属'),
        ),
        migrations.AddIndex(
            model_name='approveddevice',
            index=models.Index(fields=['city', 'state', 'ends_on'], name='telemetry_device_state'),
        ),
        migrations.AddIndex(
            model_name='approveddevice',
            index=models.Index(fields=['unit', 'state'], name='telemetry_device_unit'),
        ),
        migrations.AddConstraint(
            model_name='approveddevice',
            constraint=models.UniqueConstraint(fields=('city', 'number'), name='telemetry_device_number'),
        ),
        migrations.AddConstraint(
            model_name='approveddevice',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='telemetry_device_period'),
        ),
        migrations.AddConstraint(
            model_name='approveddevice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('state__in', ('returned', 'withdrawn'))), models.Q(models.Q(('state__in', ('returned', 'withdrawn')), _negated=True), ('ended_on__isnull', True)), _connector='OR'), name='telemetry_device_ended'),
        ),
        migrations.AddConstraint(
            model_name='devicepolicy',
            constraint=models.UniqueConstraint(fields=('city', 'number'), name='telemetry_policy_number'),
        ),
        migrations.AddConstraint(
            model_name='devicepolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at__isnull', True)), fields=('city',), name='telemetry_policy_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='devicepolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_on__isnull', True), ('sha256', '')), models.Q(('published_at__isnull', False), ('published_on__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='telemetry_policy_published'),
        ),
        migrations.AddIndex(
            model_name='devicehandout',
            index=models.Index(fields=['city', '-made_at'], name='telemetry_handout_made'),
        ),
        migrations.AddConstraint(
            model_name='devicepolicyline',
            constraint=models.UniqueConstraint(fields=('policy', 'order'), name='telemetry_policy_line_order'),
        ),
        migrations.AddConstraint(
            model_name='devicepolicyline',
            constraint=models.CheckConstraint(condition=models.Q(('unit__isnull', True), ('terminal__isnull', True), _connector='OR'), name='telemetry_policy_line_place'),
        ),
        migrations.AddIndex(
            model_name='remotesession',
            index=models.Index(fields=['city', '-begins_at'], name='telemetry_remote_begins'),
        ),
        migrations.AddIndex(
            model_name='remotesession',
            index=models.Index(fields=['terminal', 'begins_at'], name='telemetry_remote_terminal'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gte', models.F('begins_at'))), name='telemetry_remote_period'),
        ),
    ]
