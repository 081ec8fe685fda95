"""Editions of papers and the paragraphs people have put into their own words. An issued edition never changes."""

from __future__ import annotations

from typing import Any

from django.db import models

from tenken.journal.sealed import refuse_change_of_sealed
from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class PaperEditionQuerySet(ScopedQuerySet["PaperEdition"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class PaperEdition(models.Model):
    """One paper of one fiscal year. ``number`` counts up when a paper is issued anew after a correction.

    An issued edition keeps what it was printed from: ``figures`` (a snapshot), ``prose`` (every paragraph by key) and
    ``sha256`` over both and their date. ``version`` rises with every change, for two people at the same page.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "作成中"
        ISSUED = "issued", "発行"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    paper_code = models.CharField("資料", max_length=40)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("版", default=1)
    status = models.CharField("状態", max_length=8, choices=Status, default=Status.DRAFT)
    issued_on = models.DateField("発行日", null=True, blank=True)
    issued_by = models.CharField("発行した者", max_length=64, blank=True, default="")
    figures = models.JSONField("数値", null=True, blank=True)
    prose = models.JSONField("本文", null=True, blank=True)
    sha256 = models.CharField("ハッシュ", max_length=64, null=True, blank=True)
    version = models.PositiveIntegerField("更新番号", default=1)

    objects = PaperEditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "paper_code", "fiscal_year", "number"], name="reports_edition_number"
            ),
            models.UniqueConstraint(
                fields=["city", "paper_code", "fiscal_year"],
                condition=models.Q(status="draft"),
                name="reports_edition_one_draft",
            ),
            models.CheckConstraint(
                name="reports_edition_issued_whole",
                condition=(
                    models.Q(
                        status="issued",
                        issued_on__isnull=False,
                        figures__isnull=False,
                        prose__isnull=False,
                        sha256__isnull=False,
                    )
                    & ~models.Q(issued_by="")
                )
                | models.Q(
                    status="draft",
                    issued_on__isnull=True,
                    issued_by="",
                    figures__isnull=True,
                    prose__isnull=True,
                    sha256__isnull=True,
                ),
            ),
        ]
        ordering = ["-fiscal_year", "paper_code", "-number"]
        verbose_name = "資料の版"

    def __str__(self) -> str:
        return f"{self.paper_code} {self.fiscal_year} 第{self.number}版"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, self.is_issued)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_change_of_sealed(self, self.is_issued)
        return super().delete(*args, **kwargs)

    @property
    def is_issued(self) -> bool:
        return self.status == self.Status.ISSUED


class EditedParagraph(models.Model):
    """A paragraph in someone's own words, in place of the draft.

    ``drafted_text_at_edit`` is the draft they saw: when the draft reads otherwise today, the numbers have changed since.
    """

    edition = models.ForeignKey(
        PaperEdition, models.PROTECT, related_name="edited_paragraphs", verbose_name="資料の版"
    )
    key = models.CharField("段落", max_length=60)
    text = models.TextField("本文", max_length=4000, blank=True)
    drafted_text_at_edit = models.TextField("編集時の案文", blank=True)
    edited_by = models.CharField("編集した者", max_length=64)
    edited_at = models.DateTimeField("編集日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="reports_paragraph_key")]
        ordering = ["key"]
        verbose_name = "編集した段落"

    def __str__(self) -> str:
        return f"{self.edition_id} {self.key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, self.edition.is_issued)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_change_of_sealed(self, self.edition.is_issued)
        return super().delete(*args, **kwargs)
