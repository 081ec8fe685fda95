"""Two people in one sheet: whoever comes second sees what the first saved, and chooses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, PHONE, ROOT, Person, Served, faults_of

pytestmark = pytest.mark.browser
_LAUNCH = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenken.config.settings"); django.setup()
from datetime import timedelta
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Sheet
from tenken.inspection.operations import StagePlan, choose_questions, launch, plan_programme
from tenken.organization.access import system_principal
from tenken.organization.models import City, Unit
from tenken.policy.models import CheckItem
city = City.objects.get(code="991015"); today = clock.today()
by = system_principal(city, "test")
stage = StagePlan("self_inspection", "自己点検", today, today + timedelta(days=30), "全庁", "現状をつかむ。", "点検する。")
year = FiscalYear.of(today).year
programme = plan_programme(by=by, city=city, fiscal_year=year, name="情報セキュリティ点検", stages=[stage])
codes = list(CheckItem.objects.filter(city=city).order_by("code").values_list("code", flat=True)[:5])
choose_questions(by=by, programme=programme, item_codes=codes, version=programme.version)
programme.refresh_from_db(); launch(by=by, programme=programme, version=programme.version)
print(programme.pk, Sheet.objects.get(programme=programme, unit__name="企画課").pk)
"""


@pytest.fixture(scope="module")
def launched(small_city: Served) -> tuple[int, int]:
    """Launch an inspection of five questions; return the keys of the programme and of 企画課's sheet."""
    made = subprocess.run(
        [sys.executable, "-c", _LAUNCH],
        env=small_city.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    programme, sheet = made.stdout.split()[-2:]
    return int(programme), int(sheet)


def _first(person: Person) -> Any:
    return person.page.locator("fieldset.answer").first


def _choose(person: Person, answer: str) -> None:
    _first(person).get_by_text(answer, exact=True).click()


def test_whoever_comes_second_chooses(
    small_city: Served, launched: tuple[int, int], enter: Callable[..., Person]
) -> None:
    one, two = enter(small_city, "deputy"), enter(small_city, "second_deputy")
    for person in (one, two):
        person.go(f"/inspection/sheets/{launched[1]}/")
    _choose(one, "適合")
    one.sees("に保存しました。")

    _choose(two, "課題あり")
    box = _first(two).locator("[data-conflict]")
    box.wait_for()
    assert "先にこの設問を保存しました" in box.inner_text()
    assert "適合" in box.inner_text()
    assert faults_of(two.page, DESK) == []
    box.get_by_role("button", name="自分の回答で保存する").click()
    box.wait_for(state="detached")
    two.sees("に保存しました。")

    _choose(one, "該当なし")
    mine = _first(one).locator("[data-conflict]")
    mine.wait_for()
    mine.get_by_role("button", name="さんの回答にする").click()
    mine.wait_for(state="detached")
    assert _first(one).locator("input[value=issue]").is_checked()
    for person in (one, two):
        person.go(f"/inspection/sheets/{launched[1]}/")
        assert _first(person).locator("input[value=issue]").is_checked()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_pages_of_the_running_inspection_are_sound(
    small_city: Served, launched: tuple[int, int], enter: Callable[..., Person], width: int
) -> None:
    secretariat = enter(small_city, "secretariat", width)
    programme = launched[0]
    for page in (
        f"{programme}/",
        f"{programme}/behind/",
        f"{programme}/reminders/",
        f"{programme}/reminders/steps/",
        f"{programme}/reorganisation/",
        "reminders/send/",
        "issues/",
        "issues/rows/",
        f"sheets/{launched[1]}/",
    ):
        secretariat.go(f"/inspection/{page}")
        assert faults_of(secretariat.page, width) == [], page
