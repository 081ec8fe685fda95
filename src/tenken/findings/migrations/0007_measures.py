"""A measure is proposed by the section, decided by the secretariat, and confirmed with what bears it out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0006_extent")]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="state",
            field=models.CharField(
                choices=[("proposed", "確認待ち"), ("decided", "決定"), ("returned", "差戻し")],
                default="decided",
                max_length=10,
                verbose_name="手続",
            ),
        ),
        migrations.AddField(
            model_name="measure",
            name="proposed_by",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="報告した者"),
        ),
        migrations.AddField(
            model_name="measure",
            name="proposed_by_name",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="報告した者の氏名"),
        ),
        migrations.AddField(
            model_name="measure",
            name="proposed_on",
            field=models.DateField(blank=True, null=True, verbose_name="報告した日"),
        ),
        migrations.AddField(
            model_name="measure",
            name="returned_because",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="差し戻した理由"),
        ),
        migrations.AlterField(
            model_name="measure",
            name="decided_by",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="決めた者"),
        ),
        migrations.AlterField(
            model_name="measure",
            name="decided_by_name",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="決めた者の氏名"),
        ),
        migrations.AddField(
            model_name="measure",
            name="decided_on",
            field=models.DateField(blank=True, null=True, verbose_name="決めた日"),
        ),
        migrations.AddField(
            model_name="measure",
            name="confirmed_on",
            field=models.DateField(blank=True, null=True, verbose_name="確認日"),
        ),
        migrations.AddField(
            model_name="measure",
            name="confirmed_by",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="確認した者"),
        ),
        migrations.AddField(
            model_name="measure",
            name="confirmed_by_name",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="確認した者の氏名"),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                name="findings_measure_decided_whole",
                condition=(models.Q(state="decided", decided_on__isnull=False) & ~models.Q(decided_by=""))
                | (
                    models.Q(state__in=("proposed", "returned"), proposed_on__isnull=False)
                    & models.Q(
                        decided_on__isnull=True,
                        decided_by="",
                        told_on__isnull=True,
                        confirmed_on__isnull=True,
                        kept_on__isnull=True,
                    )
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                name="findings_measure_confirmed_is_done",
                condition=models.Q(confirmed_on__isnull=True, confirmed_by="")
                | (
                    models.Q(confirmed_on__isnull=False, status="done")
                    & ~models.Q(confirmed_by="")
                    & (models.Q(promises=False) | models.Q(kept_on__isnull=False))
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("proposed", "returned"))),
                fields=("finding",),
                name="findings_measure_one_proposal",
            ),
        ),
    ]
