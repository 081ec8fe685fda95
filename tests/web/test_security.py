"""What every answer carries, and how refusals look from each side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client, RequestFactory
from tests.factories import PASSWORD, Scenario
from tests.web.rows import make_rows

from tenken.common import clock
from tenken.journal.models import Entry
from tenken.organization.api_tokens import issue_token, own_tokens
from tenken.organization.sign_in import change_own_password
from tenken.web.accounts.adapter import ClosedAccountAdapter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/no-such-page/", "/api/me", "/health/"])
def test_headers(path: str) -> None:
    response = Client().get(path)
    assert "script-src 'self'; style-src 'self'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] is not None
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"


def test_cookies(scenario: Scenario) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": scenario.people["deputy"].number, "password": PASSWORD})
    assert len(client.cookies) >= 2
    for cookie in client.cookies.values():
        assert cookie["samesite"] == "Lax"
        assert cookie["httponly"]


def test_not_found_is_the_same_signed_in_or_out(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    signed_in = client_for(scenario.people["deputy"])
    for client in (Client(), signed_in):
        response = client.get("/no-such-page/")
        assert response.status_code == 404
        assert "ページが見つかりません" in response.content.decode()


def test_htmx_gets_a_fragment_and_no_redirect(scenario: Scenario, client_for: Callable[..., Client]) -> None:
    asked = {"HX-Request": "true"}
    away = Client().get("/journal/", headers=asked)
    assert away.status_code == 401
    denied = client_for(scenario.people["deputy"]).get("/journal/", headers=asked)
    assert denied.status_code == 403
    for response in (away, denied):
        assert "<html" not in response.content.decode()
        assert "data-refusal" in response.content.decode()


def test_a_page_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "1", "password": "2"})
    assert response.status_code == 403
    assert "ページを開き直して" in response.content.decode()


def test_too_much_is_refused_with_the_limit_in_words(
    scenario: Scenario, client_for: Callable[..., Client], settings: Any
) -> None:
    rows = make_rows(scenario)
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    client = client_for(scenario.people["deputy"])
    url = f"/inspection/sheets/{rows.sheets['a1'].pk}/answers/{rows.question.pk}/evidence/"
    file = SimpleUploadedFile("大きい.txt", b"x" * (1024 * 1024 + 1))
    response = client.post(url, {"file": file})
    assert response.status_code == 413
    assert "1ファイル1MBまで" in response.content.decode()
    settings.MAX_REQUEST_BYTES = 100
    assert client.post(url, {"comment": "x" * 200}).status_code == 413


def test_too_many_fields_are_refused(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    response = Client().post("/journal/verify/", {f"f{n}": "" for n in range(9)})
    assert response.status_code == 413


def test_the_wrong_way_to_ask_has_a_page(scenario: Scenario, client_for: Callable[..., Client]) -> None:
    response = client_for(scenario.people["deputy"]).get("/journal/verify/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "data-refusal" in response.content.decode()


def test_a_broken_database_still_gives_a_page(
    scenario: Scenario, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(scenario.people["deputy"])
    client.raise_request_exception = False

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("database is gone")

    monkeypatch.setattr("tenken.organization.authentication.AccountBackend.get_user", broken)
    response = client.get("/")
    assert response.status_code == 500
    assert "番号：500" in response.content.decode()


# --- what a test from outside found ------------------------------------------------------------------------


def test_failed_sign_ins_count_by_account_whatever_host_the_request_names(scenario: Scenario) -> None:
    keys = {
        ClosedAccountAdapter()._get_login_attempts_cache_key(
            RequestFactory().post("/accounts/login/", HTTP_HOST=f"127.0.0.1:{port}"), username=name
        )
        for port in (1, 2, 3)
        for name in ("jimu01", "JIMU01")
    }
    assert keys == {"account:jimu01"}


@pytest.mark.parametrize(
    "address",
    [
        "/papers/committee/0/",
        "/papers/committee/1867/",
        "/papers/committee/10000/",
        "/papers/committee/2014/figures/%00.svg",
        "/policy/clauses/a%00b/",
        "/policy/bank/items/%00/",
        "/findings/close/99999999999999999999/",
    ],
)
def test_an_address_no_database_could_answer_is_no_page(
    scenario: Scenario, client_for: Callable[[Any], Client], address: str
) -> None:
    assert client_for(scenario.people["secretariat"]).get(address).status_code == 404


def test_a_refusal_of_the_frame_is_json_below_the_api(
    scenario: Scenario, client_for: Callable[[Any], Client]
) -> None:
    client = client_for(scenario.people["secretariat"])
    response = client.put("/api/sheets/1/answers/1", b"x" * 5_000_000, content_type="application/json")
    assert response.status_code == 413
    assert response.json()["message"]


def test_a_new_password_ends_the_tokens_issued_under_the_old_one(scenario: Scenario) -> None:
    by, person = scenario.by("secretariat"), scenario.people["secretariat"]
    issue_token(by=by, name="集計", expires_on=clock.today() + timedelta(days=30))
    change_own_password(by=by, account=person.account, password="atarashii-aikotoba-2026")
    (token,) = own_tokens(by)
    assert token.revoked_at is not None
    assert Entry.objects.filter(operation="account.api_token.revoke").count() == 1
