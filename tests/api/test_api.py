"""The API: who gets in, what they see, how it refuses, and that no client breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from tenken.api.root import PER_PERSON, api
from tenken.common import clock
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.organization.api_tokens import issue_token
from tenken.organization.models import Account, ApiToken
from tests.factories import Scenario
from tests.web.rows import Rows, make_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rows(scenario: Scenario) -> Rows:
    return make_rows(scenario)


def bearer(scenario: Scenario, role: str, *, read_only: bool = True) -> dict[str, str]:
    _, text = issue_token(
        by=scenario.by(role),
        name="試験",
        expires_on=clock.today() + timedelta(days=30),
        read_only=read_only,
    )
    return {"Authorization": f"Bearer {text}"}


def test_without_a_token_nothing_is_told(client: Client, scenario: Scenario) -> None:
    for headers in ({}, {"Authorization": "Bearer tenken_wrong"}, {"Authorization": "Basic eDp5"}):
        response = client.get("/api/me", headers=headers)
        assert response.status_code == 401
        assert response.json()["message"].startswith("APIトークンを付けるか")
    assert client.put("/api/sheets/1/answers/1", "{}", content_type="application/json").status_code == 401


def test_a_token_acts_as_its_person_and_its_use_is_kept(client: Client, scenario: Scenario) -> None:
    headers = bearer(scenario, "deputy")
    body = client.get("/api/me", headers=headers).json()
    assert body["number"] == scenario.people["deputy"].number
    assert [grant["role"] for grant in body["grants"]] == ["deputy"]
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_ends_with_its_day_and_with_the_account(client: Client, scenario: Scenario) -> None:
    headers = bearer(scenario, "deputy")
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert client.get("/api/me", headers=headers).status_code == 401
    Account.objects.filter(person=scenario.people["deputy"]).update(valid_to=clock.today())
    assert client.get("/api/me", headers=headers).status_code == 401


def test_the_session_works_but_writing_needs_the_csrf_token(scenario: Scenario, rows: Rows) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scenario.people["deputy"].account)
    assert client.get("/api/me").status_code == 200
    refused = client.put(
        f"/api/sheets/{rows.sheets['a1'].pk}/answers/{rows.question.pk}",
        json.dumps({"verdict": "conforms", "version": 1}),
        content_type="application/json",
    )
    assert refused.status_code == 403


def test_lists_hold_what_the_pages_would_show(client: Client, scenario: Scenario, rows: Rows) -> None:
    for role, seen in (("deputy", 1), ("bureau_manager", 2), ("secretariat", 3)):
        headers = bearer(scenario, role)
        for path in ("/api/sheets", "/api/findings"):
            body = client.get(path, headers=headers).json()
            assert (body["total"], len(body["items"])) == (seen, seen), (role, path)
    assert client.get("/api/sheets", headers=bearer(scenario, "staff")).status_code == 403
    headers = bearer(scenario, "committee")
    assert client.get("/api/people", headers=headers).status_code == 403
    assert client.get(f"/api/sheets/{rows.sheets['a1'].pk}", headers=headers).status_code == 404


def test_pieces_of_a_list(client: Client, scenario: Scenario, rows: Rows) -> None:
    headers = bearer(scenario, "secretariat")
    body = client.get("/api/sheets?limit=2&offset=2", headers=headers).json()
    assert (body["total"], len(body["items"])) == (3, 1)
    assert client.get("/api/sheets?limit=501", headers=headers).status_code == 422
    assert client.get("/api/sheets?offset=99999999999999999999", headers=headers).status_code == 422


def test_people_are_searched_by_variants_and_reading_is_noted(client: Client, scenario: Scenario) -> None:
    body = client.get("/api/people?search=高橋", headers=bearer(scenario, "secretariat")).json()
    assert all("髙橋" in item["name"] for item in body["items"])
    assert body["total"] >= 1
    note = PersonalDataAccess.objects.latest("pk")
    assert (note.channel, note.rows) == ("api", body["total"])


def test_one_sheet_with_its_answers(
    client: Client, scenario: Scenario, rows: Rows, django_assert_max_num_queries: Any
) -> None:
    headers = bearer(scenario, "deputy")
    client.get("/api/me", headers=headers)
    with django_assert_max_num_queries(12):
        body = client.get(f"/api/sheets/{rows.sheets['a1'].pk}", headers=headers).json()
    assert body["questions"][0]["answer"]["verdict"] == "issue"
    outside = client.get(f"/api/sheets/{rows.sheets['b1'].pk}", headers=headers)
    nowhere = client.get("/api/sheets/999999", headers=headers)
    assert outside.status_code == nowhere.status_code == 404
    assert outside.json() == nowhere.json()


def test_an_answer_is_saved_once_and_under_the_writers_name(
    client: Client, scenario: Scenario, rows: Rows
) -> None:
    url = f"/api/sheets/{rows.sheets['a1'].pk}/answers/{rows.question.pk}"

    def put(headers: dict[str, str], **payload: Any) -> Any:
        return client.put(url, json.dumps(payload), content_type="application/json", headers=headers)

    headers = bearer(scenario, "deputy", read_only=False)
    assert put(bearer(scenario, "deputy"), verdict="conforms", version=1).status_code == 403
    saved = put(headers, verdict="conforms", version=1)
    assert saved.status_code == 200, saved.json()
    assert saved.json()["version"] == 2
    stale = put(headers, verdict="issue", version=1)
    assert stale.status_code == 409
    assert "先に保存しました" in stale.json()["message"]
    long = put(headers, verdict="issue", reason="あ" * 2001, version=2)
    assert long.status_code == 422
    assert long.json()["problems"][0]["place"] == "課題の内容と理由"
    assert put(headers, verdict="maybe", version=2).status_code == 422
    assert client.put(url, "{", content_type="application/json", headers=headers).status_code == 400
    entry = Entry.objects.filter(operation="inspection.answer.save").latest("sequence")
    assert (entry.channel, entry.actor_code) == ("api", scenario.people["deputy"].number)


def test_too_many_calls_are_slowed(
    client: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(scenario, "deputy")
    monkeypatch.setattr(PER_PERSON, "num_requests", 3)
    statuses = [client.get("/api/me", headers=headers).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    other = client.get("/api/me", headers=bearer(scenario, "staff"))
    assert other.status_code == 200


def test_journal_head_is_for_those_who_read_the_journal(client: Client, scenario: Scenario) -> None:
    assert client.get("/api/journal/head", headers=bearer(scenario, "deputy")).status_code == 403
    body = client.get("/api/journal/head", headers=bearer(scenario, "auditor")).json()
    assert body["count"] == Entry.objects.filter(city_code=scenario.city.code).count()


SCHEMA = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))


@pytest.mark.parametrize(
    "operation",
    [result.ok() for result in SCHEMA.get_all_operations()],
    ids=lambda operation: f"{operation.method.upper()} {operation.path}",
)
def test_no_client_breaks_it(scenario: Scenario, rows: Rows, operation: Any) -> None:
    client = Client(raise_request_exception=False)
    headers = bearer(scenario, "secretariat", read_only=False)

    @given(case=operation.as_strategy())
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(case: Any) -> None:
        cache.clear()
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool) else None
        response = client.generic(
            case.method,
            case.formatted_path,
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            query_params={key: _text(value) for key, value in (case.query or {}).items()},
            headers=headers,
        )
        assert response.status_code < 500, (case.formatted_path, case.query, body)
        if response.status_code >= 400:
            assert set(response.json()) == {"message", "problems"}

    fuzz()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_hostile_values(
    client: Client, scenario: Scenario, rows: Rows, client_for: Callable[..., Any]
) -> None:
    headers = bearer(scenario, "secretariat", read_only=False)
    for path in (
        "/api/units?search=%00",
        "/api/people?search=%00%F0%9F%98%80",
        "/api/findings?text=%25_%00",
        f"/api/sheets/{2**63}",
        "/api/sheets/0",
        "/api/sheets?fiscal_year=99999999999",
    ):
        assert client.get(path, headers=headers).status_code < 500, path
