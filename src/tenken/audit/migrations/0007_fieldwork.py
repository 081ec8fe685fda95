"""Working papers, questions and answers, reconciliations, tables handed in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_rotation'),
        ('files', '0001_initial'),
        ('organization', '0003_no_overlap_on_postgresql'),
        ('policy', '0004_operational_or_technical'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChecklistLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(verbose_name='順')),
                ('said', models.CharField(blank=True, choices=[('conforms', '適合'), ('issue', '課題あり'), ('not_applicable', '該当なし')], default='', max_length=16, verbose_name='自己点検の回答')),
                ('said_reason', models.TextField(blank=True, default='', max_length=2000, verbose_name='回答の理由')),
                ('said_comment', models.TextField(blank=True, default='', max_length=2000, verbose_name='回答のコメント')),
                ('said_on', models.DateField(verbose_name='回答を写した日')),
                ('result', models.CharField(blank=True, choices=[('conforms', '適合'), ('issue', '不備'), ('unconfirmed', '確認できない'), ('not_applicable', '該当なし')], default='', max_length=16, verbose_name='結果')),
                ('note', models.TextField(blank=True, default='', max_length=2000, verbose_name='確かめたこと')),
                ('recorded_by', models.CharField(blank=True, default='', max_length=64, verbose_name='記録者')),
                ('recorded_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='記録者の氏名')),
                ('recorded_at', models.DateTimeField(blank=True, null=True, verbose_name='記録日時')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='版')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.checkcategory', verbose_name='調査項目')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='audit.engagement', verbose_name='監査')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.checkitemrevision', verbose_name='点検項目の版')),
            ],
            options={
                'verbose_name': '監査チェックリストの項目',
                'ordering': ['order'],
            },
        ),
        migrations.CreateModel(
            name='FieldworkSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('papers_kept_years', models.PositiveSmallIntegerField(default=5, verbose_name='監査調書の保存年数')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': '監査の実施の設定',
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='番号')),
                ('topic', models.CharField(blank=True, default='', max_length=200, verbose_name='件名')),
                ('status', models.CharField(choices=[('asked', '回答待ち'), ('answered', '回答済'), ('closed', '確認済'), ('withdrawn', '取下げ')], default='asked', max_length=10, verbose_name='状態')),
                ('withdrawn_because', models.CharField(blank=True, default='', max_length=300, verbose_name='取り下げた理由')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='audit.engagement', verbose_name='監査')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='宛先')),
            ],
            options={
                'verbose_name': '質問',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='HandedInTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='番号')),
                ('title', models.CharField(max_length=200, verbose_name='表の名')),
                ('source', models.CharField(max_length=200, verbose_name='出どころ')),
                ('heads', models.JSONField(verbose_name='見出し')),
                ('rows', models.JSONField(verbose_name='記載の値')),
                ('columns', models.JSONField(verbose_name='列の種類')),
                ('row_kinds', models.JSONField(verbose_name='行の種類')),
                ('added_by', models.CharField(max_length=64, verbose_name='登録者')),
                ('added_by_name', models.CharField(max_length=100, verbose_name='登録者の氏名')),
                ('added_on', models.DateField(verbose_name='登録日')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tables', to='audit.engagement', verbose_name='監査')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='ファイル')),
                ('question', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tables', to='audit.question', verbose_name='質問')),
            ],
            options={
                'verbose_name': '提出された表',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='EvidenceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='番号')),
                ('what', models.CharField(max_length=300, verbose_name='資料')),
                ('asked_on', models.DateField(verbose_name='依頼日')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('asked_by_name', models.CharField(max_length=100, verbose_name='依頼者の氏名')),
                ('status', models.CharField(choices=[('requested', '依頼中'), ('received', '受領'), ('not_available', '提出なし')], default='requested', max_length=14, verbose_name='状態')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='提出できない理由')),
                ('settled_on', models.DateField(blank=True, null=True, verbose_name='受領日・回答日')),
                ('settled_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='提出・回答した者')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='audit.engagement', verbose_name='監査')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='依頼先')),
                ('question', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='audit.question', verbose_name='質問')),
            ],
            options={
                'verbose_name': '資料の依頼',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='QuestionRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(verbose_name='回')),
                ('text', models.TextField(max_length=4000, verbose_name='質問')),
                ('asked_on', models.DateField(verbose_name='質問日')),
                ('due_on', models.DateField(verbose_name='回答期限')),
                ('asked_by', models.CharField(max_length=64, verbose_name='質問者')),
                ('asked_by_name', models.CharField(max_length=100, verbose_name='質問者の氏名')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='回答日')),
                ('answered_by', models.CharField(blank=True, default='', max_length=64, verbose_name='回答者')),
                ('answered_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='回答者の氏名')),
                ('answered_by_title', models.CharField(blank=True, default='', max_length=160, verbose_name='回答者の職名')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='audit.question', verbose_name='質問')),
            ],
            options={
                'verbose_name': '質問の回',
                'ordering': ['question', 'round'],
            },
        ),
        migrations.CreateModel(
            name='AnswerPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('withheld_because', models.CharField(blank=True, default='', max_length=300, verbose_name='省略する理由')),
                ('legal_ground', models.CharField(blank=True, default='', max_length=300, verbose_name='根拠')),
                ('audience', models.CharField(blank=True, choices=[('auditors', 'この監査の監査人'), ('lead', '主任監査人だけ')], default='', max_length=10, verbose_name='見られる者')),
                ('withheld_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='省略を決めた者')),
                ('withheld_on', models.DateField(blank=True, null=True, verbose_name='省略を決めた日')),
                ('public_text', models.TextField(blank=True, default='', max_length=4000, verbose_name='公表する文')),
                ('order', models.PositiveSmallIntegerField(verbose_name='順')),
                ('heading', models.CharField(blank=True, default='', max_length=200, verbose_name='見出し')),
                ('text', models.TextField(max_length=8000, verbose_name='回答')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='audit.questionround', verbose_name='質問の回')),
            ],
            options={
                'verbose_name': '回答の部分',
                'ordering': ['round', 'order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AnswerFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('withheld_because', models.CharField(blank=True, default='', max_length=300, verbose_name='省略する理由')),
                ('legal_ground', models.CharField(blank=True, default='', max_length=300, verbose_name='根拠')),
                ('audience', models.CharField(blank=True, choices=[('auditors', 'この監査の監査人'), ('lead', '主任監査人だけ')], default='', max_length=10, verbose_name='見られる者')),
                ('withheld_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='省略を決めた者')),
                ('withheld_on', models.DateField(blank=True, null=True, verbose_name='省略を決めた日')),
                ('public_text', models.TextField(blank=True, default='', max_length=4000, verbose_name='公表する文')),
                ('label', models.CharField(max_length=60, verbose_name='別紙の名')),
                ('removed_on', models.DateField(blank=True, null=True, verbose_name='取り消した日')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='ファイル')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='audit.questionround', verbose_name='質問の回')),
            ],
            options={
                'verbose_name': '回答の別紙',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='番号')),
                ('subject', models.CharField(max_length=200, verbose_name='照合すること')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='照会日')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='回答期限')),
                ('status', models.CharField(choices=[('open', '未説明'), ('explained', '説明あり'), ('accepted', '説明を了承'), ('unexplained', '説明がつかない')], default='open', max_length=12, verbose_name='状態')),
                ('decided_because', models.CharField(blank=True, default='', max_length=500, verbose_name='判断の理由')),
                ('decided_by_name', models.CharField(blank=True, default='', max_length=100, verbose_name='判断した者')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='判断した日')),
                ('row', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='行')),
                ('column', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='列')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconciliations', to='audit.engagement', verbose_name='監査')),
                ('question', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reconciliations', to='audit.question', verbose_name='質問')),
                ('table', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reconciliations', to='audit.handedintable', verbose_name='提出された表')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='照会先')),
            ],
            options={
                'verbose_name': '数の照合',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ReconciledFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(verbose_name='順')),
                ('source', models.CharField(max_length=200, verbose_name='出どころ')),
                ('value', models.DecimalField(decimal_places=6, max_digits=24, verbose_name='数')),
                ('unit', models.CharField(blank=True, default='', max_length=20, verbose_name='単位')),
                ('as_of', models.DateField(blank=True, null=True, verbose_name='時点')),
                ('reconciliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='audit.reconciliation', verbose_name='数の照合')),
            ],
            options={
                'verbose_name': '照合する数',
                'ordering': ['order'],
            },
        ),
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000, verbose_name='説明')),
                ('calculation', models.CharField(blank=True, default='', max_length=200, verbose_name='計算')),
                ('by_code', models.CharField(max_length=64, verbose_name='説明した者')),
                ('by_name', models.CharField(max_length=100, verbose_name='氏名')),
                ('explained_on', models.DateField(verbose_name='説明日')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='根拠の資料')),
                ('reconciliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='audit.reconciliation', verbose_name='数の照合')),
            ],
            options={
                'verbose_name': '差異の説明',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='WorkingPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=1, verbose_name='区分記号')),
                ('number', models.PositiveSmallIntegerField(verbose_name='番号')),
                ('kind', models.CharField(choices=[('checklist', 'チェックリスト'), ('evidence', '証拠資料'), ('interview', '聞き取り'), ('observation', '観察'), ('photograph', '写真'), ('calculation', '計算'), ('other', 'その他')], max_length=12, verbose_name='種類')),
                ('title', models.CharField(max_length=200, verbose_name='件名')),
                ('text', models.TextField(blank=True, default='', max_length=20000, verbose_name='内容')),
                ('source', models.CharField(blank=True, default='', max_length=200, verbose_name='入手先・相手')),
                ('made_on', models.DateField(verbose_name='実施日')),
                ('by_code', models.CharField(max_length=64, verbose_name='作成者')),
                ('by_name', models.CharField(max_length=100, verbose_name='作成者の氏名')),
                ('recorded_at', models.DateTimeField(verbose_name='記録日時')),
                ('superseded_because', models.CharField(blank=True, default='', max_length=300, verbose_name='差し替える理由')),
                ('sha256', models.CharField(max_length=64, verbose_name='ハッシュ')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='audit.engagement', verbose_name='監査')),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='audit.workingpaper', verbose_name='差し替える調書')),
            ],
            options={
                'verbose_name': '監査調書',
                'ordering': ['series', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PaperLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='audit.reportitem', verbose_name='報告書の項目')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='audit.checklistline', verbose_name='確認項目')),
                ('visit_item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='audit.visititem', verbose_name='訪問調査の確認項目')),
                ('question', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='audit.question', verbose_name='質問')),
                ('reconciliation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='audit.reconciliation', verbose_name='数の照合')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='audit.workingpaper', verbose_name='監査調書')),
            ],
            options={
                'verbose_name': '監査調書の参照先',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='WorkingPaperFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='ファイル')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='audit.workingpaper', verbose_name='監査調書')),
            ],
            options={
                'verbose_name': '監査調書のファイル',
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='checklistline',
            constraint=models.UniqueConstraint(fields=('engagement', 'revision'), name='audit_line_once'),
        ),
        migrations.AddConstraint(
            model_name='checklistline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recorded_at__isnull', True), ('result', '')), models.Q(models.Q(('recorded_by', ''), _negated=True), ('recorded_at__isnull', False)), _connector='OR'), name='audit_line_recorded_whole'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('engagement', 'number'), name='audit_question_number'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'withdrawn'), models.Q(('withdrawn_because', ''), _negated=True)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawn_because', '')), _connector='OR'), name='audit_question_withdrawn_why'),
        ),
        migrations.AddConstraint(
            model_name='handedintable',
            constraint=models.UniqueConstraint(fields=('engagement', 'number'), name='audit_handed_in_table_number'),
        ),
        migrations.AddConstraint(
            model_name='evidencerequest',
            constraint=models.UniqueConstraint(fields=('engagement', 'number'), name='audit_request_number'),
        ),
        migrations.AddConstraint(
            model_name='evidencerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('settled_by_name', ''), ('settled_on__isnull', True), ('status', 'requested')), models.Q(('reason', ''), ('settled_on__isnull', False), ('status', 'received'), models.Q(('settled_by_name', ''), _negated=True)), models.Q(('settled_on__isnull', False), ('status', 'not_available'), models.Q(('reason', ''), _negated=True), models.Q(('settled_by_name', ''), _negated=True)), _connector='OR'), name='audit_request_settled_whole'),
        ),
        migrations.AddConstraint(
            model_name='questionround',
            constraint=models.UniqueConstraint(fields=('question', 'round'), name='audit_question_round'),
        ),
        migrations.AddConstraint(
            model_name='questionround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_by', ''), ('answered_by_name', ''), ('answered_on__isnull', True)), models.Q(('answered_on__isnull', False), models.Q(('answered_by', ''), _negated=True), models.Q(('answered_by_name', ''), _negated=True)), _connector='OR'), name='audit_question_answered_whole'),
        ),
        migrations.AddConstraint(
            model_name='answerpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', ''), ('legal_ground', ''), ('public_text', ''), ('withheld_because', ''), ('withheld_by_name', ''), ('withheld_on__isnull', True)), models.Q(models.Q(('withheld_because', ''), _negated=True), models.Q(('legal_ground', ''), _negated=True), models.Q(('audience', ''), _negated=True), models.Q(('withheld_by_name', ''), _negated=True), ('withheld_on__isnull', False)), _connector='OR'), name='audit_answerpart_withheld_whole'),
        ),
        migrations.AddConstraint(
            model_name='answerpart',
            constraint=models.UniqueConstraint(fields=('round', 'order'), name='audit_answer_part_order'),
        ),
        migrations.AddConstraint(
            model_name='answerfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', ''), ('legal_ground', ''), ('public_text', ''), ('withheld_because', ''), ('withheld_by_name', ''), ('withheld_on__isnull', True)), models.Q(models.Q(('withheld_because', ''), _negated=True), models.Q(('legal_ground', ''), _negated=True), models.Q(('audience', ''), _negated=True), models.Q(('withheld_by_name', ''), _negated=True), ('withheld_on__isnull', False)), _connector='OR'), name='audit_answerfile_withheld_whole'),
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.UniqueConstraint(fields=('engagement', 'number'), name='audit_reconciliation_number'),
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.UniqueConstraint(condition=models.Q(('table__isnull', False)), fields=('table', 'row', 'column'), name='audit_reconciliation_cell_once'),
        ),
        migrations.AddConstraint(
            model_name='reconciliation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_on__isnull', False), ('status__in', ('accepted', 'unexplained')), models.Q(('decided_because', ''), _negated=True), models.Q(('decided_by_name', ''), _negated=True)), models.Q(('decided_because', ''), ('decided_by_name', ''), ('decided_on__isnull', True), ('status__in', ('open', 'explained'))), _connector='OR'), name='audit_reconciliation_decided_whole'),
        ),
        migrations.AddConstraint(
            model_name='reconciledfigure',
            constraint=models.UniqueConstraint(fields=('reconciliation', 'order'), name='audit_reconciled_figure_order'),
        ),
        migrations.AddConstraint(
            model_name='workingpaper',
            constraint=models.UniqueConstraint(fields=('engagement', 'series', 'number'), name='audit_paper_number'),
        ),
        migrations.AddConstraint(
            model_name='workingpaper',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('superseded_because', ''), ('supersedes__isnull', True)), models.Q(('supersedes__isnull', False), models.Q(('superseded_because', ''), _negated=True)), _connector='OR'), name='audit_paper_supersedes_why'),
        ),
        migrations.AddConstraint(
            model_name='workingpaperfile',
            constraint=models.UniqueConstraint(fields=('paper', 'file'), name='audit_paper_file_once'),
        ),
    ]
