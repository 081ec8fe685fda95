"""The first page: what waits for whom, in few queries however much there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.factories import Scenario, make_unit
from tests.web.rows import Rows, make_rows

from tenken.inspection.models import Sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(scenario: Scenario) -> Rows:
    return make_rows(scenario)


@pytest.mark.parametrize(
    ("role", "sheets", "findings"),
    [
        ("section_manager", ["企画課の点検シート"], ["企画課：企画課の課題"]),
        ("deputy", ["企画課の点検シート"], ["企画課：企画課の課題"]),
        ("other_manager", ["保険課の点検シート"], ["保険課：保険課の課題"]),
        ("bureau_manager", [], []),
        ("ciso", [], []),
        ("committee", [], []),
        ("staff", [], []),
    ],
)
def test_what_waits(
    scenario: Scenario,
    rows: Rows,
    client_for: Callable[..., Client],
    role: str,
    sheets: list[str],
    findings: list[str],
) -> None:
    page = client_for(scenario.people[role]).get("/")
    assert [task.label for task in page.context["sheet_tasks"]] == sheets
    assert [task.label for task in page.context["finding_tasks"]] == findings


def test_the_secretariat_takes_what_was_handed_in(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    Sheet.objects.filter(pk=rows.sheets["b1"].pk).update(status="approved")
    page = client_for(scenario.people["secretariat"]).get("/")
    assert [(task.label, task.state) for task in page.context["sheet_tasks"]] == [
        ("健康福祉局 保険課の点検シート", "受け付ける")
    ]
    figures = {figure["label"]: figure["number"] for figure in page.context["sheet_figures"]}
    assert figures == {"点検の対象": 3, "未提出": 2, "受付待ち": 1, "受付済": 0}
    assert all(figure["url"] for figure in page.context["sheet_figures"])
    badges = {item["label"]: item["badge"] for item in page.context["main_nav"]}
    assert badges["点検"] == 1


def test_the_bureau_sees_its_own_progress(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    page = client_for(scenario.people["bureau_manager"]).get("/")
    assert page.context["sheet_figures"][0]["number"] == 2
    assert {row["name"] for row in page.context["behind"]} == {"企画課", "都市計画課"}


@pytest.mark.parametrize("role", ["secretariat", "bureau_manager", "deputy", "committee"])
def test_queries_do_not_grow(
    scenario: Scenario,
    rows: Rows,
    client_for: Callable[..., Client],
    django_assert_max_num_queries: Any,
    role: str,
) -> None:
    for number in range(15):
        unit = make_unit(scenario.city, f"第{number}課", parent=scenario.bureau_a)
        Sheet.objects.create(
            programme=rows.programme,
            form=rows.sheets["a1"].form,
            unit=unit,
            bureau=scenario.bureau_a,
            status="approved",
        )
    client = client_for(scenario.people[role])
    client.get("/")
    with django_assert_max_num_queries(13):
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("role", "menu"),
    [
        ("staff", ["ホーム", "事例集", "規程と点検項目", "組織"]),
        ("committee", ["ホーム", "事例集", "規程と点検項目", "会議と職務", "年間計画", "資料"]),
        (
            "auditor",
            [
                "ホーム",
                "点検",
                "訪問調査",
                "監査",
                "端末と操作ログ",
                "課題",
                "事例集",
                "台帳",
                "規程と点検項目",
                "組織",
                "会議と職務",
                "年間計画",
                "資料",
                "操作証跡",
            ],
        ),
    ],
)
def test_the_menu_shows_what_may_be_used(
    scenario: Scenario, client_for: Callable[..., Client], role: str, menu: list[str]
) -> None:
    items = client_for(scenario.people[role]).get("/").context["main_nav"]
    assert [item["label"] for item in items] == menu
    assert [item["label"] for item in items if item["current"]] == ["ホーム"]
