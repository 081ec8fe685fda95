"""The inspection on the page: per role, inside and outside; what is refused is said where it belongs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import Scenario, make_other_city, make_person, make_unit
from tests.inspection.makers import (
    approved,
    filled,
    give,
    make_bank,
    make_large_bank,
    planned,
    question,
    running,
    sheet_of,
    submitted,
    system,
)

from tenken.findings.models import Finding
from tenken.inspection.models import Answer, AnswerEvidence, Programme, Sheet, VisitRecord
from tenken.inspection.operations import close_programme, save_answer

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_july() -> Iterator[None]:
    with time_machine.travel("2026-07-15T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    return scenario


@pytest.fixture
def programme(city: Scenario) -> Programme:
    return running(city.city)


@pytest.fixture
def sheet(city: Scenario, programme: Programme) -> Sheet:
    return sheet_of(programme, city.section_a1)


@pytest.fixture
def deputy(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["deputy"])


@pytest.fixture
def manager(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["section_manager"])


@pytest.fixture
def secretariat(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["secretariat"])


def _url(sheet: Sheet, tail: str = "") -> str:
    return f"/inspection/sheets/{sheet.pk}/{tail}"


def _form(page: str) -> dict[str, Any]:
    """Read the fields of the sheet's form as a browser without JavaScript would send them."""
    body = page[page.index('<form class="sheet"') :]
    body = body[: body.index("</form>")]
    sent: dict[str, Any] = {"version": re.findall(r'name="version" id="[^"]*" value="([^"]*)"', body)}
    for name in ("shown", "show"):
        found = re.search(rf'name="{name}" value="([^"]*)"', body)
        assert found
        sent[name] = found[1]
    for name, value in re.findall(r'type="radio" name="([^"]+)" value="([^"]+)" checked', body):
        sent[name] = value
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', body):
        sent[name] = text
    return sent


# --- who sees what -----------------------------------------------------------------------------------------

_PAGES = (
    "",
    "{programme}/",
    "{programme}/sheets/",
    "{programme}/visits/",
    "sheets/{sheet}/",
    "sheets/{sheet}/submit/",
)
_SECRETARIAT_PAGES = (
    "new/",
    "{programme}/stages/",
    "{programme}/questions/",
    "{programme}/launch/",
    "{programme}/close/",
    "{programme}/accept/",
    "{programme}/visits/new/",
)
_SEES_SHEET = {"section_manager", "deputy", "bureau_manager", "secretariat", "auditor", "ciso"}
_SEES_PROGRAMME = _SEES_SHEET | {"other_manager", "system_manager", "network_manager"}


@pytest.mark.parametrize(
    "role",
    sorted(_SEES_PROGRAMME | {"staff", "committee", "commissioner"}),
)
def test_pages_per_role(
    city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor, role: str
) -> None:
    client = client_for(city.people[role])

    def status(page: str) -> int:
        address = page.format(programme=programme.pk, sheet=sheet.pk)
        return client.get(f"/inspection/{address}").status_code

    for page in _PAGES:
        seen = role in (_SEES_SHEET if "sheets/{sheet}" in page else _SEES_PROGRAMME)
        if page == "":
            assert status(page) == 200
        else:
            assert status(page) == (200 if seen else 404), page
    for page in _SECRETARIAT_PAGES:
        expected = 200 if role == "secretariat" else (404 if role not in _SEES_PROGRAMME else 403)
        assert status(page) == (403 if page == "new/" and role != "secretariat" else expected), page


def test_another_city_sees_nothing(
    city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor
) -> None:
    give(system(city.city), sheet, "media.lock", "conforms")
    client = client_for(make_other_city().people["secretariat"])
    for page in (*_PAGES[1:], *_SECRETARIAT_PAGES[1:]):
        address = page.format(programme=programme.pk, sheet=sheet.pk)
        assert client.get(f"/inspection/{address}").status_code == 404, page
    key = question(sheet, "media.lock").pk
    for tail in (f"answers/{key}/", "withdraw/", "approve/", "return/", "accept/", "submit/", ""):
        response = client.post(_url(sheet, tail), {"version": "1", "shown": "", "comment": "x"})
        assert response.status_code in (404, 422), tail
    assert Answer.objects.get().version == 1


def test_lists_show_only_ones_scope(city: Scenario, programme: Programme, client_for: ClientFor) -> None:
    expected = {
        "section_manager": {"企画課"},
        "bureau_manager": {"企画課", "都市計画課"},
        "other_manager": {"保険課"},
        "secretariat": {"企画課", "都市計画課", "保険課"},
        "auditor": {"企画課", "都市計画課", "保険課"},
        "system_manager": set(),
    }
    for role, names in expected.items():
        response = client_for(city.people[role]).get(f"/inspection/{programme.pk}/sheets/")
        assert {row.record.unit.name for row in response.context["table"].rows} == names, role


def test_signed_out_people_sign_in_first(sheet: Sheet, client: Client) -> None:
    assert client.get(_url(sheet)).status_code == 302
    assert client.post(_url(sheet, "accept/")).status_code == 302


# --- the year's board --------------------------------------------------------------------------------------


def test_the_board_counts_by_bureau_and_every_number_opens_its_rows(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    root = system(city.city)
    approved(root, root, sheet_of(programme, city.section_a1), {"media.lock": "鍵がない。"})
    give(root, sheet_of(programme, city.section_b1), "media.lock", "issue", "鍵がない。")
    response = secretariat.get(f"/inspection/{programme.pk}/")
    numbers = [
        (row.name, row.total, row.handed_in, row.not_handed_in, row.accepted, row.sections_with_issues)
        for row in response.context["table"].data
    ]
    assert numbers == [("まちづくり局", 2, 1, 1, 0, 1), ("健康福祉局", 1, 0, 1, 0, 1)]
    page = response.content.decode()
    links = re.findall(rf'href="(/inspection/{programme.pk}/sheets/\?bureau=[^"]+)">(\d+)</a>', page)
    assert len(links) == 7
    for address, number in links:
        listed = secretariat.get(address.replace("&amp;", "&")).context["table"]
        assert len(listed.rows) == int(number), address
    cards = re.findall(
        rf'<a href="(/inspection/{programme.pk}/sheets/[^"]*)">[^<]+</a></p>\s*<p class="figure-card__number">'
        r'<span class="figure-card__value">(\d+)<',
        page,
    )
    assert [number for _, number in cards] == ["3", "1", "2", "2"]
    for address, number in cards:
        assert len(secretariat.get(address).context["table"].rows) == int(number)


def test_sections_of_no_bureau_have_their_own_row(city: Scenario, secretariat: Client) -> None:
    make_unit(city.city, "会計課")
    programme = running(city.city)
    page = secretariat.get(f"/inspection/{programme.pk}/")
    assert "（局・区なし）" in page.content.decode()
    listed = secretariat.get(f"/inspection/{programme.pk}/sheets/?bureau=0")
    assert [row.record.unit.name for row in listed.context["table"].rows] == ["会計課"]


def test_the_list_filters_searches_and_is_exported_as_filtered(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    base = f"/inspection/{programme.pk}/sheets/"
    found = secretariat.get(f"{base}?q=ﾄｼ").context["table"]
    assert len(found.rows) == 0  # no kana was given
    found = secretariat.get(f"{base}?q=都市").context["table"]
    assert [row.record.unit.name for row in found.rows] == ["都市計画課"]
    assert len(secretariat.get(f"{base}?state=no-such").context["table"].rows) == 0
    page = secretariat.get(f"{base}?bureau={city.bureau_b.pk}")
    export = re.search(r'href="(\?[^"]*export=csv[^"]*)"', page.content.decode())
    assert export
    response = secretariat.get(base + export[1].replace("&amp;", "&"))
    rows = response.content.decode("cp932").splitlines()
    assert len(rows) == 2
    assert "保険課" in rows[1]
    assert secretariat.get(f"{base}?export=xlsx").content[:2] == b"PK"
    assert secretariat.get(f"/inspection/{programme.pk}/?export=csv").status_code == 200
    assert secretariat.get(f"/inspection/{programme.pk}/visits/?export=csv").status_code == 200


def test_the_board_names_ones_own_sheet(programme: Programme, sheet: Sheet, deputy: Client) -> None:
    page = deputy.get(f"/inspection/{programme.pk}/").content.decode()
    assert f'href="{_url(sheet)}">企画課の点検シートを開く' in page


# --- filling in --------------------------------------------------------------------------------------------


def test_an_answer_is_saved_as_it_is_typed(sheet: Sheet, deputy: Client) -> None:
    key = question(sheet, "media.lock").pk
    page = deputy.get(_url(sheet)).content.decode()
    assert f'hx-post="{_url(sheet, f"answers/{key}/")}"' in page
    mark = _form(page)["version"][3]
    response = deputy.post(
        _url(sheet, f"answers/{key}/"),
        {f"question-{key}": "issue", f"reason-{key}": "鍵がない。", "version": mark},
        headers={"HX-Request": "true"},
    )
    reply = response.content.decode()
    assert response.status_code == 200
    assert f'id="id_question-{key}_version" value="1.' in reply
    assert "1／6問" in reply
    assert "残り1" in reply
    assert Answer.objects.get().reason == "鍵がない。"


def test_a_stale_answer_is_refused_in_words_for_the_one_who_types(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    give(city.by("section_manager"), sheet, "media.lock", "conforms")
    key = question(sheet, "media.lock").pk
    response = deputy.post(
        _url(sheet, f"answers/{key}/"),
        {f"question-{key}": "issue", "version": "0"},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 409
    assert f"{city.people['section_manager'].name}さんが先に保存しました" in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "１", "9" * 30, "1 OR 1"])
def test_a_version_that_is_none_is_refused(sheet: Sheet, deputy: Client, version: str) -> None:
    key = question(sheet, "media.lock").pk
    response = deputy.post(_url(sheet, f"answers/{key}/"), {f"question-{key}": "issue", "version": version})
    assert response.status_code == 422
    assert Answer.objects.count() == 0


def test_a_section_manager_elsewhere_is_told_nothing(
    city: Scenario, sheet: Sheet, client_for: ClientFor
) -> None:
    key = question(sheet, "media.lock").pk
    client = client_for(city.people["other_manager"])
    assert client.post(_url(sheet, f"answers/{key}/"), {"version": "0"}).status_code == 404
    auditor = client_for(city.people["auditor"])
    assert auditor.post(_url(sheet, f"answers/{key}/"), {"version": "0"}).status_code == 403


def test_without_javascript_one_button_saves_what_was_typed(sheet: Sheet, deputy: Client) -> None:
    form = _form(deputy.get(_url(sheet)).content.decode())
    first, second = (question(sheet, item).pk for item in ("clear-desk.leave", "media.lock"))
    form |= {f"question-{first}": "conforms", f"question-{second}": "issue", f"reason-{second}": "鍵がない。"}
    response = deputy.post(_url(sheet), form)
    assert response.status_code == 302
    assert dict(Answer.objects.values_list("question", "verdict")) == {first: "conforms", second: "issue"}
    page = deputy.get(_url(sheet)).content.decode()
    assert "下書きを保存しました" in page
    again = deputy.post(_url(sheet), _form(page))  # nothing typed, nothing written
    assert again.status_code == 302
    assert set(Answer.objects.values_list("version", flat=True)) == {1}


def test_what_only_others_changed_is_not_overwritten_by_an_old_page(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    form = _form(deputy.get(_url(sheet)).content.decode())
    give(city.by("section_manager"), sheet, "media.lock", "issue", "鍵がない。")
    form[f"question-{question(sheet, 'backup.copy').pk}"] = "conforms"
    assert deputy.post(_url(sheet), form).status_code == 302
    kept = Answer.objects.get(question=question(sheet, "media.lock"))
    assert (kept.verdict, kept.version) == ("issue", 1)


def test_a_stale_page_keeps_what_was_typed_and_a_second_save_replaces(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    form = _form(deputy.get(_url(sheet)).content.decode())
    give(city.by("section_manager"), sheet, "media.lock", "conforms")
    key, other = question(sheet, "media.lock").pk, question(sheet, "backup.copy").pk
    form |= {
        f"question-{key}": "issue",
        f"reason-{key}": "髙い棚に𠮷田の箱。",
        f"question-{other}": "conforms",
    }
    response = deputy.post(_url(sheet), form)
    page = response.content.decode()
    assert response.status_code == 409
    assert f"{city.people['section_manager'].name}さんが先に保存しました" in page
    assert f'href="#id_question-{key}"' in page
    assert "髙い棚に𠮷田の箱。" in page
    assert Answer.objects.get(question=other).verdict == "conforms"
    shown = _form(page)
    assert shown[f"question-{key}"] == "issue"
    assert deputy.post(_url(sheet), shown).status_code == 302
    assert Answer.objects.get(question=key).reason == "髙い棚に𠮷田の箱。"


def test_too_long_a_text_is_kept_on_the_page_with_its_problem(sheet: Sheet, deputy: Client) -> None:
    form = _form(deputy.get(_url(sheet)).content.decode())
    key = question(sheet, "media.lock").pk
    form |= {f"question-{key}": "issue", f"reason-{key}": "𠮷" * 2_001, f"comment-{key}": "長" * 2_001}
    response = deputy.post(_url(sheet), form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "𠮷" * 2_001 in page
    assert f'href="#id_reason-{key}"' in page
    assert f'href="#id_comment-{key}"' in page
    assert page.count("2,000字までです（いま2,001字）") == 4
    assert Answer.objects.count() == 0


def test_a_form_that_was_cut_is_refused(sheet: Sheet, deputy: Client) -> None:
    form = _form(deputy.get(_url(sheet)).content.decode())
    assert deputy.post(_url(sheet), form | {"version": form["version"][1:]}).status_code == 422
    assert deputy.post(_url(sheet), form | {"shown": "a,b"}).status_code == 422


def test_a_page_older_than_the_handing_in_keeps_what_was_typed(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    form = _form(deputy.get(_url(sheet)).content.decode())
    submitted(city.by("section_manager"), sheet)
    key = question(sheet, "media.lock").pk
    form |= {f"question-{key}": "issue", f"reason-{key}": "鍵がない。"}
    response = deputy.post(_url(sheet), form)
    assert response.status_code == 409
    assert "提出したあとは記入できません" in response.content.decode()
    assert "鍵がない。" in response.content.decode()


def test_a_reader_who_may_not_fill_in_cannot_save(
    city: Scenario, sheet: Sheet, client_for: ClientFor
) -> None:
    response = client_for(city.people["auditor"]).post(_url(sheet), {"shown": ""})
    assert response.status_code == 403


def test_views_narrow_the_sheet(city: Scenario, sheet: Sheet, deputy: Client) -> None:
    by = city.by("deputy")
    give(by, sheet, "media.lock", "issue", "鍵がない。")
    give(by, sheet, "backup.copy", "not_applicable", "複製しない。")

    def shown(view: str) -> list[str]:
        parts = deputy.get(_url(sheet, f"?show={view}")).context["parts"]
        return [group.number for _, groups in parts for group in groups]

    assert shown("issue") == ["2-2"]
    assert shown("not_applicable") == ["3-1"]
    assert shown("open") == ["1-1", "1-2", "2-1", "3-2"]
    assert shown("changed") == []
    assert len(shown("")) == len(shown("no-such")) == 6
    page = deputy.get(_url(sheet, "?show=issue")).content.decode()
    form = _form(page)
    assert len(form["version"]) == 1
    key = question(sheet, "media.lock").pk
    assert deputy.post(_url(sheet), form | {f"question-{key}": "conforms"}).status_code == 302
    assert Answer.objects.get(question=key).verdict == "conforms"


def test_what_changed_since_last_year_is_one_view(city: Scenario, deputy: Client) -> None:
    root = system(city.city)
    before = sheet_of(running(city.city, 2025), city.section_a1)
    filled(root, before, {"media.lock": "鍵がない。"})
    now = sheet_of(running(city.city, 2026), city.section_a1)
    filled(root, now, {"backup.copy": "複製がない。"})
    parts = deputy.get(_url(now, "?show=changed")).context["parts"]
    assert [group.number for _, groups in parts for group in groups] == ["2-2", "3-1"]
    page = deputy.get(_url(now)).content.decode()
    assert "課題あり（令和7年度）" in page


# --- handing in and deciding -------------------------------------------------------------------------------


def test_what_is_missing_is_shown_at_each_question(city: Scenario, sheet: Sheet, deputy: Client) -> None:
    by = city.by("deputy")
    filled(by, sheet)
    give(by, sheet, "media.lock", "issue")
    give(by, sheet, "backup.test", "")
    version = sheet_of(sheet.programme, sheet.unit).version
    response = deputy.post(_url(sheet, "submit/"), {"version": version})
    page = response.content.decode()
    assert response.status_code == 422
    assert "記入の足りない設問が2件あります" in page
    lock, test = (question(sheet, item).pk for item in ("media.lock", "backup.test"))
    assert f'href="#id_reason-{lock}">設問2-2（記録媒体の管理）：課題の内容と理由を入力してください。' in page
    assert f'id="id_reason-{lock}_error"' in page
    assert f'href="#id_question-{test}"' in page
    assert f'id="id_question-{test}_error"' in page


def test_the_whole_road_from_the_section_to_the_secretariat(
    city: Scenario, sheet: Sheet, deputy: Client, manager: Client, secretariat: Client
) -> None:
    version = filled(city.by("deputy"), sheet, {"media.lock": "鍵がない。"}).version
    confirm = deputy.get(_url(sheet, "submit/")).content.decode()
    assert f'value="{version}"' in confirm
    assert deputy.post(_url(sheet, "submit/"), {"version": version}).status_code == 302
    page = deputy.get(_url(sheet)).content.decode()
    assert "引き戻して直す" in page
    assert "情報管理者の承認を待っています" in page
    assert "承認する</button>" in manager.get(_url(sheet)).content.decode()
    assert manager.post(_url(sheet, "approve/"), {"version": version + 1}).status_code == 302
    waiting = secretariat.get(f"/inspection/{sheet.programme_id}/accept/").content.decode()
    assert f'value="{sheet.pk}:{version + 2}"' in waiting
    accepted = secretariat.post(
        f"/inspection/{sheet.programme_id}/accept/", {"sheet": f"{sheet.pk}:{version + 2}"}
    )
    assert accepted.status_code == 302
    assert Finding.objects.count() == 1
    page = deputy.get(_url(sheet)).content.decode()
    assert "受付が済みました。課題は1件です" in page
    again = secretariat.post(
        f"/inspection/{sheet.programme_id}/accept/", {"sheet": f"{sheet.pk}:{version + 2}"}
    )
    assert again.status_code == 409
    assert Finding.objects.count() == 1


def test_acting_is_said_on_the_button_and_in_the_trail(city: Scenario, sheet: Sheet, deputy: Client) -> None:
    version = submitted(city.by("section_manager"), sheet).version
    page = deputy.get(_url(sheet)).content.decode()
    assert "代決で承認する" in page
    assert "差し戻す</button>" not in page
    deputy.post(_url(sheet, "approve/"), {"version": version})
    assert "情報管理者の承認：承認（代決）" in deputy.get(_url(sheet)).content.decode()


def test_a_return_without_reason_is_said_at_its_field(city: Scenario, sheet: Sheet, manager: Client) -> None:
    version = submitted(city.by("deputy"), sheet).version
    response = manager.post(_url(sheet, "return/"), {"version": version, "comment": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_comment"' in page
    assert 'id="id_comment_error"' in page
    response = manager.post(_url(sheet, "return/"), {"version": version, "comment": "2-2を見直すこと。"})
    assert response.status_code == 302


def test_a_returned_sheet_says_why_at_its_head(
    city: Scenario, sheet: Sheet, manager: Client, deputy: Client
) -> None:
    version = submitted(city.by("deputy"), sheet).version
    manager.post(_url(sheet, "return/"), {"version": version, "comment": "2-2を見直すこと。"})
    page = deputy.get(_url(sheet)).content.decode()
    assert "情報管理者から差し戻されました" in page
    assert "2-2を見直すこと。" in page


def test_a_stale_decision_keeps_the_comment(city: Scenario, sheet: Sheet, manager: Client) -> None:
    version = submitted(city.by("deputy"), sheet).version
    response = manager.post(_url(sheet, "approve/"), {"version": version - 1, "comment": "確かめました𠮷"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "この点検シートは変更されました" in page
    assert ">確かめました𠮷</textarea>" in page
    assert f'name="version" value="{version}"' in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("08-24", "自己点検の期限まで、あと7日です"),
        ("08-31", "自己点検の期限は、今日です"),
        ("09-01", "自己点検の期限を過ぎています"),
    ],
)
def test_the_deadline_is_told_when_it_is_near(
    city: Scenario, sheet: Sheet, client_for: ClientFor, day: str, said: str
) -> None:
    assert "期限" not in client_for(city.people["deputy"]).get(_url(sheet)).content.decode()
    with time_machine.travel(f"2026-{day}T09:00:00+09:00", tick=False):
        assert said in client_for(city.people["deputy"]).get(_url(sheet)).content.decode()


# --- evidence ----------------------------------------------------------------------------------------------


def test_evidence_goes_up_is_read_in_ones_scope_and_taken_off(
    city: Scenario, sheet: Sheet, deputy: Client, client_for: ClientFor
) -> None:
    key = question(sheet, "media.ledger").pk
    upload = SimpleUploadedFile("台帳の写し.pdf", b"%PDF-1.7\nledger", "application/pdf")
    response = deputy.post(_url(sheet, f"answers/{key}/evidence/"), {"file": upload})
    assert response["Location"].endswith(f"#id_question-{key}")
    page = deputy.get(_url(sheet)).content.decode()
    address = re.search(r'href="(/files/[^"]+)">台帳の写し.pdf', page)
    assert address
    seen = {
        role: client_for(city.people[role]).get(address[1]).status_code
        for role in ("deputy", "section_manager", "bureau_manager", "auditor", "other_manager", "staff")
    }
    assert seen == {
        "deputy": 200,
        "section_manager": 200,
        "bureau_manager": 200,
        "auditor": 200,
        "other_manager": 404,
        "staff": 404,
    }
    evidence = AnswerEvidence.objects.get()
    removal = f"/inspection/sheets/evidence/{evidence.pk}/remove/"
    assert client_for(city.people["other_manager"]).post(removal).status_code == 404
    assert deputy.post(removal).status_code == 302
    assert "台帳の写し.pdf" not in deputy.get(_url(sheet)).content.decode()


def test_a_refused_file_is_explained_on_its_page(sheet: Sheet, deputy: Client) -> None:
    key = question(sheet, "media.ledger").pk
    address = _url(sheet, f"answers/{key}/evidence/")
    assert deputy.get(address).status_code == 200
    response = deputy.post(address, {"file": SimpleUploadedFile("台帳.pdf", b"MZ\x90 a program")})
    assert response.status_code == 422
    assert "中身が、ファイル名の種類と違います" in response.content.decode()
    response = deputy.post(address, {})
    assert response.status_code == 422
    assert "ファイルを選んでください" in response.content.decode()
    large = SimpleUploadedFile("台帳.pdf", b"%PDF-1.7" + bytes(50 * 1024 * 1024))
    response = deputy.post(address, {"file": large})
    assert response.status_code == 422
    assert "大きすぎ" in response.content.decode()
    assert deputy.get(_url(sheet, "answers/0/evidence/")).status_code == 404


# --- planning ----------------------------------------------------------------------------------------------


def _stages_data(programme_name: str = "令和9年度の点検", **values: str) -> dict[str, str]:
    data = {
        "fiscal_year": "２０２７",
        "name": programme_name,
        "purpose": "",
        "stages-TOTAL_FORMS": "1",
        "stages-INITIAL_FORMS": "0",
        "stages-0-kind": "self_inspection",
        "stages-0-name": "自己点検",
        "stages-0-starts_on": "令和9年7月1日",
        "stages-0-ends_on": "2027-08-31",
        "stages-0-target": "全庁",
        "stages-0-purpose": "現状をつかむ。",
        "stages-0-outline": "記入する。",
    }
    return data | values


def test_a_year_is_planned_chosen_and_launched_on_pages(city: Scenario, secretariat: Client) -> None:
    assert "令和8年度情報セキュリティ点検" in secretariat.get("/inspection/new/").content.decode()
    response = secretariat.post("/inspection/new/", _stages_data())
    programme = Programme.objects.get(fiscal_year=2027)
    assert response["Location"] == f"/inspection/{programme.pk}/questions/"
    page = secretariat.get(response["Location"]).content.decode()
    assert page.count(" checked") == 6
    response = secretariat.post(response["Location"], {"version": "1"})
    assert response.status_code == 422
    assert "点検項目を1つ以上" in response.content.decode() or "選ばれていません" in response.content.decode()
    secretariat.post(
        f"/inspection/{programme.pk}/questions/", {"version": "1", "items": ["media.lock", "backup.copy"]}
    )
    confirm = secretariat.get(f"/inspection/{programme.pk}/launch/").content.decode()
    assert "3の課公所に、2問の点検シート" in confirm
    secretariat.post(f"/inspection/{programme.pk}/launch/", {"version": "2"})
    assert Sheet.objects.filter(programme=programme).count() == 3
    again = secretariat.post(f"/inspection/{programme.pk}/launch/", {"version": "2"})
    assert again.status_code == 409
    assert Sheet.objects.filter(programme=programme).count() == 3


def test_a_stage_nobody_wrote_in_is_no_stage(city: Scenario, secretariat: Client) -> None:
    empty = {
        f"stages-1-{name}": "" for name in ("name", "starts_on", "ends_on", "target", "purpose", "outline")
    }
    data = _stages_data() | empty | {"stages-1-kind": "self_inspection", "stages-TOTAL_FORMS": "2"}
    data["stages-INITIAL_FORMS"] = "1"
    assert secretariat.post("/inspection/new/", data).status_code == 302
    assert Programme.objects.get().stages.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"name": "点" * 300},
        {"stages-0-name": "段" * 300},
        {"stages-0-target": "対" * 300},
        {"stages-0-ends_on": "2027-06-30"},
        {"fiscal_year": "99999"},
        {"stages-0-starts_on": "きのう"},
    ],
)
def test_a_wrong_plan_is_said_on_the_page(
    city: Scenario, secretariat: Client, values: dict[str, str]
) -> None:
    response = secretariat.post("/inspection/new/", _stages_data() | values)
    assert response.status_code == 422
    assert "data-error-summary" in response.content.decode()
    assert not Programme.objects.exists()


def test_stages_are_changed_and_a_stale_change_refused(programme: Programme, secretariat: Client) -> None:
    address = f"/inspection/{programme.pk}/stages/"
    assert "訪問調査" in secretariat.get(address).content.decode()
    data = _stages_data() | {"version": str(programme.version)}
    assert secretariat.post(address, data).status_code == 302
    assert [stage.name for stage in programme.stages.all()] == ["自己点検"]
    assert secretariat.post(address, data).status_code == 409


def test_a_programme_is_closed_after_a_warning(programme: Programme, secretariat: Client) -> None:
    address = f"/inspection/{programme.pk}/close/"
    assert "3件がまだ受付済みではありません" in secretariat.get(address).content.decode()
    assert secretariat.post(address, {"version": str(programme.version)}).status_code == 302
    assert "終了" in secretariat.get(f"/inspection/{programme.pk}/").content.decode()


def test_a_closed_years_sheet_is_read_only(
    city: Scenario, programme: Programme, sheet: Sheet, deputy: Client, manager: Client
) -> None:
    submitted(city.by("deputy"), sheet)
    close_programme(by=city.by("secretariat"), programme=programme, version=programme.version)
    for client in (deputy, manager):
        page = client.get(_url(sheet)).content.decode()
        assert "承認する</button>" not in page
        assert "hx-post" not in page


def test_a_planned_programme_has_no_list_to_open(city: Scenario, secretariat: Client) -> None:
    programme = planned(city.city)
    page = secretariat.get(f"/inspection/{programme.pk}/").content.decode()
    assert "開始までの準備" in page
    assert "点検を開始する" not in page  # no question chosen yet


# --- visits ------------------------------------------------------------------------------------------------


def test_a_visit_is_recorded_and_seen(city: Scenario, programme: Programme, secretariat: Client) -> None:
    address = f"/inspection/{programme.pk}/visits/new/"
    assert secretariat.get(address).status_code == 200
    data = {
        "unit": str(city.section_a1.pk),
        "visited_on": "令和8年7月14日",
        "good_practice": "当番が見て回る。",
        "item_1": "media.ledger",
        "seen_1": "USBメモリが台帳にない。",
    }
    assert secretariat.post(address, data | {"seen_1": ""}).status_code == 422
    assert secretariat.post(address, data | {"visited_on": "2026-07-16"}).status_code == 422
    assert secretariat.post(address, data | {"unit": "0"}).status_code == 422
    assert VisitRecord.objects.count() == 0
    assert secretariat.post(address, data).status_code == 302
    assert secretariat.post(address, data).status_code == 409
    assert Finding.objects.get().title == "USBメモリが台帳にない。"
    page = secretariat.get(f"/inspection/{programme.pk}/visits/").content.decode()
    assert "当番が見て回る。" in page


# --- how much is asked of the database -----------------------------------------------------------------------


def test_saving_an_answer_takes_few_queries(
    sheet: Sheet, deputy: Client, django_assert_max_num_queries: Any
) -> None:
    deputy.get(_url(sheet))
    key = question(sheet, "media.lock").pk
    for version, verdict in enumerate(("conforms", "issue")):
        with django_assert_max_num_queries(15):  # of these two the test's savepoint
            response = deputy.post(
                _url(sheet, f"answers/{key}/"),
                {f"question-{key}": verdict, f"reason-{key}": "鍵", "version": str(version)},
            )
        assert response.status_code == 200


def test_a_sheet_of_140_questions_takes_few_queries(
    scenario: Scenario, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    make_large_bank(scenario.city, 140)
    root = system(scenario.city)
    items = [f"i{order}-{number}" for order in range(1, 21) for number in range(7)]
    for year in (2024, 2025, 2026):
        sheet = sheet_of(running(scenario.city, year, items=items), scenario.section_a1)
        for place, one in enumerate(sheet.form.questions.all()):
            if place % 2 or year < 2026:
                save_answer(by=root, sheet=sheet, question_id=one.pk, verdict="conforms", version=0)
    client = client_for(scenario.people["deputy"])
    client.get(_url(sheet))
    with django_assert_max_num_queries(14):
        response = client.get(_url(sheet))
    assert response.content.decode().count("<fieldset") == 140
    assert response.content.decode().count("昨年度の回答") == 140


def test_board_and_list_take_the_same_queries_whatever_the_number(
    city: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make_unit(city.city, f"第{number}課", parent=city.bureau_b)
    programme = running(city.city)
    secretariat.get(f"/inspection/{programme.pk}/")
    with django_assert_max_num_queries(8):
        secretariat.get(f"/inspection/{programme.pk}/")
    with django_assert_max_num_queries(9):
        secretariat.get(f"/inspection/{programme.pk}/sheets/")
    with django_assert_max_num_queries(9):
        secretariat.get(f"/inspection/{programme.pk}/sheets/?state=not_handed_in&export=csv")


def test_names_of_people_and_units_are_escaped(city: Scenario, client_for: ClientFor) -> None:
    unit = make_unit(city.city, "<b>太字</b>課", parent=city.bureau_a)
    person = make_person(city.city, role="deputy", unit=unit, name="<i>山田</i>")
    programme = running(city.city)
    sheet = sheet_of(programme, unit)
    give(system(city.city), sheet, "media.lock", "issue", "<script>alert(1)</script>")
    page = client_for(person).get(_url(sheet)).content.decode()
    assert "<script>alert" not in page
    assert "<b>太字" not in page
    assert "&lt;script&gt;" in page
