"""Saved mappings of CSV files."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0009_retention")]

    operations = [
        migrations.CreateModel(
            name='CsvLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='備考')),
                ('data', models.JSONField(verbose_name='対応づけ')),
                ('in_use', models.BooleanField(default=True, verbose_name='使用する')),
                ('created_at', models.DateTimeField(verbose_name='登録日時')),
                ('changed_at', models.DateTimeField(verbose_name='変更日時')),
                ('changed_by_name', models.CharField(max_length=100, verbose_name='変更者')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organization.city', verbose_name='市')),
            ],
            options={
                'verbose_name': 'CSVの対応づけ',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('city', 'name'), name='telemetry_csv_layout_name')],
            },
        ),
    ]
