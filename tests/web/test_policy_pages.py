"""The pages of policy/: who reaches what, what they say, how many queries they cost, how they look."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories import Scenario, make_other_city
from tests.web.policy_city import NOW, Clients, draft, in_force, procedure, text_of, with_policy

from tenken.policy.models import (
    CheckItem,
    UnaskedClause,
)

pytestmark = pytest.mark.django_db

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
EVERYONE = (
    "ciso",
    "bureau_manager",
    "section_manager",
    "deputy",
    "system_manager",
    "network_manager",
    "staff",
    "secretariat",
    "auditor",
    "committee",
    "commissioner",
)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    return with_policy(scenario)


# --- who reaches what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", EVERYONE)
def test_everyone_reads_the_policy(city: Scenario, client_for: Clients, role: str) -> None:
    client = client_for(city.people[role])
    version = in_force()
    pages = {
        reverse("policy-documents"): "情報セキュリティ対策基準",
        reverse("policy-version", args=[version.pk]): "離席",
        reverse("policy-versions", args=[version.document_id]): "第1.0版",
        reverse("policy-compare", args=[version.document_id]): "最初の版です",
        reverse("policy-bank"): "M-CD-01",
        reverse("policy-item", args=["M-MD-01"]): "USBメモリの保管と現物との突合",
        reverse("policy-traceability"): "S3-3-2-4",
    }
    for url, words in pages.items():
        response = client.get(url)
        assert response.status_code == 200, url
        assert words in text_of(response), url


@pytest.mark.parametrize("role", EVERYONE)
def test_only_the_secretariat_reaches_what_changes(city: Scenario, client_for: Clients, role: str) -> None:
    client = client_for(city.people[role])
    made = draft(city)
    chapter, clause = made.chapters.first(), made.clauses.first()
    assert chapter is not None
    assert clause is not None
    urls = [
        reverse("policy-draft", args=[made.pk]),
        reverse("policy-draft-head", args=[made.pk]),
        reverse("policy-draft-publish", args=[made.pk]),
        reverse("policy-draft-discard", args=[made.pk]),
        reverse("policy-chapter-new", args=[made.pk]),
        reverse("policy-chapter", args=[made.pk, chapter.pk]),
        reverse("policy-clause-new", args=[made.pk, chapter.pk]),
        reverse("policy-clause-change", args=[made.pk, clause.pk]),
        reverse("policy-clause-remove", args=[made.pk, clause.pk]),
        reverse("policy-draft-new", args=[in_force("procedure_common").document_id]),
        reverse("policy-item-new"),
        reverse("policy-category-new"),
        reverse("policy-item-revise", args=["M-CD-01"]),
        reverse("policy-item-change", args=["M-CD-01"]),
        reverse("policy-item-retire", args=["M-CD-01"]),
        reverse("policy-reason", args=["S3-4-1"]),
    ]
    for url in urls:
        status = client.get(url).status_code
        assert status == 200 if role == "secretariat" else status in (403, 404), url


@pytest.mark.parametrize("role", EVERYONE)
def test_procedures_are_written_and_decided_by_whose_they_are(
    city: Scenario, client_for: Clients, role: str
) -> None:
    client = client_for(city.people[role])
    writers = {"system_manager", "network_manager", "secretariat"}
    status = client.get(reverse("policy-procedure-new")).status_code
    assert status == (200 if role in writers else 403)
    made = procedure(city, submitted=True)
    status = client.get(reverse("policy-procedure-decide", args=[made.pk])).status_code
    assert status == 200 if role == "bureau_manager" else status in (403, 404)


def test_strangers_are_sent_to_the_sign_in(city: Scenario) -> None:
    for name in ("policy-documents", "policy-bank", "policy-traceability", "policy-item-new"):
        response = Client().get(reverse(name))
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_another_citys_pages_are_not_found(city: Scenario, client_for: Clients) -> None:
    client = client_for(make_other_city().people["secretariat"])
    made = draft(city)
    for url in (
        reverse("policy-version", args=[in_force().pk]),
        reverse("policy-version-excel", args=[in_force().pk]),
        reverse("policy-versions", args=[in_force().document_id]),
        reverse("policy-draft", args=[made.pk]),
        reverse("policy-item", args=["M-CD-01"]),
        reverse("policy-clause", args=["S3-3-2-4"]),
        reverse("policy-version", args=[10**30]),
        "/policy/bank/items/%00/",
    ):
        assert client.get(url).status_code == 404, url


# --- reading ------------------------------------------------------------------------------------------


def test_a_version_shows_roles_nature_source_and_items(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["staff"])
    url = reverse("policy-version", args=[in_force().pk])
    words = text_of(client.get(url, {"role": "ciso"}))
    assert "最高情報セキュリティ責任者" in words
    assert "公表文書003" in words
    assert 'id="S2-1-1"' in words
    assert 'id="S3-3-2-4"' not in words
    assert reverse("policy-item", args=["M-CD-01"]) in text_of(client.get(url, {"nature": "must_not"}))
    mine = text_of(client.get(url, {"role": "mine"}))
    assert 'id="S3-3-2-4"' in mine
    assert 'id="S2-1-1"' not in mine
    assert client.get(url, {"role": "nobody"}).status_code == 200
    assert client.get(url, {"nature": "\x00"}).status_code == 400


def test_a_clause_is_found_by_its_code(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["staff"])
    response = client.get(reverse("policy-clause", args=["S3-3-2-4"]))
    assert response["Location"] == f"{reverse('policy-version', args=[in_force().pk])}#S3-3-2-4"
    assert client.get(reverse("policy-clause", args=["S99"])).status_code == 404


def test_the_bank_is_filtered_sorted_and_taken_out(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["section_manager"])
    url = reverse("policy-bank")
    words = text_of(client.get(url, {"q": "ｕｓｂ", "part": "management", "standing": "yes"}))
    assert "M-MD-01" in words
    assert "M-CD-01" not in words
    assert "R-VM-01" in text_of(client.get(url, {"part": "risk", "sort": "-code", "page": "1"}))
    assert "該当するものはありません" in text_of(client.get(url, {"standing": "retired"}))
    book = load_workbook(io.BytesIO(client.get(url, {"export": "excel", "category": "clear_desk"}).content))
    codes = [row[0] for row in book.active.iter_rows(min_row=3, values_only=True)]
    wanted = CheckItem.objects.filter(category__code="clear_desk").values_list("code", flat=True)
    assert codes == sorted(wanted)
    csv = client.get(url, {"export": "csv"})
    assert csv.content.decode("cp932").count("\r\n") == CheckItem.objects.count() + 1


def test_a_version_is_taken_out_as_excel(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["auditor"])
    response = client.get(reverse("policy-version-excel", args=[in_force().pk]))
    book = load_workbook(io.BytesIO(response.content))
    rows = list(book.active.iter_rows(min_row=3, values_only=True))
    assert len(rows) == in_force().clauses.count()
    assert rows[0][2] == "S1-1-1"


def test_what_is_not_asked_is_shown_with_its_reason(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    reason = UnaskedClause.objects.get(clause_code="S3-4-1").reason
    url = reverse("policy-traceability")
    assert reason in text_of(client.get(url, {"state": "excused"}))
    assert client.get(url, {"export": "excel"}).status_code == 200
    response = client.post(reverse("policy-reason", args=["S3-4-1"]), {"reason": "別の理由。"})
    assert response["Location"] == f"{url}#S3-4-1"
    assert "別の理由。" in text_of(client.get(url))


# --- the cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "most"),
    [
        ("policy-documents", [], 9),
        ("policy-bank", [], 14),
        ("policy-item", ["M-CD-01"], 13),
        ("policy-traceability", [], 12),
    ],
)
def test_pages_cost_few_queries(
    city: Scenario,
    client_for: Clients,
    django_assert_max_num_queries: Any,
    name: str,
    args: list[str],
    most: int,
) -> None:
    client = client_for(city.people["section_manager"])
    url = reverse(name, args=args)
    client.get(url)
    with django_assert_max_num_queries(most):
        client.get(url)


def test_a_version_of_198_clauses_costs_few_queries(
    city: Scenario, client_for: Clients, django_assert_max_num_queries: Any
) -> None:
    client = client_for(city.people["section_manager"])
    url = reverse("policy-version", args=[in_force().pk])
    client.get(url)
    with django_assert_max_num_queries(13):
        client.get(url)


# --- in a browser -------------------------------------------------------------------------------------


def _rendered(city: Scenario, client_for: Clients) -> dict[str, tuple[str, str]]:
    """Every kind of page by its path, with the content policy it came with."""
    made, own = draft(city), procedure(city, submitted=True)
    clause = made.clauses.first()
    assert clause is not None
    urls = {
        "secretariat": [
            reverse("policy-documents"),
            reverse("policy-version", args=[in_force().pk]),
            reverse("policy-versions", args=[made.document_id]),
            reverse("policy-compare", args=[made.document_id]),
            reverse("policy-draft", args=[made.pk]),
            reverse("policy-clause-change", args=[made.pk, clause.pk]),
            reverse("policy-draft-publish", args=[made.pk]),
            reverse("policy-bank"),
            reverse("policy-item", args=["M-MD-01"]),
            reverse("policy-item-new"),
            reverse("policy-traceability"),
        ],
        "bureau_manager": [reverse("policy-procedure-decide", args=[own.pk])],
    }
    pages = {}
    for role, listed in urls.items():
        client = client_for(city.people[role])
        for url in listed:
            response = client.get(url)
            pages[url] = (text_of(response), response.headers["Content-Security-Policy"])
    return pages


@pytest.mark.browser
def test_pages_are_accessible_and_fit(city: Scenario, client_for: Clients) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from django.contrib.staticfiles import finders
    from playwright.sync_api import Route, sync_playwright

    pages = _rendered(city, client_for)

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in pages:
            body, policy = pages[path]
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
            route.fulfill(body=body, headers=headers)
        elif found := finders.find(path.removeprefix("/static/")):
            route.fulfill(path=str(found))
        else:
            route.fulfill(status=404)

    faults: list[Any] = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=CHROMIUM if Path(CHROMIUM).exists() else None, args=ARGUMENTS
        )
        for width in (1366, 390):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            page.route("**/*", answer)
            for url in pages:
                page.goto(f"http://tenken.test{url}")
                found = Axe().run(page).response["violations"]
                faults += [(url, width, one["id"], one["nodes"][0]["html"]) for one in found]
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    faults.append((url, width, "wider than the screen"))
            page.close()
        chromium.close()
    assert faults == []
