"""Retention rules, legal holds, archives."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0008_device_control"), ("organization", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Archive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retention', models.CharField(max_length=20, verbose_name='保存区分')),
                ('month', models.DateField(verbose_name='月')),
                ('folder', models.CharField(max_length=200, verbose_name='フォルダー')),
                ('parts', models.JSONField(verbose_name='ファイル')),
                ('rows', models.PositiveBigIntegerField(verbose_name='行数')),
                ('size', models.PositiveBigIntegerField(verbose_name='バイト数')),
                ('digest', models.CharField(max_length=64, verbose_name='ハッシュ値')),
                ('state', models.CharField(choices=[('kept', '保管中'), ('broken', '破損'), ('discarded', '廃棄')], default='kept', max_length=10, verbose_name='状態')),
                ('made_at', models.DateTimeField(verbose_name='作成日時')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='最後に検証した日時')),
                ('restored_until', models.DateField(blank=True, null=True, verbose_name='復元の期限')),
                ('discarded_at', models.DateTimeField(blank=True, null=True, verbose_name='廃棄日時')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '操作ログの保管ファイル',
                'ordering': ['-month', 'retention'],
            },
        ),
        migrations.CreateModel(
            name='EventDeletion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retention', models.CharField(max_length=20, verbose_name='保存区分')),
                ('month', models.DateField(verbose_name='月')),
                ('rows', models.PositiveBigIntegerField(verbose_name='削除した行数')),
                ('held', models.PositiveBigIntegerField(default=0, verbose_name='保全のため残した行数')),
                ('done_at', models.DateTimeField(verbose_name='日時')),
                ('archive', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telemetry.archive', verbose_name='保管ファイル')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '操作ログの削除',
                'ordering': ['-done_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='件名')),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('since', models.DateField(verbose_name='いつの操作から')),
                ('until', models.DateField(blank=True, null=True, verbose_name='いつの操作まで')),
                ('sections', models.JSONField(blank=True, default=list, verbose_name='所属コード')),
                ('persons', models.JSONField(blank=True, default=list, verbose_name='職員番号')),
                ('devices', models.JSONField(blank=True, default=list, verbose_name='端末機番号')),
                ('ordered_by', models.CharField(max_length=64, verbose_name='指示した者')),
                ('ordered_at', models.DateTimeField(verbose_name='指示した日時')),
                ('released_by', models.CharField(blank=True, default='', max_length=64, verbose_name='解除した者')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='解除した日時')),
                ('released_because', models.CharField(blank=True, default='', max_length=500, verbose_name='解除の理由')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '操作ログの保全',
                'ordering': ['-ordered_at'],
            },
        ),
        migrations.CreateModel(
            name='RetentionClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='コード')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('keep_months', models.PositiveSmallIntegerField(verbose_name='検索できる月数')),
                ('archive', models.BooleanField(default=True, verbose_name='月ごとに保管ファイルにする')),
                ('archive_years', models.PositiveSmallIntegerField(default=5, verbose_name='保管ファイルの保存年数')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '操作ログの保存区分',
                'ordering': ['code'],
            },
        ),
        migrations.AddConstraint(
            model_name='archive',
            constraint=models.UniqueConstraint(fields=('city', 'retention', 'month'), name='telemetry_archive_month'),
        ),
        migrations.AddConstraint(
            model_name='archive',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('discarded_at__isnull', False), ('restored_until__isnull', True), ('state', 'discarded')), models.Q(models.Q(('state', 'discarded'), _negated=True), ('discarded_at__isnull', True)), _connector='OR'), name='telemetry_archive_discarded'),
        ),
        migrations.AddIndex(
            model_name='eventdeletion',
            index=models.Index(fields=['city', 'month'], name='telemetry_deletion_month'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', True), ('released_because', ''), ('released_by', '')), models.Q(('released_at__isnull', False), models.Q(('released_by', ''), _negated=True), models.Q(('released_because', ''), _negated=True)), _connector='OR'), name='telemetry_hold_released'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='telemetry_hold_period'),
        ),
        migrations.AddConstraint(
            model_name='retentionclass',
            constraint=models.UniqueConstraint(fields=('city', 'code'), name='telemetry_retention_code'),
        ),
        migrations.AddConstraint(
            model_name='retentionclass',
            constraint=models.CheckConstraint(condition=models.Q(('keep_months__gte', 1), ('keep_months__lte', 120)), name='telemetry_retention_months'),
        ),
    ]
