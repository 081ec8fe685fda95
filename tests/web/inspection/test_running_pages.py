"""Pages of the running inspection: who is behind, reminders, reorganisations, standing by, conflicts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario, make_unit
from tests.inspection.makers import accepted, give, question, running, sheet_of, system
from tests.web.inspection.addresses import form_of, url_of
from tests.web.inspection.conftest import ClientFor

from tenken.inspection.models import Answer, Programme, ReminderSent, ReminderStep, Sheet
from tenken.inspection.operations import carry_over_reorganisation, exempt
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tenken.organization.operations import NewUnit, merge_units
from tenken.policy.models import CheckItem

pytestmark = pytest.mark.django_db


def _value(sheet: Sheet) -> str:
    return f"{sheet.pk}:{Sheet.objects.get(pk=sheet.pk).version}"


# --- who is behind --------------------------------------------------------------------------------------------


def test_who_is_behind_with_late_and_absent(
    city: Scenario, programme: Programme, client_for: ClientFor
) -> None:
    accepted(city.city, sheet_of(programme, city.section_b1))
    with time_machine.travel("2026-09-03T09:00:00+09:00", tick=False):
        secretariat = client_for(city.people["secretariat"])
        page = secretariat.get(f"/inspection/{programme.pk}/behind/")
        rows = page.context["table"].rows
        assert [row.record.sheet.unit.name for row in rows] == ["企画課", "都市計画課"]
        assert [row.record.days_late for row in rows] == [3, 3]
        assert rows[1].record.absent == "不在（副情報管理者もなし）"
        only = secretariat.get(f"/inspection/{programme.pk}/behind/?only=absent")
        assert [row.record.sheet.unit.name for row in only.context["table"].rows] == ["都市計画課"]
        summary = [(row.record.name, row.record.not_handed_in) for row in page.context["summary"].rows]
        assert summary == [("まちづくり局", 2), ("健康福祉局", 0)]
        sorted_page = secretariat.get(f"/inspection/{programme.pk}/behind/?sort=-unit&b-sort=-late")
        assert [row.record.sheet.unit.name for row in sorted_page.context["table"].rows] == [
            "都市計画課",
            "企画課",
        ]
        file = secretariat.get(f"/inspection/{programme.pk}/behind/?export=csv").content.decode("cp932")
    assert file.splitlines()[0] == "局・区,課公所,状態,未記入,期限,超過日数,情報管理者,最後の督促"
    assert "まちづくり局,都市計画課,未着手,6,2026-08-31,3,不在（副情報管理者もなし）," in file


def test_more_time_is_given_to_those_chosen(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    url = f"/inspection/{programme.pk}/behind/"
    chosen = [_value(sheet_of(programme, unit)) for unit in (city.section_a1, city.section_a2)]
    wrong = secretariat.post(url, {"sheet": chosen, "action": "extend", "due_on": "2026-09-12", "reason": ""})
    assert wrong.status_code == 422
    assert "閉庁日です" in wrong.content.decode()
    assert wrong.content.decode().count(" checked>") == 2
    given = {"sheet": chosen, "action": "extend", "due_on": "令和8年9月11日", "reason": "庁舎の移転"}
    done = secretariat.post(url, given, follow=True)
    assert "2件の期限を令和8年9月11日に変えました。" in done.content.decode()
    assert Sheet.objects.filter(due_on=date(2026, 9, 11), extension_reason="庁舎の移転").count() == 2
    stale = secretariat.post(url, given)
    assert stale.status_code == 409


def test_sheets_are_exempted_and_come_back(
    city: Scenario, programme: Programme, secretariat: Client, manager: Client
) -> None:
    sheet = sheet_of(programme, city.section_a1)
    url = f"/inspection/{programme.pk}/behind/"
    secretariat.post(url, {"sheet": [_value(sheet)], "action": "exempt", "reason": "休館中"})
    page = manager.get(url_of(sheet)).content.decode()
    assert "対象外の点検シートです" in page
    assert "休館中" in page
    board = secretariat.get(f"/inspection/{programme.pk}/")
    assert (board.context["whole"].total, board.context["whole"].exempted) == (2, 1)
    assert "対象に戻す" in secretariat.get(url_of(sheet)).content.decode()
    assert manager.post(url_of(sheet, "restore/"), {"version": "2"}).status_code == 403
    secretariat.post(url_of(sheet, "restore/"), {"version": "2"})
    assert sheet_of(programme, city.section_a1).status == "not_started"


def test_nonsense_is_refused(programme: Programme, secretariat: Client) -> None:
    url = f"/inspection/{programme.pk}/behind/"
    assert secretariat.post(url, {"sheet": "x:y", "action": "exempt"}).status_code == 422
    assert secretariat.post(url, {"action": "exempt", "reason": "休館中"}).status_code == 422
    assert secretariat.post(url, {"sheet": "1:1", "action": "explode"}).status_code == 422
    assert secretariat.post(url, {"sheet": "1:1", "action": "extend", "due_on": "いつか"}).status_code == 422


def test_the_list_takes_the_same_queries_whatever_the_number(
    city: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make_unit(city.city, f"第{number}課", parent=city.bureau_b)
    programme = running(city.city)
    secretariat.get(f"/inspection/{programme.pk}/behind/")
    with django_assert_max_num_queries(20):
        page = secretariat.get(f"/inspection/{programme.pk}/behind/")
    assert len(page.context["table"].rows) == 43


# --- reminders ------------------------------------------------------------------------------------------------


def test_reminders_are_shown_sent_and_listed(
    city: Scenario, programme: Programme, client_for: ClientFor
) -> None:
    Person.objects.exclude(pk=city.people["other_manager"].pk).update(email="someone@city.example.jp")
    Notice.objects.all().delete()
    with time_machine.travel("2026-08-23T09:00:00+09:00", tick=False):
        secretariat = client_for(city.people["secretariat"])
        assert "今日は閉庁日です" in secretariat.get("/inspection/reminders/send/").content.decode()
    with time_machine.travel("2026-08-24T08:00:00+09:00", tick=False):
        secretariat = client_for(city.people["secretariat"])
        page = secretariat.get("/inspection/reminders/send/")
        body = page.content.decode()
        assert f"{len(page.context['mails'])}人に今すぐ送る" in body
        assert "メールアドレスなし" in body
        assert Notice.objects.count() == 0
        said = secretariat.post("/inspection/reminders/send/", follow=True).content.decode()
        assert "人に督促を送りました" in said
        assert "今日、送る督促はありません" in said
    assert ReminderSent.objects.count() == 3
    secretariat = client_for(city.people["secretariat"])
    listed = secretariat.get(f"/inspection/{programme.pk}/reminders/").content.decode()
    assert "期限の7日前" in listed
    assert f"{city.people['deputy'].name}（副情報管理者）" in listed
    file = secretariat.get(f"/inspection/{programme.pk}/reminders/?export=xlsx&q=企画")
    assert file["Content-Type"].startswith("application/vnd")
    one = client_for(city.people["bureau_manager"]).get(f"/inspection/{programme.pk}/reminders/")
    assert "保険課" not in one.content.decode()


def test_the_steps_are_set_on_a_page(programme: Programme, secretariat: Client) -> None:
    url = f"/inspection/{programme.pk}/reminders/steps/"
    assert secretariat.get(url).status_code == 200
    form = {
        "steps-TOTAL_FORMS": "3",
        "steps-INITIAL_FORMS": "0",
        "steps-0-days": "５",
        "steps-0-when": "before",
        "steps-0-audience": "deputy",
        "steps-1-days": "7",
        "steps-1-when": "after",
        "steps-1-audience": "bureau_manager",
        "steps-1-weekly": "on",
        "steps-2-days": "",
        "steps-2-when": "before",
        "steps-2-audience": "deputy",
    }
    assert secretariat.post(url, form).status_code == 302
    kept = ReminderStep.objects.filter(programme=programme, retired=False).order_by("days")
    assert [(step.days, step.audience, step.weekly) for step in kept] == [
        (-5, "deputy", False),
        (7, "bureau_manager", True),
    ]
    refused = secretariat.post(url, form | {"steps-0-weekly": "on"})
    assert refused.status_code == 422
    assert "毎週くり返せるのは" in refused.content.decode()


# --- reorganisations ------------------------------------------------------------------------------------------


def test_a_reorganisation_is_shown_and_applied(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    root = system(city.city, date(2026, 7, 10))
    first, second = sheet_of(programme, city.section_a1), sheet_of(programme, city.section_a2)
    give(root, first, "media.lock", "conforms")
    give(root, second, "media.lock", "issue", "鍵がない。")
    unit = merge_units(
        by=root,
        units=[city.section_a1, city.section_a2],
        new=NewUnit(name="まちづくり課", code="M001"),
        on=date(2026, 7, 10),
    )
    url = f"/inspection/{programme.pk}/reorganisation/"
    page = secretariat.get(url)
    body = page.content.decode()
    assert "まちづくり局" in body
    assert "新しく配る" in body
    sent = {"on": "2026-07-15", "seen": page.context["plan"].mark}
    assert secretariat.post(url, sent | {"seen": "x"}).status_code == 409
    done = secretariat.post(url, sent, follow=True).content.decode()
    assert "2件を引き継ぎ" in done
    assert "反映するものはありません" in done
    heir = secretariat.get(url_of(sheet_of(programme, unit))).content.decode()
    assert "統合の前の回答が、この課の回答と違う設問があります" in heir
    assert "都市計画課：課題あり　鍵がない。" in heir
    old = secretariat.get(url_of(first)).content.decode()
    assert "まちづくり課の点検シートを開く" in old
    assert secretariat.get(f"{url}?on=あした").status_code == 422


# --- standing by an earlier answer ------------------------------------------------------------------------------


@pytest.fixture
def second_year(city: Scenario) -> Sheet:
    CheckItem.objects.filter(code__in=("media.lock", "backup.copy")).update(answer_valid_months=18)
    accepted(city.city, sheet_of(running(city.city, 2025), city.section_a1), on=date(2025, 8, 20))
    return sheet_of(running(city.city, 2026), city.section_a1)


def test_earlier_answers_are_offered_and_stood_by(second_year: Sheet, deputy: Client) -> None:
    page = deputy.get(url_of(second_year)).content.decode()
    assert "前回の回答をそのまま使える設問が2問あります" in page
    assert "令和9年2月20日まで有効です" in page
    key = question(second_year, "media.lock").pk
    other = question(second_year, "media.ledger").pk
    form = form_of(page) | {f"question-{other}": "conforms", "stand_by": str(key)}
    done = deputy.post(url_of(second_year, "stand-by/"), form, follow=True).content.decode()
    assert "1問に、前回の回答をそのまま使いました。" in done
    assert "前回の回答（令和7年度、企画課）をそのまま使っています" in done
    assert (
        Answer.objects.get(sheet=second_year, question=other).verdict == "conforms"
    )  # what was typed is kept
    deputy.post(url_of(second_year, "stand-by/"), {"stand_by": "all"})
    assert Answer.objects.filter(sheet=second_year, carried_from__isnull=False).count() == 2
    again = deputy.post(url_of(second_year, "stand-by/"), {"stand_by": str(other)})
    assert again.status_code == 422


# --- two people in one sheet ------------------------------------------------------------------------------------


def test_without_javascript_one_chooses_between_theirs_and_mine(
    city: Scenario, sheet: Sheet, deputy: Client
) -> None:
    shown = form_of(deputy.get(url_of(sheet)).content.decode())
    give(city.by("section_manager"), sheet, "media.lock", "issue", "鍵がない。")
    key = question(sheet, "media.lock").pk
    refused = deputy.post(url_of(sheet), shown | {f"question-{key}": "conforms"})
    body = refused.content.decode()
    assert refused.status_code == 409
    assert "鍵がない。" in body
    name = city.people["section_manager"].name
    assert f"{name}さんの回答にする" in body
    again = form_of(body)
    assert again[f"question-{key}"] == "conforms"
    deputy.post(url_of(sheet), again | {"theirs": str(key)})
    assert Answer.objects.get(sheet=sheet).verdict == "issue"
    deputy.post(url_of(sheet), again | {"mine": str(key)})
    assert Answer.objects.get(sheet=sheet).verdict == "conforms"


def test_an_exempted_sheet_cannot_be_filled_in(
    city: Scenario, programme: Programme, sheet: Sheet, deputy: Client
) -> None:
    exempt(by=city.by("secretariat"), programme=programme, sheets=[(sheet.pk, 1)], reason="休館中")
    key = question(sheet, "media.lock").pk
    refused = deputy.post(url_of(sheet, f"answers/{key}/"), {f"question-{key}": "conforms", "version": "0"})
    assert refused.status_code == 409
    assert "対象外となっている" in refused.content.decode()


def test_a_section_without_anything_to_carry_stays(city: Scenario, programme: Programme) -> None:
    plan = carry_over_reorganisation(by=city.by("secretariat"), programme=programme)
    assert not plan.anything
