"""The annual plan on the page: begun, written, adopted; read by every manager."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario

from tenken.demo.data_files import read
from tenken.plans.models import AnnualPlan
from tenken.plans.operations import adopt_plan, import_plan

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with time_machine.travel("2015-05-01T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def plan(scenario: Scenario) -> AnnualPlan:
    return import_plan(by=scenario.by("secretariat"), city=scenario.city, data=read("plan2015"))


@pytest.fixture
def secretariat(scenario: Scenario, client_for: ClientFor) -> Client:
    return client_for(scenario.people["secretariat"])


def _fields(page: str) -> dict[str, str]:
    """Return what the page's form would send as it stands."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        found: dict[str, str] = {}
        area = select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: value or "" for name, value in attrs}
            if tag == "input" and given.get("type") not in ("checkbox", "submit") and "name" in given:
                self.found[given["name"]] = given.get("value", "")
            elif tag == "textarea":
                self.area = given["name"]
                self.found[self.area] = ""
            elif tag == "select":
                self.select = given["name"]
            elif tag == "option" and "selected" in given:
                self.found[self.select] = given["value"]

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

        def handle_data(self, data: str) -> None:
            if self.area:
                self.found[self.area] += data

    reader = Reader()
    reader.found = {}
    reader.feed(page)
    return reader.found


def test_a_plan_is_begun_written_and_adopted(secretariat: Client, plan: AnnualPlan) -> None:
    assert "平成28年度の計画" in secretariat.get("/plans/").content.decode()
    assert secretariat.post("/plans/new/", {"fiscal_year": "２０１６"}).status_code == 302
    page = secretariat.get("/plans/2016/").content.decode()
    assert "平成28年6月27日、28日" in page  # the weekend of 25 and 26 June 2016, moved on
    sent = {"version": "1", "overview": "今年度も続ける。"}
    assert secretariat.post("/plans/2016/overview/", sent).status_code == 302
    sent = {"version": "2", "adopted_on": "平成28年4月28日"}
    assert secretariat.post("/plans/2016/adopt/", sent).status_code == 302
    adopted = AnnualPlan.objects.get(fiscal_year=2016)
    assert (adopted.is_adopted, adopted.adopted_on) == (True, date(2016, 4, 28))
    assert "この取組を直す" not in secretariat.get("/plans/2016/").content.decode()


def test_an_activitys_form_sends_back_what_it_shows(secretariat: Client, plan: AnnualPlan) -> None:
    training = plan.activities.get(kind="training")
    address = f"/plans/2015/activities/{training.pk}/"
    before = list(training.sessions.values("name", "form", "dates", "months", "contents"))
    sent = _fields(secretariat.get(address).content.decode())
    assert sent["sessions-1-dates"].strip() == "平成27年6月25日、26日、8月5日、6日"
    assert secretariat.post(address, sent).status_code == 302
    assert list(training.sessions.values("name", "form", "dates", "months", "contents")) == before


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_changes(
    secretariat: Client, plan: AnnualPlan
) -> None:
    training = plan.activities.get(kind="training")
    address = f"/plans/2015/activities/{training.pk}/"
    sent = _fields(secretariat.get(address).content.decode())
    sent["sessions-0-dates"] = "平成27年5月40日"
    sent["sessions-1-dates"] = "平成28年6月25日"
    response = secretariat.post(address, sent)
    assert response.status_code == 422
    assert "という日付はありません" in response.content.decode()
    sent["sessions-0-dates"] = "平成27年5月18日"
    response = secretariat.post(address, sent)
    assert response.status_code == 422
    assert "平成27年度の日付ではありません" in response.content.decode()
    assert training.sessions.get(order=1).dates == ["2015-05-18"]


def test_a_stage_and_an_activity_go(secretariat: Client, plan: AnnualPlan) -> None:
    audit = plan.activities.get(kind="system_audit")
    address = f"/plans/2015/activities/{audit.pk}/"
    sent = _fields(secretariat.get(address).content.decode()) | {"stages-3-DELETE": "on"}
    assert secretariat.post(address, sent).status_code == 302
    assert audit.stages.count() == 3
    assert secretariat.post(f"{address}remove/", {"version": "2"}).status_code == 302
    assert plan.activities.count() == 4


def test_an_old_page_overwrites_nothing(secretariat: Client, plan: AnnualPlan) -> None:
    secretariat.post("/plans/2015/overview/", {"version": "1", "overview": "先"})
    assert secretariat.post("/plans/2015/overview/", {"version": "1", "overview": "後"}).status_code == 409
    for version in ("", "x", "9" * 11):
        assert (
            secretariat.post("/plans/2015/overview/", {"version": version, "overview": "後"}).status_code
            == 422
        )
    plan.refresh_from_db()
    assert plan.overview == "先"


def test_a_year_that_has_a_plan_or_none_is_refused_in_words(secretariat: Client, plan: AnnualPlan) -> None:
    response = secretariat.post("/plans/new/", {"fiscal_year": "2015"})
    assert response.status_code == 422
    assert "すでにあります" in response.content.decode()
    assert secretariat.post("/plans/new/", {"fiscal_year": "27"}).status_code == 422
    assert secretariat.get("/plans/2031/").status_code == 404


def test_managers_read_what_was_adopted(
    scenario: Scenario, plan: AnnualPlan, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    manager = client_for(scenario.people["section_manager"])
    assert manager.get("/plans/2015/").status_code == 404
    adopt_plan(by=scenario.by("secretariat"), plan=plan, on=date(2015, 4, 30), version=plan.version)
    with django_assert_max_num_queries(12):
        page = manager.get("/plans/2015/").content.decode()
    assert "月2回開催（原則　第2、4水曜日）" in page
    assert "4月、6月、9月、11月、1月、3月" in page
    assert not re.search(r"この取組を直す|概要を直す", page)
    assert manager.get("/plans/2015/overview/").status_code == 403
    assert "平成27年度" in manager.get("/plans/").content.decode()


def test_the_list_leaves_as_a_file(secretariat: Client, plan: AnnualPlan) -> None:
    response = secretariat.get("/plans/?export=csv")
    assert "平成27年度" in response.content.decode("cp932")
