"""内容別指摘事項一覧: counts by content and year, each opening its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tenken.findings.models import AuditReport, Finding
from tenken.findings.queries import content_findings, content_years, findings_by_content
from tenken.policy.models import CheckCategory
from tests.findings import makers

pytestmark = pytest.mark.django_db
Clients = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


def found(unit: Any, key: str, *, origin: str = "audit", year: int = 2026, **values: Any) -> Finding:
    (one,) = makers.opened(unit, key=key, year=year)
    Finding.objects.filter(pk=one.pk).update(origin=origin, **values)
    return Finding.objects.get(pk=one.pk)


@pytest.fixture
def city(scenario: Any) -> Any:
    CheckCategory.objects.create(
        city=scenario.city, code="clear-desk", name="離席時の対策", part="risk", order=1
    )
    found(scenario.section_a1, "1", year=2025)
    found(
        scenario.section_a1,
        "2",
        origin="visit",
        status="verified",
        action="済",
        action_on="2026-09-02",
        closed_on="2026-09-03",
    )
    found(scenario.section_b1, "3", origin="scan", category_code="", aspect="technical")
    found(scenario.section_b1, "4", origin="self_inspection")
    found(scenario.section_b1, "5", kind="good_practice", status="noted", closed_on="2026-09-03")
    return scenario.city


def counts(table: Any) -> dict[str, list[tuple[int, int]]]:
    return {row.label: [(one.found, one.open) for one in (*row.counts, row.total)] for row in table.rows}


def test_contents_by_year_with_what_is_open(scenario: Any, city: Any) -> None:
    assert content_years(scenario.by("secretariat")) == [2025, 2026]
    table = findings_by_content(city, [2025, 2026])
    assert counts(table) == {
        "離席時の対策": [(1, 1), (1, 0), (2, 1)],
        "調査項目のないもの": [(0, 0), (1, 1), (1, 1)],
    }
    assert [(one.found, one.open) for one in table.all.counts] == [(1, 1), (2, 1)]
    assert counts(findings_by_content(city, [2026], group="aspect")) == {
        "技術面": [(1, 1), (1, 1)],
        "区分のないもの": [(1, 0), (1, 0)],
    }
    assert counts(findings_by_content(city, [2026], origins=["scan"])) == {
        "調査項目のないもの": [(1, 1), (1, 1)]
    }
    assert findings_by_content(city, [2020]).rows == ()


def test_the_same_viewpoint_of_two_reports_is_one_content(scenario: Any, city: Any) -> None:
    words = "組織体制は整備されているか"
    for number, code in enumerate(("(2)", "(5)")):
        report = AuditReport.objects.create(
            city=city,
            code=f"R{number}",
            kind="internal",
            title="報告書",
            theme="情報セキュリティ",
            target="全庁",
            fiscal_year=2026,
            viewpoints=[{"code": code, "part": "risk", "text": words}],
        )
        found(scenario.section_a2, f"v{number}", report=report, viewpoint=code)
    table = findings_by_content(city, [2026], group="viewpoint")
    assert counts(table)[words] == [(2, 2), (2, 2)]
    rows = content_findings(scenario.by("secretariat"), group="viewpoint", code=words)
    assert rows.count() == 2


def test_a_section_counts_its_own(scenario: Any, city: Any) -> None:
    mine = findings_by_content(city, [2025, 2026], by=scenario.by("section_manager"))
    assert counts(mine) == {"離席時の対策": [(1, 1), (1, 0), (2, 1)]}


@pytest.mark.parametrize("group", ["category", "viewpoint", "aspect"])
def test_each_number_opens_as_many_rows(scenario: Any, city: Any, client_for: Clients, group: str) -> None:
    client = client_for(scenario.people["secretariat"])
    table = findings_by_content(city, [2025, 2026], group=group)
    checked = 0
    for row in table.rows:
        for year, one in zip(table.years, row.counts, strict=True):
            for still, number in (("", one.found), ("on", one.open)):
                asked: dict[str, Any] = {"group": group, "content": row.code, "year": year, "open": still}
                shown = client.get(reverse("findings-contents-rows"), asked)
                assert len(shown.context["table"].rows) == number
                checked += bool(number)
    assert checked >= 3
    since: dict[str, Any] = {"group": group, "since": 2025}
    every = client.get(reverse("findings-contents-rows"), since)
    assert len(every.context["table"].rows) == table.all.total.found


def test_the_page_has_chart_numbers_and_files(
    scenario: Any, city: Any, client_for: Clients, django_assert_max_num_queries: Any
) -> None:
    client = client_for(scenario.people["secretariat"])
    address = reverse("findings-contents")
    client.get(address)
    with django_assert_max_num_queries(12):
        page = client.get(address)
    shown = page.content.decode()
    assert "離席時の対策" in shown
    assert "令和7年度" in shown
    assert client.get(reverse("findings-contents-chart")).content.startswith(b"<svg")
    csv = client.get(address, {"export": "csv"}).content.decode("cp932")
    assert "離席時の対策,1,1,1,0,2,1" in csv
    assert client.get(address, {"export": "excel", "group": "aspect"}).status_code == 200
    rows = client.get(reverse("findings-contents-rows"), {"export": "csv", "open": "on"})
    assert rows.status_code == 200
    assert client.get(address, {"group": "moon", "since": "x"}).status_code == 200
