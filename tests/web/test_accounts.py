"""Sign-in: who gets in, what is said, what is recorded, and what the second factor keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.factories import PASSWORD, Scenario, make_other_city

from tenken.common import clock
from tenken.journal.models import Entry, Payload
from tenken.organization.api_tokens import account_of_token, issue_token
from tenken.organization.models import Account, ApiToken

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
NEW = "夏空と白い雲の月曜日の朝"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _sign_in(client: Client, username: str, password: str = PASSWORD, **headers: str) -> Any:
    return client.post(LOGIN, {"login": username, "password": password}, **headers)  # type: ignore[arg-type]


def _operations(city_code: str = "991015") -> list[str]:
    rows = Entry.objects.filter(city_code=city_code, operation__startswith="account.").order_by("sequence")
    return list(rows.values_list("operation", flat=True))


def test_signs_in_and_out_and_both_are_journaled(scenario: Scenario) -> None:
    client, person = Client(), scenario.people["deputy"]
    before = client.session.session_key
    response = _sign_in(client, person.number)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
    assert _operations() == ["account.sign_in", "account.sign_out"]
    entry = Entry.objects.get(operation="account.sign_in")
    assert (entry.actor_code, entry.channel, entry.subject_id) == (person.number, "web", person.number)


def test_full_width_number_signs_in(scenario: Scenario) -> None:
    number = scenario.people["deputy"].number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert _sign_in(Client(), number).status_code == 302


def test_a_get_does_not_sign_out(scenario: Scenario, client_for: Callable[..., Client]) -> None:
    client = client_for(scenario.people["deputy"])
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200


def test_no_sentence_tells_whether_an_account_exists(scenario: Scenario) -> None:
    gone = scenario.people["staff"].account
    Account.objects.filter(pk=gone.pk).update(valid_to=date(2020, 4, 1))
    pages = []
    for username in (scenario.people["deputy"].number, "no-such-number", gone.username):
        password = PASSWORD if username == gone.username else "wrong-password"
        response = _sign_in(Client(), username, password)
        assert response.status_code == 200
        assert "利用者名かパスワードが違います。" in response.content.decode()
        pages.append(response.content.decode().replace(username, "X"))
    stripped = {"".join(line for line in page.splitlines() if "csrf" not in line.lower()) for page in pages}
    assert len(stripped) == 1


def test_refused_attempts_are_counted_without_password_or_unknown_name(scenario: Scenario) -> None:
    _sign_in(Client(), scenario.people["deputy"].number, "secret-in-the-wrong-field")
    _sign_in(Client(), "secret-in-the-wrong-field", "whatever-it-was")
    rows = Entry.objects.filter(operation="account.sign_in_refused").order_by("sequence")
    assert [row.subject_id for row in rows] == [scenario.people["deputy"].number, ""]
    assert not Payload.objects.filter(body__contains="secret-in").exists()
    assert not Payload.objects.filter(body__contains="whatever").exists()


def test_an_unknown_name_belongs_to_no_city_when_there_are_several(
    scenario: Scenario, caplog: pytest.LogCaptureFixture
) -> None:
    make_other_city()
    caplog.set_level("WARNING", logger="tenken.sign_in")
    _sign_in(Client(), "typed-a-password-here", "wrong-password")
    assert not Entry.objects.filter(operation="account.sign_in_refused").exists()
    assert "unknown account" in caplog.text
    assert "typed-a-password" not in caplog.text


def test_five_failures_close_an_account_for_a_while(scenario: Scenario) -> None:
    number = scenario.people["deputy"].number
    with time_machine.travel("2014-07-01T09:00:00+09:00") as traveller:
        for _ in range(5):
            _sign_in(Client(), number, "wrong-password")
        response = _sign_in(Client(), number)
        assert "しばらく受け付けません" in response.content.decode()
        traveller.shift(301)
        assert _sign_in(Client(), number).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"valid_to": date(2014, 7, 1)},
        {"valid_from": date(2014, 7, 2)},
        {"is_active": False},
    ],
)
def test_an_account_out_of_its_period_is_out_at_once(
    scenario: Scenario, client_for: Callable[..., Client], change: dict[str, Any]
) -> None:
    person = scenario.people["deputy"]
    with time_machine.travel("2014-07-01T09:00:00+09:00"):
        client = client_for(person)
        assert client.get("/").status_code == 200
        Account.objects.filter(person=person).update(**change)
        assert client.get("/").status_code == 302
        assert _sign_in(Client(), person.number).status_code == 200


def test_a_password_given_by_the_secretariat_must_be_changed_first(scenario: Scenario) -> None:
    person = scenario.people["deputy"]
    Account.objects.filter(person=person).update(must_change_password=True)
    client = Client()
    _sign_in(client, person.number)
    assert client.get("/")["Location"] == "/accounts/password/change/"
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 403
    same = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD},
    )
    assert "違うものにしてください" in same.content.decode()
    changed = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    assert (changed.status_code, changed["Location"]) == (302, "/accounts/me/")
    assert client.get("/").status_code == 200
    assert _operations() == ["account.sign_in", "account.password.change"]
    assert _sign_in(Client(), person.number, NEW).status_code == 302


def test_other_sessions_end_when_the_password_changes(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    mine, elsewhere = (client_for(scenario.people["deputy"]) for _ in range(2))
    mine.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert mine.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "12"), ("123456789012", "数字"), ("password1234", "一般的")],
)
def test_weak_passwords_are_refused_in_japanese(
    scenario: Scenario, client_for: Callable[..., Client], password: str, words: str
) -> None:
    response = client_for(scenario.people["deputy"]).post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    assert response.status_code == 200
    assert words in response.content.decode()


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "social/connections/"]
)
def test_what_is_not_used_is_not_there(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_forgotten_password_page_says_whom_to_ask(client: Client) -> None:
    page = client.get(reverse("account_reset_password"))
    assert page.status_code == 200
    assert "事務局" in page.content.decode()


def test_the_way_back_stays_on_this_site(scenario: Scenario) -> None:
    number = scenario.people["deputy"].number
    away = Client().post(f"{LOGIN}?next=https://evil.example/", {"login": number, "password": PASSWORD})
    assert away["Location"] == "/"
    inside = Client().post(f"{LOGIN}?next=/accounts/me/", {"login": number, "password": PASSWORD})
    assert inside["Location"] == "/accounts/me/"


# --- the second factor ------------------------------------------------------------------------------------


def _confirm(client: Client) -> None:
    response = client.post("/accounts/reauthenticate/?next=/accounts/2fa/", {"password": PASSWORD})
    assert response.status_code == 302


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_authenticator_app_from_registration_to_sign_in(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    person = scenario.people["deputy"]
    client = client_for(person)
    activate = "/accounts/2fa/totp/activate/"
    assert client.get(activate)["Location"].startswith("/accounts/reauthenticate/")
    _confirm(client)
    page = client.get(activate)
    secret = page.context["form"].secret
    assert "style=" not in page.content.decode()
    assert client.post(activate, {"code": "000000"}).status_code == 200
    assert client.post(activate, {"code": _code(secret)}).status_code == 302
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 200

    fresh = Client()
    assert _sign_in(fresh, person.number)["Location"].startswith("/accounts/2fa/authenticate/")
    assert fresh.get("/").status_code == 302
    assert (
        "コードが違います" in fresh.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    )
    cache.clear()
    assert fresh.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert fresh.get("/").status_code == 200

    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    kinds = _operations()
    assert kinds[:2] == ["account.sign_in", "account.mfa.totp_deactivated"] or set(kinds) == {
        "account.mfa.totp_activated",
        "account.mfa.totp_deactivated",
        "account.sign_in",
    }


def test_a_code_works_once(scenario: Scenario) -> None:
    account = scenario.people["deputy"].account
    with time_machine.travel(time.time(), tick=False):
        secret = generate_totp_secret()
        with allauth_context.request_context(RequestFactory().get("/")):
            TOTP.activate(account, secret)
        for expected in (302, 200):
            client = Client()
            _sign_in(client, account.username)
            response = client.post("/accounts/2fa/authenticate/", {"code": _code(secret)})
            assert response.status_code == expected


def test_security_key_pages_carry_no_inline_script(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    client = client_for(scenario.people["deputy"])
    _confirm(client)
    page = client.get("/accounts/2fa/keys/add/").content.decode()
    assert "security-key.js" in page
    for chunk in page.split("<script")[1:]:
        assert 'src="' in chunk.split(">")[0] or 'type="application/json"' in chunk.split(">")[0]
    broken = client.post("/accounts/2fa/keys/add/", {"name": "キー", "credential": '{"id": 1}'})
    assert broken.status_code == 200
    assert client.get("/accounts/2fa/keys/").status_code == 200
    assert client.get("/accounts/2fa/keys/1/remove/").status_code == 404


# --- one's own page and tokens ------------------------------------------------------------------------------


def test_own_page_shows_posts_and_roles(scenario: Scenario, client_for: Callable[..., Client]) -> None:
    page = client_for(scenario.people["deputy"]).get("/accounts/me/").content.decode()
    assert "企画課 副情報管理者" in page


def test_a_token_is_shown_once_and_only_its_hash_kept(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    client = client_for(scenario.people["deputy"])
    add = "/accounts/me/tokens/add/"
    assert client.get(add)["Location"].startswith("/accounts/reauthenticate/")
    _confirm(client)
    assert client.get(add).status_code == 200
    bad = client.post(add, {"name": "取込み", "expires_on": "2010-01-01"})
    assert bad.status_code == 422
    with time_machine.travel("2014-07-01T09:00:00+09:00", tick=False):
        inner = client_for(scenario.people["deputy"])
        _confirm(inner)
        issued = inner.post(add, {"name": "取込み", "expires_on": "平成26年9月30日"})
    text = issued.context["text"]
    assert text in issued.content.decode()
    token = ApiToken.objects.get()
    assert text not in (token.sha256, token.prefix)
    assert not Payload.objects.filter(body__contains=text).exists()
    assert text not in client.get("/accounts/me/").content.decode()


def test_only_own_tokens_are_revoked(scenario: Scenario, client_for: Callable[..., Client]) -> None:
    by = scenario.by("deputy")
    token, text = issue_token(by=by, name="x", expires_on=clock.today() + timedelta(days=60))
    assert account_of_token(text) is not None
    remove = f"/accounts/me/tokens/{token.pk}/remove/"
    assert client_for(scenario.people["staff"]).post(remove).status_code == 404
    assert client_for(scenario.people["deputy"]).get(remove).status_code == 200
    assert client_for(scenario.people["deputy"]).post(remove).status_code == 302
    assert account_of_token(text) is None
    assert "account.api_token.revoke" in _operations()


# --- behind a proxy that signs people in ------------------------------------------------------------------------


def test_the_proxy_is_believed_only_when_set_and_only_from_its_address(
    scenario: Scenario, settings: Any
) -> None:
    person, other = scenario.people["deputy"], scenario.people["staff"]
    named = {"HTTP_X_REMOTE_USER": person.number}
    assert Client(REMOTE_ADDR="10.0.0.1", **named).get("/").status_code == 302  # type: ignore[arg-type]
    settings.REMOTE_USER_HEADER, settings.REMOTE_USER_FROM = "X-Remote-User", frozenset({"10.0.0.1"})
    assert Client(REMOTE_ADDR="10.0.0.2", **named).get("/").status_code == 302  # type: ignore[arg-type]
    client = Client(REMOTE_ADDR="10.0.0.1")
    assert client.get("/", headers={"X-Remote-User": person.number}).status_code == 200
    page = client.get("/accounts/me/", headers={"X-Remote-User": other.number})
    assert other.number in page.content.decode()
    assert client.get("/", headers={"X-Remote-User": "nobody"}).status_code == 302
    assert _operations().count("account.sign_in") == 2
