"""Whose turn it is: rotation, mid-term and yearly plans, selections of systems."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0003_systems_as_audit_universe'),
        ('audit', '0005_competence'),
    ]

    operations = [
        migrations.CreateModel(
            name='RotationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='版')),
                ('valid_from', models.DateField(verbose_name='適用開始日')),
                ('content', models.JSONField(verbose_name='内容')),
                ('reason', models.TextField(max_length=1000, verbose_name='定めた理由')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='定めた者')),
                ('recorded_by_name', models.CharField(max_length=100, verbose_name='定めた者の氏名')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '監査対象の選定の規則',
                'ordering': ['valid_from', 'number'],
            },
        ),
        migrations.CreateModel(
            name='MidTermPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='番号')),
                ('from_year', models.PositiveSmallIntegerField(verbose_name='開始年度')),
                ('to_year', models.PositiveSmallIntegerField(verbose_name='終了年度')),
                ('purpose', models.TextField(max_length=2000, verbose_name='目的')),
                ('priorities', models.TextField(blank=True, default='', max_length=2000, verbose_name='重点')),
                ('seed', models.PositiveBigIntegerField(verbose_name='乱数の種')),
                ('rule', models.JSONField(verbose_name='規則の写し')),
                ('universe', models.JSONField(verbose_name='母集団')),
                ('made_on', models.DateField(verbose_name='作成日')),
                ('status', models.CharField(choices=[('draft', '案'), ('adopted', '決定')], default='draft', max_length=10, verbose_name='状態')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='決定日')),
                ('adopted_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='決定した者')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('rule_row', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.rotationrule', verbose_name='選定の規則')),
            ],
            options={
                'verbose_name': '中期監査計画',
                'ordering': ['-from_year', '-number'],
            },
        ),
        migrations.CreateModel(
            name='SystemSelection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('number', models.PositiveSmallIntegerField(verbose_name='回')),
                ('seed', models.PositiveBigIntegerField(verbose_name='乱数の種')),
                ('rule', models.JSONField(verbose_name='規則の写し')),
                ('universe', models.JSONField(verbose_name='母集団')),
                ('proof', models.JSONField(blank=True, null=True, verbose_name='周期の確認')),
                ('status', models.CharField(choices=[('drawn', '検討中'), ('adopted', '決定'), ('discarded', '不採用')], default='drawn', max_length=10, verbose_name='状態')),
                ('discarded_because', models.CharField(blank=True, default='', max_length=300, verbose_name='採用しない理由')),
                ('drawn_on', models.DateField(verbose_name='選定日')),
                ('drawn_by', models.CharField(max_length=64, verbose_name='選定者')),
                ('drawn_by_name', models.CharField(max_length=100, verbose_name='選定者の氏名')),
                ('drawn_at', models.DateTimeField(verbose_name='選定日時')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='決定日')),
                ('adopted_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='決定した者')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('programme', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inspection.programme', verbose_name='点検')),
                ('rule_row', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.rotationrule', verbose_name='選定の規則')),
            ],
            options={
                'verbose_name': '監査対象の選定',
                'ordering': ['-fiscal_year', '-number'],
            },
        ),
        migrations.CreateModel(
            name='SystemChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveIntegerField(verbose_name='順位')),
                ('points', models.PositiveIntegerField(verbose_name='点数')),
                ('technical_points', models.PositiveIntegerField(verbose_name='技術監査の点数')),
                ('parts', models.JSONField(verbose_name='内訳')),
                ('technical_parts', models.JSONField(default=list, verbose_name='技術監査の内訳')),
                ('lot', models.FloatField(verbose_name='くじの値')),
                ('due', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='訪問調査の期限の年度')),
                ('self_due', models.PositiveSmallIntegerField(verbose_name='自己点検の期限の年度')),
                ('because', models.CharField(blank=True, choices=[('due', '周期の期限'), ('level', '期限の集中を避ける'), ('points', '点数順'), ('deeper', '訪問調査の対象')], default='', max_length=8, verbose_name='選んだ段')),
                ('drawn_tier', models.CharField(choices=[('none', '対象外'), ('self', '自己点検'), ('visit', '訪問調査'), ('technical', '技術監査')], max_length=10, verbose_name='規則による区分')),
                ('tier', models.CharField(choices=[('none', '対象外'), ('self', '自己点検'), ('visit', '訪問調査'), ('technical', '技術監査')], max_length=10, verbose_name='区分')),
                ('override_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='変更の理由')),
                ('overridden_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='変更した者')),
                ('overridden_at', models.DateTimeField(blank=True, null=True, verbose_name='変更日時')),
                ('engagement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.engagement', verbose_name='監査')),
                ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assets.informationsystem', verbose_name='情報システム')),
                ('selection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='choices', to='audit.systemselection', verbose_name='選定')),
            ],
            options={
                'verbose_name': '監査対象の候補',
                'ordering': ['rank'],
            },
        ),
        migrations.CreateModel(
            name='YearPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('purpose', models.TextField(max_length=2000, verbose_name='目的')),
                ('focus', models.TextField(blank=True, default='', max_length=2000, verbose_name='重点')),
                ('policy', models.TextField(blank=True, default='', max_length=2000, verbose_name='方針')),
                ('budget_yen', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='予算額（円）')),
                ('budget_note', models.CharField(blank=True, default='', max_length=300, verbose_name='予算の内訳')),
                ('auditor_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='監査人の延べ日数')),
                ('periods', models.JSONField(default=list, verbose_name='実施の期間')),
                ('status', models.CharField(choices=[('draft', '案'), ('adopted', '決定')], default='draft', max_length=10, verbose_name='状態')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='決定日')),
                ('adopted_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='決定した者')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '年度監査計画',
                'ordering': ['-fiscal_year'],
            },
        ),
        migrations.CreateModel(
            name='MidTermLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('drawn_tier', models.CharField(choices=[('none', '対象外'), ('self', '自己点検'), ('visit', '訪問調査'), ('technical', '技術監査')], max_length=10, verbose_name='規則による区分')),
                ('tier', models.CharField(choices=[('none', '対象外'), ('self', '自己点検'), ('visit', '訪問調査'), ('technical', '技術監査')], max_length=10, verbose_name='区分')),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='変更の理由')),
                ('changed_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='変更した者')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='変更日時')),
                ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assets.informationsystem', verbose_name='情報システム')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='audit.midtermplan', verbose_name='中期監査計画')),
            ],
            options={
                'verbose_name': '中期監査計画の行',
                'ordering': ['system__code', 'fiscal_year'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'system', 'fiscal_year'), name='audit_midterm_line_once'), models.CheckConstraint(condition=models.Q(('tier', models.F('drawn_tier')), models.Q(('reason', ''), _negated=True), _connector='OR'), name='audit_midterm_line_why')],
            },
        ),
        migrations.CreateModel(
            name='PriorAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.CharField(choices=[('self', '自己点検'), ('visit', '訪問調査'), ('technical', '技術監査')], max_length=10, verbose_name='区分')),
                ('held_on', models.DateField(verbose_name='実施日')),
                ('source', models.CharField(max_length=300, verbose_name='出所')),
                ('recorded_by', models.CharField(max_length=64, verbose_name='記録者')),
                ('recorded_by_name', models.CharField(max_length=100, verbose_name='記録者の氏名')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('struck_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り消した理由')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
                ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assets.informationsystem', verbose_name='情報システム')),
            ],
            options={
                'verbose_name': '過去の監査',
                'ordering': ['-held_on', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('struck_because', '')), fields=('system', 'tier', 'held_on'), name='audit_prior_once'), models.CheckConstraint(condition=models.Q(('tier__in', ('self', 'visit', 'technical'))), name='audit_prior_tier')],
            },
        ),
        migrations.AddConstraint(
            model_name='rotationrule',
            constraint=models.UniqueConstraint(fields=('city', 'number'), name='audit_rotation_rule_number'),
        ),
        migrations.AddConstraint(
            model_name='midtermplan',
            constraint=models.UniqueConstraint(fields=('city', 'number'), name='audit_midterm_number'),
        ),
        migrations.AddConstraint(
            model_name='midtermplan',
            constraint=models.CheckConstraint(condition=models.Q(('to_year__gte', django.db.models.expressions.CombinedExpression(models.F('from_year'), '+', models.Value(2))), ('to_year__lte', django.db.models.expressions.CombinedExpression(models.F('from_year'), '+', models.Value(4)))), name='audit_midterm_years'),
        ),
        migrations.AddConstraint(
            model_name='midtermplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adopted_on__isnull', False), ('status', 'adopted')), models.Q(('adopted_on__isnull', True), ('status', 'draft')), _connector='OR'), name='audit_midterm_adopted_has_date'),
        ),
        migrations.AddConstraint(
            model_name='systemselection',
            constraint=models.UniqueConstraint(fields=('city', 'fiscal_year', 'number'), name='audit_system_selection_number'),
        ),
        migrations.AddConstraint(
            model_name='systemselection',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'adopted')), fields=('city', 'fiscal_year'), name='audit_system_selection_one_adopted'),
        ),
        migrations.AddConstraint(
            model_name='systemselection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'discarded'), models.Q(('discarded_because', ''), _negated=True)), models.Q(models.Q(('status', 'discarded'), _negated=True), ('discarded_because', '')), _connector='OR'), name='audit_system_selection_discarded_why'),
        ),
        migrations.AddConstraint(
            model_name='systemselection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adopted_on__isnull', False), ('proof__isnull', False), ('status', 'adopted')), models.Q(models.Q(('status', 'adopted'), _negated=True), ('adopted_on__isnull', True)), _connector='OR'), name='audit_system_selection_adopted_whole'),
        ),
        migrations.AddConstraint(
            model_name='systemchoice',
            constraint=models.UniqueConstraint(fields=('selection', 'system'), name='audit_system_choice_once'),
        ),
        migrations.AddConstraint(
            model_name='systemchoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('override_reason', ''), ('tier', models.F('drawn_tier'))), models.Q(models.Q(('tier', models.F('drawn_tier')), _negated=True), models.Q(('override_reason', ''), _negated=True)), _connector='OR'), name='audit_system_choice_override_why'),
        ),
        migrations.AddConstraint(
            model_name='yearplan',
            constraint=models.UniqueConstraint(fields=('city', 'fiscal_year'), name='audit_year_plan_once'),
        ),
        migrations.AddConstraint(
            model_name='yearplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adopted_on__isnull', False), ('status', 'adopted')), models.Q(('adopted_on__isnull', True), ('status', 'draft')), _connector='OR'), name='audit_year_plan_adopted_has_date'),
        ),
    ]
