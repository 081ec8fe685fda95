"""The bank and the policy through files, and the guideline's page, as the secretariat uses them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import Scenario
from tests.web.policy_city import draft, in_force, with_policy

from tenken.policy.models import CheckItem, GuidelineEdition

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(scenario: Scenario):
    with time_machine.travel("2026-06-01 03:00", tick=False):
        with_policy(scenario)
        yield scenario


@pytest.fixture
def secretariat(city: Scenario, client_for: Callable[..., Client]) -> Client:
    return client_for(city.people["secretariat"])


def _file(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _content(response: object) -> bytes:
    return response.content  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["/policy/bank/?export=excel", "/policy/bank/oscal/"])
def test_the_bank_that_was_taken_out_comes_back_unchanged(secretariat: Client, address: str) -> None:
    name = "bank.json" if "oscal" in address else "bank.xlsx"
    content = _content(secretariat.get(address))
    page = secretariat.post("/policy/bank/import/", {"on": "2026-06-01", "file": _file(content, name)})
    assert page.status_code == 200
    assert "変わるものはありません" in page.content.decode()


def test_a_changed_bank_is_shown_and_then_written(secretariat: Client) -> None:
    catalog = json.loads(_content(secretariat.get("/policy/bank/oscal/")))
    control = catalog["catalog"]["groups"][0]["controls"][0]
    control["parts"][0]["prose"] = "改めた問い"
    sent = _file(json.dumps(catalog).encode(), "bank.json")
    page = secretariat.post("/policy/bank/import/", {"on": "2026-07-01", "file": sent}).content.decode()
    assert "改めた問い" in page
    fields = dict(re.findall(r'type="hidden" name="(token|on|mark)" value="([^"]+)"', page))
    assert CheckItem.objects.get(code=control["id"]).revisions.count() == 1
    assert secretariat.post("/policy/bank/import/apply/", fields).status_code == 302
    assert CheckItem.objects.get(code=control["id"]).revisions.count() == 2
    assert secretariat.post("/policy/bank/import/apply/", fields).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bank.json", b"{", "OSCAL"),
        ("bank.json", b'{"profile": {"imports": []}}', "catalog"),
        ("bank.xlsx", b"PK\x03\x04 broken", "読み取"),
        ("bank.csv", "見出し\n".encode("cp932"), "見出し「コード」がありません"),
        ("bank.exe", b"MZ", "読み取れない種類"),
    ],
)
def test_a_file_that_is_no_bank_is_refused(
    secretariat: Client, name: str, content: bytes, words: str
) -> None:
    answer = secretariat.post("/policy/bank/import/", {"on": "2026-06-01", "file": _file(content, name)})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_policy_goes_out_and_into_a_draft(city: Scenario, secretariat: Client) -> None:
    drafted = draft(city)
    content = _content(secretariat.get(f"/policy/versions/{in_force().pk}/excel/"))
    url = f"/policy/drafts/{drafted.pk}/import/"
    seen = re.search(r'name="seen" value="([^"]+)"', secretariat.get(url).content.decode())
    assert seen
    sent = {"seen": seen[1], "file": _file(content, "policy.xlsx")}
    assert secretariat.post(url, sent).status_code == 302
    assert drafted.clauses.count() == in_force().clauses.count()
    stale = {"seen": "old", "file": _file(content, "policy.xlsx")}
    assert secretariat.post(url, stale).status_code == 409
    profile = json.loads(_content(secretariat.get("/policy/bank/oscal/profile/")))
    assert len(profile["profile"]["imports"][0]["include-controls"][0]["with-ids"]) == (
        CheckItem.objects.filter(standing=True).count()
    )
    catalog = json.loads(_content(secretariat.get(f"/policy/versions/{in_force().pk}/oscal/")))
    assert catalog["catalog"]["metadata"]["oscal-version"] == "1.1.2"


def test_the_guideline_is_taken_in_held_against_and_answered(
    city: Scenario, secretariat: Client, client_for: Callable[..., Client]
) -> None:
    assert "まだ取り込まれていません" in secretariat.get("/policy/guidelines/").content.decode()
    assert secretariat.post("/policy/guidelines/import/", {}).status_code == 302
    assert GuidelineEdition.objects.count() >= 4
    assert secretariat.post("/policy/guidelines/import/", {}).status_code == 422
    page = secretariat.get("/policy/guidelines/?edition=2022.3&state=difference").content.decode()
    assert "必須の差異があります" in page
    assert "外部サービス（機密性2以上）" in page
    url = "/policy/guidelines/requirements/OUT-3/"
    assert secretariat.post(url, {"clause_codes": "S99"}).status_code == 422
    assert secretariat.post(url, {"not_needed_because": "使っていない"}).status_code == 302
    page = secretariat.get("/policy/guidelines/?edition=2022.3&state=difference").content.decode()
    assert "外部サービス（機密性2以上）" not in page
    assert secretariat.get("/policy/guidelines/?export=excel").status_code == 200
    reader = client_for(city.people["section_manager"])
    assert "確かめて保存する" not in reader.get(url).content.decode()
    assert reader.post(url, {"not_needed_because": "x"}).status_code == 403
    with CaptureQueriesContext(
        connection,
    ) as counted:
        reader.get("/policy/guidelines/")
    assert len(counted) <= 16
