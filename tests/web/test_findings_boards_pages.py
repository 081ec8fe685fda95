"""Boards of findings, what cannot be fixed, traces and Excel as pages: who sees what, few queries, what is refused."""

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
from tests.findings import makers
from tests.findings.test_relapse import past

from tenken.findings.models import Case, Finding, Trace, TraceLine
from tenken.findings.operations import open_trace, plan
from tenken.policy.models import CheckCategory, CheckItem

pytestmark = pytest.mark.django_db

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
CANNOT = {
    "residual_risk": "high",
    "residual_risk_note": "媒体からの感染は残る。",
    "reason": "contract",
    "note": "保守契約の範囲外。",
    "compensating_measure": "庁内LANから切り離す。",
    "review_on": "令和9年3月31日",
    "version": "1",
}
Clients = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


def _client(scenario: Any, client_for: Clients, role: str) -> Client:
    return client_for(scenario.people[role])


def _text(response: Any) -> str:
    return response.content.decode()


def _traced(scenario: Any, **values: Any) -> Trace:
    category = CheckCategory.objects.create(
        city=scenario.city, code="virus", name="ウイルス対策", part="risk"
    )
    CheckItem.objects.create(city=scenario.city, code="R-VM-01", category=category)
    return open_trace(
        by=scenario.by("secretariat"),
        city=scenario.city,
        fiscal_year=2026,
        item_code="R-VM-01",
        name="ウイルス対策",
        why="未改善",
        due_on=date(2026, 11, 30),
        target="all",
        **values,
    )


# --- what cannot be fixed -----------------------------------------------------------------------------------


def test_the_road_of_what_cannot_be_fixed(scenario: Any, client_for: Clients) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    section = _client(scenario, client_for, "section_manager")
    auditor = _client(scenario, client_for, "auditor")
    page = reverse("findings-detail", args=[finding.pk])
    url = reverse("findings-cannot-fix", args=[finding.pk])
    response = section.post(url, CANNOT | {"review_on": "2026-10-06"})
    assert response.status_code == 422
    assert "明日以降の日付を入力してください。" in _text(response)
    assert section.post(url, CANNOT).status_code == 302
    assert "改善困難の理由の確認を待っています" in _text(section.get(page))
    assert "改善困難の理由を確認してください" in _text(auditor.get(page))
    confirm = reverse("findings-confirm", args=[finding.pk])
    said = {"outcome": "confirmed", "comment": "契約書を見た。", "version": "2"}
    assert section.post(confirm, said).status_code == 403
    assert auditor.post(confirm, said | {"comment": ""}).status_code == 422
    assert auditor.post(confirm, said).status_code == 302
    text = _text(section.get(page))
    assert "リスク低減策で管理しています" in text
    assert "高　媒体からの感染は残る。" in text
    assert "契約書を見た。" in text
    with time_machine.travel("2027-04-01T03:00:00Z", tick=False):
        section.force_login(scenario.people["section_manager"].account)
        assert "改善できないか、もう一度見直してください" in _text(section.get(page))
        assert "見直し" in _text(section.get(reverse("findings-list"), {"review_due": "on"}))
        again = {"comment": "更新できる。", "version": "3"}
        assert section.post(reverse("findings-reopen", args=[finding.pk]), again).status_code == 302
    finding.refresh_from_db()
    assert (finding.status, finding.version) == ("open", 4)


def test_a_plan_says_whose_measure_and_what_it_costs(scenario: Any, client_for: Clients) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    section = _client(scenario, client_for, "section_manager")
    url = reverse("findings-plan", args=[finding.pk])
    said = {
        "text": "書庫を増やす。",
        "owner": "係",
        "due_on": "2026-12-01",
        "level": "environment",
        "budget_yen": "１，２００，０００",
        "budget_year": "2027",
        "version": "1",
    }
    response = section.post(url, said)
    assert response.status_code == 422
    assert "「予算が必要」に印を付けてください" in _text(response)
    assert section.post(url, said | {"needs_budget": "on"}).status_code == 302
    text = _text(section.get(reverse("findings-detail", args=[finding.pk])))
    assert "環境面での対策（まちづくり局）" in text
    assert "必要（令和9年度　1,200,000円）" in text


# --- boards -------------------------------------------------------------------------------------------------


def test_a_bureau_s_manager_sees_its_environment_measures(scenario: Any, client_for: Clients) -> None:
    for section, role in ((scenario.section_a1, "section_manager"), (scenario.section_b1, "other_manager")):
        plan(
            by=scenario.by(role),
            finding=makers.opened(section)[0],
            text="書庫",
            owner="係",
            due_on=date(2026, 12, 1),
            level="environment",
            version=1,
        )
    url = reverse("findings-environment")
    text = _text(_client(scenario, client_for, "bureau_manager").get(url))
    assert "まちづくり局 企画課" in text
    assert "保険課" not in text
    office = _client(scenario, client_for, "secretariat")
    assert len(office.get(url).context["table"].rows) == 2
    assert len(office.get(url, {"unit": scenario.bureau_b.pk}).context["table"].rows) == 1
    assert "保険課" in office.get(url, {"export": "csv"}).content.decode("cp932")


def test_every_number_of_the_ages_opens_its_rows(scenario: Any, client_for: Clients) -> None:
    makers.opened(scenario.section_a1, 2)
    makers.opened(scenario.section_b1, year=2024, key="old")
    office = _client(scenario, client_for, "secretariat")
    response = office.get(reverse("findings-ages"))
    counted = response.context["counted"]
    assert [(row.name, row.counts) for row in counted.rows] == [
        ("まちづくり局", (0, 2, 0, 0, 0)),
        ("健康福祉局", (0, 0, 0, 0, 1)),
    ]
    for row in counted.rows:
        link = f"{reverse('findings-list')}?unit={row.unit_id}&amp;age=all"
        assert link in _text(response)
        assert len(office.get(link.replace("&amp;", "&")).context["table"].rows) == row.total
    assert response.context["table"].columns["total"].footer == "3"
    assert len(office.get(reverse("findings-ages"), {"fiscal_year": 2024}).context["table"].rows) == 1
    excel = office.get(reverse("findings-ages"), {"export": "excel"})
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(excel.content)).active]
    assert ["まちづくり局", 0, 2, 0, 0, 0, 2, 0] in cells


def test_relapse_is_told_by_item_and_section_and_filtered(scenario: Any, client_for: Clients) -> None:
    past(scenario.section_a1, 2024, "a")
    past(scenario.section_a1, 2025, "a")
    past(scenario.section_b1, 2024, "b")
    makers.opened(scenario.section_b1, item_code="b")
    office = _client(scenario, client_for, "secretariat")
    url = reverse("findings-relapse")
    response = office.get(url)
    assert "令和6年度 改善済 → 令和7年度 再発（改善済）" in _text(response)
    assert len(response.context["table"].rows) == 2
    assert (response.context["with_issue"], response.context["relapsed"]) == (1, 1)

    def found(**query: Any) -> list[str]:
        rows = office.get(url, query).context["table"].rows
        return [row.record["item_code"] for row in rows]

    assert found(fiscal_year=2025) == ["a"]
    assert found(fiscal_year=2026) == ["b"]
    assert found(unit=scenario.bureau_b.pk) == ["b"]
    assert found(item="a") == ["a"]
    link = f"{reverse('findings-list')}?unit={scenario.section_a1.pk}&item=a"
    assert len(office.get(link).context["table"].rows) == 2
    assert "企画課" in office.get(url, {"export": "csv"}).content.decode("cp932")


@pytest.mark.parametrize("name", ["findings-environment", "findings-ages", "findings-relapse"])
def test_boards_of_five_hundred_take_few_queries(
    scenario: Any, client_for: Clients, django_assert_max_num_queries: Any, name: str
) -> None:
    makers.past(scenario.city, [scenario.section_a1, scenario.section_b1], 2025, 500)
    Finding.objects.update(measure_level="environment", measure_bureau=scenario.bureau_a)
    client = _client(scenario, client_for, "secretariat")
    client.get(reverse(name))
    with django_assert_max_num_queries(14):
        assert client.get(reverse(name)).status_code == 200


# --- traces -------------------------------------------------------------------------------------------------


def test_a_trace_is_started_from_a_finding(scenario: Any, client_for: Clients) -> None:
    _traced(scenario)
    finding = makers.opened(scenario.section_a1, item_code="R-VM-01")[0]
    office = _client(scenario, client_for, "secretariat")
    page = reverse("findings-trace-new") + f"?finding={finding.pk}"
    assert page in _text(office.get(reverse("findings-detail", args=[finding.pk])))
    assert "ほかの課への横展開" in _text(office.get(page))
    said = {"item_code": "", "name": "名", "why": "理由", "due_on": "2026-11-30", "target": "chosen"}
    assert office.post(page, said).status_code == 422
    assert Trace.objects.count() == 1
    _, section = _client(scenario, client_for, "section_manager"), scenario.section_a1
    assert section.pk in dict(office.get(page).context["form"].fields["units"].choices)


def test_a_section_proves_and_the_secretariat_confirms_many(scenario: Any, client_for: Clients) -> None:
    trace = _traced(scenario)
    line = trace.lines.get(unit=scenario.section_a1)
    section = _client(scenario, client_for, "section_manager")
    office = _client(scenario, client_for, "secretariat")
    assert "回答を待っている追跡調査があります" in _text(section.get(reverse("findings-traces")))
    answer = reverse("findings-trace-answer", args=[line.pk])
    said = {"answer": "done", "note": "当番制にした。", "version": "1"}
    response = section.post(answer, said)
    assert response.status_code == 422
    assert "当番表や作業記録など" in _text(response)
    period = {"kind": "duty_roster", "period_from": "R8.9.1", "period_to": "R8.9.30"}
    with_file = said | period | {"evidence": SimpleUploadedFile("当番表.jpg", JPEG)}
    assert section.post(answer, with_file).status_code == 302
    assert section.post(answer, said).status_code == 409
    page = _text(section.get(reverse("findings-trace-line", args=[line.pk])))
    assert "当番表（令和8年9月1日～令和8年9月30日）" in page
    proof = line.proofs.get()
    download = reverse("file-download", args=[proof.file.pk, proof.file.name])
    assert section.get(download).content == JPEG
    other = _client(scenario, client_for, "other_manager")
    assert other.get(download).status_code == 404
    confirm = reverse("findings-trace-confirm", args=[trace.pk])
    assert office.post(confirm).status_code == 422
    assert office.post(confirm, {"line": [f"{line.pk}:1"]}).status_code == 409
    assert office.post(confirm, {"line": [f"{line.pk}:2"]}).status_code == 302
    assert TraceLine.objects.get(pk=line.pk).status == "confirmed"
    assert office.post(reverse("findings-trace-close", args=[trace.pk])).status_code == 409
    board = office.get(reverse("findings-trace", args=[trace.pk]), {"status": "unanswered"})
    assert len(board.context["table"].rows) == 2
    chase = office.get(
        reverse("findings-trace", args=[trace.pk]), {"status": "unanswered", "export": "csv"}
    ).content.decode("cp932")
    assert "健康福祉局 保険課" in chase
    assert "企画課" not in chase
    extend = reverse("findings-trace-extend", args=[trace.pk])
    assert office.post(extend, {"due_on": "2020-01-01"}).status_code == 422
    assert office.post(extend, {"due_on": "令和8年12月28日"}).status_code == 302


def test_a_board_of_many_sections_takes_few_queries(
    scenario: Any, client_for: Clients, django_assert_max_num_queries: Any
) -> None:
    from tests.factories import make_unit

    for number in range(40):
        make_unit(scenario.city, f"第{number}課", parent=scenario.bureau_a)
    scenario.city.refresh_from_db()
    trace = _traced(scenario)
    client = _client(scenario, client_for, "secretariat")
    url = reverse("findings-trace", args=[trace.pk])
    client.get(url)
    with django_assert_max_num_queries(14):
        assert client.get(url).status_code == 200


# --- the casebook -------------------------------------------------------------------------------------------


def test_a_verified_finding_becomes_a_case_that_everyone_reads(scenario: Any, client_for: Clients) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    office = _client(scenario, client_for, "secretariat")
    page = reverse("cases-new") + f"?finding={finding.pk}"
    assert office.get(page).status_code == 409
    makers.verified(finding, scenario.by("section_manager"), scenario.by("secretariat"))
    assert page in _text(office.get(reverse("findings-detail", args=[finding.pk])))
    drafted = office.get(page).context["form"].initial
    assert (drafted["measure"], drafted["situation"]) == ("書棚を1台増やし、当番表を作った。", makers.TITLE)
    assert office.post(page, drafted | {"category_code": "", "title": ""}).status_code == 422
    assert office.post(page, drafted | {"category_code": "", "title": "書棚"}).status_code == 302
    case = Case.objects.get()
    assert (case.source_kind, case.source_key, case.unit) == (
        "findings.finding",
        str(finding.pk),
        scenario.section_a1,
    )
    staff = _client(scenario, client_for, "staff")
    detail = reverse("cases-detail", args=[case.pk])
    assert staff.get(detail).status_code == 404
    assert office.post(reverse("cases-publish", args=[case.pk]), {"version": "1"}).status_code == 302
    assert office.post(reverse("cases-publish", args=[case.pk]), {"version": "1"}).status_code == 409
    text = _text(staff.get(reverse("cases-index")))
    assert "書棚を1台増やし" in text
    assert "企画課" not in text.partition("<main")[2].replace("企画課 職員", "")
    assert "企画課" not in _text(staff.get(detail)).partition("<main")[2]
    assert office.post(reverse("cases-ask", args=[case.pk]), {"version": "2"}).status_code == 302
    section = _client(scenario, client_for, "section_manager")
    assert "課名の掲載について、お答えください" in _text(section.get(reverse("cases-index")))
    permission = reverse("cases-permission", args=[case.pk])
    assert section.post(permission, {"version": "3"}).status_code == 422
    assert section.post(permission, {"version": "3", "granted": "yes"}).status_code == 302
    assert "まちづくり局 企画課" in _text(staff.get(detail))
    csv = staff.get(reverse("cases-index"), {"export": "csv"}).content.decode("cp932")
    assert "まちづくり局 企画課" in csv
    withdraw = reverse("cases-withdraw", args=[case.pk])
    assert office.post(withdraw, {"version": "4", "reason": ""}).status_code == 422
    assert office.post(withdraw, {"version": "4", "reason": "古い"}).status_code == 302
    assert staff.get(detail).status_code == 404


# --- Excel --------------------------------------------------------------------------------------------------


def test_a_workbook_is_shown_as_a_difference_before_it_is_written(scenario: Any, client_for: Clients) -> None:
    makers.opened(scenario.section_a1)
    client = _client(scenario, client_for, "section_manager")
    content = client.get(reverse("findings-workbook-file")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    row = next(row for row in sheet.iter_rows() if row[0].value == "2026-1")
    for column, value in ((6, "書庫を増やす。"), (7, "係"), (8, date(2026, 12, 1))):
        row[column].value = value
    out = io.BytesIO()
    book.save(out)
    upload = reverse("findings-workbook")

    def sent(data: bytes, name: str = "報告.xlsx") -> Any:
        return client.post(upload, {"file": SimpleUploadedFile(name, data)})

    for data, name in ((b"PK\x03\x04", "報告.xlsx"), (b"a,b", "報告.csv"), (content[:200], "報告.xlsx")):
        assert sent(data, name).status_code == 422
    response = sent(out.getvalue())
    assert response.status_code == 200
    assert "書庫を増やす。" in _text(response)
    assert Finding.objects.get().status == "open"
    confirm = {"token": response.context["token"], "shown": response.context["found"].digest}
    url = reverse("findings-workbook-confirm")
    assert client.post(url, confirm | {"shown": "x"}).status_code == 409
    assert _client(scenario, client_for, "other_manager").post(url, confirm).status_code == 404
    assert client.post(url, confirm).status_code == 302
    assert Finding.objects.get().status == "planned"
    assert client.post(url, confirm).status_code == 404


def test_operational_and_technical_stand_side_by_side(scenario: Any, client_for: Clients) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    Finding.objects.filter(pk=finding.pk).update(aspect="technical")
    secretariat = _client(scenario, client_for, "secretariat")
    page = secretariat.get(reverse("findings-aspects"), {"scope": "all"})
    assert page.status_code == 200
    text = page.content.decode()
    address = "aspect=technical&amp;status=not_done"
    assert address in text
    listed = secretariat.get(f"{reverse('findings-list')}?aspect=technical&status=not_done")
    assert finding.title in _text(listed)
    other = secretariat.get(f"{reverse('findings-list')}?aspect=technical&status=verified")
    assert finding.title not in _text(other)
    chart = secretariat.get(reverse("findings-aspects-chart"), {"scope": "all"})
    assert chart.headers["Content-Type"] == "image/svg+xml"
    assert secretariat.get(reverse("findings-aspects"), {"export": "csv", "scope": "all"}).status_code == 200
    assert secretariat.get(reverse("findings-aspects"), {"fiscal_year": "x", "scope": "y"}).status_code == 200
