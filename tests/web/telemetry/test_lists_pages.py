"""Lists and hours of duty as pages: kept, filtered, out as a file and back with the difference."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import Scenario

from tenken.common.spreadsheets import cp932_csv
from tenken.telemetry.lists.files import HEADER
from tenken.telemetry.lists.queries import read_snapshot
from tenken.telemetry.models import WatchEntry

pytestmark = pytest.mark.django_db
LISTS = "/terminals/rules/lists/"
KEYWORDS = f"{LISTS}of/keywords/"
DUTY = "/terminals/rules/duty/"


@pytest.fixture
def office(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


def _values(scenario: Scenario) -> tuple[str, ...]:
    return read_snapshot(scenario.city.code).values["keywords"]


def test_a_value_is_added_changed_and_removed(office: Client, scenario: Scenario) -> None:
    assert "%keywords%" in office.get(LISTS).content.decode()
    said = {"value": "極秘", "note": "規程", "valid_until": "令和9年3月31日"}
    assert office.post(KEYWORDS, said).status_code == 302
    assert office.post(KEYWORDS, said).status_code == 422
    assert office.post(KEYWORDS, {"value": " "}).status_code == 422
    row = WatchEntry.objects.get()
    assert office.post(f"{LISTS}entries/{row.pk}/", {"value": "秘"}).status_code == 422
    assert office.post(f"{LISTS}entries/{row.pk}/", {"value": "部外秘"}).status_code == 302
    assert _values(scenario) == ("部外秘",)
    assert "部外秘" in office.get(KEYWORDS, {"q": "部外", "now": "on"}).content.decode()
    assert office.post(f"{LISTS}entries/{row.pk}/remove/").status_code == 302
    assert _values(scenario) == ()


def test_out_and_back_with_the_difference(office: Client, scenario: Scenario) -> None:
    office.post(KEYWORDS, {"value": "極秘"})
    assert office.get(KEYWORDS, {"export": "excel"}).status_code == 200
    out = office.get(KEYWORDS, {"export": "csv"}).content
    same = office.post(f"{KEYWORDS}import/", {"file": SimpleUploadedFile("a.csv", out)})
    assert "変わるものはありません" in same.content.decode()
    sent = cp932_csv(HEADER, [["部外秘", "", "", ""]])
    shown = office.post(f"{KEYWORDS}import/", {"file": SimpleUploadedFile("a.csv", sent)}).content.decode()
    assert "極秘" in shown
    assert _values(scenario) == ("極秘",)
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    version = shown.partition('name="version" value="')[2].partition('"')[0]
    said = {"token": token, "version": version}
    assert office.post(f"{KEYWORDS}import/confirm/", said | {"version": "1"}).status_code == 409
    assert office.post(f"{KEYWORDS}import/confirm/", said).status_code == 302
    assert _values(scenario) == ("部外秘",)
    assert office.post(f"{KEYWORDS}import/confirm/", said).status_code == 404


def test_a_bad_file_says_where(office: Client) -> None:
    sent = cp932_csv(HEADER, [["極秘", "", "", ""], ["秘", "", "", ""]])
    reply = office.post(f"{KEYWORDS}import/", {"file": SimpleUploadedFile("a.csv", sent)})
    assert reply.status_code == 422
    assert "3行A列" in reply.content.decode()
    bad = office.post(f"{KEYWORDS}import/", {"file": SimpleUploadedFile("a.pdf", b"%PDF")})
    assert bad.status_code == 422
    assert office.post(f"{KEYWORDS}import/", {}).status_code == 422


def test_a_list_of_the_citys_own(office: Client) -> None:
    assert office.post(f"{LISTS}new/", {"code": "vip", "name": "市長室のフォルダ"}).status_code == 302
    assert office.post(f"{LISTS}new/", {"code": "vip", "name": "もう一つ"}).status_code == 422
    assert "市長室のフォルダ" in office.get(LISTS).content.decode()
    assert office.get(f"{LISTS}of/nothing/").status_code == 404


def test_hours_of_duty(office: Client, scenario: Scenario, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(18):
        page = office.get(DUTY).content.decode()
    assert f"{scenario.bureau_a.name} {scenario.section_a1.name}" in page
    unit = f"{DUTY}{scenario.bureau_a.pk}/"
    week = {f"day{day}": "８：３０～１２：００、13:00-21:00" for day in range(5)}
    shown = office.get(unit).content.decode()
    standing = shown.partition('name="standing" value="')[2].partition('"')[0]
    assert office.post(unit, week | {"day0": "8:30から"}).status_code == 422
    assert office.post(unit, week | {"day0": "8:00～12:00、11:00～13:00"}).status_code == 422
    assert office.post(unit, week | {"standing": standing}).status_code == 302
    assert office.post(unit, week | {"standing": standing}).status_code == 409
    page = office.get(DUTY).content.decode()
    assert "8:30～12:00、13:00～21:00" in page
    assert f"{scenario.bureau_a.name}の設定" in page
    assert office.post(unit, {"action": "inherit"}).status_code == 302
    assert "13:00～21:00" not in office.get(DUTY).content.decode()
    assert office.get(DUTY, {"export": "csv"}).status_code == 200


def test_who_does_not_manage_rules_sees_no_list(client_for: Any, scenario: Scenario) -> None:
    for role in ("section_manager", "auditor", "network_manager"):
        client = client_for(scenario.people[role])
        for page in (LISTS, KEYWORDS, DUTY):
            assert client.get(page).status_code == 403, (role, page)
