"""Device control on its pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from tests.factories import Scenario
from tests.telemetry.device_control.makers import (
    LINES,
    NOON,
    STICK,
    make_terminal,
    publish,
    register,
    report,
)

from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import LineData, handouts
from tenken.telemetry.models import ApprovedDevice, DeviceHandout, DevicePolicy
from tenken.telemetry.store import Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
ROOT = "/terminals/devices/"
APPLICATION = {
    "kind": "usb_memory",
    "name": "暗号化USBメモリ",
    "vendor_id": "０４１１",
    "product_id": "01E8",
    "serial": "A00123",
    "access": "allow",
    "starts_on": "令和8年11月20日",
    "ends_on": "2027-03-31",
    "purpose": "現場写真の持ち帰り",
}


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def manager(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["section_manager"])


def rows_of(lines: list[dict[str, str]], version: int, note: str = "改定") -> dict[str, Any]:
    posted: dict[str, Any] = {
        "form-TOTAL_FORMS": len(lines),
        "form-INITIAL_FORMS": 0,
        "version": version,
        "note": note,
    }
    for place, line in enumerate(lines):
        posted |= {f"form-{place}-{name}": value for name, value in line.items()}
    return posted


def test_a_policy_is_drafted_changed_as_a_table_and_published(
    scenario: Scenario, secretariat: Client, manager: Client
) -> None:
    assert "まだ公布されていません" in secretariat.get(ROOT).content.decode()
    assert secretariat.post(f"{ROOT}draft/").status_code == 302
    page = secretariat.get(f"{ROOT}draft/edit/").content.decode()
    assert page.count('<tr id="id_line-') == 7
    assert 'aria-label="1行目の所属コード"' in page
    draft = DevicePolicy.objects.get()
    code = scenario.section_a1.code
    lines = [
        {"order": "2", "access": "read", "kind": "optical"},
        {"order": "1", "access": "forbid", "approved_excepted": "on", "note": "原則"},
        {"order": "", "access": "allow", "kind": "usb_memory", "unit": code},
        {"access": "", "kind": "sd"},
    ]
    wrong = secretariat.post(
        f"{ROOT}draft/edit/", rows_of([*lines, {"access": "allow", "unit": "X"}], draft.version)
    )
    assert wrong.status_code == 422
    assert "4行目「所属」" in wrong.content.decode()
    response = secretariat.post(f"{ROOT}draft/edit/", rows_of(lines, draft.version))
    assert response.status_code == 302
    assert [(one.access, one.kind) for one in draft.lines.all()] == [
        ("forbid", ""),
        ("read", "optical"),
        ("allow", "usb_memory"),
    ]
    draft.refresh_from_db()
    assert secretariat.post(f"{ROOT}draft/edit/", rows_of(lines, draft.version - 1)).status_code == 409
    assert secretariat.get(f"{ROOT}draft/publish/").status_code == 200
    assert secretariat.post(f"{ROOT}draft/publish/", {"version": draft.version}).status_code == 302
    shown = manager.get(ROOT).content.decode()
    assert "第1版" in shown
    assert "下書きを作る" not in shown
    assert manager.post(f"{ROOT}draft/").status_code == 403


def test_what_holds_for_a_terminal_is_shown_with_its_line(scenario: Scenario, manager: Client) -> None:
    make_terminal(scenario.section_a1, "PC-1", segment="LGWAN")
    make_terminal(scenario.section_b1, "PC-9")
    publish(scenario, (*LINES, LineData(Access.ALLOW, kind=DeviceKind.SD, segment="LGWAN")))
    page = manager.get(ROOT, {"terminal": "PC-1"}).content.decode()
    assert "4行目（全庁・LGWAN・SDカード）によります。" in page
    assert "1行目（全庁・すべての種類）によります。" in page
    assert "見ることのできる範囲にありません" in manager.get(ROOT, {"terminal": "PC-9"}).content.decode()
    assert manager.get(f"{ROOT}policies/1/").status_code == 200
    assert manager.get(f"{ROOT}policies/2/").status_code == 404
    sheet = load_workbook(io.BytesIO(manager.get(ROOT, {"export": "excel"}).content)).active
    assert sheet is not None
    assert "SDカード" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_a_draft_is_thrown_away(secretariat: Client) -> None:
    secretariat.post(f"{ROOT}draft/")
    assert secretariat.post(f"{ROOT}draft/drop/", {"version": "1"}).status_code == 302
    assert not DevicePolicy.objects.exists()
    assert secretariat.get(f"{ROOT}draft/edit/").status_code == 404


def test_a_device_is_applied_for_approved_and_returned(
    scenario: Scenario, manager: Client, secretariat: Client
) -> None:
    posted = APPLICATION | {"unit": str(scenario.section_a1.pk)}
    wrong = manager.post(f"{ROOT}approved/new/", posted | {"ends_on": "2020-01-01", "vendor_id": "zz"})
    assert wrong.status_code == 422
    assert "開始日より前です" in wrong.content.decode()
    assert manager.post(f"{ROOT}approved/new/", posted).status_code == 302
    device = ApprovedDevice.objects.get()
    assert (device.vendor_id, device.unit) == ("0411", scenario.section_a1)
    own = f"{ROOT}approved/{device.pk}/"
    assert "決裁を待つ申請があります" in secretariat.get(f"{ROOT}approved/").content.decode()
    assert manager.post(f"{own}decide/", {"outcome": "approved", "version": "1"}).status_code == 403
    refused = secretariat.post(f"{own}decide/", {"outcome": "returned", "version": "1"})
    assert refused.status_code == 422
    assert "差し戻す理由を入力してください" in refused.content.decode()
    sent_back = {"outcome": "returned", "comment": "期間を短くしてください", "version": "1"}
    assert secretariat.post(f"{own}decide/", sent_back).status_code == 302
    assert "期間を短くしてください" in manager.get(own).content.decode()
    again = APPLICATION | {"ends_on": "2026-12-31", "version": "2"}
    assert manager.post(f"{own}again/", again).status_code == 302
    assert secretariat.post(f"{own}decide/", {"outcome": "approved", "version": "3"}).status_code == 302
    assert secretariat.post(f"{own}decide/", {"outcome": "approved", "version": "3"}).status_code == 409
    assert 'data-status="approved"' in manager.get(own).content.decode()
    assert manager.post(f"{own}return/", {"on": "2026-11-20", "version": "4"}).status_code == 302
    device.refresh_from_db()
    assert device.state == "returned"


def test_devices_of_other_sections_are_not_seen(scenario: Scenario, manager: Client) -> None:
    other = register(scenario, scenario.section_b1)
    assert other.number not in manager.get(f"{ROOT}approved/").content.decode()
    for what in ("", "again/", "return/", "drop/", "withdraw/"):
        assert manager.get(f"{ROOT}approved/{other.pk}/{what}").status_code == 404


def test_the_list_goes_out_and_comes_back_without_a_difference_and_with_one(
    scenario: Scenario, secretariat: Client
) -> None:
    register(scenario, scenario.section_a1)
    content = secretariat.get(f"{ROOT}approved/", {"export": "csv"}).content
    upload = f"{ROOT}approved/import/"

    def sent(text: str) -> Any:
        file = SimpleUploadedFile("台帳.csv", text.encode("cp932"))
        return secretariat.post(upload, {"file": file})

    text = content.decode("cp932")
    assert "変わるものはありません" in sent(text).content.decode()
    changed = text.replace("現場写真の持ち帰り", "会議資料") + (
        f",{scenario.section_b1.code},,SDカード,写真用,054c,09c2,,使用可,,,2026-04-01,2027-03-31,広報,,\r\n"
    )
    response = sent(changed)
    assert response.context["found"].counts["追加"] == response.context["found"].counts["変更"] == 1
    posted = {"token": response.context["token"], "shown": response.context["found"].digest}
    assert secretariat.post(f"{upload}confirm/", posted).status_code == 302
    assert {(one.number, one.purpose, one.state) for one in ApprovedDevice.objects.all()} == {
        ("M-00001", "会議資料", "approved"),
        ("M-00002", "広報", "approved"),
    }
    broken = sent(text.replace("USBメモリ", "スプーン").replace("2027-03-31", "来年"))
    assert broken.status_code == 422
    assert "2行「種類」列" in broken.content.decode()
    assert "2行「終了日」列" in broken.content.decode()
    for junk in (b"", b"PK\x03\x04junk", "あ".encode("utf-16")):
        file = SimpleUploadedFile("台帳.xlsx", junk)
        assert secretariat.post(upload, {"file": file}).status_code == 422


def test_settings_are_made_kept_and_taken_out_again(
    scenario: Scenario, secretariat: Client, manager: Client
) -> None:
    page = f"{ROOT}handouts/"
    assert secretariat.post(page, {"unit": ""}).status_code == 422
    publish(scenario)
    register(scenario, scenario.section_a1)
    assert manager.post(page, {"unit": ""}).status_code == 403
    assert secretariat.post(page, {"unit": str(scenario.section_a1.pk)}).status_code == 302
    made = DeviceHandout.objects.get()
    shown = manager.get(page).content.decode()
    assert made.sha256 in shown
    assert "配布も暗号化も行いません" in shown
    response = manager.get(f"{page}{made.pk}/file/")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert "0411:01e8" in archive.read("linux/rules.conf").decode()
    assert manager.get(f"{page}999/file/").status_code == 404
    publish(scenario, (*LINES, LineData(Access.ALLOW, kind=DeviceKind.SD, segment="LGWAN")))
    assert "古い版" in secretariat.get(page).content.decode()


@pytest.mark.parametrize("at_once", [5, 4])
def test_every_place_that_needs_settings_of_its_own_is_named_and_made_many_by_a_job(
    scenario: Scenario, secretariat: Client, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(handouts, "AT_ONCE", at_once)
    page = f"{ROOT}handouts/"
    assert secretariat.post(page, {"all": "1"}).status_code == 422
    make_terminal(scenario.section_b1, "PC-7")
    publish(
        scenario,
        (
            *LINES,
            LineData(Access.ALLOW, kind=DeviceKind.SD, segment="LGWAN"),
            LineData(Access.READ, unit=scenario.bureau_a.code),
            LineData(Access.ALLOW, kind=DeviceKind.MO, terminal="PC-7"),
        ),
    )
    register(scenario, scenario.section_a1)
    names = ["全庁", "全庁（LGWAN）", "まちづくり局", "端末 PC-7", "まちづくり局 企画課"]
    assert [name for name, _ in secretariat.get(page).context["targets"]] == names
    response = secretariat.post(page, {"all": "1"})
    if at_once < len(names):
        assert not DeviceHandout.objects.exists()
        job = Job.objects.get()
        assert response["Location"] == f"/jobs/{job.pk}/"
        execute(job.pk)
        job.refresh_from_db()
        assert (job.status, job.done, job.total) == (Job.Status.DONE, 5, 5), job.message
    else:
        assert response["Location"] == page
    assert sorted(DeviceHandout.objects.values_list("target", flat=True)) == sorted(names)
    assert {said for _, said in secretariat.get(page).context["targets"]} == {"第1版"}


def test_drift_is_shown_by_section_and_device_and_taken_out(
    scenario: Scenario, secretariat: Client, manager: Client, event_store: Store
) -> None:
    publish(scenario)
    said = {
        "op": "device_connect",
        "device_class": "usb_memory",
        "device_serial": "ZZZ",
        "device_name": "USB",
    }
    report(
        event_store,
        scenario,
        said | {"section": scenario.section_a1.code, "device": "PC-1"},
        said | {"section": scenario.section_b1.code, "device": "PC-2"},
    )
    page = f"{ROOT}compliance/"
    shown = secretariat.get(page).content.decode()
    assert "まちづくり局 企画課" in shown
    assert "健康福祉局 保険課" in shown
    assert "許可のない媒体の接続" in shown
    own = manager.get(page).content.decode()
    assert "PC-1" in own
    assert "PC-2" not in own
    assert b"<svg" in secretariat.get(f"{page}chart.svg").content
    for table in ("section", "device", "detail", "moved", "month"):
        assert secretariat.get(page, {"export": "csv", "table": table}).status_code == 200
    assert secretariat.get(page, {"export": "csv", "table": "spoon"}).status_code == 404
    wrong = secretariat.get(page, {"first": "2026-11-20", "last": "2026-11-01"})
    assert "期間の初めより前です" in wrong.content.decode()


def test_remote_sessions_are_recorded_matched_and_struck(
    scenario: Scenario, secretariat: Client, client_for: Any, event_store: Store
) -> None:
    make_terminal(scenario.section_a1, "PC-1")
    posted = {
        "terminal": "PC-1",
        "kind": "view",
        "operator": "佐藤",
        "day": "2026-11-20",
        "begins": "9:00",
        "ends": "9時30分",
        "reason": "画面の確認",
        "told": "not",
        "ticket": "",
    }
    page = f"{ROOT}remote/"
    wrong = secretariat.post(f"{page}new/", posted | {"ends": "23:00"})
    assert wrong.status_code == 422
    assert "今より後です" in wrong.content.decode()
    assert secretariat.post(f"{page}new/", posted).status_code == 302
    auditor = client_for(scenario.people["auditor"])
    shown = auditor.get(page).content.decode()
    assert "画面の確認" in shown
    assert "取り消す" not in shown
    assert auditor.get(f"{page}new/").status_code == 403
    where = {"op": "remote_session", "section": scenario.section_a1.code, "device": "PC-1"}
    report(event_store, scenario, where | {"ts": NOON - timedelta(days=1), "address": "10.0.0.9"})
    assert "10.0.0.9" in auditor.get(page).content.decode()
    for table in ("", "unrecorded"):
        assert auditor.get(page, {"export": "excel", "table": table}).status_code == 200
    session = scenario.city.remotesession_set.get()
    strike = f"{page}{session.pk}/strike/"
    assert auditor.post(strike, {"reason": "x", "version": "1"}).status_code == 403
    assert secretariat.post(strike, {"reason": "端末の誤り", "version": "1"}).status_code == 302
    assert "取消し：端末の誤り" in auditor.get(page).content.decode()


def test_pages_cost_the_same_however_much_there_is(
    scenario: Scenario, secretariat: Client, event_store: Store, django_assert_max_num_queries: Any
) -> None:

    publish(scenario, (*LINES, *(LineData(Access.ALLOW, segment=f"区分{n}") for n in range(20))))
    for number in range(30):
        register(scenario, scenario.section_a1, replace(STICK, serial=f"S{number}"))
    for page, most in (("", 22), ("approved/", 14), ("compliance/", 26), ("handouts/", 20), ("remote/", 18)):
        secretariat.get(f"{ROOT}{page}")
        with django_assert_max_num_queries(most):
            assert secretariat.get(f"{ROOT}{page}").status_code == 200
