"""Which account is whose."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0010_mappings"), ("organization", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='AccountName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='開始日')),
                ('valid_to', models.DateField(blank=True, help_text='この日から無効になります。', null=True, verbose_name='終了日')),
                ('name', models.CharField(max_length=100, verbose_name='アカウント')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.city', verbose_name='市')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.person', verbose_name='職員')),
            ],
            options={
                'verbose_name': 'アカウントの使用者',
                'ordering': ['name', 'valid_from'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('city', 'name'), name='telemetry_account_one_open'), models.UniqueConstraint(fields=('city', 'name', 'valid_from'), name='telemetry_account_name'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='telemetry_account_validity')],
            },
        ),
    ]
