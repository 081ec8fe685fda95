"""Planning on the page: whom it reaches, the rhythm, what is asked and why, closed days, what is left at the end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.factories import Scenario, make_unit
from tests.inspection.makers import accepted, planned, running, sheet_of, with_questions

from tenken.inspection.models import Programme, Question, Series, Sheet, TargetException
from tenken.policy.models import CheckItem

pytestmark = pytest.mark.django_db


def _exceptions(*rows: dict[str, str]) -> dict[str, str]:
    sent = {"exceptions-TOTAL_FORMS": str(len(rows)), "exceptions-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        sent |= {f"exceptions-{number}-{name}": value for name, value in row.items()}
    return sent


def test_targets_are_set_seen_and_exported(city: Scenario, secretariat: Client) -> None:
    programme = with_questions(city.city)
    url = f"/inspection/{programme.pk}/targets/"
    page = secretariat.get(url).content.decode()
    assert "対象は3課" in page
    assert "情報管理者のいない課公所" in page
    row = {"subject": city.section_a2.code, "mode": "exclude", "reason": "庁舎の改築中"}
    sent = {"version": str(programme.version), "target_rule": "all_sections"}
    assert secretariat.post(url, sent | _exceptions(row)).status_code == 302
    assert TargetException.objects.get().unit == city.section_a2
    page = secretariat.get(url).content.decode()
    assert "対象は2課、対象外は1課（うち名指し1課）" in page
    assert "庁舎の改築中" in page
    assert secretariat.get(f"{url}?export=csv").content.decode("cp932").count("名指しで対象外") == 1
    launch = secretariat.get(f"/inspection/{programme.pk}/launch/").content.decode()
    assert "2の課公所に、6問の点検シート" in launch
    assert "庁舎の改築中" in launch


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"subject": "企画課", "mode": "exclude", "reason": ""}, "理由を入力してください"),
        ({"subject": "存在しない課", "mode": "exclude", "reason": "理由"}, "見つかりません"),
    ],
)
def test_wrong_targets_are_said_at_their_field(
    city: Scenario, secretariat: Client, row: dict[str, str], said: str
) -> None:
    programme = planned(city.city)
    sent = {"version": "1", "target_rule": "listed"} | _exceptions(row)
    response = secretariat.post(f"/inspection/{programme.pk}/targets/", sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not TargetException.objects.exists()


def test_targets_cost_the_same_whatever_the_number(
    city: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make_unit(city.city, f"第{number}課", parent=city.bureau_b)
    programme = with_questions(city.city)
    for page in ("targets", "launch", "questions"):
        secretariat.get(f"/inspection/{programme.pk}/{page}/")
        with django_assert_max_num_queries(22):
            assert secretariat.get(f"/inspection/{programme.pk}/{page}/").status_code == 200


def test_a_late_section_is_added_by_name(city: Scenario, programme: Programme, secretariat: Client) -> None:
    make_unit(city.city, "危機管理課", parent=city.bureau_b)
    url = f"/inspection/{programme.pk}/targets/add/"
    assert secretariat.get(url).status_code == 200
    again = secretariat.post(url, {"unit": "企画課", "reason": "また"})
    assert again.status_code == 422
    assert "すでに点検シートがあります" in again.content.decode()
    assert secretariat.post(url, {"unit": "危機管理課", "reason": "7月に新設"}).status_code == 302
    assert Sheet.objects.filter(programme=programme, unit__name="危機管理課").exists()


def test_proposed_items_come_ticked_with_their_reasons(city: Scenario, secretariat: Client) -> None:
    CheckItem.objects.exclude(code="clear-desk.leave").update(standing=False)
    before = running(city.city, 2025)
    accepted(city.city, sheet_of(before, city.section_a1), {"media.lock": "鍵がない"})
    programme = planned(city.city)
    url = f"/inspection/{programme.pk}/questions/"
    page = secretariat.get(url).content.decode()
    assert page.count(" checked") == 2
    assert "前回、課題が1番目に多かった（1課）" in page
    assert before.name in page
    secretariat.post(url, {"version": "1", "items": ["media.lock", "backup.copy"]})
    kept = dict(
        Question.objects.filter(form__programme=programme).values_list(
            "revision__item__code", "chosen_because"
        )
    )
    assert kept["media.lock"].startswith("前回、課題が1番目")
    assert "事務局が選んだ" in secretariat.get(url).content.decode()


def test_dates_on_closed_days_are_said_and_moved_on_request(city: Scenario, secretariat: Client) -> None:
    programme = planned(city.city)  # 31 October and 1 November 2026 are a weekend
    url = f"/inspection/{programme.pk}/stages/"
    page = secretariat.get(url).content.decode()
    assert "次の開庁日は令和8年11月2日" in page
    moved = secretariat.get(f"{url}?move=open").content.decode()
    assert 'value="令和8年11月2日"' in moved
    assert "次の開庁日に直した日付を入れました" in moved


def test_the_list_is_narrowed_by_year_and_kind(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    planned(city.city, 2025, kind="self_check", code="staff", name="職員の自己チェック")
    page = secretariat.get("/inspection/").content.decode()
    assert "職員の自己チェック" in page
    assert "3課" in page
    page = secretariat.get("/inspection/?year=2026").content.decode()
    assert ">職員の自己チェック</a>" not in page
    page = secretariat.get("/inspection/?kind=self_check").content.decode()
    assert programme.name not in page
    assert secretariat.get("/inspection/?export=xlsx").status_code == 200


def test_closing_says_what_is_left(city: Scenario, programme: Programme, secretariat: Client) -> None:
    accepted(city.city, sheet_of(programme, city.section_a1), {"media.lock": "鍵がない"})
    page = secretariat.get(f"/inspection/{programme.pk}/close/").content.decode()
    assert "点検シート：未着手：<a" in page
    assert "2件" in page
    assert "改善の終わっていない課題" in page


# --- the rhythm ---------------------------------------------------------------------------------------------


def _series(**values: Any) -> dict[str, Any]:
    return {
        "code": "torikumi",
        "name": "情報セキュリティ取組状況確認",
        "kind": "inspection",
        "target_rule": "all_sections",
        "rhythm": "quarterly",
        "opens_on_day": "１",
        "days_to_answer": "20",
        "later-TOTAL_FORMS": "1",
        "later-INITIAL_FORMS": "0",
        "later-0-kind": "improvement",
        "later-0-name": "改善取組",
        "later-0-days": "60",
        "reminders-TOTAL_FORMS": "1",
        "reminders-INITIAL_FORMS": "0",
        "reminders-0-days": "-7",
        "reminders-0-audience": "deputy",
    } | values


def test_a_rhythm_is_registered_planned_changed_and_ended(city: Scenario, secretariat: Client) -> None:
    assert secretariat.get("/inspection/series/new/").status_code == 200
    assert secretariat.post("/inspection/series/new/", _series()).status_code == 302
    series = Series.objects.get()
    assert (series.months, series.reminders[0]["days"]) == ([4, 7, 10, 1], -7)
    url = f"/inspection/series/{series.pk}/"
    page = secretariat.get(url).content.decode()
    assert "令和8年度　第1回　情報セキュリティ取組状況確認" in page
    assert "未計画" in page
    secretariat.post(f"{url}plan/", {"fiscal_year": "2026"})
    assert Programme.objects.filter(series=series).count() == 4
    assert Programme.objects.get(code="torikumi-q1").stages.count() == 2
    changed = secretariat.post(url, _series(version="1", name="取組状況確認"))
    assert changed.status_code == 302
    assert "取組状況確認" in secretariat.get("/inspection/series/").content.decode()
    assert secretariat.post(f"{url}end/", {"version": "2"}).status_code == 302
    assert "廃止した周期です" in secretariat.get(url).content.decode()


def test_a_wrong_rhythm_is_said_at_its_field(city: Scenario, secretariat: Client) -> None:
    response = secretariat.post("/inspection/series/new/", _series(months=["4", "7"]))
    assert response.status_code == 422
    assert "開始する月を4つ選んでください" in response.content.decode()
    assert not Series.objects.exists()


def test_a_new_plan_starts_on_open_days_and_warns_of_others(city: Scenario, secretariat: Client) -> None:
    page = secretariat.get("/inspection/new/").content.decode()
    assert 'value="令和8年11月2日"' in page  # not Sunday the 1st
    sent = {
        "kind": "inspection",
        "fiscal_year": "2026",
        "code": "extra",
        "name": "臨時点検",
        "stages-TOTAL_FORMS": "1",
        "stages-INITIAL_FORMS": "0",
        "stages-0-kind": "self_inspection",
        "stages-0-name": "自己点検",
        "stages-0-starts_on": "2026-11-01",
        "stages-0-ends_on": "2026-11-30",
        "stages-0-target": "全庁",
        "stages-0-purpose": "現状をつかむ",
        "stages-0-outline": "記入する",
    }
    page = secretariat.post("/inspection/new/", sent, follow=True).content.decode()
    assert "自己点検の開始日11月1日（日）→11月2日（月）" in page
    assert Programme.objects.get(code="extra").stages.get().starts_on == date(2026, 11, 1)
