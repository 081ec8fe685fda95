"""Self-checks on the page: one's own; who has not; counts after the end. Nobody reads what another answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.factories import Scenario, make_person, principal
from tests.inspection.test_self_checks import hand_in, handed_out
from tests.web.inspection.conftest import ClientFor

from tenken.inspection.models import Programme, Question, SelfCheck, SelfCheckAnswer
from tenken.inspection.operations import close_programme
from tenken.journal.models import PersonalDataAccess
from tenken.organization.api_tokens import issue_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(city: Scenario) -> Programme:
    return handed_out(city)


@pytest.fixture
def staff(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["staff"])


def _keys(check: Programme) -> list[int]:
    return list(Question.objects.filter(form__programme=check).order_by("order").values_list("pk", flat=True))


def test_one_answers_saves_and_hands_in(check: Programme, staff: Client) -> None:
    url = f"/inspection/self-checks/{check.pk}/"
    assert url in staff.get("/inspection/").content.decode()
    first, second = _keys(check)
    page = staff.get(url).content.decode()
    assert "回答はあなたにしか見えません" in page
    saved = staff.post(f"{url}answers/{first}/", {f"question-{first}": "issue"})
    assert 'value="1"' in saved.content.decode()
    refused = staff.post(url, {f"question-{first}": "issue", "submit": "1"})
    assert refused.status_code == 422
    assert f'href="#id_question-{second}"' in refused.content.decode()
    assert staff.post(url, {f"question-{second}": "conforms", "submit": "1"}).status_code == 302
    assert SelfCheck.objects.filter(status="submitted").count() == 1
    assert "引き戻して直す" in staff.get(url).content.decode()
    assert staff.post(f"{url}withdraw/").status_code == 302
    assert SelfCheck.objects.filter(status="submitted").count() == 0


def test_bad_input_is_refused_softly(check: Programme, staff: Client, secretariat: Client) -> None:
    url = f"/inspection/self-checks/{check.pk}/"
    key = _keys(check)[0]
    assert staff.post(f"{url}answers/{key}/", {f"question-{key}": "perhaps"}).status_code == 422
    assert staff.post(f"{url}answers/0/", {"question-0": "issue"}).status_code == 404
    assert staff.get("/inspection/self-checks/0/").status_code == 404
    assert staff.get(f"/inspection/self-checks/{10**30}/").status_code == 404
    assert staff.post(f"/inspection/self-checks/{10**30}/withdraw/").status_code == 404
    assert not SelfCheckAnswer.objects.exists()


def test_the_secretariat_sees_who_has_not_handed_in(
    city: Scenario, check: Programme, secretariat: Client, manager: Client
) -> None:
    hand_in(city.by("staff"), check)
    page = secretariat.get(f"/inspection/{check.pk}/people/?state=missing").content.decode()
    assert city.people["deputy"].number in page
    assert city.people["staff"].number not in page
    assert secretariat.get(f"/inspection/{check.pk}/people/?export=xlsx").status_code == 200
    assert PersonalDataAccess.objects.filter(subject_type="inspection.programme").count() == 2
    assert secretariat.post(f"/inspection/{check.pk}/people/").status_code == 302
    assert manager.get(f"/inspection/{check.pk}/people/").status_code == 403
    assert "局・区別" in manager.get(f"/inspection/{check.pk}/").content.decode()
    assert secretariat.get(f"/inspection/{check.pk}/results/").status_code == 409


def test_results_are_shown_drawn_and_exported_after_the_end(
    city: Scenario, check: Programme, secretariat: Client, manager: Client
) -> None:
    for number in range(6):
        person = make_person(city.city, role="staff", unit=city.section_b1)
        SelfCheck.objects.create(
            programme=check,
            form=check.forms.get(),
            person=person,
            unit=city.section_b1,
            bureau=city.bureau_b,
        )
        hand_in(principal(person), check, "issue" if number < 2 else "conforms")
    close_programme(by=city.by("secretariat"), programme=check, version=check.version)
    url = f"/inspection/{check.pk}/results/"
    page = secretariat.get(url).content.decode()
    assert "全庁、6人" in page
    assert "66%" in page
    assert secretariat.get(f"/inspection/{check.pk}/results.svg").content.startswith(b"<svg")
    listed = secretariat.get(f"{url}?export=csv&all=1").content.decode("cp932")
    assert "健康福祉局　保険課" in listed
    assert "まちづくり局" not in listed
    hidden = secretariat.get(f"{url}?group=s{city.section_a1.pk}").content.decode()
    assert "この課公所の結果は表示しません" in hidden
    assert (
        secretariat.get(f"/inspection/{check.pk}/results.svg?group=s{city.section_a1.pk}").status_code == 404
    )
    assert manager.get(f"{url}?group=s{city.section_b1.pk}").status_code == 404


def test_pages_cost_the_same_whatever_the_number(
    city: Scenario, check: Programme, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    form = check.forms.get()
    for _ in range(30):
        person = make_person(city.city, role=None, unit=city.section_b1)
        SelfCheck.objects.create(programme=check, form=form, person=person, unit=city.section_b1)
    for page in (f"{check.pk}/", f"{check.pk}/people/", f"self-checks/{check.pk}/"):
        secretariat.get(f"/inspection/{page}")
        with django_assert_max_num_queries(13):
            assert secretariat.get(f"/inspection/{page}").status_code == 200


# --- nobody reads what another answered -----------------------------------------------------------------------

_ROLES = (
    "secretariat",
    "ciso",
    "auditor",
    "bureau_manager",
    "section_manager",
    "deputy",
    "system_manager",
    "committee",
)


def _pages(check: Programme, person: int) -> list[str]:
    journal = [f"/journal/{number}/" for number in range(1, 4)]
    return [
        "/",
        "/inspection/",
        f"/inspection/{check.pk}/",
        f"/inspection/{check.pk}/?export=csv",
        f"/inspection/{check.pk}/close/",
        f"/inspection/{check.pk}/people/",
        f"/inspection/{check.pk}/people/?state=submitted",
        f"/inspection/{check.pk}/results/",
        f"/inspection/{check.pk}/results/?export=csv&all=1",
        f"/inspection/{check.pk}/results.svg",
        f"/inspection/{check.pk}/sheets/",
        f"/inspection/self-checks/{check.pk}/",
        f"/organization/people/{person}/",
        "/findings/",
        "/journal/",
        *journal,
    ]


def _said(
    clients: dict[str, Client], tokens: dict[str, str], check: Programme, person: int
) -> dict[str, str]:
    """Everything that anyone else can read, without what differs from one request to the next."""
    found = {}
    for role, client in clients.items():
        for page in _pages(check, person):
            response = client.get(page)
            body = (b"".join(response.streaming_content) if response.streaming else response.content).decode(
                "utf-8", "replace"
            )
            body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": *"[^"]+"', "", body)
            found[f"{role} {page}"] = f"{response.status_code} {body}"
        for path in ("programmes", f"programmes/{check.pk}", "sheets", "findings", "me"):
            response = client.get(f"/api/{path}", headers={"Authorization": f"Bearer {tokens[role]}"})
            found[f"{role} /api/{path}"] = f"{response.status_code} {response.content!r}"
    return found


@pytest.mark.parametrize("ended", [False, True])
def test_what_one_person_answered_changes_nothing_for_anyone_else(
    city: Scenario, check: Programme, client_for: ClientFor, ended: bool
) -> None:
    """The one person who handed in says いいえ instead of はい: no page, export, journal row or API answer differs."""
    hand_in(city.by("staff"), check, "conforms")
    if ended:
        close_programme(by=city.by("secretariat"), programme=check, version=check.version)
    clients = {role: client_for(city.people[role]) for role in _ROLES}
    today = city.by("secretariat").on
    tokens = {
        role: issue_token(by=city.by(role), name="t", expires_on=today.replace(year=today.year + 1))[1]
        for role in _ROLES
    }
    person = city.people["staff"].pk
    before = _said(clients, tokens, check, person)
    SelfCheckAnswer.objects.update(verdict="issue")
    after = _said(clients, tokens, check, person)
    assert {page for page in before if before[page] != after[page]} == set()
    statuses = {body[:3] for body in before.values()}
    assert "200" in statuses
    assert "500" not in statuses
