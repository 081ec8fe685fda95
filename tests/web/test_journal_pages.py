"""The journal on the page: who may, what is found, and that reading it leaves a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.factories import Scenario, make_other_city

from tenken.journal.models import Entry, PersonalDataAccess
from tenken.journal.operations import erase_payload, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(scenario: Scenario, client_for: Callable[..., Client]) -> Client:
    return client_for(scenario.people["auditor"])


def _record(scenario: Scenario, number: int = 1, **changes: Any) -> Entry:
    with transaction.atomic():
        for _ in range(number):
            entry = record(
                by=scenario.by("deputy"),
                city_code=scenario.city.code,
                operation="account.sign_in",
                subject=("test.thing", 12),
                changes=changes,
            )
    return entry


@pytest.mark.parametrize(
    ("role", "status"),
    [("auditor", 200), ("secretariat", 200), ("ciso", 200), ("deputy", 403), ("committee", 403)],
)
def test_who_may_read(scenario: Scenario, client_for: Callable[..., Client], role: str, status: int) -> None:
    client = client_for(scenario.people[role])
    for path in ("/journal/", "/journal/1/", "/journal/accesses/"):
        assert client.get(path).status_code == status


def test_reading_is_noted(scenario: Scenario, auditor: Client) -> None:
    before = PersonalDataAccess.objects.count()
    auditor.get("/journal/")
    auditor.get("/journal/1/")
    auditor.get("/journal/?export=csv")
    notes = PersonalDataAccess.objects.order_by("pk")[before:]
    assert [note.purpose for note in notes] == ["操作証跡の閲覧", "操作証跡1番の閲覧", "操作証跡の出力"]


def test_filters(scenario: Scenario, auditor: Client) -> None:
    entry = _record(scenario)
    number = scenario.people["deputy"].number
    found = auditor.get(f"/journal/?operation=account.sign_in&actor={number}&subject=test.thing:12")
    assert [row["sequence"] for row in found.context["rows"]] == [entry.sequence]
    day = auditor.get("/journal/?since=2001-01-01&until=2001-01-02")
    assert day.context["rows"] == []
    wrong = auditor.get("/journal/?since=きのう")
    assert wrong.status_code == 200
    assert "日付として読めません" in wrong.content.decode()
    assert auditor.get("/journal/?before=99999999999999999999").status_code == 200


def test_older_entries_by_a_link(
    scenario: Scenario, auditor: Client, django_assert_max_num_queries: Any
) -> None:
    _record(scenario, 60)
    with django_assert_max_num_queries(12):
        first = auditor.get("/journal/")
    rows = [row["sequence"] for row in first.context["rows"]]
    assert len(rows) == 50
    second = auditor.get(f"/journal/?before={first.context['older']}")
    assert second.context["rows"][0]["sequence"] == rows[-1] - 1


def test_an_entry_shows_what_was_changed_and_its_hashes(scenario: Scenario, auditor: Client) -> None:
    entry = _record(scenario, title="<b>題名</b>")
    page = auditor.get(f"/journal/{entry.sequence}/").content.decode()
    assert entry.hash in page
    assert entry.previous_hash in page
    assert "&lt;b&gt;題名" in page
    erase_payload(by=scenario.by("secretariat"), entry=entry, under="文書保存規程")
    page = auditor.get(f"/journal/{entry.sequence}/").content.decode()
    assert "消去されています" in page
    assert "題名" not in page


def test_another_city_is_not_there(scenario: Scenario, client_for: Callable[..., Client]) -> None:
    entry = _record(scenario)
    elsewhere = client_for(make_other_city().people["secretariat"])
    shown = elsewhere.get("/journal/").context["rows"]
    assert all(row["subject"] != "test.thing:12" for row in shown)
    own = Entry.objects.filter(city_code=scenario.city.code).count()
    theirs = elsewhere.get(f"/journal/{entry.sequence}/")
    assert own != 0
    assert theirs.status_code == 404 or entry.hash not in theirs.content.decode()


def test_export_holds_no_formula(scenario: Scenario, auditor: Client) -> None:
    _record(scenario)
    csv = auditor.get("/journal/?export=csv")
    assert csv["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%93%8D")
    assert "test.thing" in csv.content.decode("cp932")
    excel = auditor.get("/journal/?export=xlsx")
    assert excel.content[:2] == b"PK"
