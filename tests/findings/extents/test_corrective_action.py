"""情報セキュリティ発見事項報告書兼是正処置計画報告書 of one finding, and its cause in the plan."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tenken.common.refusals import Invalid, Missing
from tenken.findings.models import AuditReport, Finding, Measure
from tenken.findings.operations import plan
from tenken.findings.queries.corrective_action import corrective_action_data
from tenken.reports.corrective_action.reading import findings_with_form, of
from tenken.reports.render import render
from tests.findings import makers

pytestmark = pytest.mark.django_db
Clients = Callable[[Any], Client]
TODAY = date(2026, 10, 21)
CAUSE, AT_ONCE = "退庁時の確認が決まっていなかった。", "書類を書庫に戻した。"


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-21T03:00:00Z", tick=False):
        yield


def planned(finding: Finding, by: Any, **values: Any) -> Finding:
    said: dict[str, Any] = {"cause": CAUSE, "immediate_action": AT_ONCE, "version": finding.version}
    return plan(
        by=by,
        finding=finding,
        text="当番表を作る。\n毎日確かめる。",
        owner="髙橋",
        due_on=date(2026, 11, 30),
        needs_budget=True,
        budget_yen=120_000,
        **(said | values),
    )


def test_the_cause_stays_when_a_revision_says_nothing_of_it(scenario: Any) -> None:
    manager = scenario.by("section_manager")
    finding = planned(makers.opened(scenario.section_a1)[0], manager)
    assert (finding.cause, finding.immediate_action) == (CAUSE, AT_ONCE)
    again = planned(finding, manager, cause=None, immediate_action="")
    assert (again.cause, again.immediate_action) == (CAUSE, "")
    with pytest.raises(Invalid) as refusal:
        planned(again, manager, cause="あ" * 2001)
    assert [problem.field for problem in refusal.value.problems] == ["cause"]


def test_the_form_of_an_improved_finding_is_whole(scenario: Any) -> None:
    finding = makers.verified(
        makers.opened(scenario.section_a1)[0], scenario.by("section_manager"), scenario.by("secretariat")
    )
    form = corrective_action_data(finding, TODAY)
    assert (form.section, form.found_on, form.number) == ("まちづくり局 企画課", date(2026, 9, 1), "2026-1")
    assert (form.result, form.result_on) == ("書棚を1台増やし、当番表を作った。", date(2026, 10, 1))
    assert (form.check, form.checked_on, form.closed_on) == ("改善を確認", makers.CHECKED, makers.CHECKED)
    assert [(one.step, bool(one.name)) for one in form.signatures] == [
        ("発見事項の報告", False),  # opened by a programme: nobody's signature
        ("是正処置計画の提出", True),
        ("是正処置結果の報告", True),
        ("確認", True),
    ]


def measured(scenario: Any) -> Finding:
    report = AuditReport.objects.create(
        city=scenario.city,
        code="R1",
        kind="administrative",
        title="行政監査結果報告書",
        theme="情報セキュリティ",
        auditor="監査委員",
        target="全庁",
        fiscal_year=2026,
        viewpoints=[{"code": "(2)", "part": "risk", "text": "体制は整っているか"}],
    )
    (one,) = makers.opened(scenario.section_a1)
    Finding.objects.filter(pk=one.pk).update(
        origin="external_audit",
        kind="exception",
        track="measures",
        status="continuing",
        report=report,
        reference="指摘（2）①",
        viewpoint="(2)",
    )
    Measure.objects.create(
        finding=one,
        number=1,
        status="continuing",
        on=date(2026, 10, 1),
        text="要領を改める。",
        decided_by="1",
        decided_by_name="髙橋",
        decided_on=date(2026, 10, 1),
        recorded_at="2026-10-01T00:00:00Z",
    )
    Measure.objects.create(
        finding=one,
        number=2,
        state="proposed",
        status="done",
        on=date(2026, 10, 5),
        text="まだ決まっていない。",
        proposed_by="1",
        proposed_on=date(2026, 10, 5),
        recorded_at="2026-10-05T00:00:00Z",
    )
    return Finding.objects.select_related("city", "unit", "report", "system").get(pk=one.pk)


def test_the_form_of_a_finding_answered_by_measures(scenario: Any) -> None:
    form = corrective_action_data(measured(scenario), TODAY)
    assert (form.found_by, form.source) == ("監査委員", "行政監査結果報告書　指摘（2）①")
    assert form.viewpoint == "(2)　体制は整っているか"
    assert [(one.status, one.on, one.text) for one in form.measures] == [
        ("継続努力", date(2026, 10, 1), "要領を改める。")
    ]


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx"])
def test_it_prints_in_three_forms(scenario: Any, kind: str) -> None:
    finding = planned(makers.opened(scenario.section_a1)[0], scenario.by("section_manager"))
    content = render(of(scenario.by("secretariat"), finding.pk, TODAY), kind)
    if kind == "pdf":
        assert content.startswith(b"%PDF")
        return
    if kind == "docx":
        said = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        said = "\n".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
        )
    for words in (
        CAUSE,
        AT_ONCE,
        "毎日確かめる。",
        "必要（120,000円）",
        "情報セキュリティ発見事項報告書兼是正処置計画報告書",
    ):
        assert words in said


def test_who_may_print_which(scenario: Any, client_for: Clients) -> None:
    mine = makers.opened(scenario.section_a1)[0]
    Finding.objects.filter(pk=mine.pk).update(origin="extent")
    makers.opened(scenario.section_b1)
    assert list(findings_with_form(scenario.by("secretariat"), TODAY)) == [("2026-1", mine.pk)]
    assert list(findings_with_form(scenario.by("other_manager"), TODAY)) == []
    with pytest.raises(Missing):
        of(scenario.by("other_manager"), mine.pk, TODAY)
    page = reverse("reports-record", args=["corrective-action", mine.pk])
    there = client_for(scenario.people["section_manager"])
    assert page in there.get(reverse("findings-detail", args=[mine.pk])).content.decode()
    assert "是正処置計画" in there.get(page).content.decode()
    assert client_for(scenario.people["other_manager"]).get(page).status_code == 404


def test_the_plan_form_takes_the_cause(scenario: Any, client_for: Clients) -> None:
    (finding,) = makers.opened(scenario.section_a1)
    there = client_for(scenario.people["section_manager"])
    sent = {
        "cause": CAUSE,
        "immediate_action": AT_ONCE,
        "text": "当番表を作る。",
        "owner": "髙橋",
        "due_on": "2026-11-30",
        "level": "daily",
        "version": "1",
    }
    assert there.post(reverse("findings-plan", args=[finding.pk]), sent).status_code == 302
    finding.refresh_from_db()
    assert finding.cause == CAUSE
    shown = there.get(reverse("findings-detail", args=[finding.pk])).content.decode()
    assert shown.count(AT_ONCE) >= 2  # in the summary and in the plan's form
