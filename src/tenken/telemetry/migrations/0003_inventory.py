"""What is installed on terminals and how it changed; identity, support dates, licences, counts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0003_no_overlap_on_postgresql'),
        ('telemetry', '0002_roles_watch_terminals'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountReconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='件名')),
                ('statement', models.CharField(max_length=300, verbose_name='記載された資料')),
                ('as_of', models.DateField(verbose_name='基準日')),
                ('printed_total', models.PositiveIntegerField(verbose_name='記載された合計')),
                ('state', models.CharField(choices=[('open', '未解明の差あり'), ('closed', '完了')], default='open', max_length=8, verbose_name='状態')),
                ('counted_at', models.DateTimeField(blank=True, null=True, verbose_name='数えた日時')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='完了日時')),
                ('closed_by', models.CharField(blank=True, default='', max_length=64, verbose_name='完了した者')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': '台数の突合',
                'ordering': ['-as_of', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='DifferenceExplanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.IntegerField(verbose_name='説明できる台数')),
                ('text', models.CharField(max_length=500, verbose_name='説明')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('struck_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り消した理由')),
            ],
            options={
                'verbose_name': '差の説明',
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='DoubtfulMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=20, verbose_name='疑いの理由')),
                ('found_at', models.DateTimeField(verbose_name='見つけた日時')),
                ('state', models.CharField(choices=[('open', '確認待ち'), ('same', '同じ端末'), ('different', '別の端末')], default='open', max_length=10, verbose_name='判断')),
                ('because', models.CharField(blank=True, default='', max_length=300, verbose_name='判断の理由')),
                ('decided_by', models.CharField(blank=True, default='', max_length=64, verbose_name='判断した者')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='判断した日時')),
                ('moved', models.JSONField(blank=True, default=list, verbose_name='移した識別')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': '同じかもしれない端末',
                'ordering': ['-found_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='InstalledSoftware',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('installed_on', models.DateField(blank=True, null=True, verbose_name='導入日')),
            ],
            options={
                'verbose_name': '導入されたソフトウェア',
            },
        ),
        migrations.CreateModel(
            name='InventoryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='受信日時')),
                ('reported_at', models.DateTimeField(blank=True, null=True, verbose_name='作成日時')),
                ('source_code', models.CharField(max_length=20, verbose_name='送信元')),
                ('what', models.CharField(choices=[('first', '初めての構成情報'), ('added', '追加'), ('removed', '削除'), ('changed', '変更')], max_length=8, verbose_name='変化')),
                ('subject', models.CharField(max_length=20, verbose_name='対象')),
                ('name', models.CharField(max_length=200, verbose_name='名称')),
                ('before', models.CharField(blank=True, default='', max_length=200, verbose_name='前')),
                ('after', models.CharField(blank=True, default='', max_length=200, verbose_name='後')),
            ],
            options={
                'verbose_name': '構成の変化',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='InventorySetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('silent_days', models.PositiveSmallIntegerField(default=14, verbose_name='受信がない日数')),
                ('antivirus_days', models.PositiveSmallIntegerField(default=7, verbose_name='パターンファイルの古さ（日）')),
                ('patch_days', models.PositiveSmallIntegerField(default=45, verbose_name='更新プログラムの古さ（日）')),
                ('junk', models.JSONField(blank=True, default=list, verbose_name='端末を表さない番号')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': '構成情報の設定',
            },
        ),
        migrations.CreateModel(
            name='ReconciliationRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='項')),
                ('label', models.CharField(max_length=120, verbose_name='種類')),
                ('kinds', models.JSONField(blank=True, default=list, verbose_name='端末の種類')),
                ('procurement', models.CharField(blank=True, choices=[('central', '情報政策課で調達'), ('section', '各課で購入')], default='', max_length=8, verbose_name='調達')),
                ('spare', models.BooleanField(default=True, verbose_name='予備を含む')),
                ('claimed', models.PositiveIntegerField(verbose_name='記載された台数')),
                ('in_ledger', models.PositiveIntegerField(default=0, verbose_name='台帳の台数')),
                ('in_reports', models.PositiveIntegerField(default=0, verbose_name='受信している台数')),
            ],
            options={
                'verbose_name': '突合の行',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='SoftwareLicence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='開始日')),
                ('valid_to', models.DateField(blank=True, help_text='この日から無効になります。', null=True, verbose_name='終了日')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('pattern', models.CharField(max_length=200, verbose_name='ソフトウェア名')),
                ('count', models.PositiveIntegerField(verbose_name='本数')),
                ('contract', models.CharField(blank=True, default='', max_length=60, verbose_name='契約番号')),
                ('vendor', models.CharField(blank=True, default='', max_length=120, verbose_name='契約の相手')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='備考')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': 'ライセンス',
                'ordering': ['name', 'valid_from', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SoftwareRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(blank=True, default='', max_length=80, verbose_name='版')),
            ],
            options={
                'verbose_name': 'ソフトウェアの版',
                'ordering': ['title', 'version'],
            },
        ),
        migrations.CreateModel(
            name='SoftwareTitle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('application', 'アプリケーション'), ('office', 'Office'), ('antivirus', 'ウイルス対策'), ('update', '更新プログラム'), ('driver', 'ドライバー')], default='application', max_length=12, verbose_name='種類')),
                ('key', models.CharField(max_length=200, verbose_name='照合用の名称')),
                ('name', models.CharField(max_length=200, verbose_name='名称')),
                ('publisher', models.CharField(blank=True, default='', max_length=120, verbose_name='提供元')),
                ('first_seen', models.DateTimeField(verbose_name='初めて受信した日時')),
            ],
            options={
                'verbose_name': 'ソフトウェア',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SupportDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('os', 'OS'), ('application', 'アプリケーション')], max_length=12, verbose_name='種類')),
                ('product', models.CharField(max_length=120, verbose_name='製品')),
                ('pattern', models.CharField(max_length=200, verbose_name='照合の式')),
                ('ends_on', models.DateField(verbose_name='サポート終了日')),
                ('extended_to', models.DateField(blank=True, null=True, verbose_name='有償の延長の終了日')),
                ('source', models.CharField(max_length=200, verbose_name='出典')),
                ('checked_on', models.DateField(verbose_name='確認日')),
                ('hidden', models.BooleanField(default=False, verbose_name='使わない')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': 'サポート終了日',
                'ordering': ['kind', 'product'],
            },
        ),
        migrations.CreateModel(
            name='TerminalIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent_id', models.CharField(blank=True, default='', max_length=120, verbose_name='エージェントの番号')),
                ('uuid', models.CharField(blank=True, default='', max_length=40, verbose_name='UUID')),
                ('serial', models.CharField(blank=True, default='', max_length=100, verbose_name='シリアル')),
                ('name', models.CharField(blank=True, default='', max_length=100, verbose_name='コンピューター名')),
                ('macs', models.JSONField(blank=True, default=list, verbose_name='MACアドレス')),
                ('reason', models.CharField(max_length=20, verbose_name='判断の理由')),
                ('source_code', models.CharField(max_length=20, verbose_name='送信元')),
                ('first_seen', models.DateTimeField(verbose_name='初めて受信した日時')),
                ('last_seen', models.DateTimeField(verbose_name='最後に受信した日時')),
            ],
            options={
                'verbose_name': '端末の識別',
                'ordering': ['-last_seen', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='TerminalReport',
            fields=[
                ('terminal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='report', serialize=False, to='telemetry.terminal', verbose_name='端末')),
                ('source_code', models.CharField(max_length=20, verbose_name='送信元')),
                ('reported_at', models.DateTimeField(blank=True, null=True, verbose_name='作成日時')),
                ('received_at', models.DateTimeField(verbose_name='受信日時')),
                ('chassis', models.CharField(blank=True, default='', max_length=60, verbose_name='筐体')),
                ('os_build', models.CharField(blank=True, default='', max_length=60, verbose_name='OSのビルド')),
                ('os_installed_on', models.DateField(blank=True, null=True, verbose_name='OSの導入日')),
                ('last_user', models.CharField(blank=True, default='', max_length=100, verbose_name='最後の利用者')),
                ('tag', models.CharField(blank=True, default='', max_length=100, verbose_name='札')),
                ('addresses', models.JSONField(blank=True, default=list, verbose_name='IPアドレス')),
                ('macs', models.JSONField(blank=True, default=list, verbose_name='MACアドレス')),
                ('antivirus', models.JSONField(blank=True, default=list, verbose_name='ウイルス対策')),
                ('parts', models.JSONField(blank=True, default=list, verbose_name='構成部品')),
                ('digests', models.JSONField(blank=True, default=dict, verbose_name='照合値')),
            ],
            options={
                'verbose_name': '端末の構成情報',
            },
        ),
        migrations.AddField(
            model_name='terminal',
            name='former_number',
            field=models.CharField(blank=True, default='', max_length=40, verbose_name='前の番号'),
        ),
        migrations.AddField(
            model_name='terminal',
            name='in_ledger',
            field=models.BooleanField(default=True, verbose_name='台帳に登録'),
        ),
        migrations.AddField(
            model_name='terminal',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='telemetry.terminal', verbose_name='同じ端末'),
        ),
        migrations.AddIndex(
            model_name='terminal',
            index=models.Index(fields=['city', 'serial'], name='telemetry_terminal_serial'),
        ),
        migrations.AddField(
            model_name='countreconciliation',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='differenceexplanation',
            name='reconciliation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='telemetry.countreconciliation', verbose_name='突合'),
        ),
        migrations.AddField(
            model_name='doubtfulmatch',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='doubtfulmatch',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doubted', to='telemetry.terminal', verbose_name='同じかもしれない端末'),
        ),
        migrations.AddField(
            model_name='doubtfulmatch',
            name='terminal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doubts', to='telemetry.terminal', verbose_name='新しい端末'),
        ),
        migrations.AddField(
            model_name='installedsoftware',
            name='terminal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installed', to='telemetry.terminal', verbose_name='端末'),
        ),
        migrations.AddField(
            model_name='inventorychange',
            name='terminal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='telemetry.terminal', verbose_name='端末'),
        ),
        migrations.AddField(
            model_name='inventorysetting',
            name='city',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='reconciliationrow',
            name='reconciliation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='telemetry.countreconciliation', verbose_name='突合'),
        ),
        migrations.AddField(
            model_name='differenceexplanation',
            name='row',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='telemetry.reconciliationrow', verbose_name='行'),
        ),
        migrations.AddField(
            model_name='softwarelicence',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='softwarelicence',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='購入した課'),
        ),
        migrations.AddField(
            model_name='installedsoftware',
            name='release',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installed', to='telemetry.softwarerelease', verbose_name='ソフトウェア'),
        ),
        migrations.AddField(
            model_name='softwaretitle',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='softwarerelease',
            name='title',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='telemetry.softwaretitle', verbose_name='名称'),
        ),
        migrations.AddField(
            model_name='supportdate',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='terminalidentity',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市'),
        ),
        migrations.AddField(
            model_name='terminalidentity',
            name='terminal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='telemetry.terminal', verbose_name='端末'),
        ),
        migrations.AddConstraint(
            model_name='countreconciliation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('closed_by', ''), _negated=True)), models.Q(('closed_at__isnull', True), ('closed_by', ''), ('state', 'open')), _connector='OR'), name='telemetry_reconciliation_closed'),
        ),
        migrations.AddConstraint(
            model_name='doubtfulmatch',
            constraint=models.UniqueConstraint(fields=('terminal', 'other'), name='telemetry_doubt_once'),
        ),
        migrations.AddConstraint(
            model_name='doubtfulmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by', ''), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='telemetry_doubt_decided'),
        ),
        migrations.AddIndex(
            model_name='inventorychange',
            index=models.Index(fields=['terminal', '-at'], name='telemetry_change_terminal'),
        ),
        migrations.AddConstraint(
            model_name='reconciliationrow',
            constraint=models.UniqueConstraint(fields=('reconciliation', 'position'), name='telemetry_row_position'),
        ),
        migrations.AddConstraint(
            model_name='softwarelicence',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='telemetry_licence_validity'),
        ),
        migrations.AddConstraint(
            model_name='installedsoftware',
            constraint=models.UniqueConstraint(fields=('terminal', 'release'), name='telemetry_installed_once'),
        ),
        migrations.AddConstraint(
            model_name='softwaretitle',
            constraint=models.UniqueConstraint(fields=('city', 'kind', 'key'), name='telemetry_title_key'),
        ),
        migrations.AddConstraint(
            model_name='softwarerelease',
            constraint=models.UniqueConstraint(fields=('title', 'version'), name='telemetry_release_once'),
        ),
        migrations.AddConstraint(
            model_name='supportdate',
            constraint=models.UniqueConstraint(fields=('city', 'kind', 'product'), name='telemetry_support_product'),
        ),
        migrations.AddIndex(
            model_name='terminalidentity',
            index=models.Index(fields=['city', 'uuid'], name='telemetry_identity_uuid'),
        ),
        migrations.AddIndex(
            model_name='terminalidentity',
            index=models.Index(fields=['city', 'serial'], name='telemetry_identity_serial'),
        ),
        migrations.AddConstraint(
            model_name='terminalidentity',
            constraint=models.UniqueConstraint(fields=('city', 'agent_id', 'uuid', 'serial', 'name'), name='telemetry_identity_once'),
        ),
    ]
