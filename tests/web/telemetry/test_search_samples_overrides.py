"""Pages of samples and of overrides."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario, make_person
from tests.telemetry.search.world import Town, fill, make_town

from tenken.journal.models import PersonalDataAccess
from tenken.telemetry.models import OverrideNoticeRule, SampledView, ViewSample
from tenken.telemetry.store import store

pytestmark = pytest.mark.django_db
HOME = "/terminals/search/"


@pytest.fixture
def town(scenario: Scenario) -> Town:
    town = make_town(scenario)
    for table in ("events", "counts", "device_days"):
        store().command(f"TRUNCATE TABLE {table}")
    fill(store(), town)
    return town


def _text(response: Any) -> str:
    return unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


def _drawn(secretariat: Client, **more: str) -> ViewSample:
    secretariat.post(f"{HOME}purpose/", {"kind": "sample", "text": "業務外の閲覧の確認"})
    asked = {
        "title": "冬の閲覧",
        "first": "2020-12-01",
        "last": "2021-02-28",
        "wanted": "５",
        "seed": "7",
        **more,
    }
    sent = secretariat.post(f"{HOME}samples/new/", asked)
    assert sent.status_code == 302, _text(sent)
    sample = ViewSample.objects.get()
    assert sent.headers["Location"] == f"{HOME}samples/{sample.pk}/"
    return sample


def test_drawing_answering_and_the_paper(town: Town, client_for: Callable[..., Client]) -> None:
    secretariat = client_for(town.scenario.people["secretariat"])
    assert secretariat.get(f"{HOME}samples/new/").status_code == 302
    sample = _drawn(secretariat)
    head = client_for(make_person(town.scenario.city, role="section_manager", unit=town.residents))
    page = head.get(f"{HOME}samples/{sample.pk}/")
    assert "5件を順に確認する" in _text(page)
    ids = list(SampledView.objects.order_by("number").values_list("pk", flat=True))
    first = f"{HOME}samples/{sample.pk}/views/{ids[0]}/"
    assert "業務上必要だったかを確認する" in _text(head.get(first))
    refused = head.post(first, {"verdict": "not_needed", "note": "", "version": "1"})
    assert refused.status_code == 422
    assert "確認の内容を入力" in _text(refused)
    sent = head.post(first, {"verdict": "needed", "note": "窓口の対応", "version": "1"})
    assert sent.headers["Location"] == f"{HOME}samples/{sample.pk}/views/{ids[1]}/"
    assert head.post(first, {"verdict": "needed", "note": "", "version": "1"}).status_code == 409
    for number, key in enumerate(ids[1:], start=2):
        verdict = "not_needed" if number == 2 else "needed"
        sent = head.post(
            f"{HOME}samples/{sample.pk}/views/{key}/",
            {"verdict": verdict, "note": "確認した", "version": "1"},
        )
    assert sent.headers["Location"] == f"{HOME}samples/{sample.pk}/"
    auditor = client_for(town.scenario.people["auditor"])
    done = auditor.get(f"{HOME}samples/{sample.pk}/")
    (line,) = done.context["result_rows"]
    assert line == ["市民生活部 戸籍住民窓口課", 5, 4, 1, 0, 0]
    assert [figure["number"] for figure in done.context["figures"]] == [5, 4, 1, 0, 0]
    assert "<svg" in auditor.get(f"{HOME}samples/{sample.pk}/chart.svg").content.decode()
    assert auditor.get(f"{HOME}samples/{sample.pk}/?paper=word").content[:2] == b"PK"
    assert auditor.get(f"{HOME}samples/{sample.pk}/?paper=pdf").content[:5] == b"%PDF-"
    assert "確認した" in auditor.get(f"{HOME}samples/{sample.pk}/?export=csv").content.decode("cp932")
    assert auditor.post(first, {"verdict": "needed"}).status_code == 403
    assert PersonalDataAccess.objects.filter(purpose="閲覧の抜取り「冬の閲覧」").exists()
    other = client_for(town.scenario.people["other_manager"])
    assert other.get(f"{HOME}samples/{sample.pk}/").status_code == 404
    assert "冬の閲覧" not in _text(other.get(f"{HOME}samples/"))
    assert "冬の閲覧" in auditor.get(f"{HOME}samples/?export=csv&sort=-title").content.decode("cp932")


def test_what_cannot_be_drawn_stays_on_the_page(town: Town, client_for: Callable[..., Client]) -> None:
    secretariat = client_for(town.scenario.people["secretariat"])
    secretariat.post(f"{HOME}purpose/", {"kind": "sample", "text": "確認"})
    asked = {"title": "閲覧", "first": "2021-02-28", "last": "2021-02-28", "wanted": "5"}
    refused = secretariat.post(f"{HOME}samples/new/", asked)
    assert refused.status_code == 422
    assert "閲覧の記録がありません" in _text(refused)


def test_a_sample_page_asks_little(
    town: Town, client_for: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    secretariat = client_for(town.scenario.people["secretariat"])
    sample = _drawn(secretariat, wanted="100")
    secretariat.get(f"{HOME}samples/{sample.pk}/")
    with django_assert_max_num_queries(16):
        secretariat.get(f"{HOME}samples/{sample.pk}/")


@time_machine.travel("2021-03-03T10:00:00+09:00")
def test_the_board_of_overrides(
    town: Town, client_for: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    secretariat = client_for(town.scenario.people["secretariat"])
    secretariat.get(f"{HOME}overrides/")
    with django_assert_max_num_queries(12):
        page = secretariat.get(f"{HOME}overrides/")
    told = _text(page)
    assert "フィルタリングの解除（2021年2月）" in told
    assert page.context["total"] == 33
    assert "毎月5日" in told
    december = secretariat.get(f"{HOME}overrides/?month=2020-12")
    assert december.context["total"] == 33
    assert secretariat.get(f"{HOME}overrides/?month=1999-01").context["month"].year == 2021
    assert "道路整備課" in secretariat.get(f"{HOME}overrides/?export=csv&sort=-overrides").content.decode(
        "cp932"
    )
    assert "<svg" in secretariat.get(page.context["chart_url"]).content.decode()
    unit = secretariat.get(f"{HOME}overrides/units/{town.roads.pk}/?month=2021-02")
    assert "まだ通知していません" in _text(unit)
    assert "<svg" in secretariat.get(unit.context["chart_url"]).content.decode()
    assert secretariat.get(f"{HOME}overrides/chart.svg?unit=x").status_code == 404
    manager = client_for(town.scenario.people["section_manager"])
    assert manager.get(f"{HOME}overrides/").context["total"] == 0
    assert manager.get(f"{HOME}overrides/units/{town.roads.pk}/").status_code == 404
    head = client_for(make_person(town.scenario.city, role="section_manager", unit=town.roads))
    own = head.get(f"{HOME}overrides/")
    assert [row["name"] for row in own.context["table"].data.data] == ["土木部 道路整備課"]
    assert head.get(f"{HOME}overrides/settings/").status_code == 403


def test_the_day_of_the_notice(town: Town, client_for: Callable[..., Client]) -> None:
    secretariat = client_for(town.scenario.people["secretariat"])
    assert secretariat.get(f"{HOME}overrides/settings/").status_code == 200
    refused = secretariat.post(f"{HOME}overrides/settings/", {"day": "31", "enabled": "on", "version": "1"})
    assert refused.status_code == 422
    assert secretariat.post(f"{HOME}overrides/settings/", {"day": "0", "version": "1"}).status_code == 422
    sent = secretariat.post(f"{HOME}overrides/settings/", {"day": "10", "enabled": "on", "version": "1"})
    assert sent.status_code == 302
    assert OverrideNoticeRule.objects.get().day == 10
    stale = secretariat.post(f"{HOME}overrides/settings/", {"day": "11", "version": "1"})
    assert stale.status_code == 409
