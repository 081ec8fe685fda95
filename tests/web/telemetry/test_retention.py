from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.conftest import event_store  # noqa: F401 - the fixture
from tests.web.retention_rows import retention_places

from tenken.telemetry.models import Archive, LegalHold, RetentionClass
from tenken.telemetry.store import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretariat(scenario: Scenario, client: Client, event_store: Store) -> Client:  # noqa: F811
    retention_places(scenario)
    client.force_login(scenario.people["secretariat"].account)
    return client


@pytest.mark.parametrize("page", ["", "archives/", "holds/", "holds/new/", "deletions/"])
def test_the_pages_stand(secretariat: Client, page: str) -> None:
    answer = secretariat.get(f"/terminals/retention/{page}")
    assert answer.status_code == 200


def test_a_hold_names_sections_that_exist(secretariat: Client, scenario: Scenario) -> None:
    said = {"title": "調査", "reason": "指示", "since": "2026-10-01", "sections": "U0003　nowhere"}
    answer = secretariat.post("/terminals/retention/holds/new/", said)
    assert answer.status_code == 422
    assert "この所属コードはありません：nowhere" in answer.content.decode()
    said["sections"] = f" {scenario.section_a1.code}　{scenario.section_b1.code} "
    assert secretariat.post("/terminals/retention/holds/new/", said).status_code == 302
    hold = LegalHold.objects.latest("pk")
    assert hold.sections == [scenario.section_a1.code, scenario.section_b1.code]
    assert hold.since == date(2026, 10, 1)


def test_a_stale_change_of_a_class_is_told(secretariat: Client) -> None:
    row = RetentionClass.objects.get(code="operation")
    address = f"/terminals/retention/classes/{row.pk}/"
    said = {"keep_months": "24", "archive": "on", "archive_years": "5", "version": row.version}
    assert secretariat.post(address, said).status_code == 302
    assert secretariat.post(address, said).status_code == 409
    row.refresh_from_db()
    assert row.keep_months == 24


def test_a_missing_file_is_found_by_verifying(secretariat: Client) -> None:
    archive = Archive.objects.get()
    answer = secretariat.post(f"/terminals/retention/archives/{archive.pk}/verify/", follow=True)
    assert "_manifest.jsonがありません。" in answer.content.decode()
    assert "破損しています" in answer.content.decode()
