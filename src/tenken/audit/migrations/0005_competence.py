"""What auditors are able to do, whom they may not audit, and what an audit says."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_roles_audit_systems"),
        ("files", "0001_initial"),
        ("findings", "0005_roles_tell_measures"),
        ("organization", "0003_no_overlap_on_postgresql"),
    ]

    operations = [
        migrations.CreateModel(
            name='IssuedReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField(verbose_name='内容')),
                ('sha256', models.CharField(max_length=64, verbose_name='ハッシュ')),
                ('issued_on', models.DateField(verbose_name='報告日')),
                ('issued_by', models.CharField(max_length=64, verbose_name='報告者')),
                ('issued_by_name', models.CharField(max_length=100, verbose_name='報告者の氏名')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='issued', to='audit.engagement', verbose_name='監査')),
            ],
            options={
                'verbose_name': '発行した監査報告書',
            },
        ),
        migrations.CreateModel(
            name='ReportDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='回')),
                ('sent_on', models.DateField(verbose_name='送付日')),
                ('due_on', models.DateField(verbose_name='回答の期限')),
                ('content', models.JSONField(verbose_name='内容')),
                ('sha256', models.CharField(max_length=64, verbose_name='ハッシュ')),
                ('sent_by', models.CharField(max_length=64, verbose_name='送付者')),
                ('sent_by_name', models.CharField(max_length=100, verbose_name='送付者の氏名')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='audit.engagement', verbose_name='監査')),
            ],
            options={
                'verbose_name': '報告書案',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ReportItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('exception', '指摘'), ('opinion', '意見'), ('potential', 'リスク発現の可能性があるもの'), ('assessment', '評価'), ('good_practice', '優良事例')], max_length=14, verbose_name='区分')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='並び順')),
                ('viewpoint', models.CharField(blank=True, default='', max_length=20, verbose_name='着眼点')),
                ('perspective', models.CharField(blank=True, choices=[('economy', '経済性'), ('efficiency', '効率性'), ('effectiveness', '有効性'), ('compliance', '合規性')], default='', max_length=14, verbose_name='視点')),
                ('title', models.CharField(max_length=500, verbose_name='件名')),
                ('detail', models.TextField(max_length=5000, verbose_name='内容')),
                ('recommendation', models.TextField(blank=True, default='', max_length=2000, verbose_name='改善の提案')),
                ('aspect', models.CharField(blank=True, choices=[('operational', '運用面'), ('technical', '技術面')], default='', max_length=12, verbose_name='運用面・技術面')),
                ('item_code', models.CharField(blank=True, default='', max_length=40, verbose_name='点検項目')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='改善の期限')),
                ('origin_key', models.CharField(blank=True, default='', max_length=80, verbose_name='もとの記録')),
                ('drafted_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('drafted_by_name', models.CharField(max_length=100, verbose_name='記録者の氏名')),
                ('dropped_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り下げた理由')),
                ('reference', models.CharField(blank=True, default='', max_length=60, verbose_name='報告書の番号')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='audit.engagement', verbose_name='監査')),
                ('finding', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report_items', to='findings.finding', verbose_name='課題')),
            ],
            options={
                'verbose_name': '監査報告書の項目',
                'ordering': ['order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='FactAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(choices=[('agreed', '相違ない'), ('differs', '相違がある')], max_length=8, verbose_name='回答')),
                ('words', models.TextField(blank=True, default='', max_length=2000, verbose_name='相違の内容')),
                ('answered_by', models.CharField(max_length=64, verbose_name='回答者')),
                ('answered_by_name', models.CharField(max_length=100, verbose_name='回答者の氏名')),
                ('answered_on', models.DateField(verbose_name='回答日')),
                ('outcome', models.CharField(blank=True, choices=[('corrected', '報告書を直した'), ('kept', '報告書のままとした'), ('dropped', '項目を取り下げた')], default='', max_length=10, verbose_name='相違への対応')),
                ('reply', models.TextField(blank=True, default='', max_length=2000, verbose_name='監査人の回答')),
                ('replied_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='対応した者')),
                ('replied_on', models.DateField(blank=True, null=True, verbose_name='対応日')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='audit.reportdraft', verbose_name='報告書案')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='audit.reportitem', verbose_name='項目')),
            ],
            options={
                'verbose_name': '報告書案への回答',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='AuditorExperience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('struck_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り消した理由')),
                ('what', models.CharField(max_length=200, verbose_name='内容')),
                ('auditing', models.BooleanField(default=True, verbose_name='システム監査・セキュリティ監査の実務')),
                ('starts_on', models.DateField(verbose_name='開始日')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='終了日')),
                ('auditor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='experiences', to='audit.auditor', verbose_name='監査人')),
            ],
            options={
                'verbose_name': '監査人の実務経験',
                'ordering': ['starts_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='audit_experience_dates')],
            },
        ),
        migrations.CreateModel(
            name='AuditorQualification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('struck_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り消した理由')),
                ('kind', models.CharField(max_length=20, verbose_name='資格')),
                ('kind_name', models.CharField(blank=True, default='', max_length=120, verbose_name='資格の名称')),
                ('issuing_body', models.CharField(blank=True, default='', max_length=120, verbose_name='認定した団体')),
                ('number', models.CharField(blank=True, default='', max_length=60, verbose_name='登録番号')),
                ('obtained_on', models.DateField(verbose_name='取得日')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='有効期限')),
                ('told_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='期限の何日前に知らせたか')),
                ('auditor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='audit.auditor', verbose_name='監査人')),
                ('proof', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='証明書')),
            ],
            options={
                'verbose_name': '監査人の資格',
                'ordering': ['obtained_on', 'pk'],
                'indexes': [models.Index(fields=['expires_on'], name='audit_qualification_expiry')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_on__isnull', True), ('expires_on__gte', models.F('obtained_on')), _connector='OR'), name='audit_qualification_dates'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'other'), _negated=True), models.Q(('kind_name', ''), _negated=True), _connector='OR'), name='audit_qualification_named')],
            },
        ),
        migrations.CreateModel(
            name='AuditSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('independence_years', models.PositiveSmallIntegerField(default=2, verbose_name='所属を離れてから監査できない年数')),
                ('experience_instead_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='資格に代わる実務経験の年数')),
                ('external_track', models.CharField(choices=[('improvement', '改善計画と改善報告'), ('measures', '措置の報告')], default='measures', max_length=12, verbose_name='外部監査・共同監査への対応')),
                ('viewpoints', models.JSONField(blank=True, default=list, verbose_name='着眼点')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '監査の決まり',
                'constraints': [models.CheckConstraint(condition=models.Q(('independence_years__lte', 20), models.Q(('experience_instead_years__isnull', True), ('experience_instead_years__range', (1, 20)), _connector='OR')), name='audit_settings_years')],
            },
        ),
        migrations.CreateModel(
            name='DeclaredConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('struck_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り消した理由')),
                ('vendor', models.CharField(blank=True, default='', max_length=120, verbose_name='事業者')),
                ('starts_on', models.DateField(verbose_name='開始日')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='終了日')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('auditor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='audit.auditor', verbose_name='監査人')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='組織')),
            ],
            options={
                'verbose_name': '利害関係の申告',
                'ordering': ['starts_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('unit__isnull', False), ('vendor', '')), models.Q(('unit__isnull', True), models.Q(('vendor', ''), _negated=True)), _connector='OR'), name='audit_conflict_with_one'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='audit_conflict_dates')],
            },
        ),
        migrations.AddConstraint(
            model_name='reportdraft',
            constraint=models.UniqueConstraint(fields=('engagement', 'number'), name='audit_draft_number'),
        ),
        migrations.AddConstraint(
            model_name='reportdraft',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('sent_on'))), name='audit_draft_due_later'),
        ),
        migrations.AddConstraint(
            model_name='reportitem',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('origin_key', ''), _negated=True), ('dropped_because', '')), fields=('engagement', 'origin_key'), name='audit_report_item_origin_once'),
        ),
        migrations.AddConstraint(
            model_name='reportitem',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('engagement', 'reference'), name='audit_report_item_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='reportitem',
            constraint=models.CheckConstraint(condition=models.Q(('dropped_because', ''), models.Q(('finding__isnull', True), ('reference', '')), _connector='OR'), name='audit_report_item_dropped_or_issued'),
        ),
        migrations.AddConstraint(
            model_name='factanswer',
            constraint=models.UniqueConstraint(fields=('draft', 'item'), name='audit_fact_answer_once'),
        ),
        migrations.AddConstraint(
            model_name='factanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'agreed'), ('outcome', ''), ('words', '')), models.Q(('answer', 'differs'), models.Q(('words', ''), _negated=True)), _connector='OR'), name='audit_fact_answer_words'),
        ),
        migrations.AddConstraint(
            model_name='factanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('replied_on__isnull', True), ('reply', '')), models.Q(models.Q(('outcome', ''), _negated=True), models.Q(('reply', ''), _negated=True), ('replied_on__isnull', False)), _connector='OR'), name='audit_fact_answer_replied_whole'),
        ),
    ]
