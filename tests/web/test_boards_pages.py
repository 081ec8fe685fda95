"""The boards: what each number says and opens, and who sees whose."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import docx
import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario, make_person
from tests.web.rows import Rows, make_rows

from tenken.findings.models import Finding
from tenken.meetings.operations import adopt_default_councils_and_duties
from tenken.organization.models import Assignment, Post
from tenken.organization.operations import assign, end_assignment
from tenken.reports.boards import bureau_board, overview

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(scenario: Scenario):
    with time_machine.travel("2026-11-20 03:00", tick=False):
        adopt_default_councils_and_duties(by=scenario.by("secretariat"))
        yield make_rows(scenario)


def _post(scenario: Scenario, role: str) -> Post:
    return Assignment.objects.get(person=scenario.people[role]).post


def test_the_overview_counts_what_is_there(scenario: Scenario, rows: Rows) -> None:
    found = overview(scenario.by("ciso"))
    open_findings = Finding.objects.exclude(status__in=("verified", "withdrawn"))
    assert found.whole.work.open == open_findings.count()
    assert found.whole.sections == len(rows.sheets)
    assert sum(row.sections for row in found.bureaus) == found.whole.sections
    assert sum(row.work.open for row in found.bureaus) == found.whole.work.open
    assert [row.fiscal_year for row in found.years] == [rows.programme.fiscal_year]


def test_the_overview_takes_the_same_queries_for_any_city(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client], django_assert_max_num_queries
) -> None:
    ciso = client_for(scenario.people["ciso"])
    ciso.get("/boards/ciso/")
    with django_assert_max_num_queries(24):
        page = ciso.get("/boards/ciso/").content.decode()
    assert "サーバ室など重要な場所の現地確認" in page
    assert "まちづくり局" in page
    assert ciso.get("/boards/ciso/years.svg").content.startswith(b"<svg")
    assert ciso.get("/boards/ciso/?export=excel").status_code == 200


def test_a_bureau_sees_its_own_sections_and_no_others(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    bureau = client_for(scenario.people["bureau_manager"])
    page = bureau.get("/boards/bureau/").content.decode()
    assert "企画課" in page
    assert "保険課" not in page
    assert "局（区）情報管理者の職務" in page
    assert bureau.get("/boards/bureau/", {"unit": scenario.bureau_b.pk}).status_code == 404
    assert bureau.get("/boards/bureau/?unit=x").status_code == 404
    assert bureau.get("/boards/bureau/?export=csv").status_code == 200
    board = bureau_board(scenario.by("bureau_manager"), scenario.bureau_a.pk)
    assert {row.unit.pk for row in board.sections} == {scenario.section_a1.pk, scenario.section_a2.pk}


def test_a_handover_says_what_waits_and_leaves_as_word(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    manager = client_for(scenario.people["section_manager"])
    post = _post(scenario, "section_manager")
    url = f"/boards/handover/{post.pk}/"
    page = manager.get(url).content.decode()
    finding = Finding.objects.filter(unit=scenario.section_a1).exclude(status="verified").first()
    assert finding is not None
    assert finding.title in page
    assert rows.programme.name in page
    assert scenario.people["section_manager"].name in page
    content = b"".join(manager.get(f"{url}docx/"))
    texts = [cell.text for table in docx.Document(io.BytesIO(content)).tables for cell in table._cells]
    assert finding.title in texts
    assert manager.get(f"{url}exe/").status_code == 404
    assert manager.get(f"/boards/handover/{_post(scenario, 'other_manager').pk}/").status_code == 404
    assert manager.get(f"/boards/handover/{10**30}/").status_code == 404


def test_a_change_of_hands_is_listed_with_both_names(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    by, post = scenario.by("secretariat"), _post(scenario, "section_manager")
    held = Assignment.objects.get(post=post)
    end_assignment(by=by, assignment=held, on=date(2026, 12, 1))
    comes = make_person(scenario.city, role=None, unit=scenario.section_a1, name="新任 太郎", number="770001")
    assign(by=by, person=comes, post=post, kind="main", on=date(2026, 12, 1))
    page = client_for(scenario.people["secretariat"]).get("/boards/handover/").content.decode()
    assert "新任 太郎" in page
    assert held.person.name in page
