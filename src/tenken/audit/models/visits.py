"""Visits, who makes them, and what happened to them."""

from __future__ import annotations

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.audit.models.selections import SelectedUnit
from tenken.inspection.models import Stage
from tenken.journal.models import AppendOnly
from tenken.organization.models import Person, Unit
from tenken.organization.scoping import ScopedQuerySet


class VisitQuerySet(ScopedQuerySet["Visit"]):
    pass


class Visit(models.Model):
    """訪問調査 of one section, or of one information system of that section (``system``).

    ``status`` moves only by ``audit.states``. What was seen is told to the section when it is asked for the facts
    (``facts_asked_on``) and reported once it agreed, commented (then ``facts_reply`` answers), or let ``facts_due_on`` pass.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "計画中"
        NOTIFIED = "notified", "通知済"
        IN_PROGRESS = "in_progress", "実施中"
        VISITED = "visited", "訪問済（報告前）"
        REPORTED = "reported", "報告済"
        FOLLOW_UP = "follow_up", "フォローアップ中"
        CLOSED = "closed", "終了"
        CANCELLED = "cancelled", "取りやめ"

    class Facts(models.TextChoices):
        ACCEPTED = "accepted", "相違ない"
        COMMENTED = "commented", "意見がある"

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="段階")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="組織")
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="+", verbose_name="情報システム"
    )
    selected = models.OneToOneField(
        SelectedUnit, models.PROTECT, null=True, related_name="visit", verbose_name="選定"
    )
    chosen_because = models.CharField("選んだ理由", max_length=400, blank=True, default="")
    status = models.CharField("状態", max_length=12, choices=Status, default=Status.PLANNED)
    version = models.PositiveIntegerField("版", default=1)

    planned_on = models.DateField("訪問予定日", null=True, blank=True)
    begins_at = models.TimeField("開始", null=True, blank=True)
    ends_at = models.TimeField("終了", null=True, blank=True)
    place = models.CharField("場所", max_length=120, blank=True, default="")
    request = models.TextField("準備のお願い", max_length=1000, blank=True, default="")
    letter_number = models.CharField("通知の文書番号", max_length=40, blank=True, default="")
    letter_on = models.DateField("通知日", null=True, blank=True)
    letter_to = models.CharField("通知の宛先", max_length=100, blank=True, default="")
    letter_from = models.CharField("通知の差出人", max_length=120, blank=True, default="")

    visited_on = models.DateField("訪問日", null=True, blank=True)
    attended_by = models.CharField("対応者", max_length=200, blank=True, default="")
    summary = models.TextField("総評", max_length=2000, blank=True, default="")

    facts_asked_on = models.DateField("事実確認の依頼日", null=True, blank=True)
    facts_due_on = models.DateField("事実確認の期限", null=True, blank=True)
    facts_answer = models.CharField("事実確認", max_length=10, choices=Facts, blank=True, default="")
    facts_comment = models.TextField("課公所の意見", max_length=2000, blank=True, default="")
    facts_by_name = models.CharField("事実を確認した者", max_length=100, blank=True, default="")
    facts_on = models.DateField("事実確認日", null=True, blank=True)
    facts_reply = models.TextField("意見への対応", max_length=2000, blank=True, default="")

    reported_on = models.DateField("報告日", null=True, blank=True)
    closed_on = models.DateField("終了日", null=True, blank=True)
    cancelled_because = models.CharField("取りやめた理由", max_length=300, blank=True, default="")

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "unit"],
                condition=models.Q(system__isnull=True) & ~models.Q(status="cancelled"),
                name="audit_visit_once",
            ),
            models.UniqueConstraint(
                fields=["stage", "system"],
                condition=~models.Q(status="cancelled"),
                name="audit_visit_system_once",
            ),
            models.CheckConstraint(
                name="audit_visit_was_there",
                condition=~models.Q(status__in=("visited", "reported", "follow_up", "closed"))
                | models.Q(visited_on__isnull=False),
            ),
            models.CheckConstraint(
                name="audit_visit_closed_has_date",
                condition=models.Q(status="closed", closed_on__isnull=False)
                | (~models.Q(status="closed") & models.Q(closed_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="audit_visit_cancelled_why",
                condition=~models.Q(status="cancelled") | ~models.Q(cancelled_because=""),
            ),
        ]
        indexes = [models.Index(fields=["unit", "status"], name="audit_visit_unit")]
        ordering = ["planned_on", "visited_on", "pk"]
        verbose_name = "訪問調査"

    def __str__(self) -> str:
        return f"{self.stage_id} {self.unit_id}"

    @property
    def disclosed(self) -> bool:
        """Whether the section may read what was seen."""
        return self.facts_asked_on is not None or self.status in ("reported", "follow_up", "closed")


class VisitAuditor(models.Model):
    """監査人 of a visit, with the name and post they had when they were appointed."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="auditors", verbose_name="訪問調査")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="職員")
    name = models.CharField("氏名", max_length=100)
    title = models.CharField("職名", max_length=120, blank=True, default="")
    lead = models.BooleanField("主任", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "person"], name="audit_auditor_once"),
            models.UniqueConstraint(
                fields=["visit"], condition=models.Q(lead=True), name="audit_auditor_one_lead"
            ),
        ]
        ordering = ["-lead", "pk"]
        verbose_name = "訪問調査の監査人"

    def __str__(self) -> str:
        return self.name


class VisitEvent(AppendOnly):
    """One step in a visit's life, as people read it."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="events", verbose_name="訪問調査")
    event = models.CharField("できごと", max_length=20)
    status = models.CharField("その後の状態", max_length=12)
    by_code = models.CharField("行った者", max_length=64)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=4000, blank=True, default="")
    happened_on = models.DateField("業務日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "訪問調査の経過"

    def __str__(self) -> str:
        return f"{self.visit_id} {self.event}"


class ReportMeeting(models.Model):
    """訪問調査報告会: one for several visits, or one for each."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="段階")
    held_on = models.DateField("開催日")
    place = models.CharField("会場", max_length=120, blank=True, default="")
    attendees = models.TextField("出席者", max_length=2000)
    minutes = models.TextField("報告と議事の要旨", max_length=10000)
    visits = models.ManyToManyField(Visit, related_name="meetings", verbose_name="訪問調査")
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["held_on", "pk"]
        verbose_name = "訪問調査報告会"

    def __str__(self) -> str:
        return str(self.held_on)
