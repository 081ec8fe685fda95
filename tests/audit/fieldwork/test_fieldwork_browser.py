"""Every page of the fieldwork at the desk and on a phone, and an answer handed in by keyboard."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tenken.audit.fieldwork.operations import (
    PartText,
    Withholding,
    ask_question,
    ask_to_explain,
    choose_lines,
    explain,
    keep_table,
    reconcile_flag,
    record_line,
    save_answer,
    withhold,
    write_paper,
)
from tenken.audit.models import AnswerPart, Question
from tests.audit.fieldwork.makers import held_engagement
from tests.audit.fieldwork.seed_tables import A33
from tests.factories import Scenario
from tests.inspection.makers import make_bank
from tests.web.audit.test_browser import _browser as looking

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = 1366, 390
DUE = date(2026, 11, 20)


def test_the_pages_of_the_fieldwork(scenario: Scenario, client_for: Any, live_server: Any) -> None:
    make_bank(scenario.city)
    held = held_engagement(scenario, scenario.section_a1)
    by, manager = scenario.by("auditor"), scenario.by("section_manager")
    _first, second = choose_lines(by=by, engagement=held, item_codes=["clear-desk.leave", "media.ledger"])
    record_line(by=by, line=second, result="issue", note_text="台帳にないUSBメモリが3本ある。", version=0)
    asked = ask_question(
        by=by,
        engagement=held,
        topic="入室キーシステム",
        text="機器の詳細を教えて下さい。",
        due_on=DUE,
        materials=["機器一覧"],
    )
    waiting = ask_question(by=by, engagement=held, text="パスワード設定について教えて下さい。", due_on=DUE)
    answered = save_answer(
        by=manager,
        question=asked,
        parts=[PartText("甲社製", "機器メーカー等"), PartText("4台", "台数")],
        version=1,
        hand_in=True,
    )
    part = AnswerPart.objects.get(order=1)
    withhold(by=manager, one=part, withholding=Withholding("防犯", "条例第10条"), version=answered.version)
    table = keep_table(by=by, engagement=held, title="導入状況", source="A33", cells=[A33.heads, *A33.rows])
    row = reconcile_flag(by=by, table=table, row=4, column=2)
    row = ask_to_explain(by=by, reconciliation=row, due_on=DUE, version=1)
    explain(by=manager, reconciliation=row, text="予備を含む。", version=2)
    paper = write_paper(by=by, engagement=held, kind="interview", title="聞き取り", text="手順を聞いた。")
    office = [
        *((page, f"audits-{page}", held.pk) for page in ("fieldwork", "checklist", "papers", "questions")),
        *((page, f"audits-{page}", held.pk) for page in ("requests", "reconciliations", "tables")),
        ("choose", "audits-checklist-choose", held.pk),
        ("paper-new", "audits-paper-new", held.pk),
        ("paper", "audits-paper", paper.pk),
        ("supersede", "audits-paper-supersede", paper.pk),
        ("question-new", "audits-question-new", held.pk),
        ("question", "audits-question", asked.pk),
        ("published", "audits-questions-published", held.pk),
        ("withheld", "audits-answer-part-withheld", part.pk),
        ("request", "audits-request", asked.requests.get().pk),
        ("reconciliation", "audits-reconciliation", row.pk),
        ("reconciliation-new", "audits-reconciliation-new", held.pk),
        ("decide", "audits-reconciliation-decide", row.pk),
        ("table", "audits-table", table.pk),
        ("table-new", "audits-table-new", held.pk),
    ]
    with looking(live_server, client_for(scenario.people["auditor"])) as looked:
        for name, page, key in office:
            for width in (DESK, PHONE):
                looked.look(reverse(page, args=[key]), f"fieldwork-{name}", width)
        assert looked.wrong == []
    with looking(live_server, client_for(scenario.people["section_manager"])) as looked:
        for name, page, keys in (
            ("mine", "audits-my-questions", []),
            ("upload", "audits-questions-upload", []),
            ("answer", "audits-question", [waiting.pk]),
        ):
            for width in (DESK, PHONE):
                looked.look(reverse(page, args=keys), f"fieldwork-{name}", width)
        assert looked.wrong == []
        looked.page.locator("#id_part-1-text").focus()
        looked.page.keyboard.type("個人管理です。")
        looked.page.get_by_role("button", name="回答を提出する").focus()
        looked.page.keyboard.press("Enter")
        looked.page.wait_for_url("**/audits/questions/**")
        looked.page.get_by_text("個人管理です。").wait_for()
    assert Question.objects.get(pk=waiting.pk).status == "answered"


@pytest.fixture(autouse=True)
def _moving_time() -> Any:
    """The server answers in another thread: its clock runs."""
    import time_machine

    with time_machine.travel("2026-11-10T09:00:00+09:00"):
        yield
