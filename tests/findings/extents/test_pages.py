"""The pages of 横展開の確認: from a finding to the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tenken.findings.models import ExtentCheck, ExtentEvidence, ExtentTarget, Finding
from tests.findings import makers
from tests.findings.extents.makers import (
    DUE,
    QUESTION,
    WHY,
    answered,
    confirmed,
    made,
    sent,
    system,
    target_of,
)

pytestmark = pytest.mark.django_db
Clients = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


@pytest.fixture
def office(scenario: Any, client_for: Clients) -> Client:
    return client_for(scenario.people["secretariat"])


def text(response: Any) -> str:
    return str(response.content.decode())


def page(name: str, *args: Any, **query: Any) -> str:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{reverse(f'findings-{name}', args=args)}{'?' if asked else ''}{asked}"


def test_from_a_finding_to_the_send(scenario: Any, office: Client) -> None:
    (finding,) = makers.opened(scenario.section_a1)
    makers.opened(scenario.section_b1, key="b")
    new = page("extent-new", finding=finding.pk)
    assert new in text(office.get(page("detail", finding.pk)))
    assert finding.title in text(office.get(new))
    refused = office.post(new, {"question": "", "why": WHY, "due_on": "2026-10-30"})
    assert refused.status_code == 422
    assert "確認することを入力してください" in text(refused)
    office.post(new, {"question": QUESTION, "why": WHY, "due_on": "令和8年10月30日"})
    check = ExtentCheck.objects.get()
    assert check.due_on == DUE

    choose = page("extent-choose", check.pk)
    assert "候補はありません" in text(office.get(f"{choose}?word=Windows"))
    shown = text(office.get(f"{choose}?section=item_open&section=bureau"))
    table = shown.split('id="candidates"')[1].split("</table>")[0]
    assert "健康福祉局 保険課" in table
    assert "まちづくり局 都市計画課" in table
    assert "企画課" not in table
    picked = {"section": ["item_open", "bureau"], "word": "", "key": f"unit:{scenario.section_b1.pk}"}
    assert office.post(choose, {**picked, "version": "1", "key": []}).status_code == 422
    assert office.post(choose, {**picked, "version": "1"}).status_code == 302
    added = {"units": [scenario.section_a2.pk], "because": "", "version": "2"}
    assert office.post(page("extent-add", check.pk), added).status_code == 422
    office.post(page("extent-add", check.pk), {**added, "because": "新しい窓口"})

    board = text(office.get(page("extent", check.pk)))
    assert "2か所に確認を依頼する" in board
    assert "同じ点検項目に、完了していない課題が1件ある" in board
    assert "新しい窓口" in board
    target = ExtentTarget.objects.get(unit=scenario.section_a2)
    removed = {"target": f"{target.pk}:1", "version": "3"}
    assert office.post(page("extent-remove", check.pk), removed).status_code == 302
    stale = office.post(page("extent-send", check.pk), {"version": "3"})
    assert stale.status_code == 409
    assert office.post(page("extent-send", check.pk), {"version": "4"}).status_code == 302
    assert "横展開2026-1" in text(office.get(page("detail", finding.pk)))


def test_a_section_answers_from_home(scenario: Any, client_for: Clients) -> None:
    check = sent(scenario)
    target = target_of(check, scenario.section_b1)
    there = client_for(scenario.people["other_manager"])
    address = page("extent-target", target.pk)
    assert address in text(there.get("/"))
    assert address in text(there.get(page("extents")))
    shown = text(there.get(address))
    assert QUESTION in shown
    assert "企画課" not in shown  # whose it was is not told
    answer = page("extent-answer", target.pk)
    refused = there.post(answer, {"answer": "none", "note": "", "version": "1"})
    assert refused.status_code == 422
    assert "内容を入力してください" in text(refused)
    file = SimpleUploadedFile("写真.jpg", bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"))
    sent_in = {"answer": "found", "note": "2席で開いたまま。", "version": "1", "evidence": file}
    assert there.post(answer, sent_in).status_code == 302
    assert there.post(answer, {**sent_in, "evidence": "", "version": "1"}).status_code == 409
    shown = text(there.get(address))
    assert "写真.jpg" in shown
    assert "2席で開いたまま。" in shown
    assert address not in text(there.get("/"))
    stored = ExtentEvidence.objects.get().file
    download = reverse("file-download", args=[stored.pk, stored.name])
    assert there.get(download).status_code == 200
    assert client_for(scenario.people["section_manager"]).get(download).status_code == 404


def test_the_office_confirms_and_every_number_opens_its_rows(scenario: Any, office: Client) -> None:
    check = sent(scenario)
    answered(scenario, target_of(check, scenario.section_b1), "found")
    board = page("extent", check.pk)
    shown = text(office.get(board))
    assert "50.0%" in shown
    for state, name, other in (
        ("found", "保険課", "都市計画課"),
        ("waiting", "都市計画課", "保険課"),
        ("to_confirm", "保険課", "都市計画課"),
    ):
        table = text(office.get(f"{board}?state={state}")).split('id="targets"')[1]
        assert name in table
        assert other not in table
    assert office.post(page("extent-confirm", check.pk), {}).status_code == 422
    target = target_of(check, scenario.section_b1)
    done = office.post(page("extent-confirm", check.pk), {"target": f"{target.pk}:{target.version}"})
    assert done.status_code == 302
    finding = Finding.objects.get(origin="extent")
    assert page("detail", finding.pk) in text(office.get(board))
    assert page("extent-target", target.pk) in text(office.get(page("detail", finding.pk)))
    waiting = office.post(page("extent-close", check.pk), {"version": check.version})
    assert waiting.status_code == 409
    assert "1あります" in text(waiting)


def test_the_office_returns_sets_aside_and_ends(scenario: Any, office: Client) -> None:
    check = sent(scenario, scenario.section_b1)
    target = answered(scenario, target_of(check, scenario.section_b1), "none")
    back = page("extent-check", target.pk)
    assert office.post(back, {"outcome": "returned", "comment": "", "version": "2"}).status_code == 422
    assert office.post(back, {"outcome": "returned", "comment": "席数は", "version": "2"}).status_code == 302
    assert "該当しないと記録する" in text(office.get(page("extent-target", target.pk)))
    aside = {"answer": "not_applicable", "note": "廃止", "version": "3"}
    assert office.post(page("extent-answer", target.pk), aside).status_code == 302
    assert office.post(back, {"outcome": "confirmed", "comment": "", "version": "4"}).status_code == 302
    assert "横展開の確認を終了する" in text(office.get(page("extent", check.pk)))
    office.post(page("extent-close", check.pk), {"version": check.version})
    check.refresh_from_db()
    assert check.status == "closed"


def test_words_are_edited_and_a_draft_given_up(scenario: Any, office: Client) -> None:
    draft = made(scenario)
    edit = page("extent-edit", draft.pk)
    words = {"question": "別の問い", "why": WHY, "due_on": "2026-10-30", "version": "1"}
    assert office.post(edit, {**words, "due_on": "2020-01-01"}).status_code == 422
    assert office.post(edit, words).status_code == 302
    assert office.post(page("extent-withdraw", draft.pk), {"version": "2"}).status_code == 302
    assert "取りやめ" in text(office.get(page("extents")))
    assert office.get(page("extent-choose", draft.pk)).status_code == 200


def test_lists_leave_as_files(scenario: Any, office: Client) -> None:
    one = system(scenario.section_b1, "S2")
    check = sent(scenario, systems=[one])
    for address in (page("extents"), page("extent", check.pk)):
        for kind in ("excel", "csv"):
            answer = office.get(f"{address}?export={kind}")
            assert answer.status_code == 200
            assert answer["Content-Disposition"].startswith("attachment")
    table = office.get(f"{page('extent', check.pk)}?export=csv").content.decode("cp932")
    assert "健康福祉局 保険課,S2システム,未回答" in table


def test_the_system_manager_sees_no_more_than_the_systems(scenario: Any, client_for: Clients) -> None:
    one = system(scenario.section_a1, "S1")
    (finding,) = makers.opened(scenario.section_b1)
    check = sent(scenario, scenario.section_a1, scenario.section_a2, finding=finding, systems=[one])
    keeper = client_for(scenario.people["system_manager"])
    target = ExtentTarget.objects.get(system=one)
    assert page("extent-target", target.pk) in text(keeper.get("/"))
    board = text(keeper.get(page("extent", check.pk)))
    assert "S1システム" in board
    assert "都市計画課" not in board
    for unit in (scenario.section_a1, scenario.section_a2):
        assert keeper.get(page("extent-target", target_of(check, unit).pk)).status_code == 404


def test_pages_take_few_queries(scenario: Any, office: Client, django_assert_max_num_queries: Any) -> None:
    check = sent(scenario)
    for unit in (scenario.section_b1, scenario.section_a2):
        role = "other_manager" if unit is scenario.section_b1 else ""
        if role:
            confirmed(scenario, answered(scenario, target_of(check, unit), "found"))
    with django_assert_max_num_queries(12):
        office.get(page("extents"))
    with django_assert_max_num_queries(12):
        office.get(page("extent", check.pk))
    with django_assert_max_num_queries(12):
        office.get(page("extent-target", target_of(check, scenario.section_b1).pk))
