"""The papers on the page: read, open, edit, what became old, issue, the next edition; who sees which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import accepted, make_bank, running, sheet_of

from tenken.inspection.models import Programme
from tenken.journal.models import Entry
from tenken.plans.operations import start_plan
from tenken.reports.catalogue import PAPERS
from tenken.reports.models import EditedParagraph, PaperEdition

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Any], Client]
PAPER = "/papers/committee/2026/"
KEY = "inspection.overall"


@pytest.fixture(autouse=True)
def _in_december() -> Iterator[None]:
    with time_machine.travel("2026-12-15T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def programme(scenario: Scenario) -> Programme:
    make_bank(scenario.city)
    programme = running(scenario.city)
    accepted(scenario.city, sheet_of(programme, scenario.section_a1), {"media.lock": "鍵がない。"})
    return programme


@pytest.fixture
def secretariat(scenario: Scenario, programme: Programme, client_for: ClientFor) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def edition(secretariat: Client) -> PaperEdition:
    secretariat.post(f"{PAPER}open/")
    return PaperEdition.objects.get()


def _paragraphs(page: str) -> list[str]:
    return re.findall(r'href="/papers/editions/\d+/paragraphs/([^/"]+)/"', page)


def _edit(client: Client, edition: PaperEdition, key: str, text: str, version: int | None = None) -> Any:
    edition.refresh_from_db()
    sent = {"text": text, "version": str(edition.version if version is None else version)}
    return client.post(f"/papers/editions/{edition.pk}/paragraphs/{key}/", sent)


def _issue(client: Client, edition: PaperEdition) -> Any:
    edition.refresh_from_db()
    sent = {"issued_on": "令和8年12月15日", "version": str(edition.version)}
    return client.post(f"/papers/editions/{edition.pk}/issue/", sent)


def _first_key(client: Client) -> str:
    return _paragraphs(client.get(PAPER).content.decode())[0]


def test_the_paper_is_there_before_anyone_edits_it(secretariat: Client) -> None:
    page = secretariat.get(PAPER).content.decode()
    assert "下書き（数値から作成）" in page
    assert "文章を直す" in page
    assert "記録媒体の管理" in page
    assert PaperEdition.objects.count() == 0


def test_an_edition_is_opened_once(secretariat: Client, edition: PaperEdition) -> None:
    assert (edition.number, edition.status) == (1, "draft")
    assert secretariat.post(f"{PAPER}open/").status_code == 302
    assert PaperEdition.objects.count() == 1
    page = secretariat.get(PAPER).content.decode()
    assert "作成中" in page
    assert "この内容で発行する" in page


def test_a_paragraph_is_edited_beside_its_draft(secretariat: Client, edition: PaperEdition) -> None:
    key = _first_key(secretariat)
    address = f"/papers/editions/{edition.pk}/paragraphs/{key}/"
    assert "数値から作った文章" in secretariat.get(address).content.decode()
    assert _edit(secretariat, edition, key, "髙い棚の箱を𠮷田が確かめた。").status_code == 302
    page = secretariat.get(PAPER).content.decode()
    assert "髙い棚の箱を𠮷田が確かめた。" in page
    assert "編集済" in page
    reverted = secretariat.post(f"{address}draft/", {"version": str(edition.version + 1)})
    assert reverted.status_code == 302
    assert "髙い棚の箱" not in secretariat.get(PAPER).content.decode()
    assert EditedParagraph.objects.count() == 0


def test_a_text_too_long_is_refused_and_kept(secretariat: Client, edition: PaperEdition) -> None:
    response = _edit(secretariat, edition, _first_key(secretariat), "𠮷" * 4_001)
    assert response.status_code == 422
    assert "𠮷" * 4_001 in response.content.decode()
    assert 'href="#id_text"' in response.content.decode()


def test_a_stale_page_keeps_the_text(secretariat: Client, edition: PaperEdition) -> None:
    key = _first_key(secretariat)
    old = edition.version
    _edit(secretariat, edition, key, "先に保存した文章。")
    response = _edit(secretariat, edition, key, "あとから保存した文章。", version=old)
    page = response.content.decode()
    assert response.status_code == 409
    assert "あとから保存した文章。" in page
    assert "ほかの人が先に" in page
    again = re.search(r'name="version" value="(\d+)"', page)
    assert again
    assert (
        _edit(secretariat, edition, key, "あとから保存した文章。", version=int(again[1])).status_code == 302
    )


def test_a_paragraph_over_changed_numbers_is_marked_and_stops_the_issue(
    scenario: Scenario, programme: Programme, secretariat: Client, edition: PaperEdition
) -> None:
    edited = _paragraphs(secretariat.get(PAPER).content.decode())
    for key in dict.fromkeys(edited):
        _edit(secretariat, edition, key, "わたしたちの言葉。")
    accepted(scenario.city, sheet_of(programme, scenario.section_b1), {"media.lock": "鍵がない。"})
    page = secretariat.get(PAPER).content.decode()
    assert "数値が変わりました" in page
    response = _issue(secretariat, edition)
    assert response.status_code == 422
    assert "編集した後に数値が変わっています" in response.content.decode()
    edition.refresh_from_db()
    assert edition.status == "draft"


def test_an_edition_is_issued_and_the_next_one_begun(
    scenario: Scenario, programme: Programme, secretariat: Client, edition: PaperEdition
) -> None:
    assert secretariat.get(f"/papers/editions/{edition.pk}/issue/").status_code == 200
    assert _issue(secretariat, edition).status_code == 302
    page = secretariat.get(PAPER).content.decode()
    assert "発行済" in page
    assert "次の版を作る" in page
    assert _paragraphs(page) == []
    assert _issue(secretariat, edition).status_code == 409
    secretariat.post(f"{PAPER}open/")
    assert list(PaperEdition.objects.order_by("number").values_list("number", "status")) == [
        (1, "issued"),
        (2, "draft"),
    ]
    assert Entry.objects.filter(operation="reports.edition.issue").count() == 1


@pytest.mark.parametrize("day", ["", "きのう", "2026-02-30", "2026-03-31"])
def test_a_wrong_day_of_issue_is_said(secretariat: Client, edition: PaperEdition, day: str) -> None:
    sent = {"issued_on": day, "version": str(edition.version)}
    response = secretariat.post(f"/papers/editions/{edition.pk}/issue/", sent)
    assert response.status_code == 422
    assert 'href="#id_issued_on"' in response.content.decode()


def test_the_committee_sees_only_what_was_issued(
    scenario: Scenario,
    programme: Programme,
    secretariat: Client,
    edition: PaperEdition,
    client_for: ClientFor,
) -> None:
    readers = [client_for(scenario.people[role]) for role in ("committee", "commissioner", "ciso", "auditor")]
    for reader in readers:
        assert reader.get(PAPER).status_code == 404
        assert "作成中" not in reader.get("/papers/").content.decode()
        assert reader.get(f"{PAPER}download/pdf/").status_code == 404
    key = _first_key(secretariat)
    _edit(secretariat, edition, key, "発行する文章。")
    _issue(secretariat, edition)
    secretariat.post(f"{PAPER}open/")
    _edit(secretariat, PaperEdition.objects.get(number=2), key, "まだ見せない文章。")
    for reader in readers:
        page = reader.get(PAPER).content.decode()
        assert "発行する文章。" in page
        assert "まだ見せない文章。" not in page
        assert "次の版を作る" not in page
        listed = reader.get("/papers/").content.decode()
        assert "発行済" in listed
        assert "作成中" not in listed
    assert "まだ見せない文章。" in secretariat.get(PAPER).content.decode()


@pytest.mark.parametrize("role", ["committee", "section_manager", "auditor", "ciso"])
def test_only_the_secretariat_edits_and_issues(
    scenario: Scenario, edition: PaperEdition, client_for: ClientFor, role: str
) -> None:
    client = client_for(scenario.people[role])
    assert client.post(f"{PAPER}open/").status_code == 403
    assert client.get(f"/papers/editions/{edition.pk}/paragraphs/{KEY}/").status_code == 403
    assert client.post(f"/papers/editions/{edition.pk}/issue/", {}).status_code == 403
    assert PaperEdition.objects.get().status == "draft"


def test_staff_have_no_papers(scenario: Scenario, programme: Programme, client_for: ClientFor) -> None:
    client = client_for(scenario.people["staff"])
    for page in ("/papers/", PAPER, f"{PAPER}download/pdf/", f"{PAPER}figures/x.svg"):
        assert client.get(page).status_code == 403


def test_another_city_sees_neither_paper_nor_edition(edition: PaperEdition, client_for: ClientFor) -> None:
    client = client_for(make_other_city().people["secretariat"])
    assert client.get(PAPER).status_code == 404
    assert client.get(f"/papers/editions/{edition.pk}/paragraphs/{KEY}/").status_code == 404
    assert client.post(f"/papers/editions/{edition.pk}/issue/", {"version": "1"}).status_code == 404
    assert "committee" not in client.get("/papers/").content.decode()


def test_the_paper_goes_out_in_three_forms(secretariat: Client) -> None:
    for form, begins in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK")):
        response = secretariat.get(f"{PAPER}download/{form}/")
        assert response.status_code == 200
        assert response.content.startswith(begins)
        assert response["Content-Disposition"].startswith("attachment")
        assert "filename*=" in response["Content-Disposition"]
    assert secretariat.get(f"{PAPER}download/odt/").status_code == 404


def test_figures_are_drawn_and_run_nothing(secretariat: Client) -> None:
    page = secretariat.get(PAPER).content.decode()
    drawn = re.findall(rf'src="({PAPER}figures/[^"]+\.svg)"', page)
    assert drawn
    response = secretariat.get(drawn[0])
    assert response["Content-Type"] == "image/svg+xml"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response.content.startswith(b"<svg")
    assert secretariat.get(f"{PAPER}figures/none.svg").status_code == 404


@pytest.mark.parametrize(
    "address", ["/papers/none/2026/", "/papers/committee/1999/", "/papers/committee/99999/"]
)
def test_what_is_no_paper_is_missing(secretariat: Client, address: str) -> None:
    assert secretariat.get(address).status_code == 404
    assert secretariat.get(f"{address}download/pdf/").status_code == 404
    assert secretariat.post(f"{address}open/").status_code == 404


def test_reading_a_paper_takes_few_queries(
    secretariat: Client, edition: PaperEdition, django_assert_max_num_queries: Any
) -> None:
    secretariat.get(PAPER)
    with django_assert_max_num_queries(26):
        secretariat.get(PAPER)


def test_every_paper_of_an_inspected_year_is_listed(secretariat: Client, scenario: Scenario) -> None:
    page = secretariat.get("/papers/").content.decode()
    for entry in PAPERS:
        # The plan comes from a plan, the rotation from a selection: neither is there yet.
        listed = entry.code not in ("committee-plan", "committee-rotation")
        assert (f"/papers/{entry.code}/2026/" in page) is listed
    start_plan(by=scenario.by("secretariat"), city=scenario.city, fiscal_year=2027)
    page = secretariat.get("/papers/").content.decode()
    assert "/papers/committee-plan/2027/" in page
    assert "/papers/summary/2027/" not in page


def test_letters_are_shown_edited_and_issued(secretariat: Client) -> None:
    address = "/papers/letter-reminder/2026/"
    page = secretariat.get(address).content.decode()
    assert "2通のうち、はじめの2通" in page
    assert "都市計画課　情報管理者　様" in page
    secretariat.post(f"{address}open/")
    edition = PaperEdition.objects.get(paper_code="letter-reminder")
    assert _edit(secretariat, edition, "letter.number", "総情第5号").status_code == 302
    assert "総情第5号" in secretariat.get(address).content.decode()
    assert _issue(secretariat, edition).status_code == 302
    assert PaperEdition.objects.get(paper_code="letter-reminder").is_issued
    response = secretariat.get(f"{address}download/pdf/")
    assert (response.status_code, response.content[:5]) == (200, b"%PDF-")


def test_what_cannot_be_made_yet_says_what_is_missing(secretariat: Client) -> None:
    for code, said in (
        ("casebook", "公開した事例"),
        ("committee-plan", "年間計画"),
        ("visit-report", "訪問調査"),
    ):
        response = secretariat.get(f"/papers/{code}/2026/")
        assert response.status_code == 404
        assert said in response.content.decode()


def test_the_summary_is_read_on_the_page(secretariat: Client) -> None:
    page = secretariat.get("/papers/summary/2026/").content.decode()
    assert "主な数値（課公所数）" in page
    assert 'class="num">3<' in page
