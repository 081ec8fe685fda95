"""The sheet on the page: what is refused is said where it belongs, and no words are lost."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import Scenario
from tests.inspection.makers import (
    filled,
    give,
    question,
    running,
    sheet_of,
    submitted,
    system,
)
from tests.web.inspection.addresses import form_of, url_of
from tests.web.inspection.conftest import ClientFor

from tenken.findings.models import Finding
from tenken.inspection.models import Answer, AnswerEvidence, Sheet

pytestmark = pytest.mark.django_db


# --- filling in -----------------------------------------------------------------------------------------------


def test_an_answer_is_saved_as_it_is_typed(sheet: Sheet, deputy: Client) -> None:
    key = question(sheet, "media.lock").pk
    page = deputy.get(url_of(sheet)).content.decode()
    assert f'hx-post="{url_of(sheet, f"answers/{key}/")}"' in page
    mark = form_of(page)["version"][3]
    response = deputy.post(
        url_of(sheet, f"answers/{key}/"),
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
        url_of(sheet, f"answers/{key}/"),
        {f"question-{key}": "issue", "version": "0"},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 409
    assert (
        f"{city.people['section_manager'].name}さんが、先にこの設問を保存しました"
        in response.content.decode()
    )
    assert 'data-verdict="conforms"' in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "１", "9" * 30, "1 OR 1"])
def test_a_version_that_is_none_is_refused(sheet: Sheet, deputy: Client, version: str) -> None:
    key = question(sheet, "media.lock").pk
    response = deputy.post(url_of(sheet, f"answers/{key}/"), {f"question-{key}": "issue", "version": version})
    assert response.status_code == 422
    assert Answer.objects.count() == 0


def test_a_section_manager_elsewhere_is_told_nothing(
    city: Scenario, sheet: Sheet, client_for: ClientFor
) -> None:
    key = question(sheet, "media.lock").pk
    client = client_for(city.people["other_manager"])
    assert client.post(url_of(sheet, f"answers/{key}/"), {"version": "0"}).status_code == 404
    auditor = client_for(city.people["auditor"])
    assert auditor.post(url_of(sheet, f"answers/{key}/"), {"version": "0"}).status_code == 403


def test_without_javascript_one_button_saves_what_was_typed(sheet: Sheet, deputy: Client) -> None:
    form = form_of(deputy.get(url_of(sheet)).content.decode())
    first, second = (question(sheet, item).pk for item in ("clear-desk.leave", "media.lock"))
    form |= {f"question-{first}": "conforms", f"question-{second}": "issue", f"reason-{second}": "鍵がない。"}
    response = deputy.post(url_of(sheet), form)
    assert response.status_code == 302
    assert dict(Answer.objects.values_list("question", "verdict")) == {first: "conforms", second: "issue"}
    page = deputy.get(url_of(sheet)).content.decode()
    assert "下書きを保存しました" in page
    again = deputy.post(url_of(sheet), form_of(page))  # nothing typed, nothing written
    assert again.status_code == 302
    assert set(Answer.objects.values_list("version", flat=True)) == {1}


def test_what_only_others_changed_is_not_overwritten_by_an_old_page(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    form = form_of(deputy.get(url_of(sheet)).content.decode())
    give(city.by("section_manager"), sheet, "media.lock", "issue", "鍵がない。")
    form[f"question-{question(sheet, 'backup.copy').pk}"] = "conforms"
    assert deputy.post(url_of(sheet), form).status_code == 302
    kept = Answer.objects.get(question=question(sheet, "media.lock"))
    assert (kept.verdict, kept.version) == ("issue", 1)


def test_a_stale_page_keeps_what_was_typed_and_a_second_save_replaces(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    form = form_of(deputy.get(url_of(sheet)).content.decode())
    give(city.by("section_manager"), sheet, "media.lock", "conforms")
    key, other = question(sheet, "media.lock").pk, question(sheet, "backup.copy").pk
    form |= {
        f"question-{key}": "issue",
        f"reason-{key}": "髙い棚に𠮷田の箱。",
        f"question-{other}": "conforms",
    }
    response = deputy.post(url_of(sheet), form)
    page = response.content.decode()
    assert response.status_code == 409
    assert f"{city.people['section_manager'].name}さんが先に保存しました" in page
    assert f'href="#id_question-{key}"' in page
    assert "髙い棚に𠮷田の箱。" in page
    assert Answer.objects.get(question=other).verdict == "conforms"
    shown = form_of(page)
    assert shown[f"question-{key}"] == "issue"
    assert deputy.post(url_of(sheet), shown).status_code == 302
    assert Answer.objects.get(question=key).reason == "髙い棚に𠮷田の箱。"


def test_too_long_a_text_is_kept_on_the_page_with_its_problem(sheet: Sheet, deputy: Client) -> None:
    form = form_of(deputy.get(url_of(sheet)).content.decode())
    key = question(sheet, "media.lock").pk
    form |= {f"question-{key}": "issue", f"reason-{key}": "𠮷" * 2_001, f"comment-{key}": "長" * 2_001}
    response = deputy.post(url_of(sheet), form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "𠮷" * 2_001 in page
    assert f'href="#id_reason-{key}"' in page
    assert f'href="#id_comment-{key}"' in page
    assert page.count("2,000字までです（いま2,001字）") == 4
    assert Answer.objects.count() == 0


def test_a_form_that_was_cut_is_refused(sheet: Sheet, deputy: Client) -> None:
    form = form_of(deputy.get(url_of(sheet)).content.decode())
    assert deputy.post(url_of(sheet), form | {"version": form["version"][1:]}).status_code == 422
    assert deputy.post(url_of(sheet), form | {"shown": "a,b"}).status_code == 422


def test_a_page_older_than_the_handing_in_keeps_what_was_typed(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    form = form_of(deputy.get(url_of(sheet)).content.decode())
    submitted(city.by("section_manager"), sheet)
    key = question(sheet, "media.lock").pk
    form |= {f"question-{key}": "issue", f"reason-{key}": "鍵がない。"}
    response = deputy.post(url_of(sheet), form)
    assert response.status_code == 409
    assert "提出したあとは記入できません" in response.content.decode()
    assert "鍵がない。" in response.content.decode()


def test_a_reader_who_may_not_fill_in_cannot_save(
    city: Scenario, sheet: Sheet, client_for: ClientFor
) -> None:
    response = client_for(city.people["auditor"]).post(url_of(sheet), {"shown": ""})
    assert response.status_code == 403


def test_views_narrow_the_sheet(city: Scenario, sheet: Sheet, deputy: Client) -> None:
    by = city.by("deputy")
    give(by, sheet, "media.lock", "issue", "鍵がない。")
    give(by, sheet, "backup.copy", "not_applicable", "複製しない。")

    def shown(view: str) -> list[str]:
        parts = deputy.get(url_of(sheet, f"?show={view}")).context["parts"]
        return [group.number for _, groups in parts for group in groups]

    assert shown("issue") == ["2-2"]
    assert shown("not_applicable") == ["3-1"]
    assert shown("open") == ["1-1", "1-2", "2-1", "3-2"]
    assert shown("changed") == []
    assert len(shown("")) == len(shown("no-such")) == 6
    page = deputy.get(url_of(sheet, "?show=issue")).content.decode()
    form = form_of(page)
    assert len(form["version"]) == 1
    key = question(sheet, "media.lock").pk
    assert deputy.post(url_of(sheet), form | {f"question-{key}": "conforms"}).status_code == 302
    assert Answer.objects.get(question=key).verdict == "conforms"


def test_what_changed_since_last_year_is_one_view(city: Scenario, deputy: Client) -> None:
    root = system(city.city)
    before = sheet_of(running(city.city, 2025), city.section_a1)
    filled(root, before, {"media.lock": "鍵がない。"})
    now = sheet_of(running(city.city, 2026), city.section_a1)
    filled(root, now, {"backup.copy": "複製がない。"})
    parts = deputy.get(url_of(now, "?show=changed")).context["parts"]
    assert [group.number for _, groups in parts for group in groups] == ["2-2", "3-1"]
    page = deputy.get(url_of(now)).content.decode()
    assert "課題あり（令和7年度）" in page


# --- handing in and deciding ----------------------------------------------------------------------------------


def test_what_is_missing_is_shown_at_each_question(city: Scenario, sheet: Sheet, deputy: Client) -> None:
    by = city.by("deputy")
    filled(by, sheet)
    give(by, sheet, "media.lock", "issue")
    give(by, sheet, "backup.test", "")
    version = sheet_of(sheet.programme, sheet.unit).version
    response = deputy.post(url_of(sheet, "submit/"), {"version": version})
    page = response.content.decode()
    assert response.status_code == 422
    assert "記入の足りないところが2件あります" in page
    lock, test = (question(sheet, item).pk for item in ("media.lock", "backup.test"))
    assert f'href="#id_reason-{lock}">設問2-2（記録媒体の管理）：課題の内容と理由を入力してください。' in page
    assert f'id="id_reason-{lock}_error"' in page
    assert f'href="#id_question-{test}"' in page
    assert f'id="id_question-{test}_error"' in page


def test_the_whole_road_from_the_section_to_the_secretariat(
    city: Scenario, sheet: Sheet, deputy: Client, manager: Client, secretariat: Client
) -> None:
    version = filled(city.by("deputy"), sheet, {"media.lock": "鍵がない。"}).version
    confirm = deputy.get(url_of(sheet, "submit/")).content.decode()
    assert f'value="{version}"' in confirm
    assert deputy.post(url_of(sheet, "submit/"), {"version": version}).status_code == 302
    page = deputy.get(url_of(sheet)).content.decode()
    assert "引き戻して直す" in page
    assert "情報管理者の承認を待っています" in page
    assert "承認する</button>" in manager.get(url_of(sheet)).content.decode()
    assert manager.post(url_of(sheet, "approve/"), {"version": version + 1}).status_code == 302
    waiting = secretariat.get(f"/inspection/{sheet.programme_id}/accept/").content.decode()
    assert f'value="{sheet.pk}:{version + 2}"' in waiting
    accepted = secretariat.post(
        f"/inspection/{sheet.programme_id}/accept/", {"sheet": f"{sheet.pk}:{version + 2}"}
    )
    assert accepted.status_code == 302
    assert Finding.objects.count() == 1
    page = deputy.get(url_of(sheet)).content.decode()
    assert "受付が済みました。課題は1件です" in page
    again = secretariat.post(
        f"/inspection/{sheet.programme_id}/accept/", {"sheet": f"{sheet.pk}:{version + 2}"}
    )
    assert again.status_code == 409
    assert Finding.objects.count() == 1


def test_acting_is_said_on_the_button_and_in_the_trail(city: Scenario, sheet: Sheet, deputy: Client) -> None:
    version = submitted(city.by("section_manager"), sheet).version
    page = deputy.get(url_of(sheet)).content.decode()
    assert "代決で承認する" in page
    assert "差し戻す</button>" not in page
    deputy.post(url_of(sheet, "approve/"), {"version": version})
    assert "情報管理者の承認：承認（代決）" in deputy.get(url_of(sheet)).content.decode()


def test_a_return_without_reason_is_said_at_its_field(city: Scenario, sheet: Sheet, manager: Client) -> None:
    version = submitted(city.by("deputy"), sheet).version
    response = manager.post(url_of(sheet, "return/"), {"version": version, "comment": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_comment"' in page
    assert 'id="id_comment_error"' in page
    response = manager.post(url_of(sheet, "return/"), {"version": version, "comment": "2-2を見直すこと。"})
    assert response.status_code == 302


def test_a_returned_sheet_says_why_at_its_head(
    city: Scenario, sheet: Sheet, manager: Client, deputy: Client
) -> None:
    version = submitted(city.by("deputy"), sheet).version
    manager.post(url_of(sheet, "return/"), {"version": version, "comment": "2-2を見直すこと。"})
    page = deputy.get(url_of(sheet)).content.decode()
    assert "情報管理者から差し戻されました" in page
    assert "2-2を見直すこと。" in page


def test_a_stale_decision_keeps_the_comment(city: Scenario, sheet: Sheet, manager: Client) -> None:
    version = submitted(city.by("deputy"), sheet).version
    response = manager.post(url_of(sheet, "approve/"), {"version": version - 1, "comment": "確かめました𠮷"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "この点検シートは変更されました" in page
    assert ">確かめました𠮷</textarea>" in page
    assert f'name="version" value="{version}"' in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("08-24", "提出の期限まで、あと7日です"),
        ("08-31", "提出の期限は、今日です"),
        ("09-01", "提出の期限を1日過ぎています"),
    ],
)
def test_the_deadline_is_told_when_it_is_near(
    city: Scenario, sheet: Sheet, client_for: ClientFor, day: str, said: str
) -> None:
    assert "提出の期限" not in client_for(city.people["deputy"]).get(url_of(sheet)).content.decode()
    with time_machine.travel(f"2026-{day}T09:00:00+09:00", tick=False):
        assert said in client_for(city.people["deputy"]).get(url_of(sheet)).content.decode()


# --- evidence -------------------------------------------------------------------------------------------------


def test_evidence_goes_up_is_read_in_ones_scope_and_taken_off(
    city: Scenario, sheet: Sheet, deputy: Client, client_for: ClientFor
) -> None:
    key = question(sheet, "media.ledger").pk
    upload = SimpleUploadedFile("台帳の写し.pdf", b"%PDF-1.7\nledger", "application/pdf")
    response = deputy.post(url_of(sheet, f"answers/{key}/evidence/"), {"file": upload})
    assert response["Location"].endswith(f"#id_question-{key}")
    page = deputy.get(url_of(sheet)).content.decode()
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
    assert "台帳の写し.pdf" not in deputy.get(url_of(sheet)).content.decode()


def test_a_refused_file_is_explained_on_its_page(sheet: Sheet, deputy: Client) -> None:
    key = question(sheet, "media.ledger").pk
    address = url_of(sheet, f"answers/{key}/evidence/")
    assert deputy.get(address).status_code == 200
    response = deputy.post(address, {"file": SimpleUploadedFile("台帳.pdf", b"MZ\x90 a program")})
    assert response.status_code == 422
    assert "中身が、ファイル名の種類と違います" in response.content.decode()
    response = deputy.post(address, {})
    assert response.status_code == 422
    assert "ファイルを選んでください" in response.content.decode()
    large = SimpleUploadedFile("台帳.pdf", b"%PDF-1.7" + bytes(50 * 1024 * 1024))
    response = deputy.post(address, {"file": large})
    assert response.status_code == 413
    assert "大きすぎ" in response.content.decode()
    assert deputy.get(url_of(sheet, "answers/0/evidence/")).status_code == 404
