"""Searches with their purpose, saved ones, exports, samples."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telemetry", "0004_reception"),
        ("files", "0001_initial"),
        ("organization", "0003_no_overlap_on_postgresql"),
    ]

    operations = [
        migrations.CreateModel(
            name='OverrideNoticeRule',
            fields=[
                ('city', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='organization.city', verbose_name='市')),
                ('day', models.PositiveSmallIntegerField(default=5, verbose_name='通知する日')),
                ('enabled', models.BooleanField(default=True, verbose_name='毎月通知する')),
                ('tell_none', models.BooleanField(default=False, verbose_name='0件の課公所にも通知する')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
            ],
            options={
                'verbose_name': '解除件数の通知の設定',
                'constraints': [models.CheckConstraint(condition=models.Q(('day__gte', 1), ('day__lte', 28)), name='telemetry_override_rule_day')],
            },
        ),
        migrations.CreateModel(
            name='SearchPurpose',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('incident', '事故・異常の調査'), ('alert', 'アラートの確認'), ('audit', '監査・点検'), ('sample', '業務データ閲覧の抜取り確認'), ('inquiry', '照会・開示請求への対応'), ('support', '職員からの問合せへの対応'), ('operation', 'システムの運用・障害対応'), ('other', 'その他')], max_length=10, verbose_name='目的')),
                ('text', models.CharField(max_length=200, verbose_name='目的の内容')),
                ('stated_at', models.DateTimeField(verbose_name='申告日時')),
                ('expires_at', models.DateTimeField(verbose_name='有効期限')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='終了日時')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='検索した者')),
            ],
            options={
                'verbose_name': '検索の目的',
            },
        ),
        migrations.CreateModel(
            name='SearchRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('search', '検索'), ('terminal_day', '端末の1日'), ('person_day', '職員の1日'), ('file_life', 'ファイルの経過'), ('event', '操作の詳細'), ('export', '出力'), ('sample', '抜取り')], max_length=12, verbose_name='種類')),
                ('searched_at', models.DateTimeField(verbose_name='検索日時')),
                ('criteria', models.JSONField(default=dict, verbose_name='条件')),
                ('summary', models.CharField(max_length=500, verbose_name='条件の内容')),
                ('shown', models.PositiveIntegerField(default=0, verbose_name='表示した件数')),
                ('exported', models.BooleanField(default=False, verbose_name='出力')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='検索した者')),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='searches', to='telemetry.searchpurpose', verbose_name='目的')),
            ],
            options={
                'verbose_name': '検索の記録',
            },
        ),
        migrations.CreateModel(
            name='SearchExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(choices=[('csv', 'CSV（Excel向け・CP932）'), ('csv_utf8', 'CSV（UTF-8・BOM付き）'), ('xlsx', 'Excel'), ('parquet', 'Parquet')], max_length=8, verbose_name='形式')),
                ('job_id', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='処理')),
                ('rows', models.PositiveIntegerField(blank=True, null=True, verbose_name='件数')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='終了日時')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='ファイル')),
                ('search', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='export', to='telemetry.searchrecord', verbose_name='検索の記録')),
            ],
            options={
                'verbose_name': '検索結果の出力',
            },
        ),
        migrations.CreateModel(
            name='ViewSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=100, verbose_name='名称')),
                ('starts_on', models.DateField(verbose_name='期間の初日')),
                ('ends_on', models.DateField(verbose_name='期間の末日')),
                ('seed', models.PositiveBigIntegerField(verbose_name='乱数の種')),
                ('wanted', models.PositiveIntegerField(verbose_name='抜取り数')),
                ('population', models.PositiveBigIntegerField(verbose_name='期間の閲覧の件数')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='回答期限')),
                ('drawn_at', models.DateTimeField(verbose_name='抜取り日時')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='抜き取った者')),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telemetry.searchpurpose', verbose_name='目的')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='対象の組織')),
            ],
            options={
                'verbose_name': '閲覧の抜取り',
                'ordering': ['-drawn_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SampledView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='番号')),
                ('ts', models.DateTimeField(verbose_name='閲覧日時')),
                ('payload', models.DecimalField(decimal_places=0, max_digits=20, verbose_name='受信原本の番号')),
                ('seq', models.PositiveBigIntegerField(verbose_name='受信原本の中の順')),
                ('device', models.CharField(blank=True, default='', max_length=100, verbose_name='端末機番号')),
                ('person_number', models.CharField(blank=True, default='', max_length=100, verbose_name='職員番号')),
                ('person_name', models.CharField(blank=True, default='', max_length=100, verbose_name='氏名')),
                ('what', models.CharField(blank=True, default='', max_length=500, verbose_name='閲覧したもの')),
                ('off_hours', models.BooleanField(default=False, verbose_name='執務時間外')),
                ('verdict', models.CharField(blank=True, choices=[('', '未回答'), ('needed', '業務上必要'), ('not_needed', '業務上必要でない'), ('unknown', '確認できない')], default='', max_length=10, verbose_name='業務上の必要')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='確認の内容')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='確認日時')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='確認した者')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='課公所')),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='views', to='telemetry.viewsample', verbose_name='抜取り')),
            ],
            options={
                'verbose_name': '抜き取った閲覧',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='OverrideNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='月の初日', verbose_name='対象の月')),
                ('overrides', models.PositiveIntegerField(verbose_name='解除の件数')),
                ('mails', models.PositiveSmallIntegerField(verbose_name='送ったメール')),
                ('told_at', models.DateTimeField(verbose_name='通知日時')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='課公所')),
            ],
            options={
                'verbose_name': '解除件数の通知',
                'constraints': [models.UniqueConstraint(fields=('unit', 'month'), name='telemetry_override_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('query', models.CharField(max_length=2000, verbose_name='条件')),
                ('summary', models.CharField(max_length=500, verbose_name='条件の内容')),
                ('shared', models.BooleanField(default=False, verbose_name='ほかの検索者と共有する')),
                ('saved_at', models.DateTimeField(verbose_name='保存日時')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='作成者')),
            ],
            options={
                'verbose_name': '保存した検索',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='telemetry_saved_search_name')],
            },
        ),
        migrations.AddIndex(
            model_name='searchpurpose',
            index=models.Index(fields=['person', '-stated_at'], name='telemetry_purpose_person'),
        ),
        migrations.AddIndex(
            model_name='searchrecord',
            index=models.Index(fields=['city', '-searched_at'], name='telemetry_search_time'),
        ),
        migrations.AddIndex(
            model_name='searchrecord',
            index=models.Index(fields=['person', '-searched_at'], name='telemetry_search_person'),
        ),
        migrations.AddConstraint(
            model_name='sampledview',
            constraint=models.UniqueConstraint(fields=('sample', 'number'), name='telemetry_sampled_number'),
        ),
        migrations.AddConstraint(
            model_name='sampledview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewed_by__isnull', True), ('verdict', '')), models.Q(models.Q(('verdict', ''), _negated=True), ('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='telemetry_sampled_reviewed'),
        ),
    ]
