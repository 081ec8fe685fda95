"""Pages of audit reports and measures: from a report registered to a finding confirmed, by hand and by Excel."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.factories import Scenario
from tests.findings.measures.makers import FIRST, PDF, a_report, measured, promised, reported

from tenken.findings.models import AuditReport, Finding, Measure, ReportingDate
from tenken.workbooks.measures import measures_workbook
from tenken.workbooks.reported_findings import COLUMNS

pytestmark = pytest.mark.django_db
Clients = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_june() -> Any:
    with time_machine.travel("2022-06-01T03:00:00Z", tick=False):
        yield


@pytest.fixture
def report(scenario: Scenario) -> AuditReport:
    return a_report(scenario.by("secretariat"), scenario.city, scenario.section_a1)


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Clients) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def manager(scenario: Scenario, client_for: Clients) -> Client:
    return client_for(scenario.people["section_manager"])


def _text(response: Any) -> str:
    return response.content.decode()


def _pdf(name: str = "議事録.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def test_a_report_is_registered_with_its_findings(secretariat: Client, scenario: Scenario) -> None:
    values = {
        "kind": "administrative",
        "title": "行政監査の結果",
        "theme": "情報セキュリティの管理について",
        "target": "企画課",
        "unit_id": scenario.section_a1.pk,
        "fiscal_year": 2022,
        "issued_on": "令和４年５月１０日",
        "viewpoints": "（２） 体制が整備されているか。\n3E(1) 経費は適切か。",
        "tallies": "情報公開　意見26　評価5",
    }
    response = secretariat.post(reverse("findings-report-new"), values | {"viewpoints": "体制"})
    assert response.status_code == 422
    assert "1行目を" in _text(response)
    assert secretariat.post(reverse("findings-report-new"), values).status_code == 302
    report = AuditReport.objects.get()
    assert [(one["code"], one["part"]) for one in report.viewpoints] == [("(2)", "risk"), ("(1)", "three_e")]
    assert report.tallies[0]["opinions"] == 26
    url = reverse("findings-report-finding", args=[report.pk])
    finding = {
        "kind": "exception",
        "reference": "指摘(2)",
        "viewpoint": "(2)",
        "title": "教育",
        "unit_id": scenario.section_a1.pk,
    }
    assert secretariat.post(url, finding).status_code == 302
    again = secretariat.post(url, finding)
    assert again.status_code == 422
    assert "この報告書で使われています" in _text(again)
    edited = secretariat.post(
        reverse("findings-report-edit", args=[report.pk]), values | {"theme": "直した", "version": 1}
    )
    assert edited.status_code == 302
    page = _text(secretariat.get(reverse("findings-report-detail", args=[report.pk])))
    assert "直した" in page
    assert "情報公開 意見26 評価5" in page


def test_findings_come_in_by_excel_whole_or_not_at_all(secretariat: Client, report: AuditReport) -> None:
    url = reverse("findings-report-import", args=[report.pk])

    def filled(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
        form = secretariat.get(reverse("findings-report-template", args=[report.pk]))
        book = openpyxl.load_workbook(io.BytesIO(b"".join(form)))
        for row in rows:
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return SimpleUploadedFile("指摘.xlsx", stream.getvalue())

    right = ("指摘", "指摘(2)", "(2)", "", "", "教育", "内容", "", "令和4年9月30日")
    wrong = ("苦情", "", "", "", "", "", "", "ZZZ", "いつか")
    refused = secretariat.post(url, {"file": filled(right, wrong)})
    assert refused.status_code == 422
    page = _text(refused)
    for place in ("区分", "件名", "課公所コード", "回答の期限"):
        assert f"「{place}」" in page
    assert not Finding.objects.exists()
    assert len(COLUMNS) == len(right)

    shown = secretariat.post(url, {"file": filled(right)})
    assert shown.status_code == 200
    hidden = {name: shown.context[name] for name in ("token",)} | {"shown": shown.context["found"].digest}
    done = secretariat.post(reverse("findings-report-import-confirm", args=[report.pk]), hidden)
    assert done.status_code == 302
    assert Finding.objects.get().due_on == date(2022, 9, 30)


def test_the_whole_way_of_a_measure(
    secretariat: Client, manager: Client, scenario: Scenario, report: AuditReport
) -> None:
    finding = reported(scenario.by("secretariat"), report)[0]
    page = _text(manager.get(reverse("findings-detail", args=[finding.pk])))
    assert "措置を報告してください" in page
    assert "改善計画を作成" not in page

    def send(client: Client, name: str, expected: int = 302, /, **values: Any) -> str:
        finding.refresh_from_db()
        address = reverse(f"findings-measure-{name}", args=[finding.pk])
        response = client.post(address, {"version": finding.version} | values)
        assert response.status_code == expected, _text(response)
        return "" if expected == 302 else _text(response)

    said = {"status": "done", "on": "R4.5.31", "text": "令和4年度に工事を実施していく。"}
    asked = send(manager, "propose", 422, **said)
    assert "まだ行っていないことを含むかどうか" in asked
    vow = {"promises": "yes", "promise_due_on": "R5.3.31", "budget_stage": "voted"}
    send(manager, "propose", **said, **vow)
    assert "確認待ち" in _text(secretariat.get(reverse("findings-answers")))
    assert "報告された措置を確認してください" in _text(
        secretariat.get(reverse("findings-detail", args=[finding.pk]))
    )
    send(secretariat, "decide", outcome="returned", comment="期限の根拠は。")
    assert "期限の根拠は。" in _text(manager.get(reverse("findings-detail", args=[finding.pk])))
    send(manager, "propose", **said, **vow)
    send(secretariat, "decide", outcome="accepted")
    send(manager, "budget", stage="contractor", happened_on="R4.6.1")
    send(manager, "keep", 422, kept_on="R4.6.1", comment="工事が終わった。")
    send(manager, "keep", kept_on="R4.6.1", comment="工事が終わった。", evidence=_pdf())
    assert "証拠を見て、措置を確認してください" in _text(
        secretariat.get(reverse("findings-detail", args=[finding.pk]))
    )
    send(secretariat, "confirm", comment="完了届を見た。")
    finding.refresh_from_db()
    assert finding.status == "verified"
    assert "議事録.pdf" in _text(manager.get(reverse("findings-detail", args=[finding.pk])))
    send(secretariat, "follow", reason="工事に漏れがあった。")
    assert Finding.objects.get(follows=finding).status == "not_started"


def test_what_somebody_changed_meanwhile_is_shown_beside_what_was_typed(
    secretariat: Client, scenario: Scenario, report: AuditReport
) -> None:
    finding = reported(scenario.by("secretariat"), report)[0]
    measured(scenario.by("secretariat"), finding, "continuing", text="続けている。")
    address = reverse("findings-measure-add", args=[finding.pk])
    values = {"version": 1, "status": "done", "on": "R4.5.31", "text": "打った文章。", "promises": "no"}
    response = secretariat.post(address, values)
    assert response.status_code == 409
    assert "打った文章。" in _text(response)
    assert "続けている。" in _text(response)
    assert Measure.objects.count() == 1


def test_measures_go_out_and_come_back_by_excel(
    manager: Client, scenario: Scenario, report: AuditReport
) -> None:
    first, second = reported(scenario.by("secretariat"), report, 2)
    content = b"".join(manager.get(reverse("findings-measures-workbook-file")))
    assert content[:2] == measures_workbook(by=scenario.by("section_manager"))[:2] == b"PK"

    def filled(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.active
        top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "課題番号")
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=8):
                sheet.cell(top + place, column, value)
        stream = io.BytesIO()
        book.save(stream)
        return SimpleUploadedFile("措置.xlsx", stream.getvalue())

    url = reverse("findings-measures-workbook")
    refused = manager.post(url, {"file": filled(("済", "きのう", "直した。", "△"))})
    assert refused.status_code == 422
    for column in ("区分", "措置の日", "予定を含む"):
        assert f"「{column}」" in _text(refused)
    shown = manager.post(url, {"file": filled(("継続努力", "令和4年5月31日", "研修を続けている。"), ())})
    assert "【継続努力】 令和4年5月31日" in _text(shown)
    hidden = {"token": shown.context["token"], "shown": shown.context["found"].digest}
    assert manager.post(reverse("findings-measures-workbook-confirm"), hidden).status_code == 302
    measure = Measure.objects.get()
    assert (measure.finding, measure.state) == (first, "proposed")
    assert not second.measures.exists()


def test_a_reporting_day_is_set_and_told(
    secretariat: Client, scenario: Scenario, report: AuditReport
) -> None:
    finding = reported(scenario.by("secretariat"), report)[0]
    measured(scenario.by("secretariat"), finding)
    address = reverse("findings-report-date", args=[report.pk])
    assert secretariat.post(address, {"as_of": "R4.3.31", "remind_on": "R4.4.1"}).status_code == 422
    assert secretariat.post(address, {"as_of": "R4.3.31", "remind_on": "R4.3.1"}).status_code == 302
    row = ReportingDate.objects.get()
    tell = reverse("findings-report-tell", args=[report.pk, row.pk])
    assert secretariat.post(tell, {"document_number": ""}).status_code == 422
    assert secretariat.post(tell, {"document_number": "総情第12号"}).status_code == 302
    drop = reverse("findings-report-date-drop", args=[report.pk, row.pk])
    refused = secretariat.post(drop)
    assert refused.status_code == 409
    assert "通知済みです" in _text(refused)
    page = _text(secretariat.get(reverse("findings-report-detail", args=[report.pk]), {"as_of": "R3.9.29"}))
    assert "令和3年9月29日現在の措置" in page
    assert "総情第12号" in page


def test_boards_tell_done_from_promised_and_export(
    secretariat: Client, manager: Client, scenario: Scenario, report: AuditReport
) -> None:
    done, vowed, _ = reported(scenario.by("secretariat"), report, 3)
    measured(scenario.by("secretariat"), done)
    promised(scenario.by("secretariat"), vowed, promise_due_on=date(2022, 3, 31))
    for name in ("findings-reports", "findings-promises", "findings-lacking", "findings-answers"):
        response = secretariat.get(reverse(name))
        assert response.status_code == 200
        assert secretariat.get(reverse(name), {"export": "excel"}).status_code == 200
        assert secretariat.get(reverse(name), {"export": "csv"}).status_code == 200
    assert "期限超過" in _text(secretariat.get(reverse("findings-promises"), {"overdue": "on"}))
    assert vowed.title in _text(manager.get(reverse("findings-answers")))
    assert "措置を報告する" in _text(manager.get("/"))
    listed = _text(secretariat.get(reverse("findings-list"), {"track": "measures", "report": report.pk}))
    assert done.title in listed


@pytest.mark.parametrize(
    ("name", "most"),
    [("findings-reports", 20), ("findings-promises", 16), ("findings-answers", 18), ("findings-lacking", 16)],
)
def test_boards_ask_a_fixed_number_of_questions(
    secretariat: Client,
    scenario: Scenario,
    report: AuditReport,
    django_assert_max_num_queries: Any,
    name: str,
    most: int,
) -> None:
    for finding in reported(scenario.by("secretariat"), report, 12)[:9]:
        promised(scenario.by("secretariat"), finding, FIRST)
    secretariat.get(reverse(name))
    with django_assert_max_num_queries(most):
        secretariat.get(reverse(name))


def test_a_report_and_a_finding_ask_a_fixed_number_of_questions(
    secretariat: Client, scenario: Scenario, report: AuditReport, django_assert_max_num_queries: Any
) -> None:
    found = reported(scenario.by("secretariat"), report, 12)
    for finding in found:
        promised(scenario.by("secretariat"), finding)
    address = reverse("findings-report-detail", args=[report.pk])
    secretariat.get(address)
    with django_assert_max_num_queries(17):
        secretariat.get(address)
    with django_assert_max_num_queries(24):
        secretariat.get(reverse("findings-detail", args=[found[0].pk]))
