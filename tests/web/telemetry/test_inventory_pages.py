"""Software, support dates, licences and counts on their pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.inventory.makers import machine, make_terminal, record
from time_machine import travel

from tenken.telemetry.models import (
    CountReconciliation,
    DifferenceExplanation,
    SoftwareLicence,
    SoftwareTitle,
    SupportDate,
    Terminal,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with travel(NOW, tick=False):
        yield


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def manager(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["section_manager"])


@pytest.fixture
def filled(scenario: Scenario) -> Scenario:
    for number in range(1, 6):
        record(scenario.city, machine(number), NOW)
    Terminal.objects.filter(number="PC-0001").update(unit=scenario.section_a1)
    return scenario


def test_software_leads_to_its_terminals(
    filled: Scenario, secretariat: Client, manager: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(22):
        page = secretariat.get("/terminals/software/").content.decode()
    assert "7-Zip" in page
    assert "KB5031455" not in page
    assert "KB5031455" in secretariat.get("/terminals/software/", {"kind": "update"}).content.decode()
    title = SoftwareTitle.objects.get(name="7-Zip")
    page = secretariat.get(f"/terminals/software/{title.pk}/").content.decode()
    assert "23.01" in page
    found = secretariat.get("/terminals/list/", {"title": str(title.pk), "version": "23.01"}).content.decode()
    assert "PC-0005" in found
    assert (
        "PC-0005"
        not in secretariat.get("/terminals/list/", {"title": str(title.pk), "version": ""}).content.decode()
    )
    own = manager.get("/terminals/list/", {"title": title.pk}).content.decode()
    assert "PC-0001" in own
    assert "PC-0002" not in own
    SoftwareTitle.objects.filter(pk=title.pk).update(city=filled.city)
    assert manager.get("/terminals/software/999999/").status_code == 404
    for address in ("/terminals/software/", f"/terminals/software/{title.pk}/"):
        assert secretariat.get(address, {"export": "csv"}).status_code == 200


def test_support_shows_what_ended_and_the_table(
    filled: Scenario, secretariat: Client, manager: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(24):
        page = secretariat.get("/terminals/support/").content.decode()
    assert "Microsoft Office 2019" in page
    assert "Windows 11 23H2（Home・Pro）" in page
    said = {
        "kind": "application",
        "product": "7-Zip 23",
        "pattern": "7-Zip 23",
        "ends_on": "2026-06-30",
        "source": "情報政策課の方針",
        "checked_on": "2026-11-20",
    }
    assert secretariat.post("/terminals/support/save/", said | {"pattern": ".*"}).status_code == 422
    assert secretariat.post("/terminals/support/save/", said).status_code == 302
    assert "7-Zip 23" in secretariat.get("/terminals/support/").content.decode()
    row = SupportDate.objects.get()
    address = f"/terminals/support/save/?kind={row.kind}&product={row.product}"
    assert "情報政策課の方針" in secretariat.get(address).content.decode()
    assert secretariat.post(f"/terminals/support/{row.pk}/remove/", {"version": "1"}).status_code == 302
    assert not SupportDate.objects.exists()
    assert manager.get("/terminals/support/").status_code == 200
    assert manager.get("/terminals/support/save/").status_code == 403


def test_the_table_of_dates_goes_out_and_comes_back(scenario: Scenario, secretariat: Client) -> None:
    content = secretariat.get("/terminals/support/table/", {"export": "excel"}).content
    response = secretariat.post(
        "/terminals/support/import/", {"file": SimpleUploadedFile("表.xlsx", content)}
    )
    assert "変わるものはありません" in response.content.decode()
    lines = (
        "種類,製品,照合の式,サポート終了日,出典,使わない",
        "アプリケーション,一太郎2020,一太郎 ?2020,2030年1月31日,業者,",
        "OS,Windows 10,Windows 10,2025-10-14,市,○",
    )
    sent = SimpleUploadedFile("表.csv", "\r\n".join(lines).encode("cp932"))
    response = secretariat.post("/terminals/support/import/", {"file": sent})
    shown = {"token": response.context["token"], "shown": response.context["found"].digest}
    assert secretariat.post("/terminals/support/import/confirm/", shown).status_code == 302
    assert set(SupportDate.objects.values_list("product", "hidden")) == {
        ("一太郎2020", False),
        ("Windows 10", True),
    }
    bad = SimpleUploadedFile("表.csv", (lines[0] + "\r\nOS,x,(,いつか,,\r\n").encode("cp932"))
    response = secretariat.post("/terminals/support/import/", {"file": bad})
    assert response.status_code == 422
    assert "2行「サポート終了日」列" in response.content.decode()


def test_licences_show_what_is_missing(
    filled: Scenario, secretariat: Client, manager: Client, django_assert_max_num_queries: Any
) -> None:
    said = {
        "name": "Office",
        "pattern": "Microsoft Office*",
        "count": "３",
        "unit": "",
        "valid_from": "2025-04-01",
    }
    assert secretariat.post("/terminals/licences/new/", said).status_code == 302
    assert secretariat.post("/terminals/licences/new/", said | {"pattern": "*"}).status_code == 422
    with django_assert_max_num_queries(22):
        page = secretariat.get("/terminals/licences/").content.decode()
    assert "2 不足" in page
    licence = SoftwareLicence.objects.get()
    changed = said | {"count": "5", "version": "1"}
    assert secretariat.post(f"/terminals/licences/{licence.pk}/", changed).status_code == 302
    assert secretariat.post(f"/terminals/licences/{licence.pk}/", changed).status_code == 409
    assert "不足</span>" not in secretariat.get("/terminals/licences/").content.decode()
    assert manager.get(f"/terminals/licences/{licence.pk}/").status_code == 404
    assert secretariat.get("/terminals/licences/", {"export": "excel"}).status_code == 200


def test_licences_go_out_and_come_back(scenario: Scenario, secretariat: Client, manager: Client) -> None:
    code = scenario.section_a1.code
    lines = (
        "名称,ソフトウェア名,本数,所属コード,契約番号,開始日,終了日",
        "Office,Microsoft Office*,1200,,R7-15,令和7年4月1日,",
        f"CAD,AutoCAD*,３,{code},R7-16,2025-04-01,2026-04-01",
    )
    sent = SimpleUploadedFile("表.csv", "\r\n".join(lines).encode("cp932"))
    response = secretariat.post("/terminals/licences/import/", {"file": sent})
    assert response.context["found"].counts["追加"] == 2
    shown = {"token": response.context["token"], "shown": response.context["found"].digest}
    answer = secretariat.post("/terminals/licences/import/confirm/", shown, follow=True)
    assert "ライセンスに取り込みました（追加2件" in answer.content.decode()
    assert set(SoftwareLicence.objects.values_list("name", "count", "unit__code")) == {
        ("Office", 1200, None),
        ("CAD", 3, code),
    }
    for kind, name in (("excel", "表.xlsx"), ("csv", "表.csv")):
        content = secretariat.get("/terminals/licences/file/", {"export": kind}).content
        back = secretariat.post("/terminals/licences/import/", {"file": SimpleUploadedFile(name, content)})
        assert "変わるものはありません" in back.content.decode()
    bad = SimpleUploadedFile("表.csv", (lines[0] + "\r\nx,*,0,U9999,,いつか,\r\n").encode("cp932"))
    response = secretariat.post("/terminals/licences/import/", {"file": bad})
    assert response.status_code == 422
    for place in ("2行「開始日」列", "2行「所属コード」列"):
        assert place in response.content.decode()
    assert manager.get("/terminals/licences/import/").status_code == 403


ROWS = "仮想サーバ（情報政策課）｜128｜仮想サーバ｜情報政策課で調達\nクライアント（各課購入）※予備含む｜５７２｜デスクトップ、ノートパソコン｜各課で購入｜含む"


def test_counts_are_explained_until_nothing_is_left(
    scenario: Scenario, secretariat: Client, manager: Client
) -> None:
    make_terminal(scenario.city, "V", kind="virtual_server")
    said = {
        "title": "ウイルス対策ソフトの数量",
        "statement": "令和2年度包括外部監査 A33",
        "as_of": "2020-12-01",
        "printed_total": "708",
        "rows": ROWS,
    }
    wrong = secretariat.post("/terminals/reconciliations/new/", said | {"rows": "サーバ｜百"})
    assert wrong.status_code == 422
    assert "1行目" in wrong.content.decode()
    assert secretariat.post("/terminals/reconciliations/new/", said).status_code == 302
    one = CountReconciliation.objects.get()
    base = f"/terminals/reconciliations/{one.pk}/"
    page = secretariat.get(base).content.decode()
    for words in ("+8台", "+127台", "+572台"):
        assert words in page
    assert secretariat.post(f"{base}close/").status_code == 422
    for of, count in (("total", "8"), ("1", "127"), ("2", "５７２")):
        version = CountReconciliation.objects.get().version
        explained = {"of": of, "count": count, "text": "調査中に判明", "version": version}
        assert secretariat.post(f"{base}explain/", explained | {"count": "x"}).status_code == 422
        assert secretariat.post(f"{base}explain/", explained).status_code == 302
    explanation = DifferenceExplanation.objects.first()
    assert explanation is not None
    struck = {"because": "誤り"}
    address = f"/terminals/reconciliations/explanations/{explanation.pk}/strike/"
    assert secretariat.post(address, struck).status_code == 302
    assert secretariat.post(f"{base}close/").status_code == 422
    again = {
        "of": "total",
        "count": "8",
        "text": "やはり",
        "version": CountReconciliation.objects.get().version,
    }
    assert secretariat.post(f"{base}explain/", again).status_code == 302
    assert secretariat.post(f"{base}count/").status_code == 302
    assert secretariat.post(f"{base}close/").status_code == 302
    assert "完了" in secretariat.get("/terminals/reconciliations/").content.decode()
    for address in (base, "/terminals/reconciliations/"):
        assert secretariat.get(address, {"export": "excel"}).status_code == 200
        assert secretariat.get(address, {"export": "csv"}).status_code == 200
        assert manager.get(address).status_code in (403, 404)
    assert date(2020, 12, 1) == CountReconciliation.objects.get().as_of


def test_a_new_terminals_kind_is_chosen_not_offered(secretariat: Client) -> None:
    page = "/terminals/list/new/"
    assert secretariat.get(page).content.decode().count('<option value="" selected>選んでください') == 3
    said = {"number": "PC-9", "kind": "", "procurement": "", "on": "2026-11-20"}
    refused = secretariat.post(page, said)
    assert refused.status_code == 422
    assert 'href="#id_kind"' in refused.content.decode()
    assert not Terminal.objects.exists()
