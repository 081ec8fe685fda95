"""The fieldwork of an audit of 企画課 with one of everything; written directly, as ``rows``."""

from __future__ import annotations

from typing import Any

from tests.factories import Scenario
from tests.web.rows import Rows

from tenken.audit.models import (
    AnswerFile,
    AnswerPart,
    Appointment,
    Auditor,
    Engagement,
    EvidenceRequest,
    HandedInTable,
    Question,
    QuestionRound,
    ReconciledFigure,
    Reconciliation,
    WorkingPaper,
)
from tenken.common import clock

Places = dict[str, dict[str, tuple[Any, ...]]]


def fieldwork_places(scenario: Scenario, rows: Rows) -> Places:
    """Return the place-holders of the pages of the fieldwork: a question that waits, one that is answered, and the rest."""
    day, unit = clock.today(), scenario.section_a1
    held = Engagement.objects.create(
        city=scenario.city,
        fiscal_year=rows.programme.fiscal_year,
        number=911,
        kind="section",
        unit=unit,
        theme="情報資産の取扱い",
        purpose="目的",
        starts_on=day,
        ends_on=day,
        status="fieldwork",
        letter_on=day,
        began_on=day,
    )
    person = scenario.people["auditor"]
    auditor, _ = Auditor.objects.get_or_create(
        city=scenario.city, person=person, defaults={"name": person.name, "valid_from": day}
    )
    Appointment.objects.create(
        engagement=held, auditor=auditor, part="lead", name=person.name, valid_from=day
    )
    said = {"asked_on": day, "due_on": day, "asked_by": "1", "asked_by_name": "監査人"}
    waiting = Question.objects.create(engagement=held, number=1, unit=unit)
    QuestionRound.objects.create(question=waiting, round=1, text="問い", **said)
    answered = Question.objects.create(engagement=held, number=2, unit=unit, status="answered")
    answer = {"answered_on": day, "answered_by": "1", "answered_by_name": "課長"}
    one = QuestionRound.objects.create(question=answered, round=1, text="問い", **said, **answer)
    part = AnswerPart.objects.create(round=one, order=1, text="答え")
    file = AnswerFile.objects.create(round=one, label="別紙1", file=rows.file)
    request = EvidenceRequest.objects.create(
        engagement=held, number=1, unit=unit, what="台帳", asked_on=day, due_on=day, asked_by_name="監査人"
    )
    table = HandedInTable.objects.create(
        engagement=held,
        number=1,
        title="台数",
        source="別紙",
        heads=["種類", "台数"],
        rows=[["計", "1"]],
        columns=[{"kind": "label", "unit": "", "formula": ""}, {"kind": "count", "unit": "", "formula": ""}],
        row_kinds=["total"],
        added_by="1",
        added_by_name="監査人",
        added_on=day,
    )
    asked = Reconciliation.objects.create(
        engagement=held, number=1, subject="台数", unit=unit, asked_on=day, due_on=day
    )
    for order in (1, 2):
        ReconciledFigure.objects.create(reconciliation=asked, order=order, source="別紙", value=order)
    paper = WorkingPaper.objects.create(
        engagement=held,
        series="C",
        number=1,
        kind="interview",
        title="聞き取り",
        text="聞いた。",
        made_on=day,
        by_code="1",
        by_name="監査人",
        recorded_at=clock.now(),
        sha256="0" * 64,
    )
    return {
        "held_audit": {"inside": (held.pk,)},
        "held_question": {"inside": (waiting.pk,)},
        "answered_question": {"inside": (answered.pk,)},
        "answer_part": {"inside": (part.pk,)},
        "answer_file": {"inside": (file.pk,)},
        "evidence_request": {"inside": (request.pk,)},
        "handed_in_table": {"inside": (table.pk,)},
        "reconciliation": {"inside": (asked.pk,)},
        "working_paper": {"inside": (paper.pk,)},
    }
